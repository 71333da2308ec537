//! The product's setting of the runtime: its languages, keys of messages from the model, and the catalogue of actions.

use std::{collections::BTreeMap, sync::Arc};

use bpmn::language::{Language, Surroundings, Visible};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::{
    language::Aftersail,
    runtime::{Action, Deployed, Setting},
};

/// What service tasks can do, by name. Later domains declare theirs and `app` puts them together.
#[derive(Clone, Default)]
pub struct Actions(BTreeMap<&'static str, Arc<dyn Action>>);

impl std::fmt::Debug for Actions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Actions {
    /// With one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, action: impl Action + 'static) -> Self {
        self.0.insert(name, Arc::new(action));
        self
    }
}

/// The product's setting.
#[derive(Debug, Clone, Default)]
pub struct House(pub Actions);

impl Setting for House {
    fn language(&self) -> &dyn Language {
        &Aftersail
    }

    fn surroundings<'a>(&'a self, model: &'a Deployed, zone: TimeZone) -> Box<dyn Surroundings + 'a> {
        Box::new(Around { model, zone })
    }

    fn action(&self, name: &str) -> Option<Arc<dyn Action>> {
        self.0.0.get(name).cloned()
    }
}

struct Around<'a> {
    model: &'a Deployed,
    zone: TimeZone,
}

impl Surroundings for Around<'_> {
    fn message_key(&self, message: &str, variables: &Visible<'_>) -> Result<Option<Value>, String> {
        self.model.keys.0.get(message).map(|program| program.evaluate(variables)).transpose()
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone()
    }
}
