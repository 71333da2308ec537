//! Merging one customer into another.

use std::collections::BTreeMap;

use authz::permissions::CUSTOMERS_MERGE;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{Accepted, App, Body, Caller, IfMatch, Path, Problem, State};
use kernel::Uuid;
use objects::{Checks, Numbers};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{FIELDS, OWN_ROWS, fields, preview::other, united_phones, united_tags};
use crate::{
    Customer, CustomerError, CustomerMerge, MergeState,
    api::CustomerPath,
    hierarchy::{MOST_LEVELS, check_parent},
    ops::contacts::update::step_back,
    store,
};

/// Where a merge remembers whom to call first at the customer that went away.
pub(crate) const PRIMARY_CONTACT: &str = "primary_contact_id";

/// Which customer goes away, and what stays of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The customer that goes into this one; it is archived.
    from: Uuid,
    /// Fields whose values are taken from it: name, kind, level, phone, email, address, note, owner_id, region_id,
    /// parent_id, and own fields as `ext.<id>`. Telephone numbers and tags of both are kept anyway.
    #[serde(default)]
    take: Vec<String>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    expected: IfMatch,
    Body(body): Body<Merge>,
) -> Result<Accepted<CustomerMerge>, Problem> {
    let merge = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<CustomerMerge, CustomerError> {
            let into = store::reached(tx, CUSTOMERS_MERGE, path.id).await?;
            if into.version != expected.version() {
                return Err(CustomerError::Stale);
            }
            merge(tx, into, body).await
        })
        .await?;
    Ok(Accepted(merge))
}

async fn merge(tx: &mut Tx<'_>, into: Customer, body: Merge) -> Result<CustomerMerge, CustomerError> {
    let from = other(tx, into.id, body.from).await?;
    if into.archived_at.is_some() || from.archived_at.is_some() {
        let detail = "One of the two is archived. Take it back first, or choose another.";
        return Err(CustomerError::Conflict("archived", detail));
    }
    let own = taken_own(&from, &body.take)?;
    store::take_turns(tx).await?;
    let parent_id = parent_after(tx, &into, &from, body.take.iter().any(|field| field == "parent_id")).await?;
    let mut after = taken(&into, &from, &body.take, parent_id);
    if let Some(parent) = parent_id.filter(|parent| into.parent_id != Some(*parent)) {
        check_parent(tx, Some(into.id), parent).await?;
    }
    let own = objects::settle_ext(tx, "customer", into.id, Some(&into.ext.0), own, &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    let cx = tx.cx().clone();
    let after = Customer { version: into.version + 1, updated_at: cx.now(), ..after };
    store::update(tx, &into, &after).await?;
    let gone = Customer {
        version: from.version + 1,
        updated_at: cx.now(),
        archived_at: Some(cx.now()),
        merged_into_id: Some(into.id),
        ..from.clone()
    };
    store::update(tx, &from, &gone).await?;
    let mut remembered = changed(&into, &after);
    if let Some(primary) = make_room(tx, into.id, from.id).await? {
        remembered.insert(PRIMARY_CONTACT.to_owned(), json!({ "from": primary, "to": null }));
    }
    let mut merge = CustomerMerge {
        id: cx.new_id(),
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        into_id: into.id,
        from_id: from.id,
        fields: Json(remembered),
        moved: Json(BTreeMap::new()),
        state: MergeState::Merging,
        created_by: cx.user_id(),
        created_by_name: cx.actor().name.clone(),
    };
    let mut went = Vec::new();
    for rows in &OWN_ROWS {
        let ids = rows.hand_over(tx, from.id, into.id, None).await?;
        merge.moved.0.insert(rows.name.to_owned(), ids.len() as i64);
        went.push((rows.key(), ids));
    }
    tx.execute(store::merges::insert(&cx, &merge)).await?;
    for (key, ids) in went {
        store::merges::remember(tx, merge.id, &key, &ids).await?;
    }
    tell(tx, &merge, (&into, &after), (&from, &gone), &own).await?;
    tx.execute_all(own.statements).await?;
    Ok(merge)
}

async fn tell(
    tx: &mut Tx<'_>,
    merge: &CustomerMerge,
    (into, after): (&Customer, &Customer),
    (from, gone): (&Customer, &Customer),
    own: &objects::Settled,
) -> Result<(), CustomerError> {
    let mut changes = events::changes(into, after);
    own.tell(&mut changes);
    if let Value::Object(changes) = &mut changes {
        changes.insert("merge_id".into(), json!(merge.id));
        changes.insert("from_id".into(), json!(from.id));
        changes.insert("from_name".into(), json!(from.name));
    }
    let merged = NewEvent::new("customer.merged", "customer", into.id).label(after.name.as_str()).data(changes);
    let changes = events::changes(from, gone);
    let archived = NewEvent::new("customer.archived", "customer", from.id).label(from.name.as_str()).data(changes);
    let cx = tx.cx().clone();
    tx.execute_all(vec![events::statement(&cx, &archived), events::statement(&cx, &merged)]).await?;
    Ok(())
}

/// The own values that are taken, or a mistake at what cannot be.
fn taken_own(from: &Customer, take: &[String]) -> Result<Option<Map<String, Value>>, CustomerError> {
    let (mut checks, mut own) = (Checks::new(), Map::new());
    for (index, field) in take.iter().enumerate() {
        if let Some(id) = field.strip_prefix("ext.") {
            if let Some(value) = from.ext.0.get(id) {
                own.insert(id.to_owned(), value.clone());
                continue;
            }
        } else if FIELDS.contains(&field.as_str()) {
            continue;
        }
        let message = "Take one of the fields that the preview names.";
        checks.refuse(&format!("/take/{index}"), "unknown_field", message);
    }
    checks.finish()?;
    Ok((!own.is_empty()).then_some(own))
}

/// The customer that stays, with what is taken from the other.
fn taken(into: &Customer, from: &Customer, take: &[String], parent_id: Option<Uuid>) -> Customer {
    let wanted = |field: &str| take.iter().any(|taken| taken == field);
    let phones = united_phones(&into.phones.0, &from.phones.0, wanted("phone"));
    let mut after = Customer {
        phone: phones.first().map(|phone| phone.number.clone()),
        phones: Json(phones),
        tags: Json(united_tags(&into.tags.0, &from.tags.0)),
        parent_id,
        ..into.clone()
    };
    if wanted("name") {
        after.name.clone_from(&from.name);
    }
    if wanted("kind") {
        after.kind = from.kind;
    }
    if wanted("level") {
        after.level = from.level;
    }
    if wanted("email") {
        after.email.clone_from(&from.email);
    }
    if wanted("address") {
        (after.address, after.lat, after.lng) = (from.address.clone(), from.lat, from.lng);
    }
    if wanted("note") {
        after.note.clone_from(&from.note);
    }
    if wanted("owner_id") {
        after.owner_id = from.owner_id;
    }
    if wanted("region_id") {
        after.region_id = from.region_id;
    }
    after
}

/// To whom the customer belongs afterwards. Who belonged to the one that goes away belongs to whom that one belonged.
async fn parent_after(
    tx: &mut Tx<'_>,
    into: &Customer,
    from: &Customer,
    take: bool,
) -> Result<Option<Uuid>, CustomerError> {
    let above = store::line_up(tx, into.id, MOST_LEVELS + 1).await?;
    if above.contains(&from.id) && into.parent_id != Some(from.id) {
        let detail = "The customer that stays stands two levels or more below the other. Merge the other way round.";
        return Err(CustomerError::Conflict("stands_below", detail));
    }
    let levels = above.len() as i64 + store::height(tx, from.id, MOST_LEVELS + 1).await? - 1;
    if into.parent_id != Some(from.id) && levels > MOST_LEVELS {
        let detail = "The customers below the one that goes away would stand too deep. Move them first.";
        return Err(CustomerError::Conflict("too_deep", detail));
    }
    let wanted = if take && from.parent_id.is_some() { from.parent_id } else { into.parent_id };
    Ok(if wanted == Some(from.id) || wanted == Some(into.id) {
        from.parent_id.filter(|parent| *parent != into.id).or(into.parent_id.filter(|parent| *parent != from.id))
    } else {
        wanted
    })
}

/// One customer has one contact to call first: the other's steps back when this one has contacts; answers which.
async fn make_room(tx: &mut Tx<'_>, into: Uuid, from: Uuid) -> Result<Option<Uuid>, CustomerError> {
    if store::contacts(tx, &[into]).await?.is_empty() {
        return Ok(None);
    }
    let theirs = store::contacts(tx, &[from]).await?;
    step_back(tx, &theirs, Uuid::nil()).await?;
    Ok(theirs.iter().find(|contact| contact.is_primary).map(|contact| contact.id))
}

/// What the merge changed, field by field, so that it can be put back.
fn changed(before: &Customer, after: &Customer) -> Map<String, Value> {
    let (old, new) = (fields(before), fields(after));
    let mut changed = Map::new();
    for (field, from) in old {
        let to = new.get(&field).cloned().unwrap_or(Value::Null);
        if from != to && !matches!(field.as_str(), "version" | "updated_at" | "ext") {
            changed.insert(field, json!({ "from": from, "to": to }));
        }
    }
    for (id, to) in &after.ext.0 {
        let from = before.ext.0.get(id).cloned().unwrap_or(Value::Null);
        if from != *to {
            changed.insert(format!("ext.{id}"), json!({ "from": from, "to": to }));
        }
    }
    changed
}
