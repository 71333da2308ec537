//! Processes in BPMN 2.0: read, checked, and run step by step as plain data.
//!
//! A file becomes a [`xml::Document`], which keeps everything in it and can be written again. [`check`] judges it and, if
//! nothing speaks against it, gives a [`model::Model`] of its executable processes. [`step`] runs one command against the
//! state of one instance and says by [`Effect`]s what is to happen in the world; state and effects belong into one
//! transaction. What lies between instances is in [`Engine`], which keeps them in memory.
//!
//! Nothing here reads a clock or knows an expression language: both come from the caller ([`language`]).
//!
//! ```
//! use bpmn::language::{Expression, Language, Plain, Script, Source};
//! use bpmn::state::{Instance, Variables};
//! use bpmn::{Command, Effect, Naming, check, step, xml::Document};
//!
//! struct None;
//! impl Language for None {
//!     fn expression(&self, _: &Source<'_>) -> Result<std::sync::Arc<dyn Expression>, String> { Err("none".into()) }
//!     fn script(&self, _: &Source<'_>) -> Result<std::sync::Arc<dyn Script>, String> { Err("none".into()) }
//! }
//!
//! let file = br#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">
//!   <process id="repair" isExecutable="true">
//!     <startEvent id="begin"/><userTask id="mend"/><endEvent id="end"/>
//!     <sequenceFlow id="a" sourceRef="begin" targetRef="mend"/><sequenceFlow id="b" sourceRef="mend" targetRef="end"/>
//!   </process></definitions>"#;
//! let checked = check(&Document::read(file)?, &None, Naming::ByName);
//! let process = &checked.model.ok_or("refused")?.processes[0];
//! let mut state = Instance::new("repair", 1);
//! let start = Command::Start { event: Option::None, variables: Variables::new() };
//! let effects = step(process, &mut state, start, 0, &Plain)?;
//! assert!(effects.iter().any(|effect| matches!(effect, Effect::OpenTask { .. })));
//! let task = state.open_tasks().next().map(|(key, _)| key).ok_or("no task")?;
//! step(process, &mut state, Command::CompleteTask { task, variables: Variables::new() }, 1, &Plain)?;
//! assert!(!state.is_running());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod compile;
mod effect;
mod host;
pub mod language;
mod migrate;
pub mod model;
mod outline;
mod problem;
pub mod state;
mod step;
pub mod timer;
pub mod xml;

pub use compile::{Checked, Naming, check};
pub use effect::{Command, Effect, Refused};
pub use host::{Delivery, Engine, EngineError, InstanceId, Live, Logged, Message, StartTimer};
pub use migrate::{Mapping, MigrationReport, Moved, NotMoved, migrate, plan_migration};
pub use problem::Problem;
pub use step::{MOST_MOVES, step};
