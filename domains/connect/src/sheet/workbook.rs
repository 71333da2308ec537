//! Excel workbooks, read cell by cell: a sheet that claims a million empty columns costs nothing.

use std::io::{Cursor, Read, copy, sink};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use jiff::civil::DateTime;
use zip::ZipArchive;

use crate::sheet::{Builder, Cell, MOST_COLUMNS, SheetError, Table};

/// Parts of a workbook at most.
const MOST_PARTS: usize = 10_000;

pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Table, SheetError> {
    measure(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(SheetError::broken)?;
    let sheets = book.sheet_names();
    let name = match sheet {
        Some(name) => sheets.iter().find(|known| *known == name),
        None => sheets.first(),
    };
    let Some(name) = name.cloned() else {
        let message = "The workbook has no such sheet; choose one of it.";
        return Err(SheetError("unknown_sheet", message.to_owned()));
    };
    let mut reader = book.worksheet_cells_reader(&name).map_err(SheetError::broken)?;
    let mut builder = Builder::default();
    let (mut at, mut cells): (u32, Vec<Cell>) = (0, Vec::new());
    while let Some(found) = reader.next_cell().map_err(SheetError::broken)? {
        let cell = cell(found.get_value());
        if cell.is_empty() {
            continue;
        }
        let (row, column) = found.get_position();
        if row < at {
            return Err(SheetError::broken("its rows are out of order"));
        }
        if row > at {
            builder.add(u64::from(at) + 1, std::mem::take(&mut cells))?;
            at = row;
        }
        let column = column as usize;
        if column > MOST_COLUMNS {
            let message =
                format!("Row {} has more than {MOST_COLUMNS} columns; remove those that are not needed.", row + 1);
            return Err(SheetError("too_many_columns", message));
        }
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
    }
    builder.add(u64::from(at) + 1, cells)?;
    Ok(Table { sheets, sheet: Some(name), ..builder.table() })
}

/// Refuses what unpacks to more than memory should hold, whatever its directory claims.
fn measure(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(SheetError::broken)?;
    if archive.len() > MOST_PARTS {
        return Err(SheetError::broken("it has too many parts"));
    }
    let mut left = super::LARGEST;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(SheetError::broken)?;
        let unpacked = copy(&mut part.take(left + 1), &mut sink()).map_err(SheetError::broken)?;
        left = left.checked_sub(unpacked).ok_or_else(SheetError::too_large)?;
    }
    Ok(())
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) if number.is_finite() => Cell::Number(*number),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::of(text),
        DataRef::SharedString(text) => Cell::of(text),
        DataRef::Bool(flag) => Cell::Bool(*flag),
        DataRef::DateTime(moment) => moment_of(moment),
        DataRef::DateTimeIso(text) => text.parse::<DateTime>().map_or_else(|_| Cell::of(text), Cell::Moment),
        DataRef::Float(_) | DataRef::Error(_) | DataRef::Empty => Cell::Empty,
    }
}

/// A day and time, or a span as `h:mm:ss`.
fn moment_of(moment: &ExcelDateTime) -> Cell {
    let days = moment.as_f64();
    if moment.is_duration() || (0.0..1.0).contains(&days) {
        let seconds = (days * 86_400.0).round() as i64;
        return Cell::Text(format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let part = |number: u8| i8::try_from(number).unwrap_or(-1);
    let year = i16::try_from(year).unwrap_or(-1);
    DateTime::new(year, part(month), part(day), part(hour), part(minute), part(second), 0)
        .map_or(Cell::Number(days), Cell::Moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Format, Out, Writer, read};

    #[test]
    fn types_come_back_as_they_were_written() {
        let mut writer = Writer::new(Format::Xlsx, "设备").unwrap();
        writer.header(&["a", "b", "c", "d", "e"].map(str::to_owned)).unwrap();
        let row = [
            Out::Text("=1+1".to_owned()),
            Out::Number { value: 12.5, decimals: 2 },
            Out::Date(jiff::civil::date(2026, 3, 1)),
            Out::Moment(jiff::civil::date(2026, 3, 1).at(8, 30, 0, 0)),
            Out::Empty,
        ];
        writer.row(&row).unwrap();
        let bytes = writer.finish().unwrap();
        let table = read(&bytes, Format::Xlsx, None).unwrap();
        assert_eq!((table.sheets.as_slice(), table.header.len()), (["设备".to_owned()].as_slice(), 5));
        assert_eq!(
            table.lines[0].cells,
            [
                Cell::Text("=1+1".to_owned()),
                Cell::Number(12.5),
                Cell::Moment(jiff::civil::date(2026, 3, 1).at(0, 0, 0, 0)),
                Cell::Moment(jiff::civil::date(2026, 3, 1).at(8, 30, 0, 0)),
                Cell::Empty,
            ]
        );
        assert_eq!(read(&bytes, Format::Xlsx, Some("另一张")).unwrap_err().0, "unknown_sheet");
    }

    #[test]
    fn broken_workbooks_are_told_from_tables() {
        let mut writer = Writer::new(Format::Xlsx, "x").unwrap();
        writer.header(&["a".to_owned()]).unwrap();
        let whole = writer.finish().unwrap();
        for bytes in [&b"PK\x03\x04 nothing"[..], &whole[..whole.len() / 2], b"", b"a,b\n1,2\n"] {
            assert_eq!(read(bytes, Format::Xlsx, None).unwrap_err().0, "broken_file");
        }
    }
}
