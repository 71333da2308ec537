//! Taking a merge back: the customers are two again, and exactly what went along goes back.

use authz::permissions::CUSTOMERS_MERGE;
use db::{Json as Column, Query as _, Tx};
use events::NewEvent;
use http_api::{Accepted, App, Caller, Path, Problem, State};
use kernel::Uuid;
use objects::Numbers;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{OWN_ROWS, fields, merge::PRIMARY_CONTACT};
use crate::{
    Contact, Customer, CustomerError, CustomerMerge, MergeState, hierarchy::check_parent, ops::contacts::update::write,
    store,
};

/// Names one merge.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct MergePath {
    /// The merge's id.
    pub id: Uuid,
}

/// A merge that was taken back.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Undone {
    /// The merge.
    #[serde(flatten)]
    merge: CustomerMerge,
    /// Fields of the remaining customer that were changed since the merge, and stay as they are.
    kept: Vec<String>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MergePath>,
) -> Result<Accepted<Undone>, Problem> {
    let undone = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Undone, CustomerError> {
            let merge = store::merges::find(tx, path.id).await?.ok_or(CustomerError::NotFound("merge"))?;
            undo(tx, merge).await
        })
        .await?;
    Ok(Accepted(undone))
}

async fn undo(tx: &mut Tx<'_>, merge: CustomerMerge) -> Result<Undone, CustomerError> {
    let gone = |error| match error {
        CustomerError::NotFound(_) => CustomerError::NotFound("merge"),
        other => other,
    };
    let into = store::reached(tx, CUSTOMERS_MERGE, merge.into_id).await.map_err(gone)?;
    let from = store::reached(tx, CUSTOMERS_MERGE, merge.from_id).await.map_err(gone)?;
    let standing = matches!(merge.state, MergeState::Merging | MergeState::Merged);
    if !standing || from.merged_into_id != Some(into.id) {
        return Err(CustomerError::Conflict("already_undone", "This merge was taken back already."));
    }
    if into.merged_into_id.is_some() {
        let detail = "The remaining customer was merged into another since. Take that merge back first.";
        return Err(CustomerError::Conflict("merged_further", detail));
    }
    if into.erased_at.is_some() || from.erased_at.is_some() {
        let detail = "Personal data was erased since; what the customers said before is not known any more.";
        return Err(CustomerError::Conflict("erased", detail));
    }
    store::take_turns(tx).await?;
    let cx = tx.cx().clone();
    let back = Customer {
        version: from.version + 1,
        updated_at: cx.now(),
        archived_at: None,
        merged_into_id: None,
        ..from.clone()
    };
    store::update(tx, &from, &back).await?;
    for rows in &OWN_ROWS {
        let went = store::merges::remembered(tx, merge.id, &rows.key()).await?;
        rows.hand_over(tx, into.id, from.id, Some(&went)).await?;
    }
    call_first_again(tx, &merge, from.id).await?;
    let (after, kept, own) = put_back(tx, &into, &merge.fields.0).await?;
    let after = Customer { version: into.version + 1, updated_at: cx.now(), ..after };
    store::update(tx, &into, &after).await?;
    let undoing =
        CustomerMerge { version: merge.version + 1, updated_at: cx.now(), state: MergeState::Undoing, ..merge.clone() };
    store::merges::update(tx, &merge, &undoing).await?;
    let restored = NewEvent::new("customer.restored", "customer", from.id)
        .label(from.name.as_str())
        .data(events::changes(&from, &back));
    let mut changes = events::changes(&into, &after);
    if let Some(own) = &own {
        own.tell(&mut changes);
    }
    if let Value::Object(changes) = &mut changes {
        changes.insert("merge_id".into(), json!(merge.id));
        changes.insert("from_id".into(), json!(from.id));
        changes.insert("from_name".into(), json!(from.name));
    }
    let unmerged = NewEvent::new("customer.unmerged", "customer", into.id).label(after.name.as_str()).data(changes);
    let mut statements = own.map(|own| own.statements).unwrap_or_default();
    statements.extend([events::statement(&cx, &restored), events::statement(&cx, &unmerged)]);
    tx.execute_all(statements).await?;
    Ok(Undone { merge: undoing, kept })
}

/// Whoever was to be called first at the customer that comes back, is again.
async fn call_first_again(tx: &mut Tx<'_>, merge: &CustomerMerge, from: Uuid) -> Result<(), CustomerError> {
    let remembered = merge.fields.0.get(PRIMARY_CONTACT).and_then(|change| change["from"].as_str());
    let Some(id) = remembered.and_then(|text| text.parse::<Uuid>().ok()) else { return Ok(()) };
    let theirs = store::contacts(tx, &[from]).await?;
    if theirs.iter().any(|contact| contact.is_primary) {
        return Ok(());
    }
    if let Some(contact) = theirs.iter().find(|contact| contact.id == id) {
        write(tx, contact, Contact { is_primary: true, ..contact.clone() }, "contact.updated").await?;
    }
    Ok(())
}

/// The remaining customer with what the merge changed put back, as far as it is still as the merge left it; and the
/// fields that are not.
async fn put_back(
    tx: &mut Tx<'_>,
    into: &Customer,
    changed: &Map<String, Value>,
) -> Result<(Customer, Vec<String>, Option<objects::Settled>), CustomerError> {
    let now = fields(into);
    let (mut record, mut own, mut kept) = (now.clone(), Map::new(), Vec::new());
    for (field, change) in changed.iter().filter(|(field, _)| *field != PRIMARY_CONTACT) {
        let (from, to) = (&change["from"], &change["to"]);
        if let Some(id) = field.strip_prefix("ext.") {
            if into.ext.0.get(id) == Some(to) {
                own.insert(id.to_owned(), from.clone());
            } else {
                kept.push(field.clone());
            }
        } else if now.get(field) == Some(to) {
            record.insert(field.clone(), from.clone());
        } else {
            kept.push(field.clone());
        }
    }
    let mut after: Customer = serde_json::from_value(Value::Object(record)).unwrap_or_else(|_| into.clone());
    if let Some(parent) = after.parent_id.filter(|parent| into.parent_id != Some(*parent))
        && check_parent(tx, Some(into.id), parent).await.is_err()
    {
        after.parent_id = into.parent_id;
        kept.push("parent_id".to_owned());
    }
    if own.is_empty() {
        return Ok((after, kept, None));
    }
    let named: Vec<String> = own.keys().map(|id| format!("ext.{id}")).collect();
    match objects::settle_ext(tx, "customer", into.id, Some(&into.ext.0), Some(own), &Numbers::new()).await {
        Ok(own) => {
            after.ext = Column(own.values.clone());
            Ok((after, kept, Some(own)))
        }
        // The fields were defined anew since: what was put in then does not fit them.
        Err(objects::ObjectError::Record(_)) => {
            kept.extend(named);
            Ok((after, kept, None))
        }
        Err(error) => Err(error.into()),
    }
}
