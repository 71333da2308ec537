//! What records of any object are called, and which records lead to one.

use std::collections::BTreeMap;

use db::{Query, Read};
use forms::{Catalogue, FieldKind, Label};
use http_api::{App, Caller, Json, Path, Problem, Query as Asked, State};
use kernel::{Cursor, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::definitions::definition;
use crate::{
    ObjectError,
    access::{Action, Viewer, reach},
    built_in::{self, table_of},
    model::ObjectDefinition,
    references::{self, Reference},
    store::{computed, definitions, fields},
};

/// Names asked for at once, at most.
const MOST: usize = 200;
/// Records that lead to one, counted up to here.
const COUNTED: usize = 1_000;
/// Pages of index rows gone through for one page of records that the caller may see.
const MOST_STEPS: usize = 20;

/// Of which records: `?refs=vehicle:…,customer:…`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct TitlesParams {
    /// Up to 200 of `kind:id`, with commas between.
    refs: String,
}

/// What records are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Titles {
    /// What the caller may not see, or does not exist, is left out.
    items: Vec<Reference>,
}

/// Ids with commas between.
pub(crate) fn ids_of(text: &str, pointer: &str) -> Result<Vec<Uuid>, Problem> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let ids = parts.map(|part| part.parse().ok()).collect::<Option<Vec<Uuid>>>();
    let wrong = || Problem::bad_parameter(pointer, format!("Give up to {MOST} ids with commas between."));
    ids.filter(|ids| ids.len() <= MOST).ok_or_else(wrong)
}

pub(crate) async fn titles(
    State(app): State<App>,
    Caller(cx): Caller,
    Asked(params): Asked<TitlesParams>,
) -> Result<Json<Titles>, Problem> {
    let wrong = || {
        let message = format!("Give up to {MOST} references like customer:id with commas between.");
        Problem::bad_parameter("/query/refs", message)
    };
    let mut wanted: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    let parts: Vec<&str> = params.refs.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST {
        return Err(wrong());
    }
    for part in parts {
        let (kind, id) = part.split_once(':').ok_or_else(wrong)?;
        let ids = wanted.entry(kind.to_owned()).or_default();
        let id = id.parse().map_err(|_| wrong())?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<Reference>, ObjectError> {
            references::find_all(r, &wanted).await
        })
        .await?;
    Ok(Json(Titles { items }))
}

/// Names one record of any object.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RelatedPath {
    /// The object's key.
    kind: String,
    /// The record's id.
    id: Uuid,
}

/// A relation by which records lead to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RelatedGroup {
    /// The key of the object whose records lead here.
    object: String,
    /// What people call that object.
    name: Label,
    /// The relation field.
    field: String,
    /// What people call it.
    label: Label,
    /// Records that lead here, those of others too; up to 1,000.
    count: usize,
    /// Whether there are more than were counted.
    more: bool,
}

/// All relations that lead to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RelatedGroups {
    /// By object, then in the order of fields; also those by which none leads here yet.
    items: Vec<RelatedGroup>,
}

pub(crate) async fn groups(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RelatedPath>,
) -> Result<Json<RelatedGroups>, Problem> {
    let items = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<RelatedGroup>, ObjectError> {
            target(r, &path.kind, path.id).await?;
            let own: BTreeMap<String, ObjectDefinition> =
                definitions::all(r).await?.into_iter().map(|object| (object.key.clone(), object)).collect();
            let mut items = Vec::new();
            for (object, catalogue) in definitions::catalogues(r).await? {
                let Some(name) = name_of(r.cx(), &object, &own) else { continue };
                let viewer = Viewer::of(r.cx(), &catalogue.0);
                for field in catalogue.0.fields.iter().filter(|field| viewer.sees(field)) {
                    let FieldKind::Relation(settings) = &field.kind else { continue };
                    if settings.object != path.kind {
                        continue;
                    }
                    let found =
                        computed::pointing(r, &object, &field.id, path.id, Uuid::nil(), COUNTED + 1).await?.len();
                    items.push(RelatedGroup {
                        object: object.clone(),
                        name: name.clone(),
                        field: field.id.clone(),
                        label: field.label.clone(),
                        count: found.min(COUNTED),
                        more: found > COUNTED,
                    });
                }
            }
            Ok(items)
        })
        .await?;
    Ok(Json(RelatedGroups { items }))
}

/// What people call an object whose records the caller may read.
fn name_of(cx: &kernel::Context, key: &str, own: &BTreeMap<String, ObjectDefinition>) -> Option<Label> {
    if let Some(known) = built_in::built_in(key) {
        cx.scope(known.read.name())?;
        return Some(Label { zh: known.zh.to_owned(), en: known.en.to_owned() });
    }
    let object = own.get(key).filter(|object| object.archived_at.is_none())?;
    reach(cx, object, Action::Read)?;
    Some(object.name.0.clone())
}

/// The record, which must exist and be within the caller's reach.
async fn target(q: &mut impl Query, kind: &str, id: Uuid) -> Result<Reference, ObjectError> {
    let known = table_of(kind).is_some() || definition(q, kind).await.is_ok();
    if !known {
        return Err(ObjectError::NotFound("object"));
    }
    references::find(q, kind, &[id]).await?.pop().ok_or(ObjectError::NotFound("record"))
}

/// Names a relation by which records lead to one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RelationPath {
    /// The key of the record's object.
    kind: String,
    /// The record's id.
    id: Uuid,
    /// The key of the object whose records lead here.
    object: String,
    /// The relation field.
    field: String,
}

/// The same in the address of a record of an own object.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RecordRelationPath {
    /// The key of the record's object.
    object: String,
    /// The record's id.
    id: Uuid,
    /// The key of the object whose records lead here.
    relation_object: String,
    /// The relation field.
    field: String,
}

/// Which page.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RelatedParams {
    /// Records wanted, 1 to 200; 50 when absent.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

pub(crate) async fn of_record(
    app: State<App>,
    caller: Caller,
    Path(path): Path<RecordRelationPath>,
    params: Asked<RelatedParams>,
) -> Result<Json<Page<Reference>>, Problem> {
    let path = RelationPath { kind: path.object, id: path.id, object: path.relation_object, field: path.field };
    related(app, caller, Path(path), params).await
}

pub(crate) async fn related(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RelationPath>,
    Asked(params): Asked<RelatedParams>,
) -> Result<Json<Page<Reference>>, Problem> {
    let limit = params.limit.map_or(50, |limit| limit as usize);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_parameter("/query/limit", format!("Ask for 1 to {MOST} records.")));
    }
    let sort = format!("related:{}:{}", path.object, path.field);
    let cursor = params.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let after = match cursor.map(|text| Cursor::decode(text, &sort)) {
        None => Uuid::nil(),
        Some(Ok(cursor)) => cursor.id,
        Some(Err(_)) => {
            return Err(Problem::bad_parameter("/query/cursor", "Send `next_cursor` of the page before, or none."));
        }
    };
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Page<Reference>, ObjectError> {
            target(r, &path.kind, path.id).await?;
            leads(r, &path).await?;
            page(r, &path, after, limit, &sort).await
        })
        .await?;
    Ok(Json(page))
}

/// The field must be a relation that leads to the record's object, and one the caller sees.
async fn leads(q: &mut impl Query, path: &RelationPath) -> Result<(), ObjectError> {
    let (_, catalogue): (i64, Catalogue) = fields::catalogue(q, &path.object).await?;
    let viewer = Viewer::of(q.cx(), &catalogue);
    let field = catalogue.field(&path.field).filter(|field| viewer.sees(field));
    match field.map(|field| &field.kind) {
        Some(FieldKind::Relation(settings)) if settings.object == path.kind => Ok(()),
        _ => Err(ObjectError::NotFound("relation")),
    }
}

async fn page(
    q: &mut impl Query,
    path: &RelationPath,
    mut after: Uuid,
    limit: usize,
    sort: &str,
) -> Result<Page<Reference>, ObjectError> {
    let next = |id: Uuid| Cursor { sort: sort.to_owned(), value: serde_json::Value::Null, id }.encode();
    let mut items: Vec<Reference> = Vec::new();
    for _ in 0..MOST_STEPS {
        let ids = computed::pointing(q, &path.object, &path.field, path.id, after, MOST).await?;
        let Some(last) = ids.last().copied() else { return Ok(Page { items, next_cursor: None }) };
        let mut found: BTreeMap<Uuid, Reference> =
            references::find(q, &path.object, &ids).await?.into_iter().map(|one| (one.id, one)).collect();
        for id in &ids {
            if let Some(reference) = found.remove(id) {
                items.push(reference);
            }
            if items.len() == limit && (*id != last || ids.len() == MOST) {
                return Ok(Page { items, next_cursor: Some(next(*id)) });
            }
        }
        if ids.len() < MOST {
            return Ok(Page { items, next_cursor: None });
        }
        after = last;
    }
    Ok(Page { items, next_cursor: Some(next(after)) })
}
