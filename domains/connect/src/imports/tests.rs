//! Imports against a real database, on both engines.
