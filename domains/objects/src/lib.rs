//! What every business object shares, the fields that people add to objects, and the objects they define themselves.
//!
//! A domain describes its list once ([`listing::Listing`]) and gets filter, search, order, paging and archive from it.
//! What people type goes through [`Checks`], which gathers every mistake with a pointer to its field; a PATCH body is
//! made of [`Change`]s, so that "not mentioned" and "emptied" stay apart. Calendar days are [`Date`]s.
//!
//! # Own fields and own objects
//!
//! A catalogue (`engines/forms`) says which fields an object has; people change it at any time, and no table changes with
//! it. Values stand by field id in the JSON column `ext` of their record: in `records` for objects that people define.
//! Values of filterable and of unique fields stand also in `field_index_text`, `_number` and `_time`, written in the
//! record's own transaction ([`settle`]); a field that becomes filterable later is filled in by the job `objects.index`,
//! and lists refuse it until then. [`listing::page_with_own`] filters and sorts by them with the same condition tree.
//!
//! Who may do what with records stands in the definition, by role; who manages objects may do everything. Fields can be
//! kept to roles, and personal data is masked without `personal_data.read`; [`reveal`] shows it and writes that down.
//!
//! Events: `object.created`, `.updated`, `.archived`, `.restored`, `fields.updated`, `form.created`, `.updated`,
//! `.published`, `.archived`, `.restored`, `.deleted`, `forms.ordered`; on the timeline of `record:<key>` `record.created`, `.updated`, `.archived`, `.restored`; on the timeline
//! of any record with own fields [`personal_data.revealed`](REVEALED).

mod access;
mod built_in;
mod change;
mod checks;
mod computed;
mod date;
mod error;
mod exact;
mod filling;
mod following;
mod index;
mod jobs;
mod links;
pub mod listing;
pub mod model;
mod numbering;
mod offering;
mod ops;
mod own;
mod phone;
mod reactions;
mod references;
mod reserved;
mod reveal;
mod routes;
mod searched;
mod store;
pub mod table;
mod templates;
#[cfg(feature = "testing")]
pub mod testing;
mod timeline;
mod unique;
mod values;

pub use access::MASK;
pub use change::Change;
pub use checks::{Checks, Invalid, folded_code};
pub use date::{Date, DateError};
pub use error::ObjectError;
pub use exact::Exact;
pub use filling::{FormToFill, channel_of, form_to_fill};
pub use following::{LED_AT_ONCE, Relation, relations_to};
pub use jobs::{ComputeFields, IndexFields, RecomputeRecords, SearchAnew, SpreadLookUps, handlers};
pub use numbering::{NumberDate, NumberFormat, RecordNumber};
pub use ops::document::CommonDocument;
pub use phone::phone_digits;
pub use reactions::{FollowRecords, OwnWords, RecordSearch};
pub use references::Reference;
pub use reveal::{REVEALED, RevealBody, Revealed, reveal};
pub use routes::routes;
pub use searched::{SearchedObject, searched};
pub use store::{among, by_ids, find};
pub use timeline::{TimelineParams, first_values, history, seen, timeline};
pub use values::{Numbers, Sent, Settled, impersonal, numbers, settle, settle_ext, shown, without_personal};

/// The structure of this domain.
pub fn migrations() -> Vec<db::Migration> {
    vec![
        db::migration!("objects", 1, "objects", "../migrations/0001_objects.sql"),
        db::migration!("objects", 2, "computed", "../migrations/0002_computed.sql"),
        db::migration!("objects", 3, "forms", "../migrations/0003_forms.sql"),
        db::migration!("objects", 4, "numbers", "../migrations/0004_numbers.sql"),
    ]
}
