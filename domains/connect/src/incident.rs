//! The rows of one key become one ticket, with its pauses.

use kernel::{Context, Timestamp};
use sha2::{Digest, Sha256};
use tickets::{Priority, Source as Origin, Status, Ticket, TicketPause};

use crate::{
    mapping::{Kind, Mapping, placeholders},
    source::{Row, Source},
};

/// A ticket as the file tells it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Its number over there.
    pub key: String,
    /// Over everything the rows say, so that an unchanged one is skipped.
    pub digest: String,
    /// The ticket, without number.
    pub ticket: Ticket,
    /// When it waited.
    pub pauses: Vec<TicketPause>,
    /// The team's name.
    pub team: Option<String>,
}

/// Reads incidents out of rows.
pub struct Builder<'m> {
    mapping: &'m Mapping,
    source: &'m Source,
    zone: jiff::tz::TimeZone,
}

impl<'m> Builder<'m> {
    /// For one file.
    pub fn new(mapping: &'m Mapping, source: &'m Source, zone: jiff::tz::TimeZone) -> Self {
        Self { mapping, source, zone }
    }

    fn text<'r>(&self, row: &'r Row, column: Option<&String>) -> Option<&'r str>
    where
        'm: 'r,
    {
        self.source.get(row, column?)
    }

    fn time(&self, row: &Row, column: Option<&String>) -> Result<Option<Timestamp>, String> {
        self.text(row, column).map(|text| self.mapping.time(&self.zone, text)).transpose()
    }

    fn count(&self, row: &Row, column: Option<&String>) -> Result<i64, String> {
        match self.text(row, column) {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| format!("`{text}` is not a whole number")),
        }
    }

    /// What is wrong with a row on its own, if anything.
    pub fn check(&self, row: &Row) -> Result<(), String> {
        let columns = &self.mapping.columns;
        if self.text(row, Some(&columns.key)).is_none() {
            return Err(format!("`{}` is empty", columns.key));
        }
        if self.time(row, Some(&columns.created_at))?.is_none() {
            return Err(format!("`{}` is empty", columns.created_at));
        }
        for column in [&columns.at, &columns.resolved_at, &columns.closed_at, &columns.first_response_at] {
            self.time(row, column.as_ref())?;
        }
        for column in [&columns.order, &columns.reopen_count, &columns.reassign_count] {
            self.count(row, column.as_ref())?;
        }
        if self.mapping.kind == Kind::EventLog && self.time(row, columns.at.as_ref())?.is_none() {
            return Err("the row has no time".to_owned());
        }
        if let Some(state) = self.text(row, columns.state.as_ref())
            && !self.mapping.states.contains_key(state)
        {
            return Err(format!("the state `{state}` is not among [states] of the mapping"));
        }
        if let Some(priority) = self.text(row, columns.priority.as_ref())
            && !self.mapping.priorities.contains_key(priority)
        {
            return Err(format!("the priority `{priority}` is not among [priorities] of the mapping"));
        }
        Ok(())
    }

    /// Puts the rows of one key in order and reads the ticket out of them; `rows` are not empty and checked.
    pub fn build(&self, cx: &Context, rows: &mut [&'m Row]) -> Result<Incident, String> {
        let columns = &self.mapping.columns;
        // By time, then by the log's own count: where the two disagree, the count was wrong.
        rows.sort_by_key(|row| {
            let at = self.time(row, columns.at.as_ref()).ok().flatten();
            (at, self.count(row, columns.order.as_ref()).unwrap_or(0), row.line)
        });
        let last = *rows.last().ok_or("no rows")?;
        let key = self.text(last, Some(&columns.key)).unwrap_or_default().to_owned();
        let priority = self.text(last, columns.priority.as_ref()).and_then(|word| self.mapping.priorities.get(word));
        let mut ticket = Ticket::new(
            cx,
            String::new(),
            self.mapping.ticket.kind,
            priority.copied().unwrap_or(Priority::Normal),
            Origin::Import,
        );
        ticket.title = self.fill(&self.mapping.ticket.title, last).chars().take(200).collect();
        ticket.description = self.fill(&self.mapping.ticket.description, last);
        ticket.external_ref = Some(key.clone());
        ticket.created_at = self.time(last, Some(&columns.created_at))?.ok_or("no creation time")?;
        ticket.resolved_at = self.time(last, columns.resolved_at.as_ref())?;
        ticket.first_resolved_at = ticket.resolved_at;
        ticket.closed_at = self.time(last, columns.closed_at.as_ref())?;
        ticket.first_response_at = self.first_response(rows)?;
        let state = self.text(last, columns.state.as_ref()).and_then(|word| self.mapping.states.get(word));
        ticket.status = state.copied().unwrap_or_else(|| guess(&ticket));
        ticket.status_category = ticket.status.category();
        for row in rows.iter() {
            ticket.reopen_count = ticket.reopen_count.max(self.count(row, columns.reopen_count.as_ref())?);
            ticket.reassign_count = ticket.reassign_count.max(self.count(row, columns.reassign_count.as_ref())?);
        }
        ticket.sla_met =
            self.text(last, columns.sla_met.as_ref()).map(|word| matches!(word, "true" | "1" | "yes" | "是"));
        if columns.reassign_count.is_some() {
            ticket.first_contact = Some(ticket.reassign_count == 0 && ticket.reopen_count == 0);
        }
        ticket.problem_type = self.text(last, columns.problem_type.as_ref()).map(str::to_owned);
        ticket.cause_code = self.text(last, columns.cause_code.as_ref()).map(str::to_owned);
        ticket.definitions = db::Json(Some(self.mapping.definitions.clone()).filter(|all| !all.is_empty()));
        let pauses = self.pauses(cx, &ticket, rows)?;
        let team = self.text(last, columns.team.as_ref()).map(str::to_owned);
        Ok(Incident { digest: digest(rows), key, ticket, pauses, team })
    }

    fn fill(&self, template: &str, row: &Row) -> String {
        placeholders(template).into_iter().fold(template.to_owned(), |text, name| {
            text.replace(&format!("{{{name}}}"), self.source.get(row, &name).unwrap_or("–"))
        })
    }

    fn first_response(&self, rows: &[&Row]) -> Result<Option<Timestamp>, String> {
        let columns = &self.mapping.columns;
        if columns.first_response_at.is_some() {
            let last = rows.last().ok_or("no rows")?;
            return self.time(last, columns.first_response_at.as_ref());
        }
        let before = &self.mapping.first_response.states_before;
        if before.is_empty() {
            return Ok(None);
        }
        let answered = rows.iter().find(|row| {
            self.text(row, columns.state.as_ref()).is_some_and(|state| !before.iter().any(|word| word == state))
        });
        match answered {
            Some(row) => self.time(row, columns.at.as_ref()),
            None => Ok(None),
        }
    }

    /// Each row in a pausing state lasts until the next row.
    fn pauses(&self, cx: &Context, ticket: &Ticket, rows: &[&Row]) -> Result<Vec<TicketPause>, String> {
        let columns = &self.mapping.columns;
        let mut pauses = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let Some(state) = self.text(row, columns.state.as_ref()) else { continue };
            let Some(reason) = self.mapping.pauses.get(state) else { continue };
            let Some(from_at) = self.time(row, columns.at.as_ref())? else { continue };
            let to_at = match rows.get(index + 1) {
                Some(next) => self.time(next, columns.at.as_ref())?,
                None => None,
            };
            if to_at.is_none_or(|to| to > from_at) {
                pauses.push(TicketPause { id: cx.new_id(), ticket_id: ticket.id, reason: *reason, from_at, to_at });
            }
        }
        Ok(pauses)
    }
}

fn guess(ticket: &Ticket) -> Status {
    match (ticket.closed_at, ticket.resolved_at) {
        (Some(_), _) => Status::Closed,
        (None, Some(_)) => Status::Resolved,
        (None, None) => Status::New,
    }
}

fn digest(rows: &[&Row]) -> String {
    let mut hasher = Sha256::new();
    for row in rows {
        hasher.update(row.fingerprint());
    }
    data_encoding::HEXLOWER.encode(&hasher.finalize())
}
