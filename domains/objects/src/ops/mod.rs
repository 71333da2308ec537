//! The operations of this domain, by what they work on.

pub(crate) mod definitions;
pub(crate) mod document;
pub(crate) mod fields;
pub(crate) mod forms;
pub(crate) mod formulas;
pub(crate) mod names;
pub(crate) mod records;
