//! The kinds of fields, each with its settings.

use rules::FieldType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::{Field, Label};

/// What amounts are in that were defined before they had to say so.
pub(crate) const YUAN: &str = "CNY";

/// What a field holds. In JSON an object whose `type` names the kind, beside the kind's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// One line of text.
    Text(TextSettings),
    /// Text with line breaks.
    LongText(TextSettings),
    /// Text with line breaks in Markdown.
    RichText(TextSettings),
    /// Whole number.
    Integer(IntegerSettings),
    /// Number with a bounded count of decimals.
    Decimal(DecimalSettings),
    /// Whole number of minor units.
    Money(MoneySettings),
    /// Number of hundredths; 12.5 stands for 12.5 %.
    Percent(DecimalSettings),
    /// Calendar day.
    Date(MomentSettings),
    /// Time of day, `HH:MM`.
    Time(MomentSettings),
    /// Instant.
    DateTime(MomentSettings),
    /// Whole number of seconds, never negative.
    Duration(IntegerSettings),
    /// Yes or no.
    Boolean,
    /// One of a list of options.
    Choice(ChoiceSettings),
    /// Some of a list of options.
    Choices(ChoiceSettings),
    /// Province, city or district by its code of GB/T 2260.
    Region,
    /// A user.
    Person,
    /// A team.
    Team,
    /// A record, or several, of an object.
    Relation(RelationSettings),
    /// A file, or several, of any type.
    Attachment(FilesSettings),
    /// A picture, or several.
    Image(FilesSettings),
    /// A sound or film, or several.
    Media(FilesSettings),
    /// A place on earth.
    Location,
    /// A picture of a signature.
    Signature,
    /// What a bar code or QR code says.
    Barcode(TextSettings),
    /// Stars from 1 to `max`.
    Rating(RatingSettings),
    /// Telephone number.
    Phone,
    /// Mail address.
    Email,
    /// Web address, http or https.
    Url,
    /// Number of a Chinese resident identity card (GB 11643).
    IdNumber,
    /// Number the server gives.
    AutoNumber(AutoNumberSettings),
    /// Rows of further fields.
    SubTable(SubTableSettings),
    /// Worked out from other fields of the record.
    Formula(FormulaSettings),
    /// Worked out from related records.
    RollUp(RollUpSettings),
    /// Taken from a related record.
    LookUp(LookUpSettings),
    /// Kept by the server with every record.
    System(SystemSettings),
}

/// Limits of a text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TextSettings {
    /// Fewest characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Regular expression that the whole text must match, of the part that Rust and JavaScript read alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Form of the text: `9` is a digit, `A` a letter from A to Z, `*` either; all else stands for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
}

/// Limits of a whole number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IntegerSettings {
    /// Least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// Limits of a number with decimals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DecimalSettings {
    /// Most decimals, 0 to 6.
    pub scale: u8,
    /// Least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

impl Default for DecimalSettings {
    fn default() -> Self {
        Self { scale: 2, min: None, max: None }
    }
}

/// Currency and limits of an amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneySettings {
    /// Code of ISO 4217, such as `CNY`.
    pub currency: String,
    /// Least amount in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Greatest amount in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// Limits of a day, a time of day or an instant, each in the form of the field's values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MomentSettings {
    /// The earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}

/// Options, and what they depend on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChoiceSettings {
    /// What can be chosen.
    pub options: Vec<ChoiceOption>,
    /// A choice beside this one: an option with a parent can be chosen only while that choice has the parent chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Most options chosen at once; a `choice` ignores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_chosen: Option<u32>,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Stable id, 1 to 40 of `a-z`, `0-9` and `_`.
    pub id: String,
    /// What people see.
    pub label: Label,
    /// Colour as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The option above it: of the field named by `within`, else of the same field, which then shows a tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// A condition of `engines/rules` over fields of the same level: the option can be chosen only while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_if: Option<Value>,
    /// No longer offered; records that have it keep it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retired: bool,
}

/// What a relation leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationSettings {
    /// The other object's key.
    pub object: String,
    /// Whether several records may be named.
    #[serde(default, skip_serializing_if = "is_false")]
    pub many: bool,
    /// Only records that pass this condition tree over the other object's fields are offered; a record that has been
    /// chosen stays when it passes no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_if: Option<Value>,
}

impl RelationSettings {
    /// A relation to any record of an object.
    pub fn to(object: impl Into<String>, many: bool) -> Self {
        Self { object: object.into(), many, offered_if: None }
    }
}

/// How many files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FilesSettings {
    /// Whether several files may be named.
    #[serde(skip_serializing_if = "is_false")]
    pub many: bool,
}

/// How many stars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RatingSettings {
    /// The best rating, 2 to 10.
    pub max: u8,
}

impl Default for RatingSettings {
    fn default() -> Self {
        Self { max: 5 }
    }
}

/// How numbers look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoNumberSettings {
    /// What stands before the digits.
    #[serde(default)]
    pub prefix: String,
    /// Fewest digits, 1 to 12; shorter numbers get zeros in front.
    pub digits: u8,
}

/// Columns and the count of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubTableSettings {
    /// The columns; their conditions name columns of the same row.
    pub fields: Vec<Field>,
    /// Fewest rows, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<u32>,
    /// Most rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<u32>,
}

/// What a formula works out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormulaSettings {
    /// ZEN expression over field ids; amounts are in the main unit of their currency in it.
    pub expression: String,
    /// The type of its value.
    pub result: ResultType,
    /// What an amount is in, a code of ISO 4217; only with the result `money`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// What is counted over which related records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollUpSettings {
    /// The object whose records name this one.
    pub object: String,
    /// The relation field by which they do.
    pub relation: String,
    /// How their values become one.
    pub function: RollUpFunction,
    /// Their field; `count` needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What the field's amounts are in, a code of ISO 4217; the server takes it from the field. The roll-up is then in
    /// minor units, as the field is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// How values of related records become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollUpFunction {
    /// How many records there are.
    Count,
    /// The sum of their values.
    Sum,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
}

/// Which field of which related record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpSettings {
    /// A relation field of this object.
    pub relation: String,
    /// A field of the record it names.
    pub field: String,
    /// The type of its value.
    pub result: ResultType,
    /// What an amount is in, a code of ISO 4217; only with the result `money`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// The type of a value that the server works out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultType {
    /// Text.
    Text,
    /// Number.
    Number,
    /// Whole number of minor units.
    Money,
    /// Yes or no.
    Boolean,
    /// Calendar day.
    Date,
    /// Instant.
    Time,
}

/// What the server keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemSettings {
    /// Which of the four facts.
    pub of: SystemFact,
}

/// What the server knows of every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SystemFact {
    /// Who made it.
    CreatedBy,
    /// When it was made.
    CreatedAt,
    /// Who changed it last.
    UpdatedBy,
    /// When it was changed last.
    UpdatedAt,
}

/// Whether a flag can be left out of JSON.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over references
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

impl FieldKind {
    /// Whether the server alone makes the value; it is never taken from input.
    pub const fn is_computed(&self) -> bool {
        matches!(self, Self::AutoNumber(_) | Self::Formula(_) | Self::RollUp(_) | Self::LookUp(_) | Self::System(_))
    }

    /// Whether customers can give it on a form: it names neither people, records nor stored files of the company.
    pub fn is_for_customers(&self) -> bool {
        match self {
            Self::Person
            | Self::Team
            | Self::Relation(_)
            | Self::Attachment(_)
            | Self::Image(_)
            | Self::Media(_)
            | Self::Signature => false,
            Self::SubTable(table) => table.fields.iter().all(|column| column.kind.is_for_customers()),
            _ => true,
        }
    }

    /// The settings of a `choice` or `choices` field.
    pub const fn choice(&self) -> Option<&ChoiceSettings> {
        match self {
            Self::Choice(settings) | Self::Choices(settings) => Some(settings),
            _ => None,
        }
    }

    /// The type by which conditions, lists and filters know the field; `None` when it can't stand in a condition.
    pub const fn rule_type(&self) -> Option<FieldType> {
        Some(match self {
            Self::Text(_)
            | Self::LongText(_)
            | Self::RichText(_)
            | Self::Barcode(_)
            | Self::Time(_)
            | Self::Region
            | Self::Phone
            | Self::Email
            | Self::Url
            | Self::IdNumber
            | Self::AutoNumber(_) => FieldType::Text,
            Self::Integer(_) | Self::Money(_) | Self::Duration(_) | Self::Rating(_) => FieldType::Integer,
            Self::Decimal(_) | Self::Percent(_) | Self::RollUp(_) => FieldType::Number,
            Self::Date(_) => FieldType::Date,
            Self::DateTime(_) => FieldType::Time,
            Self::Boolean => FieldType::Boolean,
            Self::Choice(_) => FieldType::Choice,
            Self::Choices(_) => FieldType::Tags,
            Self::Person | Self::Team | Self::Signature => FieldType::Id,
            Self::Relation(RelationSettings { many, .. })
            | Self::Attachment(FilesSettings { many })
            | Self::Image(FilesSettings { many })
            | Self::Media(FilesSettings { many }) => {
                if *many {
                    FieldType::Tags
                } else {
                    FieldType::Id
                }
            }
            Self::Formula(FormulaSettings { result, .. }) | Self::LookUp(LookUpSettings { result, .. }) => {
                result.rule_type()
            }
            Self::System(SystemSettings { of }) => match of {
                SystemFact::CreatedBy | SystemFact::UpdatedBy => FieldType::Id,
                SystemFact::CreatedAt | SystemFact::UpdatedAt => FieldType::Time,
            },
            Self::Location | Self::SubTable(_) => return None,
        })
    }
}

impl FieldKind {
    /// What its values are in, a code of ISO 4217; `None` for one whose values are no amounts in minor units.
    pub fn currency(&self) -> Option<&str> {
        match self {
            Self::Money(settings) => Some(&settings.currency),
            Self::Formula(FormulaSettings { result: ResultType::Money, currency, .. })
            | Self::LookUp(LookUpSettings { result: ResultType::Money, currency, .. }) => {
                Some(currency.as_deref().unwrap_or(YUAN))
            }
            Self::RollUp(settings) => settings.currency.as_deref(),
            _ => None,
        }
    }
}

impl ResultType {
    /// The type by which conditions know the value.
    pub const fn rule_type(self) -> FieldType {
        match self {
            Self::Text => FieldType::Text,
            Self::Number => FieldType::Number,
            Self::Money => FieldType::Integer,
            Self::Boolean => FieldType::Boolean,
            Self::Date => FieldType::Date,
            Self::Time => FieldType::Time,
        }
    }
}
