//! Who is written to because of visits: the customer learns who comes and when, a colleague that a ticket is theirs.

use channels::{EngineerNote, LinkPurpose};
use db::{Query as _, Tx};
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use identity::Locale;
use kernel::Uuid;
use tickets::Stationery;

use crate::{Visit, store};

/// Tells the customer by mail who comes and when, at first and after every change.
#[derive(Debug, Clone)]
pub struct Announcements {
    public_url: String,
}

impl Announcements {
    /// Letters with links to pages under `public_url`.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self { public_url: public_url.into() }
    }
}

impl Consumer for Announcements {
    fn name(&self) -> &'static str {
        "visits.announce"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["visit.planned", "visit.replanned"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let Some(visit) = store::get(tx, event.object_id).await? else { return Ok(()) };
            let ahead = visit.status.is_open() && visit.starts_at > tx.cx().now();
            if !ahead || !tickets::is_news(tx, event) {
                return Ok(());
            }
            let Some(ticket) = tickets::get(tx, visit.ticket_id).await? else { return Ok(()) };
            let again = event.kind == "visit.replanned";
            let compose = |s: &Stationery<'_>| announcement(s, &visit, again);
            tickets::write_customer(tx, &self.public_url, &ticket, LinkPurpose::Track, compose).await?;
            Ok(())
        })
    }
}

fn announcement(s: &Stationery<'_>, visit: &Visit, again: bool) -> (String, String) {
    let at = |instant: kernel::Timestamp, form: &str| s.zone.to_datetime(instant.to_jiff()).strftime(form).to_string();
    let span = format!("{} – {}", at(visit.starts_at, "%Y-%m-%d %H:%M"), at(visit.ends_at, "%H:%M"));
    let (company, number, title, address) = (s.company, &s.ticket.number, &s.ticket.title, s.address);
    let engineer = &visit.engineer_name;
    match (s.locale, again) {
        (Locale::Chinese, false) => (
            format!("{company} 已安排工程师上门（{number}）"),
            format!(
                "您好，工单 {number}“{title}”已安排上门服务。\n工程师：{engineer}\n时间：{span}\n\n查看进度：\n{address}"
            ),
        ),
        (Locale::Chinese, true) => (
            format!("{company} 上门安排有变（{number}）"),
            format!(
                "您好，工单 {number}“{title}”的上门安排已变更为：\n工程师：{engineer}\n时间：{span}\n\n查看进度：\n{address}"
            ),
        ),
        (Locale::English, false) => (
            format!("{company}: an engineer will come ({number})"),
            format!(
                "A visit is planned for ticket {number} \"{title}\".\nEngineer: {engineer}\nTime: {span}\n\nFollow it \
                 here:\n{address}"
            ),
        ),
        (Locale::English, true) => (
            format!("{company}: your visit has changed ({number})"),
            format!(
                "The visit for ticket {number} \"{title}\" is now:\nEngineer: {engineer}\nTime: {span}\n\nFollow it \
                 here:\n{address}"
            ),
        ),
    }
}

/// Tells a colleague that a ticket is theirs, unless the visit planned with it tells them already.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssignmentNotices;

impl Consumer for AssignmentNotices {
    fn name(&self) -> &'static str {
        "visits.tell_assignee"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["ticket.assigned"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            if !tickets::is_news(tx, event) {
                return Ok(());
            }
            let assignee = event.data["assignee_id"]["to"].as_str().and_then(|text| Uuid::parse_str(text).ok());
            let Some(user_id) = assignee.filter(|id| *id != event.actor.id) else { return Ok(()) };
            let visits = store::of_ticket(tx, event.object_id).await?;
            if visits.iter().any(|visit| visit.status.is_open() && visit.assignee_id == Some(user_id)) {
                return Ok(());
            }
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
            Ok(channels::notify_engineer(tx, &note).await?)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use customers::NewCustomer;
    use db::{DbError, Read, Tx, stmt};
    use events::{Consumers, NewEvent};
    use identity::{NewPerson, NewTenant};
    use serde_json::{Value, json};
    use testkit::TestDb;

    use super::*;
    use crate::testing::{self, Stage};

    async fn settle(t: &TestDb) {
        let consumers = Consumers::new(t.db.clone(), t.world.clone())
            .add(Arc::new(Announcements::new("https://service.example.com")))
            .add(Arc::new(AssignmentNotices));
        consumers.settle().await.unwrap();
    }

    fn migrations() -> Vec<db::Migration> {
        [testing::migrations(), identity::migrations(), channels::migrations()].concat()
    }

    async fn letters(t: &TestDb) -> Vec<(String, String)> {
        let sql = "select recipient, body from outbox_messages where tenant_id = $1 order by id";
        t.db.read(&t.cx, async move |r: &mut Read<'_>| r.all(stmt!(sql, r.cx().tenant())).await).await.unwrap()
    }

    async fn notes(t: &TestDb) -> i64 {
        let sql = "select count(*) from jobs where tenant_id = $1 and payload like '%您有新的工单%'";
        let sql = db::Sql::pair(
            sql,
            "select count(*) from jobs where tenant_id = $1 and payload::text like '%您有新的工单%'",
        );
        let count: (i64,) =
            t.db.read(&t.cx, async move |r: &mut Read<'_>| r.one(stmt!(sql, r.cx().tenant())).await).await.unwrap();
        count.0
    }

    testkit::both! {
        migrations(), |t| the_customer_learns_who_comes_and_when {
            identity::create_tenant_as(&t.db, &t.world, testkit::TENANT, NewTenant::new("ours", "安捷电梯")).await.unwrap();
            let mut stage = Stage::new(t).await;
            let body = NewCustomer { email: Some("zhang@example.com".into()), ..NewCustomer::named("张三") };
            let ticket = stage.ticket.clone();
            stage.ticket = t
                .db
                .write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<_, tickets::TicketError> {
                    let customer = customers::insert(tx, body).await.map_err(|error| DbError::Internal(error.to_string()))?;
                    let mut of_customer = ticket;
                    (of_customer.id, of_customer.customer_id) = (tx.cx().new_id(), Some(customer.id));
                    of_customer.number = "T-2026-000002".into();
                    let insert = tickets::insert(tx.cx(), &of_customer);
                    tx.execute(insert).await?;
                    Ok(of_customer)
                })
                .await
                .unwrap();
            stage.visit(t, 1).await;
            settle(t).await;
            settle(t).await;
            let sent = letters(t).await;
            assert_eq!((sent.len(), sent[0].0.as_str()), (1, "zhang@example.com"));
            for part in ["李工", "2026-03-02 09:00 – 10:30", "https://service.example.com/s/"] {
                assert!(sent[0].1.contains(part), "{}", sent[0].1);
            }
        }

        migrations(), |t| whoever_is_given_a_ticket_learns_it_unless_a_visit_or_time_told_already {
            identity::create_tenant_as(&t.db, &t.world, testkit::TENANT, NewTenant::new("ours", "安捷电梯")).await.unwrap();
            let person = NewPerson { login: "li".into(), name: "李工".into(), ..NewPerson::default() };
            let user = identity::create_person(&t.db, &t.cx, person).await.unwrap();
            let stage = Stage::new(t).await;
            let ticket_id = stage.ticket.id;
            let assign = async |to: Value| {
                let data = json!({ "assignee_id": { "from": null, "to": to } });
                t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), DbError> {
                    let told = NewEvent::new("ticket.assigned", "ticket", ticket_id).label("T-2026-000001").data(data);
                    events::append(tx, told).await
                })
                .await
                .unwrap();
            };
            assign(json!(user.id)).await;
            assign(json!(Uuid::from_u128(99))).await;
            assign(Value::Null).await;
            settle(t).await;
            assert_eq!(notes(t).await, 1);
            stage.visit(t, 1).await;
            assign(json!(Uuid::from_u128(testing::ENGINEER_USER))).await;
            settle(t).await;
            assert_eq!(notes(t).await, 1);
            assign(json!(user.id)).await;
            t.clock.advance(Duration::from_hours(25));
            settle(t).await;
            assert_eq!(notes(t).await, 1);
        }
    }
}
