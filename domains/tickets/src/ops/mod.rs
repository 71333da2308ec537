//! One operation a file.

pub mod accept;
pub mod attachment;
pub mod calendars;
pub mod cancel;
pub mod close;
pub mod create;
pub mod decline;
pub mod duplicates;
pub mod follow;
pub mod link;
pub mod list;
pub mod merge;
pub mod message;
pub mod policies;
pub mod presence;
pub mod read;
pub mod reopen;
pub mod resolve;
pub mod resume;
pub mod reveal;
pub mod split;
pub mod start;
pub mod timeline;
pub mod undo;
pub mod update;
pub mod wait;
