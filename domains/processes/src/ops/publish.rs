//! Publishing a draft, rolling back, and the versions there are.

use authz::permissions::{PROCESSES_PUBLISH, PROCESSES_READ};
use db::{
    DbError, Read, Tx,
    list::{ListPage, run},
};
use http_api::{App, Body, Caller, IfMatch, Json, ListParams, Path, Problem, State, Versioned};

use crate::{
    Definition, ProcessError, Publication, PublishedVersion, Runtime,
    api::{IdPath, PublishBody, RollBackBody, VersionPath, VersionView, plain},
    ops::definitions::write,
    store::definitions as store,
};

/// Publishes the draft: what starts from now on runs it.
pub(crate) async fn publish(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<PublishBody>,
) -> Result<Versioned<Definition>, Problem> {
    let runtime = app.get::<Runtime>();
    let published = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Definition, ProcessError> {
            let before = expect(tx, path.id, expected).await?;
            let xml = before.draft.clone();
            bring_in_force(tx, &runtime, before, (xml, body.note, None), "process.published").await
        })
        .await?;
    Ok(Versioned(published))
}

/// Publishes an earlier version anew; the draft becomes its file.
pub(crate) async fn roll_back(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    expected: IfMatch,
    Body(body): Body<RollBackBody>,
) -> Result<Versioned<Definition>, Problem> {
    let runtime = app.get::<Runtime>();
    let published = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Definition, ProcessError> {
            let before = expect(tx, path.id, expected).await?;
            let xml = store::xml(tx, before.id, body.number).await?;
            let xml = xml.ok_or(ProcessError::NotFound("process version"))?;
            let said = (xml, body.note, Some(body.number));
            bring_in_force(tx, &runtime, before, said, "process.rolled_back").await
        })
        .await?;
    Ok(Versioned(published))
}

async fn expect(tx: &mut Tx<'_>, id: kernel::Uuid, expected: IfMatch) -> Result<Definition, ProcessError> {
    let definition = store::reached(tx, PROCESSES_PUBLISH, id).await?;
    if definition.version == expected.version() { Ok(definition) } else { Err(ProcessError::Stale) }
}

async fn bring_in_force(
    tx: &mut Tx<'_>,
    runtime: &Runtime,
    before: Definition,
    (xml, note, restores): (String, Option<String>, Option<i64>),
    kind: &str,
) -> Result<Definition, ProcessError> {
    let mut checks = objects::Checks::new();
    let note = checks.text("/note", note);
    checks.finish()?;
    let number = before.published + 1;
    // The row first: two who publish at once take turns at it, and the second one is stale.
    let altered = Definition { published: number, draft: xml.clone(), ..before.clone() };
    let after = write(tx, &before, altered, kind).await?;
    runtime.publish(tx, Publication { definition: before.id, number, xml, note, restores }).await?;
    Ok(after)
}

/// Lists the versions of a process, the latest first.
pub(crate) async fn versions(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<IdPath>,
    params: ListParams,
) -> Result<Json<ListPage<PublishedVersion>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            store::reached(r, PROCESSES_READ, path.id).await?;
            Ok(run(r, &store::VERSIONS, &plain(&params, vec![store::versions_of(path.id)])?).await?)
        })
        .await?;
    Ok(Json(page))
}

/// Shows a version with its file.
pub(crate) async fn version(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<VersionPath>,
) -> Result<Json<VersionView>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ProcessError> {
            store::reached(r, PROCESSES_READ, path.id).await?;
            let xml = store::xml(r, path.id, path.number).await?;
            let version: Result<PublishedVersion, DbError> = store::version(r, path.id, path.number).await;
            match (xml, version) {
                (Some(xml), Ok(version)) => Ok(VersionView { version, xml }),
                (_, Err(DbError::NotFound)) | (None, _) => Err(ProcessError::NotFound("process version")),
                (_, Err(error)) => Err(error.into()),
            }
        })
        .await?;
    Ok(Json(found))
}
