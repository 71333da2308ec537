//! The same change to many records of a list: previewed, done in the background, taken back.

mod change;
pub(crate) mod model;
pub(crate) mod ops;
pub(crate) mod run;
#[cfg(test)]
mod tests;
