//! Durable jobs and timers: leases with fencing, backoff, dead letters.
