//! What happened to a customer, its contacts and sites, newest first.

use authz::permissions::CUSTOMERS_READ;
use db::{Read, list::ListPage};
use events::Event;
use http_api::{App, Caller, Json, Path, Problem, Query, State};
use objects::{TimelineParams, timeline};

use crate::{api::CustomerPath, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, Problem> {
            store::reached(r, CUSTOMERS_READ, path.id).await?;
            timeline(r, "customer", path.id, &params).await
        })
        .await?;
    Ok(Json(page))
}

#[cfg(test)]
mod tests {
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| contacts_and_sites_stand_on_the_customers_timeline_page_by_page {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201);
            let path = format!("/api/v1/customers/{}", made.id());
            api.post(&t.cx, &format!("{path}/contacts"), json!({"name": "王芳"})).await.ok(201);
            api.post(&t.cx, &format!("{path}/sites"), json!({"name": "总部"})).await.ok(201);
            let first = api.get(&t.cx, &format!("{path}/timeline?limit=2")).await.ok(200);
            assert_eq!(first.column("kind"), ["site.created", "contact.created"]);
            let cursor = first.json["next_cursor"].as_str().unwrap();
            let rest = api.get(&t.cx, &format!("{path}/timeline?limit=2&cursor={cursor}")).await.ok(200);
            assert_eq!(rest.column("kind"), ["customer.created"]);
            api.get(&t.other, &format!("{path}/timeline")).await.refused(404, "not_found");
            api.get(&t.cx, &format!("{path}/timeline?limit=0")).await.refused(400, "invalid_parameter");
        }
    }
}
