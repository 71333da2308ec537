//! The life of forms: put away, taken back, deleted, ordered, and which of them somebody is offered, on both engines.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use db::Read;
use desk::{api, define, field, migrations, with_roles};
use forms::Channel;
use http_api::http::Method;
use kernel::{Actor, ActorKind, Context, Uuid};
use objects::{
    FormToFill, form_to_fill,
    testing::{Api, Reply},
};
use serde_json::{Value, json};
use testkit::TestDb;

const FORMS: &str = "/api/v1/objects/car/forms";

fn text(id: &str, more: Value) -> Value {
    field(id, json!({"type": "text"}), more)
}

fn form(name: &str, channel: &str, roles: &[&str], fields: &[&str]) -> Value {
    let items: Vec<Value> = fields.iter().map(|field| json!({"type": "field", "field": field, "width": 3})).collect();
    json!({"form": {"id": "f", "name": {"zh": name, "en": name}, "channel": channel, "roles": roles, "version": 1,
        "body": [{"layout": "columns", "parts": [{"items": items}]}]}})
}

async fn draft(api: &Api, cx: &Context, form: Value) -> String {
    api.post(cx, FORMS, form).await.ok(201).id()
}

async fn published(api: &Api, cx: &Context, form: Value) -> String {
    let id = draft(api, cx, form).await;
    act(api, cx, &id, "publish", 1).await.ok(200);
    id
}

async fn act(api: &Api, cx: &Context, id: &str, action: &str, version: i64) -> Reply {
    api.act(cx, &format!("/api/v1/forms/{id}/{action}"), version).await
}

async fn offered(t: &TestDb, cx: &Context, channel: Channel) -> Option<FormToFill> {
    t.db.read(cx, async move |r: &mut Read<'_>| form_to_fill(r, "car", channel).await).await.unwrap()
}

async fn offered_name(t: &TestDb, cx: &Context, channel: Channel) -> Option<String> {
    offered(t, cx, channel).await?.form.map(|form| form.name.en)
}

async fn order(api: &Api, cx: &Context, forms: Value) -> Reply {
    api.send(cx, Method::PUT, &format!("{FORMS}/order"), &[], Some(json!({ "forms": forms }))).await
}

testkit::both! {
    migrations(), |t| forms_are_put_away_taken_back_and_deleted {
        let api = api(t);
        define(&api, &t.cx, "car", &[text("plate", json!({}))]).await;
        let id = published(&api, &t.cx, form("Entry", "staff", &[], &["plate"])).await;
        let sales = with_roles(&t.cx, 7, &["sales"]);
        let make = async |more: Value| {
            let mut body = json!({"values": {"plate": "A1"}, "form": id});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.post(&sales, "/api/v1/records/car", body).await
        };
        let away = act(&api, &t.cx, &id, "archive", 2).await.ok(200);
        assert!(away.json["archived_at"].is_string(), "{}", away.json);
        assert_eq!(api.get(&sales, FORMS).await.ok(200).json["items"], json!([]));
        assert_eq!(make(json!({})).await.errors(), ["/form form_archived"]);
        // Whoever named the version before goes on with it.
        make(json!({"form_version": 1})).await.ok(201);
        act(&api, &t.cx, &id, "publish", 3).await.refused(409, "form_archived");
        act(&api, &t.cx, &id, "restore", 2).await.refused(412, "stale");
        act(&api, &t.cx, &id, "restore", 3).await.ok(200);
        make(json!({})).await.ok(201);
        let path = format!("/api/v1/forms/{id}");
        api.delete(&t.cx, &path, 4).await.refused(409, "form_published");
        let other = draft(&api, &t.cx, form("Draft", "staff", &[], &["plate"])).await;
        let path = format!("/api/v1/forms/{other}");
        api.delete(&sales, &path, 1).await.refused(403, "forbidden");
        api.delete(&t.other, &path, 1).await.refused(404, "not_found");
        api.delete(&t.cx, &path, 9).await.refused(412, "stale");
        api.delete(&t.cx, &path, 1).await.ok(204);
        api.get(&t.cx, &path).await.refused(404, "not_found");
    }

    migrations(), |t| the_first_form_that_fits_is_offered {
        let api = api(t);
        define(&api, &t.cx, "car", &[text("plate", json!({})), text("secret", json!({"see_roles": ["boss"]}))]).await;
        let general = published(&api, &t.cx, form("General", "staff", &[], &["plate"])).await;
        let short = published(&api, &t.cx, form("Short", "staff", &[], &["plate"])).await;
        let sales = published(&api, &t.cx, form("Sales", "staff", &["sales"], &["plate"])).await;
        published(&api, &t.cx, form("Phone", "engineer", &[], &["plate"])).await;
        let (seller, watcher) = (with_roles(&t.cx, 7, &["sales"]), with_roles(&t.cx, 8, &["watcher"]));
        assert_eq!(offered_name(t, &seller, Channel::Staff).await.as_deref(), Some("Sales"));
        assert_eq!(offered_name(t, &watcher, Channel::Staff).await.as_deref(), Some("General"));
        assert_eq!(offered_name(t, &watcher, Channel::Engineer).await.as_deref(), Some("Phone"));
        // Who manages objects is offered what is for everybody, and sees all in the list.
        assert_eq!(offered_name(t, &t.cx, Channel::Staff).await.as_deref(), Some("General"));
        let list = api.get(&t.cx, FORMS).await.ok(200);
        let all = list.column("id");
        let last = all[3].clone();
        let wrong = order(&api, &t.cx, json!([short, general])).await;
        assert_eq!(wrong.errors(), ["/forms not_all_forms"]);
        assert_eq!(order(&api, &t.cx, json!([short, short, general, sales])).await.errors(), ["/forms not_all_forms"]);
        order(&api, &seller, json!([short, general, sales, last])).await.refused(403, "forbidden");
        let ordered = order(&api, &t.cx, json!([short, general, sales, last])).await.ok(200);
        assert_eq!(ordered.column("id"), [json!(short), json!(general), json!(sales), last]);
        assert_eq!(offered_name(t, &watcher, Channel::Staff).await.as_deref(), Some("Short"));
        // A new one comes last, and what the role does not see is not told of.
        published(&api, &t.cx, form("Newest", "staff", &[], &["plate"])).await;
        assert_eq!(api.get(&t.cx, FORMS).await.ok(200).column("id")[0], json!(short));
        let fields = offered(t, &watcher, Channel::Staff).await.unwrap().catalogue.fields;
        assert_eq!(fields.iter().map(|field| field.id.as_str()).collect::<Vec<_>>(), ["plate"]);
        assert_eq!(offered_name(t, &t.other, Channel::Staff).await, None);
    }

    migrations(), |t| customers_get_their_form_and_nothing_else {
        let api = api(t);
        let shown = json!({"visible_if": {"field": "kind", "op": "eq", "value": "van"}});
        let fields = [
            text("secret", json!({"see_roles": ["boss"]})),
            text("kind", json!({})),
            text("plate", shown),
            text("internal", json!({})),
            field("keeper", json!({"type": "person"}), json!({})),
        ];
        define(&api, &t.cx, "car", &fields).await;
        let actor = Actor { kind: ActorKind::Customer, id: Uuid::from_u128(5), name: "客户".into() };
        let customer = with_roles(&t.cx, 9, &[]).with_actor(actor);
        published(&api, &t.cx, form("Desk", "staff", &[], &["internal"])).await;
        assert_eq!(offered(t, &customer, Channel::Customer).await, None);
        let wrong = api.post(&t.cx, FORMS, form("Wrong", "customer", &[], &["plate", "keeper"])).await;
        assert_eq!(wrong.errors(), ["/form/body/0/parts/0/items/1/field not_for_customers"]);
        published(&api, &t.cx, form("Customers", "customer", &[], &["plate", "secret"])).await;
        let filled = offered(t, &customer, Channel::Customer).await.unwrap();
        // What decides about a field comes with it, and what is kept to roles does not come at all.
        let ids: Vec<&str> = filled.catalogue.fields.iter().map(|field| field.id.as_str()).collect();
        assert_eq!(ids, ["kind", "plate"]);
    }
}
