//! One operation a file.

pub mod assign;
pub mod auto_assign;
pub mod board;
pub mod dispatch;
pub mod recommendations;
pub mod skill_needs;
