//! Signed calls to other systems, as [Standard Webhooks](https://www.standardwebhooks.com) describes them.
//!
//! An [`Endpoint`] is an address and a secret. [`Endpoint::call`] posts JSON there with an id that stays the same when the
//! call is repeated, the time, and a signature over both and the body, so that whoever receives it can tell that it is from
//! us, recent and not seen before. Addresses are typed by people and the server stands in a network of its own: unless
//! [`Reach::private`] is set, nothing but public addresses is called, whatever a name resolves to at that moment.

mod call;
mod error;
mod reach;
mod sign;

pub use call::{Answer, Call, Endpoint, client};
pub use error::WebhookError;
pub use reach::{Reach, is_public};
pub use sign::{new_secret, signature};
