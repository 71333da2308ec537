//! The bodies of requests: what a new product says, and what a change says.

use db::Json;
use kernel::Uuid;
use objects::{Change, Checks, Invalid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Product, WarrantyRule, WarrantyTerms, warranty::LONGEST_MONTHS};

/// Minutes of response time at most: a year.
const LONGEST_RESPONSE: i32 = 525_600;

/// Names one product.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ProductPath {
    /// The product's id.
    pub id: Uuid,
}

/// A new product; code and name must be there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Its code, unique; kept in capitals, full-width letters folded.
    pub code: String,
    /// What it is called, at most 200 characters.
    pub name: String,
    /// What kind of device it is: 电梯, 空调.
    pub category: Option<String>,
    /// How long the factory warranty lasts, 0 to 600 months.
    pub warranty_months: Option<i32>,
    /// Within how many minutes somebody should answer, 1 to 525,600.
    pub default_response_minutes: Option<i32>,
    /// Whatever colleagues should know, at most 20,000 characters.
    pub note: Option<String>,
    /// How the warranty counts, beyond its months; the rule of the category when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty: Option<WarrantyTerms>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl NewProduct {
    /// The same, trimmed and checked.
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.within("/warranty_months", self.warranty_months, 0..=LONGEST_MONTHS);
        checks.within("/default_response_minutes", self.default_response_minutes, 1..=LONGEST_RESPONSE);
        let checked = Self {
            code: checks.code("/code", &self.code),
            name: checks.name("/name", &self.name),
            category: checks.line("/category", self.category),
            note: checks.text("/note", self.note),
            warranty: self.warranty.map(|terms| terms.checked("/warranty", &mut checks)),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

impl Product {
    /// The record saying what `new` says; id, version and times stay.
    pub(crate) fn with(&self, new: NewProduct) -> Self {
        Self {
            code: new.code,
            name: new.name,
            category: new.category,
            warranty_months: new.warranty_months,
            default_response_minutes: new.default_response_minutes,
            note: new.note,
            warranty: Json(new.warranty),
            ..self.clone()
        }
    }
}

impl From<Product> for NewProduct {
    fn from(product: Product) -> Self {
        Self {
            code: product.code,
            name: product.name,
            category: product.category,
            warranty_months: product.warranty_months,
            default_response_minutes: product.default_response_minutes,
            note: product.note,
            warranty: product.warranty.0,
            ext: None,
        }
    }
}

/// A change to a product: what is not mentioned stays, `null` empties. Devices keep the warranty dates they have.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProductChange {
    /// Its code.
    pub code: Change<String>,
    /// What it is called.
    pub name: Change<String>,
    /// What kind of device it is.
    pub category: Change<String>,
    /// How long the factory warranty lasts, in months.
    pub warranty_months: Change<i32>,
    /// Within how many minutes somebody should answer.
    pub default_response_minutes: Change<i32>,
    /// Whatever colleagues should know.
    pub note: Change<String>,
    /// How the warranty counts, beyond its months.
    pub warranty: Change<WarrantyTerms>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

impl ProductChange {
    /// The product after the change; version and times are not touched.
    pub(crate) fn apply(self, product: &Product) -> Result<Product, Invalid> {
        let (mut new, mut checks) = (NewProduct::from(product.clone()), Checks::new());
        self.code.require(&mut new.code, "/code", &mut checks);
        self.name.require(&mut new.name, "/name", &mut checks);
        self.category.apply(&mut new.category);
        self.warranty_months.apply(&mut new.warranty_months);
        self.default_response_minutes.apply(&mut new.default_response_minutes);
        self.note.apply(&mut new.note);
        self.warranty.apply(&mut new.warranty);
        new.checked(checks).map(|new| product.with(new))
    }
}

/// Names one warranty rule.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct WarrantyRulePath {
    /// The rule's id.
    pub id: Uuid,
}

/// A new warranty rule for a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWarrantyRule {
    /// The category as products name it, at most 200 characters; one rule for each.
    pub category: String,
    /// How long the warranty lasts, 1 to 600 months.
    pub months: i32,
    /// How it counts.
    pub terms: WarrantyTerms,
}

impl NewWarrantyRule {
    /// The same, trimmed and checked.
    pub(crate) fn checked(self, mut checks: Checks) -> Result<Self, Invalid> {
        checks.within("/months", Some(self.months), 1..=LONGEST_MONTHS);
        let checked = Self {
            category: checks.name("/category", &self.category),
            terms: self.terms.checked("/terms", &mut checks),
            ..self
        };
        checks.finish().map(|()| checked)
    }
}

/// A change to a warranty rule: what is not mentioned stays. Devices keep the warranty dates they have.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WarrantyRuleChange {
    /// The category.
    pub category: Change<String>,
    /// How long the warranty lasts.
    pub months: Change<i32>,
    /// How it counts.
    pub terms: Change<WarrantyTerms>,
}

impl WarrantyRuleChange {
    /// What the rule says after the change.
    pub(crate) fn apply(self, rule: &WarrantyRule) -> Result<NewWarrantyRule, Invalid> {
        let mut new =
            NewWarrantyRule { category: rule.category.clone(), months: rule.months, terms: rule.terms.0.clone() };
        let mut checks = Checks::new();
        self.category.require(&mut new.category, "/category", &mut checks);
        self.months.require(&mut new.months, "/months", &mut checks);
        self.terms.require(&mut new.terms, "/terms", &mut checks);
        new.checked(checks)
    }
}

/// A document of a product.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ProductDocumentPath {
    /// The product's id.
    pub id: Uuid,
    /// The document's id.
    pub document_id: Uuid,
}

/// Add a file that was uploaded before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddDocument {
    /// The file.
    pub file_id: Uuid,
}
