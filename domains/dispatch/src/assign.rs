//! Sending somebody: the ticket is given to them, the visit planned, both told, in one commit.

use db::Tx;
use events::NewEvent;
use kernel::{Timestamp, Uuid};
use serde_json::json;
use tickets::{Action, Assignment, Ticket};

use crate::{
    DispatchError,
    api::{Dispatched, Recommendation},
};

/// Sends the engineer of `choice` at `span`. Visits of others on this ticket that have not begun are called off.
pub async fn send(
    tx: &mut Tx<'_>,
    ticket: Ticket,
    choice: Recommendation,
    span: (Timestamp, Timestamp),
    number: String,
    (by, override_reason): (&str, Option<String>),
) -> Result<Dispatched, DispatchError> {
    let engineer = workforce::get(tx, choice.engineer.id).await?.ok_or(DispatchError::EngineerUnavailable)?;
    if !engineer.is_available() {
        return Err(DispatchError::EngineerUnavailable);
    }
    visits::cancel_open(tx, ticket.id, "已重新派工 (dispatched anew)").await?;
    let to = Assignment { engineer_id: engineer.id, user_id: engineer.user_id, team_id: engineer.team_id };
    let ticket = tickets::act(tx, ticket, Action::Assign(to)).await?;
    let visit = visits::plan(tx, number, &ticket, &engineer, span).await?;
    let data = json!({
        "engineer_id": engineer.id, "engineer_name": engineer.name, "by": by, "rank": choice.rank,
        "score": choice.score, "reasons": choice.reasons, "excluded": choice.excluded,
        "override_reason": override_reason, "visit_id": visit.id, "visit_number": visit.number,
    });
    let event = NewEvent::new("dispatch.sent", "ticket", ticket.id).label(&ticket.number).data(data);
    events::append(tx, event).await?;
    Ok(Dispatched {
        ticket,
        visit,
        rank: choice.rank,
        score: choice.score,
        reasons: choice.reasons,
        excluded: choice.excluded,
    })
}

/// The recommendation of one engineer.
pub fn of_engineer(all: Vec<Recommendation>, id: Uuid) -> Result<Recommendation, DispatchError> {
    all.into_iter().find(|one| one.engineer.id == id).ok_or(DispatchError::EngineerUnavailable)
}
