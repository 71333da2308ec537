//! Values on their way out of a row, the same for both engines.

use std::error::Error;

use kernel::{TenantId, Timestamp};
use postgres_types::{FromSql, Type};
use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{DbError, Json};

/// One result row of either engine.
#[derive(Clone, Copy)]
pub enum RowRef<'r> {
    /// A row of SQLite.
    Lite(&'r rusqlite::Row<'r>),
    /// A row of PostgreSQL.
    Pg(&'r tokio_postgres::Row),
}

/// A type that can be read from a row.
pub trait FromRow: Sized + Send + 'static {
    /// Reads columns by position.
    fn from_row(row: &RowRef<'_>) -> Result<Self, DbError>;
}

/// A type that can be read from one column.
pub trait FromColumn: Sized {
    /// From SQLite's value.
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError>;
    /// From PostgreSQL's binary form; `None` is NULL.
    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError>;
}

struct Raw<'a>(Type, &'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(ty.clone(), raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl RowRef<'_> {
    /// The column at `index`, as `T`.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T, DbError> {
        match self {
            Self::Lite(row) => T::from_lite(row.get_ref(index)?),
            Self::Pg(row) => match row.try_get::<_, Option<Raw<'_>>>(index)? {
                Some(Raw(ty, raw)) => T::from_pg(&ty, Some(raw)),
                None => T::from_pg(&Type::UNKNOWN, None),
            },
        }
        .map_err(|error| DbError::internal(format!("column {index}: {error}")))
    }

    /// How many columns the row has.
    pub fn len(&self) -> usize {
        match self {
            Self::Lite(row) => row.as_ref().column_count(),
            Self::Pg(row) => row.len(),
        }
    }

    /// Whether the row has no column.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn wrong(expected: &str, found: impl std::fmt::Debug) -> DbError {
    DbError::internal(format!("expected {expected}, found {found:?}"))
}

impl FromColumn for i64 {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Integer(number) => Ok(number),
            other => Err(wrong("an integer", other.data_type())),
        }
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        let raw = raw.ok_or_else(|| wrong("an integer", "NULL"))?;
        match *ty {
            Type::NUMERIC => numeric(raw).map(|number| number as Self),
            _ => match raw.len() {
                8 => raw.try_into().map(Self::from_be_bytes).map_err(|_| wrong("an integer", ty)),
                4 => raw.try_into().map(|four| i32::from_be_bytes(four).into()).map_err(|_| wrong("an integer", ty)),
                2 => raw.try_into().map(|two| i16::from_be_bytes(two).into()).map_err(|_| wrong("an integer", ty)),
                _ => Err(wrong("an integer", ty)),
            },
        }
    }
}

/// Reads PostgreSQL's `numeric`, which `sum(bigint)` gives: base-10,000 digits with a weight.
fn numeric(raw: &[u8]) -> Result<f64, DbError> {
    let word = |at: usize| raw.get(at..at + 2).map(|pair| i16::from_be_bytes([pair[0], pair[1]]));
    let (Some(digits), Some(weight), Some(sign)) = (word(0), word(2), word(4)) else {
        return Err(wrong("a number", raw));
    };
    let mut total = 0_f64;
    for index in 0..digits {
        let digit = word(8 + 2 * usize::try_from(index).unwrap_or(0)).unwrap_or(0);
        total += f64::from(digit) * 10_000_f64.powi(i32::from(weight) - i32::from(index));
    }
    Ok(if sign == 0x4000 { -total } else { total })
}

impl FromColumn for i32 {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        let wide = i64::from_lite(value)?;
        Self::try_from(wide).map_err(|_| wrong("a small integer", wide))
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        let wide = i64::from_pg(ty, raw)?;
        Self::try_from(wide).map_err(|_| wrong("a small integer", wide))
    }
}

impl FromColumn for bool {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        i64::from_lite(value).map(|number| number != 0)
    }

    fn from_pg(_: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        match raw {
            Some([flag]) => Ok(*flag != 0),
            other => Err(wrong("a boolean", other)),
        }
    }
}

impl FromColumn for f64 {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Real(number) => Ok(number),
            ValueRef::Integer(number) => Ok(number as Self),
            other => Err(wrong("a number", other.data_type())),
        }
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        let bytes = raw.ok_or_else(|| wrong("a number", "NULL"))?;
        match *ty {
            Type::FLOAT8 => bytes.try_into().map(Self::from_be_bytes).map_err(|_| wrong("a double", bytes)),
            Type::NUMERIC => numeric(bytes),
            _ => i64::from_pg(ty, raw).map(|number| number as Self),
        }
    }
}

impl FromColumn for String {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Text(text) => {
                std::str::from_utf8(text).map(str::to_owned).map_err(|_| wrong("UTF-8", "other bytes"))
            }
            other => Err(wrong("a text", other.data_type())),
        }
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        let raw = raw.ok_or_else(|| wrong("a text", "NULL"))?;
        let raw = if *ty == Type::JSONB { raw.get(1..).unwrap_or_default() } else { raw };
        std::str::from_utf8(raw).map(str::to_owned).map_err(|_| wrong("UTF-8", "other bytes"))
    }
}

impl FromColumn for Vec<u8> {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Ok(bytes.to_vec()),
            other => Err(wrong("bytes", other.data_type())),
        }
    }

    fn from_pg(_: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        raw.map(<[u8]>::to_vec).ok_or_else(|| wrong("bytes", "NULL"))
    }
}

impl FromColumn for Uuid {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Blob(bytes) => Self::from_slice(bytes).map_err(|_| wrong("an id", bytes.len())),
            other => Err(wrong("an id", other.data_type())),
        }
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        raw.and_then(|bytes| Self::from_slice(bytes).ok()).ok_or_else(|| wrong("an id", ty))
    }
}

impl FromColumn for TenantId {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        Uuid::from_lite(value).map(Self)
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        Uuid::from_pg(ty, raw).map(Self)
    }
}

impl FromColumn for Timestamp {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        i64::from_lite(value).map(Self)
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        i64::from_pg(ty, raw).map(Self)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Null => Ok(None),
            other => T::from_lite(other).map(Some),
        }
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        match raw {
            None => Ok(None),
            present => T::from_pg(ty, present).map(Some),
        }
    }
}

impl<T: DeserializeOwned> FromColumn for Json<T> {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        match value {
            ValueRef::Text(text) => parse(text),
            ValueRef::Null => parse(b"null"),
            other => Err(wrong("JSON", other.data_type())),
        }
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        match raw {
            Some(raw) if *ty == Type::JSONB => parse(raw.get(1..).unwrap_or_default()),
            Some(raw) => parse(raw),
            None => parse(b"null"),
        }
    }
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<Json<T>, DbError> {
    serde_json::from_slice(text).map(Json).map_err(|error| wrong("JSON of another shape", error))
}

impl FromColumn for serde_json::Value {
    fn from_lite(value: ValueRef<'_>) -> Result<Self, DbError> {
        Json::from_lite(value).map(|json| json.0)
    }

    fn from_pg(ty: &Type, raw: Option<&[u8]>) -> Result<Self, DbError> {
        Json::from_pg(ty, raw).map(|json| json.0)
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+))+) => {
        $(impl<$($name: FromColumn + Send + 'static),+> FromRow for ($($name,)+) {
            fn from_row(row: &RowRef<'_>) -> Result<Self, DbError> {
                Ok(($(row.get::<$name>($index)?,)+))
            }
        })+
    };
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}

/// `record!(Customer { id, version, name })`: reads the struct from columns of the same names, in
/// this order, and gives it `COLUMNS` (`"id, version, name"`) and `columns("c")` (`"c.id, …"`).
#[macro_export]
macro_rules! record {
    ($name:ident { $first:ident $(, $field:ident)* $(,)? }) => {
        impl $name {
            /// The columns this record is read from, in order.
            pub const COLUMNS: &'static str = concat!(stringify!($first) $(, ", ", stringify!($field))*);

            /// The columns behind a table alias.
            #[allow(dead_code)]
            pub fn columns(alias: &str) -> String {
                let mut text = format!("{alias}.{}", stringify!($first));
                $(
                    text.push_str(", ");
                    text.push_str(alias);
                    text.push('.');
                    text.push_str(stringify!($field));
                )*
                text
            }
        }

        impl $crate::FromRow for $name {
            #[allow(unused_assignments)]
            fn from_row(row: &$crate::RowRef<'_>) -> Result<Self, $crate::DbError> {
                let mut at = 0;
                let $first = row.get(at)?;
                $(
                    at += 1;
                    let $field = row.get(at)?;
                )*
                Ok(Self { $first $(, $field)* })
            }
        }
    };
}
