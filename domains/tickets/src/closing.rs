//! Conditions for closing that later domains add: signed or excused, settled, parts booked.

use std::sync::Arc;

use db::{DbError, Tx};
use futures_util::future::BoxFuture;

use crate::model::Ticket;

/// A condition that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Stable code, such as `signature_missing`.
    pub code: &'static str,
    /// What to do, in English; the web app translates the code.
    pub message: String,
}

/// Looks whether a ticket may be closed, inside the closing transaction.
pub trait ClosingCheck: Send + Sync + 'static {
    /// What is still missing; empty when nothing is.
    fn unmet<'a>(&'a self, tx: &'a mut Tx<'_>, ticket: &'a Ticket) -> BoxFuture<'a, Result<Vec<Unmet>, DbError>>;
}

/// All conditions; registered as a service at start.
#[derive(Clone, Default)]
pub struct ClosingChecks(Vec<Arc<dyn ClosingCheck>>);

impl std::fmt::Debug for ClosingChecks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClosingChecks({})", self.0.len())
    }
}

impl ClosingChecks {
    /// Adds a condition.
    #[must_use]
    pub fn with(mut self, check: impl ClosingCheck) -> Self {
        self.0.push(Arc::new(check));
        self
    }

    /// Everything that is still missing.
    pub async fn unmet(&self, tx: &mut Tx<'_>, ticket: &Ticket) -> Result<Vec<Unmet>, DbError> {
        let mut all = Vec::new();
        for check in &self.0 {
            all.extend(check.unmet(tx, ticket).await?);
        }
        Ok(all)
    }
}
