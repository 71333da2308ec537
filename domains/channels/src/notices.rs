//! Telling engineers what concerns them, by whatever the company has set up.

use db::{DbError, Tx};
use futures_util::future::BoxFuture;
use identity::Locale;
use jiff::tz::TimeZone;
use jobs::{JobError, JobHandler, JobRun};
use kernel::{Timestamp, Uuid};
use serde::{Deserialize, Serialize};

use crate::{
    deliver::locale,
    model::ChannelKind,
    outbox::{self, NewMail, NewRobotNote, NewSms},
    store,
};

/// The kind of job that tells an engineer something.
pub(crate) const NOTIFY: &str = "notify.engineer";

/// What an engineer shall learn: by note to the groups, otherwise by text, and by mail; whatever is set up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineerNote {
    /// Their sign-in, which knows number and address.
    pub user_id: Option<Uuid>,
    /// Their number, when it is not the sign-in's.
    pub phone: Option<String>,
    /// Their address, when it is not the sign-in's.
    pub email: Option<String>,
    /// One line.
    pub title: String,
    /// The lines below it.
    pub lines: Vec<String>,
    /// A page of ours (`/field`) or a whole address.
    pub link: Option<String>,
    /// The ticket it is about.
    pub ticket_id: Option<Uuid>,
}

/// What is told of a visit, as the domain that plans visits writes it.
#[derive(Debug, Clone, Deserialize)]
struct VisitNotice {
    /// `planned`, `replanned` or `cancelled`.
    event: String,
    visit_number: String,
    ticket_id: Uuid,
    ticket_number: String,
    user_id: Option<Uuid>,
    starts_at: Timestamp,
    ends_at: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Payload {
    Visit(VisitNotice),
    Note(EngineerNote),
}

impl VisitNotice {
    fn note(self, locale: Locale, zone: &TimeZone) -> EngineerNote {
        let at = |instant: Timestamp, form: &str| zone.to_datetime(instant.to_jiff()).strftime(form).to_string();
        let (number, ticket) = (&self.visit_number, &self.ticket_number);
        let (title, span) = match locale {
            Locale::Chinese => {
                let what = match self.event.as_str() {
                    "planned" => "新的上门安排",
                    "replanned" => "上门安排已变更",
                    "cancelled" => "上门安排已取消",
                    _ => "上门安排",
                };
                let (from, to) = (at(self.starts_at, "%Y-%m-%d %H:%M"), at(self.ends_at, "%H:%M"));
                (format!("{what} {number}"), format!("时间：{from} – {to}"))
            }
            Locale::English => {
                let what = match self.event.as_str() {
                    "planned" => "New visit",
                    "replanned" => "Visit changed",
                    "cancelled" => "Visit cancelled",
                    _ => "Visit",
                };
                let (from, to) = (at(self.starts_at, "%Y-%m-%d %H:%M"), at(self.ends_at, "%H:%M"));
                (format!("{what} {number}"), format!("Time: {from} – {to}"))
            }
        };
        let about = match locale {
            Locale::Chinese => format!("工单：{ticket}"),
            Locale::English => format!("Ticket: {ticket}"),
        };
        EngineerNote {
            user_id: self.user_id,
            title,
            lines: vec![span, about],
            link: Some("/field".to_owned()),
            ticket_id: Some(self.ticket_id),
            ..EngineerNote::default()
        }
    }
}

/// Where the company's clocks stand.
async fn zone(tx: &mut Tx<'_>) -> Result<TimeZone, DbError> {
    match identity::tenant_settings(tx).await {
        Ok(company) => Ok(TimeZone::get(&company.zone).unwrap_or(TimeZone::UTC)),
        Err(DbError::NotFound) => Ok(TimeZone::UTC),
        Err(error) => Err(error),
    }
}

/// Tells engineers; its own field is where people reach us.
pub(crate) struct NotifyEngineer(pub String);

impl NotifyEngineer {
    async fn write(tx: &mut Tx<'_>, payload: Payload, public_url: &str) -> Result<(), JobError> {
        let user_id = match &payload {
            Payload::Visit(visit) => visit.user_id,
            Payload::Note(note) => note.user_id,
        };
        let user = match user_id {
            Some(id) => identity::user(tx, id).await?,
            None => None,
        };
        let (own_phone, own_email, locale) = match user {
            Some(user) => (user.phone, user.email, user.locale),
            None => (None, None, locale(tx).await?),
        };
        let note = match payload {
            Payload::Visit(visit) => visit.note(locale, &zone(tx).await?),
            Payload::Note(note) => note,
        };
        if note.title.trim().is_empty() {
            return Err(JobError::dead("the note has no title"));
        }
        let phone = note.phone.or(own_phone);
        let email = note.email.or(own_email);
        let url = note.link.map(|link| {
            if link.starts_with('/') { format!("{}{link}", public_url.trim_end_matches('/')) } else { link }
        });
        let label = match locale {
            Locale::Chinese => "查看",
            Locale::English => "Open",
        };
        let groups = outbox::enqueue_robot(
            tx,
            NewRobotNote {
                title: note.title.clone(),
                lines: note.lines.clone(),
                link: url.clone().map(|url| (label.to_owned(), url)),
                mention_mobiles: phone.clone().into_iter().collect(),
                ticket_id: note.ticket_id,
            },
        )
        .await?;
        let channels = store::enabled(tx).await?;
        let words = |separator: &str| {
            let parts = std::iter::once(&note.title).chain(&note.lines).chain(&url);
            parts.map(String::as_str).collect::<Vec<_>>().join(separator)
        };
        let mut texted = false;
        if let Some(mobile) = phone.filter(|_| groups.is_empty() && channels.contains(&ChannelKind::Sms)) {
            let text = words(" ");
            let params = [("text".to_owned(), text.clone())].into();
            outbox::enqueue_sms(tx, NewSms { mobile, text, params, ticket_id: note.ticket_id }).await?;
            texted = true;
        }
        // With no channel at all the mail waits where the administrator sees it.
        let reached = texted || !groups.is_empty();
        if let Some(to) = email.filter(|_| !reached || channels.contains(&ChannelKind::Smtp)) {
            let mail =
                NewMail { to, subject: note.title.clone(), text: words("\n"), html: None, ticket_id: note.ticket_id };
            outbox::enqueue_mail(tx, mail).await?;
        }
        Ok(())
    }
}

impl JobHandler for NotifyEngineer {
    fn kind(&self) -> &'static str {
        NOTIFY
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let payload: Payload = run.parse()?;
            let public_url = self.0.clone();
            run.finish(async move |tx: &mut Tx<'_>| Self::write(tx, payload, &public_url).await).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_told_in_the_companys_time_and_the_readers_language() {
        let payload = serde_json::json!({
            "event": "replanned", "visit_id": Uuid::nil(), "visit_number": "V-1", "ticket_id": Uuid::nil(),
            "ticket_number": "T-1", "engineer_id": Uuid::nil(), "user_id": null,
            "starts_at": "2026-03-02T01:00:00Z", "ends_at": "2026-03-02T03:30:00Z",
        });
        let Payload::Visit(visit) = serde_json::from_value(payload).unwrap() else { panic!("it is a visit") };
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let note = visit.clone().note(Locale::Chinese, &zone);
        assert_eq!(
            (note.title.as_str(), note.lines[0].as_str()),
            ("上门安排已变更 V-1", "时间：2026-03-02 09:00 – 11:30")
        );
        assert_eq!(visit.note(Locale::English, &zone).lines[1], "Ticket: T-1");
    }
}
