//! All SQL of channels, messages and links.

pub(crate) mod notifications;
pub(crate) mod webhooks;

use std::sync::LazyLock;

use db::{
    DbError, Json, Query, Stmt, Tx,
    list::{Fragment, List, ListQuery},
    stmt,
};
use kernel::{Context, Timestamp, Uuid};
use objects::listing::Listing;
use rules::{Column, FieldMap, FieldType};
use serde_json::Value;

use crate::model::{ChannelKind, Details, Link, MessageKind, MessageState, OutboxMessage};

static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("kind", FieldType::Choice, "kind").not_null(),
    Column::new("state", FieldType::Choice, "state").not_null(),
    Column::new("recipient", FieldType::Text, "recipient").not_null(),
    Column::new("subject", FieldType::Text, "subject").not_null(),
    Column::new("ticket_id", FieldType::Id, "ticket_id"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("sent_at", FieldType::Time, "sent_at"),
]);

/// The list of messages.
pub(crate) static OUTBOX: Listing = Listing {
    list: List {
        table: "outbox_messages",
        columns: OutboxMessage::COLUMNS,
        sorts: &[("created_at", "created_at"), ("updated_at", "updated_at")],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &[],
    search_object: None,
    archivable: false,
};

const LINKS: List = List {
    table: "links",
    columns: Link::COLUMNS,
    sorts: &[("created_at", "created_at")],
    default_sort: "-created_at",
};

/// A stored channel: id, version, enabled, settings, last change.
pub(crate) type StoredChannel = (Uuid, i64, bool, Json<Value>, Timestamp);

const CHANNEL: &str = "select id, version, enabled, settings, updated_at from channel_settings
    where tenant_id = $1 and kind = $2";
const ENABLED: &str = "select kind from channel_settings where tenant_id = $1 and enabled order by kind";
const PUT_CHANNEL: &str = "insert into channel_settings
    (tenant_id, id, version, kind, enabled, settings, created_at, updated_at)
    values ($1, $2, 1, $3, $4, $5, $6, $6)
    on conflict (tenant_id, kind) do update set version = channel_settings.version + 1, enabled = excluded.enabled,
      settings = excluded.settings, updated_at = excluded.updated_at
    returning id, version, enabled, settings, updated_at";

const INSERT_MESSAGE: &str = "insert into outbox_messages
    (tenant_id, id, version, kind, recipient, subject, body, html, details, state, attempts, ticket_id, created_at, updated_at)
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, 'queued', 0, $9, $10, $10)
    on conflict (tenant_id, id) do nothing";
static MESSAGE: LazyLock<String> = LazyLock::new(|| {
    format!("select {} from outbox_messages where tenant_id = $1 and id = $2", OutboxMessage::COLUMNS)
});
const CONTENT: &str = "select body, html, details from outbox_messages where tenant_id = $1 and id = $2";
const SENT: &str = "update outbox_messages set state = 'sent', sent_at = $3, updated_at = $3, version = version + 1,
    attempts = attempts + 1, last_error = null, body = '', html = null, details = '{}'
    where tenant_id = $1 and id = $2 and state <> 'sent'";
const NOT_SENT: &str = "update outbox_messages set state = $3, last_error = $4, updated_at = $5, version = version + 1,
    attempts = attempts + $6 where tenant_id = $1 and id = $2 and state <> 'sent'";
const WAITING: &str = "select id from outbox_messages where tenant_id = $1 and state = 'no_channel' and kind = $2
    and (kind <> 'robot' or recipient = $3) order by id limit $4";

const INSERT_LINK: &str = "insert into links (tenant_id, id, version, token_sha256, purpose, ticket_id, customer_id,
    expires_at, created_by, created_by_name, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
static LINK: LazyLock<String> =
    LazyLock::new(|| format!("select {} from links where tenant_id = $1 and id = $2", Link::COLUMNS));
static LINK_BY_TOKEN: LazyLock<String> =
    LazyLock::new(|| format!("select {} from links where tenant_id = $1 and token_sha256 = $2", Link::COLUMNS));
const TOUCH_LINK: &str = "update links set last_used_at = $3 where tenant_id = $1 and id = $2";
const REVOKE_LINK: &str = "update links set revoked_at = $4, updated_at = $4, version = version + 1
    where tenant_id = $1 and id = $2 and ticket_id = $3 and revoked_at is null";

/// A channel as it is stored.
pub(crate) async fn channel(q: &mut impl Query, kind: ChannelKind) -> Result<Option<StoredChannel>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(CHANNEL, tenant, kind)).await
}

/// The channels that are set up and used.
pub(crate) async fn enabled(q: &mut impl Query) -> Result<Vec<ChannelKind>, DbError> {
    let tenant = q.cx().tenant();
    let kinds: Vec<(ChannelKind,)> = q.all(stmt!(ENABLED, tenant)).await?;
    Ok(kinds.into_iter().map(|(kind,)| kind).collect())
}

/// Sets a channel up or changes it.
pub(crate) async fn put_channel(
    tx: &mut Tx<'_>,
    kind: ChannelKind,
    enabled: bool,
    settings: &Value,
) -> Result<StoredChannel, DbError> {
    let (tenant, id, now) = (tx.cx().tenant(), tx.cx().new_id(), tx.cx().now());
    tx.one(stmt!(PUT_CHANNEL, tenant, id, kind, enabled, settings, now)).await
}

/// Everything of a message that is written at first.
pub(crate) struct MessageRow {
    pub id: Uuid,
    pub kind: MessageKind,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub html: Option<String>,
    pub details: Details,
    pub ticket_id: Option<Uuid>,
}

/// A new message; one that is there already stays as it is.
pub(crate) fn insert_message(cx: &Context, row: MessageRow) -> Stmt<'static> {
    stmt!(
        INSERT_MESSAGE,
        cx.tenant(),
        row.id,
        row.kind,
        row.recipient,
        row.subject,
        row.body,
        row.html,
        Json(row.details),
        row.ticket_id,
        cx.now()
    )
}

/// One message.
pub(crate) async fn message(q: &mut impl Query, id: Uuid) -> Result<Option<OutboxMessage>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(&*MESSAGE, tenant, id)).await
}

/// What a message says: text, HTML, details.
pub(crate) async fn content(
    q: &mut impl Query,
    id: Uuid,
) -> Result<Option<(String, Option<String>, Json<Details>)>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(CONTENT, tenant, id)).await
}

/// Notes that the provider took the message and forgets its text.
pub(crate) async fn mark_sent(tx: &mut Tx<'_>, id: Uuid) -> Result<u64, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(SENT, tenant, id, now)).await
}

/// Notes that the message was not sent; `tried` is 1 when a try was made, 0 otherwise.
pub(crate) async fn mark(
    tx: &mut Tx<'_>,
    id: Uuid,
    state: MessageState,
    error: Option<&str>,
    tried: i64,
) -> Result<u64, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(NOT_SENT, tenant, id, state, error, now, tried)).await
}

/// Messages that wait for this channel to be set up, oldest first.
pub(crate) async fn waiting(
    q: &mut impl Query,
    kind: MessageKind,
    robot: &str,
    limit: usize,
) -> Result<Vec<Uuid>, DbError> {
    let tenant = q.cx().tenant();
    let ids: Vec<(Uuid,)> = q.all(stmt!(WAITING, tenant, kind, robot, limit)).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// A new link.
pub(crate) fn insert_link(cx: &Context, link: &Link, digest: Vec<u8>) -> Stmt<'static> {
    stmt!(
        INSERT_LINK,
        cx.tenant(),
        link.id,
        link.version,
        digest,
        link.purpose,
        link.ticket_id,
        link.customer_id,
        link.expires_at,
        link.created_by,
        link.created_by_name.clone(),
        link.created_at,
        link.updated_at
    )
}

/// The link with this id, open or not.
pub async fn link(q: &mut impl Query, id: Uuid) -> Result<Option<Link>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(&*LINK, tenant, id)).await
}

/// The link whose token has this digest, open or not.
pub(crate) async fn link_by_token(q: &mut impl Query, digest: Vec<u8>) -> Result<Option<Link>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(&*LINK_BY_TOKEN, tenant, digest)).await
}

/// A ticket's links that still open, newest first; at most 200.
pub(crate) async fn open_links(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<Link>, DbError> {
    let now = q.cx().now();
    let open =
        Fragment::new("ticket_id = $1 and revoked_at is null and expires_at > $2", vec![ticket_id.into(), now.into()]);
    let query = ListQuery { limit: db::list::LARGEST_PAGE, conditions: vec![open], ..ListQuery::default() };
    Ok(db::list::run(q, &LINKS, &query).await?.page.items)
}

/// Writes down that a link was opened.
pub(crate) async fn touch_link(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    tx.execute(stmt!(TOUCH_LINK, tenant, id, now)).await.map(|_| ())
}

/// Takes a ticket's link back; false when there is none that opens.
pub(crate) async fn revoke_link(tx: &mut Tx<'_>, ticket_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
    Ok(tx.execute(stmt!(REVOKE_LINK, tenant, id, ticket_id, now)).await? > 0)
}
