//! The people to speak to at a customer.

pub(crate) mod all;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod reveal;
pub(crate) mod update;
