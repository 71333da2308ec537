//! Tickets: intake, life cycle, timeline, SLA clock, merge, split, close.
