//! Fresh databases and a seeded world for tests, on both engines.
