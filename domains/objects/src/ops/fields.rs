//! Changing which fields an object has: showing, replacing, checking and converting them, and their JSON Schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
};

use db::{Query, Read, Tx};
use events::NewEvent;
use forms::{Catalogue, Converted, Defect, Field, FieldKind};
use http_api::{
    App, Body, Caller, Download, FieldError, IfMatch, Json, Path, Problem, Query as Asked, State, Versioned,
};
use jobs::NewJob;
use kernel::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::definitions::{ObjectPath, definition, seen};
use crate::{
    ObjectError,
    access::manages,
    built_in, computed,
    index::{fits, indexed},
    jobs::{INDEX, SEARCH},
    links,
    model::{FieldIndex, FieldsView, IndexState, ObjectDefinition},
    store::{computed as computed_store, definitions, fields as store},
    unique,
    values::index_changes,
};

/// Values that a conversion shows as failing, at most.
const SHOWN: usize = 50;

/// The fields an object shall have.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CatalogueBody {
    /// All of them.
    catalogue: Catalogue,
}

/// What is wrong with a catalogue.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Defects {
    /// Empty when it may be used.
    defects: Vec<Defect>,
}

/// Names one field.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct FieldPath {
    /// The object's key.
    object: String,
    /// The field's id.
    field: String,
}

/// Another type for a field.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversion {
    /// The new type with its settings.
    kind: FieldKind,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Empty the values that cannot be converted.
    #[serde(default)]
    drop_failed: bool,
    /// The version of the fields that was read, from `If-Match`.
    #[serde(skip)]
    version: Option<i64>,
}

/// What a conversion does to the values.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct Outcome {
    /// Records that have a value.
    total: u64,
    /// Values that lose nothing.
    whole: u64,
    /// Values of which something goes, such as the time of a day and time.
    shortened: u64,
    /// Values that become empty.
    empty: u64,
    /// How many cannot be converted.
    refused: u64,
    /// Whether the field's default cannot be converted, so that it is cleared.
    default_lost: bool,
    /// The first 50 that cannot be converted.
    failed: Vec<Failed>,
}

/// A value that cannot be converted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Failed {
    /// Whose value it is.
    record_id: Uuid,
    /// The value.
    value: Value,
    /// Why it cannot.
    reason: String,
}

/// For which form: `?form=…`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct SchemaParams {
    /// The form's id; without one the schema is for all fields.
    form: Option<Uuid>,
}

async fn view(q: &mut impl Query, object: &str) -> Result<FieldsView, ObjectError> {
    let (version, catalogue) = store::catalogue(q, object).await?;
    let fillings = store::fillings(q, object).await?;
    let index = catalogue.fields.iter().filter(|field| field.filterable && indexed(field).is_some()).map(|field| {
        let filling = fillings.iter().find(|filling| filling.field == field.id);
        FieldIndex {
            field: field.id.clone(),
            state: if filling.is_some() { IndexState::Filling } else { IndexState::Ready },
            done: filling.map_or(0, |filling| filling.done),
            total: filling.map_or(0, |filling| filling.total),
        }
    });
    let index = index.collect();
    Ok(FieldsView { object: object.to_owned(), version, catalogue, index })
}

pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
) -> Result<Versioned<FieldsView>, Problem> {
    let view = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<FieldsView, ObjectError> {
            let object = seen(r, &path.object).await?;
            let mut view = view(r, &object.key).await?;
            if !manages(r.cx()) {
                let viewer = crate::access::Viewer::of(r.cx(), &view.catalogue);
                view.catalogue.fields.retain(|field| viewer.sees(field));
                let known: BTreeSet<&str> = view.catalogue.fields.iter().map(|field| field.id.as_str()).collect();
                view.index.retain(|index| known.contains(index.field.as_str()));
            }
            Ok(view)
        })
        .await?;
    Ok(Versioned(view))
}

pub(crate) async fn check(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    Body(body): Body<CatalogueBody>,
) -> Result<Json<Defects>, Problem> {
    let defects = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ObjectError> {
            let object = definition(r, &path.object).await?;
            let own = definitions::all(r).await?;
            let others = others(r, &body.catalogue).await?;
            Ok(defects(&object.key, &body.catalogue, &own, &others))
        })
        .await?;
    Ok(Json(Defects { defects }))
}

/// The catalogues of all objects, where fields of this one hang on theirs.
async fn others(q: &mut impl Query, catalogue: &Catalogue) -> Result<BTreeMap<String, Catalogue>, ObjectError> {
    let hangs = |field: &Field| match &field.kind {
        FieldKind::LookUp(_) | FieldKind::RollUp(_) => true,
        FieldKind::Relation(settings) => settings.offered_if.is_some(),
        _ => false,
    };
    if !catalogue.fields.iter().any(hangs) {
        return Ok(BTreeMap::new());
    }
    let all = definitions::catalogues(q).await?;
    Ok(all.into_iter().map(|(object, catalogue)| (object, catalogue.0)).collect())
}

/// What is wrong with a catalogue in itself, and beside the other objects.
fn defects(
    object: &str,
    catalogue: &Catalogue,
    own: &[ObjectDefinition],
    others: &BTreeMap<String, Catalogue>,
) -> Vec<Defect> {
    let mut defects = catalogue.check();
    if catalogue.fields.len() <= forms::MAX_FIELDS {
        defects.extend(links::defects(catalogue, others));
    }
    let mut add = |pointer: String, code: &str, message: String| {
        defects.push(Defect { pointer, code: code.to_owned(), message, position: None });
    };
    if catalogue.object != object {
        add("/object".into(), "wrong_object", format!("Write `{object}`; these are the fields of that object."));
    }
    let exists = |key: &str| {
        built_in::table(key).is_some() || own.iter().any(|other| other.key == key && other.archived_at.is_none())
    };
    for (index, field) in catalogue.fields.iter().enumerate().take(forms::MAX_FIELDS) {
        let at = format!("/fields/{index}");
        if crate::reserved::reserved(object).contains(&field.id.as_str()) {
            let message = format!("Choose another id; lists know `{}` as a standard field.", field.id);
            add(format!("{at}/id"), "reserved_id", message);
        }
        let wanted = [("filterable", field.filterable), ("sortable", field.sortable), ("unique", field.unique)];
        if field.rule_type().is_some() && !fits(&field.kind) {
            for (flag, _) in wanted.into_iter().filter(|(_, on)| *on) {
                let message = format!("Switch {flag} off; texts of this kind are too long for an index.");
                add(format!("{at}/{flag}"), "flag_not_allowed", message);
            }
        }
        let target = match &field.kind {
            FieldKind::Relation(settings) => Some(&settings.object),
            FieldKind::RollUp(settings) => Some(&settings.object),
            _ => None,
        };
        if let Some(target) = target.filter(|target| !field.retired && *target != object && !exists(target)) {
            let message = format!("Choose an object that exists; `{target}` does not.");
            add(format!("{at}/kind/object"), "unknown_object", message);
        }
    }
    defects
}

pub(crate) async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    expected: IfMatch,
    Body(body): Body<CatalogueBody>,
) -> Result<Versioned<FieldsView>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<FieldsView, ObjectError> {
            let object = definition(tx, &path.object).await?;
            replace(tx, &object, expected.version(), body.catalogue).await?;
            view(tx, &object.key).await
        })
        .await?;
    Ok(Versioned(view))
}

async fn replace(
    tx: &mut Tx<'_>,
    object: &ObjectDefinition,
    expected: i64,
    mut after: Catalogue,
) -> Result<(), ObjectError> {
    let (version, before) = store::catalogue(tx, &object.key).await?;
    if version != expected {
        return Err(ObjectError::Stale);
    }
    let own = definitions::all(tx).await?;
    let others = others(tx, &after).await?;
    let wrong = defects(&object.key, &after, &own, &others);
    if !wrong.is_empty() {
        return Err(ObjectError::Defects("invalid_catalogue", wrong));
    }
    links::fill_currencies(&mut after, &others);
    // Saved first: from here on nobody writes records by the old catalogue.
    if !store::save(tx, version, &after).await? {
        return Err(ObjectError::Stale);
    }
    refuse_harm(tx, &object.key, &before, &after).await?;
    let violated = unique::follow(tx, &before, &after).await?;
    if !violated.is_empty() {
        let message = "Records have the same values in these fields; make them differ first.";
        let at = |index: usize| format!("/catalogue/unique_together/{index}");
        let errors = violated.into_iter().map(|index| FieldError::new(at(index), "not_unique", message));
        return Err(ObjectError::Refused("not_unique", errors.collect()));
    }
    follow(tx, &object.key, &before, &after).await?;
    recompute(tx, &object.key, &before, &after).await?;
    search_anew(tx, &object.key, &before, &after).await?;
    told(tx, object, &before, &after).await
}

/// Refuses what would leave values without a field, of another type, or twice where they must be unique.
async fn refuse_harm(tx: &mut Tx<'_>, object: &str, before: &Catalogue, after: &Catalogue) -> Result<(), ObjectError> {
    let mut harm = Vec::new();
    for old in &before.fields {
        let new = after.fields.iter().enumerate().find(|(_, field)| field.id == old.id);
        let Some((index, new)) = new else {
            if store::holds_data(tx, object, &old.id).await? {
                let message = format!("Retire `{}` instead of removing it; records have values.", old.id);
                harm.push(FieldError::new("/catalogue/fields", "field_in_use", message));
            }
            continue;
        };
        let at = format!("/catalogue/fields/{index}");
        if !same_type(&old.kind, &new.kind) && store::holds_data(tx, object, &old.id).await? {
            let message = format!("Convert `{}` instead of giving it another type; records have values.", old.id);
            harm.push(FieldError::new(format!("{at}/kind"), "field_in_use", message));
        }
        if new.unique && !old.unique {
            let message = match (indexed(old), indexed(new)) {
                (Some(kind), Some(_)) => {
                    let filling = store::fillings(tx, object).await?.iter().any(|filling| filling.field == old.id);
                    if filling {
                        Some("Wait until its index is ready.")
                    } else if store::has_twins(tx, kind, object, &old.id).await? {
                        Some("Records have the same value; make them differ first.")
                    } else {
                        None
                    }
                }
                _ if store::holds_data(tx, object, &old.id).await? => {
                    Some("Records have values already: make it filterable first, and unique once its index is ready.")
                }
                _ => None,
            };
            harm.extend(message.map(|message| FieldError::new(format!("{at}/unique"), "not_unique", message)));
        }
    }
    if harm.is_empty() { Ok(()) } else { Err(ObjectError::Refused("field_in_use", harm)) }
}

/// Whether values of one kind are values of the other as they stand.
fn same_type(old: &FieldKind, new: &FieldKind) -> bool {
    match (old, new) {
        (FieldKind::Relation(old), FieldKind::Relation(new)) => old == new,
        (FieldKind::Money(old), FieldKind::Money(new)) => old.currency == new.currency,
        (FieldKind::Attachment(old), FieldKind::Attachment(new))
        | (FieldKind::Image(old), FieldKind::Image(new))
        | (FieldKind::Media(old), FieldKind::Media(new)) => old == new,
        (FieldKind::Formula(old), FieldKind::Formula(new)) => old.result == new.result,
        (FieldKind::LookUp(old), FieldKind::LookUp(new)) => old.result == new.result,
        (old, new) => discriminant(old) == discriminant(new),
    }
}

/// Begins to fill the index of fields that have one now, and to take away that of fields that have none any more.
async fn follow(tx: &mut Tx<'_>, object: &str, before: &Catalogue, after: &Catalogue) -> Result<(), ObjectError> {
    let cx = tx.cx().clone();
    let ids: BTreeSet<&str> = before.fields.iter().chain(&after.fields).map(|field| field.id.as_str()).collect();
    let fillings = store::fillings(tx, object).await?;
    let mut statements = Vec::new();
    for id in ids {
        let (old, new) = (before.field(id).and_then(indexed), after.field(id).and_then(indexed));
        if old == new {
            continue;
        }
        // What was taken away may still be on its way out.
        let leaving = fillings.iter().any(|filling| filling.field == id);
        if new.is_none() {
            statements.push(store::begin(&cx, object, id, true, 0));
        } else if old.is_some() || leaving || store::holds_data(tx, object, id).await? {
            let total = store::count(tx, object).await?;
            statements.push(store::begin(&cx, object, id, false, total));
        } else {
            continue;
        }
        statements.push(index_job(&cx, object, id));
    }
    tx.execute_all(statements).await?;
    Ok(())
}

/// Notes what the fields are worked out from, and works out all records when that changed.
async fn recompute(tx: &mut Tx<'_>, object: &str, before: &Catalogue, after: &Catalogue) -> Result<(), ObjectError> {
    let cx = tx.cx().clone();
    tx.execute_all(computed_store::replace_links(&cx, object, &links::links(after))).await?;
    let made = |catalogue: &Catalogue| -> Vec<(String, bool, FieldKind)> {
        let fields = catalogue.fields.iter().filter(|field| {
            matches!(
                field.kind,
                FieldKind::Formula(_) | FieldKind::LookUp(_) | FieldKind::RollUp(_) | FieldKind::SubTable(_)
            )
        });
        fields.map(|field| (field.id.clone(), field.retired, field.kind.clone())).collect()
    };
    if computed::is_any(after) && made(before) != made(after) && store::count(tx, object).await? > 0 {
        tx.execute(computed::recompute_job(&cx, object)).await?;
    }
    Ok(())
}

/// Indexes texts afresh when other fields are searched than before.
async fn search_anew(tx: &mut Tx<'_>, object: &str, before: &Catalogue, after: &Catalogue) -> Result<(), ObjectError> {
    let searched = |catalogue: &Catalogue| -> BTreeSet<String> {
        let open = |field: &&Field| field.searchable && !field.retired && !field.personal && field.see_roles.is_empty();
        catalogue.fields.iter().filter(open).map(|field| field.id.clone()).collect()
    };
    if searched(before) != searched(after) && store::count(tx, object).await? > 0 {
        let job = NewJob::new(SEARCH, json!({"object": object})).key(object);
        tx.execute(jobs::statement(&tx.cx().clone(), &job)).await?;
    }
    Ok(())
}

fn index_job(cx: &Context, object: &str, field: &str) -> db::Stmt<'static> {
    let job = NewJob::new(INDEX, json!({"object": object, "field": field})).key(format!("{object}/{field}"));
    jobs::statement(cx, &job)
}

/// The event: which fields came, changed or went.
async fn told(
    tx: &mut Tx<'_>,
    object: &ObjectDefinition,
    before: &Catalogue,
    after: &Catalogue,
) -> Result<(), ObjectError> {
    let by_id = |catalogue: &Catalogue| -> serde_json::Map<String, Value> {
        catalogue
            .fields
            .iter()
            .filter_map(|field| Some((field.id.clone(), serde_json::to_value(field).ok()?)))
            .collect()
    };
    let event = NewEvent::new("fields.updated", "object", object.id)
        .label(object.name.0.zh.as_str())
        .data(events::changes(&by_id(before), &by_id(after)));
    events::append(tx, event).await?;
    Ok(())
}

pub(crate) async fn convert(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FieldPath>,
    headers: http_api::http::HeaderMap,
    Body(mut body): Body<Conversion>,
) -> Result<Json<Outcome>, Problem> {
    if !body.dry_run {
        let sent = headers.get("if-match").and_then(|value| value.to_str().ok());
        let sent = sent.map(|text| text.trim().trim_start_matches("W/").trim_matches('"'));
        body.version = Some(match sent {
            None => return Err(Problem::precondition_required()),
            Some(text) => text.parse().map_err(|_| Problem::stale())?,
        });
    }
    // A preview runs in a transaction too, because it reads batches as the conversion does; it writes nothing.
    let outcome = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Outcome, ObjectError> { change_type(tx, path, body).await })
        .await?;
    Ok(Json(outcome))
}

async fn change_type(tx: &mut Tx<'_>, path: FieldPath, body: Conversion) -> Result<Outcome, ObjectError> {
    let cx = tx.cx().clone();
    let object = definition(tx, &path.object).await?;
    let (version, before) = store::catalogue(tx, &object.key).await?;
    let field = before.field(&path.field).ok_or(ObjectError::NotFound("field"))?.clone();
    let mut after = before.clone();
    for changed in after.fields.iter_mut().filter(|changed| changed.id == field.id) {
        changed.kind = body.kind.clone();
        // What new records begin with is converted like the values; what cannot be is told, not lost unseen.
        changed.default = match field.default.as_ref().map(|value| forms::convert(&field.kind, &body.kind, value)) {
            Some(Ok(Converted::Whole(value) | Converted::Shortened(value))) => Some(value),
            _ => None,
        };
    }
    let default_lost = field.default.is_some() && after.field(&field.id).is_some_and(|field| field.default.is_none());
    let own = definitions::all(tx).await?;
    let wrong = defects(&object.key, &after, &own, &others(tx, &after).await?);
    if !wrong.is_empty() {
        return Err(ObjectError::Defects("invalid_catalogue", wrong));
    }
    let real = !body.dry_run;
    if real && (body.version != Some(version) || !store::save(tx, version, &after).await?) {
        return Err(ObjectError::Stale);
    }
    let mut outcome = go_through(tx, &object.key, &field, &body, (&before, &after)).await?;
    outcome.default_lost = default_lost;
    if real && outcome.refused > 0 && !body.drop_failed {
        let message = format!("{} values cannot be converted; change them first, or drop them.", outcome.refused);
        return Err(ObjectError::Refused("cannot_convert", vec![FieldError::new("/kind", "cannot_convert", message)]));
    }
    if real {
        if let Some(kind) = after.field(&field.id).and_then(indexed).filter(|_| field.unique)
            && store::has_twins(tx, kind, &object.key, &field.id).await?
        {
            let message = "Values would become the same; switch unique off first.";
            return Err(ObjectError::Refused("cannot_convert", vec![FieldError::new("/kind", "not_unique", message)]));
        }
        told(tx, &object, &before, &after).await?;
        let event = NewEvent::new("field.converted", "object", object.id)
            .label(object.name.0.zh.as_str())
            .data(json!({"field": field.id, "whole": outcome.whole, "shortened": outcome.shortened,
                "empty": outcome.empty, "dropped": outcome.refused}));
        tx.execute(events::statement(&cx, &event)).await?;
    }
    Ok(outcome)
}

/// Every record's value, converted; written unless it is a preview.
async fn go_through(
    tx: &mut Tx<'_>,
    object: &str,
    field: &Field,
    body: &Conversion,
    (before, after): (&Catalogue, &Catalogue),
) -> Result<Outcome, ObjectError> {
    let cx = tx.cx().clone();
    let mut outcome = Outcome::default();
    let mut last = Uuid::nil();
    loop {
        let batch = store::batch(tx, object, last).await?;
        let Some((id, _)) = batch.last() else { return Ok(outcome) };
        last = *id;
        let mut statements = Vec::new();
        for (record_id, values) in batch {
            let Some(value) = values.get(&field.id) else { continue };
            outcome.total += 1;
            let new = match forms::convert(&field.kind, &body.kind, value) {
                Ok(Converted::Whole(new)) => {
                    outcome.whole += 1;
                    Some(new)
                }
                Ok(Converted::Shortened(new)) => {
                    outcome.shortened += 1;
                    Some(new)
                }
                Ok(Converted::Empty) => {
                    outcome.empty += 1;
                    None
                }
                Err(error) => {
                    outcome.refused += 1;
                    if outcome.failed.len() < SHOWN {
                        outcome.failed.push(Failed { record_id, value: value.clone(), reason: error.to_string() });
                    }
                    None
                }
            };
            if body.dry_run {
                continue;
            }
            let mut kept = values.clone();
            kept.remove(&field.id);
            // The old rows may stand in another table than the new ones.
            statements.extend(index_changes(&cx, before, object, record_id, &values, &kept));
            let mut written = kept.clone();
            written.extend(new.map(|new| (field.id.clone(), new)));
            statements.extend(index_changes(&cx, after, object, record_id, &kept, &written));
            statements.extend(unique::changes(&cx, after, record_id, &values, &written));
            if written != values {
                statements.push(store::replace_values(&cx, object, record_id, &written));
            }
        }
        tx.execute_all(statements).await?;
    }
}

pub(crate) async fn schema(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    Asked(params): Asked<SchemaParams>,
) -> Result<Download, Problem> {
    let schema = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Value, ObjectError> {
            let object = seen(r, &path.object).await?;
            let (_, mut catalogue) = store::catalogue(r, &object.key).await?;
            if !manages(r.cx()) {
                let viewer = crate::access::Viewer::of(r.cx(), &catalogue);
                catalogue.fields.retain(|field| viewer.sees(field));
            }
            let Some(id) = params.form else { return Ok(forms::json_schema(&catalogue, None)) };
            let form = definitions::form(r, id).await?.filter(|form| form.object == object.key);
            let form = form.ok_or(ObjectError::NotFound("form"))?;
            let published = match form.published_version {
                Some(version) => definitions::form_version(r, id, version).await?,
                None => None,
            };
            Ok(forms::json_schema(&catalogue, Some(&published.unwrap_or(form.draft.0))))
        })
        .await?;
    Ok(Download::inline("application/schema+json", schema.to_string()))
}
