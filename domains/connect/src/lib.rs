//! Import of event logs and tables with a mapping.
