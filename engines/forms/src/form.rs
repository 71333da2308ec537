//! Forms: which fields are shown to whom, and how they are laid out.

use std::collections::{BTreeMap, BTreeSet};

use rules::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, Label};
use crate::check::{Defect, defect};
use crate::kind::is_false;
use crate::order::{needs, parsed};

/// One form of an object. A process step pins a version; a version never changes once it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable id of the form, the same for all its versions.
    pub id: String,
    /// What people see.
    pub name: Label,
    /// Who fills it in.
    pub channel: Channel,
    /// The roles that may use it; empty for everybody of the channel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Counts from 1.
    pub version: u32,
    /// Its sections, from top to bottom.
    pub body: Vec<Section>,
}

/// Who fills a form in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// People at desks.
    Staff,
    /// Engineers on their phones.
    Engineer,
    /// Customers, without an account.
    Customer,
}

/// A part of a form with a heading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Label>,
    /// How its parts stand to each other.
    pub layout: Layout,
    /// Columns from left to right, tabs, or steps in their order; one at least.
    pub parts: Vec<Part>,
}

/// How the parts of a section stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Side by side; one below the other on a phone.
    Columns,
    /// One at a time, in any order.
    Tabs,
    /// One at a time, in this order.
    Steps,
}

/// One column, tab or step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FormPart")]
pub struct Part {
    /// Its name; tabs and steps need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Label>,
    /// What stands in it.
    pub items: Vec<Item>,
}

/// A field or a text on a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Item {
    /// A field.
    Field {
        /// Its id.
        field: String,
        /// Its width in thirds of the part, 1 to 3.
        width: u8,
        /// Another label on this form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<Label>,
        /// Another help on this form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        help: Option<Label>,
        /// Required here, also when the catalogue does not ask for it; it can't make a required field optional.
        #[serde(default, skip_serializing_if = "is_false")]
        required: bool,
        /// Shown here, but not set.
        #[serde(default, skip_serializing_if = "is_false")]
        read_only: bool,
    },
    /// A text in Markdown.
    Text {
        /// What it says.
        text: Label,
    },
}

impl Item {
    /// Whether the form asks for it beyond the catalogue.
    pub const fn is_required(&self) -> bool {
        matches!(self, Self::Field { required: true, .. })
    }

    /// Whether the form shows it without letting it be set.
    pub const fn is_read_only(&self) -> bool {
        matches!(self, Self::Field { read_only: true, .. })
    }
}

impl Form {
    /// The items that are fields, by field id.
    pub fn items(&self) -> BTreeMap<&str, &Item> {
        let parts = self.body.iter().flat_map(|section| &section.parts);
        let items = parts.flat_map(|part| &part.items);
        items
            .filter_map(|item| if let Item::Field { field, .. } = item { Some((field.as_str(), item)) } else { None })
            .collect()
    }

    /// The catalogue without the fields that whoever fills the form in has nothing to do with: what remains stands on it,
    /// or decides about what does.
    pub fn cut(&self, catalogue: &Catalogue) -> Catalogue {
        let mut kept: BTreeSet<&str> = self.items().into_keys().collect();
        let mut open: Vec<&str> = kept.iter().copied().collect();
        while let Some(id) = open.pop() {
            let Some(field) = catalogue.field(id) else { continue };
            let asked = parsed(field.required_if.as_ref(), &catalogue.fields);
            let asked: Vec<&str> = asked.iter().flat_map(Condition::fields).collect();
            let needed = needs(field, &catalogue.fields);
            let ids = catalogue.fields.iter().map(|other| other.id.as_str());
            let decides = ids.filter(|id| needed.contains(id) || asked.contains(id));
            open.extend(decides.filter(|id| kept.insert(id)));
        }
        let fields = catalogue.fields.iter().filter(|field| kept.contains(field.id.as_str())).cloned().collect();
        Catalogue { object: catalogue.object.clone(), fields, unique_together: Vec::new() }
    }

    /// What is wrong with the form, by JSON pointers into it.
    pub fn check(&self, catalogue: &Catalogue) -> Vec<Defect> {
        let mut defects = Vec::new();
        let mut met = BTreeSet::new();
        if self.version == 0 {
            defects.push(defect("/version", "out_of_range", "Count versions from 1."));
        }
        for (section_index, section) in self.body.iter().enumerate() {
            let at = format!("/body/{section_index}");
            check_parts(section, &at, &mut defects);
            for (part_index, part) in section.parts.iter().enumerate() {
                for (item_index, item) in part.items.iter().enumerate() {
                    let at = format!("{at}/parts/{part_index}/items/{item_index}");
                    check_item(item, catalogue, &at, &mut met, &mut defects);
                }
            }
        }
        if self.channel == Channel::Customer {
            self.check_for_customers(catalogue, &mut defects);
            self.check_required(catalogue, &mut defects);
        }
        defects
    }

    /// Customers choose neither colleagues nor records, and what they photograph goes with their report.
    fn check_for_customers(&self, catalogue: &Catalogue, defects: &mut Vec<Defect>) {
        for (section, place) in self.body.iter().zip(0..) {
            for (part, within) in section.parts.iter().zip(0..) {
                for (item, at) in part.items.iter().zip(0..) {
                    let Item::Field { field: id, .. } = item else { continue };
                    let Some(field) = catalogue.field(id).filter(|field| !field.kind.is_for_customers()) else {
                        continue;
                    };
                    let message = format!(
                        "Remove this item; customers cannot fill in `{}`, because they see neither colleagues, records \
                         nor stored files.",
                        field.id
                    );
                    let at = format!("/body/{place}/parts/{within}/items/{at}/field");
                    defects.push(defect(at, "not_for_customers", message));
                }
            }
        }
    }

    /// Customers can't give what their form doesn't show, and nobody else is there to give it.
    fn check_required(&self, catalogue: &Catalogue, defects: &mut Vec<Defect>) {
        let items = self.items();
        let given = |id: &str| items.get(id).is_some_and(|item| !item.is_read_only());
        for field in catalogue.fields.iter().filter(|field| field.required && field.takes_input()) {
            if !given(&field.id) && field.default.is_none() {
                let message = format!(
                    "Put the required field `{}` on the form so that it can be filled in, or give it a default.",
                    field.id
                );
                defects.push(defect("/body", "required_field_missing", message));
            }
        }
    }
}

fn check_parts(section: &Section, at: &str, defects: &mut Vec<Defect>) {
    let count = section.parts.len();
    let most = if section.layout == Layout::Columns { 3 } else { 20 };
    if !(1..=most).contains(&count) {
        defects.push(defect(format!("{at}/parts"), "out_of_range", format!("Give the section 1 to {most} parts.")));
    }
    if section.layout == Layout::Columns {
        return;
    }
    for (index, _) in section.parts.iter().enumerate().filter(|(_, part)| part.title.is_none()) {
        defects.push(defect(format!("{at}/parts/{index}"), "title_missing", "Give each tab and step a title."));
    }
}

fn check_item<'a>(
    item: &'a Item,
    catalogue: &Catalogue,
    at: &str,
    met: &mut BTreeSet<&'a str>,
    defects: &mut Vec<Defect>,
) {
    let Item::Field { field: id, width, required, read_only, .. } = item else { return };
    if !(1..=3).contains(width) {
        defects.push(defect(format!("{at}/width"), "out_of_range", "Give a width of 1, 2 or 3 thirds."));
    }
    if !met.insert(id) {
        let message = format!("Remove this item; `{id}` stands on the form already.");
        defects.push(defect(format!("{at}/field"), "duplicate_field", message));
    }
    match catalogue.field(id) {
        None => defects.push(defect(
            format!("{at}/field"),
            "unknown_field",
            format!("Remove this item; there is no field `{id}`."),
        )),
        Some(field) if field.retired => {
            let message = format!("Remove this item, or bring the retired field `{id}` back.");
            defects.push(defect(format!("{at}/field"), "retired_field", message));
        }
        Some(field) if *required && (*read_only || !field.takes_input()) => {
            let message = format!("Don't require `{id}` here; nobody can fill it in on this form.");
            defects.push(defect(format!("{at}/required"), "required_read_only", message));
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalogue() -> Catalogue {
        let label = json!({"zh": "字段", "en": "Field"});
        serde_json::from_value(json!({"object": "vehicle", "fields": [
            {"id": "plate", "kind": {"type": "text"}, "label": label, "required": true},
            {"id": "colour", "kind": {"type": "text"}, "label": label},
            {"id": "old", "kind": {"type": "text"}, "label": label, "retired": true},
            {"id": "number", "kind": {"type": "auto_number", "digits": 4}, "label": label, "required": true},
        ]}))
        .unwrap()
    }

    fn form(channel: &str, items: serde_json::Value) -> Form {
        serde_json::from_value(json!({
            "id": "f", "name": {"zh": "表", "en": "Form"}, "channel": channel, "version": 1,
            "body": [{"layout": "columns", "parts": [{"items": items}]}]
        }))
        .unwrap()
    }

    fn codes(form: &Form) -> Vec<(String, String)> {
        form.check(&catalogue()).into_iter().map(|defect| (defect.pointer, defect.code)).collect()
    }

    #[test]
    fn a_sound_form_has_no_defects() {
        let sound = form(
            "customer",
            json!([
                {"type": "text", "text": {"zh": "请填写", "en": "Please fill in"}},
                {"type": "field", "field": "plate", "width": 3},
                {"type": "field", "field": "colour", "width": 1, "required": true}
            ]),
        );
        assert_eq!(codes(&sound), []);
    }

    #[test]
    fn unknown_retired_and_double_fields_are_found() {
        let items = json!([
            {"type": "field", "field": "wheel", "width": 1},
            {"type": "field", "field": "old", "width": 1},
            {"type": "field", "field": "colour", "width": 4},
            {"type": "field", "field": "colour", "width": 1},
            {"type": "field", "field": "number", "width": 1, "required": true}
        ]);
        let at = |index: usize, key: &str| format!("/body/0/parts/0/items/{index}/{key}");
        assert_eq!(
            codes(&form("staff", items)),
            [
                (at(0, "field"), "unknown_field".to_owned()),
                (at(1, "field"), "retired_field".to_owned()),
                (at(2, "width"), "out_of_range".to_owned()),
                (at(3, "field"), "duplicate_field".to_owned()),
                (at(4, "required"), "required_read_only".to_owned()),
            ]
        );
    }

    #[test]
    fn customers_get_every_required_field() {
        let hidden = json!([{"type": "field", "field": "plate", "width": 1, "read_only": true}]);
        assert_eq!(
            codes(&form("customer", hidden.clone())),
            [("/body".to_owned(), "required_field_missing".to_owned())]
        );
        assert_eq!(codes(&form("staff", hidden)), []);
    }

    #[test]
    fn steps_need_titles_and_sections_need_parts() {
        let mut form = form("staff", json!([]));
        form.body[0].layout = Layout::Steps;
        form.body.push(Section { title: None, layout: Layout::Tabs, parts: Vec::new() });
        assert_eq!(
            codes(&form),
            [
                ("/body/0/parts/0".to_owned(), "title_missing".to_owned()),
                ("/body/1/parts".to_owned(), "out_of_range".to_owned()),
            ]
        );
    }
}
