//! The operations, by what they are about.

pub mod channels;
pub mod customer_links;
pub mod notifications;
pub mod outbox;
pub mod public_link;
pub mod test;
pub mod webhooks;
