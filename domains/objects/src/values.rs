//! Values of own fields on their way into a record: accepted by the catalogue, unique where they must be, naming only
//! what exists, with what the server itself makes, and with the index rows that follow.

use std::collections::BTreeMap;

use db::{Db, DbError, Query as _, Stmt, Tx};
use forms::{Catalogue, Field, FieldFault, FieldKind, Form, FormScope, Map, SystemFact};
use http_api::FieldError;
use kernel::Context;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ObjectError,
    access::{MASK, Viewer},
    computed,
    filling::form_in,
    index::{changed, entries},
    listing::now,
    offering, references,
    store::{computed as states, fields},
    unique,
};

/// Numbers that were taken for a new record's fields, by field id.
pub type Numbers = BTreeMap<String, String>;

/// Values that may be stored.
#[derive(Debug)]
pub struct Settled {
    /// All of the record's own values, by field id.
    pub values: Map,
    /// Whether they differ from those before.
    pub changed: bool,
    /// What differs, as events tell it; personal data is masked.
    pub changes: Value,
    /// Keeps the index in step; run them in the same transaction.
    pub statements: Vec<Stmt<'static>>,
}

/// Takes a number for each field of the object that has one in new records. Call it before the transaction.
pub async fn numbers(db: &Db, cx: &Context, object: &str) -> Result<Numbers, DbError> {
    let key = object.to_owned();
    let (_, catalogue) = db.read(cx, async move |r: &mut db::Read<'_>| fields::catalogue(r, &key).await).await?;
    let mut numbers = Numbers::new();
    for field in catalogue.fields.iter().filter(|field| !field.retired) {
        if let FieldKind::AutoNumber(settings) = &field.kind {
            let number = db.next_number(cx, &format!("record:{object}:{}", field.id)).await?;
            let width = usize::from(settings.digits);
            numbers.insert(field.id.clone(), format!("{}{number:0width$}", settings.prefix));
        }
    }
    Ok(numbers)
}

/// What somebody sends for a record's own values.
#[derive(Debug)]
pub struct Sent<'a> {
    /// The object's key.
    pub object: &'a str,
    /// The record's id.
    pub record: Uuid,
    /// The values it has; `None` for a new record.
    pub before: Option<&'a Map>,
    /// The values sent; fields that are not named keep theirs, null empties one.
    pub values: Map,
    /// Where they stand in the body, such as `/values`.
    pub pointer: &'a str,
    /// What [`numbers`] gave for a new record.
    pub numbers: &'a Numbers,
    /// The form it was filled in with, if any.
    pub form: Option<&'a Form>,
}

/// Checks what was sent and works out what is stored.
///
/// # Errors
/// [`ObjectError::Record`] with a pointer to each wrong value; [`ObjectError::NotUnique`] when nothing is wrong but values
/// that another record has.
pub async fn settle(tx: &mut Tx<'_>, sent: Sent<'_>) -> Result<Settled, ObjectError> {
    let cx = tx.cx().clone();
    let (_, catalogue) = fields::catalogue_held(tx, sent.object).await?;
    let viewer = Viewer::of(&cx, &catalogue);
    let input = viewer.unmasked(&catalogue, sent.values.clone());
    let before = refreshed(tx, &catalogue, &sent).await?;
    let (values, problems, faults) = accepted(tx, &catalogue, &viewer, &sent, before.as_ref(), &input).await?;
    let mut errors: Vec<FieldError> = problems
        .into_iter()
        .map(|problem| {
            FieldError::new(format!("{}{}", sent.pointer, problem.pointer), problem.code, problem.message)
                .with_params(Value::Object(problem.params))
        })
        .collect();
    let nothing = Map::new();
    let old = before.as_ref().unwrap_or(&nothing);
    for field in catalogue.fields.iter().filter(|field| old.get(&field.id) != values.get(&field.id)) {
        let wrong = wrong_in_store(tx, field, old.get(&field.id), values.get(&field.id)).await?;
        errors.extend(
            wrong.map(|(code, message)| FieldError::new(format!("{}/{}", sent.pointer, field.id), code, message)),
        );
    }
    let clashes = unique::clashes(tx, &catalogue, sent.record, old, &values, sent.pointer).await?;
    if errors.is_empty() && !clashes.is_empty() {
        return Err(ObjectError::NotUnique(clashes));
    }
    errors.extend(clashes);
    if !errors.is_empty() {
        return Err(ObjectError::Record(errors));
    }
    let mut values = values;
    let differs = sent.before.is_none_or(|before| *before != values);
    if differs {
        fill_in(&cx, &catalogue, sent.before.is_none(), sent.numbers, &mut values);
    }
    let mut statements = index_changes(&cx, &catalogue, sent.object, sent.record, old, &values);
    statements.extend(unique::changes(&cx, &catalogue, sent.record, old, &values));
    if computed::is_any(&catalogue) {
        statements.extend(states::forget_faults(&cx, sent.object, sent.record));
        statements.extend(faults.iter().map(|fault| states::fault(&cx, sent.object, sent.record, fault)));
    }
    let was_used = sent.before.is_some();
    statements.extend(computed::follow(tx, sent.object, sent.record, (old, was_used), (&values, true)).await?);
    let changes = told(&catalogue, old, &values);
    Ok(Settled { values, changed: differs, changes, statements })
}

/// What the record had, with roll-ups as they are by now: those are written in the background without a new version.
async fn refreshed(tx: &mut Tx<'_>, catalogue: &Catalogue, sent: &Sent<'_>) -> Result<Option<Map>, DbError> {
    let Some(before) = sent.before else { return Ok(None) };
    let mut before = before.clone();
    if computed::is_any(catalogue)
        && let Some(now) = states::held(tx, sent.object, sent.record).await?
    {
        for field in catalogue.fields.iter().filter(|field| field.kind.is_computed()) {
            match now.get(&field.id) {
                Some(value) => before.insert(field.id.clone(), value.clone()),
                None => before.remove(&field.id),
            };
        }
    }
    Ok(Some(before))
}

/// What was sent, accepted, with everything that is worked out.
async fn accepted(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    viewer: &Viewer,
    sent: &Sent<'_>,
    before: Option<&Map>,
    input: &Map,
) -> Result<(Map, Vec<forms::Problem>, Vec<FieldFault>), DbError> {
    let now = now(tx.cx());
    let mut made = Map::new();
    if before.is_none() {
        made.extend(forms::defaults(catalogue, input, &computed::scene(tx.cx())));
        computed::over_nothing(catalogue, &mut made);
    }
    let accept = |made: &Map| {
        let scope = FormScope { roles: &viewer.roles, form: sent.form, now, made: Some(made) };
        let mut accepted = forms::accept(catalogue, &scope, before, input);
        if sent.form.is_none() && before.is_some() {
            // A field that became required later does not keep others from being changed: what was missing all along
            // and is not sent now is asked for where the record is filled in.
            let is_unsent = |problem: &forms::Problem| {
                let field = problem.pointer.trim_start_matches('/');
                problem.code == "required" && !field.contains('/') && !input.contains_key(field)
            };
            if accepted.problems.iter().any(is_unsent) {
                let standing = forms::accept(catalogue, &scope, before, &Map::new()).problems;
                accepted.problems.retain(|problem| !(is_unsent(problem) && standing.contains(problem)));
            }
        }
        accepted
    };
    let mut accepted = accept(&made);
    if !computed::is_any(catalogue) {
        return Ok((accepted.record, accepted.problems, Vec::new()));
    }
    let mut faults = computed::work_out(tx, catalogue, &mut accepted.record).await?;
    if forms::needs_made(catalogue) {
        // Conditions ask for values that are known only now.
        let computed = catalogue.fields.iter().filter(|field| field.kind.is_computed());
        made.extend(
            computed
                .filter_map(|field| accepted.record.get_key_value(&field.id))
                .map(|(id, value)| (id.clone(), value.clone())),
        );
        accepted = accept(&made);
        faults = computed::work_out(tx, catalogue, &mut accepted.record).await?;
    }
    Ok((accepted.record, accepted.problems, faults))
}

impl Settled {
    /// Adds the changes to an event's, as `ext.<field>`, in place of the values as a whole.
    pub fn tell(&self, event: &mut Value) {
        let (Value::Object(event), Value::Object(own)) = (event, &self.changes) else { return };
        event.remove("ext");
        event.extend(own.iter().map(|(field, change)| (format!("ext.{field}"), change.clone())));
    }
}

/// [`settle`] for the `ext` of a built-in object's record; without `sent` everything stays as it is. Beside the values it
/// may name the form they were filled in with as `$form`, and its version as `$form_version`: then the form's rules hold
/// too.
///
/// # Errors
/// [`ObjectError::Record`] with a pointer below `/ext` to each wrong value.
pub async fn settle_ext(
    tx: &mut Tx<'_>,
    object: &str,
    record: Uuid,
    before: Option<&Map>,
    sent: Option<Map>,
    numbers: &Numbers,
) -> Result<Settled, ObjectError> {
    let Some(mut sent) = sent else {
        let values = before.cloned().unwrap_or_default();
        return Ok(Settled { values, changed: false, changes: json!({}), statements: Vec::new() });
    };
    let form = form_in(tx, object, &mut sent).await?;
    settle(tx, Sent { object, record, before, values: sent, pointer: "/ext", numbers, form: form.as_ref() }).await
}

/// The values as the caller sees them: without fields of other roles, with personal data masked.
pub async fn shown(q: &mut impl db::Query, object: &str, mut records: Vec<&mut Map>) -> Result<(), DbError> {
    records.retain(|values| !values.is_empty());
    if records.is_empty() {
        return Ok(());
    }
    let (_, catalogue) = fields::catalogue(q, object).await?;
    let viewer = Viewer::of(q.cx(), &catalogue);
    for values in records {
        *values = viewer.shown(&catalogue, values);
    }
    Ok(())
}

/// A record's own values without those that hold personal data.
pub async fn impersonal(q: &mut impl db::Query, object: &str, mut values: Map) -> Result<Map, DbError> {
    if !values.is_empty() {
        let (_, catalogue) = fields::catalogue(q, object).await?;
        for field in catalogue.fields.iter().filter(|field| field.personal) {
            values.remove(&field.id);
        }
    }
    Ok(values)
}

/// A record's own values without those that hold personal data, and the statements that keep the index, and what other
/// records were worked out from them, in step. Nothing is demanded of what remains: personal data goes even where a field
/// must not be empty.
pub async fn without_personal(
    tx: &mut Tx<'_>,
    object: &str,
    record: Uuid,
    before: &Map,
) -> Result<(Map, Vec<Stmt<'static>>), DbError> {
    let (_, catalogue) = fields::catalogue_held(tx, object).await?;
    let mut values = before.clone();
    for field in catalogue.fields.iter().filter(|field| field.personal) {
        values.remove(&field.id);
    }
    let cx = tx.cx().clone();
    let mut statements = index_changes(&cx, &catalogue, object, record, before, &values);
    statements.extend(unique::changes(&cx, &catalogue, record, before, &values));
    statements.extend(computed::follow(tx, object, record, (before, true), (&values, true)).await?);
    Ok((values, statements))
}

/// What only the store knows to be wrong with a new value of a field: whom or what it names. What the record named before
/// may stay.
async fn wrong_in_store(
    tx: &mut Tx<'_>,
    field: &Field,
    old: Option<&Value>,
    value: Option<&Value>,
) -> Result<Option<(&'static str, String)>, ObjectError> {
    let kept: Vec<Uuid> = old.map(computed::ids).unwrap_or_default();
    let ids: Vec<Uuid> = value.map(computed::ids).unwrap_or_default();
    let ids: Vec<Uuid> = ids.into_iter().filter(|id| !kept.contains(id)).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let known = match &field.kind {
        FieldKind::Relation(settings) => {
            let found = references::find(tx, &settings.object, &ids).await?;
            if let Some(put_away) = found.iter().find(|reference| reference.archived) {
                let message = format!("Choose something in use; {} was put away.", put_away.title);
                return Ok(Some(("archived_target", message)));
            }
            if let Some(tree) = &settings.offered_if
                && let Some(passing) = offering::passing(tx, &settings.object, tree, &ids).await?
                && let Some(other) = found.iter().find(|reference| !passing.contains(&reference.id))
            {
                let message = format!("Choose one that the field offers; {} is not among them.", other.title);
                return Ok(Some(("outside_offer", message)));
            }
            found.into_iter().map(|reference| reference.id).collect()
        }
        FieldKind::Person => identity::users_by_ids(tx, &ids).await?.into_keys().collect(),
        FieldKind::Team => match ids.first() {
            Some(id) => identity::team(tx, *id).await?.map(|team| team.id).into_iter().collect(),
            None => Vec::new(),
        },
        _ => return Ok(None),
    };
    let unknown = ids.iter().find(|id| !known.contains(id));
    Ok(unknown.map(|id| ("unknown_target", format!("Choose something that exists; there is no {id}."))))
}

/// What the server itself puts into a record: numbers, and who changed it when.
fn fill_in(cx: &Context, catalogue: &Catalogue, new: bool, numbers: &Numbers, values: &mut Map) {
    let who = cx.user_id().map(|id| Value::from(id.to_string()));
    let when = Some(Value::from(cx.now().to_string()));
    for field in catalogue.fields.iter().filter(|field| !field.retired) {
        let value = match &field.kind {
            FieldKind::AutoNumber(_) if new => numbers.get(&field.id).map(|number| Value::from(number.as_str())),
            FieldKind::System(settings) => match settings.of {
                SystemFact::CreatedBy if new => who.clone(),
                SystemFact::CreatedAt if new => when.clone(),
                SystemFact::UpdatedBy => who.clone(),
                SystemFact::UpdatedAt => when.clone(),
                _ => continue,
            },
            _ => continue,
        };
        match value {
            Some(value) => values.insert(field.id.clone(), value),
            None => values.remove(&field.id),
        };
    }
}

/// The statements that bring the index from one record's values to others.
pub(crate) fn index_changes(
    cx: &Context,
    catalogue: &Catalogue,
    object: &str,
    record: Uuid,
    before: &Map,
    after: &Map,
) -> Vec<Stmt<'static>> {
    let mut statements = Vec::new();
    for (field, kind) in changed(catalogue, before, after) {
        if before.contains_key(&field.id) {
            statements.push(fields::remove(cx, kind, object, &field.id, record));
        }
        for entry in entries(kind, after.get(&field.id)) {
            statements.push(fields::add(cx, kind, object, &field.id, record, entry));
        }
    }
    statements
}

/// Changes as events tell them, which everybody on the timeline reads: personal data is masked, and so are fields that
/// only some roles see.
pub(crate) fn told(catalogue: &Catalogue, before: &Map, after: &Map) -> Value {
    let mut told = events::changes(before, after);
    for field in catalogue.fields.iter().filter(|field| field.personal || !field.see_roles.is_empty()) {
        let Some(Value::Object(change)) = told.get_mut(&field.id) else { continue };
        for side in change.values_mut().filter(|side| !side.is_null()) {
            *side = json!(MASK);
        }
    }
    told
}

/// The words by which a record is called: its title field's value, else the first text's, else `number`.
pub(crate) fn title(
    catalogue: &Catalogue,
    title_field: Option<&str>,
    viewer: &Viewer,
    values: &Map,
    number: &str,
) -> String {
    let chosen = title_field.and_then(|id| catalogue.field(id));
    let first = || catalogue.fields.iter().find(|field| !field.retired && matches!(field.kind, FieldKind::Text(_)));
    let field = chosen.or_else(first).filter(|field| viewer.reads(field));
    let text = field.and_then(|field| words(field, values.get(&field.id)?));
    text.unwrap_or_else(|| number.to_owned())
}

/// A value in words; `None` where words say nothing, as with ids.
pub(crate) fn words(field: &Field, value: &Value) -> Option<String> {
    if let Some(choice) = field.kind.choice() {
        let chosen = |id: &Value| {
            let option = choice.options.iter().find(|option| id.as_str() == Some(option.id.as_str()))?;
            Some(format!("{} {}", option.label.zh, option.label.en))
        };
        return match value {
            Value::Array(ids) => Some(ids.iter().filter_map(chosen).collect::<Vec<_>>().join(" ")),
            id => chosen(id),
        };
    }
    match (&field.kind, value) {
        (FieldKind::Person | FieldKind::Team | FieldKind::Relation(_) | FieldKind::Signature, _) => None,
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}
