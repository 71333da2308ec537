//! What customers pay for: service contracts, and quotes for work that no warranty covers.

use contracts::{ContractKind, Covers, NewContract};
use db::{Db, Tx};
use finance::{CreateQuote, Decision, Exact, LineKind, NewLine, PaymentMethod, PriceKind, Prices, RecordPayment};
use kernel::Context;
use tickets::Ticket;
use visits::Visit;

use super::{DAYS, DemoError, company::Stock, dice::Dice};

/// Every third customer has a contract; so many days from now (in the demo's own today) each of them ends.
const ENDS: [i64; 6] = [25, 310, 55, -20, 85, 200];

/// Makes the contracts, before any ticket comes in.
pub async fn contracts(db: &Db, cx: &Context, stock: &Stock) -> Result<(), DemoError> {
    let begins: jiff::civil::Date = cx.now().to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |days: i64| {
        let date = begins.saturating_add(jiff::Span::new().days(days));
        objects::Date::new(date.year(), date.month(), date.day())
            .ok_or_else(|| DemoError::Failed("a date beyond the calendar".to_owned()))
    };
    for (place, customer_id) in stock.contacts.keys().step_by(3).enumerate() {
        let ends = DAYS + ENDS[place % ENDS.len()];
        let full = place % 2 == 0;
        let new = NewContract {
            number: Some(contracts::next_number(db, cx).await?),
            customer_id: *customer_id,
            name: if full { "全包维保合同" } else { "清包维保合同（配件另计）" }.to_owned(),
            kind: ContractKind::Service,
            starts_on: day(ends - 365)?,
            ends_on: day(ends)?,
            covers: Some(Covers { labour: true, parts: full, travel: true }),
            response_minutes: Some(if full { 60 } else { 240 }),
            device_ids: stock
                .devices
                .iter()
                .filter(|(device, _)| device.customer_id == Some(*customer_id))
                .map(|(device, _)| device.id)
                .collect(),
            note: None,
            ext: None,
        };
        let insert = async move |tx: &mut Tx<'_>| contracts::insert(tx, new).await.map(drop).map_err(DemoError::failed);
        db.write(cx, insert).await?;
    }
    Ok(())
}

/// How a quote went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bill {
    /// There was nothing to pay, or it is paid.
    Settled,
    /// The customer has not answered, or not paid yet.
    Open,
}

/// Quotes the work of a visit that no warranty covers, and lets the customer answer; `wait` moves the clock on by some
/// hours and says whether that is still in the past.
pub async fn bill(
    tx: &mut Tx<'_>,
    dice: &Dice,
    (ticket, visit, number): (&Ticket, &Visit, String),
    signer: &str,
    mut wait: impl FnMut(i64) -> bool + Send,
) -> Result<Bill, DemoError> {
    let covered = ticket.warranty.0.as_ref().is_none_or(|warranty| warranty.in_warranty != Some(false));
    if covered {
        return Ok(Bill::Settled);
    }
    let lines = lines(tx, visit).await?;
    let body = CreateQuote { lines, ..CreateQuote::default() };
    let quote = finance::begin(tx, ticket, number, body).await.map_err(DemoError::failed)?;
    if !wait(1) {
        return Ok(Bill::Open);
    }
    let now = kernel_now(tx);
    let quote = finance::change(tx, &quote, "quote.sent", |quote| quote.send(now)).await.map_err(DemoError::failed)?;
    if !wait(dice.between(1, 20)) {
        return Ok(Bill::Open);
    }
    let decision = Decision { approve: true, name: signer.to_owned(), reason: None };
    let quote = finance::decide(tx, ticket.id, quote.id, decision).await.map_err(DemoError::failed)?;
    if !wait(dice.between(2, 120)) {
        return Ok(Bill::Open);
    }
    let method = if dice.chance(60) { PaymentMethod::Bank } else { PaymentMethod::Wechat };
    let paid = RecordPayment { amount_minor: quote.total_minor, method, reference: None };
    finance::pay(tx, &quote, paid).await.map_err(DemoError::failed)?;
    Ok(Bill::Settled)
}

fn kernel_now(tx: &Tx<'_>) -> kernel::Timestamp {
    use db::Query as _;
    tx.cx().now()
}

/// Labour, the way, and the parts used.
async fn lines(tx: &mut Tx<'_>, visit: &Visit) -> Result<Vec<NewLine>, DemoError> {
    let prices = Prices::load(tx).await?;
    let service = |kind: LineKind, price: PriceKind, quantity: Exact| {
        let price = prices.of(price);
        NewLine {
            kind,
            description: price.name.clone(),
            quantity,
            unit: Some(price.unit.clone()),
            unit_price_minor: price.unit_price_minor,
            tax_percent: Some(price.tax_percent),
            part_id: None,
            amount_minor: None,
            tax_minor: None,
        }
    };
    let mut lines = vec![
        service(LineKind::Labour, PriceKind::LabourHour, Exact::hours(visit.labour_minutes)),
        service(LineKind::Travel, PriceKind::TravelVisit, Exact::new(1, 0)),
    ];
    for used in inventory::uses_of_ticket(tx, visit.ticket_id).await? {
        lines.push(NewLine {
            kind: LineKind::Part,
            description: format!("{} {}", used.part_code, used.part_name),
            quantity: Exact::new(used.quantity, 0),
            unit: Some(used.unit.clone()),
            unit_price_minor: used.unit_price_minor,
            tax_percent: None,
            part_id: Some(used.part_id),
            amount_minor: None,
            tax_minor: None,
        });
    }
    Ok(lines)
}
