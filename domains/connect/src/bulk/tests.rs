//! Bulk changes against a real database, on both engines.
