//! Writes the file of an export, page by page, as whoever asked for it sees the list.

use std::time::Duration;

use db::{Db, Read, Tx};
use events::NewEvent;
use files::FileStore;
use futures_util::future::BoxFuture;
use http_api::{ListParams, Problem};
use jiff::tz::TimeZone;
use jobs::{JobError, JobHandler, JobRun};
use kernel::{Context, Uuid};
use serde_json::json;

use crate::{
    exports::model::{ExportFormat, NewExport},
    lists::{Column, List, ListKey, page},
    sheet::{Format, MOST_ROWS, SheetError, Writer},
    store::exports as store,
    task::{Stop, Task, ended},
    values::{Names, gather, label, show},
};

/// The kind of these jobs.
pub(crate) const KIND: &str = "connect.export";
/// How long a file can be fetched.
pub(crate) const KEPT: Duration = Duration::from_hours(7 * 24);
/// Pages between two notes of progress.
const NOTED: usize = 5;

/// Makes exports. Register it as a job handler.
#[derive(Clone)]
pub struct MakeExports(pub FileStore);

impl JobHandler for MakeExports {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let task: Task = run.parse()?;
            let outcome = match task.context(&run).await {
                Ok(cx) => export(&run.db, &self.0, &cx, task.id).await,
                Err(stop) => Err(stop),
            };
            let failure = match &outcome {
                Err(Stop::Refused(problem)) => Some(problem.detail().to_owned()),
                Err(Stop::Db(error)) if run.is_last() => {
                    tracing::error!(%error, export = %task.id, "an export failed");
                    Some("The file could not be made. Try again later.".to_owned())
                }
                _ => None,
            };
            if let Some(failure) = failure {
                let id = task.id;
                run.db.write(&run.cx, async move |tx: &mut Tx<'_>| store::failed(tx, id, &failure).await).await?;
            }
            ended(outcome)
        })
    }
}

/// What an export asks of its list, page by page.
pub(crate) fn params(request: &NewExport) -> ListParams {
    ListParams {
        limit: db::list::LARGEST_PAGE,
        cursor: None,
        sort: request.sort.clone().filter(|sort| !sort.is_empty()),
        q: request.q.as_ref().map(|q| q.trim().to_owned()).filter(|q| !q.is_empty()),
        filter: request.filter.clone().map(serde_json::Value::Object),
        archived: request.archived,
        count: false,
    }
}

impl From<SheetError> for Stop {
    fn from(error: SheetError) -> Self {
        Self::Refused(Box::new(error.into()))
    }
}

impl From<SheetError> for Problem {
    fn from(SheetError(code, detail): SheetError) -> Self {
        Self::new(http_api::http::StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }
}

/// Makes the export with this id as `cx`.
pub(crate) async fn export(db: &Db, files: &FileStore, cx: &Context, id: Uuid) -> Result<(), Stop> {
    let found = db.read(cx, async move |r: &mut Read<'_>| store::find(r, id).await).await?;
    let Some(stored) = found else { return Err(Stop::Lost) };
    let request: NewExport =
        serde_json::from_value(stored.request.0).map_err(|error| Stop::Refused(Box::new(Problem::internal(error))))?;
    let key = ListKey::parse(&request.list).ok_or_else(|| Stop::from(Problem::not_found("list")))?;
    let list = db.read(cx, async move |r: &mut Read<'_>| List::of(r, &key).await).await?;
    let columns: Vec<Column> = request.columns.iter().filter_map(|id| list.column(id).cloned()).collect();
    let zone = TimeZone::get(cx.zone()).unwrap_or(TimeZone::UTC);
    let format = if request.format == ExportFormat::Csv { Format::Csv } else { Format::Xlsx };
    let title = label(&list.name, request.locale);
    let mut writer = Writer::new(format, &title)?;
    writer.header(&columns.iter().map(|column| label(&column.label, request.locale)).collect::<Vec<_>>())?;
    let (mut names, mut rows, mut pages) = (Names::default(), 0_usize, 0_usize);
    let mut params = ListParams { count: true, ..params(&request) };
    let mut total = None;
    loop {
        let (key, asked, wanted, known) =
            (list.key.clone(), params.clone(), columns.clone(), std::mem::take(&mut names));
        let (found, gathered) = db
            .read(cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
                let found = page(r, &key, &asked).await?;
                let names = gather(r, known, &wanted, &found.page.items).await?;
                Ok((found, names))
            })
            .await?;
        names = gathered;
        if params.count && !found.total_is_lower_bound {
            total = found.total;
        }
        for row in &found.page.items {
            let cells: Vec<_> = columns.iter().map(|column| show(column, row, &names, request.locale, &zone)).collect();
            writer.row(&cells)?;
        }
        rows += found.page.items.len();
        if rows > MOST_ROWS {
            let message = format!("The list has more than {MOST_ROWS} rows; filter it and export it in parts.");
            return Err(SheetError("too_many_rows", message).into());
        }
        if pages.is_multiple_of(NOTED) {
            let done = rows as i64;
            let kept = db.write(cx, async move |tx: &mut Tx<'_>| store::progress(tx, id, done, total).await).await?;
            if !kept {
                return Err(Stop::Lost);
            }
        }
        pages += 1;
        match found.page.next_cursor {
            Some(cursor) => params = ListParams { cursor: Some(cursor), count: false, ..params },
            None => break,
        }
    }
    let bytes = tokio::task::spawn_blocking(move || writer.finish())
        .await
        .map_err(|error| Stop::Db(db::DbError::Internal(error.to_string())))??;
    let name = format!("{title}_{}.{}", objects::Date::today(cx), format.as_str());
    let received = files::store_bytes(files, cx, &name, &bytes)
        .await
        .map_err(|error| Stop::Db(db::DbError::Storage(error.to_string())))?;
    let count = rows as i64;
    let kept = db
        .write(cx, async move |tx: &mut Tx<'_>| -> Result<bool, db::DbError> {
            let file = files::record(tx, received).await?;
            let kept = store::done(tx, id, count, &file).await?;
            if kept {
                let data = json!({ "list": request.list, "rows": count });
                events::append(tx, NewEvent::new("export.finished", "export", id).label(&file.name).data(data)).await?;
            }
            Ok(kept)
        })
        .await?;
    if kept { Ok(()) } else { Err(Stop::Lost) }
}
