//! Who hears of a warning, a breach or an escalation, and what they read.

use std::collections::BTreeSet;

use channels::UserNote;
use db::{DbError, Tx};
use identity::{Locale, RoleName};
use jiff::tz::TimeZone;
use kernel::{Timestamp, Uuid};
use sla::{Metric, MilestoneKind};

use super::Recipient;
use crate::{model::Ticket, store};

/// A milestone that was reached.
pub struct Reached<'a> {
    pub ticket: &'a Ticket,
    pub policy: &'a str,
    pub metric: Metric,
    pub kind: &'a MilestoneKind,
    pub due_at: Option<Timestamp>,
}

/// Tells everybody whom the policy names, once each. This is the one place where service levels tell people something.
pub async fn tell(tx: &mut Tx<'_>, reached: &Reached<'_>, recipients: &[Recipient]) -> Result<(), DbError> {
    let mut people = BTreeSet::new();
    for recipient in recipients {
        people.extend(who(tx, reached.ticket, *recipient).await?);
    }
    if people.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = people.into_iter().collect();
    let (locale, zone) = match identity::tenant_settings(tx).await {
        Ok(tenant) => (tenant.locale, TimeZone::get(&tenant.zone).unwrap_or(TimeZone::UTC)),
        Err(DbError::NotFound) => (Locale::Chinese, TimeZone::UTC),
        Err(error) => return Err(error),
    };
    let (subject, text) = words(reached, locale, &zone);
    let about = Some(("ticket".to_owned(), reached.ticket.id));
    channels::notify_users(tx, &ids, &UserNote { title: subject, body: text, about, by_mail: true }).await.map(drop)
}

/// The people a recipient stands for.
pub async fn who(tx: &mut Tx<'_>, ticket: &Ticket, recipient: Recipient) -> Result<Vec<Uuid>, DbError> {
    Ok(match recipient {
        Recipient::Assignee => ticket.assignee_id.into_iter().collect(),
        Recipient::TeamLead => match ticket.team_id {
            Some(id) => identity::team(tx, id).await?.and_then(|team| team.leader_id).into_iter().collect(),
            None => Vec::new(),
        },
        Recipient::Followers => {
            store::followers(tx, ticket.id).await?.into_iter().map(|follower| follower.user_id).collect()
        }
        Recipient::User { user_id } => vec![user_id],
        Recipient::Role { role_id } => identity::users_with_role(tx, RoleName::Id(role_id)).await?,
    })
}

fn words(reached: &Reached<'_>, locale: Locale, zone: &TimeZone) -> (String, String) {
    let Reached { ticket, policy, metric, kind, due_at } = reached;
    let (number, title) = (&ticket.number, &ticket.title);
    let due =
        due_at.map_or_else(String::new, |at| zone.to_datetime(at.to_jiff()).strftime("%Y-%m-%d %H:%M").to_string());
    match locale {
        Locale::Chinese => {
            let metric = match metric {
                Metric::Response => "首次响应",
                Metric::NextReply => "再次回复",
                Metric::Arrival => "到场",
                Metric::Resolution => "解决",
            };
            let what = match kind {
                MilestoneKind::Warning { percent } => format!("{metric}时限已用 {percent}%"),
                MilestoneKind::Breach => format!("{metric}已超时"),
                MilestoneKind::Escalation { level, .. } => format!("{metric}时限升级（第 {level} 级）"),
            };
            (
                format!("{what}：{number} {title}"),
                format!("工单 {number}“{title}”：{what}。\n应完成时间：{due}\n服务级别：{policy}"),
            )
        }
        Locale::English => {
            let metric = match metric {
                Metric::Response => "first response",
                Metric::NextReply => "next reply",
                Metric::Arrival => "arrival",
                Metric::Resolution => "resolution",
            };
            let what = match kind {
                MilestoneKind::Warning { percent } => format!("{percent}% of the time for the {metric} is used"),
                MilestoneKind::Breach => format!("the {metric} is overdue"),
                MilestoneKind::Escalation { level, .. } => format!("the {metric} is escalated (level {level})"),
            };
            (
                format!("{number}: {what} – {title}"),
                format!("Ticket {number} \"{title}\": {what}.\nDue: {due}\nService level: {policy}"),
            )
        }
    }
}
