//! Messages out and links for customers.
//!
//! Messages are written into the outbox in the transaction that makes them necessary ([`enqueue_mail`],
//! [`enqueue_sms`], [`enqueue_robot`], [`notify_customer`], [`notify_engineer`]) and sent by jobs ([`handlers`]) through
//! whatever the company has set up. Without a channel a message waits, visibly, and goes out once there is one.
//!
//! Links ([`issue_link`], [`Links`]) let a customer open one ticket without signing in: unguessable, revocable, with an
//! end. Operations behind them have `Access::Token`; their actor is the customer and [`current_link`] says which ticket.
//!
//! Other systems are called by the action `webhook.call` ([`CallWebhook`]), signed and only where the server may go.
//!
//! Events: `message.sent`, `message.failed`, `message.retried`, `link.created`, `link.revoked` on the ticket's timeline;
//! `channel.updated`; `webhook.created`, `.updated`, `.secret_rotated`, `.deleted`. No event, log line or answer holds a secret, a token or a message's text.

mod api;
mod deliver;
mod error;
mod links;
mod model;
mod notices;
mod notifications;
mod ops;
mod outbox;
mod settings;
mod store;
mod task_notices;
mod webhooks;

use std::sync::Arc;

use authz::{Access, permissions as p};
use db::{DbError, Migration, Tx};
use http_api::Routes;
use jobs::{JobHandler, NewJob};

pub use api::{LinkFace, LinkFaceKind, TestAnswer};
pub use error::ChannelError;
pub use links::{
    IssuedLink, LinkTarget, Links, NewLink, TicketReach, USUAL_DAYS, address, current_link, issue_link, qr_svg,
};
pub use model::{Channel, ChannelKind, Link, LinkPurpose, MessageKind, MessageState, NewLinkAnswer, OutboxMessage};
pub use notices::EngineerNote;
pub use notifications::{MOST_PEOPLE, Notification, UserNote, notifications_recurring, notify_users};
pub use outbox::{
    CustomerNote, NewMail, NewRobotNote, NewSms, enqueue_mail, enqueue_robot, enqueue_sms, notify_customer,
};
pub use store::link;
pub use task_notices::TaskNotices;
pub use webhooks::{CallWebhook, Webhook};

/// Which gateways the server may call. Register it as a service too, so that settings are checked by the same rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gateways {
    /// Also robots and SMS providers without TLS or on other hosts than the providers' own.
    pub private: bool,
}

/// The operations of this domain.
pub fn routes() -> Routes {
    use Access::{Needs, Public, SignedIn};
    Routes::new("channels")
        .get("/api/v1/channels", Needs(p::CHANNELS_MANAGE), "listChannels", "List the ways out", ops::channels::list)
        .get("/api/v1/channels/{kind}", Needs(p::CHANNELS_MANAGE), "getChannel", "Show a way out", ops::channels::get)
        .put("/api/v1/channels/{kind}", Needs(p::CHANNELS_MANAGE), "putChannel", "Set a way out up", ops::channels::put)
        .describe("Secrets are never answered: they are shown as `***`, and saved as `***` they stay as they are.")
        .post(
            "/api/v1/channels/{kind}/test",
            Needs(p::CHANNELS_MANAGE),
            "testChannel",
            "Send a test through what is saved",
            ops::test::handle,
        )
        .get("/api/v1/webhooks", Needs(p::CHANNELS_MANAGE), "listWebhooks", "List webhooks", ops::webhooks::list)
        .post("/api/v1/webhooks", Needs(p::CHANNELS_MANAGE), "createWebhook", "Set a webhook up", ops::webhooks::create)
        .describe(
            "The secret is answered this once. Calls are signed as Standard Webhooks describes: `webhook-id` stays the \
             same when a call is repeated, `webhook-signature` is HMAC-SHA256 over id, time and body.",
        )
        .get("/api/v1/webhooks/{id}", Needs(p::CHANNELS_MANAGE), "getWebhook", "Show a webhook", ops::webhooks::get)
        .patch(
            "/api/v1/webhooks/{id}",
            Needs(p::CHANNELS_MANAGE),
            "updateWebhook",
            "Change a webhook",
            ops::webhooks::update,
        )
        .delete(
            "/api/v1/webhooks/{id}",
            Needs(p::CHANNELS_MANAGE),
            "deleteWebhook",
            "Delete a webhook",
            ops::webhooks::delete,
        )
        .post(
            "/api/v1/webhooks/{id}/rotate-secret",
            Needs(p::CHANNELS_MANAGE),
            "rotateWebhookSecret",
            "Give a webhook another secret",
            ops::webhooks::rotate,
        )
        .describe("The secret is answered this once; calls are signed with it from now on.")
        .post(
            "/api/v1/webhooks/{id}/test",
            Needs(p::CHANNELS_MANAGE),
            "testWebhook",
            "Call a webhook with a test",
            ops::webhooks::test,
        )
        .get(
            "/api/v1/webhook-names",
            Needs(p::PROCESSES_DESIGN),
            "listWebhookNames",
            "List what processes may call",
            ops::webhooks::names,
        )
        .get("/api/v1/notifications", SignedIn, "listNotifications", "List what I was told", ops::notifications::list)
        .get(
            "/api/v1/notifications/unread-count",
            SignedIn,
            "countUnreadNotifications",
            "How much of it I have not read",
            ops::notifications::unread,
        )
        .post(
            "/api/v1/notifications/{id}/read",
            SignedIn,
            "readNotification",
            "Mark a notification as read",
            ops::notifications::read,
        )
        .post(
            "/api/v1/notifications/read-all",
            SignedIn,
            "readAllNotifications",
            "Mark all my notifications as read",
            ops::notifications::read_all,
        )
        .get("/api/v1/outbox", Needs(p::CHANNELS_MANAGE), "listOutbox", "List messages", ops::outbox::list)
        .describe("Messages wait in state `no_channel` until their channel is set up; `failed` ones were given up.")
        .post(
            "/api/v1/outbox/{id}/retry",
            Needs(p::CHANNELS_MANAGE),
            "retryMessage",
            "Try a message again",
            ops::outbox::retry,
        )
        .get(
            "/api/v1/tickets/{id}/customer-links",
            Needs(p::TICKETS_READ),
            "listCustomerLinks",
            "List a ticket's links that still open",
            ops::customer_links::list,
        )
        .post(
            "/api/v1/tickets/{id}/customer-links",
            Needs(p::TICKETS_REPLY),
            "createCustomerLink",
            "Make a link for the customer",
            ops::customer_links::create,
        )
        .describe("The address is answered this once; a further call makes a further link.")
        .delete(
            "/api/v1/tickets/{id}/customer-links/{link_id}",
            Needs(p::TICKETS_REPLY),
            "revokeCustomerLink",
            "Take a link back",
            ops::customer_links::revoke,
        )
        .get(
            "/api/v1/public/links/{token}",
            Public,
            "getPublicLink",
            "Show what a token opens",
            ops::public_link::handle,
        )
}

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("channels", 1, "channels", "../migrations/0001_channels.sql"),
        db::migration!("channels", 2, "notifications", "../migrations/0002_notifications.sql"),
        db::migration!("channels", 3, "webhooks", "../migrations/0003_webhooks.sql"),
    ]
}

/// The jobs of this domain: sending, taking over other domains' mails, telling engineers.
pub fn handlers(gateways: Gateways, public_url: impl Into<String>) -> Vec<Arc<dyn JobHandler>> {
    let public_url = public_url.into();
    vec![
        Arc::new(deliver::Send(deliver::Transport::new(gateways, &public_url))),
        Arc::new(deliver::TakeMail),
        Arc::new(notices::NotifyEngineer(public_url)),
        Arc::new(notifications::PurgeNotifications),
    ]
}

/// Tells an engineer something, by whatever is set up.
pub async fn notify_engineer(tx: &mut Tx<'_>, note: &EngineerNote) -> Result<(), DbError> {
    let payload = serde_json::to_value(note).map_err(|error| DbError::Internal(error.to_string()))?;
    jobs::add(tx, NewJob::new(notices::NOTIFY, payload)).await
}
