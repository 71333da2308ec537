//! Records that processes run for: later domains say whether a caller reaches one, and `app` puts them together.

use std::{collections::BTreeMap, sync::Arc};

use db::{Db, DbError};
use futures_util::future::BoxFuture;
use kernel::{Context, Uuid};

/// Says whether a caller reaches a record of one kind of object.
pub trait Subject: Send + Sync {
    /// Whether there is such a record and the caller may see it.
    fn reach<'a>(&'a self, db: &'a Db, cx: &'a Context, id: Uuid) -> BoxFuture<'a, Result<bool, DbError>>;
}

/// The kinds of objects that processes run for.
#[derive(Clone, Default)]
pub struct Subjects(BTreeMap<&'static str, Arc<dyn Subject>>);

impl std::fmt::Debug for Subjects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Subjects {
    /// With one more kind, such as `ticket`.
    #[must_use]
    pub fn with(mut self, object: &'static str, subject: impl Subject + 'static) -> Self {
        self.0.insert(object, Arc::new(subject));
        self
    }

    pub(crate) fn of(&self, object: &str) -> Option<&Arc<dyn Subject>> {
        self.0.get(object)
    }
}
