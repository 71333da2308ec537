//! Exact decimals for quantities and tax rates: text in the column and in JSON, never a float.

use std::{borrow::Cow, fmt, str::FromStr};

use db::{DbError, FromColumn, LiteValue, PgType, Value};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A decimal such as `1.5` or `13`, at most 6 digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Exact(pub Decimal);

impl Exact {
    /// `units` divided by ten to the power of `scale`: `new(15, 1)` is 1.5.
    pub fn new(units: i64, scale: u32) -> Self {
        Self(Decimal::new(units, scale).normalize())
    }

    /// Minutes as hours, rounded half up to hundredths.
    pub fn hours(minutes: i64) -> Self {
        let hours = Decimal::from(minutes) / Decimal::from(60);
        Self(hours.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize())
    }

    /// This many of something that costs `unit_minor`, rounded half up; `None` beyond i64.
    pub fn times(self, unit_minor: i64) -> Option<i64> {
        round(self.0.checked_mul(Decimal::from(unit_minor))?)
    }

    /// This percentage of `minor`, rounded half up; `None` beyond i64.
    pub fn percent_of(self, minor: i64) -> Option<i64> {
        round(self.0.checked_mul(Decimal::from(minor))?.checked_div(Decimal::ONE_HUNDRED)?)
    }
}

fn round(amount: Decimal) -> Option<i64> {
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Exact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is not a decimal such as 1.5", text.chars().take(40).collect::<String>());
        let decimal = Decimal::from_str_exact(text.trim()).map_err(|_| wrong())?.normalize();
        if decimal.scale() > 6 { Err("use at most 6 digits after the point".to_owned()) } else { Ok(Self(decimal)) }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text, or a number as people who write JSON by hand send it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Number(serde_json::Number),
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => text.parse(),
            Written::Number(number) => number.to_string().parse(),
        }
        .map_err(D::Error::custom)
    }
}

impl JsonSchema for Exact {
    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,6})?$", "description": "An exact decimal" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl From<Exact> for Value<'_> {
    fn from(value: Exact) -> Self {
        Value::Text(Cow::Owned(value.to_string()))
    }
}

impl FromColumn for Exact {
    fn from_lite(value: LiteValue<'_>) -> Result<Self, DbError> {
        String::from_lite(value)?.parse().map_err(DbError::Internal)
    }

    fn from_pg(ty: &PgType, raw: Option<&[u8]>) -> Result<Self, DbError> {
        String::from_pg(ty, raw)?.parse().map_err(DbError::Internal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_are_rounded_up() {
        let exact = |text: &str| text.parse::<Exact>().unwrap();
        assert_eq!(exact("1.5").times(333), Some(500));
        assert_eq!(exact("0.5").times(1), Some(1));
        assert_eq!(exact("13").percent_of(50), Some(7));
        assert_eq!(exact("13").percent_of(49), Some(6));
        assert_eq!(exact("6").percent_of(10_025), Some(602));
        assert_eq!((Exact::hours(95).to_string(), Exact::hours(60).to_string()), ("1.58".into(), "1".into()));
        assert_eq!(exact("1000000").times(i64::MAX), None);
    }

    #[test]
    fn json_shows_text_and_takes_text_or_number() {
        assert_eq!(serde_json::to_string(&Exact::new(150, 2)).unwrap(), "\"1.5\"");
        assert_eq!(serde_json::from_str::<Exact>("\"0.30\"").unwrap(), Exact::new(3, 1));
        assert_eq!(serde_json::from_str::<Exact>("2").unwrap(), Exact::new(2, 0));
        for wrong in ["\"\"", "\"1,5\"", "\"1.1234567\"", "true", "\"1e400\""] {
            assert!(serde_json::from_str::<Exact>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_lies_within_half_a_unit_of_the_exact_product(hundredths in 0_i64..1_000_000, price in 0_i64..10_000_000) {
            let amount = Exact::new(hundredths, 2).times(price).unwrap();
            let twice_the_error = (i128::from(amount) * 100 - i128::from(hundredths) * i128::from(price)) * 2;
            prop_assert!((-99..=100).contains(&twice_the_error), "{twice_the_error}");
        }
    }
}
