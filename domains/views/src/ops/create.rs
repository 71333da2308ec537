//! Saving a view.

use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem, State};
use objects::{Checks, first_values};

use crate::{
    ViewError,
    api::NewView,
    model::{StoredView, View, ViewSettings},
    ops::{may_share, refuse_too_many, shown},
    store,
};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewView>,
) -> Result<Created<View>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "createView", async move |tx: &mut Tx<'_>| insert(tx, new).await).await
}

async fn insert(tx: &mut Tx<'_>, new: NewView) -> Result<View, ViewError> {
    let new = new.checked(Checks::new())?;
    let cx = tx.cx().clone();
    if new.shared && !may_share(&cx) {
        return Err(ViewError::Forbidden);
    }
    let owner = cx.actor();
    refuse_too_many(tx, &new.list, owner.id, new.shared).await?;
    let empty = StoredView {
        id: cx.new_id(),
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        list: new.list.clone(),
        name: String::new(),
        owner_id: owner.id,
        owner_name: owner.name.clone(),
        shared: false,
        roles: Json(Vec::new()),
        default_for: Json(Vec::new()),
        settings: Json(ViewSettings::default()),
    };
    let view = empty.with(new);
    let event = NewEvent::new("view.created", "view", view.id).label(view.name.as_str()).data(first_values(&view));
    tx.execute_all(vec![store::insert(&cx, &view), events::statement(&cx, &event)]).await?;
    Ok(shown(tx, view).await?)
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use kernel::{Context, Grants, Scope};
    use objects::testing::{Api, member, person};
    use serde_json::json;

    use crate::ops::tests::migrations;

    /// Somebody with a role who may not share.
    fn colleague(cx: &Context, number: u128, role: &str) -> Context {
        member(cx, number, Grants { roles: vec![role.to_owned()], ..Grants::default() })
    }

    testkit::both! {
        migrations(), |t| a_view_is_ones_own_until_it_is_shared_with_a_role {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let lead = person(&t.cx, 1, &[(authz::permissions::VIEWS_SHARE, Scope::All)]);
            let (agent, engineer) = (colleague(&t.cx, 2, "agent"), colleague(&t.cx, 3, "engineer"));
            let body = json!({
                "list": "tickets", "name": " 我的待办 ",
                "settings": {"columns": [{"field": "number", "width": 120}, {"field": "title"}], "sort": ["-created_at"],
                    "filter": {"field": "status", "op": "eq", "value": "new"}},
            });
            let mine = api.post(&agent, "/api/v1/views", body.clone()).await.ok(201);
            assert_eq!((&mine.json["name"], &mine.json["mine"], &mine.json["settings"]["layout"]), (&json!("我的待办"), &json!(true), &json!("table")));
            let path = format!("/api/v1/views/{}", mine.id());
            for stranger in [&lead, &engineer, &t.other] {
                api.get(stranger, &path).await.refused(404, "not_found");
            }
            api.post(&agent, "/api/v1/views", json!({"list": "tickets", "name": "x", "shared": true})).await.refused(403, "forbidden");
            api.patch(&agent, &path, 1, json!({"shared": true})).await.refused(403, "forbidden");
            let shared = json!({"list": "tickets", "name": "全部", "shared": true, "roles": ["agent"], "default_for": ["agent"]});
            let shared = api.post(&lead, "/api/v1/views", shared).await.ok(201);
            let list = async |who: &Context| api.get(who, "/api/v1/views?list=tickets").await.ok(200);
            assert_eq!(list(&agent).await.column("name"), ["全部", "我的待办"]);
            assert_eq!(list(&agent).await.column("default"), [true, false]);
            assert_eq!(list(&engineer).await.column("name"), Vec::<String>::new());
            assert_eq!(list(&lead).await.column("name"), ["全部"]);
            assert_eq!(list(&t.other).await.column("name"), Vec::<String>::new());
            assert_eq!(api.get(&agent, "/api/v1/views?list=customers").await.ok(200).json["items"], json!([]));
            // Colleagues look at a shared view, and only those who share change it.
            let path = format!("/api/v1/views/{}", shared.id());
            api.patch(&agent, &path, 1, json!({"name": "y"})).await.refused(403, "forbidden");
            api.delete(&agent, &path, 1).await.refused(403, "forbidden");
            api.get(&engineer, &path).await.refused(404, "not_found");
        }

        migrations(), |t| what_i_choose_opens_first_before_what_my_role_opens_with {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let lead = person(&t.cx, 1, &[(authz::permissions::VIEWS_SHARE, Scope::All)]);
            let agent = colleague(&t.cx, 2, "agent");
            let shared = json!({"list": "devices", "name": "A", "shared": true, "default_for": ["agent"]});
            api.post(&lead, "/api/v1/views", shared).await.ok(201);
            let own = api.post(&agent, "/api/v1/views", json!({"list": "devices", "name": "B"})).await.ok(201);
            let defaults = async || api.get(&agent, "/api/v1/views?list=devices").await.ok(200).column("default");
            assert_eq!(defaults().await, [true, false]);
            let path = format!("/api/v1/views/{}/mine-default", own.id());
            let put = async |who: &Context, default: bool| api.send(who, Method::PUT, &path, &[], Some(json!({"default": default}))).await;
            assert_eq!(put(&agent, true).await.ok(200).json["default"], json!(true));
            assert_eq!(defaults().await, [false, true]);
            put(&lead, true).await.refused(404, "not_found");
            put(&agent, false).await.ok(200);
            assert_eq!(defaults().await, [true, false]);
            put(&agent, true).await.ok(200);
            api.delete(&agent, &format!("/api/v1/views/{}", own.id()), 1).await.ok(204);
            assert_eq!(defaults().await, [true]);
        }

        migrations(), |t| wrong_views_are_pointed_at {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let wrong = api.post(&t.cx, "/api/v1/views", json!({
                "list": "shoes", "name": "", "roles": ["agent"],
                "settings": {"sort": ["a", "b", "c", "d"], "columns": [{"field": "x\" y"}, {"field": "a", "width": 1}], "board": {"by": ""}},
            })).await;
            wrong.refused(422, "invalid");
            assert_eq!(wrong.errors(), [
                "/list unknown", "/name required", "/roles not_shared", "/settings/sort too_many", "/settings/columns/0/field unknown_field",
                "/settings/columns/1/width out_of_range", "/settings/board/by unknown_field",
            ]);
            let unknown = api.post(&t.cx, "/api/v1/views", json!({"list": "tickets", "name": "a", "settings": {"layout": "pie"}})).await;
            assert_eq!(unknown.errors(), ["/settings/layout invalid_value"]);
            api.get(&t.cx, "/api/v1/views?list=shoes").await.refused(400, "invalid_parameter");
            api.get(&t.cx, "/api/v1/views").await.refused(400, "invalid_parameter");
        }

        migrations(), |t| the_two_hundred_and_first_view_of_a_list_is_refused {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            for number in 0..200 {
                api.post(&t.cx, "/api/v1/views", json!({"list": "parts", "name": format!("{number:03}")})).await.ok(201);
            }
            api.post(&t.cx, "/api/v1/views", json!({"list": "parts", "name": "x"})).await.refused(409, "too_many_views");
            api.post(&t.cx, "/api/v1/views", json!({"list": "visits", "name": "x"})).await.ok(201);
        }
    }
}
