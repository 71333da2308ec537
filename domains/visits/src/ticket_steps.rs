//! What a visit's steps mean for its ticket.

use db::Tx;
use tickets::{Action, Solution, Status, Ticket, TicketError};

use crate::{
    VisitError,
    field::CommandKind,
    model::{Visit, VisitResult, VisitStatus},
};

/// Moves the ticket along with the visit where that is possible; where it is not, the ticket stays as it is.
pub async fn follow(tx: &mut Tx<'_>, visit: &Visit, step: CommandKind) -> Result<(), VisitError> {
    if !matches!(
        step,
        CommandKind::Accept | CommandKind::Decline | CommandKind::CheckIn | CommandKind::CheckOut | CommandKind::Result
    ) {
        return Ok(());
    }
    let Some(mut ticket) = tickets::get(tx, visit.ticket_id).await? else { return Ok(()) };
    let theirs = ticket.engineer_id == Some(visit.engineer_id);
    match step {
        CommandKind::Accept if theirs && ticket.status == Status::Assigned => {
            act(tx, ticket, Action::Accept).await?;
        }
        CommandKind::Decline if theirs && matches!(ticket.status, Status::Assigned | Status::Accepted) => {
            let reason = visit.decline_reason.clone().unwrap_or_default();
            act(tx, ticket, Action::Decline { reason }).await?;
        }
        CommandKind::CheckIn => {
            if ticket.status == Status::Waiting {
                ticket = act(tx, ticket, Action::Resume).await?;
            }
            if matches!(ticket.status, Status::New | Status::Assigned | Status::Accepted) {
                act(tx, ticket, Action::Start).await?;
            }
        }
        _ => resolve(tx, visit, ticket).await?,
    }
    Ok(())
}

/// Resolves the ticket when the engineer asked for that and the visit is done with the fault fixed.
async fn resolve(tx: &mut Tx<'_>, visit: &Visit, ticket: Ticket) -> Result<(), VisitError> {
    let fixed = visit.status == VisitStatus::Done && visit.result == Some(VisitResult::Fixed);
    if !(visit.resolve_ticket && fixed && ticket.status.is_open()) {
        return Ok(());
    }
    let solution = Solution {
        resolution: visit.result_text.clone().unwrap_or_else(|| format!("{} ✓", visit.number)),
        cause_code: visit.cause_code.clone(),
        action_code: visit.action_code.clone(),
    };
    act(tx, ticket, Action::Resolve(solution)).await?;
    Ok(())
}

/// An action that the ticket's state does not allow leaves it as it is: the visit's own record still counts.
async fn act(tx: &mut Tx<'_>, ticket: Ticket, action: Action) -> Result<Ticket, VisitError> {
    match tickets::act(tx, ticket.clone(), action).await {
        Err(TicketError::NotPossible { .. }) => Ok(ticket),
        other => Ok(other?),
    }
}
