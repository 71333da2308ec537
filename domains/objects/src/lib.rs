//! What every business object shares: lists with filters, checked fields, partial changes, dates, timelines.
//!
//! A domain describes its list once ([`listing::Listing`]) and gets filter, search, order, paging and archive from it.
//! What people type goes through [`Checks`], which gathers every mistake with a pointer to its field; a PATCH body is
//! made of [`Change`]s, so that "not mentioned" and "emptied" stay apart. Calendar days are [`Date`]s.

mod change;
mod checks;
mod date;
pub mod listing;
mod phone;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod timeline;

pub use change::Change;
pub use checks::{Checks, Invalid, folded_code};
pub use date::{Date, DateError};
pub use phone::phone_digits;
pub use store::{among, by_ids, find};
pub use timeline::{TimelineParams, first_values, history, timeline};
