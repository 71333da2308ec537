//! Records that processes run for: later domains say what is known of them, and `app` puts them together.

use std::{collections::BTreeMap, sync::Arc};

use bpmn::state::Variables;
use db::{Db, DbError, Tx};
use futures_util::future::BoxFuture;
use kernel::{Context, Uuid};

/// How far a record has come, as the steps of its process say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// What the step is called to everybody who looks at the record.
    pub stage: Option<String>,
    /// The status it has from there.
    pub status: Option<String>,
}

/// What processes ask of records of one kind of object.
pub trait Subject: Send + Sync {
    /// Whether there is such a record and the caller may see it.
    fn reach<'a>(&'a self, db: &'a Db, cx: &'a Context, id: Uuid) -> BoxFuture<'a, Result<bool, DbError>>;

    /// The record as conditions and expressions see it; `type` says of which type it is.
    fn record<'a>(&'a self, tx: &'a mut Tx<'_>, id: Uuid) -> BoxFuture<'a, Result<Option<Variables>, DbError>>;

    /// Whether a record that this happened to needs its processes no longer: they are cancelled.
    fn ends(&self, kind: &str) -> bool {
        let _ = kind;
        false
    }

    /// Says what is wrong with a status that a step sets; records that have none refuse every one.
    fn status_fault(&self, status: &str) -> Option<String> {
        Some(format!("Records of this kind have no status `{status}`."))
    }

    /// Writes how far the record has come.
    fn mark<'a>(&'a self, tx: &'a mut Tx<'_>, id: Uuid, mark: &'a Mark) -> BoxFuture<'a, Result<(), DbError>> {
        let _ = (tx, id, mark);
        Box::pin(async { Ok(()) })
    }
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

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn Subject>> {
        self.0.values()
    }

    pub(crate) fn of(&self, object: &str) -> Option<&Arc<dyn Subject>> {
        self.0.get(object)
    }
}
