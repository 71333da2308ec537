//! The parts of the `aftersail` binary, as a library so that tests can put the whole house up in their own process.

pub mod bpmn;
pub mod commands;
pub mod config;
pub mod pages;
pub mod search;
pub mod serve;
mod subjects;
pub mod wiring;
