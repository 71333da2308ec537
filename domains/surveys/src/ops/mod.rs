//! One operation a file.

pub mod answer;
pub mod complete_task;
pub mod list;
pub mod tasks;
pub mod update_task;
