//! Everything about a customer on one page, while the call is still going on.

use authz::{allows, permissions as p};
use axum::extract::State;
use contracts::Contract;
use customers::{Contact, Customer, Site};
use db::{Read, list::Fragment};
use finance::Quote;
use http_api::{App, Caller, Json, Path, Problem};
use schemars::JsonSchema;
use serde::Serialize;
use surveys::Survey;
use tickets::Ticket;

use super::{
    IdPath,
    reach::{CoveredDevice, MOST_DEVICES, devices_of, tickets_where},
};

/// Tickets shown at most.
const MOST_TICKETS: usize = 50;
/// Quotes and surveys shown at most.
const MOST: usize = 20;

/// A customer with everything around them; what the caller may not see is empty.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CustomerOverview {
    /// The customer.
    pub customer: Customer,
    /// Whom to speak to, the primary one first.
    pub contacts: Vec<Contact>,
    /// Their places.
    pub sites: Vec<Site>,
    /// Their devices with cover today.
    pub devices: Vec<CoveredDevice>,
    /// Contracts about these devices.
    pub contracts: Vec<Contract>,
    /// Tickets, the newest first.
    pub tickets: Vec<Ticket>,
    /// How many of these are being worked on.
    pub open_tickets: usize,
    /// Quotes, the newest first.
    pub quotes: Vec<Quote>,
    /// What they still have to pay on approved quotes, in minor units of the quotes' currency.
    pub due_minor: i64,
    /// What they said, the newest first.
    pub surveys: Vec<Survey>,
    /// Mean satisfaction of these, 1 to 5; absent when nobody answered.
    pub csat_mean: Option<f64>,
}

/// Shows a customer.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
) -> Result<Json<CustomerOverview>, Problem> {
    let reach = cx.clone();
    let read = async move |r: &mut Read<'_>| -> Result<CustomerOverview, Problem> {
        let customer = customers::reached(r, p::CUSTOMERS_READ, id).await?;
        let devices = devices_of(r, id, MOST_DEVICES).await?;
        let mut contracts: Vec<Contract> = Vec::new();
        if allows(&reach, p::CONTRACTS_READ) {
            for device in &devices {
                for contract in contracts::of_device(r, device.device.device.id).await? {
                    if !contracts.iter().any(|known| known.id == contract.id) {
                        contracts.push(contract);
                    }
                }
            }
        }
        let of_customer = Fragment::new("customer_id = $1", vec![id.into()]);
        let tickets = tickets_where(r, of_customer, MOST_TICKETS).await?;
        // Quotes and answers stand with their tickets: whose ticket lies outside the caller's reach is left out.
        let everything = reach.scope(p::TICKETS_READ.name()) == Some(kernel::Scope::All);
        let seen = |ticket_id| everything || tickets.iter().any(|ticket| ticket.id == ticket_id);
        let mut quotes = Vec::new();
        if allows(&reach, p::QUOTES_READ) {
            quotes = finance::of_customer(r, id, MOST).await?;
            quotes.retain(|quote| seen(quote.ticket_id));
        }
        let mut surveys = Vec::new();
        if allows(&reach, p::SURVEYS_READ) {
            surveys = surveys::of_customer(r, id, MOST).await?;
            surveys.retain(|survey| seen(survey.ticket_id));
        }
        let scores: Vec<i64> = surveys.iter().filter_map(|survey| survey.csat).collect();
        let approved = quotes.iter().filter(|quote| quote.status == finance::QuoteStatus::Approved);
        Ok(CustomerOverview {
            contacts: customers::contacts(r, id).await?,
            sites: customers::sites(r, id).await?,
            open_tickets: tickets.iter().filter(|ticket| ticket.status.is_open()).count(),
            due_minor: approved.map(Quote::due_minor).sum(),
            csat_mean: (!scores.is_empty()).then(|| scores.iter().sum::<i64>() as f64 / scores.len() as f64),
            customer,
            devices,
            contracts,
            tickets,
            quotes,
            surveys,
        })
    };
    Ok(Json(app.db().read(&cx, read).await?))
}
