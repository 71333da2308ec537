//! Tells people in the product that a task of a process is theirs.

use db::Tx;
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use identity::Locale;
use kernel::Uuid;

use crate::{UserNote, notify_users};

/// Tells whoever a task was opened for or handed to; queues of roles and teams are looked at, not told.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskNotices;

impl Consumer for TaskNotices {
    fn name(&self) -> &'static str {
        "channels.task_notices"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["task.opened", "task.delegated"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let assignee = &event.data["assignee_id"];
            let assignee = assignee.as_str().or_else(|| assignee["to"].as_str());
            let assignee = assignee.and_then(|text| Uuid::parse_str(text).ok());
            let Some(user_id) = assignee.filter(|id| *id != event.actor.id) else { return Ok(()) };
            let Some(user) = identity::user(tx, user_id).await? else { return Ok(()) };
            let name = event.label.as_deref().unwrap_or_default();
            let is_handed_over = event.kind == "task.delegated";
            let (title, by) = match user.locale {
                Locale::Chinese => (format!("您有新的任务：{name}"), format!("{} 转交", event.actor.name)),
                Locale::English => (format!("A task is yours: {name}"), format!("Handed over by {}", event.actor.name)),
            };
            let note = UserNote {
                title,
                body: if is_handed_over { by } else { String::new() },
                about: Some(("task".to_owned(), event.object_id)),
                by_mail: false,
            };
            notify_users(tx, &[user_id], &note).await?;
            Ok(())
        })
    }
}
