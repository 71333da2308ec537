//! Which column of a file most likely is which field: by the last mapping of the same header, else by name.

use forms::{FieldKind, RelationSettings};
use sha2::{Digest as _, Sha256};

use crate::{
    imports::model::{ColumnMapping, Mapping, OnMatch, OnMissing},
    lists::{Column, ColumnKind, List, ListKey},
};

/// Letters and digits only, so that `Serial-number` and `serial number` are the same.
fn folded(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What other words people have for fields.
const WORDS: &[(&str, &[&str])] = &[
    ("name", &["名称", "姓名", "客户", "单位名称"]),
    ("phone", &["手机", "手机号", "联系电话", "电话号码", "mobile", "telephone", "tel"]),
    ("email", &["电子邮箱", "电子邮件", "mail"]),
    ("serial_number", &["sn", "s/n", "设备序列号", "出厂编号", "机身号"]),
    ("code", &["编码", "料号", "物料编码", "sku"]),
    ("street", &["地址", "address"]),
    ("note", &["说明", "remark", "remarks", "comment"]),
    ("stock", &["库存数量", "数量", "quantity", "qty"]),
];

/// The header as a key: the same columns in any order have the same.
pub(crate) fn header_key(header: &[String]) -> String {
    let mut names: Vec<String> = header.iter().map(|name| folded(name)).collect();
    names.sort();
    data_encoding::HEXLOWER.encode(&Sha256::digest(names.join("\u{1f}").as_bytes()))
}

/// The other list of a relation, with the fields by which its records can be named.
pub(crate) fn related<'l>(column: &Column, lists: &'l [List]) -> Option<(&'l List, Vec<&'l Column>)> {
    let ColumnKind::Value(FieldKind::Relation(RelationSettings { object, .. })) = &column.kind else { return None };
    let key = ListKey::of_object(object);
    let list = lists.iter().find(|list| list.key == key)?;
    Some((list, list.columns.iter().filter(|column| column.keyed).collect()))
}

/// The mapping to begin with.
pub(crate) fn mapping(list: &List, lists: &[List], header: &[String], remembered: Option<&Remembered>) -> Mapping {
    let mut taken: Vec<String> = Vec::new();
    let columns: Vec<ColumnMapping> = header
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let known = remembered.and_then(|known| known.column(name));
            let mut found = known.or_else(|| by_name(list, lists, name)).unwrap_or_default();
            let usable = found.field.as_ref().is_some_and(|field| {
                let writable =
                    list.column(field).is_some_and(|column| column.creates || column.updates || column.keyed);
                writable && !taken.contains(field)
            });
            if !usable {
                found = ColumnMapping::default();
            }
            taken.extend(found.field.clone());
            ColumnMapping { index, ..found }
        })
        .collect();
    let mapped = |field: &String| columns.iter().any(|column| column.field.as_ref() == Some(field));
    let unique = list.columns.iter().find(|column| column.unique && mapped(&column.id));
    let keyed = unique.or_else(|| list.columns.iter().find(|column| column.keyed && mapped(&column.id)));
    Mapping {
        key: match remembered {
            Some(known) => known.mapping.key.clone().filter(mapped),
            None => keyed.map(|column| column.id.clone()),
        },
        on_match: remembered.map_or(OnMatch::Update, |known| known.mapping.on_match),
        on_missing: remembered.map_or(OnMissing::Create, |known| known.mapping.on_missing),
        columns,
    }
}

fn by_name(list: &List, lists: &[List], name: &str) -> Option<ColumnMapping> {
    let wanted = folded(name);
    if wanted.is_empty() {
        return None;
    }
    let is = |text: &str| folded(text) == wanted;
    let called = |column: &&Column| is(&column.label.zh) || is(&column.label.en) || is(&column.id);
    let field = |column: &Column, by: Option<&str>| ColumnMapping {
        field: Some(column.id.clone()),
        relation_by: by.map(str::to_owned),
        ..ColumnMapping::default()
    };
    if let Some(column) = list.columns.iter().find(called) {
        return Some(field(column, None));
    }
    // "客户电话", "product code": a relation, named by a field of the other list.
    for column in &list.columns {
        let Some((_, matches)) = related(column, lists) else { continue };
        for other in matches {
            let joined = |relation: &str, field: &str| is(&format!("{relation}{field}")) || is(field);
            if joined(&column.label.zh, &other.label.zh) || joined(&column.label.en, &other.label.en) {
                return Some(field(column, Some(&other.id)));
            }
        }
    }
    let meant =
        |column: &&Column| WORDS.iter().any(|(id, words)| *id == column.id && words.iter().any(|word| is(word)));
    list.columns.iter().find(meant).map(|column| field(column, None))
}

/// A mapping by the names of columns, for files with the same header.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Remembered {
    pub mapping: Mapping,
    pub header: Vec<String>,
}

impl Remembered {
    fn column(&self, name: &str) -> Option<ColumnMapping> {
        let index = self.header.iter().position(|known| folded(known) == folded(name))?;
        self.mapping.columns.iter().find(|column| column.index == index).cloned()
    }
}
