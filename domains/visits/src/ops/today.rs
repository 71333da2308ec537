//! Everything an engineer needs without network: their visits of the coming days with all around them.

use std::collections::BTreeMap;

use authz::permissions::VISITS_READ;
use axum::extract::State;
use customers::{Contact, Customer, Site};
use db::{DbError, Query, Read};
use devices::DeviceView;
use forms::Channel;
use http_api::{App, Caller, HasVersion, Json, Path, Problem, Versioned, scope_condition};
use inventory::Part;
use jiff::{Span, tz::TimeZone};
use kernel::{Context, Timestamp, Uuid};
use objects::FormToFill;
use schemars::JsonSchema;
use serde::Serialize;
use tickets::{Status, Ticket, TicketType};
use workforce::Engineer;

use crate::{
    VisitError, api::VisitPath, checklist::ChecklistTemplate, conflict::FieldConflict, model::Visit, own_fields, store,
};

/// Earlier tickets of a device shown at most.
const HISTORY: usize = 5;
/// Parts taken along at most.
const MOST_PARTS: i64 = 2_000;
/// How long ago an unfinished visit may have been planned and still be shown, in days.
const UNFINISHED_DAYS: i64 = 30;

/// An earlier ticket of the same device.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EarlierTicket {
    /// The ticket.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// One line.
    pub title: String,
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: TicketType,
    /// Where it stands.
    pub status: Status,
    /// The cause found.
    pub cause_code: Option<String>,
    /// What was done, in words.
    pub resolution: Option<String>,
    /// When it came in.
    pub created_at: Timestamp,
    /// When it was solved.
    pub resolved_at: Option<Timestamp>,
}

/// A visit with all around it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldVisit {
    /// The visit.
    pub visit: Visit,
    /// Its ticket, with the warranty verdict.
    pub ticket: Option<Ticket>,
    /// The customer.
    pub customer: Option<Customer>,
    /// Whom to call there, the primary one first.
    pub contacts: Vec<Contact>,
    /// The site, with how to get in.
    pub site: Option<Site>,
    /// The device.
    pub device: Option<DeviceView>,
    /// Where to go, in words.
    pub address: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lng: Option<f64>,
    /// Earlier tickets of the device, newest first.
    pub history: Vec<EarlierTicket>,
}

impl HasVersion for FieldVisit {
    fn version(&self) -> i64 {
        self.visit.version
    }
}

/// What a phone keeps for days without network.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldDay {
    /// The server's clock, to see how far off the phone's is.
    pub server_time: Timestamp,
    /// Who is signed in.
    pub engineer: Engineer,
    /// The visits shown begin from here (yesterday) ...
    pub from: Timestamp,
    /// ... and before here (a week ahead); unfinished ones of the last 30 days are shown as well.
    pub to: Timestamp,
    /// The visits, by start.
    pub visits: Vec<FieldVisit>,
    /// The parts list.
    pub parts: Vec<Part>,
    /// Checklists by kind of service.
    pub checklists: Vec<ChecklistTemplate>,
    /// What engineers fill in about tickets, devices and visits.
    pub forms: Vec<FormToFill>,
    /// Steps of this engineer that wait for a decision.
    pub conflicts: Vec<FieldConflict>,
}

/// The signed-in engineer's days.
pub async fn handle(State(app): State<App>, Caller(cx): Caller) -> Result<Json<FieldDay>, Problem> {
    Ok(Json(app.db().read(&cx, async |r: &mut Read<'_>| day(r).await).await?))
}

/// One visit.
pub async fn one(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(VisitPath { id }): Path<VisitPath>,
) -> Result<Versioned<FieldVisit>, Problem> {
    let read = async move |r: &mut Read<'_>| -> Result<_, VisitError> {
        let scope = scope_condition(r.cx(), VISITS_READ, &store::SCOPE);
        let visit = store::within(r, id, scope).await?;
        around(r, vec![visit]).await?.pop().ok_or(VisitError::NotFound)
    };
    Ok(Versioned(app.db().read(&cx, read).await?))
}

async fn day(r: &mut Read<'_>) -> Result<FieldDay, VisitError> {
    let cx = r.cx().clone();
    let user = cx.user_id().ok_or(VisitError::NoEngineer)?;
    let engineer = workforce::by_user(r, user).await?.ok_or(VisitError::NoEngineer)?;
    let (from, to) = span(&cx);
    let early = Timestamp(from.0 - UNFINISHED_DAYS * 86_400_000_000);
    let mut visits = store::of_engineer(r, engineer.id, early, to).await?;
    visits.retain(|visit| visit.starts_at >= from || visit.status.is_open());
    let mut forms = Vec::new();
    for object in ["ticket", "device", "visit"] {
        forms.extend(objects::form_to_fill(r, object, Channel::Engineer).await?);
    }
    Ok(FieldDay {
        forms,
        server_time: cx.now(),
        engineer,
        from,
        to,
        visits: around(r, visits).await?,
        parts: inventory::listed(r, MOST_PARTS).await?,
        checklists: store::checklists(r).await?,
        conflicts: store::conflicts_of_user(r, user).await?,
    })
}

/// From the beginning of yesterday to the end of the seventh day ahead, in the tenant's zone.
fn span(cx: &Context) -> (Timestamp, Timestamp) {
    let zone = TimeZone::get(cx.zone()).unwrap_or(TimeZone::UTC);
    let today = zone.to_datetime(cx.now().to_jiff()).date();
    let start = |days: i64| {
        let date = today.checked_add(Span::new().days(days)).ok()?;
        date.to_zoned(zone.clone()).ok().map(|at| Timestamp::from_jiff(at.timestamp()))
    };
    (start(-1).unwrap_or(cx.now()), start(8).unwrap_or(cx.now()))
}

/// Looks up what belongs to the visits.
async fn around(q: &mut impl Query, mut visits: Vec<Visit>) -> Result<Vec<FieldVisit>, DbError> {
    own_fields(q, &mut visits).await?;
    let ids: Vec<Uuid> = visits.iter().map(|visit| visit.ticket_id).collect();
    let tickets: BTreeMap<Uuid, Ticket> =
        tickets::by_ids(q, &ids).await?.into_iter().map(|ticket| (ticket.id, ticket)).collect();
    let mut shown = Vec::with_capacity(visits.len());
    for visit in visits {
        let ticket = tickets.get(&visit.ticket_id).cloned();
        shown.push(surroundings(q, visit, ticket).await?);
    }
    Ok(shown)
}

async fn surroundings(q: &mut impl Query, visit: Visit, ticket: Option<Ticket>) -> Result<FieldVisit, DbError> {
    let device_id = ticket.as_ref().and_then(|ticket| ticket.device_id).or(visit.device_id);
    let customer_id = ticket.as_ref().and_then(|ticket| ticket.customer_id).or(visit.customer_id);
    let device = match device_id {
        Some(id) => devices::get(q, id).await?,
        None => None,
    };
    let device = match device {
        Some(device) => Some(devices::view(q, device).await?),
        None => None,
    };
    let site_id = ticket.as_ref().and_then(|ticket| ticket.site_id);
    let site = match site_id.or(device.as_ref().and_then(|device| device.device.site_id)) {
        Some(id) => customers::site(q, id).await?,
        None => None,
    };
    let (customer, contacts) = match customer_id {
        Some(id) => (customers::get(q, id).await?, customers::contacts(q, id).await?),
        None => (None, Vec::new()),
    };
    let history = match device_id {
        Some(id) => earlier(q, id, visit.ticket_id).await?,
        None => Vec::new(),
    };
    let said = ticket.as_ref().and_then(|ticket| ticket.address.clone());
    let written = |address: String| (!address.is_empty()).then_some(address);
    let address = said
        .or_else(|| site.as_ref().and_then(|site| written(site.address.0.line())))
        .or_else(|| customer.as_ref().and_then(|customer| written(customer.address.0.line())));
    let place = site
        .as_ref()
        .and_then(|site| site.lat.zip(site.lng))
        .or_else(|| device.as_ref().and_then(|device| device.device.lat.zip(device.device.lng)))
        .or_else(|| customer.as_ref().and_then(|customer| customer.lat.zip(customer.lng)));
    let (lat, lng) = (place.map(|place| place.0), place.map(|place| place.1));
    Ok(FieldVisit { visit, ticket, customer, contacts, site, device, address, lat, lng, history })
}

async fn earlier(q: &mut impl Query, device_id: Uuid, except: Uuid) -> Result<Vec<EarlierTicket>, DbError> {
    let tickets = tickets::history_of(q, Some(device_id), None, HISTORY + 1).await?;
    let brief = |ticket: Ticket| EarlierTicket {
        id: ticket.id,
        number: ticket.number,
        title: ticket.title,
        kind: ticket.kind,
        status: ticket.status,
        cause_code: ticket.cause_code,
        resolution: ticket.resolution,
        created_at: ticket.created_at,
        resolved_at: ticket.resolved_at,
    };
    Ok(tickets.into_iter().filter(|ticket| ticket.id != except).take(HISTORY).map(brief).collect())
}

#[cfg(test)]
mod tests {
    use authz::permissions::VISITS_WORK;
    use kernel::Scope;
    use objects::testing::person;

    use super::*;
    use crate::testing::{self, Stage};

    testkit::both! {
        testing::migrations(), |t| an_engineer_gets_the_coming_days_and_nobody_elses {
            let stage = Stage::new(t).await;
            let soon = stage.visit(t, 1).await;
            let later = stage.visit(t, 24 * 9).await;
            let own = [(VISITS_READ, Scope::Own), (VISITS_WORK, Scope::Own)];
            let engineer = person(&t.cx, testing::ENGINEER_USER, &own);
            let api = testing::api(t);
            let day = api.get(&engineer, "/api/v1/field/today").await.ok(200).json;
            assert_eq!(day["engineer"]["name"], "李工");
            assert_eq!(day["visits"].as_array().unwrap().len(), 1);
            assert_eq!(day["visits"][0]["visit"]["id"], soon.id.to_string());
            assert_eq!(day["visits"][0]["ticket"]["number"], stage.ticket.number.as_str());
            assert_eq!(day["visits"][0]["address"], "世纪大道100号");
            assert_eq!(day["checklists"].as_array().unwrap().len(), TicketType::ALL.len());
            assert_eq!(day["parts"][0]["code"], "MP-10");
            let one = api.get(&engineer, &format!("/api/v1/field/visits/{}", later.id)).await.ok(200);
            assert_eq!(one.json["visit"]["id"], later.id.to_string());
            let other = person(&t.cx, testing::OTHER_USER, &own);
            assert!(api.get(&other, "/api/v1/field/today").await.ok(200).json["visits"].as_array().unwrap().is_empty());
            api.get(&other, &format!("/api/v1/field/visits/{}", soon.id)).await.refused(404, "not_found");
            let nobody = person(&t.cx, 55, &own);
            api.get(&nobody, "/api/v1/field/today").await.refused(409, "no_engineer");
        }
    }
}
