//! Timelines: what happened to a record and to what belongs to it.

use std::collections::BTreeMap;

use db::{
    DbError, Query,
    list::{LARGEST_PAGE, ListPage, ListQuery},
};
use events::Event;
use forms::Catalogue;
use http_api::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{access::Viewer, built_in, reveal::REVEALED, store::fields};

/// Which part of a timeline: `?limit=50&cursor=…`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct TimelineParams {
    /// Events wanted, 1 to 200; 50 when absent.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl TimelineParams {
    fn query(&self) -> Result<ListQuery, Problem> {
        let limit = self.limit.map_or(50, |limit| limit as usize);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::bad_parameter("/query/limit", format!("Ask for 1 to {LARGEST_PAGE} events.")));
        }
        let cursor = self.cursor.clone().filter(|cursor| !cursor.is_empty());
        Ok(ListQuery { limit, cursor, ..ListQuery::default() })
    }
}

/// What happened to the `object` with this id and to what belongs to it, newest first. Check before that the caller
/// may see the record.
pub async fn timeline(
    q: &mut impl Query,
    object: &str,
    id: Uuid,
    params: &TimelineParams,
) -> Result<ListPage<Event>, Problem> {
    let page = events::list_parent(q, object, id, params.query()?).await?;
    Ok(seen(q, page).await?)
}

/// What happened to the `object` with this id alone, newest first, wherever else its events stand. Check before that the
/// caller may see the record.
pub async fn history(
    q: &mut impl Query,
    object: &str,
    id: Uuid,
    params: &TimelineParams,
) -> Result<ListPage<Event>, Problem> {
    let page = events::list_object(q, object, id, params.query()?).await?;
    Ok(seen(q, page).await?)
}

/// The events without what they say of own fields that the caller's roles do not see.
pub async fn seen(q: &mut impl Query, mut page: ListPage<Event>) -> Result<ListPage<Event>, DbError> {
    let mut known: BTreeMap<String, (Catalogue, Viewer)> = BTreeMap::new();
    for event in &mut page.page.items {
        let (object, prefix) = match event.object.strip_prefix("record:") {
            Some(key) => (key, ""),
            None if built_in::built_in(&event.object).is_some() => (event.object.as_str(), "ext."),
            None => continue,
        };
        if !known.contains_key(object) {
            let (_, catalogue) = fields::catalogue(q, object).await?;
            let viewer = Viewer::of(q.cx(), &catalogue);
            known.insert(object.to_owned(), (catalogue, viewer));
        }
        let (Some((catalogue, viewer)), Value::Object(data)) = (known.get(object), &mut event.data) else { continue };
        let is_seen = |id: &str| catalogue.field(id).is_none_or(|field| field.is_seen_by(&viewer.roles));
        if event.kind == REVEALED {
            data.retain(|_, field| field.as_str().is_none_or(is_seen));
        } else {
            data.retain(|name, _| name.strip_prefix(prefix).is_none_or(is_seen));
        }
    }
    Ok(page)
}

/// The details of a `….created` event: every field that has a value, as a change from nothing.
pub fn first_values<T: Serialize>(record: &T) -> Value {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(record) else { return json!({}) };
    for bookkeeping in ["id", "version", "created_at", "updated_at"] {
        fields.remove(bookkeeping);
    }
    events::changes(&json!({}), &Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_record_is_a_change_from_nothing() {
        let record = json!({"id": 1, "version": 1, "name": "张三", "phone": null});
        assert_eq!(first_values(&record), json!({"name": {"from": null, "to": "张三"}}));
    }
}
