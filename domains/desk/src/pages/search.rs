//! One box for everything: exact numbers first, then titles, then words, within what the caller may see.

use authz::{Permission, allows, permissions as p};
use axum::extract::State;
use customers::CustomerError;
use db::{Query as Queries, Read, Tx};
use devices::DeviceError;
use events::NewEvent;
use http_api::{Accepted, App, Caller, Json, Problem, Query};
use kernel::{Timestamp, Uuid};
use objects::{among, phone_digits};
use schemars::JsonSchema;
use search::{Asked, Highlight, Index, MOST, Reach, SearchError};
use serde::{Deserialize, Serialize};
use tickets::Ticket;

use super::{Typed, reach::tickets_where};

/// Hits on a page unless another number is asked for.
const PAGE: usize = 20;

/// What somebody looks for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Sought {
    /// A number, telephone, serial number, name, its pinyin or initials, or words.
    #[schemars(length(min = 1, max = 200))]
    pub q: String,
    /// Kinds to show, separated by commas, such as `ticket,record:vehicle`; all when absent. All are counted.
    #[schemars(length(max = 1000))]
    pub kinds: Option<String>,
    /// Hits wanted, 1 to 50; 20 when absent.
    #[schemars(range(min = 1, max = 50))]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hit {
    /// The kind of object: `ticket`, `customer`, `device`, `contract`, `order`, `product`, `part`, `engineer`, or
    /// `record:` with the key of an own object.
    pub object: String,
    /// Which one.
    pub id: Uuid,
    /// One line that tells it from others.
    pub title: String,
    /// One more line.
    pub subtitle: Option<String>,
    /// True when the number, telephone or serial number was exactly this.
    pub exact: bool,
    /// True when it is archived.
    pub archived: bool,
    /// When what it is found by last changed.
    pub updated_at: Timestamp,
    /// Why it was found: its texts with what fits marked.
    pub highlights: Vec<Highlight>,
}

/// How many hits of one kind there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// The kind, as in hits.
    pub object: String,
    /// What people call an own object; null for built-in ones.
    pub name: Option<forms::Label>,
    /// How many, whatever kinds are shown.
    pub count: u64,
}

/// What was found, the best first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hits {
    /// The hits.
    pub items: Vec<Hit>,
    /// All hits by kind, the most first.
    pub groups: Vec<Group>,
    /// Hand this back as `cursor` for the next page; null on the last page.
    pub next_cursor: Option<String>,
    /// True while this server makes its index anew, so that much is not found yet.
    pub building: bool,
}

/// What was begun.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Rebuilding {
    /// The kind of the background job, as in the list of jobs.
    pub kind: &'static str,
}

/// A hit that the database knows by its number, perhaps before the index does.
fn known(object: &str, id: Uuid, title: String, subtitle: Option<String>, updated_at: Timestamp) -> Hit {
    let object = object.to_owned();
    Hit { object, id, title, subtitle, exact: true, archived: false, updated_at, highlights: Vec::new() }
}

fn ticket_hit(ticket: Ticket) -> Hit {
    let who = ticket.contact_name.or(ticket.address);
    known("ticket", ticket.id, format!("{} {}", ticket.number, ticket.title), who, ticket.updated_at)
}

fn customer_hit(customer: customers::Customer) -> Hit {
    known("customer", customer.id, customer.name, customer.phone, customer.updated_at)
}

fn device_hit(view: devices::DeviceView) -> Hit {
    let device = view.device;
    let names = [device.model, view.product_name, view.customer_name];
    let names = names.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let subtitle = (!names.is_empty()).then_some(names);
    known("device", device.id, device.serial_number, subtitle, device.updated_at)
}

/// The customer if the caller reaches it.
pub async fn customer(q: &mut impl Queries, id: Uuid) -> Result<Option<customers::Customer>, Problem> {
    match customers::reached(q, p::CUSTOMERS_READ, id).await {
        Ok(customer) => Ok(Some(customer)),
        Err(CustomerError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The device if the caller reaches it.
pub async fn device(q: &mut impl Queries, id: Uuid) -> Result<Option<devices::Device>, Problem> {
    match devices::reached(q, p::DEVICES_READ, id).await {
        Ok(device) => Ok(Some(device)),
        Err(DeviceError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Customers within reach with this telephone number.
pub async fn customers_by_phone(q: &mut impl Queries, text: &str) -> Result<Vec<customers::Customer>, Problem> {
    let Some(digits) = phone_digits(text) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for one in customers::by_phone(q, &digits).await? {
        found.extend(customer(q, one.id).await?);
    }
    Ok(found)
}

async fn exact(q: &mut impl Queries, text: &str) -> Result<Vec<Hit>, Problem> {
    let mut hits = Vec::new();
    if let Some(ticket) = tickets::by_number(q, &text.to_uppercase()).await? {
        let seen = tickets_where(q, among("id", &[ticket.id]), 1).await?;
        hits.extend(seen.into_iter().map(ticket_hit));
    }
    if allows(q.cx(), p::DEVICES_READ)
        && let Some(known) = devices::by_serial(q, text).await?
        && let Some(seen) = device(q, known.id).await?
    {
        hits.push(device_hit(devices::view(q, seen).await?));
    }
    if allows(q.cx(), p::CUSTOMERS_READ) {
        hits.extend(customers_by_phone(q, text).await?.into_iter().map(customer_hit));
    }
    Ok(hits)
}

/// Built-in objects that can be found, and the permission to read them.
const BUILT_IN: &[(&str, Permission)] = &[
    ("ticket", p::TICKETS_READ),
    ("customer", p::CUSTOMERS_READ),
    ("device", p::DEVICES_READ),
    ("contract", p::CONTRACTS_READ),
    ("order", p::ORDERS_READ),
    ("product", p::PRODUCTS_READ),
    ("part", p::PARTS_READ),
    ("engineer", p::ENGINEERS_READ),
];

/// What was typed, trimmed; `None` when there is nothing to look for.
pub fn wanted(typed: &Typed) -> Result<Option<String>, Problem> {
    words(&typed.q)
}

fn words(typed: &str) -> Result<Option<String>, Problem> {
    let text = typed.trim();
    if text.chars().count() > 200 || text.contains('\0') {
        return Err(Problem::bad_parameter("/query/q", "Search for at most 200 characters."));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn refused(error: SearchError) -> Problem {
    match error {
        SearchError::Cursor => {
            Problem::bad_parameter("/query/cursor", "This is no cursor of this search; ask for the first page again.")
        }
        SearchError::Db(error) => error.into(),
        SearchError::BrokenOff => Problem::unavailable("stopping", "The server is stopping. Try again.", 1),
        error => {
            Problem::unavailable("search_broken", "The search index is being repaired. Try again in a minute.", 30)
                .with_cause(error.to_string())
        }
    }
}

fn checked(sought: &Sought) -> Result<(usize, Vec<String>), Problem> {
    let limit = sought.limit.map_or(PAGE, |limit| limit as usize);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::bad_parameter("/query/limit", format!("Ask for 1 to {MOST} hits.")));
    }
    let kinds = sought.kinds.as_deref().unwrap_or_default();
    if kinds.chars().count() > 1_000 {
        return Err(Problem::bad_parameter("/query/kinds", "Name at most 1,000 characters of kinds."));
    }
    let kinds = kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    Ok((limit, kinds))
}

/// Finds.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(sought): Query<Sought>,
) -> Result<Json<Hits>, Problem> {
    let Some(text) = words(&sought.q)? else { return Ok(Json(Hits::default())) };
    let (limit, kinds) = checked(&sought)?;
    let first = sought.cursor.is_none();
    let of_own = async move |r: &mut Read<'_>| objects::searched(r).await;
    let own: Vec<objects::SearchedObject> = app.db().read(&cx, of_own).await?;
    let mut reaches: Vec<Reach> = BUILT_IN
        .iter()
        .filter_map(|(kind, permission)| {
            cx.scope(permission.name()).map(|scope| Reach { kind: (*kind).to_owned(), scope })
        })
        .collect();
    reaches.extend(own.iter().map(|object| Reach { kind: object.kind.clone(), scope: object.scope }));
    let asked =
        Asked { text: text.clone(), reaches: reaches.clone(), kinds: kinds.clone(), limit, cursor: sought.cursor };
    let found = app.get::<Index>().find(&cx, asked).await.map_err(refused)?;
    let mut counts = found.groups.clone();
    let (next_cursor, building) = (found.next_cursor.clone(), found.building);
    let read = async move |r: &mut Read<'_>| -> Result<(Vec<search::Shown>, Vec<Hit>), Problem> {
        // A number that was given a moment ago is found at once, before the index knows it.
        let exact = if first { exact(r, &text).await? } else { Vec::new() };
        Ok((search::shown(r, &found, &reaches).await?, exact))
    };
    let (shown, exact) = app.db().read(&cx, read).await?;
    let mut items: Vec<Hit> = shown.into_iter().map(hit).collect();
    for new in exact.into_iter().rev() {
        if items.iter().any(|hit| hit.id == new.id) {
            continue;
        }
        *counts.entry(new.object.clone()).or_default() += 1;
        if kinds.is_empty() || kinds.contains(&new.object) {
            items.insert(0, new);
        }
    }
    let name = |object: &str| own.iter().find(|own| own.kind == object).map(|own| own.name.clone());
    let mut groups: Vec<Group> =
        counts.into_iter().map(|(object, count)| Group { name: name(&object), object, count }).collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.object.cmp(&b.object)));
    Ok(Json(Hits { items, groups, next_cursor, building }))
}

fn hit(shown: search::Shown) -> Hit {
    Hit {
        object: shown.row.kind,
        id: shown.row.id,
        title: shown.title,
        subtitle: shown.subtitle,
        exact: shown.row.exact,
        archived: shown.row.archived,
        updated_at: shown.row.updated_at,
        highlights: shown.highlights,
    }
}

/// Begins to index the company afresh.
pub async fn rebuild(State(app): State<App>, Caller(cx): Caller) -> Result<Accepted<Rebuilding>, Problem> {
    let job = search::rebuild_job();
    let kind = job.kind;
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), db::DbError> {
            jobs::add(tx, job).await?;
            let tenant = tx.cx().tenant().0;
            events::append(tx, NewEvent::new("search.rebuild_begun", "search", tenant)).await
        })
        .await?;
    Ok(Accepted(Rebuilding { kind }))
}
