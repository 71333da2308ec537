//! Messages in and out: the outbox over mail, group robots and SMS; QR intake; token links.
