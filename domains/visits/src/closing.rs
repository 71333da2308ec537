//! What must have happened on visits before a ticket can be closed.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use tickets::{ClosingCheck, Ticket, Unmet};

use crate::{
    model::{Visit, VisitResult, VisitStatus},
    store,
};

/// Visits are done, signed or excused; parts that were needed are booked; nothing waits for a decision. A ticket
/// without visits has nothing to fulfil.
#[derive(Debug, Clone, Copy, Default)]
pub struct VisitsDone;

impl ClosingCheck for VisitsDone {
    fn unmet<'a>(&'a self, tx: &'a mut Tx<'_>, ticket: &'a Ticket) -> BoxFuture<'a, Result<Vec<Unmet>, DbError>> {
        Box::pin(async move {
            let visits = store::of_ticket(tx, ticket.id).await?;
            if visits.is_empty() {
                return Ok(Vec::new());
            }
            let parts = inventory::uses_of_ticket(tx, ticket.id).await?.len();
            let conflicts = store::open_conflicts(tx, ticket.id).await?.len();
            Ok(unmet(&visits, parts, conflicts))
        })
    }
}

/// The conditions as a pure question; `parts` counts bookings of the ticket, `conflicts` undecided steps.
fn unmet(visits: &[Visit], parts: usize, conflicts: usize) -> Vec<Unmet> {
    let mut missing = Vec::new();
    let mut miss = |code: &'static str, message: String| missing.push(Unmet { code, message });
    for visit in visits {
        let number = &visit.number;
        match visit.status {
            status if status.is_open() => {
                miss("visit_open", format!("Visit {number} is not done. Finish it or call it off."));
            }
            VisitStatus::Done if !visit.is_confirmed() => {
                miss(
                    "signature_missing",
                    format!("Visit {number} has no signature. Have it signed, or say why there is none."),
                );
            }
            _ => {}
        }
    }
    let needed = visits.iter().any(|visit| visit.result == Some(VisitResult::NeedsParts));
    if needed && parts == 0 {
        miss("parts_not_booked", "A visit needed parts, but none are booked. Book the parts used.".to_owned());
    }
    if conflicts > 0 {
        miss("field_conflict_open", format!("{conflicts} report(s) from the field wait for a decision."));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn each_missing_thing_is_named() {
        let codes = |visits: &[Visit], parts, conflicts| -> Vec<&'static str> {
            unmet(visits, parts, conflicts).iter().map(|item| item.code).collect()
        };
        let mut visit = testing::blank_visit();
        assert_eq!(codes(&[visit.clone()], 0, 0), ["visit_open"]);
        visit.status = VisitStatus::Done;
        assert_eq!(codes(&[visit.clone()], 0, 1), ["signature_missing", "field_conflict_open"]);
        visit.excused_reason = Some("客户不在".into());
        visit.result = Some(VisitResult::NeedsParts);
        assert_eq!(codes(&[visit.clone()], 0, 0), ["parts_not_booked"]);
        assert!(codes(&[visit.clone()], 1, 0).is_empty());
        let mut other = testing::blank_visit();
        other.status = VisitStatus::Cancelled;
        assert!(codes(&[visit, other], 1, 0).is_empty());
    }
}
