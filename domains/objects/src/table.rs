//! Records and own fields as rows and columns of a table: what import, export and bulk changes of any list call, by the
//! same rules as the operations.

use std::collections::HashMap;

use db::{Db, DbError, Query, Read, Tx, list::ListPage};
use forms::{Field, FieldKind, Map};
use http_api::{IfMatch, ListParams};
use kernel::Context;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Change, Numbers, ObjectError,
    access::{Action, Viewer, may, reach, scope},
    index::{entries, indexed},
    listing::page_with_own,
    model::{May, ObjectDefinition, Record, StoredRecord},
    numbering::{self, RecordNumber},
    ops::{
        definitions::definition,
        records::{Desk, NewRecord, RecordChange, RecordPath, insert, patch},
    },
    store::{definitions, fields, records as store},
    values::title,
};

/// An object that people defined, with what the caller may do with its records.
#[derive(Debug, Clone)]
pub struct OwnObject {
    /// The definition.
    pub definition: ObjectDefinition,
    /// What the caller may do.
    pub may: May,
}

/// A field of one's own, as the caller may use it.
#[derive(Debug, Clone)]
pub struct OwnField {
    /// The field.
    pub field: Field,
    /// Whether the caller may set it.
    pub editable: bool,
    /// Whether the caller sees its values; personal data may be masked.
    pub readable: bool,
    /// Whether records can be looked up by it.
    pub keyed: bool,
}

/// A new record as a row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewRow {
    /// Values by field id.
    pub values: Map,
    /// The user who looks after it; who makes it, when absent.
    pub owner_id: Option<Uuid>,
    /// The team it belongs to.
    pub team_id: Option<Uuid>,
    /// The region it belongs to.
    pub region_id: Option<Uuid>,
}

/// A change of a row: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RowChange {
    /// Values by field id.
    pub values: Map,
    /// The user who looks after it.
    pub owner_id: Change<Uuid>,
    /// The team it belongs to.
    pub team_id: Change<Uuid>,
    /// The region it belongs to.
    pub region_id: Change<Uuid>,
}

/// The number a new record gets, with those of its fields.
#[derive(Debug, Clone, Default)]
pub struct RecordNumbers {
    /// The record's own.
    pub record: RecordNumber,
    /// Numbers of fields.
    pub fields: Numbers,
}

impl RecordNumbers {
    /// Numbers for a record that will not stay; no two may have the same text.
    pub fn placeholder(text: &str) -> Self {
        Self { record: RecordNumber { text: text.to_owned(), serial: 0 }, fields: Numbers::new() }
    }
}

/// The objects in use that people defined and of which the caller may read records.
pub async fn objects(q: &mut impl Query) -> Result<Vec<OwnObject>, DbError> {
    let all = definitions::all(q).await?;
    let cx = q.cx();
    let known = all.into_iter().filter(|object| object.archived_at.is_none());
    let known = known.map(|definition| OwnObject { may: may(cx, &definition), definition });
    Ok(known.filter(|object| object.may.read).collect())
}

/// The object that people defined under this key, with what the caller may do; [`ObjectError::NotFound`] when there is
/// none.
pub async fn object(q: &mut impl Query, key: &str) -> Result<OwnObject, ObjectError> {
    let definition = definition(q, key).await?;
    if definition.built_in {
        return Err(ObjectError::NotFound("object"));
    }
    Ok(OwnObject { may: may(q.cx(), &definition), definition })
}

/// The own fields in use of any object that the caller sees, in order.
pub async fn own_fields(q: &mut impl Query, object: &str) -> Result<Vec<OwnField>, DbError> {
    let (_, catalogue) = fields::catalogue(q, object).await?;
    let viewer = Viewer::of(q.cx(), &catalogue);
    let seen = catalogue.fields.iter().filter(|field| viewer.sees(field));
    Ok(seen
        .map(|field| OwnField {
            editable: field.is_edited_by(&viewer.roles),
            readable: viewer.reads(field),
            keyed: indexed(field).is_some() && viewer.reads(field),
            field: field.clone(),
        })
        .collect())
}

/// Whether new records of the object get numbers for fields.
pub fn is_numbered<'f>(fields: impl IntoIterator<Item = &'f Field>) -> bool {
    fields.into_iter().any(|field| !field.retired && matches!(field.kind, FieldKind::AutoNumber(_)))
}

/// Takes the numbers of a new record. Call it before the transaction.
pub async fn take_numbers(db: &Db, cx: &Context, object: &str, numbered: bool) -> Result<RecordNumbers, DbError> {
    let key = object.to_owned();
    let definition =
        db.read(cx, async move |r: &mut Read<'_>| -> Result<_, DbError> { definitions::by_key(r, &key).await }).await?;
    let record = match &definition {
        Some(definition) => numbering::take(db, cx, definition).await?,
        // Making a record of an object that is not there is refused in its own words.
        None => RecordNumber::default(),
    };
    let fields = if numbered { crate::numbers(db, cx, object).await? } else { Numbers::new() };
    Ok(RecordNumbers { record, fields })
}

/// The records of any object that have one of these values of an indexed own field, each value with its record.
pub async fn having(
    q: &mut impl Query,
    object: &str,
    field: &str,
    values: &[Value],
) -> Result<Vec<(usize, Uuid)>, DbError> {
    let (_, catalogue) = fields::catalogue(q, object).await?;
    let Some((kind, _)) = catalogue.field(field).and_then(|field| Some((indexed(field)?, field))) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (index, value) in values.iter().enumerate() {
        for entry in entries(kind, Some(value)) {
            let ids = fields::having(q, kind, object, field, entry).await?;
            found.extend(ids.into_iter().map(|id| (index, id)));
        }
    }
    Ok(found)
}

/// What records of an own object are called, by id; ids that do not exist are left out.
pub async fn titles(q: &mut impl Query, object: &str, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, ObjectError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let definition = definition(q, object).await?;
    let (_, catalogue) = fields::catalogue(q, object).await?;
    let viewer = Viewer::of(q.cx(), &catalogue);
    let found = store::by_ids(q, ids).await?;
    let of_object = found.into_iter().filter(|record| record.object == object);
    let title_field = definition.title_field.as_deref();
    Ok(of_object
        .map(|record| (record.id, title(&catalogue, title_field, &viewer, &record.ext.0, &record.number)))
        .collect())
}

/// A page of the records that the caller sees.
pub async fn page(q: &mut impl Query, object: &str, params: &ListParams) -> Result<ListPage<Record>, ObjectError> {
    let desk = Desk::of(q, object).await?;
    let scope = scope(q.cx(), &desk.object, Action::Read)?;
    let conditions = vec![store::of_object(object), scope];
    let page: ListPage<StoredRecord> = page_with_own(q, &store::LISTING, object, params, conditions).await?;
    Ok(page.map(|record| desk.show(record)))
}

/// Makes a record; its numbers were taken before.
pub async fn create(tx: &mut Tx<'_>, object: &str, new: NewRow, numbers: RecordNumbers) -> Result<Record, ObjectError> {
    let known = self::object(tx, object).await?;
    if reach(tx.cx(), &known.definition, Action::Create).is_none() {
        return Err(ObjectError::Forbidden);
    }
    let NewRow { values, owner_id, team_id, region_id } = new;
    let new = NewRecord { values, form: None, form_version: None, owner_id, team_id, region_id };
    insert(tx, object, new, numbers.record, numbers.fields).await
}

/// Changes a record that has this version and that the caller may change.
pub async fn update(
    tx: &mut Tx<'_>,
    object: &str,
    id: Uuid,
    version: i64,
    change: RowChange,
) -> Result<Record, ObjectError> {
    let path = RecordPath { object: object.to_owned(), id };
    let RowChange { values, owner_id, team_id, region_id } = change;
    let body = RecordChange { values, owner_id, team_id, region_id, ..RecordChange::default() };
    patch(tx, path, IfMatch(version), body).await
}

/// Puts a record of this version away, or takes it back.
pub async fn put_away(
    tx: &mut Tx<'_>,
    object: &str,
    id: Uuid,
    version: i64,
    away: bool,
) -> Result<Record, ObjectError> {
    let path = RecordPath { object: object.to_owned(), id };
    crate::ops::records::put_away(tx, path, IfMatch(version), away).await
}
