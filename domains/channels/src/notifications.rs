//! What people of the company are told: in the product itself, and by mail when it is set up.

use db::{DbError, Query as _, Tx, record};
use futures_util::future::BoxFuture;
use jobs::{Every, JobError, JobHandler, JobRun, Recurring};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NewMail, outbox::enqueue_mail, store::notifications as store};

/// The most people one note goes to.
pub const MOST_PEOPLE: usize = 200;
/// How long notifications are kept.
const KEPT: std::time::Duration = std::time::Duration::from_hours(24 * 90);
const PURGE: &str = "channels.purge_notifications";

/// Something one person was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub created_at: Timestamp,
    /// One line.
    pub title: String,
    /// More, possibly nothing.
    pub body: String,
    /// The kind of record it is about.
    pub object: Option<String>,
    /// The record it is about.
    pub object_id: Option<Uuid>,
    /// When it was read; absent while it was not.
    pub read_at: Option<Timestamp>,
}

record!(Notification { id, created_at, title, body, object, object_id, read_at });

/// What people are to be told.
#[derive(Debug, Clone, Default)]
pub struct UserNote {
    /// One line.
    pub title: String,
    /// More, possibly nothing.
    pub body: String,
    /// The record it is about: its kind and id.
    pub about: Option<(String, Uuid)>,
    /// Whether it goes out by mail too.
    pub by_mail: bool,
}

/// Tells these people, each once; who has left or does not exist is passed over. Answers how many were told.
pub async fn notify_users(tx: &mut Tx<'_>, users: &[Uuid], note: &UserNote) -> Result<usize, DbError> {
    let mut users = users.to_vec();
    users.sort_unstable();
    users.dedup();
    users.truncate(MOST_PEOPLE);
    let known = identity::users_by_ids(tx, &users).await?;
    let cx = tx.cx().clone();
    let mut statements = Vec::new();
    let mut mails = Vec::new();
    let mut told = 0;
    for user in known.values().filter(|user| user.status != identity::UserStatus::Disabled) {
        statements.push(store::insert(&cx, user.id, note));
        told += 1;
        if let Some(to) = user.email.clone().filter(|_| note.by_mail) {
            let ticket_id = note.about.as_ref().filter(|(object, _)| object == "ticket").map(|(_, id)| *id);
            mails.push(NewMail { to, subject: note.title.clone(), text: note.body.clone(), html: None, ticket_id });
        }
    }
    tx.execute_all(statements).await?;
    for mail in mails {
        enqueue_mail(tx, mail).await?;
    }
    Ok(told)
}

/// Forgets notifications from long ago.
#[derive(Debug)]
pub struct PurgeNotifications;

impl JobHandler for PurgeNotifications {
    fn kind(&self) -> &'static str {
        PURGE
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let before = run.cx.now().minus(KEPT);
            run.finish(async move |tx: &mut Tx<'_>| Ok(store::purge(tx, before).await?)).await
        })
    }
}

/// When old notifications are forgotten.
pub fn notifications_recurring() -> Recurring {
    Recurring { kind: PURGE, every: Every::Interval(std::time::Duration::from_hours(24)) }
}
