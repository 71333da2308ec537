//! What can be wrong with a value, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Map;

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// JSON pointer to the wrong value, such as `/items/3/quantity`; empty for the record as a whole.
    pub pointer: String,
    /// Stable code, for translation.
    pub code: String,
    /// What a translation puts in, such as `{"max": 10}`.
    pub params: Map,
    /// A plain English sentence that says what to do.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(pointer: String, wrong: &Wrong) -> Self {
        Self { pointer, code: wrong.code().to_owned(), params: wrong.params(), message: wrong.to_string() }
    }
}

/// Kinds of mistakes in a value, with what they are measured by.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Wrong {
    /// Not a field of the catalogue.
    #[error("There is no such field; remove it.")]
    UnknownField,
    /// Missing.
    #[error("Fill in this field.")]
    Required,
    /// Another JSON type.
    #[error("Give {expected}.")]
    WrongType {
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// Fewer characters than allowed.
    #[error("Write at least {min} characters.")]
    TooShort {
        /// The fewest.
        min: u32,
    },
    /// More characters than allowed.
    #[error("Write at most {max} characters.")]
    TooLong {
        /// The most.
        max: u32,
    },
    /// Below the least value.
    #[error("Give {} or more.", plain(.min))]
    TooSmall {
        /// The least.
        min: Value,
    },
    /// Above the greatest value.
    #[error("Give {} or less.", plain(.max))]
    TooLarge {
        /// The greatest.
        max: Value,
    },
    /// More decimals than allowed.
    #[error("Give at most {max} decimals.")]
    TooManyDecimals {
        /// The most.
        max: u8,
    },
    /// Does not match the pattern.
    #[error("The text does not have the form this field asks for.")]
    PatternMismatch,
    /// Does not fit the mask.
    #[error("Write it like {mask}, where 9 is a digit, A a letter and * either.")]
    MaskMismatch {
        /// The mask.
        mask: String,
    },
    /// Not one of the options.
    #[error("Choose one of the options.")]
    NotAnOption,
    /// An option that is no longer offered.
    #[error("This option is no longer offered; choose another.")]
    OptionRetired,
    /// An option that does not belong to what is chosen above.
    #[error("This option does not belong to what is chosen in {within}; choose another.")]
    NotWithin {
        /// The field above.
        within: String,
    },
    /// An option whose condition does not hold.
    #[error("The option {option} is not offered with what else is filled in; choose another.")]
    NotOffered {
        /// The option's id.
        option: String,
    },
    /// Fewer entries than allowed.
    #[error("Give at least {min}.")]
    TooFew {
        /// The fewest.
        min: u32,
    },
    /// More entries than allowed.
    #[error("Give at most {max}.")]
    TooMany {
        /// The most.
        max: u32,
    },
    /// A text that is none of what the field holds.
    #[error("Write {}.", expected_form(.form))]
    Invalid {
        /// What the text should be: `date`, `time`, `date_time`, `id`, `phone`, `email`, `url`, `id_number`, `region`.
        form: &'static str,
    },
    /// The record as a whole is too large.
    #[error("The record is larger than {max} bytes; shorten its texts or rows.")]
    RecordTooLarge {
        /// The most bytes.
        max: usize,
    },
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn expected_form(form: &str) -> &'static str {
    match form {
        "date" => "a date like 2026-03-01",
        "time" => "a time of day like 08:30",
        "date_time" => "a time like 2026-03-01T08:30:00Z",
        "phone" => "a telephone number like 13800138000, 021-68881234 or +49 30 901820",
        "email" => "a mail address like name@example.com",
        "url" => "a web address like https://example.com",
        "id_number" => "all 18 characters of the identity card number",
        "region" => "the six digits of the province, city or district",
        _ => "an id like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    }
}

impl Wrong {
    /// The stable code, for translation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownField => "unknown_field",
            Self::Required => "required",
            Self::WrongType { .. } => "wrong_type",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooSmall { .. } => "too_small",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyDecimals { .. } => "too_many_decimals",
            Self::PatternMismatch => "pattern_mismatch",
            Self::MaskMismatch { .. } => "mask_mismatch",
            Self::NotAnOption => "not_an_option",
            Self::OptionRetired => "option_retired",
            Self::NotWithin { .. } => "not_within",
            Self::NotOffered { .. } => "not_offered",
            Self::TooFew { .. } => "too_few",
            Self::TooMany { .. } => "too_many",
            Self::Invalid { .. } => "invalid",
            Self::RecordTooLarge { .. } => "record_too_large",
        }
    }

    /// What a translation puts in.
    pub fn params(&self) -> Map {
        let params = match self {
            Self::WrongType { expected } => json!({ "expected": expected }),
            Self::TooShort { min } | Self::TooFew { min } => json!({ "min": min }),
            Self::TooLong { max } | Self::TooMany { max } => json!({ "max": max }),
            Self::TooSmall { min } => json!({ "min": min }),
            Self::TooLarge { max } => json!({ "max": max }),
            Self::TooManyDecimals { max } => json!({ "max": max }),
            Self::MaskMismatch { mask } => json!({ "mask": mask }),
            Self::NotWithin { within } => json!({ "within": within }),
            Self::NotOffered { option } => json!({ "option": option }),
            Self::Invalid { form } => json!({ "form": form }),
            Self::RecordTooLarge { max } => json!({ "max": max }),
            Self::UnknownField | Self::Required | Self::PatternMismatch | Self::NotAnOption | Self::OptionRetired => {
                json!({})
            }
        };
        match params {
            Value::Object(params) => params,
            _ => Map::new(),
        }
    }
}
