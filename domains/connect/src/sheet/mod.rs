//! Tables as files: CSV in any encoding and Excel workbooks, read into rows of cells and written with types.

mod delimited;
mod workbook;
mod write;

use jiff::civil::DateTime;

pub(crate) use write::{Out, Writer};

/// Rows of a table at most, the header not counted.
pub(crate) const MOST_ROWS: usize = 200_000;
/// Columns of a table at most.
pub(crate) const MOST_COLUMNS: usize = 300;
/// What a workbook may unpack to, in bytes, and a text file may decode to.
const LARGEST: u64 = 512 * 1024 * 1024;

/// How a table stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text with a delimiter between columns.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

impl Format {
    /// The word in column and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// What a file of this media type is, if it can be a table.
    pub fn of(media_type: &str) -> Option<Self> {
        match media_type {
            "text/csv" | "text/plain" => Some(Self::Csv),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Bool(bool),
    /// A day, with or without a time; Excel knows no zones.
    Moment(DateTime),
}

impl Cell {
    /// A text cell, trimmed; nothing but spaces is empty. U+0000 cannot be stored anywhere.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() { Self::Empty } else { Self::Text(text.replace('\0', "")) }
    }

    /// The cell as people would write it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => plain(*number),
            Self::Bool(flag) => flag.to_string(),
            Self::Moment(at) if at.time() == jiff::civil::Time::midnight() => at.date().to_string(),
            Self::Moment(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }

    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

/// A number without an exponent, and without decimals that are not there.
pub(crate) fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        format!("{}", number as i64)
    } else {
        format!("{number}")
    }
}

/// One row, as long as the header.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Where it stands in the file, the first line being 1.
    pub number: u64,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Whether there is more in it than columns: a quote or delimiter is missing somewhere.
    pub is_too_long: bool,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Table {
    /// The columns' names, trimmed.
    pub header: Vec<String>,
    /// The rows that say anything.
    pub lines: Vec<Line>,
    /// The encoding that was found; none for workbooks.
    pub encoding: Option<&'static str>,
    /// What stands between columns; none for workbooks.
    pub delimiter: Option<char>,
    /// The workbook's sheets.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
}

/// Why a file is no table: a stable code, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{1}")]
pub(crate) struct SheetError(pub &'static str, pub String);

impl SheetError {
    fn broken(reason: impl std::fmt::Display) -> Self {
        Self(
            "broken_file",
            format!("The workbook cannot be read: {reason}. Open it in Excel and save it again as .xlsx."),
        )
    }

    fn too_large() -> Self {
        Self("too_large", "The file unpacks to more than 512 MB; split it.".to_owned())
    }
}

/// Reads the whole table; of a workbook the sheet of this name, or the first.
pub(crate) fn read(bytes: &[u8], format: Format, sheet: Option<&str>) -> Result<Table, SheetError> {
    let mut table = match format {
        Format::Csv => delimited::read(bytes)?,
        Format::Xlsx => workbook::read(bytes, sheet)?,
    };
    if table.header.iter().all(String::is_empty) {
        return Err(SheetError(
            "empty_file",
            "The file has no header; put the columns' names into its first row.".to_owned(),
        ));
    }
    table.lines.retain(|line| line.is_too_long || line.cells.iter().any(|cell| !cell.is_empty()));
    if table.lines.len() > MOST_ROWS {
        return Err(SheetError("too_many_rows", format!("The file has more than {MOST_ROWS} rows; split it.")));
    }
    Ok(table)
}

/// Puts rows together: the first that says anything is the header, the others get its length.
#[derive(Debug, Default)]
struct Builder {
    header: Option<Vec<String>>,
    lines: Vec<Line>,
}

impl Builder {
    fn add(&mut self, number: u64, mut cells: Vec<Cell>) -> Result<(), SheetError> {
        while cells.last().is_some_and(Cell::is_empty) {
            cells.pop();
        }
        if cells.len() > MOST_COLUMNS {
            let message =
                format!("Row {number} has more than {MOST_COLUMNS} columns; remove those that are not needed.");
            return Err(SheetError("too_many_columns", message));
        }
        if cells.is_empty() {
            return Ok(());
        }
        let Some(header) = &self.header else {
            self.header =
                Some(cells.iter().map(|cell| cell.text().split_whitespace().collect::<Vec<_>>().join(" ")).collect());
            return Ok(());
        };
        let width = header.len();
        let is_too_long = cells.len() > width;
        if !is_too_long {
            cells.resize(width, Cell::Empty);
        }
        if self.lines.len() > MOST_ROWS {
            return Err(SheetError("too_many_rows", format!("The file has more than {MOST_ROWS} rows; split it.")));
        }
        self.lines.push(Line { number, cells, is_too_long });
        Ok(())
    }

    fn table(self) -> Table {
        Table {
            header: self.header.unwrap_or_default(),
            lines: self.lines,
            encoding: None,
            delimiter: None,
            sheets: Vec::new(),
            sheet: None,
        }
    }
}
