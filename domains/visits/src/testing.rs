//! What this crate's tests share: a ticket, two engineers, a part, a file, and a phone that sends.

use db::{Migration, Query as _, Read, Tx, list::ListQuery};
use kernel::{Context, Scope, TenantId, Timestamp, Uuid, World};
use objects::testing::{Api, person};
use serde_json::Value;
use testkit::{MONDAY, TestDb};
use tickets::{Priority, Source, Ticket, TicketType};
use workforce::{CreateEngineer, Engineer};

use crate::{CommandBatch, CommandOutcome, FieldCommand, Visit, deliver_batch, plan, store};

/// The first engineer's sign-in.
pub const ENGINEER_USER: u128 = 100;
/// The second engineer's sign-in.
pub const OTHER_USER: u128 = 200;

const HOUR: i64 = 3_600_000_000;

/// An hour and a half from so many hours after Monday, 8 o'clock.
fn any_span(hours: i64) -> (Timestamp, Timestamp) {
    let from = Timestamp(MONDAY.0 + hours * HOUR);
    (from, Timestamp(from.0 + HOUR * 3 / 2))
}

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        objects::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        tickets::migrations(),
        workforce::migrations(),
        inventory::migrations(),
        crate::migrations(),
    ]
    .concat()
}

pub fn api(t: &TestDb) -> Api {
    Api::new(&t.db, &t.world, [crate::routes()])
}

/// A visit that is in no database.
pub fn blank_visit() -> Visit {
    let cx = Context::system(World::real(), TenantId::SYSTEM);
    let ticket = Ticket::new(&cx, "T-2026-000001".into(), TicketType::Repair, Priority::High, Source::Staff);
    let engineer = Engineer::new(&cx, "李工".into());
    let checklist = crate::checklist::built_in(TicketType::Repair).entries();
    Visit::new(&cx, "V-2026-000001".into(), &ticket, &engineer, any_span(0), checklist)
}

/// A company with a ticket and two engineers.
pub struct Stage {
    pub ticket: Ticket,
    pub engineer: Engineer,
    pub other: Engineer,
    pub part_id: Uuid,
    pub file_id: Uuid,
    pub file_sha256: String,
}

impl Stage {
    pub async fn new(t: &TestDb) -> Self {
        let mut ticket = Ticket::new(&t.cx, "T-2026-000001".into(), TicketType::Repair, Priority::High, Source::Staff);
        ticket.title = "门机异响".into();
        ticket.address = Some("世纪大道100号".into());
        let mut engineer = Engineer::new(&t.cx, "李工".into());
        engineer.user_id = Some(Uuid::from_u128(ENGINEER_USER));
        let mut other = Engineer::new(&t.cx, "王工".into());
        other.user_id = Some(Uuid::from_u128(OTHER_USER));
        let sha256 = "ab".repeat(32);
        let file = files::Received {
            name: "photo.jpg".into(),
            media_type: "image/jpeg".into(),
            size: 3,
            sha256: sha256.clone(),
            safe_inline: true,
        };
        let part =
            inventory::CreatePart { code: "MP-10".into(), name: "门机皮带".into(), stock: 5, ..Default::default() };
        let (given, first, second) = (ticket.clone(), engineer.clone(), other.clone());
        let (engineer, other, part_id, file_id) =
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<_, crate::VisitError> {
                let cx = tx.cx().clone();
                tx.execute(tickets::insert(&cx, &given)).await?;
                let body = |engineer: &Engineer| CreateEngineer {
                    name: engineer.name.clone(),
                    user_id: engineer.user_id,
                    ..CreateEngineer::default()
                };
                let engineer =
                    workforce::add(tx, body(&first)).await.map_err(|error| db::DbError::Internal(error.to_string()))?;
                let other = workforce::add(tx, body(&second))
                    .await
                    .map_err(|error| db::DbError::Internal(error.to_string()))?;
                let part = inventory::add(tx, part).await?;
                let file = files::record(tx, file).await?;
                Ok((engineer, other, part.id, file.id))
            })
            .await
            .unwrap();
        Self { ticket, engineer, other, part_id, file_id, file_sha256: sha256 }
    }

    /// A visit of the first engineer, so many hours after Monday, 8 o'clock; the ticket is assigned to them.
    pub async fn visit(&self, t: &TestDb, hours: i64) -> Visit {
        let number = plan::number(&t.db, &t.cx).await.unwrap();
        let (ticket_id, engineer) = (self.ticket.id, self.engineer.clone());
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<Visit, crate::VisitError> {
            let mut ticket = tickets::get(tx, ticket_id).await?.unwrap();
            if ticket.engineer_id.is_none() {
                let to = tickets::Assignment { engineer_id: engineer.id, user_id: engineer.user_id, team_id: None };
                ticket = tickets::act(tx, ticket, tickets::Action::Assign(to)).await?;
            }
            plan(tx, number, &ticket, &engineer, any_span(hours)).await
        })
        .await
        .unwrap()
    }

    pub async fn visit_now(&self, t: &TestDb, id: Uuid) -> Visit {
        t.db.read(&t.cx, async move |r: &mut Read<'_>| store::get(r, id).await).await.unwrap().unwrap()
    }

    pub async fn ticket_now(&self, t: &TestDb) -> Ticket {
        let id = self.ticket.id;
        t.db.read(&t.cx, async move |r: &mut Read<'_>| tickets::get(r, id).await).await.unwrap().unwrap()
    }

    pub async fn cancel(&self, t: &TestDb, visit: &Visit, reason: &str) -> Visit {
        let (visit, reason) = (visit.clone(), reason.to_owned());
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| plan::cancel(tx, visit, reason).await).await.unwrap()
    }

    /// Sends one step as the first engineer, now.
    pub async fn send(&self, t: &TestDb, visit: &Visit, kind: &str, payload: Value) -> CommandOutcome {
        deliver(t, &engineer_cx(t), vec![command(t, visit, kind, payload)]).await.remove(0)
    }

    /// Sends one step as the second engineer, now.
    pub async fn send_as_other(&self, t: &TestDb, visit: &Visit, kind: &str, payload: Value) -> CommandOutcome {
        deliver(t, &other_cx(t), vec![command(t, visit, kind, payload)]).await.remove(0)
    }
}

/// The first engineer as a caller.
pub fn engineer_cx(t: &TestDb) -> Context {
    person(&t.cx, ENGINEER_USER, &[(authz::permissions::VISITS_WORK, Scope::Own)])
}

/// The second engineer as a caller.
pub fn other_cx(t: &TestDb) -> Context {
    person(&t.cx, OTHER_USER, &[(authz::permissions::VISITS_WORK, Scope::Own)])
}

/// A step that happens now.
pub fn command(t: &TestDb, visit: &Visit, kind: &str, payload: Value) -> FieldCommand {
    FieldCommand {
        client_id: t.world.new_id(),
        visit_id: visit.id,
        kind: kind.to_owned(),
        device_time: t.world.now(),
        based_on_version: Some(visit.version),
        payload,
    }
}

/// Delivers steps without saying what the phone's clock shows.
pub async fn deliver(t: &TestDb, cx: &Context, commands: Vec<FieldCommand>) -> Vec<CommandOutcome> {
    deliver_batch(&t.db, cx, CommandBatch { sent_at: None, commands }).await.unwrap().results
}

/// What engineers were told of, sorted.
pub async fn notices(t: &TestDb) -> Vec<String> {
    let page =
        t.db.read(&t.cx, async |r: &mut Read<'_>| -> Result<_, http_api::Problem> {
            Ok(jobs::list(r, None, ListQuery::default()).await?)
        })
        .await
        .unwrap();
    let notices = page.page.items.into_iter().filter(|job| job.kind == crate::NOTIFY_ENGINEER);
    let mut told: Vec<String> = notices.map(|job| job.payload["event"].as_str().unwrap().to_owned()).collect();
    told.sort();
    told
}
