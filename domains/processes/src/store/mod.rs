//! All SQL of this domain.

pub(crate) mod definitions;
pub(crate) mod instances;
pub(crate) mod outbox;
pub(crate) mod tasks;
pub(crate) mod waits;
