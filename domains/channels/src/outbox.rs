//! Writing messages: each is a row and a job in the transaction that makes it necessary.

use std::collections::BTreeMap;

use db::{DbError, Query as _, Stmt, Tx};
use jobs::NewJob;
use kernel::{Context, Uuid};
use serde_json::json;

use crate::{
    model::{ChannelKind, Details, MessageKind},
    store::{self, MessageRow},
};

/// The kind of job that sends one message.
pub(crate) const SEND: &str = "outbox.send";
/// Tries before a message is given up: with pauses of up to an hour, about a day and a half.
const TRIES: u32 = 40;

/// A mail about to be written.
#[derive(Debug, Clone, Default)]
pub struct NewMail {
    /// `li@example.com` or `李伟 <li@example.com>`.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// The ticket it is about.
    pub ticket_id: Option<Uuid>,
}

/// A text to a telephone about to be written.
#[derive(Debug, Clone, Default)]
pub struct NewSms {
    /// The number as people write it.
    pub mobile: String,
    /// At most 500 characters.
    pub text: String,
    /// Values for providers that fill in a text of their own.
    pub params: BTreeMap<String, String>,
    /// The ticket it is about.
    pub ticket_id: Option<Uuid>,
}

/// A note to the chat groups about to be written.
#[derive(Debug, Clone, Default)]
pub struct NewRobotNote {
    /// One line.
    pub title: String,
    /// The lines below it.
    pub lines: Vec<String>,
    /// Words and address of a link.
    pub link: Option<(String, String)>,
    /// Members to call by number.
    pub mention_mobiles: Vec<String>,
    /// The ticket it is about.
    pub ticket_id: Option<Uuid>,
}

/// What a customer shall learn.
#[derive(Debug, Clone, Default)]
pub struct CustomerNote {
    /// The ticket it is about.
    pub ticket_id: Uuid,
    /// Where to write.
    pub email: Option<String>,
    /// Where to text.
    pub phone: Option<String>,
    /// One line; only in mails.
    pub subject: String,
    /// The text, with its link; keep it below 500 characters, for it may go as an SMS.
    pub text: String,
}

/// The job that sends a message.
pub(crate) fn job(id: Uuid) -> NewJob {
    NewJob::new(SEND, json!({ "message_id": id })).key(id.to_string()).max_attempts(TRIES)
}

fn statements(cx: &Context, row: MessageRow) -> [Stmt<'static>; 2] {
    let job = job(row.id);
    [store::insert_message(cx, row), jobs::statement(cx, &job)]
}

/// Writes a mail; answers its id.
pub async fn enqueue_mail(tx: &mut Tx<'_>, mail: NewMail) -> Result<Uuid, DbError> {
    let id = tx.cx().new_id();
    enqueue_mail_as(tx, id, mail).await
}

/// As [`enqueue_mail`], once however often it is called with the same id.
pub(crate) async fn enqueue_mail_as(tx: &mut Tx<'_>, id: Uuid, mail: NewMail) -> Result<Uuid, DbError> {
    let row = MessageRow {
        id,
        kind: MessageKind::Mail,
        recipient: mail.to,
        subject: mail.subject,
        body: mail.text,
        html: mail.html,
        details: Details::default(),
        ticket_id: mail.ticket_id,
    };
    let cx = tx.cx().clone();
    tx.execute_all(statements(&cx, row).into()).await?;
    Ok(id)
}

/// Writes a text; answers its id. Providers that know a repetition by a number find it in `{{param.id}}`.
pub async fn enqueue_sms(tx: &mut Tx<'_>, sms: NewSms) -> Result<Uuid, DbError> {
    let cx = tx.cx().clone();
    let id = cx.new_id();
    let row = MessageRow {
        id,
        kind: MessageKind::Sms,
        recipient: sms.mobile,
        subject: String::new(),
        body: sms.text,
        html: None,
        details: Details { params: sms.params, ..Details::default() },
        ticket_id: sms.ticket_id,
    };
    tx.execute_all(statements(&cx, row).into()).await?;
    Ok(id)
}

/// Writes a note to every chat group that is set up; answers their ids, none when there is no group.
pub async fn enqueue_robot(tx: &mut Tx<'_>, note: NewRobotNote) -> Result<Vec<Uuid>, DbError> {
    let cx = tx.cx().clone();
    let (mut ids, mut all) = (Vec::new(), Vec::new());
    for kind in store::enabled(tx).await? {
        if !matches!(kind, ChannelKind::Wecom | ChannelKind::Dingtalk | ChannelKind::Feishu) {
            continue;
        }
        let id = cx.new_id();
        let row = MessageRow {
            id,
            kind: MessageKind::Robot,
            recipient: kind.as_str().to_owned(),
            subject: note.title.clone(),
            body: note.lines.join("\n"),
            html: None,
            details: Details {
                link: note.link.clone(),
                mention_mobiles: note.mention_mobiles.clone(),
                ..Details::default()
            },
            ticket_id: note.ticket_id,
        };
        all.extend(statements(&cx, row));
        ids.push(id);
    }
    if !all.is_empty() {
        tx.execute_all(all).await?;
    }
    Ok(ids)
}

/// Writes to a customer: a mail when the address is known, otherwise a text; answers the message's id, `None` when
/// there is no way to reach them.
pub async fn notify_customer(tx: &mut Tx<'_>, note: CustomerNote) -> Result<Option<Uuid>, DbError> {
    let ticket_id = Some(note.ticket_id);
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(to) = given(note.email) {
        let mail = NewMail { to, subject: note.subject, text: note.text, html: None, ticket_id };
        return enqueue_mail(tx, mail).await.map(Some);
    }
    let Some(mobile) = given(note.phone) else { return Ok(None) };
    let params = BTreeMap::from([("text".to_owned(), note.text.clone())]);
    enqueue_sms(tx, NewSms { mobile, text: note.text, params, ticket_id }).await.map(Some)
}
