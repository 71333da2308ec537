//! Records of the objects that people define: listing, creating, showing, changing, archiving, restoring, revealing.

use db::{DbError, Json as Column, Query as _, Read, Tx, list::ListPage};
use events::{Event, NewEvent};
use forms::{Catalogue, Map};
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, Path, Problem, Query, State, Versioned,
};
use kernel::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::definitions::definition;
use crate::{
    Change, ObjectError, RevealBody, Revealed, TimelineParams,
    access::{Action, Viewer, reach, scope},
    computed,
    filling::form_for,
    listing::page_with_own,
    model::{FieldFaultView, ObjectDefinition, Record, StoredRecord},
    numbering::{self, RecordNumber},
    reveal::kind_in_events,
    store::{computed as states, fields, records as store},
    values::{Numbers, Sent, numbers, settle, title},
};

/// Where a body names the form and its version.
const POINTERS: (&str, &str) = ("/form", "/form_version");

/// Names an object's records.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RecordsPath {
    /// The object's key.
    pub(crate) object: String,
}

/// Names one record.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RecordPath {
    /// The object's key.
    pub(crate) object: String,
    /// The record's id.
    pub(crate) id: Uuid,
}

/// A new record.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecord {
    /// Values by field id.
    #[serde(default)]
    pub(crate) values: Map,
    /// The form it was filled in with.
    pub(crate) form: Option<Uuid>,
    /// A version of the form; the published one when absent.
    pub(crate) form_version: Option<i64>,
    /// The user who looks after it; who makes it, when absent.
    pub(crate) owner_id: Option<Uuid>,
    /// The team it belongs to.
    pub(crate) team_id: Option<Uuid>,
    /// The region it belongs to.
    pub(crate) region_id: Option<Uuid>,
}

/// A change of a record: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RecordChange {
    /// Values by field id; `null` empties a field.
    pub(crate) values: Map,
    /// The form it was filled in with.
    pub(crate) form: Option<Uuid>,
    /// A version of the form; the published one when absent.
    pub(crate) form_version: Option<i64>,
    /// The user who looks after it.
    pub(crate) owner_id: Change<Uuid>,
    /// The team it belongs to.
    pub(crate) team_id: Change<Uuid>,
    /// The region it belongs to.
    pub(crate) region_id: Change<Uuid>,
}

/// A record with the object it belongs to.
pub(crate) struct Desk {
    pub(crate) object: ObjectDefinition,
    catalogue: Catalogue,
    viewer: Viewer,
}

impl Desk {
    /// The object with this key, which must be one that people defined.
    pub(crate) async fn of(q: &mut impl db::Query, key: &str) -> Result<Self, ObjectError> {
        let object = definition(q, key).await?;
        if object.built_in {
            return Err(ObjectError::NotFound("object"));
        }
        let (_, catalogue) = fields::catalogue(q, key).await?;
        let viewer = Viewer::of(q.cx(), &catalogue);
        Ok(Self { object, catalogue, viewer })
    }

    async fn find(&self, q: &mut impl db::Query, id: Uuid, action: Action) -> Result<StoredRecord, ObjectError> {
        let scope = scope(q.cx(), &self.object, action)?;
        store::find(q, &self.object.key, id, scope).await?.ok_or(ObjectError::NotFound("record"))
    }

    pub(crate) fn show(&self, record: StoredRecord) -> Record {
        let values = &record.ext.0;
        let title_field = self.object.title_field.as_deref();
        Record {
            id: record.id,
            version: record.version,
            title: title(&self.catalogue, title_field, &self.viewer, values, &record.number),
            values: self.viewer.shown(&self.catalogue, values),
            object: record.object,
            number: record.number,
            owner_id: record.owner_id,
            team_id: record.team_id,
            region_id: record.region_id,
            created_at: record.created_at,
            updated_at: record.updated_at,
            created_by: record.created_by,
            archived_at: record.archived_at,
            computing: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The records as the caller sees them, with what is still being worked out.
    async fn tell(&self, q: &mut impl db::Query, mut shown: Vec<&mut Record>) -> Result<(), ObjectError> {
        if shown.is_empty() || !computed::is_any(&self.catalogue) {
            return Ok(());
        }
        let ids: Vec<Uuid> = shown.iter().map(|record| record.id).collect();
        for state in states::states(q, &self.object.key, &ids).await? {
            let seen = self.catalogue.field(&state.field).is_some_and(|field| self.viewer.sees(field));
            let Some(record) = shown.iter_mut().find(|record| record.id == state.record_id).filter(|_| seen) else {
                continue;
            };
            if state.computing {
                record.computing.push(state.field.clone());
            }
            record.faults.extend(FieldFaultView::of(state));
        }
        Ok(())
    }

    async fn answer(&self, q: &mut impl db::Query, record: StoredRecord) -> Result<Record, ObjectError> {
        let mut record = self.show(record);
        self.tell(q, vec![&mut record]).await?;
        Ok(record)
    }
}

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordsPath>,
    params: ListParams,
) -> Result<Json<ListPage<Record>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Record>, ObjectError> {
            let desk = Desk::of(r, &path.object).await?;
            let scope = scope(r.cx(), &desk.object, Action::Read)?;
            let conditions = vec![store::of_object(&path.object), scope];
            let page: ListPage<StoredRecord> =
                page_with_own(r, &store::LISTING, &path.object, &params, conditions).await?;
            let mut page = page.map(|record| desk.show(record));
            desk.tell(r, page.page.items.iter_mut().collect()).await?;
            Ok(page)
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordsPath>,
    key: IdempotencyKey,
    Body(body): Body<NewRecord>,
) -> Result<Created<Record>, Problem> {
    let object = path.object.clone();
    let allowed = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Option<ObjectDefinition>, ObjectError> {
            let desk = Desk::of(r, &object).await?;
            Ok(reach(r.cx(), &desk.object, Action::Create).map(|_| desk.object))
        })
        .await?;
    let Some(definition) = allowed else {
        return Err(ObjectError::Forbidden.into());
    };
    let number = numbering::take(app.db(), &cx, &definition).await?;
    let numbers = numbers(app.db(), &cx, &path.object).await?;
    let (object, new) = (path.object.clone(), body.clone());
    app.create(&cx, key, &(path.object, &body), "createRecord", async move |tx: &mut Tx<'_>| {
        insert(tx, &object, new, number, numbers).await
    })
    .await
}

pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    object: &str,
    new: NewRecord,
    number: RecordNumber,
    numbers: Numbers,
) -> Result<Record, ObjectError> {
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let form = form_for(tx, object, new.form, new.form_version, POINTERS).await?;
    let sent = Sent {
        object,
        record: id,
        before: None,
        values: new.values,
        pointer: "/values",
        numbers: &numbers,
        form: form.as_ref(),
    };
    let settled = settle(tx, sent).await?;
    let desk = Desk::of(tx, object).await?;
    if desk.object.archived_at.is_some() {
        let detail = "The object was put away; restore it to make records.";
        return Err(ObjectError::Conflict("object_archived", detail.to_owned()));
    }
    let record = StoredRecord {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        object: object.to_owned(),
        number: number.text,
        serial: number.serial,
        owner_id: new.owner_id.or(cx.user_id()),
        team_id: new.team_id,
        region_id: new.region_id,
        created_by: cx.user_id(),
        ext: Column(settled.values),
    };
    check_holders(tx, None, &record).await?;
    let kind = kind_in_events(object);
    let event = NewEvent::new("record.created", &kind, id).label(record.number.as_str()).data(settled.changes);
    let mut statements = vec![store::insert(&cx, &record), events::statement(&cx, &event)];
    statements.extend(settled.statements);
    tx.execute_all(statements).await.map_err(number_taken)?;
    desk.answer(tx, record).await
}

/// A prefix of before may have ended in a year, so that a number was given already; the next one will do.
fn number_taken(error: DbError) -> ObjectError {
    if error.is_unique("records", &["object", "number"]) {
        let detail = "A record has this number already. Save again to take the next one.";
        return ObjectError::Conflict("record_number_taken", detail.to_owned());
    }
    error.into()
}

/// Owner, team and region must exist.
async fn check_holders(
    tx: &mut Tx<'_>,
    before: Option<&StoredRecord>,
    after: &StoredRecord,
) -> Result<(), ObjectError> {
    let mut checks = crate::Checks::new();
    if let Some(id) = after.owner_id.filter(|_| before.is_none_or(|before| before.owner_id != after.owner_id))
        && Some(id) != tx.cx().user_id()
        && identity::users_by_ids(tx, &[id]).await?.is_empty()
    {
        checks.refuse("/owner_id", "unknown_target", "Choose somebody who exists.");
    }
    if let Some(id) = after.team_id.filter(|_| before.is_none_or(|before| before.team_id != after.team_id))
        && identity::team(tx, id).await?.is_none()
    {
        checks.refuse("/team_id", "unknown_target", "Choose a team that exists.");
    }
    if let Some(id) = after.region_id.filter(|_| before.is_none_or(|before| before.region_id != after.region_id))
        && identity::region(tx, id).await?.is_none()
    {
        checks.refuse("/region_id", "unknown_target", "Choose a region that exists.");
    }
    Ok(checks.finish()?)
}

pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordPath>,
) -> Result<Versioned<Record>, Problem> {
    let record = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Record, ObjectError> {
            let desk = Desk::of(r, &path.object).await?;
            let record = desk.find(r, path.id, Action::Read).await?;
            desk.answer(r, record).await
        })
        .await?;
    Ok(Versioned(record))
}

pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordPath>,
    expected: IfMatch,
    Body(body): Body<RecordChange>,
) -> Result<Versioned<Record>, Problem> {
    let record = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Record, ObjectError> {
            patch(tx, path, expected, body).await
        })
        .await?;
    Ok(Versioned(record))
}

pub(crate) async fn patch(
    tx: &mut Tx<'_>,
    path: RecordPath,
    expected: IfMatch,
    body: RecordChange,
) -> Result<Record, ObjectError> {
    let desk = Desk::of(tx, &path.object).await?;
    let before = desk.find(tx, path.id, Action::Update).await?;
    if before.version != expected.version() {
        return Err(ObjectError::Stale);
    }
    let form = form_for(tx, &path.object, body.form, body.form_version, POINTERS).await?;
    let sent = Sent {
        object: &path.object,
        record: path.id,
        before: Some(&before.ext.0),
        values: body.values,
        pointer: "/values",
        numbers: &Numbers::new(),
        form: form.as_ref(),
    };
    let settled = settle(tx, sent).await?;
    let mut after = before.clone();
    body.owner_id.apply(&mut after.owner_id);
    body.team_id.apply(&mut after.team_id);
    body.region_id.apply(&mut after.region_id);
    check_holders(tx, Some(&before), &after).await?;
    let mut changes = events::changes(&before, &after);
    if let (Value::Object(changes), Value::Object(own)) = (&mut changes, settled.changes) {
        changes.extend(own);
    }
    if settled.changed {
        after.ext = Column(settled.values);
    }
    let statements = if settled.changed { settled.statements } else { Vec::new() };
    let after = save(tx, &before, after, "record.updated", changes).await?;
    tx.execute_all(statements).await?;
    desk.answer(tx, after).await
}

/// Writes the record with its event; a change of nothing leaves no trace.
async fn save(
    tx: &mut Tx<'_>,
    before: &StoredRecord,
    altered: StoredRecord,
    kind: &str,
    changes: Value,
) -> Result<StoredRecord, ObjectError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = StoredRecord { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    if !store::update(tx, before, &after).await? {
        return Err(ObjectError::Stale);
    }
    let object = kind_in_events(&after.object);
    events::append(tx, NewEvent::new(kind, &object, after.id).label(after.number.as_str()).data(changes)).await?;
    Ok(after)
}

pub(crate) async fn archive(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordPath>,
    expected: IfMatch,
) -> Result<Versioned<Record>, Problem> {
    put(&app, &cx, path, expected, true).await
}

pub(crate) async fn restore(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordPath>,
    expected: IfMatch,
) -> Result<Versioned<Record>, Problem> {
    put(&app, &cx, path, expected, false).await
}

async fn put(
    app: &App,
    cx: &Context,
    path: RecordPath,
    expected: IfMatch,
    away: bool,
) -> Result<Versioned<Record>, Problem> {
    let record = app.db().write(cx, async move |tx: &mut Tx<'_>| put_away(tx, path, expected, away).await).await?;
    Ok(Versioned(record))
}

/// Puts a record away or takes it back.
pub(crate) async fn put_away(
    tx: &mut Tx<'_>,
    path: RecordPath,
    expected: IfMatch,
    away: bool,
) -> Result<Record, ObjectError> {
    let desk = Desk::of(tx, &path.object).await?;
    let before = desk.find(tx, path.id, Action::Update).await?;
    if before.version != expected.version() {
        return Err(ObjectError::Stale);
    }
    let archived_at = if away { before.archived_at.or(Some(tx.cx().now())) } else { None };
    let altered = StoredRecord { archived_at, ..before.clone() };
    let kind = if away { "record.archived" } else { "record.restored" };
    let changes = events::changes(&before, &altered);
    let (was, is) = (before.archived_at.is_none(), altered.archived_at.is_none());
    let object = before.object.clone();
    let after = save(tx, &before, altered, kind, changes).await?;
    let values = &after.ext.0;
    let follows = computed::follow(tx, &object, after.id, (values, was), (values, is)).await?;
    tx.execute_all(follows).await?;
    desk.answer(tx, after).await
}

pub(crate) async fn timeline(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordPath>,
    Query(params): Query<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, ObjectError> {
            let desk = Desk::of(r, &path.object).await?;
            desk.find(r, path.id, Action::Read).await?;
            Ok(crate::timeline(r, &kind_in_events(&path.object), path.id, &params).await?)
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn reveal(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<RecordPath>,
    Body(asked): Body<RevealBody>,
) -> Result<Json<Revealed>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Revealed, ObjectError> {
            let desk = Desk::of(tx, &path.object).await?;
            let record = desk.find(tx, path.id, Action::Read).await?;
            crate::reveal(tx, &path.object, record.id, &record.number, &asked).await
        })
        .await?;
    Ok(Json(shown))
}
