//! Values between cells of a file and fields of a record.

mod names;
mod read;
mod reasons;
mod show;

pub(crate) use names::{Names, gather};
pub(crate) use read::{Reading, amount, parts, read, skills, text_of};
pub(crate) use reasons::{Place, Reason, Reasons, explained};
pub(crate) use show::{label, show};
