//! What is sent because something happened.

use std::time::Duration;

use db::Tx;
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use identity::Locale;
use kernel::Uuid;

use crate::{EngineerNote, notify_engineer};

/// Older events tell nobody anything any more: they come from an import, a demo or a long standstill.
const NEWS: Duration = Duration::from_hours(1);

/// Tells people what concerns them: whoever is given a ticket learns it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notifications;

impl Consumer for Notifications {
    fn name(&self) -> &'static str {
        "channels.notify"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket.assigned"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            use db::Query as _;
            if event.at.plus(NEWS) < tx.cx().now() {
                return Ok(());
            }
            let assignee = event.data["assignee_id"]["to"].as_str().and_then(|text| Uuid::parse_str(text).ok());
            let Some(user_id) = assignee.filter(|id| *id != event.actor.id) else { return Ok(()) };
            let Some(user) = identity::user(tx, user_id).await? else { return Ok(()) };
            let number = event.label.as_deref().unwrap_or_default();
            let (title, by) = match user.locale {
                Locale::Chinese => (format!("您有新的工单 {number}"), format!("派单人：{}", event.actor.name)),
                Locale::English => (format!("Ticket {number} is yours"), format!("Assigned by {}", event.actor.name)),
            };
            let note = EngineerNote {
                user_id: Some(user_id),
                title: title.trim().to_owned(),
                lines: vec![by],
                link: Some("/field".to_owned()),
                ticket_id: Some(event.object_id),
                ..EngineerNote::default()
            };
            Ok(notify_engineer(tx, &note).await?)
        })
    }
}
