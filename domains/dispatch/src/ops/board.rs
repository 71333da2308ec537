//! A day of dispatch: engineers, their hours and visits, and the tickets that nobody has.

use std::collections::BTreeMap;

use authz::permissions::TICKETS_READ;
use axum::extract::State;
use calendar::Compiled;
use db::{Query as _, Read};
use http_api::{App, Caller, Json, Problem, Query, scope_condition};
use jiff::civil::Date;
use kernel::{Timestamp, Uuid};
use visits::Visit;
use workforce::EngineerStatus;

use crate::{
    DispatchError,
    api::{Board, BoardParams, BoardRow, EngineerBrief, OpenHours},
    gather, store,
};

const MINUTE: i64 = 60_000_000;

/// The board of a day.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(params): Query<BoardParams>,
) -> Result<Json<Board>, Problem> {
    let zone = gather::zone(&cx);
    let date = match &params.date {
        Some(text) => text
            .parse::<Date>()
            .ok()
            .filter(|date| date.to_string() == *text)
            .ok_or_else(|| Problem::bad_parameter("/query/date", "Write the day like 2026-03-02."))?,
        None => zone.to_datetime(cx.now().to_jiff()).date(),
    };
    let noon = date.at(12, 0, 0, 0).to_zoned(zone.clone());
    let noon = noon.map_err(|_| Problem::bad_parameter("/query/date", "Choose a day within this age."))?;
    let (from, to) = gather::day_of(&zone, Timestamp::from_jiff(noon.timestamp()));
    let read = async move |r: &mut Read<'_>| board(r, date, from, to).await;
    Ok(Json(app.db().read(&cx, read).await?))
}

async fn board(r: &mut Read<'_>, date: Date, from: Timestamp, to: Timestamp) -> Result<Board, DispatchError> {
    let scope = scope_condition(r.cx(), TICKETS_READ, &tickets::SCOPE);
    let mut by_engineer: BTreeMap<Uuid, Vec<Visit>> = BTreeMap::new();
    for visit in visits::between(r, from, to).await? {
        by_engineer.entry(visit.engineer_id).or_default().push(visit);
    }
    let open: BTreeMap<Uuid, i64> = tickets::open_by_engineer(r).await?.into_iter().collect();
    let mut engineers = workforce::listed(r).await?;
    engineers.retain(|engineer| engineer.status != EngineerStatus::Left || by_engineer.contains_key(&engineer.id));
    engineers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let rows = engineers
        .iter()
        .map(|engineer| {
            let visits = by_engineer.remove(&engineer.id).unwrap_or_default();
            let calendar = engineer.working_hours.0.compile().ok();
            BoardRow {
                engineer: EngineerBrief::from(engineer),
                hours: calendar.map(|calendar| hours(&calendar, from, to)).unwrap_or_default(),
                planned_minutes: visits.iter().map(|visit| gather::minutes_within(visit, (from, to))).sum(),
                open_tickets: open.get(&engineer.id).copied().unwrap_or(0),
                visits,
            }
        })
        .collect();
    let unassigned = store::unassigned(r, scope).await?;
    Ok(Board { date: date.to_string(), from, to, engineers: rows, unassigned })
}

/// Working hours within a day.
fn hours(calendar: &Compiled, from: Timestamp, to: Timestamp) -> Vec<OpenHours> {
    let mut found = Vec::new();
    let mut at = from.0;
    while let Some(open) = calendar.next_open(at).filter(|open| *open < to.0) {
        let close = crate::model::close_of(calendar, open, to.0);
        found.push(OpenHours { from: Timestamp(open), to: Timestamp(close) });
        at = close.max(open + MINUTE);
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| the_board_shows_a_day_with_hours_visits_and_what_nobody_has {
            let stage = Stage::new(t).await;
            let (api, dispatcher) = (testing::api(t), testing::dispatcher(t));
            let path = format!("/api/v1/tickets/{}/auto-assign", stage.ticket.id);
            api.act(&dispatcher, &path, 1).await.ok(200);
            let board = api.get(&dispatcher, "/api/v1/dispatch/board?date=2026-03-02").await.ok(200).json;
            assert_eq!(board["engineers"].as_array().unwrap().len(), 3);
            let near = board["engineers"].as_array().unwrap().iter().find(|row| row["engineer"]["name"] == "近工").unwrap().clone();
            assert_eq!((near["visits"].as_array().unwrap().len(), near["planned_minutes"].clone()), (1, json!(90)));
            assert_eq!(near["hours"], json!([{ "from": "2026-03-02T01:00:00Z", "to": "2026-03-02T10:00:00Z" }]));
            assert_eq!(board["unassigned"][0]["id"], json!(stage.second.id));
            assert_eq!(board["unassigned"].as_array().unwrap().len(), 1);
            let sunday = api.get(&dispatcher, "/api/v1/dispatch/board?date=2026-03-01").await.ok(200).json;
            assert_eq!(sunday["engineers"][0]["hours"], json!([]));
            api.get(&dispatcher, "/api/v1/dispatch/board?date=20260302").await.refused(400, "invalid_parameter");
        }
    }
}
