//! Writing tables: CSV that Excel opens as UTF-8 and that no program takes for formulas, and workbooks with types.

use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{Color, Format as Style, FormatAlign, Workbook, XlsxError};

use crate::sheet::{Cell, Format, SheetError, plain};

/// The longest text in a cell of a workbook.
const LONGEST: usize = 32_767;

/// A cell on its way out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Out {
    Empty,
    Text(String),
    /// A number with so many decimals.
    Number {
        value: f64,
        decimals: u8,
    },
    Date(Date),
    /// A day and time of the tenant's zone.
    Moment(DateTime),
}

impl From<&Cell> for Out {
    fn from(cell: &Cell) -> Self {
        match cell {
            Cell::Empty => Self::Empty,
            Cell::Number(value) => {
                let decimals = plain(*value).split_once('.').map_or(0, |(_, decimals)| decimals.len().min(10));
                Self::Number { value: *value, decimals: decimals as u8 }
            }
            Cell::Moment(at) if at.time() == jiff::civil::Time::midnight() => Self::Date(at.date()),
            Cell::Moment(at) => Self::Moment(*at),
            Cell::Text(_) | Cell::Bool(_) => Self::Text(cell.text()),
        }
    }
}

impl Out {
    /// As it stands in a text file.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number { value, decimals } => format!("{value:.*}", usize::from(*decimals)),
            Self::Date(day) => day.to_string(),
            Self::Moment(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}

struct Book {
    workbook: Workbook,
    row: u32,
    bold: Style,
    day: Style,
    moment: Style,
    numbers: Vec<Style>,
}

enum Target {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Xlsx(Box<Book>),
}

/// A table that is being written.
pub(crate) struct Writer(Target);

fn failed(error: impl std::fmt::Display) -> SheetError {
    SheetError("not_written", format!("The file could not be written: {error}."))
}

impl From<XlsxError> for SheetError {
    fn from(error: XlsxError) -> Self {
        failed(error)
    }
}

impl Writer {
    /// An empty table; `name` is the sheet's.
    pub fn new(format: Format, name: &str) -> Result<Self, SheetError> {
        if format == Format::Csv {
            let bytes = "\u{feff}".as_bytes().to_vec();
            let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(bytes);
            return Ok(Self(Target::Csv(Box::new(writer))));
        }
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        let name: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
        sheet.set_name(if name.is_empty() { "Sheet1" } else { &name })?.set_freeze_panes(1, 0)?;
        let numbers = (0..=10).map(|decimals| {
            let format = if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals)) };
            Style::new().set_num_format(format)
        });
        Ok(Self(Target::Xlsx(Box::new(Book {
            numbers: numbers.collect(),
            workbook,
            row: 0,
            bold: Style::new().set_bold().set_background_color(Color::RGB(0x00F0_F2F5)).set_align(FormatAlign::Center),
            day: Style::new().set_num_format("yyyy-mm-dd"),
            moment: Style::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }))))
    }

    /// The first row.
    pub fn header(&mut self, names: &[String]) -> Result<(), SheetError> {
        match &mut self.0 {
            Target::Csv(writer) => writer.write_record(names.iter().map(|name| neutral(name))).map_err(failed),
            Target::Xlsx(book) => {
                let sheet = book.workbook.worksheet_from_index(0)?;
                for (column, name) in names.iter().enumerate() {
                    let column = column as u16;
                    sheet.set_column_width(column, (name.chars().count() * 2).clamp(12, 40) as f64)?;
                    sheet.write_string_with_format(0, column, cut(name), &book.bold)?;
                }
                book.row = 1;
                Ok(())
            }
        }
    }

    /// One more row.
    pub fn row(&mut self, cells: &[Out]) -> Result<(), SheetError> {
        match &mut self.0 {
            Target::Csv(writer) => {
                let texts = cells.iter().map(|cell| match cell {
                    Out::Text(text) => neutral(text),
                    other => other.text(),
                });
                writer.write_record(texts).map_err(failed)
            }
            Target::Xlsx(book) => {
                let sheet = book.workbook.worksheet_from_index(0)?;
                for (column, cell) in cells.iter().enumerate() {
                    let (row, column) = (book.row, column as u16);
                    match cell {
                        Out::Empty => continue,
                        Out::Text(text) => sheet.write_string(row, column, cut(text))?,
                        Out::Number { value, decimals } => {
                            let style = &book.numbers[usize::from(*decimals).min(book.numbers.len() - 1)];
                            sheet.write_number_with_format(row, column, *value, style)?
                        }
                        Out::Date(day) => match excel_days(day.at(0, 0, 0, 0)) {
                            Some(days) => sheet.write_number_with_format(row, column, days, &book.day)?,
                            None => sheet.write_string(row, column, cell.text())?,
                        },
                        Out::Moment(at) => match excel_days(*at) {
                            Some(days) => sheet.write_number_with_format(row, column, days, &book.moment)?,
                            None => sheet.write_string(row, column, cell.text())?,
                        },
                    };
                }
                book.row += 1;
                Ok(())
            }
        }
    }

    /// The file.
    pub fn finish(self) -> Result<Vec<u8>, SheetError> {
        match self.0 {
            Target::Csv(writer) => writer.into_inner().map_err(|error| failed(error.error())),
            Target::Xlsx(mut book) => Ok(book.workbook.save_to_buffer()?),
        }
    }
}

/// Days since 1899-12-30, as Excel counts from March 1900 on; earlier days it does not know.
fn excel_days(at: DateTime) -> Option<f64> {
    let first = jiff::civil::date(1900, 3, 1).at(0, 0, 0, 0);
    let span = at.duration_since(first);
    (span.as_secs() >= 0).then(|| 61.0 + span.as_secs_f64() / 86_400.0)
}

/// A text that no program takes for a formula.
fn neutral(text: &str) -> String {
    let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if dangerous { format!("'{text}") } else { text.to_owned() }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}
