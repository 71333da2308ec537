//! Formulas: ZEN expressions over the fields of a record, checked when they are saved, bounded and exact when they run.
//!
//! This is the only crate that knows the language behind formulas (`zen-expression`). [`check`] says what is wrong with
//! an expression: its text, the names and functions in it, types, and how much work it may be. [`Formula::compile`] keeps
//! what it compiled. [`Formula::run`] works out one record's value; whatever goes wrong becomes a [`Fault`], never a
//! panic. Numbers are decimals throughout, so that they stay exact: amounts, which records hold in minor units, enter in the
//! main unit of their currency as people write them, and go back rounded to minor units.
//!
//! Days and times enter as the wall clock of the company's zone, so that a day compares with a time, whole days are 24
//! hours long, and `hour()` says what people see. Results go back to days and instants in UTC. `now`, `today` and `me`
//! come from the caller, which makes every run repeatable; what would read a clock or chance is refused.

mod cost;
mod fault;
mod program;
mod shape;
mod types;
mod value;

pub use fault::{Code, Fault};
pub use program::{Formula, check, names};
pub use types::{Kind, Outcome, Scene, Types};

/// The longest expression, in characters.
pub const MAX_TEXT: usize = 2_000;

/// How deep an expression may be nested.
pub const MAX_DEPTH: usize = 120;

/// The most work of one run, in steps of about a tenth of a microsecond.
pub const MAX_STEPS: u64 = 500_000;

/// The longest text that a formula makes, in characters.
pub const MAX_RESULT: usize = 500;

/// Decimals of a number that a formula makes.
pub const MAX_DECIMALS: u32 = 6;
