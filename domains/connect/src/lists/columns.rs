//! One column of a list: what it holds, and where it stands in a row.

use forms::{ChoiceOption, ChoiceSettings, FieldKind, Label, RelationSettings, SubTableSettings, TextSettings};
use objects::table::OwnField;
use serde_json::{Map, Value};

use crate::lists::TargetOption;

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ColumnKind {
    /// A value as own fields hold it.
    Value(FieldKind),
    /// Free labels.
    Tags,
    /// A region of the company.
    Region,
    /// A site of the row's customer.
    Site,
    /// Skills with their levels.
    Skills,
    /// An amount in minor units of the row's `currency`.
    Amount,
    /// A table inside the row, whose amounts are in minor units of the row's `currency`.
    Lines(SubTableSettings),
}

impl ColumnKind {
    /// The kind in a word, as own fields call it.
    pub fn word(&self) -> String {
        match self {
            Self::Value(kind) => {
                let json = serde_json::to_value(kind).unwrap_or_default();
                json["type"].as_str().unwrap_or("text").to_owned()
            }
            Self::Tags => "tags".to_owned(),
            Self::Region => "company_region".to_owned(),
            Self::Site => "site".to_owned(),
            Self::Skills => "skills".to_owned(),
            Self::Amount => "money".to_owned(),
            Self::Lines(_) => "sub_table".to_owned(),
        }
    }

    /// A table inside a row whose amounts are in this currency.
    pub fn in_currency(settings: &SubTableSettings, currency: &str) -> FieldKind {
        let mut settings = settings.clone();
        for field in &mut settings.fields {
            if let FieldKind::Money(money) = &mut field.kind {
                currency.clone_into(&mut money.currency);
            }
        }
        FieldKind::SubTable(settings)
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub(crate) struct Column {
    pub id: String,
    pub label: Label,
    pub kind: ColumnKind,
    /// Whether a new record must have it.
    pub required: bool,
    /// Whether it can stand in a new record.
    pub creates: bool,
    /// Whether it can be changed.
    pub updates: bool,
    /// Whether no two records have the same.
    pub unique: bool,
    /// Whether records can be looked up by it.
    pub keyed: bool,
    /// Whether it is a field of the company's own.
    pub own: bool,
    /// Where it stands in a row: one name, or two.
    pub place: Vec<String>,
}

impl Column {
    fn new(id: &str, zh: &str, en: &str, kind: ColumnKind) -> Self {
        Self {
            id: id.to_owned(),
            label: Label { zh: zh.to_owned(), en: en.to_owned() },
            kind,
            required: false,
            creates: true,
            updates: true,
            unique: false,
            keyed: false,
            own: false,
            place: vec![id.to_owned()],
        }
    }

    /// A column of a kind that own fields have too.
    pub fn value(id: &str, zh: &str, en: &str, kind: FieldKind) -> Self {
        Self::new(id, zh, en, ColumnKind::Value(kind))
    }

    pub fn other(id: &str, zh: &str, en: &str, kind: ColumnKind) -> Self {
        Self::new(id, zh, en, kind)
    }

    pub fn text(id: &str, zh: &str, en: &str) -> Self {
        Self::value(id, zh, en, FieldKind::Text(TextSettings::default()))
    }

    pub fn relation(id: &str, zh: &str, en: &str, object: &str) -> Self {
        Self::value(id, zh, en, FieldKind::Relation(RelationSettings::to(object, false)))
    }

    /// One of these words, each with what people see.
    pub fn choice(id: &str, zh: &str, en: &str, options: &[(&str, &str, &str)]) -> Self {
        let option = |(id, zh, en): &(&str, &str, &str)| ChoiceOption {
            id: (*id).to_owned(),
            label: Label { zh: (*zh).to_owned(), en: (*en).to_owned() },
            color: None,
            parent: None,
            offered_if: None,
            retired: false,
        };
        let settings = ChoiceSettings { options: options.iter().map(option).collect(), ..ChoiceSettings::default() };
        Self::value(id, zh, en, FieldKind::Choice(settings))
    }

    /// A field of the company's own, inside `ext` or `values` of a row. One that has the id of another column is called
    /// by its place.
    pub fn own(own: OwnField, inside: &str, others: &[Self]) -> Self {
        let field = own.field;
        let taken = others.iter().any(|column| column.id == field.id);
        let readable = matches!(
            field.kind,
            FieldKind::Attachment(_) | FieldKind::Image(_) | FieldKind::Media(_) | FieldKind::Signature
        );
        let writes = own.editable && own.readable && !readable;
        Self {
            id: if taken { format!("{inside}.{}", field.id) } else { field.id.clone() },
            required: field.required && field.default.is_none() && field.default_expression.is_none(),
            creates: writes,
            updates: writes,
            unique: field.unique,
            keyed: own.keyed && (field.unique || field.filterable) && is_key(&field.kind),
            own: true,
            place: vec![inside.to_owned(), field.id],
            label: field.label,
            kind: ColumnKind::Value(field.kind),
        }
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Records are looked up by it.
    #[must_use]
    pub fn key(mut self) -> Self {
        self.keyed = true;
        self
    }

    #[must_use]
    pub fn unique(mut self) -> Self {
        (self.keyed, self.unique) = (true, true);
        self
    }

    /// It is shown only.
    #[must_use]
    pub fn shown(mut self) -> Self {
        (self.creates, self.updates) = (false, false);
        self
    }

    /// It is said once, with the new record.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.updates = false;
        self
    }

    /// It stands inside another value of the row.
    #[must_use]
    pub fn inside(mut self, outer: &str, inner: &str) -> Self {
        self.place = vec![outer.to_owned(), inner.to_owned()];
        self
    }

    /// Its value in a row; null when there is none.
    pub fn of<'r>(&self, row: &'r Map<String, Value>) -> &'r Value {
        let mut place = self.place.iter();
        let first = place.next().and_then(|name| row.get(name)).unwrap_or(&Value::Null);
        place.fold(first, |value, name| value.get(name).unwrap_or(&Value::Null))
    }

    /// The options of a choice that are still offered.
    pub fn options(&self) -> Vec<TargetOption> {
        let ColumnKind::Value(kind) = &self.kind else { return Vec::new() };
        let offered = kind.choice().into_iter().flat_map(|choice| &choice.options).filter(|option| !option.retired);
        offered.map(|option| TargetOption { id: option.id.clone(), label: option.label.clone() }).collect()
    }
}

/// Whether values of this kind can stand in a file to name a record.
const fn is_key(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text(_)
            | FieldKind::Barcode(_)
            | FieldKind::Integer(_)
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::IdNumber
            | FieldKind::AutoNumber(_)
    )
}
