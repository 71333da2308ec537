//! Changing a draft; own fields, which the customer never sees, can be changed at any time.

use authz::permissions;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::{Change, Checks};

use crate::{
    FinanceError,
    api::{IdPath, UpdateQuote, checked_lines},
    as_seen,
    model::{Quote, QuoteStatus},
    prices::Prices,
    quotes, store,
};

/// Changes what is mentioned.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
    Body(body): Body<UpdateQuote>,
) -> Result<Versioned<Quote>, Problem> {
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| -> Result<Quote, FinanceError> {
        let quote = change(tx, id, version, body).await?;
        Ok(as_seen(tx, quote).await?)
    };
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn change(tx: &mut Tx<'_>, id: Uuid, version: i64, mut body: UpdateQuote) -> Result<Quote, FinanceError> {
    let before = seen(tx, id, version).await?;
    let (sent, is_offer) = (body.ext.take(), body.is_offer());
    before.demand(before.status == QuoteStatus::Draft || !is_offer && sent.is_some(), "change")?;
    let prices = Prices::load(tx).await?;
    quotes::change_with(tx, &before, "quote.updated", sent, |quote| {
        if !is_offer {
            return Ok(());
        }
        let mut checks = Checks::new();
        match body.lines {
            Change::Keep => {}
            Change::Clear => quote.lines.0.clear(),
            Change::Set(lines) => quote.lines.0 = checked_lines(lines, &prices, &mut checks),
        }
        if let Change::Set(note) = body.note {
            quote.note = checks.text("/note", Some(note));
        } else {
            body.note.apply(&mut quote.note);
        }
        body.valid_until.apply(&mut quote.valid_until);
        checks.finish()?;
        Ok(quote.recount()?)
    })
    .await
}

/// The quote within reach, at the version the caller saw.
pub(crate) async fn seen(tx: &mut Tx<'_>, id: Uuid, version: i64) -> Result<Quote, FinanceError> {
    use db::Query as _;
    let scope = store::ticket_scope(tx.cx(), permissions::QUOTES_UPDATE);
    let quote = store::within(tx, id, scope).await?;
    if quote.version == version { Ok(quote) } else { Err(FinanceError::Stale) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use authz::permissions::{QUOTES_READ, QUOTES_UPDATE, TICKETS_READ};
    use db::Tx;
    use events::Consumers;
    use http_api::http::Method;
    use jobs::Workers;
    use kernel::{Scope, Uuid};
    use objects::testing::{Api, encoded, person};
    use serde_json::{Value, json};

    use crate::testing::{api, clerk, migrations, ticket};

    testkit::both! {
        migrations(), |t| a_draft_is_changed_and_what_was_sent_is_not {
            let (api, clerk) = (api(t), clerk(t));
            let ticket = ticket(t, Some(false)).await;
            let path = format!("/api/v1/tickets/{}/quotes", ticket.id);
            let wrong = json!({"lines": [{"kind": "labour", "description": " ", "quantity": "0", "unit_price_minor": -1}]});
            let refused = api.post(&clerk, &path, wrong).await;
            let errors = ["/lines/0/quantity out_of_range", "/lines/0/unit_price_minor out_of_range", "/lines/0/description required"];
            assert_eq!(refused.errors(), errors);
            let diagnosis = api.post(&clerk, &path, json!({"auto": true})).await.ok(201);
            assert_eq!(diagnosis.json["lines"][0]["kind"], "diagnosis");
            let quote = format!("/api/v1/quotes/{}", diagnosis.id());
            let line = json!({"kind": "part", "description": "控制板", "quantity": 1.5, "unit_price_minor": 333});
            let changed = api.patch(&clerk, &quote, 1, json!({"lines": [line], "note": "含安装"})).await.ok(200);
            // 1.5 × 3.33 is 4.995, rounded to 5.00; 13 % of it is 0.65.
            assert_eq!((&changed.json["total_minor"], &changed.json["note"]), (&json!(565), &json!("含安装")));
            let read = json!({"lines": changed.json["lines"], "note": null});
            let same = api.patch(&clerk, &quote, 2, read).await.ok(200);
            assert_eq!((&same.json["total_minor"], &same.json["note"]), (&json!(565), &json!(null)));
            api.act(&clerk, &format!("{quote}/send"), 2).await.refused(412, "stale");
            api.act(&clerk, &format!("{quote}/send"), 3).await.ok(200);
            api.patch(&clerk, &quote, 4, json!({"note": "x"})).await.refused(409, "action_not_possible");
            api.act(&clerk, &format!("{quote}/cancel"), 4).await.ok(200);
            let stranger = person(&t.cx, 9, &[(QUOTES_READ, Scope::Own)]);
            api.get(&stranger, &quote).await.refused(404, "not_found");
            assert!(api.get(&stranger, "/api/v1/quotes").await.ok(200).column("id").is_empty());
            assert_eq!(api.get(&clerk, "/api/v1/quotes?sort=-total_minor").await.ok(200).column("total_minor"), [json!(565)]);
        }

        migrations(), |t| own_fields_are_checked_numbered_masked_listed_and_told {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes(), tickets::routes()]);
            let clerk = person(&t.cx, 1, &[QUOTES_READ, QUOTES_UPDATE, TICKETS_READ].map(|permission| (permission, Scope::All)));
            let ticket = ticket(t, Some(false)).await;
            let to = tickets::Assignment { engineer_id: Uuid::from_u128(33), user_id: Some(Uuid::from_u128(3)), team_id: None };
            let assign = async move |tx: &mut Tx<'_>| tickets::act(tx, ticket, tickets::Action::Assign(to)).await;
            let ticket = t.db.write(&t.cx, assign).await.unwrap();
            let field = |id: &str, kind: Value, more: &Value| {
                let mut field = json!({"id": id, "label": {"zh": id, "en": id}, "kind": kind});
                field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                field
            };
            let fields = json!([
                field("grade", json!({"type": "integer", "min": 1}), &json!({"filterable": true, "sortable": true})),
                field("buyer", json!({"type": "text"}), &json!({"personal": true})),
                field("order_number", json!({"type": "text"}), &json!({"unique": true})),
                field("margin", json!({"type": "integer"}), &json!({"see_roles": ["boss"]})),
                field("twice", json!({"type": "formula", "expression": "grade * 2", "result": "number"}), &json!({})),
                field("running", json!({"type": "auto_number", "prefix": "K", "digits": 3}), &json!({})),
            ]);
            let body = json!({"catalogue": {"object": "quote", "fields": fields}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/quote/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let path = format!("/api/v1/tickets/{}/quotes", ticket.id);
            let wrong = api.post(&clerk, &path, json!({"ext": {"grade": 0, "size": 1}})).await;
            assert_eq!(wrong.errors(), ["/ext/grade too_small", "/ext/size unknown_field"]);
            let line = json!({"kind": "part", "description": "控制板", "quantity": 1, "unit_price_minor": 100});
            let ext = json!({"grade": 2, "buyer": "王芳", "order_number": "PO-1"});
            let made = api.post(&clerk, &path, json!({"lines": [line], "ext": ext})).await.ok(201);
            let shown = |grade: i64, buyer: &str| json!({
                "grade": grade, "buyer": buyer, "order_number": "PO-1", "twice": grade * 2, "running": "K002",
            });
            assert_eq!(made.json["ext"], shown(2, "***"));
            api.post(&clerk, &path, json!({"ext": {"order_number": "PO-1"}})).await.refused(409, "not_unique");
            api.post(&t.cx, &path, json!({"ext": {"grade": 4, "margin": 9}})).await.ok(201);
            api.post(&clerk, &path, json!({})).await.ok(201);

            let one = format!("/api/v1/quotes/{}", made.id());
            let changed = api.patch(&clerk, &one, 1, json!({"note": "含安装", "ext": {"grade": 3, "buyer": "***"}})).await.ok(200);
            assert_eq!((&changed.json["ext"], &changed.json["note"]), (&shown(3, "***"), &json!("含安装")));
            api.patch(&clerk, &one, 1, json!({"ext": {"grade": 1}})).await.refused(412, "stale");
            assert_eq!(api.act(&clerk, &format!("{one}/send"), 2).await.ok(200).json["ext"], shown(3, "***"));
            // What the customer decides on stays, and what the company notes for itself does not have to.
            api.patch(&clerk, &one, 3, json!({"note": "x", "ext": {"grade": 5}})).await.refused(409, "action_not_possible");
            api.patch(&clerk, &one, 3, json!({})).await.refused(409, "action_not_possible");
            let late = api.patch(&clerk, &one, 3, json!({"ext": {"grade": 5}})).await.ok(200);
            assert_eq!((&late.json["ext"], &late.json["status"]), (&shown(5, "***"), &json!("sent")));
            assert_eq!(api.patch(&clerk, &one, 4, json!({"ext": {"grade": 0}})).await.errors(), ["/ext/grade too_small"]);
            let agreed = api.send(&clerk, Method::POST, &format!("{one}/approve"), &[("if-match", "\"4\"")], Some(json!({"name": "张三"}))).await;
            assert_eq!(agreed.ok(200).json["ext"], shown(5, "***"));
            assert_eq!(api.get(&t.cx, &one).await.ok(200).json["ext"], shown(5, "王芳"));

            let stranger = person(&t.cx, 9, &[(QUOTES_READ, Scope::Own), (QUOTES_UPDATE, Scope::Own)]);
            for who in [&stranger, &t.other] {
                api.patch(who, &one, 5, json!({"ext": {"grade": 1}})).await.refused(404, "not_found");
                api.post(who, &format!("{one}/reveal"), json!({"field": "buyer"})).await.refused(404, "not_found");
                let titles = api.get(who, &format!("/api/v1/titles?refs=quote:{}", made.id())).await.ok(200);
                assert_eq!(titles.json["items"], json!([]));
            }
            // Whoever reaches the ticket reaches its quotes.
            let keeper = person(&t.cx, 3, &[(QUOTES_READ, Scope::Own)]);
            for who in [&clerk, &keeper] {
                let titles = api.get(who, &format!("/api/v1/titles?refs=quote:{}", made.id())).await.ok(200);
                assert_eq!(titles.column("title"), [made.json["number"].clone()]);
            }
            let seen = api.post(&clerk, &format!("{one}/reveal"), json!({"field": "buyer"})).await.ok(200);
            assert_eq!(seen.json, json!({"value": "王芳"}));
            let told = api.get(&clerk, &format!("/api/v1/tickets/{}/timeline", ticket.id)).await.ok(200);
            assert_eq!(told.column("kind")[..3], [objects::REVEALED, "quote.approved", "quote.updated"].map(Value::from));
            assert_eq!(told.json["items"][2]["data"], json!({"ext.grade": {"from": 3, "to": 5}, "ext.twice": {"from": 6, "to": 10}}));
            assert!(!told.json.to_string().contains("王芳") && !told.json.to_string().contains("margin"), "{}", told.json);

            let tree = encoded(&json!({"field": "grade", "op": "ge", "value": 3}).to_string());
            let listed = api.get(&clerk, &format!("/api/v1/quotes?sort=-grade&filter={tree}")).await.ok(200);
            assert_eq!((&listed.column("ext")[0], &listed.column("ext")[1]["margin"]), (&shown(5, "***"), &json!(null)));
            assert_eq!(listed.column("ext")[1]["grade"], json!(4));
            assert!(api.get(&stranger, "/api/v1/quotes?sort=grade").await.ok(200).column("id").is_empty());
            let unknown = api.get(&t.other, &format!("/api/v1/quotes?filter={tree}")).await;
            assert_eq!(unknown.errors(), ["/query/filter/field unknown_field"]);
        }

        migrations(), |t| look_ups_of_a_quote_follow_its_total_and_its_payment {
            let api = Api::new(&t.db, &t.world, [crate::routes(), objects::routes()]);
            let ticket = ticket(t, Some(false)).await;
            let label = json!({"zh": "甲", "en": "A"});
            let body = json!({"key": "deal", "name": label, "number_prefix": "D"});
            api.post(&t.cx, "/api/v1/objects", body).await.ok(201);
            let look_up = |field: &str, result: &str| json!({"id": field, "label": label, "kind": {
                "type": "look_up", "relation": "offer", "field": field, "result": result,
            }});
            let relation = json!({"id": "offer", "label": label, "kind": {"type": "relation", "object": "quote"}});
            let fields = json!([relation, look_up("total", "number"), look_up("status", "text")]);
            let body = json!({"catalogue": {"object": "deal", "fields": fields}});
            api.send(&t.cx, Method::PUT, "/api/v1/objects/deal/fields", &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let path = format!("/api/v1/tickets/{}/quotes", ticket.id);
            let line = |price: i64| json!({"kind": "part", "description": "控制板", "quantity": 1, "unit_price_minor": price, "tax_percent": 0});
            let quote = api.post(&t.cx, &path, json!({"lines": [line(100)]})).await.ok(201).id();
            let deal = api.post(&t.cx, "/api/v1/records/deal", json!({"values": {"offer": quote}})).await.ok(201);
            assert_eq!(deal.json["values"], json!({"offer": quote, "total": 100, "status": "draft"}));
            let seen = async || {
                let consumers = Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(objects::FollowRecords));
                consumers.settle().await.unwrap();
                let workers = objects::handlers().into_iter().fold(Workers::new(t.db.clone(), t.world.clone()), Workers::add);
                workers.drain().await.unwrap();
                api.get(&t.cx, &format!("/api/v1/records/deal/{}", deal.id())).await.ok(200).json["values"].clone()
            };
            let one = format!("/api/v1/quotes/{quote}");
            api.patch(&t.cx, &one, 1, json!({"lines": [line(250)]})).await.ok(200);
            assert_eq!(seen().await, json!({"offer": quote, "total": 250, "status": "draft"}));
            api.act(&t.cx, &format!("{one}/send"), 2).await.ok(200);
            api.send(&t.cx, Method::POST, &format!("{one}/approve"), &[("if-match", "\"3\"")], Some(json!({"name": "张三"}))).await.ok(200);
            api.post(&t.cx, &format!("{one}/payments"), json!({"amount_minor": 250, "method": "cash"})).await.ok(201);
            assert_eq!(seen().await, json!({"offer": quote, "total": 250, "status": "paid"}));
        }

        migrations(), |t| the_price_list_starts_filled_and_keeps_what_is_set {
            let (api, clerk) = (api(t), clerk(t));
            let send = async |seen: &str, body| {
                api.send(&clerk, Method::PUT, "/api/v1/prices", &[("if-match", seen)], Some(body)).await
            };
            let put = async |body| {
                let seen = api.get(&clerk, "/api/v1/prices").await.ok(200).json["version"].to_string();
                send(&seen, body).await
            };
            let start = api.get(&clerk, "/api/v1/prices").await.ok(200);
            assert_eq!(start.column("unit_price_minor"), [20_000, 10_000, 300, 8_000, 0].map(|price| json!(price)));
            let item = json!({"kind": "travel_visit", "unit_price_minor": 15_000, "tax_percent": "3"});
            put(json!({"items": [item]})).await.ok(200);
            send(&start.json["version"].to_string(), json!({"items": [item]})).await.refused(412, "stale");
            let now = api.get(&clerk, "/api/v1/prices").await.ok(200);
            assert_eq!(now.column("unit_price_minor")[1], 15_000);
            assert_eq!((&now.column("tax_percent")[1], &now.column("version")[1]), (&json!("3"), &json!(1)));
            let dear = json!({"kind": "travel_visit", "unit_price_minor": 1, "tax_percent": 101, "currency": "USD"});
            let errors = put(json!({"items": [dear]})).await.errors();
            assert_eq!(errors, ["/items/0/tax_percent out_of_range", "/items mixed_currencies"]);
        }
    }
}
