//! What this crate's tests share: two tickets at a customer's, three engineers, and callers.

use authz::permissions as p;
use calendar::{Calendar, MONDAY_TO_FRIDAY};
use db::{Migration, Query as _, Read, Tx, list::ListQuery};
use kernel::{Context, Scope, Uuid};
use objects::testing::{Api, person};
use testkit::TestDb;
use tickets::{Priority, Source, Ticket, TicketType};
use visits::Visit;
use workforce::{CreateEngineer, Engineer, Skill};

use crate::{DispatchError, NewSkillNeed, set_needs};

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        tickets::migrations(),
        workforce::migrations(),
        inventory::migrations(),
        visits::migrations(),
        crate::migrations(),
    ]
    .concat()
}

pub fn api(t: &TestDb) -> Api {
    Api::new(&t.db, &t.world, [crate::routes()])
}

pub fn dispatcher(t: &TestDb) -> Context {
    let all = [p::DISPATCH_USE, p::TICKETS_ASSIGN, p::TICKETS_READ, p::ENGINEERS_READ].map(|one| (one, Scope::All));
    person(&t.cx, 1, &all)
}

pub fn manager(t: &TestDb) -> Context {
    person(&t.cx, 2, &[(p::ENGINEERS_UPDATE, Scope::All)])
}

/// The version of the skill needs, for `If-Match`.
pub async fn needs_version(t: &TestDb) -> String {
    api(t).get(&dispatcher(t), "/api/v1/skill-needs").await.ok(200).json["version"].to_string()
}

/// A company with work and people.
pub struct Stage {
    pub ticket: Ticket,
    pub second: Ticket,
    pub near: Engineer,
    pub far: Engineer,
    pub novice: Engineer,
}

fn repair(cx: &Context, number: &str, customer_id: Uuid) -> Ticket {
    let mut ticket = Ticket::new(cx, number.into(), TicketType::Repair, Priority::Normal, Source::Staff);
    ticket.title = "门机异响".into();
    ticket.customer_id = Some(customer_id);
    ticket
}

fn engineer(name: &str, lng: f64, skill: Option<&str>) -> CreateEngineer {
    CreateEngineer {
        name: name.into(),
        home_lat: Some(31.23),
        home_lng: Some(lng),
        working_hours: Some(Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 9 * 60, 18 * 60)),
        skills: skill.map(|skill| Skill { skill: skill.into(), level: 4 }).into_iter().collect(),
        ..CreateEngineer::default()
    }
}

impl Stage {
    pub async fn new(t: &TestDb) -> Self {
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<Self, DispatchError> {
            let cx = tx.cx().clone();
            let failed = |error: String| db::DbError::Internal(error);
            let customer: customers::NewCustomer =
                serde_json::from_value(serde_json::json!({ "name": "世纪物业", "lat": 31.23, "lng": 121.47 }))
                    .map_err(|error| failed(error.to_string()))?;
            let customer = customers::insert(tx, customer).await.map_err(|error| failed(error.to_string()))?;
            let (ticket, second) =
                (repair(&cx, "T-2026-000001", customer.id), repair(&cx, "T-2026-000002", customer.id));
            tx.execute_all(vec![tickets::insert(&cx, &ticket), tickets::insert(&cx, &second)]).await?;
            let mut team = Vec::new();
            for body in [
                engineer("近工", 121.48, Some("电梯")),
                engineer("远工", 121.8, Some("电梯")),
                engineer("生手", 121.47, None),
            ] {
                team.push(workforce::add(tx, body).await.map_err(|error| failed(error.to_string()))?);
            }
            let need = NewSkillNeed {
                product_category: None,
                ticket_type: Some(TicketType::Repair),
                skill: "电梯".into(),
                min_level: 2,
                region_required: false,
            };
            set_needs(tx, Vec::new(), vec![need]).await?;
            let (novice, far, near) = (team.remove(2), team.remove(1), team.remove(0));
            Ok(Self { ticket, second, near, far, novice })
        })
        .await
        .unwrap()
    }
}

pub async fn visits_of(t: &TestDb, ticket_id: Uuid) -> Vec<Visit> {
    t.db.read(&t.cx, async move |r: &mut Read<'_>| visits::of_ticket(r, ticket_id).await).await.unwrap()
}

/// How many notices to engineers wait to be sent.
pub async fn notices(t: &TestDb) -> usize {
    let page =
        t.db.read(&t.cx, async |r: &mut Read<'_>| -> Result<_, http_api::Problem> {
            Ok(jobs::list(r, None, ListQuery::default()).await?)
        })
        .await
        .unwrap();
    page.page.items.iter().filter(|job| job.kind == visits::NOTIFY_ENGINEER).count()
}

/// What stands on a ticket's timeline, newest first.
pub async fn events_of(t: &TestDb, ticket_id: Uuid) -> Vec<String> {
    let page =
        t.db.read(&t.cx, async move |r: &mut Read<'_>| -> Result<_, http_api::Problem> {
            Ok(events::list_parent(r, "ticket", ticket_id, ListQuery::default()).await?)
        })
        .await
        .unwrap();
    page.page.items.into_iter().map(|event| event.kind).collect()
}
