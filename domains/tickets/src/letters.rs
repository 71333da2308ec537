//! Letters to the customer of a ticket: a mail (or a text) in the company's language, with a link to the ticket's page.

use std::time::Duration;

use channels::{CustomerNote, LinkPurpose, NewLink};
use db::{DbError, Tx};
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use identity::Locale;
use jiff::tz::TimeZone;

use crate::{model::Ticket, store};

/// Older events are no news any more: they come from an import, a demo or a long standstill.
const NEWS: Duration = Duration::from_hours(24);

/// What the writer of a letter works with.
#[derive(Debug)]
pub struct Stationery<'a> {
    /// The ticket.
    pub ticket: &'a Ticket,
    /// The company's name.
    pub company: &'a str,
    /// The company's language.
    pub locale: Locale,
    /// Where the company's clocks stand.
    pub zone: TimeZone,
    /// The ticket's page for this customer.
    pub address: &'a str,
}

/// Writes to a ticket's customer; false when no address is known. The link in it is new and serves `purpose`.
pub async fn write_customer(
    tx: &mut Tx<'_>,
    public_url: &str,
    ticket: &Ticket,
    purpose: LinkPurpose,
    compose: impl FnOnce(&Stationery<'_>) -> (String, String) + Send,
) -> Result<bool, DbError> {
    let Some(email) = email_of(tx, ticket).await? else { return Ok(false) };
    let link = NewLink::track(ticket.id, ticket.customer_id).purpose(purpose);
    let issued = channels::issue_link(tx, link).await?;
    let address = channels::address(public_url, &issued.token);
    let (company, locale, zone) = match identity::tenant_settings(tx).await {
        Ok(tenant) => (tenant.name, tenant.locale, TimeZone::get(&tenant.zone).unwrap_or(TimeZone::UTC)),
        Err(DbError::NotFound) => (String::new(), Locale::Chinese, TimeZone::UTC),
        Err(error) => return Err(error),
    };
    let (subject, text) = compose(&Stationery { ticket, company: &company, locale, zone, address: &address });
    let subject = subject.trim().trim_start_matches(": ").to_owned();
    let note = CustomerNote { ticket_id: ticket.id, email: Some(email), phone: None, subject, text };
    Ok(channels::notify_customer(tx, note).await?.is_some())
}

/// Whether an event is recent enough to write to somebody about.
pub fn is_news(tx: &Tx<'_>, event: &Event) -> bool {
    use db::Query as _;
    tx.cx().now() <= event.at.plus(NEWS)
}

/// The mail address of the person to talk to, else the customer's.
async fn email_of(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<Option<String>, DbError> {
    if let Some(id) = ticket.contact_id
        && let Some(email) = customers::contact(tx, id).await?.and_then(|contact| contact.email)
    {
        return Ok(Some(email));
    }
    let Some(id) = ticket.customer_id else { return Ok(None) };
    Ok(customers::get(tx, id).await?.and_then(|customer| customer.email))
}

/// Sends replies to the customer by mail; on the ticket's page they stand in any case.
#[derive(Debug, Clone)]
pub struct Replies {
    public_url: String,
}

impl Replies {
    /// Letters with links to pages under `public_url`.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self { public_url: public_url.into() }
    }
}

impl Consumer for Replies {
    fn name(&self) -> &'static str {
        "tickets.reply_by_mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket.replied"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let (true, Some(body)) = (is_news(tx, event), event.data["body"].as_str()) else { return Ok(()) };
            let Some(ticket) = store::get(tx, event.object_id).await? else { return Ok(()) };
            let by = event.actor.name.as_str();
            write_customer(tx, &self.public_url, &ticket, LinkPurpose::Track, |s| reply(s, by, body)).await?;
            Ok(())
        })
    }
}

fn reply(s: &Stationery<'_>, by: &str, body: &str) -> (String, String) {
    let (company, number, title, address) = (s.company, &s.ticket.number, &s.ticket.title, s.address);
    match s.locale {
        Locale::Chinese => (
            format!("{company} 回复了您的服务请求（{number}）"),
            format!("您好，关于工单 {number}“{title}”，{by} 回复如下：\n\n{body}\n\n查看进度或继续留言：\n{address}"),
        ),
        Locale::English => (
            format!("{company}: an answer to your request ({number})"),
            format!("About ticket {number} \"{title}\", {by} wrote:\n\n{body}\n\nFollow it or answer here:\n{address}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use customers::NewCustomer;
    use db::{Migration, Query as _, Read, stmt};
    use events::Consumers;
    use testkit::TestDb;

    use super::*;
    use crate::{MessageKind, Priority, Source, TicketError, TicketType, write_message};

    fn migrations() -> Vec<Migration> {
        [
            events::migrations(),
            jobs::migrations(),
            http_api::migrations(),
            identity::migrations(),
            customers::migrations(),
            channels::migrations(),
            crate::migrations(),
        ]
        .concat()
    }

    async fn settle(t: &TestDb) {
        let replies = Replies::new("https://service.example.com");
        Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(replies)).settle().await.unwrap();
    }

    async fn messages(t: &TestDb) -> Vec<(String, String)> {
        let sql = "select recipient, body from outbox_messages where tenant_id = $1 order by id";
        t.db.read(&t.cx, async move |r: &mut Read<'_>| r.all(stmt!(sql, r.cx().tenant())).await).await.unwrap()
    }

    async fn say(t: &TestDb, ticket: &Ticket, kind: MessageKind, body: &'static str) {
        let ticket = ticket.clone();
        let write = async move |tx: &mut Tx<'_>| -> Result<(), TicketError> {
            write_message(tx, ticket, kind, body, Vec::new()).await.map(drop)
        };
        t.db.write(&t.cx, write).await.unwrap();
    }

    testkit::both! {
        migrations(), |t| a_reply_is_mailed_and_a_note_is_not {
            let body = NewCustomer { email: Some("zhang@example.com".into()), ..NewCustomer::named("张三") };
            let customer = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| customers::insert(tx, body).await).await.unwrap();
            let mut ticket = Ticket::new(&t.cx, "T-1".into(), TicketType::Repair, Priority::High, Source::Staff);
            ticket.title = "电梯异响".into();
            ticket.customer_id = Some(customer.id);
            let (cx, new) = (t.cx.clone(), ticket.clone());
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(store::insert(&cx, &new)).await).await.unwrap();
            say(t, &ticket, MessageKind::Note, "客户很急").await;
            say(t, &ticket, MessageKind::Reply, "明天上午到").await;
            settle(t).await;
            settle(t).await;
            let sent = messages(t).await;
            assert_eq!((sent.len(), sent[0].0.as_str()), (1, "zhang@example.com"));
            assert!(sent[0].1.contains("明天上午到") && sent[0].1.contains("https://service.example.com/s/"), "{sent:?}");
            say(t, &ticket, MessageKind::Reply, "过时的消息").await;
            t.clock.advance(NEWS + Duration::from_secs(1));
            settle(t).await;
            assert_eq!(messages(t).await.len(), 1);
        }
    }
}
