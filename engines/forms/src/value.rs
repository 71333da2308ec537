//! One value of one kind: its normal form, or what is wrong with it.

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::kind::{ChoiceOption, ChoiceSettings, DecimalSettings, FieldKind, MomentSettings, TextSettings};
use crate::problem::Wrong;
use crate::{MAX_IDS, MAX_LINE, MAX_LONG_TEXT, Map, pattern, text};

/// The largest whole number that JavaScript keeps exactly.
pub const LARGEST: i64 = 9_007_199_254_740_991;

/// A mistake inside of a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// JSON pointer from the value to the mistake; empty for the value itself.
    pub at: String,
    pub wrong: Wrong,
}

impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Self {
        Self { at: String::new(), wrong }
    }
}

impl Fault {
    fn under(self, key: &str) -> Self {
        Self { at: format!("/{key}{}", self.at), wrong: self.wrong }
    }
}

type Normal = Result<Option<Value>, Fault>;

/// Whether a value says nothing: null, a blank text or an empty list.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(written) => text::trim(written).is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// The value in its normal form; `None` when it is empty. `old` is what the record had: a retired option stays valid
/// where it was. Rows of a sub-table are read by [`crate::rows`].
pub fn normal(kind: &FieldKind, value: &Value, old: Option<&Value>) -> Normal {
    normal_with(kind, compiled(kind).as_ref(), value, old)
}

/// The pattern of a kind, ready for many values. One that does not compile is a defect of the catalogue, not of values.
pub fn compiled(kind: &FieldKind) -> Option<Regex> {
    match kind {
        FieldKind::Text(limits)
        | FieldKind::LongText(limits)
        | FieldKind::RichText(limits)
        | FieldKind::Barcode(limits) => pattern::compile(limits.pattern.as_ref()?).ok(),
        _ => None,
    }
}

/// As [`normal`], with the kind's pattern [`compiled`] before.
pub fn normal_with(kind: &FieldKind, pattern: Option<&Regex>, value: &Value, old: Option<&Value>) -> Normal {
    if is_empty(value) {
        return Ok(None);
    }
    match kind {
        FieldKind::Text(limits) => limited(text::one_line(text_of(value)?), limits, MAX_LINE, pattern),
        FieldKind::Barcode(limits) => limited(text::half_width(text_of(value)?), limits, MAX_LINE, pattern),
        FieldKind::LongText(limits) | FieldKind::RichText(limits) => {
            limited(text::lines(text_of(value)?), limits, MAX_LONG_TEXT, pattern)
        }
        FieldKind::Integer(limits) => integer(value, limits.min, limits.max),
        FieldKind::Duration(limits) => integer(value, Some(limits.min.unwrap_or(0).max(0)), limits.max),
        FieldKind::Money(limits) => integer(value, limits.min, limits.max),
        FieldKind::Rating(limits) => integer(value, Some(1), Some(limits.max.into())),
        FieldKind::Decimal(limits) | FieldKind::Percent(limits) => decimal(value, limits),
        FieldKind::Date(limits) => {
            let date = spelled(value, "date", |text| text::is_date(text).then(|| text.to_owned()))?;
            within_moments(date, limits, |text| Some(text.to_owned()))
        }
        FieldKind::Time(limits) => {
            let time = spelled(value, "time", |text| text::is_time(text).then(|| text.to_owned()))?;
            within_moments(time, limits, |text| Some(text.to_owned()))
        }
        FieldKind::DateTime(limits) => within_moments(spelled(value, "date_time", text::utc)?, limits, text::instant),
        FieldKind::Boolean => match value {
            Value::Bool(_) => Ok(Some(value.clone())),
            _ => Err(Wrong::WrongType { expected: "true or false" }.into()),
        },
        FieldKind::Choice(settings) => option(settings, value, old).map(|option| Some(Value::from(option.id.as_str()))),
        FieldKind::Choices(settings) => chosen(settings, value, old),
        FieldKind::Region => in_form(value, "region", text::region),
        FieldKind::Person | FieldKind::Team | FieldKind::Signature => id(value).map(Some),
        FieldKind::Relation(settings) => one_or_many(value, settings.many),
        FieldKind::Attachment(settings) | FieldKind::Image(settings) | FieldKind::Media(settings) => {
            one_or_many(value, settings.many)
        }
        FieldKind::Location => location(value),
        FieldKind::Phone => in_form(value, "phone", text::phone),
        FieldKind::Email => in_form(value, "email", text::email),
        FieldKind::Url => in_form(value, "url", text::url),
        FieldKind::IdNumber => in_form(value, "id_number", text::id_number),
        FieldKind::SubTable(_) => Err(Wrong::WrongType { expected: "a list of rows" }.into()),
        FieldKind::AutoNumber(_)
        | FieldKind::Formula(_)
        | FieldKind::RollUp(_)
        | FieldKind::LookUp(_)
        | FieldKind::System(_) => Err(Wrong::WrongType { expected: "nothing; the server works it out" }.into()),
    }
}

/// As [`spelled`], as a value.
fn in_form(value: &Value, form: &'static str, spell: impl Fn(&str) -> Option<String>) -> Normal {
    spelled(value, form, spell).map(|text| Some(Value::String(text)))
}

fn text_of(value: &Value) -> Result<&str, Wrong> {
    value.as_str().ok_or(Wrong::WrongType { expected: "a text" })
}

/// A text in the one spelling of its form.
fn spelled(value: &Value, form: &'static str, spell: impl Fn(&str) -> Option<String>) -> Result<String, Fault> {
    let written = text::half_width(text_of(value)?);
    spell(&written).ok_or_else(|| Wrong::Invalid { form }.into())
}

fn limited(text: String, limits: &TextSettings, longest: u32, pattern: Option<&Regex>) -> Normal {
    let length = text.chars().count();
    let max = limits.max_length.unwrap_or(longest);
    let min = limits.min_length.unwrap_or(0);
    if length == 0 {
        return Ok(None);
    }
    if length > max as usize {
        return Err(Wrong::TooLong { max }.into());
    }
    if length < min as usize {
        return Err(Wrong::TooShort { min }.into());
    }
    if let Some(mask) = limits.mask.as_ref().filter(|mask| !pattern::fits_mask(mask, &text)) {
        return Err(Wrong::MaskMismatch { mask: mask.clone() }.into());
    }
    if pattern.is_some_and(|pattern| !pattern.is_match(&text)) {
        return Err(Wrong::PatternMismatch.into());
    }
    Ok(Some(Value::String(text)))
}

/// A number, also when it is written as text with digits of either width.
fn number_of(value: &Value, expected: &'static str) -> Result<f64, Fault> {
    let wrong = || Wrong::WrongType { expected }.into();
    match value {
        Value::Number(number) => number.as_f64().ok_or_else(wrong),
        Value::String(written) => {
            let written = text::half_width(written);
            let digits = written.strip_prefix('-').unwrap_or(&written);
            let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
            let plain = [whole, decimals].iter().all(|part| text::is_digits(part) && part.len() <= 16);
            written.parse().ok().filter(|_| plain).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// A number as JSON, whole numbers without a decimal point, as JavaScript writes them.
pub fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= LARGEST as f64 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn integer(value: &Value, min: Option<i64>, max: Option<i64>) -> Normal {
    let given = number_of(value, "a whole number")?;
    if given.fract() != 0.0 {
        return Err(Wrong::WrongType { expected: "a whole number" }.into());
    }
    let (min, max) = (min.unwrap_or(-LARGEST).max(-LARGEST), max.unwrap_or(LARGEST).min(LARGEST));
    if given < min as f64 {
        return Err(Wrong::TooSmall { min: min.into() }.into());
    }
    if given > max as f64 {
        return Err(Wrong::TooLarge { max: max.into() }.into());
    }
    Ok(Some(number(given)))
}

fn decimal(value: &Value, limits: &DecimalSettings) -> Normal {
    let given = number_of(value, "a number")?;
    let power = 10_f64.powi(limits.scale.min(6).into());
    // Up to here every number of so many decimals is a float of its own.
    let largest = LARGEST as f64 / power;
    let (min, max) = (limits.min.unwrap_or(-largest).max(-largest), limits.max.unwrap_or(largest).min(largest));
    if given < min {
        return Err(Wrong::TooSmall { min: number(min) }.into());
    }
    if given > max {
        return Err(Wrong::TooLarge { max: number(max) }.into());
    }
    if rounded(given, power).to_bits() != (given + 0.0).to_bits() {
        return Err(Wrong::TooManyDecimals { max: limits.scale }.into());
    }
    Ok(Some(number(given)))
}

/// Rounded to so many parts of one, halves upwards, with the same steps as in JavaScript.
fn rounded(number: f64, power: f64) -> f64 {
    (number * power + 0.5).floor() / power + 0.0
}

/// The text if it lies between the limits, as compared by `order`.
fn within_moments<O: PartialOrd>(text: String, limits: &MomentSettings, order: impl Fn(&str) -> Option<O>) -> Normal {
    let place = order(&text);
    if let Some(min) = limits.min.as_ref().filter(|min| place < order(min)) {
        return Err(Wrong::TooSmall { min: min.as_str().into() }.into());
    }
    if let Some(max) = limits.max.as_ref().filter(|max| order(max).is_some() && place > order(max)) {
        return Err(Wrong::TooLarge { max: max.as_str().into() }.into());
    }
    Ok(Some(Value::String(text)))
}

fn option<'s>(settings: &'s ChoiceSettings, value: &Value, old: Option<&Value>) -> Result<&'s ChoiceOption, Fault> {
    let id = text_of(value)?;
    let option = settings.options.iter().find(|option| option.id == id).ok_or(Wrong::NotAnOption)?;
    if option.retired && !old.is_some_and(|old| holds(old, id)) {
        return Err(Wrong::OptionRetired.into());
    }
    Ok(option)
}

/// Whether a value is this text, or a list with it.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| holds(value, text)),
        value => value.as_str() == Some(text),
    }
}

fn chosen(settings: &ChoiceSettings, value: &Value, old: Option<&Value>) -> Normal {
    let read = |value: &Value| option(settings, value, old).map(|option| Value::from(option.id.as_str()));
    let chosen = list(value, "a list of options", read)?;
    match settings.max_chosen {
        Some(max) if chosen.len() > max as usize => Err(Wrong::TooMany { max }.into()),
        _ => Ok(Some(Value::Array(chosen))),
    }
}

/// Each entry once, in the order given.
fn list(
    value: &Value,
    expected: &'static str,
    read: impl Fn(&Value) -> Result<Value, Fault>,
) -> Result<Vec<Value>, Fault> {
    let entries = value.as_array().ok_or(Wrong::WrongType { expected })?;
    let mut values = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let value = read(entry).map_err(|fault| fault.under(&index.to_string()))?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

fn id(value: &Value) -> Result<Value, Fault> {
    let written = text::trim(text_of(value)?).to_ascii_lowercase();
    let value = Value::from(written);
    match rules::FieldValue::from_json(rules::FieldType::Id, &value) {
        Some(_) => Ok(value),
        None => Err(Wrong::Invalid { form: "id" }.into()),
    }
}

fn one_or_many(value: &Value, many: bool) -> Normal {
    if !many {
        return id(value).map(Some);
    }
    if value.as_array().is_some_and(|ids| ids.len() > MAX_IDS) {
        return Err(Wrong::TooMany { max: MAX_IDS as u32 }.into());
    }
    list(value, "a list of ids", id).map(|ids| Some(Value::Array(ids)))
}

fn location(value: &Value) -> Normal {
    let place = value.as_object().ok_or(Wrong::WrongType { expected: "a place with lat, lng and system" })?;
    if let Some(key) = place.keys().find(|key| !matches!(key.as_str(), "lat" | "lng" | "system" | "address")) {
        return Err(Fault::from(Wrong::UnknownField).under(&pointer_part(key)));
    }
    let mut normal = Map::new();
    normal.insert("lat".to_owned(), degrees(place, "lat", 90)?);
    normal.insert("lng".to_owned(), degrees(place, "lng", 180)?);
    let system = given(place, "system")?;
    if !["wgs84", "gcj02", "bd09"].iter().any(|known| system.as_str() == Some(known)) {
        return Err(Fault::from(Wrong::NotAnOption).under("system"));
    }
    normal.insert("system".to_owned(), system.clone());
    if let Some(address) = place.get("address").filter(|address| !is_empty(address)) {
        let written = text_of(address).map_err(|wrong| Fault::from(wrong).under("address"))?;
        let address = limited(text::one_line(written), &TextSettings::default(), MAX_LINE, None);
        if let Some(address) = address.map_err(|fault| fault.under("address"))? {
            normal.insert("address".to_owned(), address);
        }
    }
    Ok(Some(Value::Object(normal)))
}

fn given<'a>(place: &'a Map, key: &str) -> Result<&'a Value, Fault> {
    let value = place.get(key).filter(|value| !is_empty(value));
    value.ok_or_else(|| Fault::from(Wrong::Required).under(key))
}

/// Degrees rounded to seven decimals, which is a centimetre.
fn degrees(place: &Map, key: &str, limit: i32) -> Result<Value, Fault> {
    let degrees = number_of(given(place, key)?, "a number").map_err(|fault| fault.under(key))?;
    if degrees < -f64::from(limit) {
        return Err(Fault::from(Wrong::TooSmall { min: json!(-limit) }).under(key));
    }
    if degrees > f64::from(limit) {
        return Err(Fault::from(Wrong::TooLarge { max: json!(limit) }).under(key));
    }
    Ok(number(rounded(degrees, 1e7)))
}

/// A key as a part of a JSON pointer (RFC 6901).
pub fn pointer_part(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
