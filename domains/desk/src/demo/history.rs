//! Six months of tickets, each lived through step by step on the demo's own clock.

use std::{collections::VecDeque, sync::Arc};

use db::{Db, Query as _, Tx};
use events::NewEvent;
use inventory::NewUse;
use kernel::{Context, ManualClock, Timestamp};
use tickets::{
    Action, Assignment, CreateTicket, MessageKind, Priority, ServiceLevels, Solution, Source, Ticket, TicketType,
    WaitReason, act, open, write_message,
};

use serde_json::json;
use visits::{PartLine, Visit, VisitResult, VisitStatus};
use workforce::Engineer;

use super::{
    DAYS, DemoError,
    company::{People, Stock, as_engineer, skilled},
    data::{COMMENTS, FAULTS, Fault, REPLIES},
    dice::Dice,
    settlement::{self, Bill},
};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Tickets lived through in one transaction.
const BATCH: usize = 20;

/// Tells the history up to `now`.
pub async fn tell(
    db: &Db,
    cx: &Context,
    clock: &Arc<ManualClock>,
    now: Timestamp,
    people: &People,
    stock: &Stock,
) -> Result<(), DemoError> {
    let dice = Dice::new(cx.world().clone());
    let mut starts: VecDeque<Timestamp> = (0..=DAYS).flat_map(|day| arrivals(&dice, now, day)).collect();
    let shared = Arc::new(Plot {
        people: Cast {
            agent: people.agent.clone(),
            dispatcher: people.dispatcher.clone(),
            engineers: people.engineers.clone(),
        },
        devices: stock.devices.clone(),
        contacts: stock.contacts.clone(),
        parts: stock.parts.clone(),
        clock: Arc::clone(clock),
        now,
    });
    while !starts.is_empty() {
        let mut batch = Vec::with_capacity(BATCH);
        for _ in 0..BATCH.min(starts.len()) {
            let Some(at) = starts.pop_front() else { break };
            clock.set(at);
            let visit = visits::number(db, cx).await.map_err(DemoError::failed)?;
            batch.push((at, tickets::number(db, cx).await?, visit, finance::number(db, cx).await?));
        }
        let plot = Arc::clone(&shared);
        db.write(cx, async move |tx: &mut Tx<'_>| {
            let dice = Dice::new(tx.cx().world().clone());
            let levels = ServiceLevels::load(tx).await.map_err(DemoError::failed)?;
            for (at, number, visit, quote) in batch {
                live(tx, &plot, &dice, &levels, at, [number, visit, quote]).await?;
            }
            Ok::<_, DemoError>(())
        })
        .await?;
    }
    today(db, cx, &shared).await?;
    clock.set(now);
    Ok(())
}

/// The day at hand: tickets in every stage, and visits today whatever the hour, some of them for the engineer
/// one can sign in as.
async fn today(db: &Db, cx: &Context, plot: &Arc<Plot>) -> Result<(), DemoError> {
    let now = plot.now;
    let mut batch = Vec::new();
    for (_, hours) in TODAY {
        let at = Timestamp(now.0 - hours * HOUR - odd_minutes(&batch) * MINUTE);
        plot.clock.set(at);
        let visit = visits::number(db, cx).await.map_err(DemoError::failed)?;
        batch.push((at, tickets::number(db, cx).await?, visit));
    }
    let zone = jiff::tz::TimeZone::get(cx.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let morning = now
        .to_jiff()
        .to_zoned(zone)
        .with()
        .hour(9)
        .minute(0)
        .second(0)
        .subsec_nanosecond(0)
        .build()
        .map_or(now, |nine| Timestamp::from_jiff(nine.timestamp()));
    let plot = Arc::clone(plot);
    db.write(cx, async move |tx: &mut Tx<'_>| {
        let dice = Dice::new(tx.cx().world().clone());
        let levels = ServiceLevels::load(tx).await.map_err(DemoError::failed)?;
        for (place, ((at, number, visit_number), (stage, _))) in batch.into_iter().zip(TODAY).enumerate() {
            plot.clock.set(at);
            let Some((device, category)) = dice.pick(&plot.devices) else { continue };
            let fitting: Vec<&Fault> =
                FAULTS.iter().filter(|fault| fault.category == category && fault.urgency > 0).collect();
            let Some(fault) = dice.pick(&fitting) else { continue };
            let ticket = {
                let mut tx = tx.with_context(&plot.people.agent);
                let wanted = request(&plot, &dice, device, fault);
                open(&mut tx, &levels, number, wanted).await.map_err(DemoError::failed)?
            };
            // Every second one goes to the engineer with a sign-in.
            let all = &plot.people.engineers;
            let Some(engineer) = (if place % 2 == 0 { all.first() } else { dice.pick(all) }) else { continue };
            let begins = match stage {
                Stage::OnSite | Stage::Waiting => Timestamp(at.0 + HOUR / 2),
                _ => Timestamp(morning.0 + (place as i64 % 5) * 2 * HOUR),
            };
            stand(tx, &plot, ticket, engineer, (stage, at), (visit_number, begins)).await?;
        }
        Ok::<_, DemoError>(())
    })
    .await
}

/// Not all of them on the hour.
fn odd_minutes<T>(batch: &[T]) -> i64 {
    3 + (batch.len() as i64 * 17) % 41
}

/// How far a ticket of today has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    New,
    Assigned,
    Accepted,
    OnSite,
    Waiting,
}

/// The oldest ones are late or nearly so.
const TODAY: [(Stage, i64); 16] = [
    (Stage::Waiting, 76),
    (Stage::Accepted, 50),
    (Stage::Accepted, 30),
    (Stage::New, 28),
    (Stage::Accepted, 26),
    (Stage::Assigned, 24),
    (Stage::Accepted, 12),
    (Stage::New, 10),
    (Stage::Assigned, 8),
    (Stage::Accepted, 6),
    (Stage::Accepted, 5),
    (Stage::New, 4),
    (Stage::OnSite, 3),
    (Stage::OnSite, 2),
    (Stage::New, 1),
    (Stage::New, 0),
];

/// Brings a ticket of today to its stage.
async fn stand(
    tx: &mut Tx<'_>,
    plot: &Plot,
    mut ticket: Ticket,
    engineer: &Engineer,
    (stage, mut at): (Stage, Timestamp),
    (visit_number, begins): (String, Timestamp),
) -> Result<(), DemoError> {
    if stage == Stage::New {
        return Ok(());
    }
    plot.pass(&mut at, 9 * MINUTE);
    let mut visit = {
        let mut tx = tx.with_context(&plot.people.dispatcher);
        let to = Assignment { engineer_id: engineer.id, user_id: engineer.user_id, team_id: engineer.team_id };
        ticket = step(&mut tx, ticket, Action::Assign(to)).await?;
        let span = (begins, Timestamp(begins.0 + 2 * HOUR));
        let entries = visits::built_in(ticket.kind).entries();
        let visit = Visit::new(&plot.people.dispatcher, visit_number, &ticket, engineer, span, entries);
        let told = NewEvent::new("visit.planned", "visit", visit.id)
            .label(&visit.number)
            .data(
                json!({ "engineer_name": visit.engineer_name, "starts_at": visit.starts_at, "ends_at": visit.ends_at }),
            )
            .parent("ticket", ticket.id);
        events::append(&mut tx, told).await?;
        visit
    };
    let crew = as_engineer(tx.cx(), engineer);
    let mut tx = tx.with_context(&crew);
    if stage >= Stage::Accepted {
        plot.pass(&mut at, 6 * MINUTE);
        ticket = step(&mut tx, ticket, Action::Accept).await?;
        visit.status = VisitStatus::Accepted;
        visit.accepted_at = Some(at);
    }
    if stage >= Stage::OnSite {
        plot.pass(&mut at, 15 * MINUTE);
        ticket = step(&mut tx, ticket, Action::Start).await?;
        visit.status = VisitStatus::OnSite;
        visit.departed_at = Some(Timestamp(at.0 - 12 * MINUTE));
        visit.checked_in_at = Some(at);
        visit.checked_in_by = Some(crew.actor().id);
    }
    if stage == Stage::Waiting {
        plot.pass(&mut at, 10 * MINUTE);
        let note = Some("客户要求下午再上门".to_owned());
        step(&mut tx, ticket, Action::Wait { reason: WaitReason::Customer, until: None, note }).await?;
    }
    visit.updated_at = at;
    tx.execute(visits::insert(&crew, &visit)).await?;
    Ok(())
}

/// When tickets come in on a day, oldest first: more on workdays, most of them by day.
fn arrivals(dice: &Dice, now: Timestamp, day: i64) -> Vec<Timestamp> {
    let midnight = Timestamp((now.0 - (DAYS - day) * DAY).div_euclid(DAY) * DAY - 8 * HOUR);
    let weekday = (midnight.0.div_euclid(DAY) + 4).rem_euclid(7);
    let many = if weekday >= 5 { dice.between(1, 3) } else { dice.between(3, 7) };
    let mut all: Vec<Timestamp> = (0..many)
        .map(|_| {
            let hour = if dice.chance(88) { dice.between(8, 18) } else { dice.between(0, 23) };
            Timestamp(midnight.0 + hour * HOUR + dice.between(0, 59) * MINUTE)
        })
        .filter(|at| *at < now)
        .collect();
    all.sort();
    all
}

struct Cast {
    agent: Context,
    dispatcher: Context,
    engineers: Vec<Engineer>,
}

struct Plot {
    people: Cast,
    devices: Vec<(devices::Device, String)>,
    contacts: std::collections::BTreeMap<kernel::Uuid, (kernel::Uuid, String, String)>,
    parts: std::collections::BTreeMap<String, inventory::Part>,
    clock: Arc<ManualClock>,
    now: Timestamp,
}

impl Plot {
    /// Whoever answers for the customer.
    fn signer(&self, ticket: &Ticket) -> String {
        let contact = ticket.customer_id.and_then(|id| self.contacts.get(&id));
        contact.map_or_else(|| "客户".to_owned(), |(_, name, _)| name.clone())
    }

    /// Moves on by `micros`; false when that would be in the future.
    fn pass(&self, at: &mut Timestamp, micros: i64) -> bool {
        let next = Timestamp(at.0 + micros);
        if next >= self.now {
            return false;
        }
        *at = next;
        self.clock.set(next);
        true
    }
}

/// One ticket, as far as it got by now.
async fn live(
    tx: &mut Tx<'_>,
    plot: &Plot,
    dice: &Dice,
    levels: &ServiceLevels,
    mut at: Timestamp,
    [number, visit_number, quote_number]: [String; 3],
) -> Result<(), DemoError> {
    plot.clock.set(at);
    let Some((device, category)) = dice.pick(&plot.devices) else { return Ok(()) };
    let fitting: Vec<&Fault> = FAULTS.iter().filter(|fault| fault.category == category).collect();
    let Some(fault) = dice.pick(&fitting) else { return Ok(()) };
    let mut ticket = {
        let mut tx = tx.with_context(&plot.people.agent);
        open(&mut tx, levels, number, request(plot, dice, device, fault)).await.map_err(DemoError::failed)?
    };
    // Some matters are settled on the telephone.
    if fault.urgency == 3 && fault.problem_type != "保养" && dice.chance(40) {
        if plot.pass(&mut at, dice.between(3, 40) * MINUTE) {
            let mut tx = tx.with_context(&plot.people.agent);
            ticket = step(&mut tx, ticket, solution(fault, "电话指导客户处理，")).await?;
            if plot.pass(&mut at, DAY) {
                step(&mut tx, ticket, Action::Close).await?;
            }
        }
        return Ok(());
    }
    dispatched(tx, plot, dice, ticket, fault, (at, visit_number, quote_number)).await
}

fn request(plot: &Plot, dice: &Dice, device: &devices::Device, fault: &Fault) -> CreateTicket {
    let contact = device.customer_id.and_then(|id| plot.contacts.get(&id));
    CreateTicket {
        title: fault.title.to_owned(),
        kind: if fault.problem_type == "保养" { TicketType::Maintain } else { TicketType::Repair },
        priority: [Priority::Critical, Priority::High, Priority::Normal, Priority::Low][fault.urgency],
        description: fault.description.to_owned(),
        source: Some(
            *dice
                .pick(&[Source::Phone, Source::Phone, Source::Qr, Source::Staff, Source::Mail])
                .unwrap_or(&Source::Phone),
        ),
        customer_id: device.customer_id,
        contact_id: contact.map(|(id, ..)| *id),
        contact_name: None,
        contact_phone: None,
        site_id: device.site_id,
        device_id: Some(device.id),
        serial_number: None,
        address: None,
        problem_type: Some(fault.problem_type.to_owned()),
        tags: Vec::new(),
        team_id: None,
        external_ref: None,
        file_ids: Vec::new(),
        ext: None,
    }
}

fn solution(fault: &Fault, before: &str) -> Action {
    Action::Resolve(Solution {
        resolution: format!("{before}{}", fault.solution),
        cause_code: Some(fault.cause.to_owned()),
        action_code: Some(if fault.part.is_some() { "更换配件" } else { "调整修复" }.to_owned()),
    })
}

async fn step(tx: &mut Tx<'_>, ticket: Ticket, action: Action) -> Result<Ticket, DemoError> {
    act(tx, ticket, action).await.map_err(DemoError::failed)
}

/// An engineer is sent.
async fn dispatched(
    tx: &mut Tx<'_>,
    plot: &Plot,
    dice: &Dice,
    mut ticket: Ticket,
    fault: &Fault,
    (mut at, visit_number, quote_number): (Timestamp, String, String),
) -> Result<(), DemoError> {
    let near: Vec<&Engineer> = plot
        .people
        .engineers
        .iter()
        .filter(|engineer| engineer.region_id == ticket.region_id && skilled(engineer, fault.category))
        .collect();
    let able: Vec<&Engineer> =
        plot.people.engineers.iter().filter(|engineer| skilled(engineer, fault.category)).collect();
    let Some(engineer) = dice.pick(if near.is_empty() { &able } else { &near }).copied() else { return Ok(()) };
    let urgent = fault.urgency == 0;
    if !plot.pass(&mut at, if urgent { dice.between(2, 8) } else { dice.between(5, 90) } * MINUTE) {
        return Ok(());
    }
    let way = if urgent { dice.between(15, 50) * MINUTE } else { dice.between(1, 26) * HOUR };
    let answered = dice.between(3, 30) * MINUTE;
    let mut visit = {
        let mut tx = tx.with_context(&plot.people.dispatcher);
        let to = Assignment { engineer_id: engineer.id, user_id: engineer.user_id, team_id: engineer.team_id };
        ticket = step(&mut tx, ticket, Action::Assign(to)).await?;
        let begins = Timestamp(at.0 + answered + way);
        let span = (begins, Timestamp(begins.0 + 2 * HOUR));
        let entries = visits::built_in(ticket.kind).entries();
        let visit = Visit::new(&plot.people.dispatcher, visit_number, &ticket, engineer, span, entries);
        let told = NewEvent::new("visit.planned", "visit", visit.id)
            .label(&visit.number)
            .data(
                json!({ "engineer_name": visit.engineer_name, "starts_at": visit.starts_at, "ends_at": visit.ends_at }),
            )
            .parent("ticket", ticket.id);
        events::append(&mut tx, told).await?;
        if dice.chance(50) {
            let reply = REPLIES[dice.below(REPLIES.len())];
            write_message(&mut tx, ticket.clone(), MessageKind::Reply, reply, Vec::new())
                .await
                .map_err(DemoError::failed)?;
            // The reply may have answered the ticket, which changes it.
            let id = ticket.id;
            ticket =
                tickets::get(&mut tx, id).await?.ok_or_else(|| DemoError::Failed("a ticket is gone".to_owned()))?;
        }
        visit
    };
    let crew = as_engineer(tx.cx(), engineer);
    let mut tx = tx.with_context(&crew);
    worked(&mut tx, plot, dice, (ticket, &mut visit, quote_number), fault, (&mut at, answered, way)).await?;
    visit.updated_at = at;
    let cx = tx.cx().clone();
    tx.execute(visits::insert(&cx, &visit)).await?;
    Ok(())
}

/// What the engineer does about it, as far as time has come.
async fn worked(
    tx: &mut Tx<'_>,
    plot: &Plot,
    dice: &Dice,
    (mut ticket, visit, quote_number): (Ticket, &mut Visit, String),
    fault: &Fault,
    (at, answered, way): (&mut Timestamp, i64, i64),
) -> Result<(), DemoError> {
    if !plot.pass(at, answered) {
        return Ok(());
    }
    ticket = step(tx, ticket, Action::Accept).await?;
    visit.status = VisitStatus::Accepted;
    visit.accepted_at = Some(*at);
    if !plot.pass(at, way) {
        return Ok(());
    }
    ticket = step(tx, ticket, Action::Start).await?;
    visit.status = VisitStatus::OnSite;
    visit.departed_at = Some(Timestamp(at.0 - dice.between(12, 55) * MINUTE));
    visit.checked_in_at = Some(*at);
    visit.checked_in_by = Some(tx.cx().actor().id);
    if dice.chance(12) {
        if !plot.pass(at, 40 * MINUTE) {
            return Ok(());
        }
        let reason = if fault.part.is_some() { WaitReason::Parts } else { WaitReason::Customer };
        let note = Some(if fault.part.is_some() { "等待配件到货" } else { "客户要求改约时间" }.to_owned());
        ticket = step(tx, ticket, Action::Wait { reason, until: None, note }).await?;
        if !plot.pass(at, dice.between(4, 60) * HOUR) {
            return Ok(());
        }
        ticket = step(tx, ticket, Action::Resume).await?;
    }
    let labour = dice.between(35, 200);
    if !plot.pass(at, labour * MINUTE) {
        return Ok(());
    }
    finished(tx, plot, visit, fault, (*at, labour)).await?;
    ticket = step(tx, ticket, solution(fault, "")).await?;
    if dice.chance(3) {
        if !plot.pass(at, dice.between(2, 20) * HOUR) {
            return Ok(());
        }
        ticket = step(tx, ticket, Action::Reopen { reason: "故障再次出现".to_owned(), days: 7 }).await?;
        if !plot.pass(at, dice.between(3, 30) * HOUR) {
            return Ok(());
        }
        ticket = step(tx, ticket, solution(fault, "再次上门，")).await?;
    }
    let signer = plot.signer(&ticket);
    let bill = {
        let mut tx = tx.with_context(&plot.people.agent);
        let of = (&ticket, &*visit, quote_number);
        settlement::bill(&mut tx, dice, of, &signer, |hours| plot.pass(at, hours * HOUR)).await?
    };
    if bill == Bill::Open {
        return Ok(());
    }
    if !plot.pass(at, dice.between(2, 40) * HOUR) {
        return Ok(());
    }
    if dice.chance(62) {
        let csat = [1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5][dice.below(12)];
        let comment = dice.pick(COMMENTS[csat - 1]).map(|text| (*text).to_owned());
        let nps = (csat as i64 * 2 + dice.between(-1, 1)).clamp(0, 10);
        answer(tx, &ticket, csat as i64, nps, comment).await?;
    }
    if plot.pass(at, dice.between(2, 30) * HOUR) {
        let mut tx = tx.with_context(&plot.people.agent);
        step(&mut tx, ticket, Action::Close).await?;
    }
    Ok(())
}

/// The visit is over: time and parts booked, and no signature, with the reason.
async fn finished(
    tx: &mut Tx<'_>,
    plot: &Plot,
    visit: &mut Visit,
    fault: &Fault,
    (at, labour): (Timestamp, i64),
) -> Result<(), DemoError> {
    visit.status = VisitStatus::Done;
    visit.checked_out_at = Some(at);
    visit.checked_out_by = Some(tx.cx().actor().id);
    visit.labour_minutes = labour;
    visit.travel_minutes = match (visit.departed_at, visit.checked_in_at) {
        (Some(left), Some(came)) => (came - left) / MINUTE,
        _ => 0,
    };
    for entry in &mut visit.checklist.0 {
        entry.done = true;
        entry.done_at = Some(at);
    }
    visit.result = Some(VisitResult::Fixed);
    visit.result_text = Some(fault.solution.to_owned());
    visit.result_at = Some(at);
    visit.excused_reason = Some("历史数据：纸质服务单已签字".to_owned());
    if let Some(part) = fault.part.and_then(|code| plot.parts.get(code)) {
        let new = NewUse {
            ticket_id: visit.ticket_id,
            visit_id: Some(visit.id),
            part_id: part.id,
            quantity: 1,
            serial: None,
            used_at: at,
        };
        let used = inventory::record_use(tx, new).await.map_err(DemoError::failed)?;
        visit.parts_used.0.push(PartLine {
            use_id: used.id,
            part_id: part.id,
            code: part.code.clone(),
            name: part.name.clone(),
            unit: part.unit.clone(),
            quantity: 1,
            serial: None,
        });
    }
    let told = NewEvent::new("visit.completed", "visit", visit.id)
        .label(&visit.number)
        .data(json!({ "labour_minutes": labour, "result": visit.result }))
        .parent("ticket", visit.ticket_id);
    events::append(tx, told).await?;
    Ok(())
}

async fn answer(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    csat: i64,
    nps: i64,
    comment: Option<String>,
) -> Result<(), DemoError> {
    let answer = surveys::Answer { csat: Some(csat), nps: Some(nps), comment };
    surveys::answer(tx, ticket.id, answer).await.map_err(DemoError::failed)?;
    Ok(())
}
