//! What an event is, before and after it is written.

use std::{borrow::Cow, fmt, str::FromStr};

use kernel::{Actor, ActorKind, TenantId, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A place in the stream; text form `xid-seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// PostgreSQL: the writing transaction. SQLite: 0.
    pub xid: i64,
    /// Rising within a transaction.
    pub seq: i64,
}

/// A text that is no position.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the position is not valid; it looks like 0-42")]
pub struct PositionError;

impl Position {
    /// Before the first event.
    pub const START: Self = Self { xid: 0, seq: 0 };

    /// A place right before this one: everything that is not after it is before this event.
    pub(crate) fn before(self) -> Self {
        Self { seq: self.seq - 1, ..self }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.xid, self.seq)
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let (xid, seq) = text.split_once('-').ok_or(PositionError)?;
        let number = |digits: &str| match digits.parse::<i64>() {
            Ok(number) if number >= 0 => Ok(number),
            _ => Err(PositionError),
        };
        Ok(Self { xid: number(xid)?, seq: number(seq)? })
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Position {
    fn schema_name() -> Cow<'static, str> {
        "Position".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+-[0-9]+$", "description": "Place in the event stream" })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// An event about to be written. Time, id, actor and request come from the context.
#[derive(Debug, Clone, Default)]
pub struct NewEvent<'a> {
    /// What happened, past tense: `ticket.created`.
    pub kind: &'a str,
    /// The kind of object it happened to: `ticket`.
    pub object: &'a str,
    /// Which object.
    pub object_id: Uuid,
    /// What people call the object, such as its number or name.
    pub label: Option<String>,
    /// `{"field": {"from": …, "to": …}}` for changes, or details; null becomes `{}`.
    pub data: Value,
    /// The object on whose timeline it also stands, as the ticket of a visit.
    pub parent: Option<(&'a str, Uuid)>,
}

impl<'a> NewEvent<'a> {
    /// An event without details.
    pub fn new(kind: &'a str, object: &'a str, object_id: Uuid) -> Self {
        Self { kind, object, object_id, ..Self::default() }
    }

    /// With what people call the object.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With changes or details.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    /// On another object's timeline as well.
    #[must_use]
    pub fn parent(mut self, object: &'a str, id: Uuid) -> Self {
        self.parent = Some((object, id));
        self
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The company.
    #[serde(rename = "tenant_id")]
    pub tenant: TenantId,
    /// Its place in the stream.
    pub position: Position,
    /// Its own id, for receivers that must not take it twice.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What happened: `ticket.created`.
    pub kind: String,
    /// The kind of object.
    pub object: String,
    /// Which object.
    pub object_id: Uuid,
    /// The kind of object on whose timeline it stands; the object itself when it has no other parent.
    pub parent_object: String,
    /// On whose timeline it stands.
    pub parent_id: Uuid,
    /// What people call the object.
    pub label: Option<String>,
    /// Changes or details.
    pub data: Value,
    /// The request that caused it.
    pub request_id: String,
    /// The trace it belongs to.
    pub trace_id: String,
}

impl Event {
    /// The other object on whose timeline it stands, if any.
    pub fn parent(&self) -> Option<(&str, Uuid)> {
        (self.parent_id != self.object_id).then_some((self.parent_object.as_str(), self.parent_id))
    }

    /// Whether its kind begins with one of `prefixes`; an empty list means every kind.
    pub fn is_any_of(&self, prefixes: &[&str]) -> bool {
        prefixes.is_empty() || prefixes.iter().any(|prefix| self.kind.starts_with(prefix))
    }
}

pub(crate) fn actor_kind_text(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::User => "user",
        ActorKind::ApiKey => "api_key",
        ActorKind::Customer => "customer",
        ActorKind::System => "system",
    }
}

pub(crate) fn actor_kind(text: &str) -> ActorKind {
    match text {
        "user" => ActorKind::User,
        "api_key" => ActorKind::ApiKey,
        "customer" => ActorKind::Customer,
        _ => ActorKind::System,
    }
}

/// What differs between two records: `{"field": {"from": …, "to": …}}`, without bookkeeping fields.
pub fn changes<T: Serialize + ?Sized>(before: &T, after: &T) -> Value {
    let fields = |record: &T| match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (mut old, new) = (fields(before), fields(after));
    let mut changed = Map::new();
    for (field, to) in new {
        let from = old.remove(&field).unwrap_or(Value::Null);
        if from != to && !matches!(field.as_str(), "version" | "updated_at") {
            changed.insert(field, serde_json::json!({ "from": from, "to": to }));
        }
    }
    for (field, from) in old {
        if !from.is_null() {
            changed.insert(field, serde_json::json!({ "from": from, "to": null }));
        }
    }
    Value::Object(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_name_only_the_fields_that_differ() {
        let before = json!({"title": "漏水", "priority": "low", "version": 1, "updated_at": 1, "gone": 1});
        let after = json!({"title": "漏水", "priority": "high", "version": 2, "updated_at": 2, "new": [1]});
        assert_eq!(
            changes(&before, &after),
            json!({
                "priority": {"from": "low", "to": "high"},
                "new": {"from": null, "to": [1]},
                "gone": {"from": 1, "to": null},
            })
        );
    }

    #[test]
    fn a_position_survives_its_text_and_orders_by_transaction_first() {
        let position = Position { xid: 7, seq: 12 };
        assert_eq!(position.to_string().parse(), Ok(position));
        assert!(Position { xid: 8, seq: 1 } > position);
        for wrong in ["", "7", "7-", "-1-2", "a-b", "7-1-2"] {
            assert_eq!(wrong.parse::<Position>(), Err(PositionError), "{wrong}");
        }
    }
}
