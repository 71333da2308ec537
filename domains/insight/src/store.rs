//! Reads facts: a few columns of tickets, with pauses, answers and names. Writes nothing.

use std::{collections::HashMap, sync::Arc};

use db::{DbError, Query, Stmt, Value, list::Fragment, list::where_clause, stmt};
use kernel::{Timestamp, Uuid};

use crate::facts::{COLUMNS, Fact, Facts, Pause};

/// Facts of tickets created in `[from, to)` within `scope`, whose placeholders are numbered on its own.
pub async fn facts(
    q: &mut impl Query,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    scope: &Fragment,
) -> Result<Facts, DbError> {
    let (from, to) = (from.unwrap_or(Timestamp(0)), to.unwrap_or(Timestamp(i64::MAX)));
    let period = Fragment::new("created_at >= $1 and created_at < $2", vec![from.into(), to.into()]);
    let clause = where_clause(q.cx(), &[period, scope.clone()]);
    let sql = format!("select {COLUMNS} from tickets where {} order by created_at, id", clause.text);
    let mut rows: Vec<Fact> = q.all(Stmt::new(sql, clause.binds)).await?;
    let places: HashMap<Uuid, usize> = rows.iter().enumerate().map(|(place, fact)| (fact.id, place)).collect();
    for (ticket, reason, from, to) in pauses(q, from, to).await? {
        if let (true, Some(fact)) = (reason.pauses_clock(), places.get(&ticket).and_then(|place| rows.get_mut(*place)))
        {
            fact.pauses.push(Pause { from, to });
        }
    }
    for (ticket, csat, nps) in answers(q, from, to).await? {
        if let Some(fact) = places.get(&ticket).and_then(|place| rows.get_mut(*place)) {
            fact.csat = csat;
            fact.nps = nps;
        }
    }
    let teams: Vec<(Uuid, String)> = {
        let tenant = q.cx().tenant();
        q.all(stmt!("select id, name from teams where tenant_id = $1", tenant)).await?
    };
    let stored = tickets::calendars(q).await?;
    let (calendar, calendar_name) = match stored.into_iter().find(|stored| stored.is_default) {
        Some(stored) => (stored.calendar.0, stored.name),
        None => (tickets::starting_calendar(q.cx().zone()), "Mon–Fri 09:00–18:00".to_owned()),
    };
    let compiled = calendar.compile().map_err(|error| DbError::Internal(error.to_string()))?;
    let zone = jiff::tz::TimeZone::get(&calendar.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Ok(Facts {
        rows,
        teams: teams.into_iter().collect(),
        calendar: Arc::new(compiled),
        calendar_name,
        zone,
        now: q.cx().now(),
    })
}

async fn pauses(
    q: &mut impl Query,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Uuid, tickets::WaitReason, i64, Option<i64>)>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(
        "select p.ticket_id, p.reason, p.from_at, p.to_at from ticket_pauses p
         join tickets t on t.tenant_id = p.tenant_id and t.id = p.ticket_id
         where p.tenant_id = $1 and t.created_at >= $2 and t.created_at < $3",
        tenant,
        from,
        to
    ))
    .await
}

/// The last answer of each ticket wins; they come oldest first.
async fn answers(
    q: &mut impl Query,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Uuid, Option<i64>, Option<i64>)>, DbError> {
    let tenant = q.cx().tenant();
    q.all(stmt!(
        "select s.ticket_id, s.csat, s.nps from surveys s
         join tickets t on t.tenant_id = s.tenant_id and t.id = s.ticket_id
         where s.tenant_id = $1 and s.answered_at is not null and t.created_at >= $2 and t.created_at < $3
         order by s.answered_at",
        tenant,
        from,
        to
    ))
    .await
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
    let due = Fragment::new(
        "status_category in ('new', 'open', 'waiting') and resolution_due_at is not null and resolution_due_at < $1",
        vec![until.into()],
    );
    let mut clause = where_clause(q.cx(), &[due, scope.clone()]);
    clause.binds.push(Value::from(limit));
    let sql = format!(
        "select {} from tickets where {} order by resolution_due_at, id limit ${}",
        tickets::Ticket::COLUMNS,
        clause.text,
        clause.binds.len()
    );
    q.all(Stmt::new(sql, clause.binds)).await
}

/// Names of engineers by id.
pub async fn engineer_names(q: &mut impl Query) -> Result<HashMap<String, String>, DbError> {
    let tenant = q.cx().tenant();
    let rows: Vec<(Uuid, String)> = q.all(stmt!("select id, name from engineers where tenant_id = $1", tenant)).await?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}
