//! The list of visits.

use authz::permissions::VISITS_READ;
use axum::extract::State;
use db::{
    Query as _, Read, Value,
    list::{Fragment, ListPage},
};
use http_api::{App, Caller, Json, ListParams, Problem, Query, scope_condition};
use jiff::{Span, civil::Date, tz::TimeZone};
use kernel::{Context, Timestamp};
use objects::listing;

use crate::{api::VisitFilter, model::Visit, own_fields, store};

/// Visits within the caller's scope, by day, engineer or ticket.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(filter): Query<VisitFilter>,
    params: ListParams,
) -> Result<Json<ListPage<Visit>>, Problem> {
    let mut conditions = conditions(&cx, &filter)?;
    let list = async move |r: &mut Read<'_>| -> Result<ListPage<Visit>, Problem> {
        conditions.push(scope_condition(r.cx(), VISITS_READ, &store::SCOPE));
        let mut page = listing::page_with_own::<Visit>(r, &store::LISTING, "visit", &params, conditions).await?;
        own_fields(r, &mut page.page.items).await?;
        Ok(page)
    };
    Ok(Json(app.db().read(&cx, list).await?))
}

fn conditions(cx: &Context, filter: &VisitFilter) -> Result<Vec<Fragment>, Problem> {
    let mut conditions = Vec::new();
    if let Some(day) = &filter.day {
        let (from, to) = day_bounds(cx, day)?;
        conditions.push(Fragment::new("starts_at < $2 and ends_at > $1", vec![from.into(), to.into()]));
    }
    if let Some(engineer) = filter.engineer_id {
        conditions.push(Fragment::new("engineer_id = $1", vec![Value::Id(engineer)]));
    }
    if let Some(ticket) = filter.ticket_id {
        conditions.push(Fragment::new("ticket_id = $1", vec![Value::Id(ticket)]));
    }
    Ok(conditions)
}

/// The first instant of a day in the tenant's zone, and of the day after it.
fn day_bounds(cx: &Context, day: &str) -> Result<(Timestamp, Timestamp), Problem> {
    let zone = TimeZone::get(cx.zone()).unwrap_or(TimeZone::UTC);
    let wrong = || Problem::bad_parameter("/query/day", "Write the day like 2026-03-02.");
    let date: Date = day.parse().map_err(|_| wrong())?;
    let next = date.checked_add(Span::new().days(1)).map_err(|_| wrong())?;
    let start = |date: Date| date.to_zoned(zone.clone()).map(|at| Timestamp::from_jiff(at.timestamp()));
    Ok((start(date).map_err(|_| wrong())?, start(next).map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use authz::permissions::VISITS_READ;
    use kernel::Scope;
    use objects::testing::person;

    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| an_engineer_lists_own_visits_and_the_office_a_day {
            let stage = Stage::new(t).await;
            let first = stage.visit(t, 0).await;
            let second = stage.visit(t, 26).await;
            let office = person(&t.cx, 1, &[(VISITS_READ, Scope::All)]);
            let mine = person(&t.cx, testing::ENGINEER_USER, &[(VISITS_READ, Scope::Own)]);
            let stranger = person(&t.cx, 77, &[(VISITS_READ, Scope::Own)]);
            let api = testing::api(t);
            let all = api.get(&office, "/api/v1/visits?sort=starts_at").await.ok(200);
            assert_eq!(all.column("id"), [first.id.to_string(), second.id.to_string()]);
            let day = api.get(&office, "/api/v1/visits?day=2026-03-02").await.ok(200);
            assert_eq!(day.column("id"), [first.id.to_string()]);
            assert_eq!(api.get(&mine, "/api/v1/visits").await.ok(200).column("id").len(), 2);
            assert!(api.get(&stranger, "/api/v1/visits").await.ok(200).column("id").is_empty());
            api.get(&stranger, &format!("/api/v1/visits/{}", first.id)).await.refused(404, "not_found");
            api.get(&office, "/api/v1/visits?day=someday").await.refused(400, "invalid_parameter");
            let tickets = api.get(&office, &format!("/api/v1/tickets/{}/visits", stage.ticket.id)).await.ok(200);
            assert_eq!(tickets.json.as_array().unwrap().len(), 2);
        }
    }
}
