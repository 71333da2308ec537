//! Looking records up by what names them in a file.

use std::collections::{BTreeSet, HashMap};

use db::Query;
use http_api::{ListParams, Problem};
use kernel::Uuid;
use objects::{folded_code, phone_digits};
use serde_json::{Value, json};

use crate::lists::{Column, List, ListKey, Row, page};

/// Values looked for in one statement.
const AT_ONCE: usize = 100;

/// What names a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    /// As it is compared.
    pub text: String,
    /// As records hold it.
    pub value: Value,
}

/// A record that was found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub id: Uuid,
    pub version: i64,
    pub is_archived: bool,
    /// What it says, as the caller sees it.
    pub row: Row,
}

impl Hit {
    fn of(row: Row, is_archived: bool) -> Option<Self> {
        let id = row.get("id")?.as_str()?.parse().ok()?;
        let version = row.get("version")?.as_i64()?;
        Some(Self { id, version, is_archived, row })
    }
}

impl Key {
    /// The key that a value of `column` is, if it can be one.
    pub fn of(list: &ListKey, column: &Column, value: &Value) -> Option<Self> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let text = match (list, column.id.as_str(), column.own) {
            (_, "serial_number" | "code", false) | (ListKey::Contracts | ListKey::Orders, "number", false) => {
                folded_code(&text)
            }
            (ListKey::Customers, "phone", false) => phone_digits(&text)?,
            _ => text,
        };
        let value = if column.own { value.clone() } else { Value::from(text.clone()) };
        let fits = !text.is_empty() && text.chars().count() <= 1_000;
        fits.then_some(Self { text, value })
    }
}

/// The keys that rows have of `column`, each with what row it names.
fn keys_of<'h>(list: &ListKey, column: &Column, hits: impl Iterator<Item = &'h Hit>) -> Vec<(String, Hit)> {
    hits.filter_map(|hit| Some((Key::of(list, column, column.of(&hit.row))?.text, hit.clone()))).collect()
}

/// The records that these keys name, by the text of the key; archived ones too. Only what the caller sees is found.
pub(crate) async fn find(
    q: &mut impl Query,
    list: &List,
    column: &Column,
    keys: &[Key],
) -> Result<HashMap<String, Vec<Hit>>, Problem> {
    let mut found: HashMap<String, Vec<Hit>> = HashMap::new();
    if keys.is_empty() {
        return Ok(found);
    }
    if column.own {
        let Some((object, field)) = list.key.object().zip(column.place.last()) else { return Ok(found) };
        let values: Vec<Value> = keys.iter().map(|key| key.value.clone()).collect();
        let pairs = objects::table::having(q, object, field, &values).await?;
        let ids: BTreeSet<Uuid> = pairs.iter().map(|(_, id)| *id).collect();
        let hits = with_ids(q, list, &ids.into_iter().collect::<Vec<_>>()).await?;
        for (index, id) in pairs {
            if let Some(hit) = hits.get(&id) {
                found.entry(keys[index].text.clone()).or_default().push(hit.clone());
            }
        }
        return Ok(found);
    }
    if list.key == ListKey::Customers && column.id == "phone" {
        for key in keys {
            let ids: Vec<Uuid> = customers::by_phone(q, &key.text).await?.into_iter().map(|one| one.id).collect();
            let hits = with_ids(q, list, &ids).await?;
            found.insert(key.text.clone(), hits.into_values().collect());
        }
        return Ok(found);
    }
    let texts: BTreeSet<&str> = keys.iter().map(|key| key.text.as_str()).collect();
    let texts: Vec<&str> = texts.into_iter().collect();
    for some in texts.chunks(AT_ONCE) {
        let filter = json!({"field": column.id, "op": "in", "value": some});
        let hits = matching(q, list, filter).await?;
        for (key, hit) in keys_of(&list.key, column, hits.iter()) {
            found.entry(key).or_default().push(hit);
        }
    }
    Ok(found)
}

/// The records with these ids that the caller sees.
pub(crate) async fn with_ids(q: &mut impl Query, list: &List, ids: &[Uuid]) -> Result<HashMap<Uuid, Hit>, Problem> {
    let mut found = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let texts: Vec<String> = some.iter().map(Uuid::to_string).collect();
        let hits = matching(q, list, json!({"field": "id", "op": "in", "value": texts})).await?;
        found.extend(hits.into_iter().map(|hit| (hit.id, hit)));
    }
    Ok(found)
}

/// What passes a filter, in use or put away.
async fn matching(q: &mut impl Query, list: &List, filter: Value) -> Result<Vec<Hit>, Problem> {
    let mut hits = Vec::new();
    let states: &[bool] = if list.key.is_archivable() { &[false, true] } else { &[false] };
    for archived in states {
        let params = ListParams {
            limit: db::list::LARGEST_PAGE,
            filter: Some(filter.clone()),
            archived: *archived,
            ..ListParams::default()
        };
        let rows = page(q, &list.key, &params).await?;
        hits.extend(rows.page.items.into_iter().filter_map(|row| Hit::of(row, *archived)));
    }
    Ok(hits)
}
