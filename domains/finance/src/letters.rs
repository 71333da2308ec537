//! Letters about money: a quote that waits for the customer's decision.

use channels::LinkPurpose;
use db::Tx;
use events::{Consumer, ConsumerError, Event};
use futures_util::future::BoxFuture;
use identity::Locale;
use kernel::Money;
use tickets::Stationery;

use crate::{
    model::{Quote, QuoteStatus},
    store,
};

/// Asks the customer by mail to decide on a quote that was sent.
#[derive(Debug, Clone)]
pub struct QuoteLetters {
    public_url: String,
}

impl QuoteLetters {
    /// Letters with links to pages under `public_url`.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self { public_url: public_url.into() }
    }
}

impl Consumer for QuoteLetters {
    fn name(&self) -> &'static str {
        "finance.quote_by_mail"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["quote.sent"]
    }

    fn handle<'a>(&'a self, tx: &'a mut Tx<'_>, event: &'a Event) -> BoxFuture<'a, Result<(), ConsumerError>> {
        Box::pin(async move {
            let Some(ticket_id) = event.parent().map(|(_, ticket)| ticket) else { return Ok(()) };
            let quotes = store::of_ticket(tx, ticket_id).await?;
            let asked = |quote: &Quote| quote.id == event.object_id && quote.status == QuoteStatus::Sent;
            let Some(quote) = quotes.into_iter().find(asked).filter(|_| tickets::is_news(tx, event)) else {
                return Ok(());
            };
            let Some(ticket) = tickets::get(tx, ticket_id).await? else { return Ok(()) };
            let compose = |s: &Stationery<'_>| request(s, &quote);
            tickets::write_customer(tx, &self.public_url, &ticket, LinkPurpose::Quote, compose).await?;
            Ok(())
        })
    }
}

fn request(s: &Stationery<'_>, quote: &Quote) -> (String, String) {
    let (company, number, title, address) = (s.company, &s.ticket.number, &s.ticket.title, s.address);
    let total = match quote.currency.parse() {
        Ok(currency) => Money::new(quote.total_minor, currency).to_string(),
        Err(_) => quote.currency.clone(),
    };
    let until = quote.valid_until.map(|at| s.zone.to_datetime(at.to_jiff()).strftime("%Y-%m-%d %H:%M").to_string());
    match s.locale {
        Locale::Chinese => {
            let until = until.map(|until| format!("，请在 {until} 前确认")).unwrap_or_default();
            (
                format!("{company} 请确认报价 {}（{number}）", quote.number),
                format!("您好，工单 {number}“{title}”的报价共计 {total}{until}。查看明细并确认：\n{address}"),
            )
        }
        Locale::English => {
            let until = until.map(|until| format!(" by {until}")).unwrap_or_default();
            (
                format!("{company}: please decide on quote {} ({number})", quote.number),
                format!(
                    "The quote for ticket {number} \"{title}\" comes to {total}. Please see the details and \
                     decide{until}:\n{address}"
                ),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use customers::NewCustomer;
    use db::{DbError, Query as _, Read, stmt};
    use events::Consumers;
    use identity::NewTenant;
    use serde_json::json;
    use testkit::TestDb;
    use tickets::{Priority, Source, Ticket, TicketType};

    use super::*;
    use crate::testing;

    fn migrations() -> Vec<db::Migration> {
        [testing::migrations(), customers::migrations(), channels::migrations()].concat()
    }

    async fn letters(t: &TestDb) -> Vec<(String, String)> {
        let consumers = Consumers::new(t.db.clone(), t.world.clone())
            .add(Arc::new(QuoteLetters::new("https://service.example.com")));
        consumers.settle().await.unwrap();
        let sql = "select recipient, body from outbox_messages where tenant_id = $1 order by id";
        t.db.read(&t.cx, async move |r: &mut Read<'_>| r.all(stmt!(sql, r.cx().tenant())).await).await.unwrap()
    }

    testkit::both! {
        migrations(), |t| a_quote_that_is_sent_reaches_the_customer_by_mail {
            identity::create_tenant_as(&t.db, &t.world, testkit::TENANT, NewTenant::new("ours", "安捷电梯")).await.unwrap();
            let body = NewCustomer { email: Some("zhang@example.com".into()), ..NewCustomer::named("张三") };
            let ticket = t
                .db
                .write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<_, DbError> {
                    let customer = customers::insert(tx, body).await.map_err(|error| DbError::Internal(error.to_string()))?;
                    let cx = tx.cx().clone();
                    let number = "T-2026-000001".to_owned();
                    let mut ticket = Ticket::new(&cx, number, TicketType::Repair, Priority::High, Source::Staff);
                    ticket.customer_id = Some(customer.id);
                    tx.execute(tickets::insert(&cx, &ticket)).await?;
                    Ok(ticket)
                })
                .await
                .unwrap();
            let (api, clerk) = (testing::api(t), testing::clerk(t));
            let line = json!({ "kind": "other", "description": "吊装", "quantity": "1", "unit_price_minor": 123_400 });
            let body = json!({ "lines": [line] });
            let quote = api.post(&clerk, &format!("/api/v1/tickets/{}/quotes", ticket.id), body).await.ok(201).json;
            assert!(letters(t).await.is_empty());
            let path = format!("/api/v1/quotes/{}/send", quote["id"].as_str().unwrap());
            let sent = api.act(&clerk, &path, 1).await.ok(200).json;
            let letters = letters(t).await;
            assert_eq!((letters.len(), letters[0].0.as_str()), (1, "zhang@example.com"));
            let total = format!("{}.{:02} CNY", sent["total_minor"].as_i64().unwrap() / 100, sent["total_minor"].as_i64().unwrap() % 100);
            for part in [total.as_str(), "https://service.example.com/s/"] {
                assert!(letters[0].1.contains(part), "{}", letters[0].1);
            }
        }
    }
}
