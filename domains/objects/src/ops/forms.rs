//! Forms: drafts that are saved and checked, and published versions that never change.

use std::collections::BTreeSet;

use db::{Json as Column, Query as _, Read, Tx};
use events::NewEvent;
use forms::Form;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, NoContent, Path, Problem, Query, State, Versioned,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::definitions::{ObjectPath, definition, seen};
use crate::{
    ObjectError,
    access::{manages, may_use},
    model::{FormInfo, FormList, FormView, MAX_FORMS, StoredForm},
    store::{definitions as store, fields},
};

/// Names one form.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct FormPath {
    /// The form's id.
    pub id: Uuid,
}

/// A form to be saved; its `id` and `version` are the server's to give.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormBody {
    /// The form.
    form: Form,
}

/// Which version of a form: `?version=2`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct FormParams {
    /// A published version; the draft when absent.
    version: Option<i64>,
}

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
) -> Result<Json<FormList>, Problem> {
    let forms = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ObjectError> {
            let object = seen(r, &path.object).await?;
            if manages(r.cx()) {
                return Ok(store::forms(r, &object.key).await?);
            }
            let mut published = store::published_forms(r, &object.key).await?;
            published.retain(|form| may_use(r.cx(), &form.draft.0));
            Ok(published)
        })
        .await?;
    Ok(Json(listed(forms)))
}

fn listed(forms: Vec<StoredForm>) -> FormList {
    let items = forms.into_iter().map(|form| FormInfo {
        id: form.id,
        name: form.draft.0.name,
        channel: form.draft.0.channel,
        roles: form.draft.0.roles,
        version: form.version,
        published_version: form.published_version,
        archived_at: form.archived_at,
        updated_at: form.updated_at,
    });
    FormList { items: items.collect() }
}

pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    key: IdempotencyKey,
    Body(body): Body<FormBody>,
) -> Result<Created<FormView>, Problem> {
    let (object, form) = (path.object.clone(), body.form.clone());
    app.create(&cx, key, &(path.object, &body), "createForm", async move |tx: &mut Tx<'_>| {
        insert(tx, &object, form).await
    })
    .await
}

async fn insert(tx: &mut Tx<'_>, object: &str, form: Form) -> Result<FormView, ObjectError> {
    let cx = tx.cx().clone();
    let object = definition(tx, object).await?;
    let known = store::forms(tx, &object.key).await?;
    if known.len() >= MAX_FORMS {
        let detail =
            format!("An object may have {MAX_FORMS} forms, and has them. Change one instead, or delete a draft.");
        return Err(ObjectError::Conflict("too_many_forms", detail));
    }
    let id = cx.new_id();
    let draft = checked(tx, &object.key, id, 1, form).await?;
    let form = StoredForm {
        id,
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        object: object.key,
        published_version: None,
        archived_at: None,
        place: known.last().map_or(0, |form| form.place + 1),
        draft: Column(draft),
    };
    let event = NewEvent::new("form.created", "form", id).label(form.draft.0.name.zh.as_str());
    tx.execute_all(vec![store::insert_form(&cx, &form), events::statement(&cx, &event)]).await?;
    Ok(form.view(None))
}

/// The form under its own id and next version, free of defects.
async fn checked(tx: &mut Tx<'_>, object: &str, id: Uuid, version: i64, form: Form) -> Result<Form, ObjectError> {
    let (_, catalogue) = fields::catalogue(tx, object).await?;
    let form = Form { id: id.to_string(), version: u32::try_from(version).unwrap_or(u32::MAX), ..form };
    let defects = form.check(&catalogue);
    if defects.is_empty() { Ok(form) } else { Err(ObjectError::Defects("invalid_form", defects)) }
}

pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FormPath>,
    Query(params): Query<FormParams>,
) -> Result<Versioned<FormView>, Problem> {
    let view = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<FormView, ObjectError> {
            let stored = store::form(r, path.id).await?.ok_or(ObjectError::NotFound("form"))?;
            seen(r, &stored.object).await.map_err(|_| ObjectError::NotFound("form"))?;
            // Drafts are for those who design; others work with what is published.
            let version = params.version.or(stored.published_version.filter(|_| !manages(r.cx())));
            let Some(version) = version else {
                return if manages(r.cx()) { Ok(stored.view(None)) } else { Err(ObjectError::NotFound("form")) };
            };
            let form = store::form_version(r, path.id, version).await?.ok_or(ObjectError::NotFound("version"))?;
            if !may_use(r.cx(), &form) {
                return Err(ObjectError::NotFound("form"));
            }
            Ok(stored.view(Some(form)))
        })
        .await?;
    Ok(Versioned(view))
}

pub(crate) async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FormPath>,
    expected: IfMatch,
    Body(body): Body<FormBody>,
) -> Result<Versioned<FormView>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<FormView, ObjectError> {
            let before = current(tx, path.id, expected).await?;
            let next = before.published_version.unwrap_or(0) + 1;
            let draft = checked(tx, &before.object, path.id, next, body.form).await?;
            save(tx, StoredForm { draft: Column(draft), ..before }, "form.updated").await
        })
        .await?;
    Ok(Versioned(view))
}

pub(crate) async fn publish(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FormPath>,
    expected: IfMatch,
) -> Result<Versioned<FormView>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<FormView, ObjectError> {
            let before = current(tx, path.id, expected).await?;
            if before.archived_at.is_some() {
                let detail = "The form was put away; take it back to publish it.";
                return Err(ObjectError::Conflict("form_archived", detail.to_owned()));
            }
            let next = before.published_version.unwrap_or(0) + 1;
            // Fields may have changed since the draft was saved.
            let form = checked(tx, &before.object, path.id, next, before.draft.0.clone()).await?;
            let keep = store::insert_form_version(tx.cx(), path.id, next, &form);
            tx.execute(keep).await?;
            let after = StoredForm { draft: Column(form), published_version: Some(next), ..before };
            save(tx, after, "form.published").await
        })
        .await?;
    Ok(Versioned(view))
}

async fn current(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<StoredForm, ObjectError> {
    let form = store::form(tx, id).await?.ok_or(ObjectError::NotFound("form"))?;
    if form.version == expected.version() { Ok(form) } else { Err(ObjectError::Stale) }
}

async fn save(tx: &mut Tx<'_>, form: StoredForm, kind: &str) -> Result<FormView, ObjectError> {
    let expected = form.version;
    let form = StoredForm { version: expected + 1, updated_at: tx.cx().now(), ..form };
    if !store::update_form(tx, &form, expected).await? {
        return Err(ObjectError::Stale);
    }
    let event = NewEvent::new(kind, "form", form.id)
        .label(form.draft.0.name.zh.as_str())
        .data(serde_json::json!({"version": form.version, "published_version": form.published_version}));
    events::append(tx, event).await?;
    Ok(form.view(None))
}

/// Puts a form away: nobody is offered it any more, and whatever names one of its versions keeps it.
pub(crate) async fn archive(
    state: State<App>,
    caller: Caller,
    path: Path<FormPath>,
    expected: IfMatch,
) -> Result<Versioned<FormView>, Problem> {
    put_away(state, caller, path, expected, true).await
}

/// Takes a form back.
pub(crate) async fn restore(
    state: State<App>,
    caller: Caller,
    path: Path<FormPath>,
    expected: IfMatch,
) -> Result<Versioned<FormView>, Problem> {
    put_away(state, caller, path, expected, false).await
}

async fn put_away(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FormPath>,
    expected: IfMatch,
    away: bool,
) -> Result<Versioned<FormView>, Problem> {
    let view = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<FormView, ObjectError> {
            let before = current(tx, path.id, expected).await?;
            if before.archived_at.is_some() == away {
                return Ok(before.view(None));
            }
            let archived_at = away.then(|| tx.cx().now());
            let kind = if away { "form.archived" } else { "form.restored" };
            save(tx, StoredForm { archived_at, ..before }, kind).await
        })
        .await?;
    Ok(Versioned(view))
}

/// Deletes a draft that was never in use.
pub(crate) async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<FormPath>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), ObjectError> {
            let form = current(tx, path.id, expected).await?;
            if form.published_version.is_some() {
                let detail = "The form has been in use, and what was filled in with it names it; put it away instead.";
                return Err(ObjectError::Conflict("form_published", detail.to_owned()));
            }
            if !store::delete_form(tx, form.id, form.version).await? {
                return Err(ObjectError::Stale);
            }
            let event = NewEvent::new("form.deleted", "form", form.id).label(form.draft.0.name.zh.as_str());
            events::append(tx, event).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}

/// The forms of an object in a new order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormOrder {
    /// All forms of the object, the one to be offered first at the beginning.
    #[schemars(length(max = 100))]
    forms: Vec<Uuid>,
}

/// Puts the forms of an object in order.
pub(crate) async fn order(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    Body(body): Body<FormOrder>,
) -> Result<Json<FormList>, Problem> {
    let forms = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Vec<StoredForm>, ObjectError> {
            let object = definition(tx, &path.object).await?;
            let known = store::forms(tx, &object.key).await?;
            let all: BTreeSet<Uuid> = known.iter().map(|form| form.id).collect();
            let named: BTreeSet<Uuid> = body.forms.iter().copied().collect();
            if named != all || body.forms.len() != all.len() {
                let mut checks = crate::Checks::new();
                checks.refuse("/forms", "not_all_forms", "Name every form of the object once; look at the list again.");
                checks.finish()?;
            }
            let cx = tx.cx().clone();
            let mut statements: Vec<_> =
                body.forms.iter().zip(0..).map(|(id, place)| store::place_form(&cx, *id, place)).collect();
            let event = NewEvent::new("forms.ordered", "object", object.id)
                .label(object.name.0.zh.as_str())
                .data(serde_json::json!({"object": object.key, "forms": body.forms}));
            statements.push(events::statement(&cx, &event));
            tx.execute_all(statements).await?;
            Ok(store::forms(tx, &object.key).await?)
        })
        .await?;
    Ok(Json(listed(forms)))
}
