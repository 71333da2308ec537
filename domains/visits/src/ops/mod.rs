//! One operation a file.

pub mod cancel;
pub mod checklists;
pub mod commands;
pub mod conflicts;
pub mod excuse;
pub mod get;
pub mod list;
pub mod plan;
pub mod replan;
pub mod reveal;
pub mod ticket_visits;
pub mod timeline;
pub mod today;
