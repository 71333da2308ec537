//! Reads a file: packed or not, in whatever encoding, into rows with their line numbers.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use chardetng::{EncodingDetector, Utf8Detection};
use encoding_rs::Encoding;
use flate2::read::MultiGzDecoder;

use crate::{ImportError, mapping::Mapping};

/// The largest file, unpacked.
const LARGEST_BYTES: u64 = 1 << 30;

/// A row of the file: the columns the mapping reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, the header being line 1.
    pub line: u64,
    values: Vec<Option<String>>,
}

impl Row {
    /// Everything the row says, for telling whether it changed.
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for value in &self.values {
            bytes.push(u8::from(value.is_some()));
            bytes.extend_from_slice(value.as_deref().unwrap_or_default().as_bytes());
            bytes.push(0x1f);
        }
        bytes
    }
}

/// A line that is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its line.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The line's key, if it could be read.
    pub key: String,
}

/// All rows of a file.
#[derive(Debug)]
pub struct Source {
    places: BTreeMap<String, usize>,
    /// Rows in the file's order.
    pub rows: Vec<Row>,
    /// Lines that are no rows.
    pub rejects: Vec<Reject>,
    /// The encoding that was found.
    pub encoding: &'static str,
}

impl Source {
    /// The row's value in `column`; none when it is missing.
    pub fn get<'r>(&self, row: &'r Row, column: &str) -> Option<&'r str> {
        let place = *self.places.get(column)?;
        row.values.get(place)?.as_deref()
    }

    /// Reads the whole file.
    pub fn read(path: &Path, mapping: &Mapping) -> Result<Self, ImportError> {
        let wrong = |reason: String| ImportError::File { path: path.display().to_string(), reason };
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        let mut reader = BufReader::new(file);
        let packed = std::io::BufRead::fill_buf(&mut reader).map_err(|error| wrong(error.to_string()))?;
        let packed = packed.starts_with(&[0x1f, 0x8b]);
        let plain: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) };
        let mut bytes = Vec::new();
        plain.take(LARGEST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
        if bytes.len() as u64 > LARGEST_BYTES {
            return Err(wrong("it is larger than 1 GiB unpacked; split it".to_owned()));
        }
        Self::parse(&bytes, mapping)
    }

    /// Reads the bytes of a file.
    pub fn parse(bytes: &[u8], mapping: &Mapping) -> Result<Self, ImportError> {
        let encoding = detect(bytes);
        let (text, _, _) = encoding.decode(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(mapping.delimiter).unwrap_or(b','))
            .flexible(true)
            .from_reader(text.as_bytes());
        let header: Vec<String> = reader
            .headers()
            .map_err(|error| ImportError::Mapping(error.to_string()))?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let columns: Vec<String> = mapping.columns_read().into_iter().collect();
        let missing: Vec<&String> = columns.iter().filter(|name| !header.contains(name)).collect();
        if !missing.is_empty() {
            let list = |names: &mut dyn Iterator<Item = &String>| {
                names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            };
            return Err(ImportError::Columns {
                missing: list(&mut missing.into_iter()),
                present: list(&mut header.iter().take(60)),
            });
        }
        let wanted: Vec<usize> =
            columns.iter().filter_map(|name| header.iter().position(|other| other == name)).collect();
        let places = columns.into_iter().enumerate().map(|(place, name)| (name, place)).collect();
        let mut source = Self { places, rows: Vec::new(), rejects: Vec::new(), encoding: encoding.name() };
        let mut record = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => source.add(&record, &header, &wanted, mapping),
                Err(error) => {
                    source.rejects.push(Reject { line, reason: error.to_string(), key: String::new() });
                }
            }
        }
        Ok(source)
    }

    fn add(&mut self, record: &csv::StringRecord, header: &[String], wanted: &[usize], mapping: &Mapping) {
        let line = record.position().map_or(0, csv::Position::line);
        let value = |place: usize| {
            let text = record.get(place)?.trim();
            (!text.is_empty() && !mapping.missing.iter().any(|missing| missing == text)).then(|| text.to_owned())
        };
        let row = Row { line, values: wanted.iter().map(|place| value(*place)).collect() };
        let key = self.get(&row, &mapping.columns.key).unwrap_or_default().to_owned();
        if record.len() == header.len() {
            self.rows.push(row);
            return;
        }
        let reason = format!("{} columns instead of {}; check quotes and delimiters", record.len(), header.len());
        self.rejects.push(Reject { line, reason, key });
    }
}

/// UTF-8 when it is valid (with or without a mark), else what the bytes look like; Chinese files are GB18030.
pub(crate) fn detect(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return encoding_rs::UTF_8;
    }
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes.get(..1 << 20).unwrap_or(bytes), true);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    if guess == encoding_rs::GBK { encoding_rs::GB18030 } else { guess }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        Mapping::parse(
            "name = 'table'\nkind = 'table'\ntime_format = '%Y-%m-%d %H:%M'\nmissing = ['?']\n\
             [columns]\nkey = '编号'\ncreated_at = '创建时间'\n[ticket]\ntitle = '{标题}'\ntype = 'repair'",
        )
        .unwrap()
    }

    #[test]
    fn chinese_files_are_read_in_gb18030_as_well_as_utf_8() {
        let text = "编号,创建时间,标题\n1,2026-03-01 08:00,三号电梯门口漏水，急需维修\n2,2026-03-01 09:00,?\n";
        let (encoded, _, _) = encoding_rs::GB18030.encode(text);
        for (bytes, name) in [(text.as_bytes(), "UTF-8"), (&*encoded, "gb18030")] {
            let source = Source::parse(bytes, &mapping()).unwrap();
            assert_eq!(source.encoding, name);
            assert_eq!(source.get(&source.rows[0], "标题"), Some("三号电梯门口漏水，急需维修"));
            assert_eq!(source.get(&source.rows[1], "标题"), None);
            assert_eq!(source.rows[1].line, 3);
        }
    }

    #[test]
    fn a_broken_line_is_rejected_with_its_number_and_the_others_stay() {
        let source =
            Source::parse("编号,创建时间,标题\n1,2026-03-01 08:00\n2,2026-03-01 09:00,好\n".as_bytes(), &mapping());
        let source = source.unwrap();
        assert_eq!((source.rows.len(), source.rejects.len()), (1, 1));
        assert_eq!((source.rejects[0].line, source.rejects[0].key.as_str()), (2, "1"));
    }

    #[test]
    fn missing_columns_are_named() {
        let error = Source::parse(b"a,b\n1,2\n", &mapping()).unwrap_err().to_string();
        assert!(error.contains("创建时间") && error.contains("`a`"), "{error}");
    }
}
