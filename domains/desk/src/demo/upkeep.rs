//! What the company keeps about its devices: components, parts of the first days, meters that are read, rules of
//! warranties, warranties that end soon, and planned upkeep with its first tickets.

use std::sync::Arc;

use contracts::{
    NewMaintenancePlan,
    plans::{MeterRhythm, PlanScope, PlannedPriority, PlannedTicket, PlannedType},
};
use db::{Db, Tx};
use devices::{Device, DeviceChange, MeterKind, NewDevice, NewMeter, NewReading};
use kernel::{Context, ManualClock, Timestamp, Uuid};
use objects::{Change, Date};
use products::{ComponentTerm, NewWarrantyRule, WarrantyStart, WarrantyTerms};

use super::{DemoError, company::Stock};

const DAY: i64 = 86_400_000_000;
/// Hours before now at which all of this is written down.
const BEFORE: i64 = 30;
/// Days from now on which warranties of single devices end.
const ENDS: [i32; 9] = [6, 13, 21, 28, 41, 52, 64, 77, 88];
/// Devices with meters and components at most.
const MOST: usize = 12;

/// Writes all of it down, a day before `now`.
pub async fn tell(
    db: &Db,
    cx: &Context,
    clock: &Arc<ManualClock>,
    now: Timestamp,
    stock: &Stock,
) -> Result<(), DemoError> {
    clock.set(Timestamp(now.0 - BEFORE * 3_600_000_000));
    let devices: Vec<(Device, String)> = stock.devices.clone();
    db.write(cx, async move |tx: &mut Tx<'_>| {
        rules(tx).await?;
        let of = |category: &str| -> Vec<Device> {
            let fitting = devices.iter().filter(|(_, one)| one == category);
            fitting.map(|(device, _)| device.clone()).take(MOST).collect()
        };
        let (cooling, lifts) = (of("暖通"), of("电梯"));
        for (place, device) in cooling.iter().enumerate() {
            component(tx, device, "压缩机", "YS").await?;
            meter(tx, device, ("运行小时", "h"), (1_200.0 + 310.0 * place as f64, 11.0 + place as f64)).await?;
        }
        for (place, device) in lifts.iter().enumerate() {
            component(tx, device, "曳引机", "YY").await?;
            meter(tx, device, ("运行次数", "次"), (80_000.0 + 9_000.0 * place as f64, 420.0 + 35.0 * place as f64))
                .await?;
        }
        ending(tx, &devices).await?;
        plans(tx, &cooling, &lifts).await
    })
    .await?;
    tickets::make_due(db, cx).await.map_err(DemoError::failed)?;
    Ok(())
}

/// How warranties of two categories count.
async fn rules(tx: &mut Tx<'_>) -> Result<(), DemoError> {
    let term = |name: &str, months| ComponentTerm { name: name.to_owned(), part_id: None, months };
    for (category, months, components) in [
        ("暖通", 24, vec![term("压缩机", 60), term("过滤网", 3)]),
        ("电梯", 24, vec![term("曳引机", 60), term("门机皮带", 12), term("钢丝绳", 12)]),
    ] {
        let terms =
            WarrantyTerms { start: WarrantyStart::Installation, latest_start_months_after_sale: Some(6), components };
        let new = NewWarrantyRule { category: category.to_owned(), months, terms };
        products::insert_warranty_rule(tx, new).await.map_err(DemoError::failed)?;
    }
    Ok(())
}

/// The most expensive component has a file of its own.
async fn component(tx: &mut Tx<'_>, device: &Device, name: &str, letters: &str) -> Result<(), DemoError> {
    let new = NewDevice {
        serial_number: format!("{letters}-{}", device.serial_number),
        customer_id: device.customer_id,
        site_id: device.site_id,
        model: Some(name.to_owned()),
        installed_on: device.installed_on,
        parent_id: Some(device.id),
        region_id: device.region_id,
        ..NewDevice::default()
    };
    devices::insert(tx, new).await.map(drop).map_err(DemoError::failed)
}

/// A counter that was read every three weeks of the six months; `from` is its first reading, `daily` how fast it rises.
async fn meter(
    tx: &mut Tx<'_>,
    device: &Device,
    (name, unit): (&str, &str),
    (from, daily): (f64, f64),
) -> Result<(), DemoError> {
    let new = NewMeter { name: name.to_owned(), unit: unit.to_owned(), kind: MeterKind::Counter };
    let mut meter = devices::insert_meter(tx, device, new).await.map_err(DemoError::failed)?;
    let now = db::Query::cx(tx).now();
    for reading in 0..9_i64 {
        let days = reading * 21;
        let at = Timestamp(now.0 - (8 * 21 - days) * DAY);
        let new = NewReading { at: Some(at), value: (from + daily * days as f64).round(), reset: false };
        devices::note_reading(tx, device, &meter, new).await.map_err(DemoError::failed)?;
        meter.version += 1;
    }
    Ok(())
}

/// Warranties of devices without a contract that end one after the other in the next three months.
async fn ending(tx: &mut Tx<'_>, devices: &[(Device, String)]) -> Result<(), DemoError> {
    let today = Date::today(db::Query::cx(tx)).plus_days(1).ok_or_else(beyond)?;
    let mut left = ENDS.iter();
    // Every eleventh device, so that they belong to different customers.
    for (device, _) in devices.iter().step_by(11) {
        if !contracts::of_device(tx, device.id).await.map_err(DemoError::failed)?.is_empty() {
            continue;
        }
        let Some(days) = left.next() else { break };
        let ends_on = today.plus_days(*days).ok_or_else(beyond)?;
        let change = DeviceChange { warranty_ends_on: Change::Set(ends_on), ..DeviceChange::default() };
        let current = devices::get(tx, device.id).await.map_err(DemoError::failed)?.ok_or_else(beyond)?;
        devices::table::update(tx, current.id, current.version, change).await.map_err(DemoError::failed)?;
    }
    Ok(())
}

fn beyond() -> DemoError {
    DemoError::Failed("a date beyond the calendar, or a device that is gone".to_owned())
}

/// Upkeep by law for lifts, by hours for cooling, and a yearly inspection that is due next week.
async fn plans(tx: &mut Tx<'_>, cooling: &[Device], lifts: &[Device]) -> Result<(), DemoError> {
    let today = Date::today(db::Query::cx(tx));
    let ids = |devices: &[Device]| -> Vec<Uuid> { devices.iter().map(|device| device.id).collect() };
    let ticket = |title: &str, description: &str, checklist: &[&str]| PlannedTicket {
        kind: PlannedType::Maintain,
        priority: PlannedPriority::Normal,
        title: title.to_owned(),
        description: Some(description.to_owned()),
        checklist: checklist.iter().map(|point| (*point).to_owned()).collect(),
    };
    let lift_ticket =
        ticket("半月保养", "按 TSG T5002 半月维保项目执行。", &["机房与轿厢清洁", "制动器间隙", "层门锁紧"]);
    let cooling_ticket =
        ticket("机组定期保养", "按运行小时或半年保养，先到为准。", &["油位与油质", "冷凝器清洗", "电气紧固"]);
    let yearly_ticket = ticket("年度检验准备", "检验前自检并整理资料。", &["限速器校验报告", "自检记录"]);
    for (name, devices, days, months, meter, starts, minutes, ticket) in [
        ("电梯半月保养", ids(lifts), Some(15), None, None, 12, 90, lift_ticket),
        ("冷机按小时保养", ids(cooling), None, Some(6), Some(2_000.0), 20, 240, cooling_ticket),
        ("电梯年度检验", ids(lifts.get(..2).unwrap_or_default()), None, Some(12), None, 6, 180, yearly_ticket),
    ] {
        let new = NewMaintenancePlan {
            name: name.to_owned(),
            scope: PlanScope { device_ids: devices, ..PlanScope::default() },
            every_days: days,
            every_months: months,
            meter: meter.map(|every| MeterRhythm { name: "运行小时".to_owned(), every }),
            lead_days: Some(7),
            minutes: Some(minutes),
            ticket,
            starts_on: today.plus_days(starts).ok_or_else(beyond)?,
            ends_on: None,
            active: None,
            note: None,
        };
        contracts::insert_plan(tx, new).await.map_err(DemoError::failed)?;
    }
    Ok(())
}
