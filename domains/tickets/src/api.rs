//! Bodies of ticket operations, with what a form is told about a wrong field.

use db::Json;
use http_api::{FieldError, HasLocation, HasVersion};
use kernel::{ActorKind, Timestamp, Uuid};
use objects::Change;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    TicketError,
    model::{LinkKind, Priority, Source, Ticket, TicketPause, TicketType, WaitReason},
};

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 200;
/// The longest description, note or reply, in characters.
pub const LONGEST_TEXT: usize = 20_000;

impl HasVersion for Ticket {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Ticket {
    fn location(&self) -> String {
        format!("/api/v1/tickets/{}", self.id)
    }
}

/// `{id}` of a ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketPath {
    /// The ticket.
    pub id: Uuid,
}

/// A thing of a ticket.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct TicketItemPath {
    /// The ticket.
    pub id: Uuid,
    /// The thing.
    pub item_id: Uuid,
}

/// Create a ticket. Only `title`, `type` and `priority` are needed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTicket {
    /// One line.
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: TicketType,
    /// Urgency; `1` (critical) to `4` (low) are understood too, as other systems number them.
    #[serde(deserialize_with = "priority")]
    #[schemars(schema_with = "priority_schema")]
    pub priority: Priority,
    /// The fault in the customer's words.
    #[serde(default)]
    #[schemars(length(max = 20000))]
    pub description: String,
    /// How it came in; `staff` for people, `api` for keys when absent.
    #[serde(default)]
    pub source: Option<Source>,
    /// The customer; taken from the device when absent.
    #[serde(default)]
    pub customer_id: Option<Uuid>,
    /// The person to talk to.
    #[serde(default)]
    pub contact_id: Option<Uuid>,
    /// Their name, when they are no known contact.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub contact_name: Option<String>,
    /// Their telephone.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub contact_phone: Option<String>,
    /// Where.
    #[serde(default)]
    pub site_id: Option<Uuid>,
    /// The device; or give `serial_number`.
    #[serde(default)]
    pub device_id: Option<Uuid>,
    /// The device by what stands on its plate.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub serial_number: Option<String>,
    /// Where, in words.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub address: Option<String>,
    /// Problem type.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub problem_type: Option<String>,
    /// Free labels, at most 20.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub tags: Vec<String>,
    /// The responsible team.
    #[serde(default)]
    pub team_id: Option<Uuid>,
    /// Its number in another system.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub external_ref: Option<String>,
    /// Files uploaded before.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub file_ids: Vec<Uuid>,
    /// Values of the company's own fields, by field id; their rules apply when this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

fn priority<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Priority, D::Error> {
    let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    match &*word {
        "1" => Ok(Priority::Critical),
        "2" => Ok(Priority::High),
        "3" => Ok(Priority::Normal),
        "4" => Ok(Priority::Low),
        other => other.parse().map_err(serde::de::Error::custom),
    }
}

fn priority_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": ["critical", "high", "normal", "low", "1", "2", "3", "4"] })
}

/// Change a ticket; absent fields stay, `null` clears.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateTicket {
    /// One line.
    pub title: Option<String>,
    /// The fault in the customer's words.
    pub description: Option<String>,
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: Option<TicketType>,
    /// Urgency; due times are worked out again.
    pub priority: Option<Priority>,
    /// The customer.
    pub customer_id: Change<Uuid>,
    /// The person to talk to.
    pub contact_id: Change<Uuid>,
    /// Their name.
    pub contact_name: Change<String>,
    /// Their telephone.
    pub contact_phone: Change<String>,
    /// Where.
    pub site_id: Change<Uuid>,
    /// The device; the warranty is judged again.
    pub device_id: Change<Uuid>,
    /// Where, in words.
    pub address: Change<String>,
    /// Problem type.
    pub problem_type: Change<String>,
    /// Free labels.
    pub tags: Option<Vec<String>>,
    /// The responsible team.
    pub team_id: Change<Uuid>,
    /// Values of the company's own fields, by field id; fields that are not named stay, `null` empties one.
    pub ext: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A reason in words.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    /// Why, in words people read later.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
}

/// Held up.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitTicket {
    /// What kind of thing holds it up; `customer`, `vendor` and `access` stop the clock.
    pub reason: WaitReason,
    /// When it is to go on.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// In words.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub note: Option<String>,
}

/// Solved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveTicket {
    /// The solution in words.
    #[schemars(length(min = 1, max = 20000))]
    pub resolution: String,
    /// The cause.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub cause_code: Option<String>,
    /// What was done.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub action_code: Option<String>,
}

/// Goes up in another ticket.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeTicket {
    /// The ticket that stays.
    pub into_id: Uuid,
}

/// A part of the matter becomes a ticket of its own, for the same customer and device.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitTicket {
    /// The new ticket's title.
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// The new ticket's description.
    #[serde(default)]
    #[schemars(length(max = 20000))]
    pub description: String,
    /// Kind of service; the same when absent.
    #[serde(default, rename = "type")]
    pub kind: Option<TicketType>,
    /// Urgency; the same when absent.
    #[serde(default)]
    pub priority: Option<Priority>,
}

/// Belongs together with another ticket.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkTicket {
    /// The other ticket.
    pub ticket_id: Uuid,
    /// How.
    pub kind: LinkKind,
}

/// A note for colleagues, or a reply the customer sees.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteMessage {
    /// The text.
    #[schemars(length(min = 1, max = 20000))]
    pub body: String,
    /// Files uploaded before.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub file_ids: Vec<Uuid>,
}

/// Attach a file that was uploaded before.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachFile {
    /// The file.
    pub file_id: Uuid,
}

/// Follow, oneself or for a colleague.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowTicket {
    /// Who; oneself when absent.
    #[serde(default)]
    pub user_id: Option<Uuid>,
}

db::choice! {
    /// Who reads a message.
    pub enum MessageKind {
        /// Colleagues only.
        Note = "note",
        /// To the customer.
        Reply = "reply",
        /// From the customer.
        Customer = "customer",
    }
}

db::choice! {
    /// Who wrote a message.
    pub enum AuthorKind {
        /// A person of ours.
        User = "user",
        /// A program of theirs.
        ApiKey = "api_key",
        /// The customer behind a link.
        Customer = "customer",
        /// The platform.
        System = "system",
    }
}

impl From<ActorKind> for AuthorKind {
    fn from(kind: ActorKind) -> Self {
        match kind {
            ActorKind::User => Self::User,
            ActorKind::ApiKey => Self::ApiKey,
            ActorKind::Customer => Self::Customer,
            ActorKind::System => Self::System,
        }
    }
}

/// A message on a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// UUIDv7.
    pub id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// Who reads it.
    pub kind: MessageKind,
    /// The text.
    pub body: String,
    /// Who wrote it.
    pub author_kind: AuthorKind,
    /// Their id.
    pub author_id: Uuid,
    /// Their name then.
    pub author_name: String,
    /// Files with it.
    pub file_ids: Json<Vec<Uuid>>,
    /// When.
    pub created_at: Timestamp,
}

db::record!(Message { id, ticket_id, kind, body, author_kind, author_id, author_name, file_ids, created_at });

impl HasVersion for Message {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for Message {
    fn location(&self) -> String {
        format!("/api/v1/tickets/{}/messages", self.ticket_id)
    }
}

/// Somebody who hears of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Follower {
    /// The user.
    pub user_id: Uuid,
    /// Since when.
    pub created_at: Timestamp,
}

db::record!(Follower { user_id, created_at });

/// Two tickets that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketLink {
    /// UUIDv7.
    pub id: Uuid,
    /// The first ticket.
    pub from_id: Uuid,
    /// The second ticket.
    pub to_id: Uuid,
    /// How they belong together, read from the first.
    pub kind: LinkKind,
    /// Since when.
    pub created_at: Timestamp,
}

db::record!(TicketLink { id, from_id, to_id, kind, created_at });

impl HasVersion for TicketLink {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for TicketLink {
    fn location(&self) -> String {
        format!("/api/v1/tickets/{}/links", self.from_id)
    }
}

/// A file on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// UUIDv7.
    pub id: Uuid,
    /// The ticket.
    pub ticket_id: Uuid,
    /// The file.
    pub file_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its media type, sniffed.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Who attached it.
    pub created_by_name: String,
    /// When.
    pub created_at: Timestamp,
}

db::record!(Attachment { id, ticket_id, file_id, name, media_type, size, created_by_name, created_at });

impl HasVersion for Attachment {
    fn version(&self) -> i64 {
        1
    }
}

impl HasLocation for Attachment {
    fn location(&self) -> String {
        format!("/api/v1/tickets/{}/attachments", self.ticket_id)
    }
}

/// A ticket with what stands beside it on its page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TicketDetail {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: Ticket,
    /// When the clock stood still.
    pub pauses: Vec<TicketPause>,
    /// Who follows it.
    pub followers: Vec<Follower>,
    /// Tickets that belong to it.
    pub links: Vec<TicketLink>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The device's serial number.
    pub device_serial_number: Option<String>,
}

impl HasVersion for TicketDetail {
    fn version(&self) -> i64 {
        self.ticket.version
    }
}

/// Collects what is wrong with a text and answers it trimmed.
pub fn text(pointer: &str, value: &str, longest: usize, errors: &mut Vec<FieldError>) -> String {
    http_api::checked_text(pointer, value, longest, errors)
}

/// As [`text`], where empty means absent.
pub fn optional_text(
    pointer: &str,
    value: Option<String>,
    longest: usize,
    errors: &mut Vec<FieldError>,
) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some(text(pointer, &value, longest, errors))
}

/// Checks labels: at most 20, each at most 50 characters, none twice.
pub fn tags(pointer: &str, tags: Vec<String>, errors: &mut Vec<FieldError>) -> Vec<String> {
    if tags.len() > 20 {
        errors.push(FieldError::new(pointer, "too_many", "Use at most 20 labels."));
    }
    let mut clean: Vec<String> = Vec::new();
    for (index, tag) in tags.iter().take(20).enumerate() {
        let tag = text(&format!("{pointer}/{index}"), tag, 50, errors);
        if !clean.contains(&tag) {
            clean.push(tag);
        }
    }
    clean
}

/// Nothing wrong, or everything that is.
pub fn refuse(errors: Vec<FieldError>) -> Result<(), TicketError> {
    if errors.is_empty() { Ok(()) } else { Err(TicketError::Invalid(errors)) }
}
