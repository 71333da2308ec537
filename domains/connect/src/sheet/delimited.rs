//! Text files: their encoding and delimiter are found out, quoted line breaks stay in their cell.

use crate::{
    sheet::{Builder, Cell, SheetError, Table},
    source::detect,
};

/// What may stand between columns, the usual one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows looked at to find it.
const PROBED_ROWS: usize = 30;
/// Bytes looked at to find it.
const PROBED_BYTES: usize = 256 * 1024;

/// The text of a file with the name of its encoding.
fn decoded(bytes: &[u8]) -> (String, &'static str) {
    let encoding = detect(bytes);
    let (text, encoding, _) = encoding.decode(bytes);
    (text.into_owned(), encoding.name())
}

pub(super) fn read(bytes: &[u8]) -> Result<Table, SheetError> {
    if bytes.len() as u64 > super::LARGEST / 4 {
        return Err(SheetError::too_large());
    }
    let (text, encoding) = decoded(bytes);
    let delimiter = delimiter(&text);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut builder = Builder::default();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let number = record.position().map_or(0, |at| first_line(&text, at));
                builder.add(number, record.iter().map(cell).collect())?;
            }
            Err(error) => return Err(SheetError("broken_file", format!("The file cannot be read: {error}."))),
        }
    }
    let table = builder.table();
    Ok(Table { encoding: Some(encoding), delimiter: Some(delimiter.into()), ..table })
}

/// The line on which a record begins. The reader says where the one before ended, which is ahead of the end of that
/// line and of empty lines.
fn first_line(text: &str, at: &csv::Position) -> u64 {
    let rest = text.as_bytes().get(usize::try_from(at.byte()).unwrap_or(usize::MAX)..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    at.line() + ends as u64
}

/// A cell of text. What exports put in front of a formula, so that no program runs it, is taken away again.
fn cell(text: &str) -> Cell {
    let bare = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
    Cell::of(bare.unwrap_or(text))
}

/// The delimiter by which most of the first rows have as many columns as the header, and more than one.
fn delimiter(text: &str) -> u8 {
    let mut end = text.len().min(PROBED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let fits = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(&text.as_bytes()[..end]);
        let widths: Vec<usize> = reader.records().take(PROBED_ROWS).flatten().map(|row| row.len()).collect();
        let header = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|width| **width == header).count();
        if header > 1 { (alike * 100 / widths.len(), header) } else { (0, 0) }
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| fits(*delimiter));
    best.filter(|delimiter| fits(*delimiter) > (0, 0)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Format, Out, Writer, read};

    fn texts(table: &Table) -> Vec<Vec<String>> {
        table.lines.iter().map(|line| line.cells.iter().map(Cell::text).collect()).collect()
    }

    #[test]
    fn semicolons_tabs_and_quoted_line_breaks_are_understood() {
        for (text, delimiter) in [
            ("名称;备注\n甲;\"一,二\n三\"\n乙;x\n", ';'),
            ("名称\t备注\n甲\t\"一,二\n三\"\n乙\tx\n", '\t'),
            ("\u{feff}名称,备注\r\n甲,\"一,二\n三\"\r\n乙,x\r\n", ','),
        ] {
            let table = read(text.as_bytes(), Format::Csv, None).unwrap();
            assert_eq!((table.delimiter, table.encoding), (Some(delimiter), Some("UTF-8")));
            assert_eq!(table.header, ["名称", "备注"]);
            assert_eq!(texts(&table), [["甲", "一,二\n三"], ["乙", "x"]]);
            assert_eq!(table.lines[1].number, 4);
        }
    }

    #[test]
    fn chinese_files_need_no_unicode() {
        let (bytes, _, _) = encoding_rs::GB18030.encode("名称,电话\n锦绣花园物业服务有限公司,13800138000\n");
        let table = read(&bytes, Format::Csv, None).unwrap();
        assert_eq!(
            (table.encoding, table.header.as_slice()),
            (Some("gb18030"), ["名称".to_owned(), "电话".to_owned()].as_slice())
        );
        assert_eq!(texts(&table), [["锦绣花园物业服务有限公司", "13800138000"]]);
    }

    #[test]
    fn short_rows_are_filled_and_long_ones_are_told() {
        let table = read("\na,b,c\n1,2\n1,2,3,4\n,,\n".as_bytes(), Format::Csv, None).unwrap();
        assert_eq!(texts(&table)[0], ["1", "2", ""]);
        assert_eq!(table.lines.iter().map(|line| line.is_too_long).collect::<Vec<_>>(), [false, true]);
        assert_eq!(read(b"\n\n", Format::Csv, None).unwrap_err().0, "empty_file");
    }

    #[test]
    fn what_looks_like_a_formula_is_neutral_and_comes_back() {
        let texts_out = ["=1+1", "+86 138", "-x", "@sum", "\tx", "plain", "'=x"];
        let mut writer = Writer::new(Format::Csv, "x").unwrap();
        writer.header(&["a".to_owned()]).unwrap();
        for text in texts_out {
            writer.row(&[Out::Text(text.to_owned())]).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let written = String::from_utf8(bytes.clone()).unwrap();
        assert!(written.starts_with("\u{feff}a\r\n'=1+1\r\n'+86 138\r\n'-x\r\n'@sum\r\n"), "{written:?}");
        let table = read(&bytes, Format::Csv, None).unwrap();
        let back: Vec<String> = table.lines.iter().map(|line| line.cells[0].text()).collect();
        assert_eq!(back, ["=1+1", "+86 138", "-x", "@sum", "x", "plain", "=x"]);
    }
}
