//! What follows from events: when the work is done, the customer is asked.

use channels::LinkPurpose;
use db::{DbError, Query as _, Tx};
use events::{Consumer, ConsumerError, Event, NewEvent};
use futures_util::future::BoxFuture;
use identity::Locale;
use tickets::{Stationery, Status, Ticket};

use crate::{model::Survey, store};

/// Begins a survey when a ticket is resolved or closed, and invites the customer by mail when their address is known.
/// A ticket has one open survey; after it was reopened and solved again the customer is asked again.
#[derive(Debug, Clone)]
pub struct Invitations {
    public_url: String,
}

impl Invitations {
    /// Invitations to pages under `public_url`.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self { public_url: public_url.into() }
    }

    async fn begin(&self, tx: &mut Tx<'_>, ticket: &Ticket, is_news: bool) -> Result<(), ConsumerError> {
        let cx = tx.cx().clone();
        let mut survey = Survey::new(&cx, ticket);
        if is_news && self.invite(tx, ticket).await? {
            survey.sent_at = Some(cx.now());
        }
        let told = NewEvent::new("survey.sent", "survey", survey.id)
            .label(&survey.ticket_number)
            .data(serde_json::json!({ "sent_at": survey.sent_at }))
            .parent("ticket", ticket.id);
        tx.execute_all(vec![store::insert(&cx, &survey), events::statement(&cx, &told)]).await?;
        Ok(())
    }

    /// Asks by mail, with a link to the ticket's page; false when no address is known.
    async fn invite(&self, tx: &mut Tx<'_>, ticket: &Ticket) -> Result<bool, DbError> {
        tickets::write_customer(tx, &self.public_url, ticket, LinkPurpose::Survey, invitation).await
    }
}

fn invitation(s: &Stationery<'_>) -> (String, String) {
    let (company, number, title, address) = (s.company, &s.ticket.number, &s.ticket.title, s.address);
    match s.locale {
        Locale::Chinese => (
            format!("{company} 请为本次服务打分（{number}）"),
            format!("您好，工单 {number}“{title}”已处理完毕。请花一分钟告诉我们您是否满意：\n{address}"),
        ),
        Locale::English => (
            format!("{company}: how was our service? ({number})"),
            format!("Ticket {number} \"{title}\" is done. Please take a minute to tell us how it went:\n{address}"),
        ),
    }
}

impl Consumer for Invitations {
    fn name(&self) -> &'static str {
        "surveys.invite"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket.resolved", "ticket.closed"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let Some(ticket) = tickets::get(tx, event.object_id).await? else { return Ok(()) };
            if !matches!(ticket.status, Status::Resolved | Status::Closed) {
                return Ok(());
            }
            let newest = store::newest_of(tx, ticket.id).await?;
            let asked = newest.is_some_and(|survey| {
                survey.answered_at.is_none() || ticket.resolved_at.is_none_or(|solved| survey.created_at >= solved)
            });
            if asked {
                return Ok(());
            }
            let is_news = tickets::is_news(tx, event);
            self.begin(tx, &ticket, is_news).await
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use customers::NewCustomer;
    use db::{Read, stmt};
    use events::Consumers;
    use testkit::TestDb;
    use tickets::Action;

    use super::*;
    use crate::{
        Answer,
        testing::{self, act, migrations, resolved, solved},
    };

    async fn settle(t: &TestDb) {
        let invitations = Invitations::new("https://service.example.com");
        Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(invitations)).settle().await.unwrap();
    }

    /// Recipients and texts of every message.
    async fn messages(t: &TestDb) -> Vec<(String, String)> {
        let sql = "select recipient, body from outbox_messages where tenant_id = $1";
        t.db.read(&t.cx, async move |r: &mut Read<'_>| r.all(stmt!(sql, r.cx().tenant())).await).await.unwrap()
    }

    testkit::both! {
        migrations(), |t| a_solved_ticket_is_asked_about_once_until_it_is_solved_again {
            let ticket = resolved(t, "T-1").await;
            settle(t).await;
            t.clock.advance(Duration::from_hours(1));
            let ticket = act(t, ticket, Action::Close).await;
            settle(t).await;
            let surveys = testing::surveys(t).await;
            assert_eq!((surveys.len(), surveys[0].ticket_id, surveys[0].sent_at), (1, ticket.id, None));
            testing::answer(t, ticket.id, Answer { csat: Some(5), ..Answer::default() }).await.unwrap();
            let ticket = act(t, ticket, Action::Reopen { reason: "又响了".into(), days: 7 }).await;
            t.clock.advance(Duration::from_hours(1));
            let ticket = act(t, ticket, solved()).await;
            settle(t).await;
            let surveys = testing::surveys(t).await;
            assert_eq!((surveys.len(), surveys[0].csat, surveys[1].csat), (2, None, Some(5)));
            let again = testing::answer(t, ticket.id, Answer { csat: Some(3), ..Answer::default() }).await.unwrap();
            assert_eq!(again.id, surveys[0].id);
            assert!(messages(t).await.is_empty());
        }

        migrations(), |t| who_has_a_mail_address_is_invited_with_a_link_while_it_is_news {
            let body = NewCustomer { email: Some("zhang@example.com".into()), ..NewCustomer::named("张三") };
            let customer = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| customers::insert(tx, body).await).await.unwrap();
            let of_customer = async |number: &str| {
                let mut ticket = testing::blank(t, number);
                ticket.customer_id = Some(customer.id);
                testing::insert(t, ticket.clone()).await;
                act(t, ticket, solved()).await
            };
            of_customer("T-1").await;
            settle(t).await;
            let sent = messages(t).await;
            assert_eq!((sent.len(), sent[0].0.as_str()), (1, "zhang@example.com"));
            assert!(sent[0].1.contains("https://service.example.com/s/"), "{}", sent[0].1);
            assert_eq!(testing::surveys(t).await[0].sent_at, Some(t.cx.now()));
            of_customer("T-2").await;
            t.clock.advance(Duration::from_hours(24) + Duration::from_secs(1));
            settle(t).await;
            let surveys = testing::surveys(t).await;
            assert_eq!((surveys.len(), surveys[0].sent_at, messages(t).await.len()), (2, None, 1));
        }
    }
}
