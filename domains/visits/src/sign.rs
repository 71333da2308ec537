//! A customer's signature through a link.

use db::Tx;
use kernel::Uuid;
use serde_json::json;

use crate::{
    VisitError,
    model::{Signature, Visit, VisitStatus},
    plan::event,
    store,
};

/// Puts the signature on every finished visit of the ticket that has none, or else on the one that is going on.
/// [`VisitError::NothingToSign`] when there is no such visit.
pub async fn sign(tx: &mut Tx<'_>, ticket_id: Uuid, signature: Signature) -> Result<Vec<Visit>, VisitError> {
    let visits = store::of_ticket(tx, ticket_id).await?;
    let unsigned = |visit: &&Visit, status| visit.status == status && visit.signature.0.is_none();
    let mut waiting: Vec<&Visit> = visits.iter().filter(|visit| unsigned(visit, VisitStatus::Done)).collect();
    if waiting.is_empty() {
        waiting.extend(visits.iter().rev().find(|visit| unsigned(visit, VisitStatus::OnSite)));
    }
    if waiting.is_empty() {
        return Err(VisitError::NothingToSign);
    }
    let mut signed = Vec::with_capacity(waiting.len());
    for visit in waiting {
        signed.push(confirm(tx, visit, Ok(signature.clone())).await?);
    }
    Ok(signed)
}

/// Puts a signature or an excuse on one visit.
pub(crate) async fn confirm(
    tx: &mut Tx<'_>,
    before: &Visit,
    signature: Result<Signature, String>,
) -> Result<Visit, VisitError> {
    let (kind, data) = match &signature {
        Ok(signature) => (
            "visit.signed",
            json!({ "signer_name": signature.signer_name, "file_id": signature.file_id, "via": signature.via }),
        ),
        Err(reason) => ("visit.excused", json!({ "reason": reason })),
    };
    let mut after = before.clone();
    after.confirm(signature)?;
    store::update(tx, before, &mut after).await?;
    events::append(tx, event(&after, kind, data)).await?;
    Ok(after)
}
