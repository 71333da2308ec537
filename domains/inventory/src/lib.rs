//! The simple parts list and the parts used on jobs.
