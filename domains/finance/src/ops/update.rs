//! Changing a draft.

use authz::permissions;
use axum::extract::State;
use db::Tx;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::{Change, Checks};

use crate::{
    FinanceError,
    api::{IdPath, UpdateQuote, checked_lines},
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
    let change = async move |tx: &mut Tx<'_>| change(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn change(tx: &mut Tx<'_>, id: Uuid, version: i64, body: UpdateQuote) -> Result<Quote, FinanceError> {
    let before = seen(tx, id, version).await?;
    before.demand(before.status == QuoteStatus::Draft, "change")?;
    let prices = Prices::load(tx).await?;
    quotes::change(tx, &before, "quote.updated", |quote| {
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
    use authz::permissions::QUOTES_READ;
    use http_api::http::Method;
    use kernel::Scope;
    use objects::testing::person;
    use serde_json::json;

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
