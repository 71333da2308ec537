//! Bodies and paths of this domain's operations.

use kernel::Uuid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ChannelKind, LinkPurpose};

/// Names one channel.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct ChannelPath {
    /// Which way out.
    pub kind: ChannelKind,
}

/// Names one message.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct MessagePath {
    /// The message's id.
    pub id: Uuid,
}

/// Names one ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketPath {
    /// The ticket's id.
    pub id: Uuid,
}

/// Names one link of a ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketLinkPath {
    /// The ticket's id.
    pub id: Uuid,
    /// The link's id.
    pub link_id: Uuid,
}

/// Names a link by what its address ends with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct TokenPath {
    /// The token.
    pub token: String,
}

const fn yes() -> bool {
    true
}

/// How a channel shall be set up. `smtp`: `host`, `port`, `security` (`none`, `starttls`, `tls`), `username`, `password`,
/// `from`. `wecom`, `dingtalk`, `feishu`: `url`, `secret`. `sms`: `method`, `url`, `headers`, `body`, `content_type`,
/// `success`, `allow_plain_http`, with `{{mobile}}`, `{{text}}` and `{{param.…}}` in the texts.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutChannel {
    /// Whether it is used; true when absent.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The settings; absent they stay as they are. A secret given as `***` stays as it is.
    pub settings: Option<serde_json::Value>,
}

impl std::fmt::Debug for PutChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PutChannel").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// Where a test goes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestChannel {
    /// A mail address or telephone number; without one a mail server is only signed in to.
    pub to: Option<String>,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestAnswer {
    /// Whether the provider took it.
    pub ok: bool,
    /// What happened, in one sentence.
    pub message: String,
}

/// A link to be made for a customer.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CreateLink {
    /// What it is for; following the ticket when absent.
    pub purpose: Option<LinkPurpose>,
    /// Days until it opens nothing any more, 1 to 365; 60 when absent.
    #[schemars(range(min = 1, max = 365))]
    pub days: Option<u32>,
}

/// What a token opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFace {
    /// `ticket` for a customer's link, `device` for the code on a device.
    pub kind: LinkFaceKind,
    /// What a ticket's link is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<LinkPurpose>,
}

db::choice! {
    /// What kind of page a token opens.
    pub enum LinkFaceKind {
        /// A ticket's page.
        Ticket = "ticket",
        /// Reporting a fault of a device.
        Device = "device",
    }
}
