//! The whole customer in one answer: profile, hierarchy, people, places, devices, contracts, orders, money, tickets,
//! visits, surveys, complaints, messages and files. The number of statements does not grow with what there is.

use std::collections::BTreeMap;

use authz::{Permission, allows, permissions as p};
use axum::extract::State;
use contracts::{Contract, Verdict};
use customers::{Contact, Customer, CustomerDocument, CustomerLevel, Site};
use db::{DbError, Query as _, Read, list::Fragment};
use devices::Device;
use finance::{Quote, QuoteStatus};
use http_api::{App, Caller, Json, Path, Problem};
use jiff::tz::TimeZone;
use kernel::{Scope, Timestamp, Uuid};
use objects::Date;
use orders::OrderView;
use schemars::JsonSchema;
use serde::Serialize;
use surveys::Survey;
use tickets::{Attachment, Message, Ticket};
use visits::Visit;

use super::{IdPath, reach::tickets_where};

/// Devices shown.
const DEVICES: usize = 20;
/// Contracts shown.
const CONTRACTS: usize = 20;
/// Orders shown.
const ORDERS: usize = 10;
/// Quotes looked through for open ones.
const QUOTES: usize = 50;
/// Tickets shown.
const TICKETS: usize = 20;
/// Visits shown: to come, and past.
const VISITS: (usize, usize) = (5, 10);
/// Surveys and complaints shown.
const FEW: usize = 5;
/// Messages shown.
const MESSAGES: usize = 10;
/// Files shown.
const FILES: usize = 20;
const DOCUMENTS: usize = 50;
/// Months of the trend.
const MONTHS: i64 = 12;
/// Children shown.
const CHILDREN: usize = 50;

/// Another customer, as much as a link shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CustomerLink {
    /// Which one.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How much attention it is promised.
    pub level: CustomerLevel,
    /// When it was put away.
    pub archived_at: Option<Timestamp>,
}

impl From<Customer> for CustomerLink {
    fn from(customer: Customer) -> Self {
        Self { id: customer.id, name: customer.name, level: customer.level, archived_at: customer.archived_at }
    }
}

/// How much of everything there is, whatever is shown; null where the caller may not look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct CustomerCounts {
    /// Contacts in use.
    pub contacts: usize,
    /// Sites in use.
    pub sites: usize,
    /// Customers that belong to this one; 50 means 50 or more.
    pub children: usize,
    /// Devices in use; 500 means 500 or more.
    pub devices: Option<usize>,
    /// Contracts in use.
    pub contracts: Option<i64>,
    /// Purchases, leads and invoices in use.
    pub orders: Option<i64>,
    /// Quotes.
    pub quotes: Option<i64>,
    /// Tickets.
    pub tickets: Option<i64>,
    /// Tickets being worked on.
    pub open_tickets: Option<i64>,
    /// Visits, whatever became of them.
    pub visits: Option<i64>,
    /// Complaints.
    pub complaints: Option<i64>,
    /// Complaints being worked on.
    pub open_complaints: Option<i64>,
}

/// A device with what it is, where it stands, and whether it is covered today.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CustomerDevice {
    /// The device.
    #[serde(flatten)]
    pub device: Device,
    /// What the product is called.
    pub product_name: Option<String>,
    /// What the site is called.
    pub site_name: Option<String>,
    /// Whether it is covered today, and why.
    pub warranty: Verdict,
}

/// Money that is still to come, in minor units of the company's currency; other currencies are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenMoney {
    /// ISO 4217 code.
    pub currency: String,
    /// To be paid on approved quotes and issued invoices.
    pub receivable: i64,
    /// Offered in quotes that the customer has not answered.
    pub quoted: i64,
}

/// Visits to come, and those that took place.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct CustomerVisits {
    /// Those to come, the next first.
    pub next: Vec<Visit>,
    /// Those that took place, the last first.
    pub last: Vec<Visit>,
}

/// What the customer said in surveys.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct CustomerSurveys {
    /// How many were answered.
    pub n: usize,
    /// Mean satisfaction, 1 to 5; absent when nobody answered.
    pub csat_mean: Option<f64>,
    /// Recommendation: percentage of promoters (9, 10) minus percentage of detractors (0 to 6), −100 to 100.
    pub nps: Option<f64>,
    /// The last answers.
    pub last: Vec<Survey>,
}

/// What customers complained about.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Complaints {
    /// How many there are.
    pub n: i64,
    /// How many are being worked on.
    pub open: i64,
    /// The newest.
    pub last: Vec<Ticket>,
}

/// A message on one of the customer's tickets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CustomerMessage {
    /// The ticket's number.
    pub ticket_number: String,
    /// The message.
    #[serde(flatten)]
    pub message: Message,
}

/// A file on one of the customer's tickets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CustomerFile {
    /// The ticket's number.
    pub ticket_number: String,
    /// The file.
    #[serde(flatten)]
    pub file: Attachment,
}

/// Satisfaction in one month.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MonthOfAnswers {
    /// The month where the company is: `2026-03`.
    pub month: String,
    /// How many answers came in.
    pub n: usize,
    /// Their mean satisfaction, 1 to 5.
    pub csat_mean: Option<f64>,
}

/// The whole customer; what the caller may not see is empty or null.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CustomerFull {
    /// The customer.
    pub customer: Customer,
    /// The customer manager's name.
    pub owner_name: Option<String>,
    /// To whom it belongs.
    pub parent: Option<CustomerLink>,
    /// Who belongs to it, at most 50, by name.
    pub children: Vec<CustomerLink>,
    /// Whom to speak to, the primary one first.
    pub contacts: Vec<Contact>,
    /// Their places.
    pub sites: Vec<Site>,
    /// How much of everything there is.
    pub counts: CustomerCounts,
    /// The first 20 devices.
    pub devices: Vec<CustomerDevice>,
    /// Contracts, the one that ends last first; at most 20.
    pub contracts: Vec<Contract>,
    /// The newest 10 purchases, leads and invoices.
    pub orders: Vec<OrderView>,
    /// Quotes that are not settled: drafts, sent and approved ones.
    pub quotes_open: Vec<Quote>,
    /// Money that is still to come; null without a permission that shows money.
    pub open_money_minor: Option<OpenMoney>,
    /// The newest 20 tickets.
    pub tickets: Vec<Ticket>,
    /// How many tickets are being worked on.
    pub open_tickets: i64,
    /// Visits.
    pub visits: CustomerVisits,
    /// Surveys.
    pub surveys: CustomerSurveys,
    /// Complaints: tickets of that type.
    pub complaints: Complaints,
    /// The last 10 messages on tickets.
    pub messages: Vec<CustomerMessage>,
    /// The last 20 files on tickets.
    pub files: Vec<CustomerFile>,
    /// The newest 50 documents of the customer itself.
    pub documents: Vec<CustomerDocument>,
    /// The last 12 months in which somebody answered, the oldest first.
    pub satisfaction_trend: Vec<MonthOfAnswers>,
    /// What jobs for the customer cost us so far, in minor units of `open_money_minor.currency`; null for whoever does
    /// not see all of it.
    pub cost_so_far_minor: Option<i64>,
}

/// Shows the whole customer.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
) -> Result<Json<CustomerFull>, Problem> {
    Ok(Json(app.db().read(&cx, async move |r: &mut Read<'_>| full(r, id).await).await?))
}

async fn full(r: &mut Read<'_>, id: Uuid) -> Result<CustomerFull, Problem> {
    let customer = customers::reached(r, p::CUSTOMERS_READ, id).await?;
    let mut counts = CustomerCounts::default();
    let parent = match customer.parent_id {
        Some(parent) => super::search::customer(r, parent).await?.map(CustomerLink::from),
        None => None,
    };
    let children: Vec<CustomerLink> =
        customers::children(r, id, CHILDREN).await?.into_iter().map(CustomerLink::from).collect();
    let (contacts, sites) = (customers::contacts(r, id).await?, customers::sites(r, id).await?);
    (counts.contacts, counts.sites, counts.children) = (contacts.len(), sites.len(), children.len());
    let devices = devices_of(r, id, &sites, &mut counts).await?;
    let mut contracts = Vec::new();
    if allows(r.cx(), p::CONTRACTS_READ) {
        contracts = contracts::of_customer(r, id, CONTRACTS).await?;
        counts.contracts = Some(contracts::count_of_customer(r, id).await?);
    }
    let of_customer = || Fragment::new("customer_id = $1", vec![id.into()]);
    let tickets = tickets_where(r, of_customer(), TICKETS).await?;
    let mut complaints = Complaints::default();
    let (mut messages, mut files) = (Vec::new(), Vec::new());
    if allows(r.cx(), p::TICKETS_READ) {
        let found = tickets::counts_of_customer(r, id).await?;
        (counts.tickets, counts.open_tickets) = (Some(found.all), Some(found.open));
        (counts.complaints, counts.open_complaints) = (Some(found.complaints), Some(found.open_complaints));
        (complaints.n, complaints.open) = (found.complaints, found.open_complaints);
        if found.complaints > 0 {
            let complaint = Fragment::new("customer_id = $1 and kind = 'complain'", vec![id.into()]);
            complaints.last = tickets_where(r, complaint, FEW).await?;
        }
        messages = tickets::messages_of_customer(r, id, MESSAGES).await?;
        files = tickets::files_of_customer(r, id, FILES).await?;
    }
    let mut visits = CustomerVisits::default();
    if allows(r.cx(), p::VISITS_READ) {
        (visits.next, visits.last) = visits::of_customer(r, id, VISITS.0, VISITS.1).await?;
        counts.visits = Some(visits::count_of_customer(r, id).await?);
    }
    // Quotes and answers stand with their tickets: whoever does not reach every ticket sees those of the tickets shown.
    let everything = reaches_all(r, p::TICKETS_READ);
    let money = money_of(r, id, everything, &tickets, &mut counts).await?;
    let (surveys, satisfaction_trend) = surveys_of(r, id, everything, &tickets).await?;
    let owner_name = match customer.owner_id {
        Some(owner) => identity::users_by_ids(r, &[owner]).await?.remove(&owner).map(|user| user.name),
        None => None,
    };
    Ok(CustomerFull {
        customer,
        owner_name,
        parent,
        children,
        contacts,
        sites,
        counts,
        devices,
        contracts,
        orders: money.orders,
        quotes_open: money.quotes_open,
        open_money_minor: money.open,
        open_tickets: counts.open_tickets.unwrap_or(0),
        tickets,
        visits,
        surveys,
        complaints,
        messages: messages
            .into_iter()
            .map(|(ticket_number, message)| CustomerMessage { ticket_number, message })
            .collect(),
        files: files.into_iter().map(|(ticket_number, file)| CustomerFile { ticket_number, file }).collect(),
        documents: customers::documents(r, id, DOCUMENTS).await?,
        satisfaction_trend,
        cost_so_far_minor: money.cost,
    })
}

fn reaches_all(r: &Read<'_>, permission: Permission) -> bool {
    r.cx().scope(permission.name()) == Some(Scope::All)
}

async fn devices_of(
    r: &mut Read<'_>,
    id: Uuid,
    sites: &[Site],
    counts: &mut CustomerCounts,
) -> Result<Vec<CustomerDevice>, Problem> {
    if !allows(r.cx(), p::DEVICES_READ) {
        return Ok(Vec::new());
    }
    let mut all = devices::of_customer(r, id).await?;
    if !reaches_all(r, p::DEVICES_READ) {
        let mut seen = Vec::new();
        for device in all {
            if devices::reached(r, p::DEVICES_READ, device.id).await.is_ok() {
                seen.push(device);
            }
        }
        all = seen;
    }
    counts.devices = Some(all.len());
    all.truncate(DEVICES);
    let mut ids: Vec<Uuid> = all.iter().filter_map(|device| device.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let products: BTreeMap<Uuid, String> =
        products::by_ids(r, &ids).await?.into_iter().map(|product| (product.id, product.name)).collect();
    let today = Date::today(r.cx());
    let mut shown = Vec::with_capacity(all.len());
    for device in all {
        shown.push(CustomerDevice {
            warranty: contracts::verdict(r, &device, today).await?,
            product_name: device.product_id.and_then(|id| products.get(&id).cloned()),
            site_name: sites.iter().find(|site| Some(site.id) == device.site_id).map(|site| site.name.clone()),
            device,
        });
    }
    Ok(shown)
}

/// What there is about money.
struct Money {
    orders: Vec<OrderView>,
    quotes_open: Vec<Quote>,
    open: Option<OpenMoney>,
    cost: Option<i64>,
}

async fn money_of(
    r: &mut Read<'_>,
    id: Uuid,
    everything: bool,
    tickets: &[Ticket],
    counts: &mut CustomerCounts,
) -> Result<Money, Problem> {
    let mut money = Money { orders: Vec::new(), quotes_open: Vec::new(), open: None, cost: None };
    let currency = match identity::tenant_settings(r).await {
        Ok(company) => company.currency,
        Err(DbError::NotFound) => kernel::Currency::CNY.code().to_owned(),
        Err(error) => return Err(error.into()),
    };
    let mut open = OpenMoney { currency, receivable: 0, quoted: 0 };
    if allows(r.cx(), p::ORDERS_READ) {
        let orders = orders::of_customer(r, p::ORDERS_READ, id, ORDERS).await?;
        money.orders = orders::views(r, orders).await?;
        let (count, receivable) = orders::sums_of_customer(r, p::ORDERS_READ, id, &open.currency).await?;
        counts.orders = Some(count);
        open.receivable += receivable;
        money.open = Some(open.clone());
    }
    if allows(r.cx(), p::QUOTES_READ) {
        let mut quotes = finance::of_customer(r, id, QUOTES).await?;
        if everything {
            let (count, quoted, receivable) = finance::sums_of_customer(r, id, &open.currency).await?;
            counts.quotes = Some(count);
            open.quoted += quoted;
            open.receivable += receivable;
            money.cost = Some(finance::costs_of_customer(r, id).await?);
        } else {
            quotes.retain(|quote| tickets.iter().any(|ticket| ticket.id == quote.ticket_id));
            counts.quotes = Some(quotes.len() as i64);
            for quote in quotes.iter().filter(|quote| quote.currency == open.currency) {
                match quote.status {
                    QuoteStatus::Sent => open.quoted += quote.total_minor,
                    QuoteStatus::Approved => open.receivable += quote.due_minor(),
                    _ => {}
                }
            }
        }
        quotes.retain(|quote| matches!(quote.status, QuoteStatus::Draft | QuoteStatus::Sent | QuoteStatus::Approved));
        money.quotes_open = quotes;
        money.open = Some(open);
    }
    Ok(money)
}

async fn surveys_of(
    r: &mut Read<'_>,
    id: Uuid,
    everything: bool,
    tickets: &[Ticket],
) -> Result<(CustomerSurveys, Vec<MonthOfAnswers>), Problem> {
    if !allows(r.cx(), p::SURVEYS_READ) {
        return Ok((CustomerSurveys::default(), Vec::new()));
    }
    let mut last = surveys::of_customer(r, id, if everything { FEW } else { QUOTES }).await?;
    let scores: Vec<(Timestamp, Option<i64>, Option<i64>)> = if everything {
        surveys::scores_of_customer(r, id).await?
    } else {
        last.retain(|survey| tickets.iter().any(|ticket| ticket.id == survey.ticket_id));
        last.iter().filter_map(|survey| Some((survey.answered_at?, survey.csat, survey.nps))).collect()
    };
    last.truncate(FEW);
    let csat: Vec<i64> = scores.iter().filter_map(|(_, csat, _)| *csat).collect();
    let nps: Vec<i64> = scores.iter().filter_map(|(.., nps)| *nps).collect();
    let promoters = nps.iter().filter(|score| **score >= 9).count() as f64;
    let detractors = nps.iter().filter(|score| **score <= 6).count() as f64;
    let surveys = CustomerSurveys {
        n: scores.len(),
        csat_mean: mean(&csat),
        nps: (!nps.is_empty()).then(|| (promoters - detractors) * 100.0 / nps.len() as f64),
        last,
    };
    Ok((surveys, trend(&scores, r.cx().now(), r.cx().zone())))
}

fn mean(scores: &[i64]) -> Option<f64> {
    (!scores.is_empty()).then(|| scores.iter().sum::<i64>() as f64 / scores.len() as f64)
}

/// Answers by month, of the last year.
fn trend(scores: &[(Timestamp, Option<i64>, Option<i64>)], now: Timestamp, zone: &str) -> Vec<MonthOfAnswers> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let month_of = |at: Timestamp| {
        let date = at.to_jiff().to_zoned(zone.clone()).date();
        (i64::from(date.year()), i64::from(date.month()))
    };
    let (year, month) = month_of(now);
    let mut months: BTreeMap<(i64, i64), (usize, Vec<i64>)> = BTreeMap::new();
    for (at, csat, _) in scores {
        let (of_year, of_month) = month_of(*at);
        if (year - of_year) * 12 + month - of_month < MONTHS {
            let (n, given) = months.entry((of_year, of_month)).or_default();
            *n += 1;
            given.extend(*csat);
        }
    }
    let answer = |((year, month), (n, given)): ((i64, i64), (usize, Vec<i64>))| MonthOfAnswers {
        month: format!("{year:04}-{month:02}"),
        n,
        csat_mean: mean(&given),
    };
    months.into_iter().map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trend_goes_by_the_months_of_the_company_and_ends_with_this_one() {
        let at = |text: &str| Timestamp::from_jiff(text.parse().unwrap());
        let scores = [
            (at("2026-02-28T16:30:00Z"), Some(5), None), // March in Shanghai
            (at("2026-02-28T15:30:00Z"), Some(2), None),
            (at("2025-04-01T00:00:00Z"), None, Some(9)),
            (at("2025-03-30T00:00:00Z"), Some(1), None),
        ];
        let months = trend(&scores, at("2026-03-15T00:00:00Z"), "Asia/Shanghai");
        let told: Vec<_> = months.iter().map(|month| (month.month.as_str(), month.n, month.csat_mean)).collect();
        assert_eq!(told, [("2025-04", 1, None), ("2026-02", 1, Some(2.0)), ("2026-03", 1, Some(5.0))]);
    }
}
