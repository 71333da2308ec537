//! SMS through any provider's HTTP interface: an administrator describes the request once, as a template.
//!
//! An [`SmsTemplate`] says which request sends a message and how to read the answer. Its texts hold placeholders:
//! `{{mobile}}` (mainland numbers as eleven digits, others as `+` and digits), `{{mobile_e164}}` (always `+` and
//! country code), `{{text}}`, and `{{param.name}}` for the values a provider puts into its own approved text. Every
//! value is escaped for the place it stands in. `{{param.name|json}}` is escaped for JSON first: for providers
//! that want JSON inside a JSON string or a form field.

mod error;
mod mobile;
mod render;
mod send;
mod template;

pub use error::{Reason, SmsError};
pub use mobile::Mobile;
pub use send::{Sms, client};
pub use template::{Header, Method, SmsTemplate, Success};
