//! Gathering what the ranking asks: the work, the engineers, their visits and places.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Compiled;
use db::{DbError, Query};
use jiff::tz::TimeZone;
use kernel::{Context, Timestamp, Uuid};
use tickets::{Priority, Ticket, TicketType};
use visits::{Visit, VisitStatus};
use workforce::{Engineer, EngineerStatus};

use crate::{
    api::{EngineerBrief, Recommendation},
    model::{Booked, Candidate, Job, Point, recommend, weights},
    needs::needs_of,
    store,
};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// How long work of a kind usually takes, in minutes.
pub const fn usual_minutes(kind: TicketType) -> i64 {
    match kind {
        TicketType::Install => 120,
        TicketType::Repair => 90,
        TicketType::Maintain => 60,
        TicketType::Consult | TicketType::Complain | TicketType::Return => 45,
    }
}

/// Waiting minutes of urgent work weigh more.
const fn wait_divisor(priority: Priority) -> i64 {
    match priority {
        Priority::Critical => 1,
        Priority::High => 2,
        Priority::Normal => 4,
        Priority::Low => 8,
    }
}

/// The tenant's zone.
pub fn zone(cx: &Context) -> TimeZone {
    TimeZone::get(cx.zone()).unwrap_or(TimeZone::UTC)
}

/// The day that `at` lies in: its first instant and the one after it.
pub fn day_of(zone: &TimeZone, at: Timestamp) -> (Timestamp, Timestamp) {
    let date = zone.to_datetime(at.to_jiff()).date();
    let start = |date: jiff::civil::Date| {
        date.to_zoned(zone.clone()).map_or(at, |start| Timestamp::from_jiff(start.timestamp()))
    };
    (start(date), date.tomorrow().map_or(at, start))
}

/// Everybody with rank and reasons, or with what speaks against them, for this ticket.
pub async fn recommendations(
    q: &mut impl Query,
    ticket: &Ticket,
    minutes: Option<i64>,
) -> Result<Vec<Recommendation>, DbError> {
    let cx = q.cx().clone();
    let now = cx.now();
    let job = job(q, ticket, minutes).await?;
    let engineers: Vec<Engineer> =
        workforce::listed(q).await?.into_iter().filter(|one| one.status != EngineerStatus::Left).collect();
    let today = day_of(&job.zone, now);
    let from = Timestamp(today.0.0.min(now.0 - DAY));
    let visits = visits::between(q, from, Timestamp(now.0 + (weights::HORIZON_DAYS + 1) * DAY)).await?;
    let places = places(q, &visits).await?;
    let open: BTreeMap<Uuid, i64> = tickets::open_by_engineer(q).await?.into_iter().collect();
    let served = visits::served(q, ticket.device_id, ticket.customer_id).await?;
    let served: BTreeMap<Uuid, (i64, i64)> = served.into_iter().map(|(id, device, own)| (id, (device, own))).collect();
    let declined: BTreeSet<Uuid> = visits::of_ticket(q, ticket.id)
        .await?
        .into_iter()
        .filter(|visit| visit.status == VisitStatus::Declined)
        .map(|visit| visit.engineer_id)
        .collect();
    let calendars: BTreeMap<Uuid, Compiled> =
        engineers.iter().filter_map(|engineer| Some((engineer.id, engineer.working_hours.0.compile().ok()?))).collect();
    let candidates: Vec<Candidate<'_>> = engineers
        .iter()
        .map(|engineer| {
            let mine =
                || visits.iter().filter(|visit| visit.engineer_id == engineer.id && visit.ticket_id != ticket.id);
            let (device, customer) = served.get(&engineer.id).copied().unwrap_or_default();
            let has_it = ticket.engineer_id == Some(engineer.id);
            Candidate {
                id: engineer.id,
                on_duty: engineer.is_available(),
                declined: declined.contains(&engineer.id),
                skills: engineer.skills.0.iter().map(|skill| (skill.skill.clone(), skill.level)).collect(),
                home: engineer.home().map(|(lat, lng)| Point { lat, lng }),
                region_id: engineer.region_id,
                calendar: calendars.get(&engineer.id),
                booked: mine()
                    .map(|visit| Booked {
                        starts_at: visit.starts_at,
                        ends_at: visit.ends_at,
                        place: places.get(&visit.ticket_id).copied(),
                    })
                    .collect(),
                open_tickets: open.get(&engineer.id).copied().unwrap_or(0) - i64::from(has_it),
                planned_minutes: mine().map(|visit| minutes_within(visit, today)).sum(),
                served_device: device,
                served_customer: customer,
            }
        })
        .collect();
    let by_id: BTreeMap<Uuid, &Engineer> = engineers.iter().map(|engineer| (engineer.id, engineer)).collect();
    let ranked = recommend(&job, &candidates);
    Ok(ranked
        .into_iter()
        .filter_map(|ranked| {
            Some(Recommendation {
                engineer: EngineerBrief::from(*by_id.get(&ranked.id)?),
                rank: ranked.rank,
                score: ranked.score,
                starts_at: ranked.starts_at,
                ends_at: ranked.ends_at,
                reasons: ranked.reasons,
                excluded: ranked.excluded,
            })
        })
        .collect())
}

/// Minutes of a visit that lie in a span.
pub fn minutes_within(visit: &Visit, (from, to): (Timestamp, Timestamp)) -> i64 {
    ((visit.ends_at.min(to) - visit.starts_at.max(from)) / MINUTE).max(0)
}

async fn job(q: &mut impl Query, ticket: &Ticket, minutes: Option<i64>) -> Result<Job, DbError> {
    let rules = store::needs(q).await?;
    let device = match ticket.device_id {
        Some(id) => devices::get(q, id).await?,
        None => None,
    };
    let category = match device.as_ref().and_then(|device| device.product_id) {
        Some(id) => products::get(q, id).await?.and_then(|product| product.category),
        None => None,
    };
    let (needs, region_required) = needs_of(&rules, category.as_deref(), ticket.kind);
    let stands = device.as_ref().and_then(|device| device.lat.zip(device.lng));
    let place = match place_of(q, ticket).await? {
        Some(place) => Some(place),
        None => stands.map(|(lat, lng)| Point { lat, lng }),
    };
    Ok(Job {
        now: q.cx().now(),
        minutes: minutes.unwrap_or(usual_minutes(ticket.kind)),
        place,
        region_id: ticket.region_id,
        region_required,
        needs,
        wait_divisor: wait_divisor(ticket.priority),
        zone: zone(q.cx()),
    })
}

/// The ticket's site, else its customer.
async fn place_of(q: &mut impl Query, ticket: &Ticket) -> Result<Option<Point>, DbError> {
    if let Some(id) = ticket.site_id
        && let Some((lat, lng)) = customers::site(q, id).await?.and_then(|site| site.lat.zip(site.lng))
    {
        return Ok(Some(Point { lat, lng }));
    }
    let Some(id) = ticket.customer_id else { return Ok(None) };
    let customer = customers::get(q, id).await?;
    Ok(customer.and_then(|customer| customer.lat.zip(customer.lng)).map(|(lat, lng)| Point { lat, lng }))
}

/// Where visits take place, by ticket; several look-ups for all of them together.
async fn places(q: &mut impl Query, visits: &[Visit]) -> Result<BTreeMap<Uuid, Point>, DbError> {
    let ids: BTreeSet<Uuid> = visits.iter().map(|visit| visit.ticket_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut tickets = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        tickets.extend(tickets::by_ids(q, some).await?);
    }
    let site_ids: Vec<Uuid> = tickets.iter().filter_map(|ticket| ticket.site_id).collect();
    let customer_ids: Vec<Uuid> = tickets.iter().filter_map(|ticket| ticket.customer_id).collect();
    let sites = customers::sites_by_ids(q, &site_ids).await?;
    let customers = customers::by_ids(q, &customer_ids).await?;
    let mut at: BTreeMap<Uuid, (f64, f64)> = BTreeMap::new();
    at.extend(sites.iter().filter_map(|site| Some((site.id, site.lat.zip(site.lng)?))));
    at.extend(customers.iter().filter_map(|customer| Some((customer.id, customer.lat.zip(customer.lng)?))));
    let point = |id: Option<Uuid>| at.get(&id?).map(|(lat, lng)| Point { lat: *lat, lng: *lng });
    Ok(tickets
        .iter()
        .filter_map(|ticket| Some((ticket.id, point(ticket.site_id).or_else(|| point(ticket.customer_id))?)))
        .collect())
}
