//! What somebody who follows the stream provides.

use std::sync::Arc;

use db::{DbError, Tx};
use futures_util::future::BoxFuture;

use crate::Event;

/// Where a consumer begins when it has never run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the first event ever.
    Beginning,
    /// With events from now on.
    Now,
}

/// Why an event could not be handled. It is tried again with growing pauses and then set aside.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Anything else, in words for the person who looks at the dead letter.
    #[error("{0}")]
    Failed(String),
}

impl ConsumerError {
    /// A failure in words.
    pub fn failed(reason: impl std::fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }

    /// Whether the database itself is in trouble, which is no fault of the event.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self, Self::Db(DbError::Busy(_) | DbError::Storage(_) | DbError::Unreachable(_)))
    }
}

/// Follows the stream with a durable cursor per tenant.
///
/// `handle` runs in one transaction of the event's tenant together with the cursor's move, so its
/// effects happen exactly once. Await nothing but the transaction; to reach outside, add a job.
pub trait Consumer: Send + Sync + 'static {
    /// The name its cursor is kept under; never change it.
    fn name(&self) -> &'static str;

    /// Prefixes of the kinds it handles, such as `ticket.`; empty for all.
    fn kinds(&self) -> &'static [&'static str];

    /// Where it begins when it has never run.
    fn start(&self) -> Start {
        Start::Beginning
    }

    /// Whether it handles `event`; by default by [`Consumer::kinds`].
    fn wants(&self, event: &Event) -> bool {
        event.is_any_of(self.kinds())
    }

    /// Handles one event.
    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>>;

    /// Handles events of one tenant in order, in one transaction; by default one after the other.
    fn handle_batch<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            for event in events {
                self.handle(tx, event).await?;
            }
            Ok(())
        })
    }
}
