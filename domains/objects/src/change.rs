//! One field of a PATCH body: kept, emptied or set.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use crate::Checks;

/// What a PATCH says about one field. The body's struct carries `#[serde(default, deny_unknown_fields)]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Keep,
    /// `null`: emptied.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Change<T> {
    /// Applies it to a field that may be empty.
    pub fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value),
        }
    }

    /// Applies it to a field that must have a value; emptying it is a mistake at `pointer`.
    pub fn require(self, field: &mut T, pointer: &str, checks: &mut Checks) {
        match self {
            Self::Keep => {}
            Self::Clear => checks.refuse(pointer, "required", "This may not be empty."),
            Self::Set(value) => *field = value,
        }
    }

    /// Applies it to a field whose empty value is its default, such as a list.
    pub fn or_default(self, field: &mut T)
    where
        T: Default,
    {
        match self {
            Self::Keep => {}
            Self::Clear => *field = T::default(),
            Self::Set(value) => *field = value,
        }
    }

    /// Whether the field was mentioned.
    pub const fn is_mentioned(&self) -> bool {
        !matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Change<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Body {
        note: Change<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let read = |json: &str| serde_json::from_str::<Body>(json).unwrap().note;
        assert_eq!(read("{}"), Change::Keep);
        assert_eq!(read(r#"{"note":null}"#), Change::Clear);
        assert_eq!(read(r#"{"note":"x"}"#), Change::Set("x".into()));
    }

    #[test]
    fn emptying_a_required_field_is_pointed_at() {
        let (mut name, mut checks) = ("张三".to_owned(), Checks::new());
        Change::Clear.require(&mut name, "/name", &mut checks);
        let Err(invalid) = checks.finish() else { panic!("the mistake was not noticed") };
        assert_eq!((invalid.0[0].pointer.as_str(), name.as_str()), ("/name", "张三"));
    }
}
