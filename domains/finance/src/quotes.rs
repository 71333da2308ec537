//! What happens to a quote, each with its event on the ticket's timeline.

use db::{Db, DbError, Json, Query, Tx};
use events::NewEvent;
use kernel::{Context, Uuid};
use objects::{Checks, Numbers};
use serde_json::{Map, Value, json};
use tickets::Ticket;

use crate::{
    FinanceError,
    api::{CreateQuote, RecordPayment, checked_lines},
    model::{DecidedVia, Decision, Payment, Quote, QuoteStatus},
    prices::Prices,
    propose::{self, Work},
    store,
};

/// The next quote number of the year in the company's zone: `Q-2026-000001`. Take it before the write.
pub async fn number(db: &Db, cx: &Context) -> Result<String, DbError> {
    let zone = jiff::tz::TimeZone::get(cx.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let year = zone.to_datetime(cx.now().to_jiff()).year();
    let next = db.next_number(cx, &format!("Q-{year}")).await?;
    Ok(format!("Q-{year}-{next:06}"))
}

fn event<'a>(quote: &Quote, kind: &'a str, data: Value) -> NewEvent<'a> {
    NewEvent::new(kind, "quote", quote.id).label(&quote.number).data(data).parent("ticket", quote.ticket_id)
}

/// Begins a quote for a ticket inside the caller's transaction.
pub async fn begin(tx: &mut Tx<'_>, ticket: &Ticket, number: String, body: CreateQuote) -> Result<Quote, FinanceError> {
    begin_with(tx, ticket, number, body, &Numbers::new()).await
}

/// The same with own fields, whose numbers were taken before.
pub(crate) async fn begin_with(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    number: String,
    body: CreateQuote,
    numbers: &Numbers,
) -> Result<Quote, FinanceError> {
    let cx = tx.cx().clone();
    let prices = Prices::load(tx).await?;
    let mut quote = Quote::new(&cx, number, ticket, prices.currency().to_owned());
    if body.auto {
        quote.lines.0 = propose::lines(&Work::load(tx, ticket.id).await?, &prices);
    }
    let mut checks = Checks::new();
    quote.lines.0.extend(checked_lines(body.lines, &prices, &mut checks));
    quote.note = checks.text("/note", body.note);
    quote.valid_until = body.valid_until;
    checks.finish()?;
    quote.recount()?;
    let own = objects::settle_ext(tx, "quote", quote.id, None, body.ext, numbers).await?;
    quote.ext = Json(own.values.clone());
    let mut data = json!({ "total_minor": quote.total_minor, "currency": quote.currency });
    own.tell(&mut data);
    let told = event(&quote, "quote.created", data);
    let mut statements = vec![store::insert(&cx, &quote), events::statement(&cx, &told)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(quote)
}

/// Changes a quote and tells of it with what changed.
pub async fn change(
    tx: &mut Tx<'_>,
    before: &Quote,
    kind: &str,
    change: impl FnOnce(&mut Quote) -> Result<(), FinanceError> + Send,
) -> Result<Quote, FinanceError> {
    change_with(tx, before, kind, None, change).await
}

/// The same with own fields.
pub(crate) async fn change_with(
    tx: &mut Tx<'_>,
    before: &Quote,
    kind: &str,
    sent: Option<Map<String, Value>>,
    change: impl FnOnce(&mut Quote) -> Result<(), FinanceError> + Send,
) -> Result<Quote, FinanceError> {
    let mut after = before.clone();
    change(&mut after)?;
    let own = objects::settle_ext(tx, "quote", before.id, Some(&before.ext.0), sent, &Numbers::new()).await?;
    if own.changed {
        after.ext = Json(own.values.clone());
    }
    if after == *before {
        return Ok(after);
    }
    after.version = before.version + 1;
    after.updated_at = tx.cx().now();
    store::update(tx, before, &after).await?;
    let mut data = events::changes(before, &after);
    own.tell(&mut data);
    tx.execute_all(own.statements).await?;
    events::append(tx, event(&after, kind, data)).await?;
    Ok(after)
}

/// The customer says yes or no.
pub(crate) async fn settle(
    tx: &mut Tx<'_>,
    before: &Quote,
    mut decision: Decision,
    via: DecidedVia,
) -> Result<Quote, FinanceError> {
    let mut checks = Checks::new();
    decision.name = checks.name("/name", &decision.name);
    decision.reason = checks.text("/reason", decision.reason.take());
    checks.finish()?;
    let now = tx.cx().now();
    let kind = if decision.approve { "quote.approved" } else { "quote.rejected" };
    change(tx, before, kind, |quote| quote.decide(&decision, via, now)).await
}

/// The customer decides behind a link: name and time are kept with the quote. The same answer once more changes nothing.
pub async fn decide(
    tx: &mut Tx<'_>,
    ticket_id: Uuid,
    quote_id: Uuid,
    decision: Decision,
) -> Result<Quote, FinanceError> {
    let quotes = store::of_ticket(tx, ticket_id).await?;
    let shown = |quote: &&Quote| quote.id == quote_id && quote.status != QuoteStatus::Draft;
    let before = quotes.iter().find(shown).ok_or(FinanceError::NotFound)?;
    let approved = matches!(before.status, QuoteStatus::Approved | QuoteStatus::Paid);
    if decision.approve && approved || !decision.approve && before.status == QuoteStatus::Rejected {
        return Ok(before.clone());
    }
    settle(tx, before, decision, DecidedVia::Link).await
}

/// Records money that came in for an approved quote; the last of it makes the quote paid.
pub async fn pay(tx: &mut Tx<'_>, before: &Quote, body: RecordPayment) -> Result<Payment, FinanceError> {
    let mut checks = Checks::new();
    if body.amount_minor < 1 {
        checks.refuse("/amount_minor", "out_of_range", "Use an amount of at least 1 in minor units.");
    }
    let reference = checks.line("/reference", body.reference);
    checks.finish()?;
    let cx = tx.cx().clone();
    let payment = Payment {
        id: cx.new_id(),
        quote_id: before.id,
        ticket_id: before.ticket_id,
        amount_minor: body.amount_minor,
        currency: before.currency.clone(),
        method: body.method,
        reference,
        recorded_by_name: cx.actor().name.clone(),
        created_at: cx.now(),
    };
    let mut after = before.clone();
    after.pay(payment.amount_minor, cx.now())?;
    after.version = before.version + 1;
    after.updated_at = cx.now();
    store::update(tx, before, &after).await?;
    let data = json!({
        "payment_id": payment.id, "amount_minor": payment.amount_minor, "currency": payment.currency,
        "method": payment.method, "reference": payment.reference, "due_minor": after.due_minor(),
    });
    let recorded = event(&after, "payment.recorded", data);
    let mut stmts = vec![store::insert_payment(&cx, &payment), events::statement(&cx, &recorded)];
    let data = json!({
        "total_minor": after.total_minor, "currency": after.currency,
        "status": { "from": before.status, "to": after.status },
    });
    let paid = event(&after, "quote.paid", data);
    if after.status == QuoteStatus::Paid {
        stmts.push(events::statement(&cx, &paid));
    }
    tx.execute_all(stmts).await?;
    Ok(payment)
}

/// The quote a customer is shown: the newest one that was sent and not taken back.
pub async fn shown(q: &mut impl Query, ticket_id: Uuid) -> Result<Option<Quote>, DbError> {
    let hidden = |quote: &Quote| matches!(quote.status, QuoteStatus::Draft | QuoteStatus::Cancelled);
    Ok(store::of_ticket(q, ticket_id).await?.into_iter().rfind(|quote| !hidden(quote)))
}
