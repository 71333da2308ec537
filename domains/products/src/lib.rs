//! Product models and categories.
