//! Reads facts: a few columns of tickets, with pauses, answers and names. Writes nothing.

use std::{collections::HashMap, sync::Arc};

use db::{DbError, Query, Stmt, Value, list::Fragment, list::where_clause, stmt};
use kernel::{Context, Timestamp, Uuid};

use crate::facts::{COLUMNS, Company, Fact, Facts, Pause};

/// Ids that go into one statement at most.
const IDS: usize = 500;
/// Tickets read at once: what the database hands over takes more room than what is kept of it.
const PAGE: usize = 10_000;

/// Facts of tickets created from `from` on within `scope`, whose placeholders are numbered on its own.
pub async fn facts(q: &mut impl Query, from: Option<Timestamp>, scope: &Fragment) -> Result<Facts, DbError> {
    let rows = rows(q, from.unwrap_or(Timestamp(i64::MIN)), None, scope).await?;
    Ok(Facts { rows, company: company(q).await? })
}

/// The same of some tickets; those out of reach or older are left out.
pub async fn facts_of(
    q: &mut impl Query,
    ids: &[Uuid],
    from: Option<Timestamp>,
    scope: &Fragment,
) -> Result<Vec<Fact>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS) {
        found.extend(rows(q, from.unwrap_or(Timestamp(i64::MIN)), Some(ids), scope).await?);
    }
    Ok(found)
}

/// `column in (…)`, or everything.
fn among(column: &str, ids: Option<&[Uuid]>) -> Fragment {
    ids.map_or_else(|| Fragment::new("1 = 1", Vec::new()), |ids| objects::among(column, ids))
}

async fn rows(
    q: &mut impl Query,
    from: Timestamp,
    ids: Option<&[Uuid]>,
    scope: &Fragment,
) -> Result<Vec<Fact>, DbError> {
    let mut rows: Vec<Fact> = Vec::new();
    loop {
        let since = match rows.last() {
            None => Fragment::new("created_at >= $1", vec![from.into()]),
            Some(last) => {
                Fragment::new("(created_at, id) > ($1, $2)", vec![last.created_at.into(), Value::Id(last.id)])
            }
        };
        let mut clause = where_clause(q.cx(), &[since, among("id", ids), scope.clone()]);
        clause.binds.push(Value::from(PAGE));
        let place = clause.binds.len();
        let sql = format!("select {COLUMNS} from tickets where {} order by created_at, id limit ${place}", clause.text);
        let page: Vec<Fact> = q.all(Stmt::new(sql, clause.binds)).await?;
        let full = page.len() == PAGE;
        rows.extend(page);
        if !full {
            break;
        }
    }
    let places: HashMap<Uuid, usize> = rows.iter().enumerate().map(|(place, fact)| (fact.id, place)).collect();
    // Everything of the tenant's tickets since `from`; what belongs to tickets out of reach finds no place.
    let clause = where_clause(q.cx(), &[among("ticket_id", ids), of_tickets_since(q.cx(), from, ids)]);
    let mut pauses: HashMap<usize, Vec<Pause>> = HashMap::new();
    let sql = format!("select ticket_id, reason, from_at, to_at from ticket_pauses where {}", clause.text);
    let stopped: Vec<(Uuid, tickets::WaitReason, i64, Option<i64>)> =
        q.all(Stmt::new(sql, clause.binds.clone())).await?;
    for (ticket, reason, from, to) in stopped {
        if let (true, Some(place)) = (reason.pauses_clock(), places.get(&ticket)) {
            pauses.entry(*place).or_default().push(Pause { from, to });
        }
    }
    for (place, pauses) in pauses {
        if let Some(fact) = rows.get_mut(place) {
            fact.pauses = pauses.into_boxed_slice();
        }
    }
    // The last answer of each ticket wins; they come oldest first.
    let sql = format!(
        "select ticket_id, csat, nps from surveys where {} and answered_at is not null order by answered_at, id",
        clause.text
    );
    let answers: Vec<(Uuid, Option<i64>, Option<i64>)> = q.all(Stmt::new(sql, clause.binds)).await?;
    for (ticket, csat, nps) in answers {
        if let Some(fact) = places.get(&ticket).and_then(|place| rows.get_mut(*place)) {
            let score = |answer: Option<i64>| answer.and_then(|score| u8::try_from(score).ok());
            (fact.csat, fact.nps) = (score(csat), score(nps));
        }
    }
    Ok(rows)
}

/// Rows about tickets created from `from` on; of named tickets it is known.
fn of_tickets_since(cx: &Context, from: Timestamp, ids: Option<&[Uuid]>) -> Fragment {
    if ids.is_some() || from.0 <= 0 {
        return Fragment::new("1 = 1", Vec::new());
    }
    Fragment::new(
        "ticket_id in (select id from tickets where tenant_id = $1 and created_at >= $2)",
        vec![cx.tenant().into(), from.into()],
    )
}

/// What the figures of the company need beside its tickets.
pub async fn company(q: &mut impl Query) -> Result<Company, DbError> {
    let tenant = q.cx().tenant();
    let teams: Vec<(Uuid, String)> = q.all(stmt!("select id, name from teams where tenant_id = $1", tenant)).await?;
    let stored = tickets::default_hours(q).await.map_err(|error| DbError::Internal(error.to_string()))?;
    let (calendar, calendar_name) = match stored {
        Some(stored) => stored,
        None => (tickets::starting_calendar(q.cx().zone()), "Mon–Fri 09:00–18:00".to_owned()),
    };
    let compiled = calendar.compile().map_err(|error| DbError::Internal(error.to_string()))?;
    let zone = jiff::tz::TimeZone::get(&calendar.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Ok(Company { teams: teams.into_iter().collect(), calendar: Arc::new(compiled), calendar_name, zone })
}

/// How many tickets stand where, within `scope`.
pub async fn open_by_status(q: &mut impl Query, scope: &Fragment) -> Result<Vec<(tickets::Status, i64)>, DbError> {
    let open = Fragment::new("status_category in ('new', 'open', 'waiting', 'resolved')", Vec::new());
    let clause = where_clause(q.cx(), &[open, scope.clone()]);
    let sql = format!("select status, count(*) from tickets where {} group by status order by status", clause.text);
    q.all(Stmt::new(sql, clause.binds)).await
}

/// Open tickets whose solution is due before `until`, the most urgent first.
pub async fn at_risk(
    q: &mut impl Query,
    until: Timestamp,
    limit: usize,
    scope: &Fragment,
) -> Result<Vec<tickets::Ticket>, DbError> {
    let mut found: Vec<tickets::Ticket> = Vec::new();
    // One category at a time: so the index gives the most urgent ones without a look at all that are late.
    for category in ["new", "open", "waiting"] {
        let due = Fragment::new(
            "status_category = $1 and resolution_due_at is not null and resolution_due_at < $2",
            vec![category.to_owned().into(), until.into()],
        );
        let mut clause = where_clause(q.cx(), &[due, scope.clone()]);
        clause.binds.push(Value::from(limit));
        let sql = format!(
            "select {} from tickets where {} order by resolution_due_at limit ${}",
            tickets::Ticket::COLUMNS,
            clause.text,
            clause.binds.len()
        );
        found.extend(q.all::<tickets::Ticket>(Stmt::new(sql, clause.binds)).await?);
    }
    tickets::own_fields(q, &mut found).await?;
    found.sort_by_key(|ticket| (ticket.resolution_due_at, ticket.id));
    found.truncate(limit);
    Ok(found)
}

/// Names of engineers by id.
pub async fn engineer_names(q: &mut impl Query) -> Result<HashMap<String, String>, DbError> {
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid, String)> = q.all(stmt!("select id, name from engineers where tenant_id = $1", tenant)).await?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}
