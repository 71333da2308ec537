//! The operations on exports: what can be exported, ask for one, see how it is, fetch the file.

use axum::extract::State;
use db::{Json as Column, Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use files::{Content, FileStore};
use http_api::{
    App, Body, Caller, FieldError, IdempotencyKey, Json, ListParams, Path, Problem, Versioned,
    http::{HeaderMap, StatusCode},
};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    exports::{
        model::{Export, ExportState, NewExport, StoredExport},
        run::{KEPT, KIND, params},
    },
    lists::{List, ListKey, Target, all, page, target},
    sheet::MOST_COLUMNS,
    store::exports as store,
    task::Task,
};

/// Names one export.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct ExportPath {
    /// The export.
    id: Uuid,
}

/// Lists with their fields.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetList {
    /// The lists that the caller may read.
    pub items: Vec<Target>,
}

/// What can be exported.
pub(crate) async fn targets(State(app): State<App>, Caller(cx): Caller) -> Result<Json<TargetList>, Problem> {
    let lists = app.db().read(&cx, async |r: &mut Read<'_>| all(r).await).await?;
    Ok(Json(TargetList { items: lists.iter().map(|list| target(list, &lists)).collect() }))
}

/// Asks for an export.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewExport>,
) -> Result<http_api::Accepted<Export>, Problem> {
    check(&app, &cx, &body).await?;
    let request = serde_json::to_value(&body).map_err(Problem::internal)?;
    let new = body.clone();
    let export = app
        .once(&cx, key, &body, "createExport", async move |tx: &mut Tx<'_>| -> Result<Export, db::DbError> {
            let cx = tx.cx().clone();
            let export = StoredExport {
                id: cx.new_id(),
                version: 1,
                created_at: cx.now(),
                updated_at: cx.now(),
                created_by: cx.actor().id,
                list: new.list.clone(),
                format: new.format.as_str().to_owned(),
                request: Column(request),
                state: ExportState::Queued,
                rows_done: 0,
                total: None,
                file_id: None,
                file_name: None,
                file_size: None,
                failure: None,
                expires_at: cx.now().plus(KEPT),
            };
            let told = json!({ "list": new.list, "format": new.format, "columns": new.columns, "filter": new.filter });
            let event = NewEvent::new("export.created", "export", export.id).label(&new.list).data(told);
            tx.execute_all(vec![store::insert(&cx, &export), events::statement(&cx, &event)]).await?;
            jobs::add(tx, Task::job(&cx, KIND, export.id)).await?;
            Ok(export.into())
        })
        .await?;
    Ok(http_api::Accepted(export))
}

/// Refuses what the list does not have; the filter, order and words are tried on one row.
async fn check(app: &App, cx: &kernel::Context, new: &NewExport) -> Result<(), Problem> {
    let unknown = || Problem::invalid_field("/list", "unknown", "There is no such list, or you may not see it.");
    let key = ListKey::parse(&new.list).ok_or_else(unknown)?;
    if new.columns.is_empty() || new.columns.len() > MOST_COLUMNS {
        let message = format!("Choose 1 to {MOST_COLUMNS} columns.");
        return Err(Problem::invalid_field("/columns", "out_of_range", message));
    }
    if new.q.as_ref().is_some_and(|q| q.chars().count() > 200 || q.contains('\0')) {
        return Err(Problem::invalid_field("/q", "too_long", "Search for at most 200 characters."));
    }
    let asked = ListParams { limit: 1, ..params(new) };
    let columns = new.columns.clone();
    app.db()
        .read(cx, async move |r: &mut Read<'_>| -> Result<(), Problem> {
            let list = List::of(r, &key).await.map_err(|problem| {
                if problem.status() == StatusCode::NOT_FOUND {
                    Problem::invalid_field("/list", "unknown", "There is no such list, or you may not see it.")
                } else {
                    problem
                }
            })?;
            let wrong = columns.iter().enumerate().filter(|(_, id)| list.column(id).is_none());
            let errors: Vec<FieldError> = wrong
                .map(|(index, _)| {
                    FieldError::new(
                        format!("/columns/{index}"),
                        "unknown_field",
                        "There is no such field; choose another.",
                    )
                })
                .collect();
            if !errors.is_empty() {
                return Err(Problem::invalid(errors));
            }
            page(r, &key, &asked).await.map(|_| ()).map_err(in_body)
        })
        .await
}

/// A problem with the query of a list, as one of a body.
pub(crate) fn in_body(problem: Problem) -> Problem {
    if problem.status() != StatusCode::BAD_REQUEST {
        return problem;
    }
    let errors = problem.errors().iter().map(|error| {
        let pointer = error.pointer.strip_prefix("/query").unwrap_or(&error.pointer).to_owned();
        FieldError { pointer, ..error.clone() }
    });
    Problem::invalid(errors.collect())
}

/// One's own exports.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Export>>, Problem> {
    refuse_filter(&params)?;
    let actor = cx.actor().id;
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| store::of_actor(r, actor, &params).await).await?;
    Ok(Json(page.map(Export::from)))
}

/// Lists of runs know neither filter nor search.
pub(crate) fn refuse_filter(params: &ListParams) -> Result<(), Problem> {
    if params.filter.is_some() {
        return Err(Problem::bad_parameter("/query/filter", "This list cannot be filtered."));
    }
    if params.q.is_some() {
        return Err(Problem::bad_parameter("/query/q", "This list cannot be searched."));
    }
    Ok(())
}

async fn own(app: &App, cx: &kernel::Context, id: Uuid) -> Result<StoredExport, Problem> {
    let found = app.db().read(cx, async move |r: &mut Read<'_>| store::find(r, id).await).await?;
    let actor = cx.actor().id;
    found.filter(|export| export.created_by == actor).ok_or_else(|| Problem::not_found("export"))
}

/// How an export is.
pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ExportPath>,
) -> Result<Versioned<Export>, Problem> {
    Ok(Versioned(own(&app, &cx, path.id).await?.into()))
}

/// The file of an export.
pub(crate) async fn content(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ExportPath>,
    headers: HeaderMap,
) -> Result<Content, Problem> {
    let export = own(&app, &cx, path.id).await?;
    if export.expires_at <= cx.now() {
        return Err(Problem::new(
            StatusCode::GONE,
            "export_expired",
            "The file is no longer kept. Export the list again.",
        ));
    }
    let Some(file_id) = export.file_id else {
        return Err(Problem::conflict("not_ready", "The file is not ready yet. Try again shortly."));
    };
    let file = app.db().read(&cx, async move |r: &mut Read<'_>| files::get(r, file_id).await).await?;
    let file = file.ok_or_else(|| Problem::not_found("file"))?;
    Ok(files::content(&app.get::<FileStore>(), cx.tenant(), &file, &headers).await?)
}
