//! Service levels: working minutes to answer and solve, by priority.

use axum::extract::State;
use db::{DbError, Query as _};
use events::NewEvent;
use http_api::{App, Body, Caller, FieldError, HasVersion, IfMatch, Problem, Versioned};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    STARTING_MINUTES, ServiceLevelCache, ServiceLevels, TicketError, api::refuse, model::Priority, sla::SlaPolicy,
    store,
};

/// What is promised for one priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The priority.
    pub priority: Priority,
    /// Working minutes to the first effective answer, 1 to 525,600.
    #[schemars(range(min = 1, max = 525_600))]
    pub response_minutes: i64,
    /// Working minutes to the solution, 1 to 525,600.
    #[schemars(range(min = 1, max = 525_600))]
    pub resolution_minutes: i64,
    /// The calendar; the tenant's default when absent.
    #[serde(default)]
    pub calendar_id: Option<Uuid>,
}

/// The promises in force, one for each priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SlaPolicies {
    /// For `If-Match`; rises with every change.
    pub version: i64,
    /// One for each priority.
    pub items: Vec<Promise>,
}

impl SlaPolicies {
    fn new(stored: &[SlaPolicy]) -> Self {
        Self { version: version(stored), items: effective(stored) }
    }
}

impl HasVersion for SlaPolicies {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Every change raises the version of a row, and rows never go.
fn version(stored: &[SlaPolicy]) -> i64 {
    stored.iter().map(|policy| policy.version).sum()
}

fn effective(stored: &[SlaPolicy]) -> Vec<Promise> {
    STARTING_MINUTES
        .into_iter()
        .map(|(priority, response_minutes, resolution_minutes)| {
            match stored.iter().find(|policy| policy.priority == priority) {
                Some(policy) => Promise {
                    priority,
                    response_minutes: policy.response_minutes,
                    resolution_minutes: policy.resolution_minutes,
                    calendar_id: policy.calendar_id,
                },
                None => Promise { priority, response_minutes, resolution_minutes, calendar_id: None },
            }
        })
        .collect()
}

/// Lists the promises in force, one for each priority.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Versioned<SlaPolicies>, Problem> {
    let stored =
        app.db().read(&cx, async |r| store::policies(r).await).await.map_err(|error: DbError| Problem::from(error))?;
    Ok(Versioned(SlaPolicies::new(&stored)))
}

/// Sets promises; priorities left out keep theirs. Open tickets keep the due times they have.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    seen: IfMatch,
    Body(body): Body<Vec<Promise>>,
) -> Result<Versioned<SlaPolicies>, Problem> {
    let mut errors = Vec::new();
    for (index, promise) in body.iter().enumerate() {
        for (field, minutes) in
            [("response_minutes", promise.response_minutes), ("resolution_minutes", promise.resolution_minutes)]
        {
            if !(1..=525_600).contains(&minutes) {
                let pointer = format!("/{index}/{field}");
                errors.push(FieldError::new(pointer, "out_of_range", "Use 1 to 525,600 working minutes (a year)."));
            }
        }
        if promise.response_minutes > promise.resolution_minutes {
            let pointer = format!("/{index}/response_minutes");
            errors.push(FieldError::new(pointer, "too_late", "The answer is due before the solution."));
        }
    }
    refuse(errors)?;
    let tenant = cx.tenant();
    let stored = app
        .db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let before = store::policies(tx).await?;
            if version(&before) != seen.version() {
                return Err(TicketError::Stale);
            }
            for (index, promise) in body.iter().enumerate() {
                if let Some(id) = promise.calendar_id
                    && store::calendar(tx, id).await?.is_none()
                {
                    let pointer = format!("/{index}/calendar_id");
                    return Err(TicketError::field(&pointer, "unknown", "There is no such calendar."));
                }
                let policy = SlaPolicy {
                    id: cx.new_id(),
                    version: 1,
                    priority: promise.priority,
                    response_minutes: promise.response_minutes,
                    resolution_minutes: promise.resolution_minutes,
                    calendar_id: promise.calendar_id,
                    created_at: cx.now(),
                    updated_at: cx.now(),
                };
                tx.execute(store::put_policy(&cx, &policy)).await?;
            }
            // Nobody may set promises that no calendar can keep.
            ServiceLevels::load(tx).await?;
            let stored = store::policies(tx).await?;
            let changed = json!({ "policies": { "from": effective(&before), "to": effective(&stored) } });
            let told = NewEvent::new("sla_policies.updated", "tenant", cx.tenant().0).data(changed);
            events::append(tx, told).await?;
            Ok(stored)
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(tenant);
    Ok(Versioned(SlaPolicies::new(&stored)))
}
