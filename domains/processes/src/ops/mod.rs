//! Operations by what they are about.

pub(crate) mod catalogue;
pub(crate) mod definitions;
pub(crate) mod incidents;
pub(crate) mod instances;
pub(crate) mod messages;
pub(crate) mod migrate;
pub(crate) mod publish;
pub(crate) mod tasks;
