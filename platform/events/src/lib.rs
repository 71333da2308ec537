//! The append-only event stream: append, durable cursors, live fan-out.
