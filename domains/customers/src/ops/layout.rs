//! Showing and changing how a customer's page is laid out.

use db::{Query as _, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Problem, State, Versioned};
use serde_json::json;

use crate::{
    CustomerError,
    layout::{Layout, Row, Sections, current},
    store,
};

pub(crate) async fn show(State(app): State<App>, Caller(cx): Caller) -> Result<Versioned<Layout>, Problem> {
    let layout = app.db().read(&cx, async |r: &mut Read<'_>| current(r).await).await?;
    Ok(Versioned(layout))
}

pub(crate) async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    expected: IfMatch,
    Body(body): Body<Sections>,
) -> Result<Versioned<Layout>, Problem> {
    let layout = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Layout, CustomerError> {
            let sections = body.checked()?;
            let before = store::layout(tx).await?;
            if before.as_ref().map_or(0, |row| row.version) != expected.version() {
                return Err(CustomerError::Stale);
            }
            let cx = tx.cx().clone();
            let row = Row {
                id: before.as_ref().map_or_else(|| cx.new_id(), |row| row.id),
                version: expected.version() + 1,
                updated_at: cx.now(),
                layout: db::Json(sections),
            };
            store::put_layout(tx, &row, expected.version()).await?;
            let from = before.map(|row| row.layout.0);
            let event = NewEvent::new("layout.updated", "layout", row.id)
                .label("customer-360")
                .data(json!({ "layout": { "from": from, "to": row.layout.0 } }));
            events::append(tx, event).await?;
            Ok(current(tx).await?)
        })
        .await?;
    Ok(Versioned(layout))
}

#[cfg(test)]
mod tests {
    use http_api::http::Method;
    use objects::testing::{Api, person};
    use serde_json::json;

    use crate::{layout::SECTIONS, ops::tests::migrations};

    testkit::both! {
        migrations(), |t| a_company_lays_out_the_page_by_role {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let path = "/api/v1/layouts/customer-360";
            let start = api.get(&t.cx, path).await.ok(200);
            assert_eq!((&start.json["version"], &start.json["default"]), (&json!(0), &json!(SECTIONS)));
            let put = async |version: &str, body| api.send(&t.cx, Method::PUT, path, &[("if-match", version)], Some(body)).await;
            let body = json!({"roles": {"finance": ["money", "orders", "money"]}, "default": ["profile", "tickets"]});
            let changed = put("\"0\"", body.clone()).await.ok(200);
            assert_eq!((&changed.json["roles"]["finance"], &changed.json["default"]), (&json!(["money", "orders"]), &json!(["profile", "tickets"])));
            put("\"0\"", body.clone()).await.refused(412, "stale");
            put("\"1\"", json!({"default": []})).await.ok(200);
            assert_eq!(api.get(&t.cx, path).await.json["roles"], json!({}));
            let wrong = put("\"2\"", json!({"roles": {"a/b": ["shoes"], "": []}, "default": ["tickets", "hats"]})).await;
            assert_eq!(wrong.errors(), ["/roles unknown_role", "/roles/a~1b/0 unknown_section", "/default/1 unknown_section"]);
            assert_eq!(api.get(&t.other, path).await.json["version"], json!(0));
            let clerk = person(&t.cx, 3, &[]);
            api.get(&clerk, path).await.ok(200);
            api.send(&clerk, Method::PUT, path, &[("if-match", "\"2\"")], Some(body)).await.refused(403, "forbidden");
        }
    }
}
