//! Cursor paging: a page of rows and an opaque place to go on from.

use data_encoding::BASE64URL_NOPAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The rows, in the order asked for.
    pub items: Vec<T>,
    /// Hand this back as `cursor` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows` (fetched with `limit + 1`) to a page; `key` gives the sort value and id of the last row kept.
    pub fn cut(mut rows: Vec<T>, limit: usize, sort: &str, key: impl Fn(&T) -> (serde_json::Value, Uuid)) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => {
                let (value, id) = key(last);
                Some(Cursor { sort: sort.to_owned(), value, id }.encode())
            }
            _ => None,
        };
        Self { items: rows, next_cursor }
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

/// Where a list stopped: the sort asked for, the last row's sort value, and its id to break ties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort this cursor belongs to, such as `-created_at`.
    #[serde(rename = "s")]
    pub sort: String,
    /// The last row's value in the sort column.
    #[serde(rename = "v")]
    pub value: serde_json::Value,
    /// The last row's id.
    #[serde(rename = "i")]
    pub id: Uuid,
}

/// A cursor that was not made by us or belongs to another sort.
#[derive(Debug, thiserror::Error)]
#[error("the cursor is not valid for this list; ask for the first page again")]
pub struct CursorError;

impl Cursor {
    /// Opaque text for the client.
    pub fn encode(&self) -> String {
        BASE64URL_NOPAD.encode(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }

    /// Reads a client's text back; it must belong to `sort`.
    pub fn decode(text: &str, sort: &str) -> Result<Self, CursorError> {
        if text.len() > 2_048 {
            return Err(CursorError);
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| CursorError)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| CursorError)?;
        if cursor.sort == sort { Ok(cursor) } else { Err(CursorError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_sort_is_refused() {
        let cursor = Cursor { sort: "name".into(), value: "漏水".into(), id: Uuid::nil() };
        assert_eq!(Cursor::decode(&cursor.encode(), "name").unwrap(), cursor);
        assert!(Cursor::decode(&cursor.encode(), "-name").is_err());
        assert!(Cursor::decode("%%%", "name").is_err());
    }

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let key = |n: &i32| (serde_json::json!(n), Uuid::nil());
        assert!(Page::cut(vec![1, 2], 2, "n", key).next_cursor.is_none());
        let page = Page::cut(vec![1, 2, 3], 2, "n", key);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(Cursor::decode(&page.next_cursor.unwrap(), "n").unwrap().value, serde_json::json!(2));
    }
}
