//! Values that no two records may have alike, one field alone or several together.

use db::{DbError, Query as _, Stmt, Tx};
use forms::{Catalogue, Map};
use http_api::FieldError;
use kernel::Context;
use rules::FieldType;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    index::{Entry, entries, indexed},
    store::fields,
};

/// The name under which a group of fields stands in the index; no field has such an id.
pub(crate) fn group_key(group: &[String]) -> String {
    let mut ids = group.to_vec();
    ids.sort();
    format!("+{}", ids.join("+"))
}

/// What stands in the index for a group of values: a digest, because together they may be too long for a key. `None` when
/// one of them is missing.
pub(crate) fn group_entry(group: &[String], values: &Map) -> Option<Entry> {
    let mut ids: Vec<&String> = group.iter().collect();
    ids.sort();
    let all = ids.iter().map(|id| values.get(*id).cloned()).collect::<Option<Vec<Value>>>()?;
    let digest = Sha256::digest(Value::Array(all).to_string().as_bytes());
    Some(Entry::Text(digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))))
}

/// The fields whose values another record has. Who writes the same values at the same time waits here.
pub(crate) async fn clashes(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    record: Uuid,
    before: &Map,
    after: &Map,
    pointer: &str,
) -> Result<Vec<FieldError>, DbError> {
    let object = catalogue.object.as_str();
    let mut errors: Vec<FieldError> = Vec::new();
    let mut refuse = |id: &str, message: &str| {
        let at = format!("{pointer}/{id}");
        if !errors.iter().any(|known| known.pointer == at) {
            errors.push(FieldError::new(at, "not_unique", message));
        }
    };
    for field in catalogue.fields.iter().filter(|field| field.unique && !field.retired) {
        let Some(kind) = indexed(field).filter(|_| before.get(&field.id) != after.get(&field.id)) else { continue };
        for entry in entries(kind, after.get(&field.id)) {
            if fields::is_taken(tx, kind, object, &field.id, record, entry).await? {
                refuse(&field.id, "Another record has this value; it must be unique.");
                break;
            }
        }
    }
    for group in &catalogue.unique_together {
        let Some(entry) = group_entry(group, after).filter(|entry| group_entry(group, before).as_ref() != Some(entry))
        else {
            continue;
        };
        if fields::is_taken(tx, FieldType::Text, object, &group_key(group), record, entry).await? {
            for id in group {
                refuse(id, "Another record has these values together; they must be unique.");
            }
        }
    }
    Ok(errors)
}

/// The statements that bring the rows of groups from one record's values to others.
pub(crate) fn changes(
    cx: &Context,
    catalogue: &Catalogue,
    record: Uuid,
    before: &Map,
    after: &Map,
) -> Vec<Stmt<'static>> {
    let object = catalogue.object.as_str();
    let mut statements = Vec::new();
    for group in &catalogue.unique_together {
        let (old, new) = (group_entry(group, before), group_entry(group, after));
        if old == new {
            continue;
        }
        let key = group_key(group);
        if old.is_some() {
            statements.push(fields::remove(cx, FieldType::Text, object, &key, record));
        }
        statements.extend(new.map(|entry| fields::add(cx, FieldType::Text, object, &key, record, entry)));
    }
    statements
}

/// Brings the rows of groups in step with a changed catalogue, record by record; answers the groups that existing records
/// violate.
pub(crate) async fn follow(tx: &mut Tx<'_>, before: &Catalogue, after: &Catalogue) -> Result<Vec<usize>, DbError> {
    let (cx, object) = (tx.cx().clone(), after.object.as_str());
    let key = |group: &Vec<String>| group_key(group);
    let old: Vec<String> = before.unique_together.iter().map(key).collect();
    let new: Vec<String> = after.unique_together.iter().map(key).collect();
    let gone: Vec<&String> = old.iter().filter(|key| !new.contains(key)).collect();
    for key in gone {
        while fields::sweep(tx, object, key).await? > 0 {}
    }
    let come: Vec<usize> = (0..new.len()).filter(|index| !old.contains(&new[*index])).collect();
    if come.is_empty() {
        return Ok(Vec::new());
    }
    let mut last = Uuid::nil();
    loop {
        let batch = fields::batch(tx, object, last).await?;
        let Some((id, _)) = batch.last() else { break };
        last = *id;
        let mut statements = Vec::new();
        for (record, values) in &batch {
            for index in &come {
                let entry = group_entry(&after.unique_together[*index], values);
                let add = |entry| fields::add(&cx, FieldType::Text, object, &new[*index], *record, entry);
                statements.extend(entry.map(add));
            }
        }
        tx.execute_all(statements).await?;
    }
    let mut violated = Vec::new();
    for index in come {
        if fields::has_twins(tx, FieldType::Text, object, &new[index]).await? {
            violated.push(index);
        }
    }
    Ok(violated)
}
