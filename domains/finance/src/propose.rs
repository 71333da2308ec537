//! Lines for a quote from what was done: the visits' work and ways, and the parts used.

use db::{DbError, Query};
use inventory::PartUse;
use kernel::Uuid;
use visits::{Visit, VisitStatus};

use crate::{
    Exact,
    model::{LineKind, PriceKind, QuoteLine},
    prices::Prices,
};

/// What was done for a ticket.
#[derive(Debug, Clone)]
pub struct Work {
    /// Visits that took place or go on.
    pub visits: Vec<Visit>,
    /// Parts used and not taken back.
    pub parts: Vec<PartUse>,
}

impl Work {
    /// Reads what was done for a ticket.
    pub async fn load(q: &mut impl Query, ticket_id: Uuid) -> Result<Self, DbError> {
        let mut visits = visits::of_ticket(q, ticket_id).await?;
        visits.retain(|visit| matches!(visit.status, VisitStatus::OnSite | VisitStatus::Done));
        Ok(Self { visits, parts: inventory::uses_of_ticket(q, ticket_id).await? })
    }

    /// Work at the customer's, in minutes.
    pub fn labour_minutes(&self) -> i64 {
        self.visits.iter().map(|visit| visit.labour_minutes).sum()
    }

    /// Whether there is anything a customer could be charged for.
    pub fn is_chargeable(&self) -> bool {
        !self.parts.is_empty() || self.visits.iter().any(|visit| visit.status == VisitStatus::Done)
    }
}

/// Lines for what was done; for nothing yet, the diagnosis. Parts cost what they cost on the day they were used, without
/// the price list; those in another currency are left out, since a quote has one.
pub fn lines(work: &Work, prices: &Prices) -> Vec<QuoteLine> {
    let mut lines = Vec::new();
    let service = |kind: LineKind, quantity: Exact| {
        let price = prices.of(kind.price());
        QuoteLine {
            kind,
            description: price.name.clone(),
            quantity,
            unit: Some(price.unit.clone()),
            unit_price_minor: price.unit_price_minor,
            tax_percent: price.tax_percent,
            amount_minor: 0,
            tax_minor: 0,
            part_id: None,
        }
    };
    let minutes = work.labour_minutes();
    if minutes > 0 {
        lines.push(service(LineKind::Labour, Exact::hours(minutes)));
    }
    if !work.visits.is_empty() {
        let ways = i64::try_from(work.visits.len()).unwrap_or(i64::MAX);
        lines.push(service(LineKind::Travel, Exact::new(ways, 0)));
    }
    let tax_percent = prices.of(PriceKind::Part).tax_percent;
    lines.extend(work.parts.iter().filter(|used| used.currency == prices.currency()).map(|used| QuoteLine {
        kind: LineKind::Part,
        description: format!("{} {}", used.part_code, used.part_name),
        quantity: Exact::new(used.quantity, 0),
        unit: Some(used.unit.clone()),
        unit_price_minor: used.unit_price_minor,
        tax_percent,
        amount_minor: 0,
        tax_minor: 0,
        part_id: Some(used.part_id),
    }));
    if lines.is_empty() {
        lines.push(service(LineKind::Diagnosis, Exact::new(1, 0)));
    }
    lines
}
