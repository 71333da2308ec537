//! The price list as it counts: what was set, and the starting prices for the rest.

use db::{DbError, Query};

use crate::{
    model::{PriceItem, PriceKind},
    store,
};

/// The currency of a company that is not known, as in an import before its settings.
const USUAL_CURRENCY: &str = "CNY";

/// One price for every kind, in the order of [`PriceKind::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices(pub Vec<PriceItem>);

impl Prices {
    /// Reads the list of the context's company.
    pub async fn load(q: &mut impl Query) -> Result<Self, DbError> {
        let currency = match identity::tenant_settings(q).await {
            Ok(tenant) => tenant.currency,
            Err(DbError::NotFound) => USUAL_CURRENCY.to_owned(),
            Err(error) => return Err(error),
        };
        let set = store::price_items(q).await?;
        let cx = q.cx();
        let known = |kind: PriceKind| set.iter().find(|item| item.kind == kind).cloned();
        let all =
            PriceKind::ALL.iter().map(|kind| known(*kind).unwrap_or_else(|| PriceItem::starting(cx, *kind, &currency)));
        Ok(Self(all.collect()))
    }

    /// Rises with every change; 0 while nothing was set.
    pub fn version(&self) -> i64 {
        self.0.iter().map(|item| item.version).sum()
    }

    /// The price of this kind.
    pub fn of(&self, kind: PriceKind) -> &PriceItem {
        &self.0[kind as usize]
    }

    /// The currency of quotes: that of an hour of work.
    pub fn currency(&self) -> &str {
        &self.of(PriceKind::LabourHour).currency
    }
}
