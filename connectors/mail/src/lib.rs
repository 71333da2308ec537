//! Outgoing mail over SMTP: one message to one receiver, and an answer that says whether trying again can help.
//!
//! The crate keeps no queue and no connection: a [`Mailer`] is cheap to build from settings, and every
//! [`Mailer::send`] is one SMTP conversation that ends with the server having taken the message or not.
//! The caller gives each message its `Message-ID` and uses the same one when it tries again, so a receiver can
//! recognise a message whose first acceptance was lost on the wire.

mod error;
mod mailer;

#[cfg(feature = "counterpart")]
pub mod counterpart;

pub use error::{MailError, Reason};
pub use mailer::{Mailer, Message, Security, SmtpSettings};
