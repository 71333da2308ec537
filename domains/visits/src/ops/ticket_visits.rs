//! The visits of a ticket.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{
    Query as _, Read, Value,
    list::{Fragment, ListQuery},
};
use http_api::{App, Caller, Json, Path, Problem, scope_condition};

use crate::{api::TicketPath, model::Visit, own_fields, store};

/// Those within the caller's scope, oldest first, at most 200.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(TicketPath { id }): Path<TicketPath>,
) -> Result<Json<Vec<Visit>>, Problem> {
    let read = async move |r: &mut Read<'_>| -> Result<_, Problem> {
        if tickets::get(r, id).await?.is_none() {
            return Err(Problem::not_found("ticket"));
        }
        let query = ListQuery {
            limit: db::list::LARGEST_PAGE,
            sort: Some("starts_at".to_owned()),
            conditions: vec![
                Fragment::new("ticket_id = $1", vec![Value::Id(id)]),
                scope_condition(r.cx(), VISITS_READ, &store::SCOPE),
            ],
            ..ListQuery::default()
        };
        let mut visits = db::list::run::<Visit>(r, &store::LISTING.list, &query).await?.page.items;
        own_fields(r, &mut visits).await?;
        Ok(visits)
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
