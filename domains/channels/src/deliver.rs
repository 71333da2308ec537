//! Carrying messages to their providers, and the jobs that do it.
//!
//! A try ends in one of four ways: taken, to be tried again (the job's pauses grow up to an hour), refused for good, or
//! without a channel. All but the second are written down together with the job's end, so a message is never forgotten
//! and its state is always what happened. A server that stops between the provider's answer and that commit sends a
//! message twice; mails carry the same `Message-ID` then.

use std::sync::OnceLock;

use db::{Json, Read, Tx};
use events::NewEvent;
use futures_util::future::BoxFuture;
use identity::Locale;
use jobs::{JobError, JobHandler, JobRun};
use kernel::Uuid;
use robots::{Link, Note};
use serde::Deserialize;
use serde_json::{Value, json};
use sms::Sms;

use crate::{
    Gateways,
    model::{ChannelKind, Details, MessageKind, MessageState, OutboxMessage},
    outbox::{self, NewMail},
    settings::Settings,
    store,
};

/// Why a message was not taken.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Whether trying again later can help.
    pub transient: bool,
    /// One sentence for people.
    pub text: String,
}

macro_rules! refusal {
    ($locale:expr) => {
        |error| Refusal { transient: error.is_transient(), text: error.text($locale.as_str()) }
    };
}

/// What is carried.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parcel {
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub html: Option<String>,
    pub details: Details,
}

/// The way to the providers.
#[derive(Debug, Default)]
pub(crate) struct Transport {
    gateways: Gateways,
    /// Right part of every `Message-ID`.
    host: String,
    client: OnceLock<reqwest::Client>,
}

impl Transport {
    pub fn new(gateways: Gateways, public_url: &str) -> Self {
        let host = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
        let host: String =
            host.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).take(200).collect();
        let host = if host.is_empty() { "aftersail".to_owned() } else { host };
        Self { gateways, host, client: OnceLock::new() }
    }

    /// The web client, made when it is first needed.
    fn client(&self, locale: Locale) -> Result<&reqwest::Client, Refusal> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = robots::client().map_err(refusal!(locale))?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Hands a parcel to the provider; `now_millis` goes into signatures.
    pub async fn carry(
        &self,
        settings: Settings,
        parcel: Parcel,
        locale: Locale,
        now_millis: i64,
    ) -> Result<(), Refusal> {
        match settings {
            Settings::Smtp(smtp) => {
                let mailer = mail::Mailer::new(*smtp).map_err(refusal!(locale))?;
                let message = mail::Message {
                    to: parcel.recipient,
                    subject: parcel.subject,
                    text: parcel.body,
                    html: parcel.html,
                    message_id: format!("{}@{}", parcel.id, self.host),
                };
                mailer.send(&message).await.map_err(refusal!(locale))
            }
            Settings::Robot(robot) => {
                let note = Note {
                    title: parcel.subject,
                    lines: parcel.body.lines().map(str::to_owned).collect(),
                    link: parcel.details.link.map(|(label, url)| Link { label, url }),
                    mention_mobiles: parcel.details.mention_mobiles,
                };
                let sent = robot.send(self.client(locale)?, self.gateways.reach(), &note, now_millis).await;
                sent.map_err(refusal!(locale))
            }
            Settings::Sms(mut template) => {
                template.allow_plain_http &= self.gateways.private;
                let mut params = parcel.details.params;
                params.insert("id".to_owned(), parcel.id.to_string());
                let sms = Sms { mobile: parcel.recipient, text: parcel.body, params };
                template.send(self.client(locale)?, &sms).await.map_err(refusal!(locale))
            }
        }
    }

    /// Whether the mail server lets us in.
    pub async fn check_mail(&self, smtp: mail::SmtpSettings, locale: Locale) -> Result<(), Refusal> {
        mail::Mailer::new(smtp).map_err(refusal!(locale))?.check().await.map_err(refusal!(locale))
    }
}

/// The channel a message goes through.
fn channel_of(message: &OutboxMessage) -> Option<ChannelKind> {
    match message.kind {
        MessageKind::Mail => Some(ChannelKind::Smtp),
        MessageKind::Sms => Some(ChannelKind::Sms),
        MessageKind::Robot => message.recipient.parse().ok(),
    }
}

/// The language of what has no reader of its own.
pub(crate) async fn locale(q: &mut impl db::Query) -> Result<Locale, db::DbError> {
    match identity::tenant_settings(q).await {
        Ok(company) => Ok(company.locale),
        Err(db::DbError::NotFound) => Ok(Locale::Chinese),
        Err(error) => Err(error),
    }
}

/// Sends messages of the outbox.
pub(crate) struct Send(pub Transport);

#[derive(Deserialize)]
struct SendPayload {
    message_id: Uuid,
}

/// Everything needed for one try.
struct Work {
    message: OutboxMessage,
    parcel: Parcel,
    /// As stored; absent when the channel is not set up or switched off.
    settings: Option<(ChannelKind, Value)>,
    locale: Locale,
}

impl Send {
    async fn load(run: &JobRun, id: Uuid) -> Result<Option<Work>, JobError> {
        let load = async move |r: &mut Read<'_>| -> Result<Option<Work>, db::DbError> {
            let Some(message) = store::message(r, id).await? else { return Ok(None) };
            let Some((body, html, Json(details))) = store::content(r, id).await? else { return Ok(None) };
            let settings = match channel_of(&message) {
                None => None,
                Some(kind) => store::channel(r, kind)
                    .await?
                    .filter(|(_, _, enabled, ..)| *enabled)
                    .map(|(_, _, _, Json(settings), _)| (kind, settings)),
            };
            let locale = locale(r).await?;
            let (recipient, subject) = (message.recipient.clone(), message.subject.clone());
            let parcel = Parcel { id, recipient, subject, body, html, details };
            Ok(Some(Work { message, parcel, settings, locale }))
        };
        Ok(run.db.read(&run.cx, load).await?)
    }

    async fn work(&self, run: JobRun) -> Result<(), JobError> {
        let SendPayload { message_id: id } = run.parse()?;
        let Some(Work { message, parcel, settings, locale }) = Self::load(&run, id).await? else { return Ok(()) };
        if message.state == MessageState::Sent {
            return Ok(());
        }
        let Some((kind, stored)) = settings else {
            let channel = channel_of(&message);
            return run
                .finish(async move |tx: &mut Tx<'_>| {
                    // Somebody may have set the channel up since it was looked for.
                    if let Some(channel) = channel
                        && store::enabled(tx).await?.contains(&channel)
                    {
                        return Err(JobError::retry("the channel was set up meanwhile"));
                    }
                    store::mark(tx, id, MessageState::NoChannel, None, 0).await?;
                    Ok(())
                })
                .await;
        };
        let outcome = match Settings::read(kind, stored) {
            Ok(settings) => self.0.carry(settings, parcel, locale, run.cx.now().millis()).await,
            Err(_) => Err(Refusal { transient: false, text: unreadable(locale).to_owned() }),
        };
        match outcome {
            Ok(()) => {
                run.finish(async move |tx: &mut Tx<'_>| {
                    store::mark_sent(tx, id).await?;
                    tell(tx, &message, "message.sent", None).await
                })
                .await
            }
            Err(refusal) if refusal.transient && !run.is_last() => {
                let text = refusal.text.clone();
                let note = async move |tx: &mut Tx<'_>| store::mark(tx, id, MessageState::Queued, Some(&text), 1).await;
                run.db.write(&run.cx, note).await?;
                Err(JobError::Retry(refusal.text))
            }
            Err(refusal) => {
                run.finish(async move |tx: &mut Tx<'_>| {
                    store::mark(tx, id, MessageState::Failed, Some(&refusal.text), 1).await?;
                    tell(tx, &message, "message.failed", Some(refusal.text)).await
                })
                .await
            }
        }
    }
}

const fn unreadable(locale: Locale) -> &'static str {
    match locale {
        Locale::Chinese => "渠道设置无法读取,请管理员重新保存",
        Locale::English => "The channel's settings cannot be read; ask an administrator to save them again",
    }
}

/// What became of a message, on its ticket's timeline if it has one. Its text is not told.
pub(crate) async fn tell(
    tx: &mut Tx<'_>,
    message: &OutboxMessage,
    kind: &str,
    error: Option<String>,
) -> Result<(), JobError> {
    let mut data = json!({ "kind": message.kind, "recipient": message.recipient });
    if let Some(error) = error {
        data["error"] = json!(error);
    }
    let mut told = NewEvent::new(kind, "message", message.id).data(data);
    if !message.subject.is_empty() {
        told = told.label(&message.subject);
    }
    if let Some(ticket) = message.ticket_id {
        told = told.parent("ticket", ticket);
    }
    Ok(events::append(tx, told).await?)
}

impl JobHandler for Send {
    fn kind(&self) -> &'static str {
        outbox::SEND
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(self.work(run))
    }
}

/// Takes over mails that other domains wrote as jobs: `{to, subject, text, html?}`.
pub(crate) struct TakeMail;

#[derive(Deserialize)]
struct MailPayload {
    to: String,
    subject: String,
    text: String,
    html: Option<String>,
}

impl JobHandler for TakeMail {
    fn kind(&self) -> &'static str {
        "mail.send"
    }

    fn run(&self, run: JobRun) -> BoxFuture<'_, Result<(), JobError>> {
        Box::pin(async move {
            let MailPayload { to, subject, text, html } = run.parse()?;
            let id = run.id;
            run.finish(async move |tx: &mut Tx<'_>| {
                outbox::enqueue_mail_as(tx, id, NewMail { to, subject, text, html, ticket_id: None }).await?;
                Ok(())
            })
            .await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_id_has_a_host_whatever_the_address_is() {
        for (url, host) in
            [("https://s.example.com:8443/x", "s.example.com"), ("http://[::1]:80", "aftersail"), ("", "aftersail")]
        {
            assert_eq!(Transport::new(Gateways::default(), url).host, host);
        }
    }
}
