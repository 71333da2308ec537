//! Processes as they are drawn: list, show, create, change, check, put away.

use authz::permissions::{PROCESSES_DESIGN, PROCESSES_READ};
use db::{Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, Path, Problem, State, Versioned,
};
use objects::listing;

use crate::{
    Definition, ProcessError, Runtime,
    api::{DefinitionChange, Finding, IdPath, NewDefinition, Verdict},
    runtime::findings,
    store::definitions as store,
};

/// Lists processes.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Definition>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            let scope = store::scope(r.cx(), PROCESSES_READ);
            listing::page(r, &store::LISTING, &params, vec![scope]).await
        })
        .await?;
    Ok(Json(page))
}

/// Shows a process.
pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
) -> Result<Versioned<Definition>, Problem> {
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::reached(r, PROCESSES_READ, path.id).await);
    Ok(Versioned(found.await?))
}

/// Creates a process with its draft.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewDefinition>,
) -> Result<Created<Definition>, Problem> {
    let new = body.clone().checked()?;
    app.create(&cx, key, &body, "createProcess", async move |tx: &mut Tx<'_>| -> Result<_, ProcessError> {
        let cx = tx.cx().clone();
        let definition = Definition {
            id: cx.new_id(),
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            archived_at: None,
            draft: new.file(),
            key: new.key,
            label_zh: new.label_zh,
            label_en: new.label_en,
            object: new.object,
            object_type: new.object_type,
            published: 0,
            created_by: cx.user_id(),
        };
        let event = NewEvent::new("process.created", "process", definition.id).label(definition.key.as_str());
        tx.execute_all(vec![store::insert(&cx, &definition), events::statement(&cx, &event)]).await?;
        Ok(definition)
    })
    .await
}

/// Changes a process or its draft; what is published stays as it is.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<DefinitionChange>,
) -> Result<Versioned<Definition>, Problem> {
    let changed = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Definition, ProcessError> {
            let before = expect(tx, path, expected).await?;
            let after = body.apply(&before)?;
            write(tx, &before, after, "process.updated").await
        })
        .await?;
    Ok(Versioned(changed))
}

/// Puts a process away: nothing new is started of it, what runs goes on.
pub(crate) async fn archive(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
) -> Result<Versioned<Definition>, Problem> {
    put_away(&app, cx, path, expected, true).await
}

/// Takes a process back.
pub(crate) async fn restore(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
) -> Result<Versioned<Definition>, Problem> {
    put_away(&app, cx, path, expected, false).await
}

async fn put_away(
    app: &App,
    cx: kernel::Context,
    path: IdPath,
    expected: IfMatch,
    away: bool,
) -> Result<Versioned<Definition>, Problem> {
    let changed = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Definition, ProcessError> {
            let before = expect(tx, path, expected).await?;
            let archived_at = away.then(|| before.archived_at.unwrap_or(tx.cx().now()));
            let kind = if away { "process.archived" } else { "process.restored" };
            write(tx, &before, Definition { archived_at, ..before.clone() }, kind).await
        })
        .await?;
    Ok(Versioned(changed))
}

/// Says what speaks against publishing the draft, element by element.
pub(crate) async fn check(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
) -> Result<Json<Verdict>, Problem> {
    let reached = app.db().read(&cx, async move |r: &mut Read<'_>| store::reached(r, PROCESSES_DESIGN, path.id).await);
    let definition = reached.await?;
    let found = findings(app.get::<Runtime>().setting(), definition.draft.as_bytes());
    Ok(Json(Verdict {
        sound: found.refusals.is_empty(),
        refusals: found.refusals.into_iter().map(Finding::from).collect(),
        warnings: found.warnings.into_iter().map(Finding::from).collect(),
    }))
}

/// The process, if the caller may change it and it still has the expected version.
async fn expect(tx: &mut Tx<'_>, path: IdPath, expected: IfMatch) -> Result<Definition, ProcessError> {
    let definition = store::reached(tx, PROCESSES_DESIGN, path.id).await?;
    if definition.version == expected.version() { Ok(definition) } else { Err(ProcessError::Stale) }
}

/// Writes the changed process with its event; one that says the same leaves no trace.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    before: &Definition,
    altered: Definition,
    kind: &str,
) -> Result<Definition, ProcessError> {
    if altered == *before {
        return Ok(altered);
    }
    let after = Definition { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    store::update(tx, before, &after).await?;
    let mut changes = events::changes(before, &after);
    if let Some(draft) = changes.get_mut("draft") {
        // The file itself is in its versions; the history says that it changed.
        *draft = serde_json::json!({ "from": before.draft.len(), "to": after.draft.len() });
    }
    let event = NewEvent::new(kind, "process", after.id).label(after.key.as_str()).data(changes);
    events::append(tx, event).await?;
    Ok(after)
}
