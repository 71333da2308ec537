//! Messages, channels and links as people see them.

use std::collections::BTreeMap;

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

db::choice! {
    /// A way out.
    pub enum ChannelKind {
        /// A mail server.
        Smtp = "smtp",
        /// The robot of a WeCom group.
        Wecom = "wecom",
        /// The robot of a DingTalk group.
        Dingtalk = "dingtalk",
        /// The robot of a Feishu group.
        Feishu = "feishu",
        /// An SMS provider.
        Sms = "sms",
    }
}

db::choice! {
    /// What kind of message it is.
    pub enum MessageKind {
        /// A mail to one address.
        Mail = "mail",
        /// A note to a chat group.
        Robot = "robot",
        /// A text to one telephone.
        Sms = "sms",
    }
}

db::choice! {
    /// How far a message has got.
    pub enum MessageState {
        /// Waits for its turn, or for the next try.
        Queued = "queued",
        /// Waits for somebody to set the channel up.
        NoChannel = "no_channel",
        /// The provider has taken it.
        Sent = "sent",
        /// Given up; a person may try again.
        Failed = "failed",
    }
}

db::choice! {
    /// What a link is for.
    pub enum LinkPurpose {
        /// Following a ticket and writing to us.
        Track = "track",
        /// Signing for work done.
        Sign = "sign",
        /// Deciding on a quote.
        Quote = "quote",
        /// Answering a survey.
        Survey = "survey",
    }
}

/// A message on its way out. Its text is not shown: it may hold links that open without a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutboxMessage {
    /// UUIDv7; also the mail's `Message-ID`.
    pub id: Uuid,
    /// Rises with every try.
    pub version: i64,
    /// Mail, note or text.
    pub kind: MessageKind,
    /// A mail address, a telephone number, or the kind of robot.
    pub recipient: String,
    /// The subject or title; empty for texts.
    pub subject: String,
    /// How far it has got.
    pub state: MessageState,
    /// Tries so far.
    pub attempts: i64,
    /// Why the last try failed, in the company's language.
    pub last_error: Option<String>,
    /// The ticket it is about.
    pub ticket_id: Option<Uuid>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When the provider took it.
    pub sent_at: Option<Timestamp>,
}

db::record!(OutboxMessage {
    id,
    version,
    kind,
    recipient,
    subject,
    state,
    attempts,
    last_error,
    ticket_id,
    created_at,
    updated_at,
    sent_at,
});

impl HasVersion for OutboxMessage {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What a note or text holds besides its words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    /// Words and address of a note's link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<(String, String)>,
    /// Members of the group to call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mention_mobiles: Vec<String>,
    /// Values for the provider's own text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// A link that a customer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// UUIDv7; also the id of the actor behind it.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The ticket it opens.
    pub ticket_id: Uuid,
    /// The customer it was made for.
    pub customer_id: Option<Uuid>,
    /// Opens nothing from here on.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was last opened, to within ten minutes.
    pub last_used_at: Option<Timestamp>,
    /// Who made it; nil for the system.
    pub created_by: Uuid,
    /// Their name at that moment.
    pub created_by_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

db::record!(Link {
    id,
    version,
    purpose,
    ticket_id,
    customer_id,
    expires_at,
    revoked_at,
    last_used_at,
    created_by,
    created_by_name,
    created_at,
    updated_at,
});

impl Link {
    /// Whether it opens anything at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

/// A new link with its address, which is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NewLinkAnswer {
    /// The link.
    #[serde(flatten)]
    pub link: Link,
    /// Where it leads; anybody who knows it may open it.
    pub url: String,
    /// The address as a QR code, an SVG drawing.
    pub qr_svg: String,
}

impl HasVersion for NewLinkAnswer {
    fn version(&self) -> i64 {
        self.link.version
    }
}

impl HasLocation for NewLinkAnswer {
    fn location(&self) -> String {
        format!("/api/v1/tickets/{}/customer-links/{}", self.link.ticket_id, self.link.id)
    }
}

/// A way out as it is set up; secrets are shown as `***`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// Which way out.
    pub kind: ChannelKind,
    /// Rises with every change; 0 when it was never set up.
    pub version: i64,
    /// Whether it was set up.
    pub configured: bool,
    /// Whether it is used.
    pub enabled: bool,
    /// Its settings with every secret replaced by `***`; null when it was never set up.
    pub settings: serde_json::Value,
    /// Last change.
    pub updated_at: Option<Timestamp>,
}

impl HasVersion for Channel {
    fn version(&self) -> i64 {
        self.version
    }
}
