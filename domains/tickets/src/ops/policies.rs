//! Service levels: the ordered list of what is promised to which tickets.

use axum::extract::State;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, FieldError, HasLocation, HasVersion, IdempotencyKey, IfMatch, NoContent, Path, Problem,
    Versioned,
};
use kernel::Uuid;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ServiceLevelCache, ServiceLevels, TicketError,
    api::{TicketPath, refuse, text},
    sla::{Settings, SlaPolicy, WritePolicy, milestones::all_anew},
    store,
};

/// The most policies a company can have.
const MOST: usize = 100;
/// The most people named for one milestone.
const MOST_RECIPIENTS: usize = 20;

/// All policies, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SlaPolicies {
    /// For `If-Match` when the order is changed; rises with every change.
    pub version: i64,
    /// The first whose condition holds applies.
    pub items: Vec<SlaPolicy>,
}

impl HasVersion for SlaPolicies {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasVersion for SlaPolicy {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for SlaPolicy {
    fn location(&self) -> String {
        "/api/v1/sla-policies".to_owned()
    }
}

/// Another order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The ids of all policies.
    pub ids: Vec<Uuid>,
}

/// Lists the policies.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Versioned<SlaPolicies>, Problem> {
    let settings = app.db().read(&cx, async |r| Settings::load(r).await).await?;
    Ok(Versioned(SlaPolicies { version: settings.version, items: settings.policies }))
}

fn check(mut body: WritePolicy) -> Result<WritePolicy, TicketError> {
    let mut errors = Vec::new();
    body.name = text("/name", &body.name, 200, &mut errors);
    if body.targets.is_empty() {
        errors.push(FieldError::new("/targets", "required", "Promise at least one thing, such as a first response."));
    }
    for (metric, target) in &mut body.targets {
        let pointer = format!("/targets/{}", metric.name());
        target.warnings.sort_by_key(|warning| warning.percent);
        if target.warnings.windows(2).any(|pair| pair[0].percent == pair[1].percent) {
            let message = "Two warnings have the same percentage; keep one of them.";
            errors.push(FieldError::new(format!("{pointer}/warnings"), "duplicate", message));
        }
        let lists = target.warnings.iter().map(|warning| &warning.notify);
        let lists = lists.chain(target.escalations.iter().map(|level| &level.notify)).chain([&target.on_breach]);
        if lists.into_iter().any(|list| list.len() > MOST_RECIPIENTS) {
            errors.push(FieldError::new(pointer, "too_many", "Tell at most 20 people, or a role."));
        }
    }
    refuse(errors)?;
    Ok(body)
}

/// Stores changed settings, tells of it, and has open tickets assessed anew. Nobody may set promises that cannot be kept.
pub(super) async fn store_settings(
    tx: &mut Tx<'_>,
    settings: &Settings,
    told: NewEvent<'_>,
) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    if tx.execute(store::sla::put_settings(&cx, settings)).await? == 0 {
        return Err(TicketError::Stale);
    }
    ServiceLevels::load(tx).await?;
    tx.execute_all(vec![events::statement(&cx, &told), all_anew(&cx)]).await?;
    Ok(())
}

/// Puts what the engine says of one policy at its place in what was sent.
fn located(error: TicketError, mine: Uuid) -> TicketError {
    match error {
        TicketError::Policy { id: Some(id), error } if id == mine => {
            let pointer = error.pointer();
            let within = pointer.splitn(3, '/').nth(2).unwrap_or_default();
            let mut pointer = format!("/{within}");
            if let Some((before, place)) = pointer.split_once("/warn_percent") {
                let place = if place.is_empty() { String::new() } else { format!("{place}/percent") };
                pointer = format!("{before}/warnings{place}");
            }
            // The message begins with the engine's own pointer, which means nothing to whoever sent one policy.
            let message = error.to_string();
            let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest).to_owned();
            TicketError::field(&pointer, "invalid_policy", message)
        }
        other => other,
    }
}

fn event(kind: &'static str, policy: &SlaPolicy, data: Value) -> NewEvent<'static> {
    NewEvent::new(kind, "sla_policy", policy.id).label(policy.body.name.clone()).data(data)
}

/// Creates a policy and puts it before all others.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<WritePolicy>,
) -> Result<Created<SlaPolicy>, Problem> {
    let policy = SlaPolicy { id: cx.new_id(), version: 1, body: check(body.clone())? };
    let created = app
        .create(&cx, key, &body, "createSlaPolicy", async move |tx| {
            let mut settings = Settings::load(tx).await?;
            if settings.policies.len() >= MOST {
                return Err(TicketError::field("", "too_many", "There can be at most 100 service levels."));
            }
            settings.policies.insert(0, policy.clone());
            let told = event("sla_policy.created", &policy, json!({ "policy": policy.body }));
            store_settings(tx, &settings, told).await.map_err(|error| located(error, policy.id))?;
            Ok::<_, TicketError>(policy)
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(created)
}

/// Changes a policy; open tickets are assessed anew.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<WritePolicy>,
) -> Result<Versioned<SlaPolicy>, Problem> {
    let (body, version) = (check(body)?, version.version());
    let changed = app
        .db()
        .write(&cx, async move |tx| {
            let mut settings = Settings::load(tx).await?;
            let place = settings.policies.iter_mut().find(|policy| policy.id == path.id);
            let policy = place.ok_or(TicketError::NotFound)?;
            if policy.version != version {
                return Err(TicketError::Stale);
            }
            let before = std::mem::replace(&mut policy.body, body);
            policy.version += 1;
            let policy = policy.clone();
            let told = event("sla_policy.updated", &policy, events::changes(&before, &policy.body));
            store_settings(tx, &settings, told).await.map_err(|error| located(error, policy.id))?;
            Ok(policy)
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(Versioned(changed))
}

/// Takes a policy away; open tickets are assessed anew.
pub async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx| {
            let mut settings = Settings::load(tx).await?;
            let place = settings.policies.iter().position(|policy| policy.id == path.id);
            let policy = settings.policies.remove(place.ok_or(TicketError::NotFound)?);
            let told = event("sla_policy.deleted", &policy, json!({ "policy": policy.body }));
            store_settings(tx, &settings, told).await
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(NoContent)
}

/// Puts the policies into another order; open tickets are assessed anew.
pub async fn order(
    State(app): State<App>,
    Caller(cx): Caller,
    seen: IfMatch,
    Body(body): Body<Order>,
) -> Result<Versioned<SlaPolicies>, Problem> {
    let stored = app
        .db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let mut settings = Settings::load(tx).await?;
            if settings.version != seen.version() {
                return Err(TicketError::Stale);
            }
            let before: Vec<Uuid> = settings.policies.iter().map(|policy| policy.id).collect();
            let mut ordered = Vec::with_capacity(before.len());
            for id in &body.ids {
                let place = settings.policies.iter().position(|policy| policy.id == *id);
                ordered.extend(place.map(|place| settings.policies.remove(place)));
            }
            if !settings.policies.is_empty() || ordered.len() != body.ids.len() {
                return Err(TicketError::field("/ids", "incomplete", "Name each service level once."));
            }
            settings.policies = ordered;
            let changed = json!({ "order": { "from": before, "to": body.ids } });
            let told = NewEvent::new("sla_policies.ordered", "tenant", cx.tenant().0).data(changed);
            store_settings(tx, &settings, told).await?;
            Ok(SlaPolicies { version: settings.version + 1, items: settings.policies })
        })
        .await
        .map_err(|error: TicketError| Problem::from(error))?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(Versioned(stored))
}
