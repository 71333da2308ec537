//! Booking parts on a job, and taking a booking back.

use db::Tx;
use events::NewEvent;
use kernel::Uuid;
use objects::Checks;
use serde_json::json;

use crate::{
    InventoryError,
    model::{NewUse, PartUse},
    store,
};

/// Pieces booked at once at most.
const MOST: i64 = 100_000;

/// Books parts on a job: takes name, price and cost as they are now, lowers the stock, and puts it on the ticket's
/// timeline. The stock may fall below zero; the use then carries a warning.
pub async fn record_use(tx: &mut Tx<'_>, new: NewUse) -> Result<PartUse, InventoryError> {
    use db::Query as _;
    let mut checks = Checks::new();
    if !(1..=MOST).contains(&new.quantity) {
        checks.refuse("/quantity", "out_of_range", format!("Use a whole number from 1 to {MOST}."));
    }
    let serial = checks.line("/serial", new.serial);
    checks.finish()?;
    let cx = tx.cx().clone();
    let part = store::take(tx, new.part_id, new.quantity).await?.ok_or(InventoryError::NotFound)?;
    let used = PartUse {
        id: cx.new_id(),
        ticket_id: new.ticket_id,
        visit_id: new.visit_id,
        part_id: part.id,
        part_code: part.code,
        part_name: part.name,
        unit: part.unit,
        quantity: new.quantity,
        serial,
        unit_price_minor: part.price_minor,
        unit_cost_minor: part.cost_minor,
        currency: part.currency,
        stock_after: part.stock,
        stock_warning: part.stock_warning,
        booked_by: cx.actor().id,
        booked_by_name: cx.actor().name.clone(),
        used_at: new.used_at,
        booked_at: cx.now(),
        returned_at: None,
        returned_reason: None,
    };
    let data = json!({
        "use_id": used.id, "code": used.part_code, "name": used.part_name, "unit": used.unit,
        "quantity": used.quantity, "serial": used.serial, "stock_after": used.stock_after,
        "stock_warning": used.stock_warning, "visit_id": used.visit_id,
    });
    let event = NewEvent::new("part.used", "part", used.part_id)
        .label(&used.part_name)
        .data(data)
        .parent("ticket", used.ticket_id);
    tx.execute_all(vec![store::insert_use(&cx, &used), events::statement(&cx, &event)]).await?;
    Ok(used)
}

/// Takes a booking back: the pieces return to the stock and the use counts nowhere.
pub async fn return_use(tx: &mut Tx<'_>, id: Uuid, reason: &str) -> Result<PartUse, InventoryError> {
    let mut checks = Checks::new();
    let reason = checks.name("/reason", reason);
    checks.finish()?;
    let used = store::get_use(tx, id).await?.ok_or(InventoryError::UseNotFound)?;
    if !store::mark_returned(tx, id, &reason).await? {
        return Err(InventoryError::ReturnedAlready);
    }
    store::take(tx, used.part_id, -used.quantity).await?.ok_or(InventoryError::NotFound)?;
    let data = json!({ "use_id": id, "quantity": used.quantity, "reason": reason, "visit_id": used.visit_id });
    let event = NewEvent::new("part.returned", "part", used.part_id)
        .label(&used.part_name)
        .data(data)
        .parent("ticket", used.ticket_id);
    events::append(tx, event).await?;
    store::get_use(tx, id).await?.ok_or(InventoryError::UseNotFound)
}

#[cfg(test)]
mod tests {
    use db::Read;

    use super::*;
    use crate::{CreatePart, testing};

    fn two(part_id: Uuid) -> NewUse {
        NewUse {
            ticket_id: Uuid::from_u128(5),
            visit_id: None,
            part_id,
            quantity: 2,
            serial: Some(" SN-1 ".into()),
            used_at: testkit::MONDAY,
        }
    }

    testkit::both! {
        testing::migrations(), |t| a_use_keeps_the_price_of_the_day_and_lowers_the_stock {
            let body = CreatePart {
                code: "mp-10".into(), name: "门机皮带".into(), price_minor: 12_000, cost_minor: 4_500, stock: 3,
                ..CreatePart::default()
            };
            let part = testing::part(t, body).await.unwrap();
            let new = two(part.id);
            let used = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| record_use(tx, new).await).await.unwrap();
            assert_eq!((used.unit_price_minor, used.unit_cost_minor, used.stock_after), (12_000, 4_500, 1));
            assert_eq!((used.serial.as_deref(), used.stock_warning), (Some("SN-1"), false));
            let new = two(part.id);
            let second = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| record_use(tx, new).await).await.unwrap();
            assert_eq!((second.stock_after, second.stock_warning), (-1, true));
            let (part_now, uses) = testing::part_and_uses(t, part.id, Uuid::from_u128(5)).await;
            assert_eq!((part_now.stock, part_now.stock_warning, uses.len()), (-1, true, 2));
        }

        testing::migrations(), |t| a_use_taken_back_returns_the_pieces_once {
            let body = CreatePart { code: "A".into(), name: "接触器".into(), ..CreatePart::default() };
            let part = testing::part(t, body).await.unwrap();
            let new = two(part.id);
            let used = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| record_use(tx, new).await).await.unwrap();
            let id = used.id;
            let back = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| return_use(tx, id, "拿错了").await).await.unwrap();
            assert!(back.returned_at.is_some());
            let again = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| return_use(tx, id, "拿错了").await).await;
            assert!(matches!(again, Err(InventoryError::ReturnedAlready)));
            let (part_now, uses) = testing::part_and_uses(t, part.id, Uuid::from_u128(5)).await;
            assert_eq!((part_now.stock, part_now.stock_warning, uses.len()), (0, false, 0));
        }

        testing::migrations(), |t| nothing_is_booked_of_an_unknown_part_or_in_no_quantity {
            let new = two(Uuid::from_u128(9));
            let unknown = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| record_use(tx, new).await).await;
            assert!(matches!(unknown, Err(InventoryError::NotFound)));
            let new = NewUse { quantity: 0, ..two(Uuid::from_u128(9)) };
            let nothing = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| record_use(tx, new).await).await;
            assert!(matches!(nothing, Err(InventoryError::Invalid(_))));
            let none = t.db.read(&t.cx, async |r: &mut Read<'_>| store::uses_of_ticket(r, Uuid::from_u128(5)).await).await;
            assert!(none.unwrap().is_empty());
        }
    }
}
