//! Values on their way into a statement, the same for both engines.

use std::{borrow::Cow, error::Error};

use kernel::{TenantId, Timestamp};
use postgres_types::{IsNull, ToSql, Type, private::BytesMut};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// SQL NULL of any type.
    Null,
    /// `boolean`.
    Bool(bool),
    /// `bigint`: counts, times in µs, minor units.
    Int(i64),
    /// `double precision`.
    Real(f64),
    /// `text`.
    Text(Cow<'a, str>),
    /// `uuid` (16 bytes on SQLite).
    Id(Uuid),
    /// `jsonb` (text on SQLite); objects and arrays only.
    Json(Cow<'a, str>),
    /// `bytea`.
    Bytes(Cow<'a, [u8]>),
}

/// A column that holds JSON, as a typed value; in an API body it looks like the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Json<T>(pub T);

impl<T: Serialize> From<&Json<T>> for Value<'static> {
    fn from(json: &Json<T>) -> Self {
        Value::json(&json.0)
    }
}

impl<T: Serialize> From<Json<T>> for Value<'static> {
    fn from(json: Json<T>) -> Self {
        Value::json(&json.0)
    }
}

impl Value<'_> {
    /// Any serialisable value as a JSON column; a value that cannot be serialised becomes NULL.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Value<'static> {
        serde_json::to_string(value).map_or(Value::Null, |text| Value::Json(Cow::Owned(text)))
    }

    /// The same value owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(flag) => Value::Bool(flag),
            Value::Int(number) => Value::Int(number),
            Value::Real(number) => Value::Real(number),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Id(id) => Value::Id(id),
            Value::Json(text) => Value::Json(Cow::Owned(text.into_owned())),
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }
}

macro_rules! from {
    ($($source:ty => $make:expr),+ $(,)?) => {
        $(impl From<$source> for Value<'_> {
            fn from(value: $source) -> Self {
                #[allow(clippy::redundant_closure_call)]
                ($make)(value)
            }
        })+
    };
}

from! {
    bool => Value::Bool,
    i64 => Value::Int,
    i32 => |n| Value::Int(i64::from(n)),
    u32 => |n| Value::Int(i64::from(n)),
    usize => |n| Value::Int(i64::try_from(n).unwrap_or(i64::MAX)),
    f64 => Value::Real,
    Uuid => Value::Id,
    TenantId => |id: TenantId| Value::Id(id.0),
    Timestamp => |at: Timestamp| Value::Int(at.0),
    String => |text| Value::Text(Cow::Owned(text)),
    Vec<u8> => |bytes| Value::Bytes(Cow::Owned(bytes)),
    &bool => |flag: &bool| Value::Bool(*flag),
    &i64 => |n: &i64| Value::Int(*n),
    &i32 => |n: &i32| Value::Int(i64::from(*n)),
    &f64 => |n: &f64| Value::Real(*n),
    &Uuid => |id: &Uuid| Value::Id(*id),
    &Timestamp => |at: &Timestamp| Value::Int(at.0),
    serde_json::Value => |json: serde_json::Value| Value::json(&json),
    &serde_json::Value => |json: &serde_json::Value| Value::json(json),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

macro_rules! from_optional {
    ($($inner:ty),+ $(,)?) => {
        $(impl<'a> From<&'a Option<$inner>> for Value<'a> {
            fn from(value: &'a Option<$inner>) -> Self {
                value.as_ref().map_or(Value::Null, Value::from)
            }
        })+
    };
}

from_optional!(String, Uuid, Timestamp, i64, i32, f64, bool);

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) | Value::Json(text) => ValueRef::Text(text.as_bytes()),
            Value::Id(id) => ValueRef::Blob(id.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Bool(flag) => out.extend_from_slice(&[u8::from(*flag)]),
            Value::Int(number) => match *ty {
                Type::INT8 => out.extend_from_slice(&number.to_be_bytes()),
                Type::INT4 => out.extend_from_slice(&i32::try_from(*number)?.to_be_bytes()),
                Type::INT2 => out.extend_from_slice(&i16::try_from(*number)?.to_be_bytes()),
                Type::FLOAT8 => out.extend_from_slice(&(*number as f64).to_be_bytes()),
                Type::BOOL => out.extend_from_slice(&[u8::from(*number != 0)]),
                Type::TEXT | Type::VARCHAR => out.extend_from_slice(number.to_string().as_bytes()),
                _ => return Err(format!("an integer cannot be bound to {ty}").into()),
            },
            Value::Real(number) => match *ty {
                Type::FLOAT8 => out.extend_from_slice(&number.to_be_bytes()),
                _ => return Err(format!("a real cannot be bound to {ty}").into()),
            },
            Value::Id(id) => match *ty {
                Type::UUID | Type::BYTEA => out.extend_from_slice(id.as_bytes()),
                Type::TEXT | Type::VARCHAR => out.extend_from_slice(id.to_string().as_bytes()),
                _ => return Err(format!("an id cannot be bound to {ty}").into()),
            },
            Value::Text(text) | Value::Json(text) => match *ty {
                Type::JSONB => {
                    out.extend_from_slice(&[1]);
                    out.extend_from_slice(text.as_bytes());
                }
                Type::UUID => out.extend_from_slice(Uuid::parse_str(text)?.as_bytes()),
                Type::INT8 | Type::INT4 | Type::BOOL | Type::FLOAT8 => {
                    return Err(format!("a text cannot be bound to {ty}").into());
                }
                _ => out.extend_from_slice(text.as_bytes()),
            },
            Value::Bytes(bytes) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres_types::to_sql_checked!();
}
