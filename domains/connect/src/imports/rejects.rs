//! The lines that could not be taken, as a file like the one they came from, with the reason in each row.

use std::collections::HashMap;

use db::Read;
use files::FileStore;
use http_api::{App, Problem};
use identity::Locale;
use kernel::Context;

use crate::{
    imports::{
        model::{ImportProblem, ImportState, SourceColumn, StoredImport},
        run::table,
    },
    sheet::{Format, MOST_ROWS, Out, Writer},
    store::imports as store,
    task::Stop,
    values::{Reason, Reasons},
};

/// Problems shown with an import at most.
const SHOWN: usize = 100;

/// The file's name and content.
pub(crate) async fn file(
    app: &App,
    cx: &Context,
    import: &StoredImport,
    locale: Locale,
) -> Result<(String, Format, Vec<u8>), Problem> {
    let id = import.id;
    let rejects = app.db().read(cx, async move |r: &mut Read<'_>| store::rejects(r, id, MOST_ROWS).await).await?;
    let reasons: HashMap<i64, Reasons> = rejects.into_iter().collect();
    let table = table(app.db(), &app.get::<FileStore>(), cx, import).await.map_err(|stop| match stop {
        Stop::Refused(problem) => *problem,
        Stop::Db(error) => error.into(),
        Stop::Lost => Problem::not_found("file"),
    })?;
    let format = if import.format == Format::Csv.as_str() { Format::Csv } else { Format::Xlsx };
    let (title, word) = match locale {
        Locale::Chinese => ("未导入的行", "原因"),
        Locale::English => ("Rejected rows", "Reason"),
    };
    let mut writer = Writer::new(format, title)?;
    let mut header = table.header.clone();
    header.push(word.to_owned());
    writer.header(&header)?;
    for line in &table.lines {
        let Some(reasons) = reasons.get(&(line.number as i64)) else { continue };
        let mut cells: Vec<Out> = line.cells.iter().map(Out::from).collect();
        cells.resize(table.header.len().max(cells.len()), Out::Empty);
        cells.insert(table.header.len(), Out::Text(told(reasons, &import.source.0.columns, locale)));
        writer.row(&cells)?;
    }
    let bytes = tokio::task::spawn_blocking(move || writer.finish()).await;
    let bytes = bytes.map_err(Problem::internal)??;
    let stem = import.file_name.rsplit_once('.').map_or(import.file_name.as_str(), |(stem, _)| stem);
    Ok((format!("{stem}_{title}.{}", format.as_str()), format, bytes))
}

/// All reasons of a row in one cell.
fn told(reasons: &[Reason], columns: &[SourceColumn], locale: Locale) -> String {
    let one = |reason: &Reason| match reason.about(|index| header(columns, index), locale) {
        Some(about) if locale == Locale::Chinese => format!("【{about}】{}", reason.text(locale)),
        Some(about) => format!("{about}: {}", reason.text(locale)),
        None => reason.text(locale),
    };
    reasons.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn header(columns: &[SourceColumn], index: usize) -> Option<String> {
    columns.get(index).map(|column| column.header.clone())
}

/// What is wrong, the first hundred; after an undo what stayed as it is.
pub(crate) async fn problems(
    r: &mut Read<'_>,
    import: &StoredImport,
    locale: Locale,
) -> Result<Vec<ImportProblem>, db::DbError> {
    let columns = &import.source.0.columns;
    let problem = |line: i64, reason: &Reason| ImportProblem {
        line,
        column: reason.about(|index| header(columns, index), locale),
        value: reason.value.clone(),
        reason: reason.text(locale),
    };
    if matches!(import.state, ImportState::Undoing | ImportState::Undone) {
        let reason = Reason::new("changed_since", "Somebody changed this record since the import; it stays as it is.");
        let lines = store::stayed(r, import.id, SHOWN).await?;
        return Ok(lines.into_iter().map(|line| problem(line.abs(), &reason)).collect());
    }
    let rejects = store::rejects(r, import.id, SHOWN).await?;
    let all = rejects.iter().flat_map(|(line, reasons)| reasons.iter().map(|reason| problem(*line, reason)));
    Ok(all.take(SHOWN).collect())
}
