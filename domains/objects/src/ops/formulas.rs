//! Trying formulas out while they are written, and the state of computed fields.

use std::time::Instant;

use db::Read;
use forms::{Catalogue, FieldKind, Map, ResultType};
use http_api::{App, Body, Caller, Json, Path, Problem, Query as Asked, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::definitions::{ObjectPath, definition, seen};
use crate::{
    ObjectError,
    access::Viewer,
    built_in, computed,
    links::looked_up,
    model::FieldFaultView,
    references,
    store::{computed as states, fields},
};

/// An expression to be tried.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// The ZEN expression; amounts are in the main unit of their currency in it.
    expression: String,
    /// What it shall make.
    result: ResultType,
    /// What an amount shall be in, a code of ISO 4217.
    currency: Option<String>,
    /// Values by field id; without them and without `record_id` the expression is only checked.
    values: Option<Map>,
    /// A record whose values are taken, before those of `values`.
    record_id: Option<Uuid>,
    /// Fields that are not saved yet; without them the saved ones count.
    catalogue: Option<Catalogue>,
    /// A sub-table of which it shall be a column.
    column_of: Option<String>,
}

/// What a formula makes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Tried {
    /// The value as records hold it, amounts in minor units; null when there is none.
    value: Value,
    /// What is wrong.
    error: Option<TrialError>,
    /// The fields it reads.
    needs: Vec<String>,
    /// Microseconds it took.
    took_us: u64,
}

/// What is wrong with a formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct TrialError {
    /// Stable code, for translation.
    code: String,
    /// A plain English sentence that says what to do.
    message: String,
    /// Where in the expression, in UTF-16 units.
    position: Option<usize>,
    /// How much of it.
    length: usize,
}

pub(crate) async fn preview(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    Body(body): Body<Trial>,
) -> Result<Json<Tried>, Problem> {
    let tried = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Tried, ObjectError> {
            let object = definition(r, &path.object).await?;
            let catalogue = match body.catalogue {
                Some(catalogue) => catalogue,
                None => fields::catalogue(r, &object.key).await?.1,
            };
            if catalogue.fields.len() > forms::MAX_FIELDS {
                let mut checks = crate::Checks::new();
                checks.refuse("/catalogue/fields", "too_many_fields", "Send fewer fields.");
                checks.finish()?;
            }
            let mut values = Map::new();
            if let Some(id) = body.record_id {
                let found = states::values(r, &object.key, id).await?;
                values = found.ok_or(ObjectError::NotFound("record"))?;
            }
            let given = body.values.is_some() || body.record_id.is_some();
            values.extend(body.values.unwrap_or_default());
            let scene = computed::scene(db::Query::cx(r));
            let level = match &body.column_of {
                None => Some(&catalogue.fields),
                Some(id) => catalogue.field(id).and_then(|field| match &field.kind {
                    FieldKind::SubTable(table) => Some(&table.fields),
                    _ => None,
                }),
            };
            let level = level.ok_or(ObjectError::NotFound("field"))?;
            if given && body.column_of.is_none() {
                // Formulas that this one reads.
                forms::compute(&catalogue, &mut values, &scene);
            }
            let outcome = forms::outcome(body.result, body.currency.as_deref());
            Ok(attempt(&body.expression, outcome, &forms::types(level), given.then_some(&values), &scene))
        })
        .await?;
    Ok(Json(tried))
}

fn attempt(
    expression: &str,
    outcome: formulas::Outcome,
    types: &formulas::Types,
    values: Option<&Map>,
    scene: &formulas::Scene,
) -> Tried {
    #[allow(clippy::disallowed_methods)] // how long it took is told, nothing depends on it
    let begun = Instant::now();
    let found = formulas::check(expression, types, outcome).into_iter().next();
    let made = match (found, values) {
        (Some(fault), _) => Err(fault),
        (None, None) => Ok(None),
        (None, Some(values)) => {
            formulas::Formula::compile(expression, types).and_then(|formula| formula.run(values, types, scene, outcome))
        }
    };
    let needs = formulas::names(expression).iter().filter(|name| types.contains_key(*name)).cloned().collect();
    let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    match made {
        Ok(value) => Tried { value: value.unwrap_or_default(), error: None, needs, took_us },
        Err(fault) => {
            let error = TrialError {
                code: fault.code.as_str().to_owned(),
                message: fault.message,
                position: fault.position,
                length: fault.length,
            };
            Tried { value: Value::Null, error: Some(error), needs, took_us }
        }
    }
}

/// Of which records: `?ids=…,…`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct StatesParams {
    /// Up to 200 ids, with commas between.
    ids: String,
}

/// What is being worked out, and what could not be.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct RecordState {
    /// The record's id.
    id: Uuid,
    /// Fields that are being worked out in the background.
    computing: Vec<String>,
    /// Fields that could not be worked out; they have no value.
    faults: Vec<FieldFaultView>,
}

/// The records that have something to tell.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct RecordStates {
    /// Records without an entry have nothing to tell.
    items: Vec<RecordState>,
}

pub(crate) async fn states(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    Asked(params): Asked<StatesParams>,
) -> Result<Json<RecordStates>, Problem> {
    let ids = super::names::ids_of(&params.ids, "/query/ids")?;
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<RecordState>, ObjectError> {
            let object = seen(r, &path.object).await?;
            let seen_ids: Vec<Uuid> =
                references::find(r, &object.key, &ids).await?.into_iter().map(|one| one.id).collect();
            let (_, catalogue) = fields::catalogue(r, &object.key).await?;
            let viewer = Viewer::of(db::Query::cx(r), &catalogue);
            let mut items: Vec<RecordState> = Vec::new();
            if seen_ids.is_empty() {
                return Ok(items);
            }
            for state in states::states(r, &object.key, &seen_ids).await? {
                if !catalogue.field(&state.field).is_some_and(|field| viewer.sees(field)) {
                    continue;
                }
                if items.last().is_none_or(|last| last.id != state.record_id) {
                    items.push(RecordState { id: state.record_id, computing: Vec::new(), faults: Vec::new() });
                }
                let Some(item) = items.last_mut() else { continue };
                if state.computing {
                    item.computing.push(state.field.clone());
                }
                item.faults.extend(FieldFaultView::of(state));
            }
            Ok(items)
        })
        .await?;
    Ok(Json(RecordStates { items }))
}

/// A field that look-ups can take.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct LookUpField {
    /// Its id.
    id: String,
    /// What people call it.
    label: forms::Label,
    /// The type that a look-up of it has.
    result: ResultType,
    /// Whether it is personal data; a look-up of it must be too.
    personal: bool,
    /// Whether the company made it.
    own: bool,
}

/// The fields that look-ups can take.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct LookUpFields {
    /// Standard ones first.
    items: Vec<LookUpField>,
}

pub(crate) async fn look_up_fields(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
) -> Result<Json<LookUpFields>, Problem> {
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<LookUpField>, ObjectError> {
            let table = built_in::table_of(&path.object);
            if table.is_none() {
                definition(r, &path.object).await?;
            }
            let standard = table.into_iter().flat_map(|table| table.fields).map(|field| LookUpField {
                id: field.id.to_owned(),
                label: forms::Label { zh: field.zh.to_owned(), en: field.en.to_owned() },
                result: field.result,
                personal: field.personal,
                own: false,
            });
            let mut items: Vec<LookUpField> = standard.collect();
            let (_, catalogue) = fields::catalogue(r, &path.object).await?;
            items.extend(catalogue.fields.iter().filter(|field| !field.retired).filter_map(|field| {
                let result = looked_up(field)?;
                let (id, label) = (field.id.clone(), field.label.clone());
                Some(LookUpField { id, label, result, personal: field.personal, own: true })
            }));
            Ok(items)
        })
        .await?;
    Ok(Json(LookUpFields { items }))
}
