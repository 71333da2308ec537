//! What happened to a ticket, as far as service levels are concerned: the one place where a case is put together from what is
//! stored.
//!
//! Fields go back in time from the row by the events that changed them, so a ticket without any events (an import) is as it
//! is now from its beginning.

use std::collections::BTreeMap;

use db::Query;
use kernel::{Timestamp, Uuid};
use rules::FieldType;
use serde_json::{Map, Value, json};
use sla::{Case, Event, Fact, Metric};

use super::ServiceLevels;
use crate::{
    TicketError,
    model::{Status, StatusCategory, Ticket, TicketPause},
    store::{
        self,
        sla::{Happened, conversation, customer_changes, happened},
    },
};

/// What conditions of policies may name, and what it is.
const FIELDS: [(&str, FieldType); 14] = [
    ("type", FieldType::Choice),
    ("priority", FieldType::Choice),
    ("source", FieldType::Choice),
    ("problem_type", FieldType::Text),
    ("tags", FieldType::Tags),
    ("customer_id", FieldType::Id),
    (CUSTOMER_LEVEL, FieldType::Choice),
    (CUSTOMER_KIND, FieldType::Choice),
    ("site_id", FieldType::Id),
    ("device_id", FieldType::Id),
    ("team_id", FieldType::Id),
    ("region_id", FieldType::Id),
    ("contract_id", FieldType::Id),
    ("warranty_reason", FieldType::Choice),
];

const CUSTOMER_LEVEL: &str = "customer_level";
const CUSTOMER_KIND: &str = "customer_kind";

/// Fields of the ticket as its events name them.
const OF_TICKET: [&str; 11] = [
    "type",
    "priority",
    "source",
    "problem_type",
    "tags",
    "customer_id",
    "site_id",
    "device_id",
    "team_id",
    "region_id",
    "warranty",
];

/// The types of what conditions may name.
pub(super) fn types() -> BTreeMap<String, FieldType> {
    FIELDS.into_iter().map(|(id, kind)| (id.to_owned(), kind)).collect()
}

/// A change that is about to be stored.
pub struct Pending {
    /// The event that will tell of it.
    pub kind: &'static str,
    /// Its data.
    pub data: Value,
}

/// Whether a change of a ticket can matter to any clocks at all.
pub fn may_matter(before: &Ticket, after: &Ticket) -> bool {
    before.status != after.status
        || before.first_response_at != after.first_response_at
        || before.waiting_reason != after.waiting_reason
        || row_of(before) != row_of(after)
}

/// Whether a change of a ticket matters to clocks under these policies.
pub fn matters(levels: &ServiceLevels, before: &Ticket, after: &Ticket) -> bool {
    let over = |ticket: &Ticket| match ticket.status_category {
        StatusCategory::New | StatusCategory::Open => StatusCategory::Open,
        other => other,
    };
    if over(before) != over(after)
        || before.first_response_at != after.first_response_at
        || before.resolved_at != after.resolved_at
        || before.waiting_reason != after.waiting_reason
        || (levels.0.statuses && before.status != after.status)
    {
        return true;
    }
    let asked = |row: &Ticket| {
        let mut fields = known(&row_of(row));
        fields.retain(|field, _| levels.mentions(field));
        fields
    };
    asked(before) != asked(after) || (levels.mentions(CUSTOMER_LEVEL) && before.customer_id != after.customer_id)
}

/// The case of a ticket that comes in now.
pub async fn beginning(q: &mut impl Query, levels: &ServiceLevels, ticket: &Ticket) -> Result<Case, TicketError> {
    let mut fields = known(&row_of(ticket));
    add_customer(q, levels, ticket.customer_id, &mut fields).await?;
    let mut case = Case::new(ticket.created_at.micros());
    case.fields = fields;
    Ok(case.with(ticket.created_at.micros(), status_fact(ticket.status, None)))
}

/// The case of a ticket as it is, or will be after `pending`.
pub async fn case_of(
    q: &mut impl Query,
    levels: &ServiceLevels,
    ticket: &Ticket,
    pending: Option<Pending>,
) -> Result<Case, TicketError> {
    let now = q.cx().now();
    let mut changes = happened(q, ticket.id).await?;
    if let Some(pending) = pending {
        changes.push(Happened { kind: pending.kind.to_owned(), at: now, data: db::Json(pending.data) });
    }
    let pauses = store::pauses(q, ticket.id).await?;
    let mut row = row_of(ticket);
    let mut first_status = ticket.status;
    for change in changes.iter().rev() {
        for field in OF_TICKET {
            if let Some(from) = change.data.0.get(field).and_then(|change| change.get("from")) {
                row.insert(field.to_owned(), from.clone());
            }
        }
        first_status = status(change, "from").unwrap_or(first_status);
    }
    let mut fields = known(&row);
    let customer = id_in(&row, "customer_id");
    add_customer(q, levels, customer, &mut fields).await?;
    let mut case = Case::new(ticket.created_at.micros());
    case.fields = fields;

    let mut statuses = vec![(ticket.created_at, first_status)];
    let mut facts: Vec<Event> = Vec::new();
    let add = |facts: &mut Vec<Event>, at: Timestamp, fact: Fact| facts.push(Event { at: at.micros(), fact });
    // What the row alone tells: the ends of tickets without events.
    if first_status == Status::Cancelled {
        add(&mut facts, ticket.closed_at.unwrap_or(ticket.created_at), Fact::Cancelled);
    } else if !first_status.is_open() {
        let solved = ticket.resolved_at.or(ticket.closed_at).unwrap_or(ticket.created_at);
        add(&mut facts, solved, Fact::Resolved);
    }
    for change in &changes {
        if change.kind == "visit.checked_in" {
            add(&mut facts, instant(change, "checked_in_at").unwrap_or(change.at), Fact::Arrived);
            continue;
        }
        let mut changed = Map::new();
        let before = known(&row);
        for field in OF_TICKET {
            if let Some(to) = change.data.0.get(field).and_then(|change| change.get("to")) {
                row.insert(field.to_owned(), to.clone());
            }
        }
        for (field, value) in known(&row) {
            if before.get(&field) != Some(&value) {
                changed.insert(field, value);
            }
        }
        if changed.contains_key("customer_id") {
            add_customer(q, levels, id_in(&row, "customer_id"), &mut changed).await?;
        }
        if !changed.is_empty() {
            add(&mut facts, change.at, Fact::FieldsChanged { fields: changed });
        }
        let (Some(from), Some(to)) = (status(change, "from"), status(change, "to")) else { continue };
        let end = |fact: &Event| matches!(fact.fact, Fact::Resolved | Fact::Cancelled);
        match to {
            Status::Resolved if from.is_open() => {
                add(&mut facts, instant(change, "resolved_at").unwrap_or(change.at), Fact::Resolved);
            }
            Status::Cancelled => add(&mut facts, change.at, Fact::Cancelled),
            _ if to.is_open() && !from.is_open() => {
                // What was taken back never happened.
                match facts.iter().rposition(end).filter(|_| change.kind == "ticket.undone") {
                    Some(place) => drop(facts.remove(place)),
                    None => add(&mut facts, change.at, Fact::Reopened),
                }
            }
            _ => {}
        }
        statuses.push((change.at, to));
    }
    if let Some(at) = ticket.first_response_at {
        add(&mut facts, at, Fact::Replied);
    }
    for (by_customer, at) in conversation(q, ticket.id).await? {
        add(&mut facts, at, if by_customer { Fact::CustomerWrote } else { Fact::Replied });
    }
    if let Some(id) = ticket.customer_id
        && levels.mentions(CUSTOMER_LEVEL)
    {
        levels_of_customer(q, id, &mut case, &mut facts).await?;
    }
    stages(&statuses, &pauses, &mut facts);
    facts.sort_by_key(|fact| fact.at);
    case.events = facts;
    Ok(case)
}

/// The customer's level went through changes since the ticket came in; the record has the last one.
async fn levels_of_customer(
    q: &mut impl Query,
    id: Uuid,
    case: &mut Case,
    facts: &mut Vec<Event>,
) -> Result<(), TicketError> {
    let changes = customer_changes(q, id, Timestamp(case.created_at)).await?;
    let level = |change: &Happened, end: &str| change.data.0.get("level").and_then(|level| level.get(end)).cloned();
    if let Some(first) = changes.iter().find_map(|change| level(change, "from")) {
        case.fields.insert(CUSTOMER_LEVEL.to_owned(), first);
    }
    for change in &changes {
        if let Some(to) = level(change, "to") {
            facts.push(Event { at: change.at.micros(), fact: Fact::field(CUSTOMER_LEVEL, to) });
        }
    }
    Ok(())
}

/// Statuses through time. Pauses are stored with their reasons and can be taken back, so they say when the ticket waited, and
/// events all the rest.
fn stages(statuses: &[(Timestamp, Status)], pauses: &[TicketPause], facts: &mut Vec<Event>) {
    let paused = |at: Timestamp| pauses.iter().any(|pause| pause.from_at <= at && pause.to_at.is_none_or(|to| at < to));
    let working = |status: Status| status.is_open() && status != Status::Waiting;
    for &(at, status) in statuses {
        if working(status) && !paused(at) {
            facts.push(Event { at: at.micros(), fact: status_fact(status, None) });
        }
    }
    for pause in pauses {
        let reason = pause.reason.to_string();
        facts.push(Event { at: pause.from_at.micros(), fact: status_fact(Status::Waiting, Some(&reason)) });
        if let Some(to) = pause.to_at
            && !paused(to)
        {
            let known = statuses.iter().rev().find(|(at, status)| *at <= to && working(*status));
            let status = known.map_or(Status::Assigned, |(_, status)| *status);
            facts.push(Event { at: to.micros(), fact: status_fact(status, None) });
        }
    }
}

fn status_fact(status: Status, reason: Option<&str>) -> Fact {
    Fact::status(status.to_string(), status.category().to_string(), reason)
}

fn status(change: &Happened, end: &str) -> Option<Status> {
    serde_json::from_value(change.data.0.get("status")?.get(end)?.clone()).ok()
}

fn instant(change: &Happened, field: &str) -> Option<Timestamp> {
    serde_json::from_value(change.data.0.get(field)?.get("to")?.clone()).ok()
}

fn id_in(row: &Map<String, Value>, field: &str) -> Option<Uuid> {
    row.get(field)?.as_str()?.parse().ok()
}

fn row_of(ticket: &Ticket) -> Map<String, Value> {
    Map::from_iter([
        ("type".to_owned(), json!(ticket.kind)),
        ("priority".to_owned(), json!(ticket.priority)),
        ("source".to_owned(), json!(ticket.source)),
        ("problem_type".to_owned(), json!(ticket.problem_type)),
        ("tags".to_owned(), json!(ticket.tags.0)),
        ("customer_id".to_owned(), json!(ticket.customer_id)),
        ("site_id".to_owned(), json!(ticket.site_id)),
        ("device_id".to_owned(), json!(ticket.device_id)),
        ("team_id".to_owned(), json!(ticket.team_id)),
        ("region_id".to_owned(), json!(ticket.region_id)),
        ("warranty".to_owned(), json!(ticket.warranty.0)),
    ])
}

/// The fields that conditions may name, from those of the ticket.
fn known(row: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = row.clone();
    let warranty = fields.remove("warranty").unwrap_or_default();
    let of = |field: &str| warranty.get(field).cloned().unwrap_or_default();
    fields.insert("contract_id".to_owned(), of("contract_id"));
    fields.insert("warranty_reason".to_owned(), of("reason_code"));
    fields
}

/// What the customer's record says, if a condition asks for it.
async fn add_customer(
    q: &mut impl Query,
    levels: &ServiceLevels,
    id: Option<Uuid>,
    fields: &mut Map<String, Value>,
) -> Result<(), TicketError> {
    if !levels.mentions(CUSTOMER_LEVEL) && !levels.mentions(CUSTOMER_KIND) {
        return Ok(());
    }
    let customer = match id {
        Some(id) => customers::get(q, id).await?,
        None => None,
    };
    let (level, kind) = customer.map_or((Value::Null, Value::Null), |found| (json!(found.level), json!(found.kind)));
    fields.insert(CUSTOMER_LEVEL.to_owned(), level);
    fields.insert(CUSTOMER_KIND.to_owned(), kind);
    Ok(())
}

impl ServiceLevels {
    /// Whether a policy looks at the customer's level.
    pub(crate) fn ask_for_customer(&self) -> bool {
        self.mentions(CUSTOMER_LEVEL) || self.mentions(CUSTOMER_KIND)
    }

    /// Whether a policy promises next replies.
    pub(crate) fn promise_next_replies(&self) -> bool {
        self.promises(Metric::NextReply)
    }

    /// Whether a policy promises to be on site.
    pub(crate) fn promise_arrival(&self) -> bool {
        self.promises(Metric::Arrival)
    }
}
