//! The product's setting of the runtime: its languages, keys of messages from the model, and the catalogue of actions.

use std::{collections::BTreeMap, sync::Arc};

use bpmn::language::{Language, Surroundings, Visible};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::{
    Action, Errand, Subject, Subjects,
    catalogue::Deed,
    language::Aftersail,
    runtime::{Around, Deployed, Setting},
};

/// What service tasks can do, by name. Later domains declare theirs and `app` puts them together.
#[derive(Clone, Default)]
pub struct Actions(BTreeMap<&'static str, Deed>);

impl std::fmt::Debug for Actions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Actions {
    /// With one more that is done in the database.
    #[must_use]
    pub fn with(mut self, name: &'static str, action: impl Action + 'static) -> Self {
        self.0.insert(name, Deed::Within(Arc::new(action)));
        self
    }

    /// With one more that is done outside.
    #[must_use]
    pub fn with_errand(mut self, name: &'static str, errand: impl Errand + 'static) -> Self {
        self.0.insert(name, Deed::Outside(Arc::new(errand)));
        self
    }

    /// With all of another list.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&Deed> {
        self.0.get(name)
    }

    /// All of them by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &Deed)> {
        self.0.iter().map(|(name, deed)| (*name, deed))
    }
}

/// The product's setting.
#[derive(Debug, Clone, Default)]
pub struct House {
    /// What service tasks can do.
    pub actions: Actions,
    /// What they can be about.
    pub subjects: Subjects,
}

impl Setting for House {
    fn language(&self) -> &dyn Language {
        &Aftersail
    }

    fn surroundings<'a>(&'a self, model: &'a Deployed, around: Around) -> Box<dyn Surroundings + 'a> {
        Box::new(Here { model, around })
    }

    fn action(&self, name: &str) -> Option<Deed> {
        self.actions.get(name).cloned()
    }

    fn status_fault(&self, status: &str) -> Option<String> {
        let faults: Vec<String> =
            self.subjects.all().map(|subject| subject.status_fault(status)).collect::<Option<_>>()?;
        Some(faults.into_iter().next().unwrap_or_else(|| "Nothing here has a status; remove it.".to_owned()))
    }

    fn subject(&self, object: &str) -> Option<Arc<dyn Subject>> {
        self.subjects.of(object).cloned()
    }
}

struct Here<'a> {
    model: &'a Deployed,
    around: Around,
}

impl Surroundings for Here<'_> {
    fn message_key(&self, message: &str, variables: &Visible<'_>) -> Result<Option<Value>, String> {
        if let Some(program) = self.model.keys.0.get(message) {
            return program.evaluate(variables).map(Some);
        }
        // What happens to a record is heard by the instances that run for it.
        let about = self.around.record.filter(|_| names_event(message));
        Ok(about.map(|record| Value::String(record.to_string())))
    }

    fn zone(&self) -> TimeZone {
        self.around.zone.clone()
    }
}

/// Whether a message is named like an event of the product, such as `visit.completed`.
pub(crate) fn names_event(message: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    message.split_once('.').is_some_and(|(object, verb)| word(object) && word(verb))
}
