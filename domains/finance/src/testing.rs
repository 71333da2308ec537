//! What this crate's tests share: a ticket with a finished visit and a part used.

use authz::permissions as p;
use db::{Json, Migration, Tx};
use kernel::{Context, Scope, Uuid};
use objects::testing::{Api, person};
use testkit::TestDb;
use tickets::{Priority, Source, Ticket, TicketType, Unmet, Warranty};
use visits::{Visit, VisitStatus};
use workforce::Engineer;

use crate::{FinanceError, Quote};

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        tickets::migrations(),
        inventory::migrations(),
        visits::migrations(),
        crate::migrations(),
    ]
    .concat()
}

pub fn api(t: &TestDb) -> Api {
    Api::new(&t.db, &t.world, [crate::routes()])
}

/// Somebody who may do everything with money.
pub fn clerk(t: &TestDb) -> Context {
    let all = [p::QUOTES_READ, p::QUOTES_UPDATE, p::PAYMENTS_RECORD, p::PRICES_UPDATE];
    person(&t.cx, 1, &all.map(|permission| (permission, Scope::All)))
}

/// A ticket out of, under or with unknown warranty.
pub async fn ticket(t: &TestDb, in_warranty: Option<bool>) -> Ticket {
    let mut ticket = Ticket::new(&t.cx, "T-2026-000001".into(), TicketType::Repair, Priority::High, Source::Staff);
    let reason_code = if in_warranty == Some(true) { "factory_warranty" } else { "expired" };
    ticket.warranty =
        Json(Some(Warranty { in_warranty, reason_code: reason_code.into(), until: None, contract_id: None }));
    let (cx, new) = (t.cx.clone(), ticket.clone());
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(tickets::insert(&cx, &new)).await).await.unwrap();
    ticket
}

/// A finished visit of 95 minutes with two belts of 120.00 (cost 45.00) used.
pub async fn work(t: &TestDb, ticket: &Ticket) {
    let engineer = Engineer::new(&t.cx, "李工".into());
    let span = (t.cx.now(), t.cx.now());
    let mut visit = Visit::new(&t.cx, "V-2026-000001".into(), ticket, &engineer, span, Vec::new());
    visit.status = VisitStatus::Done;
    visit.labour_minutes = 95;
    visit.travel_minutes = 40;
    let part = inventory::CreatePart {
        code: "MP-10".into(),
        name: "门机皮带".into(),
        price_minor: 12_000,
        cost_minor: 4_500,
        stock: 5,
        ..inventory::CreatePart::default()
    };
    let (cx, ticket_id) = (t.cx.clone(), ticket.id);
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<(), inventory::InventoryError> {
        tx.execute(visits::insert(&cx, &visit)).await?;
        let part = inventory::add(tx, part).await?;
        let used = inventory::NewUse {
            ticket_id,
            visit_id: Some(visit.id),
            part_id: part.id,
            quantity: 2,
            serial: None,
            used_at: cx.now(),
        };
        inventory::record_use(tx, used).await?;
        Ok(())
    })
    .await
    .unwrap();
}

/// The codes of what keeps the ticket from being closed.
pub async fn unmet(t: &TestDb, ticket: &Ticket) -> Vec<&'static str> {
    use tickets::ClosingCheck as _;
    let ticket = ticket.clone();
    let check = async move |tx: &mut Tx<'_>| crate::SettledCheck.unmet(tx, &ticket).await;
    let unmet: Vec<Unmet> = t.db.write(&t.cx, check).await.unwrap();
    unmet.into_iter().map(|unmet| unmet.code).collect()
}

/// What a customer does behind a link.
pub async fn decide(t: &TestDb, ticket_id: Uuid, quote_id: Uuid, approve: bool) -> Result<Quote, FinanceError> {
    let decision = crate::Decision { approve, name: " 张三 ".into(), reason: None };
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| crate::decide(tx, ticket_id, quote_id, decision).await).await
}
