//! What an object can be found by.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text::LONGEST_TEXT;

/// What an object can be found by, what a list of hits shows of it, and who may find it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Which object.
    #[serde(skip)]
    pub object_id: Uuid,
    /// A kind of its own within the object, such as `record:vehicle`; the object's name when absent.
    #[serde(skip)]
    pub kind: Option<String>,
    /// What a list of hits shows. Chinese is found by pinyin too.
    pub title: String,
    /// One more line for a list of hits; it is found only if it stands somewhere else too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Names of people and places. Chinese is found by pinyin too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Numbers, codes and serial numbers: found by any part, and first when they are what was typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// Telephone numbers: found like codes, however they are grouped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Everything else it is found by, in any order, separated by spaces or lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The people whose own it is: those with the scope `own` find it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Uuid>,
    /// Its team: those with the scope `team` find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Uuid>,
    /// Its region: those with the scope `region` find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Uuid>,
    /// Archived objects are found after all others.
    #[serde(default, skip_serializing_if = "is_false")]
    pub archived: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes references
fn is_false(value: &bool) -> bool {
    !value
}

impl Document {
    /// A document with a title only. Whoever may see all objects of its kind finds it.
    pub fn new(object_id: Uuid, title: impl Into<String>) -> Self {
        Self { object_id, title: title.into(), ..Self::default() }
    }

    /// With text: what is absent or empty is left out.
    #[must_use]
    pub fn text<T: Into<String>>(mut self, parts: impl IntoIterator<Item = Option<T>>) -> Self {
        for part in parts.into_iter().flatten().map(Into::into).filter(|part| !part.trim().is_empty()) {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&part);
        }
        self
    }

    /// With one more line for lists of hits.
    #[must_use]
    pub fn subtitle(mut self, subtitle: Option<String>) -> Self {
        self.subtitle = subtitle.filter(|text| !text.trim().is_empty());
        self
    }

    /// With names.
    #[must_use]
    pub fn names(mut self, names: impl IntoIterator<Item = Option<String>>) -> Self {
        self.names.extend(names.into_iter().flatten().filter(|name| !name.trim().is_empty()));
        self
    }

    /// With numbers, codes and serial numbers.
    #[must_use]
    pub fn codes(mut self, codes: impl IntoIterator<Item = Option<String>>) -> Self {
        self.codes.extend(codes.into_iter().flatten().filter(|code| !code.trim().is_empty()));
        self
    }

    /// With telephone numbers.
    #[must_use]
    pub fn phones(mut self, phones: impl IntoIterator<Item = Option<String>>) -> Self {
        self.phones.extend(phones.into_iter().flatten().filter(|phone| !phone.trim().is_empty()));
        self
    }

    /// With the people, the team and the region it belongs to.
    #[must_use]
    pub fn reached_by(
        mut self,
        owners: impl IntoIterator<Item = Option<Uuid>>,
        team: Option<Uuid>,
        region: Option<Uuid>,
    ) -> Self {
        self.owners.extend(owners.into_iter().flatten());
        self.owners.sort_unstable();
        self.owners.dedup();
        (self.team, self.region) = (team, region);
        self
    }

    /// Archived or not.
    #[must_use]
    pub fn archived(mut self, archived: bool) -> Self {
        self.archived = archived;
        self
    }

    /// Everything it is found by besides the title, as lists search it.
    pub(crate) fn body(&self) -> String {
        let parts = self.codes.iter().chain(&self.phones).chain(&self.names).chain([&self.text]);
        parts.map(String::as_str).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Its text as it is kept for the nodes' indexes, and a number that changes with it.
    pub(crate) fn content(&self) -> (String, i64) {
        let mut kept = self.clone();
        if let Some((end, _)) = kept.text.char_indices().nth(LONGEST_TEXT) {
            kept.text.truncate(end);
        }
        // Without floats and maps of other keys than text it always succeeds.
        let content = serde_json::to_string(&kept).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        (&self.kind, &content).hash(&mut hasher);
        (content, hasher.finish().cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_says_the_same_and_its_digest_changes_with_it() {
        let team = Uuid::from_u128(3);
        let document = Document::new(Uuid::from_u128(1), "电梯困人")
            .text([Some("急"), None, Some(" "), Some("三楼")])
            .codes([Some("T-2026-000001".to_owned()), None])
            .reached_by([Some(Uuid::from_u128(2)), None, Some(Uuid::from_u128(2))], Some(team), None);
        assert_eq!(document.text, "急\n三楼");
        assert_eq!(document.owners.len(), 1);
        let (content, digest) = document.content();
        let kept: Document = serde_json::from_str(&content).unwrap();
        assert_eq!(Document { object_id: document.object_id, ..kept }, document);
        assert_ne!(document.clone().archived(true).content().1, digest);
        assert_ne!(Document { kind: Some("record:a".into()), ..document.clone() }.content().1, digest);
        assert_eq!(document.body(), "T-2026-000001\n急\n三楼");
    }
}
