//! Import of any list from a file: mapped, tried without writing, run in batches, taken back.
//!
//! Every line is accounted for: read = created + updated + skipped + rejected. Each batch commits its records together
//! with the account of them, so a run that was interrupted goes on behind its last batch, and no line counts twice.

pub(crate) mod batch;
pub(crate) mod model;
pub(crate) mod ops;
pub(crate) mod plan;
mod rejects;
pub(crate) mod run;
pub(crate) mod suggest;
#[cfg(test)]
mod tests;
mod undo;
