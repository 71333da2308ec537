//! One operation a file.

pub mod archive;
pub mod create;
pub mod get;
pub mod list;
pub mod restore;
pub mod reveal;
pub mod timeline;
pub mod update;
