//! What sales know: groups to which customers belong, customers that were entered twice, purchases, leads and invoices.

use std::collections::BTreeMap;

use customers::{Address, Customer, CustomerKind, CustomerLevel, NewCustomer, Phone};
use db::{Db, Tx};
use devices::NewDevice;
use kernel::{Context, Uuid};
use objects::{Date, Exact};
use orders::{NewOrder, NewOrderLine, OrderKind, OrderStatus};

use super::{DAYS, DemoError, company::Stock};

/// Groups, and which customers (by place in the list) belong to them.
const GROUPS: [(&str, &[usize]); 3] =
    [("锦和物业集团", &[0, 7, 14, 15]), ("海悦酒店管理集团", &[5, 12, 31]), ("仁济医疗集团", &[2, 10, 35])];
/// Purchases: what was bought, and the price of one in fen.
const GOODS: [(&str, i64); 5] = [
    ("乘客电梯 EL-3000（含安装）", 28_600_000),
    ("自动扶梯 ES-120（含安装）", 31_500_000),
    ("多联机空调 AC-VRF16", 9_680_000),
    ("门光幕 LC-101", 168_000),
    ("年度维保服务", 4_800_000),
];
/// What leads are about.
const LEADS: [&str; 4] = ["老旧电梯更新改造", "续签全包维保合同", "加装能量回馈装置", "冷水机组节能改造"];

/// Makes the groups; answers to which group the customer at a place of the list belongs.
pub async fn groups(tx: &mut Tx<'_>) -> Result<BTreeMap<usize, Uuid>, DemoError> {
    let mut groups = BTreeMap::new();
    for (name, members) in GROUPS {
        let new = NewCustomer {
            kind: Some(CustomerKind::Company),
            level: Some(CustomerLevel::Vip),
            tags: vec!["集团".to_owned()],
            ..NewCustomer::named(name)
        };
        let group = customers::insert(tx, new).await.map_err(DemoError::failed)?;
        groups.extend(members.iter().map(|member| (*member, group.id)));
    }
    Ok(groups)
}

/// Enters two customers a second time, as happens when somebody does not look first: one in another spelling with the
/// same telephone, one with the same address and a device of its own.
pub async fn duplicates(tx: &mut Tx<'_>, first: &Customer, second: &Customer) -> Result<(), DemoError> {
    let phones = first.phone.iter().map(|number| Phone { number: number.clone(), label: Some("前台".to_owned()) });
    let night = Phone { number: "021-58889000".to_owned(), label: Some("夜间值班".to_owned()) };
    let again = NewCustomer {
        phones: phones.chain([night]).collect(),
        region_id: first.region_id,
        ..NewCustomer::named(format!("{}有限公司", first.name))
    };
    customers::insert(tx, again).await.map_err(DemoError::failed)?;
    let again = NewCustomer {
        address: Some(Address { ..second.address.0.clone() }),
        lat: second.lat,
        lng: second.lng,
        region_id: second.region_id,
        ..NewCustomer::named(format!("{}（管理处）", second.name))
    };
    let again = customers::insert(tx, again).await.map_err(DemoError::failed)?;
    let device = NewDevice {
        serial_number: "EL-3000-99001".to_owned(),
        customer_id: Some(again.id),
        model: Some("EL-3000".to_owned()),
        place: Some("西侧货梯厅".to_owned()),
        region_id: second.region_id,
        ..NewDevice::default()
    };
    devices::insert(tx, device).await.map_err(DemoError::failed)?;
    Ok(())
}

/// Makes purchases, invoices and leads: for every customer something, for some all of it.
pub async fn orders(db: &Db, cx: &Context, stock: &Stock) -> Result<(), DemoError> {
    let today: jiff::civil::Date = cx.now().to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
    // The demo begins half a year before its today.
    let day = |ago: i64| {
        let date = today.saturating_add(jiff::Span::new().days(DAYS - ago));
        Date::new(date.year(), date.month(), date.day())
    };
    let mut all = Vec::new();
    for (place, customer_id) in stock.contacts.keys().enumerate() {
        let ago = |from: usize, span: usize| (from + place * 37 % span) as i64;
        let (goods, price) = GOODS[place % GOODS.len()];
        let count = 1 + (place % 3) as i64;
        let line = NewOrderLine {
            product_id: None,
            text: goods.to_owned(),
            quantity: Some(Exact::new(count, 0)),
            unit_price_minor: Some(price),
            device_ids: Vec::new(),
        };
        let status = if place % 7 == 0 { OrderStatus::Confirmed } else { OrderStatus::Delivered };
        all.push(NewOrder {
            status: Some(status),
            ordered_on: day(ago(40, 500)),
            lines: vec![line.clone()],
            ..NewOrder::titled(OrderKind::Purchase, *customer_id, goods)
        });
        if place % 2 == 0 {
            let (status, paid) = match place % 6 {
                0 => (OrderStatus::Issued, 0),
                2 => (OrderStatus::Issued, price * count / 2),
                _ => (OrderStatus::Paid, price * count),
            };
            all.push(NewOrder {
                status: Some(status),
                ordered_on: day(ago(20, 40)),
                due_on: day(ago(20, 40) - 30),
                lines: vec![line],
                paid_minor: Some(paid),
                ..NewOrder::titled(OrderKind::Invoice, *customer_id, format!("{goods} 货款"))
            });
        }
        if place % 4 == 1 {
            let statuses = OrderKind::Lead.statuses();
            all.push(NewOrder {
                status: Some(statuses[place / 4 % statuses.len()]),
                ordered_on: day(ago(2, 90)),
                due_on: day(-ago(10, 60)),
                total_minor: Some(12_000_000 + 800_000 * place as i64),
                ..NewOrder::titled(OrderKind::Lead, *customer_id, LEADS[place / 4 % LEADS.len()])
            });
        }
    }
    for new in &mut all {
        new.number = Some(orders::next_number(db, cx, new.kind).await?);
    }
    db.write(cx, async move |tx: &mut Tx<'_>| {
        for new in all {
            orders::insert(tx, new).await.map_err(DemoError::failed)?;
        }
        Ok::<_, DemoError>(())
    })
    .await
}
