//! Timelines: what happened to a record and to what belongs to it.

use db::{
    Query,
    list::{LARGEST_PAGE, ListPage, ListQuery},
};
use events::Event;
use http_api::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

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
    events::list_parent(q, object, id, params.query()?).await.map_err(Problem::from)
}

/// What happened to the `object` with this id alone, newest first, wherever else its events stand. Check before that the
/// caller may see the record.
pub async fn history(
    q: &mut impl Query,
    object: &str,
    id: Uuid,
    params: &TimelineParams,
) -> Result<ListPage<Event>, Problem> {
    events::list_object(q, object, id, params.query()?).await.map_err(Problem::from)
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
