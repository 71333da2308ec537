//! The operations on imports: what can be imported, begin, map, try, run, stop, take back, and what was rejected.

use axum::extract::State;
use db::{Json as Column, Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use files::FileStore;
use http_api::{
    Accepted, App, Body, Caller, Created, Download, FieldError, IdempotencyKey, IfMatch, Json, ListParams, Path,
    Problem, Query, Versioned,
};
use identity::Locale;
use kernel::{Context, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    exports::ops::{TargetList, refuse_filter},
    imports::{
        model::{Import, ImportState, Mapping, Source, SourceColumn, StoredImport},
        plan::Plan,
        rejects,
        run::{CHECK, RUN, UNDO, opened},
        suggest::{Remembered, header_key, mapping},
    },
    lists::{List, ListKey, all, target},
    sheet::{Format, Table},
    store::imports as store,
    task::Task,
};

/// Samples of a column.
const SAMPLES: usize = 5;

/// Names one import.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct ImportPath {
    /// The import.
    id: Uuid,
}

/// In which language reasons are told.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct InLanguage {
    /// The language; the caller's own when absent.
    locale: Option<Locale>,
}

/// Begin an import.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImport {
    /// The list, as its address names it: `devices`, `records/vehicle`.
    list: String,
    /// The file, uploaded before: CSV or .xlsx.
    file_id: Uuid,
    /// The workbook's sheet; the first when absent.
    #[serde(default)]
    sheet: Option<String>,
}

/// Change an import.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeImport {
    /// What becomes of the lines; replaces all of it.
    mapping: Mapping,
}

/// The lists that the caller may import into.
pub(crate) async fn targets(State(app): State<App>, Caller(cx): Caller) -> Result<Json<TargetList>, Problem> {
    let lists = app.db().read(&cx, async |r: &mut Read<'_>| all(r).await).await?;
    let items = lists.iter().map(|list| target(list, &lists)).filter(|target| target.may_create || target.may_update);
    Ok(Json(TargetList { items: items.collect() }))
}

fn unknown_list() -> Problem {
    Problem::invalid_field("/list", "unknown", "There is no such list, or you may not import into it.")
}

/// What was found in a file.
fn source(table: &Table) -> Source {
    let column = |(index, header): (usize, &String)| SourceColumn {
        index,
        header: header.clone(),
        samples: table
            .lines
            .iter()
            .filter_map(|line| line.cells.get(index))
            .filter(|cell| !cell.is_empty())
            .take(SAMPLES)
            .map(|cell| cell.text().chars().take(100).collect())
            .collect(),
    };
    Source {
        encoding: table.encoding.map(str::to_owned),
        delimiter: table.delimiter.map(String::from),
        sheet: table.sheet.clone(),
        sheets: table.sheets.clone(),
        columns: table.header.iter().enumerate().map(column).collect(),
    }
}

/// Begins an import: reads the file and suggests a mapping.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewImport>,
) -> Result<Created<Import>, Problem> {
    let list_key = ListKey::parse(&body.list).filter(ListKey::is_written).ok_or_else(unknown_list)?;
    let file_id = body.file_id;
    let (list, lists, file) = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            let lists = all(r).await?;
            let list = lists.iter().find(|list| list.key == list_key).cloned().ok_or_else(unknown_list)?;
            Ok((list, lists, files::get(r, file_id).await?))
        })
        .await?;
    if !list.abilities.create && !list.abilities.update {
        return Err(Problem::forbidden("You may neither add nor change records of this list."));
    }
    let missing = || Problem::invalid_field("/file_id", "unknown", "There is no such file; upload it first.");
    let file = file.ok_or_else(missing)?;
    let format = Format::of(&file.media_type).ok_or_else(|| {
        let message = "This file cannot be imported; save it as .xlsx or as CSV.";
        Problem::invalid_field("/file_id", "unsupported_file", message)
    })?;
    let bytes = app.get::<FileStore>().bytes(cx.tenant(), &file).await?;
    let table = opened(bytes.to_vec(), format, body.sheet.clone()).await.map_err(|problem| {
        let pointer = if problem.code() == "unknown_sheet" { "/sheet" } else { "/file_id" };
        Problem::invalid_field(pointer, problem.code().to_owned(), problem.detail().to_owned())
    })?;
    let source = source(&table);
    let (name, header) = (body.list.clone(), header_key(&table.header));
    let remembered =
        app.db().read(&cx, async move |r: &mut Read<'_>| store::remembered(r, &name, &header).await).await?;
    let mapping = mapping(&list, &lists, &table.header, remembered.as_ref());
    let total = table.lines.len() as i64;
    let list_name = body.list.clone();
    app.create(&cx, key, &body, "createImport", async move |tx: &mut Tx<'_>| -> Result<Import, db::DbError> {
        let cx = tx.cx().clone();
        let import = StoredImport {
            id: cx.new_id(),
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            created_by: cx.actor().id,
            created_by_name: cx.actor().name.clone(),
            list: list_name,
            file_id: file.id,
            file_name: file.name,
            format: format.as_str().to_owned(),
            source: Column(source),
            mapping: Column(mapping),
            state: ImportState::Mapping,
            total,
            done: 0,
            created: 0,
            updated: 0,
            skipped: 0,
            rejected: 0,
            undone: 0,
            kept: 0,
            failure: None,
        };
        let data = json!({ "list": import.list, "rows": total });
        let event = NewEvent::new("import.created", "import", import.id).label(&import.file_name).data(data);
        tx.execute_all(vec![store::insert(&cx, &import), events::statement(&cx, &event)]).await?;
        Ok(import.view(Vec::new()))
    })
    .await
}

async fn seen(q: &mut impl db::Query, id: Uuid) -> Result<StoredImport, Problem> {
    store::find(q, id).await?.ok_or_else(|| Problem::not_found("import"))
}

/// How an import is.
pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
    Query(asked): Query<InLanguage>,
) -> Result<Versioned<Import>, Problem> {
    let import = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Import, Problem> {
            let import = seen(r, path.id).await?;
            let locale = language(r, asked).await?;
            let problems = rejects::problems(r, &import, locale).await?;
            Ok(import.view(problems))
        })
        .await?;
    Ok(Versioned(import))
}

async fn language(r: &mut Read<'_>, asked: InLanguage) -> Result<Locale, db::DbError> {
    match asked.locale {
        Some(locale) => Ok(locale),
        None => identity::locale(r).await,
    }
}

/// Imports, newest first, without their problems.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Import>>, Problem> {
    refuse_filter(&params)?;
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| store::list(r, &params).await).await?;
    Ok(Json(page.map(|import| import.view(Vec::new()))))
}

const OPEN: [ImportState; 4] =
    [ImportState::Mapping, ImportState::Checked, ImportState::Failed, ImportState::Cancelled];

fn not_now(what: &'static str) -> Problem {
    Problem::conflict("not_now", format!("The import cannot be {what} in its present state. Load it again."))
}

/// Changes the mapping.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
    expected: IfMatch,
    Body(body): Body<ChangeImport>,
) -> Result<Versioned<Import>, Problem> {
    let import = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Import, Problem> {
            let before = seen(tx, path.id).await?;
            expected.check(before.version)?;
            if !OPEN.contains(&before.state)
                || before.created + before.updated > 0 && before.state != ImportState::Checked
            {
                return Err(not_now("changed"));
            }
            plan(tx, &before, &body.mapping).await?;
            let after = StoredImport {
                version: before.version + 1,
                updated_at: tx.cx().now(),
                mapping: Column(body.mapping),
                state: ImportState::Mapping,
                ..before.clone()
            };
            if !store::remap(tx, &after, before.version).await? {
                return Err(Problem::stale());
            }
            Ok(after.view(Vec::new()))
        })
        .await?;
    Ok(Versioned(import))
}

/// The plan of a mapping, if it is one.
async fn plan(q: &mut impl db::Query, import: &StoredImport, mapping: &Mapping) -> Result<Plan, Problem> {
    if mapping.columns.len() > import.source.0.columns.len() {
        return Err(Problem::invalid_field("/mapping/columns", "too_many", "The file has fewer columns."));
    }
    let key = ListKey::parse(&import.list).ok_or_else(|| Problem::not_found("list"))?;
    let list = List::of(q, &key).await?;
    let zone = q.cx().zone().to_owned();
    Plan::of(&list, &all(q).await?, mapping, &import.source.0.columns, &zone)
}

/// Begins a pass over the lines.
async fn begin(
    app: &App,
    cx: &Context,
    id: Uuid,
    (kind, from, to): (&'static str, &'static [ImportState], ImportState),
) -> Result<Accepted<Import>, Problem> {
    let import = app
        .db()
        .write(cx, async move |tx: &mut Tx<'_>| -> Result<Import, Problem> {
            let import = seen(tx, id).await?;
            if !from.contains(&import.state) {
                return Err(not_now("begun"));
            }
            let plan = plan(tx, &import, &import.mapping.0).await?;
            let lacks: Vec<FieldError> = plan.lacks();
            if !lacks.is_empty() {
                return Err(Problem::invalid(lacks));
            }
            let cx = tx.cx().clone();
            // A run that failed goes on behind its last batch.
            if import.state != ImportState::Failed || import.done == 0 {
                tx.execute_all(store::begin(&cx, id).to_vec()).await?;
            }
            if !store::turn(tx, id, from, to, None).await? {
                return Err(not_now("begun"));
            }
            if to == ImportState::Running {
                let source = &import.source.0.columns;
                let header: Vec<String> = source.iter().map(|column| column.header.clone()).collect();
                let remembered = Remembered { mapping: import.mapping.0.clone(), header: header.clone() };
                tx.execute(store::remember(&cx, &import.list, &header_key(&header), &remembered)).await?;
                let data = json!({ "list": import.list, "rows": import.total, "match": import.mapping.0.key });
                let event = NewEvent::new("import.started", "import", id).label(&import.file_name).data(data);
                events::append(tx, event).await?;
            }
            jobs::add(tx, Task::job(&cx, kind, id)).await?;
            Ok(seen(tx, id).await?.view(Vec::new()))
        })
        .await?;
    Ok(Accepted(import))
}

/// Tries the lines without writing.
pub(crate) async fn check(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
) -> Result<Accepted<Import>, Problem> {
    let states = &[ImportState::Mapping, ImportState::Checked];
    begin(&app, &cx, path.id, (CHECK, states, ImportState::Checking)).await
}

/// Writes the lines.
pub(crate) async fn run(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
) -> Result<Accepted<Import>, Problem> {
    let states = &[ImportState::Mapping, ImportState::Checked, ImportState::Failed];
    begin(&app, &cx, path.id, (RUN, states, ImportState::Running)).await
}

/// Stops an import; what was written stays until it is taken back.
pub(crate) async fn cancel(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
) -> Result<Versioned<Import>, Problem> {
    const STOPPABLE: [ImportState; 4] =
        [ImportState::Mapping, ImportState::Checking, ImportState::Checked, ImportState::Running];
    let import = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Import, Problem> {
            let before = seen(tx, path.id).await?;
            if matches!(before.state, ImportState::Checking | ImportState::Checked | ImportState::Mapping) {
                // A try wrote nothing, so its account is of nothing.
                let cx = tx.cx().clone();
                tx.execute_all(store::begin(&cx, path.id).to_vec()).await?;
            }
            if !store::turn(tx, path.id, &STOPPABLE, ImportState::Cancelled, None).await? {
                return Err(not_now("cancelled"));
            }
            let event = NewEvent::new("import.cancelled", "import", path.id).label(&before.file_name);
            events::append(tx, event).await?;
            Ok(seen(tx, path.id).await?.view(Vec::new()))
        })
        .await?;
    Ok(Versioned(import))
}

/// Takes back what an import wrote.
pub(crate) async fn undo(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
) -> Result<Accepted<Import>, Problem> {
    const OVER: [ImportState; 3] = [ImportState::Done, ImportState::Failed, ImportState::Cancelled];
    let import = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Import, Problem> {
            let import = seen(tx, path.id).await?;
            let turned = import.can_undo() && store::turn(tx, path.id, &OVER, ImportState::Undoing, None).await?;
            if !turned {
                return Err(not_now("undone"));
            }
            let cx = tx.cx().clone();
            jobs::add(tx, Task::job(&cx, UNDO, path.id)).await?;
            Ok(seen(tx, path.id).await?.view(Vec::new()))
        })
        .await?;
    Ok(Accepted(import))
}

/// The lines that could not be taken, with the reason in each.
pub(crate) async fn rejected(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ImportPath>,
    Query(asked): Query<InLanguage>,
) -> Result<Download, Problem> {
    let (import, locale) = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            Ok((seen(r, path.id).await?, language(r, asked).await?))
        })
        .await?;
    let (name, format, bytes) = rejects::file(&app, &cx, &import, locale).await?;
    let media = match format {
        Format::Csv => "text/csv",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let length = bytes.len() as u64;
    Ok(Download::attachment(name, media, bytes).length(length))
}
