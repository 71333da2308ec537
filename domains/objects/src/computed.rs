//! Values that are worked out: formulas with every write of a record, look-ups then and when the other record changes,
//! roll-ups in the background.

use std::collections::BTreeSet;

use db::{DbError, Query, Stmt, Tx};
use events::NewEvent;
use forms::{Catalogue, Field, FieldFault, FieldKind, Map, ResultType, RollUpFunction, RollUpSettings};
use jobs::NewJob;
use kernel::Context;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    built_in,
    links::relation_target,
    store::{computed as store, fields},
};

/// The job that works out fields that were marked.
pub(crate) const COMPUTE: &str = "objects.compute";
/// The job that marks look-ups in all records that name a record.
pub(crate) const SPREAD: &str = "objects.spread";
/// The job that works out every record of an object anew.
pub(crate) const RECOMPUTE: &str = "objects.recompute";

/// Who asks where and when, as formulas take it.
pub(crate) fn scene(cx: &Context) -> formulas::Scene {
    let zone = jiff::tz::TimeZone::get(cx.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    formulas::Scene { now: cx.now().to_jiff(), zone, me: cx.user_id().map(|id| id.to_string()) }
}

/// Whether any field in use is worked out.
pub(crate) fn is_any(catalogue: &Catalogue) -> bool {
    let computed = |field: &Field| match &field.kind {
        FieldKind::Formula(_) | FieldKind::LookUp(_) | FieldKind::RollUp(_) => true,
        FieldKind::SubTable(table) => table.fields.iter().any(|column| matches!(column.kind, FieldKind::Formula(_))),
        _ => false,
    };
    catalogue.fields.iter().any(|field| !field.retired && computed(field))
}

/// Works out look-ups and formulas of a record; roll-ups stay as they are.
pub(crate) async fn work_out(
    q: &mut impl Query,
    catalogue: &Catalogue,
    values: &mut Map,
) -> Result<Vec<FieldFault>, DbError> {
    for field in catalogue.fields.iter().filter(|field| !field.retired) {
        let FieldKind::LookUp(look_up) = &field.kind else { continue };
        let target = relation_target(catalogue, &look_up.relation);
        let id = values.get(&look_up.relation).and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
        let found = match (target, id) {
            (Some(target), Some(id)) => looked_up(q, target, id, &look_up.field, look_up.result).await?,
            _ => None,
        };
        match found {
            Some(value) => values.insert(field.id.clone(), value),
            None => values.remove(&field.id),
        };
    }
    Ok(forms::compute(catalogue, values, &scene(q.cx())))
}

/// The value of another record's field.
async fn looked_up(
    q: &mut impl Query,
    target: &str,
    id: Uuid,
    field: &str,
    result: ResultType,
) -> Result<Option<Value>, DbError> {
    let table = built_in::table_of(target);
    if let Some((table, standard)) =
        table.and_then(|table| Some((table, table.fields.iter().find(|known| known.id == field)?)))
    {
        let text = store::standard(q, table, standard, id).await?;
        return Ok(text.filter(|text| !text.is_empty()).and_then(|text| standard_value(&text, standard.result)));
    }
    let takes_fields = table.is_none() || built_in::built_in(target).is_some();
    let values = if takes_fields { store::values(q, target, id).await? } else { None };
    Ok(values.and_then(|values| values.get(field).cloned()).filter(|value| fits(value, result)))
}

/// A standard field's value from its text.
fn standard_value(text: &str, result: ResultType) -> Option<Value> {
    match result {
        ResultType::Text | ResultType::Date => Some(Value::from(text)),
        ResultType::Number | ResultType::Money => text.parse::<i64>().ok().map(Value::from),
        ResultType::Boolean => Some(Value::Bool(matches!(text, "1" | "true"))),
        ResultType::Time => {
            let micros = text.parse::<i64>().ok()?;
            jiff::Timestamp::from_microsecond(micros).ok().map(|instant| Value::from(instant.to_string()))
        }
    }
}

/// Whether a value is of the type that a look-up has; the other field may have been converted since.
fn fits(value: &Value, result: ResultType) -> bool {
    match result {
        ResultType::Number | ResultType::Money => value.is_number(),
        ResultType::Boolean => value.is_boolean(),
        // Longer texts have no place in an index.
        ResultType::Text => value.as_str().is_some_and(|text| text.chars().count() <= formulas::MAX_RESULT),
        ResultType::Date | ResultType::Time => value.is_string(),
    }
}

/// What a roll-up over no records is.
pub(crate) fn over_nothing(catalogue: &Catalogue, values: &mut Map) {
    for field in catalogue.fields.iter().filter(|field| !field.retired) {
        if let FieldKind::RollUp(RollUpSettings { function: RollUpFunction::Count | RollUpFunction::Sum, .. }) =
            field.kind
        {
            values.insert(field.id.clone(), json!(0));
        }
    }
}

/// Works out one roll-up of a record.
async fn rolled_up(q: &mut impl Query, settings: &RollUpSettings, id: Uuid) -> Result<Option<Value>, DbError> {
    let field = settings.field.as_deref().filter(|_| settings.function != RollUpFunction::Count);
    let text = store::rolled_up(q, &settings.object, &settings.relation, id, settings.function, field).await?;
    let nothing = matches!(settings.function, RollUpFunction::Count | RollUpFunction::Sum).then(|| json!(0));
    Ok(text.and_then(|text| number(&text)).or(nothing))
}

/// A number of the database's text with six decimals at most, whole ones without a point.
fn number(text: &str) -> Option<Value> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let rounded = (number * 1e6).round() / 1e6;
    if rounded.fract() == 0.0 && rounded.abs() <= 9_007_199_254_740_991.0 {
        return Some(Value::from(rounded as i64));
    }
    serde_json::Number::from_f64(rounded).map(Value::Number)
}

/// What follows when a record of `object` goes from one set of values to another: the fields of other records that are
/// worked out from it are marked, and jobs work them out. `used` says whether it counts before and after.
pub(crate) async fn follow(
    q: &mut impl Query,
    object: &str,
    record: Uuid,
    (before, was_used): (&Map, bool),
    (after, is_used): (&Map, bool),
) -> Result<Vec<Stmt<'static>>, DbError> {
    let links = store::links(q, object).await?;
    let cx = q.cx().clone();
    let mut statements = Vec::new();
    let (mut marked, mut spread) = (BTreeSet::new(), BTreeSet::new());
    for link in links {
        let differs = |id: &str| !id.is_empty() && before.get(id) != after.get(id);
        if link.kind == "look_up" {
            if differs(&link.source) {
                spread.insert((link.object, link.relation));
            }
            continue;
        }
        if was_used == is_used && !differs(&link.relation) && !differs(&link.source) {
            continue;
        }
        let old = before.get(&link.relation).filter(|_| was_used);
        let new = after.get(&link.relation).filter(|_| is_used);
        for id in [old, new].into_iter().flatten().flat_map(ids) {
            statements.push(store::mark(&cx, &link.object, id, &link.field));
            marked.insert(link.object.clone());
        }
    }
    statements.extend(marked.iter().map(|object| compute_job(&cx, object)));
    statements.extend(spread.into_iter().map(|(object, relation)| spread_job(&cx, &object, &relation, record)));
    // A statement for the same field may stand twice; the second changes nothing.
    Ok(statements)
}

/// The ids in a relation's value.
pub(crate) fn ids(value: &Value) -> Vec<Uuid> {
    let one = |value: &Value| value.as_str().and_then(|id| id.parse().ok());
    match value {
        Value::Array(all) => all.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}

fn compute_job(cx: &Context, object: &str) -> Stmt<'static> {
    jobs::statement(cx, &NewJob::new(COMPUTE, json!({"object": object})).key(object))
}

/// Marks and works out the look-ups of `object` by `relation` in all records that name the target.
pub(crate) fn spread_job(cx: &Context, object: &str, relation: &str, target: Uuid) -> Stmt<'static> {
    let payload = json!({"object": object, "relation": relation, "target": target});
    jobs::statement(cx, &NewJob::new(SPREAD, payload).key(format!("{object}/{relation}/{target}")))
}

/// Works out every record of the object.
pub(crate) fn recompute_job(cx: &Context, object: &str) -> Stmt<'static> {
    jobs::statement(cx, &NewJob::new(RECOMPUTE, json!({"object": object})).key(object))
}

/// Marks a page of the records that name a target, and says behind which record the next page begins.
pub(crate) async fn spread(
    tx: &mut Tx<'_>,
    object: &str,
    relation: &str,
    target: Uuid,
    after: Uuid,
) -> Result<Option<Uuid>, DbError> {
    let cx = tx.cx().clone();
    let (_, catalogue) = fields::catalogue(tx, object).await?;
    let hangs = |field: &&Field| {
        matches!(&field.kind, FieldKind::LookUp(look_up) if look_up.relation == relation) && !field.retired
    };
    let hanging: Vec<&Field> = catalogue.fields.iter().filter(hangs).collect();
    let page = store::pointing(tx, object, relation, target, after, store::BATCH).await?;
    let mut statements = Vec::new();
    for record in &page {
        statements.extend(hanging.iter().map(|field| store::mark(&cx, object, *record, &field.id)));
    }
    if !statements.is_empty() {
        statements.push(compute_job(&cx, object));
        tx.execute_all(statements).await?;
    }
    Ok(page.last().copied())
}

/// Works out some of the object's marked fields; answers whether there may be more.
pub(crate) async fn advance(tx: &mut Tx<'_>, object: &str) -> Result<bool, DbError> {
    let (_, catalogue) = fields::catalogue_held(tx, object).await?;
    let pending = store::pending(tx, object).await?;
    let records: BTreeSet<Uuid> = pending.iter().map(|(record, _)| *record).collect();
    for record in records {
        let rolled: BTreeSet<&str> =
            pending.iter().filter(|(of, _)| *of == record).map(|(_, field)| field.as_str()).collect();
        refresh(tx, &catalogue, record, &|field| rolled.contains(field.id.as_str())).await?;
    }
    Ok(!pending.is_empty())
}

/// Works out all records behind `after`; answers behind which the next batch begins.
pub(crate) async fn recompute(tx: &mut Tx<'_>, object: &str, after: Uuid) -> Result<Option<Uuid>, DbError> {
    let (_, catalogue) = fields::catalogue_held(tx, object).await?;
    let batch = fields::batch(tx, object, after).await?;
    for (record, _) in &batch {
        refresh(tx, &catalogue, *record, &|_| true).await?;
    }
    Ok(batch.last().map(|(record, _)| *record))
}

/// Works out one record: the roll-ups asked for, and all look-ups and formulas. What changes is written with its index
/// rows, an event, and what follows from it.
async fn refresh(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    record: Uuid,
    wanted: &(impl Fn(&Field) -> bool + Sync),
) -> Result<(), DbError> {
    let (cx, object) = (tx.cx().clone(), catalogue.object.as_str());
    let Some(before) = store::held(tx, object, record).await? else {
        tx.execute(store::forget(&cx, object, record)).await?;
        return Ok(());
    };
    let mut after = before.clone();
    for field in catalogue.fields.iter().filter(|field| !field.retired && wanted(field)) {
        let FieldKind::RollUp(settings) = &field.kind else { continue };
        match rolled_up(tx, settings, record).await? {
            Some(value) => after.insert(field.id.clone(), value),
            None => after.remove(&field.id),
        };
    }
    let faults = work_out(tx, catalogue, &mut after).await?;
    let mut statements = vec![store::forget(&cx, object, record)];
    statements.extend(faults.iter().map(|fault| store::fault(&cx, object, record, fault)));
    if after != before {
        statements.push(store::write(&cx, object, record, &after));
        statements.extend(crate::values::index_changes(&cx, catalogue, object, record, &before, &after));
        statements.extend(follow(tx, object, record, (&before, true), (&after, true)).await?);
        statements.push(event(tx, catalogue, record, "computed", &before, &after).await?);
    }
    tx.execute_all(statements).await?;
    Ok(())
}

/// Changes values of a record where nobody sends them, with everything that follows from that; answers whether it
/// changed.
pub(crate) async fn alter(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    record: Uuid,
    change: impl FnOnce(&mut Map) + Send,
) -> Result<bool, DbError> {
    let (cx, object) = (tx.cx().clone(), catalogue.object.as_str());
    let Some(before) = store::held(tx, object, record).await? else { return Ok(false) };
    let mut after = before.clone();
    change(&mut after);
    if after == before {
        return Ok(false);
    }
    let faults = work_out(tx, catalogue, &mut after).await?;
    let mut statements = store::forget_faults(&cx, object, record);
    statements.extend(faults.iter().map(|fault| store::fault(&cx, object, record, fault)));
    statements.push(fields::replace_values(&cx, object, record, &after));
    statements.extend(crate::values::index_changes(&cx, catalogue, object, record, &before, &after));
    statements.extend(follow(tx, object, record, (&before, true), (&after, true)).await?);
    statements.push(event(tx, catalogue, record, "updated", &before, &after).await?);
    tx.execute_all(statements).await?;
    Ok(true)
}

/// The event that tells of values that were changed or worked out in the background.
async fn event(
    q: &mut impl Query,
    catalogue: &Catalogue,
    record: Uuid,
    what: &str,
    before: &Map,
    after: &Map,
) -> Result<Stmt<'static>, DbError> {
    let object = catalogue.object.as_str();
    let data = crate::values::told(catalogue, before, after);
    if built_in::table_of(object).is_none() {
        let (kind, of) = (format!("record.{what}"), format!("record:{object}"));
        return Ok(events::statement(q.cx(), &NewEvent::new(&kind, &of, record).data(data)));
    }
    let changes = data.as_object().into_iter().flatten();
    let changes: Map = changes.map(|(field, change)| (format!("ext.{field}"), change.clone())).collect();
    let kind = format!("{object}.{what}");
    let mut event = NewEvent::new(&kind, object, record).data(Value::Object(changes));
    event.parent = store::parent(q, object, record).await?;
    Ok(events::statement(q.cx(), &event))
}
