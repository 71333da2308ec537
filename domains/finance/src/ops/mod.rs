//! One operation a file.

pub mod costs;
pub mod create;
pub mod decide;
pub mod excuse;
pub mod get;
pub mod list;
pub mod pay;
pub mod prices;
pub mod reveal;
pub mod send;
pub mod update;
