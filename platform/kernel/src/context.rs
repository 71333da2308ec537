//! Who asks, for which company, when, and what they may do: carried by every operation.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{TenantId, Timestamp, World};

/// How far a permission reaches. The order is from narrow to wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Records the person created or is assigned to.
    Own,
    /// Records of the person's teams, and their own.
    Team,
    /// Records of the person's regions (with everything below them), teams, and their own.
    Region,
    /// Every record of the tenant.
    All,
}

/// What an actor may do: permission → how far it reaches, and the teams and regions that `Team` and `Region` mean.
#[derive(Debug, Clone, Default)]
pub struct Grants {
    /// Permission name (`tickets.read`) → widest scope among the actor's roles.
    pub permissions: BTreeMap<String, Scope>,
    /// The actor's teams.
    pub teams: Vec<Uuid>,
    /// The actor's regions, with every region below them.
    pub regions: Vec<Uuid>,
    /// Keys of the actor's roles: own fields and own objects name roles instead of permissions.
    pub roles: Vec<String>,
}

/// The kind of actor behind a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A signed-in person.
    User,
    /// A script with an API key.
    ApiKey,
    /// A customer behind a link.
    Customer,
    /// The platform itself: timers, reactions, imports.
    System,
}

/// Who did it; written into every event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The kind of actor.
    pub kind: ActorKind,
    /// User, key, or token id; nil for the system.
    pub id: Uuid,
    /// The name people see, as it was at that moment.
    pub name: String,
}

impl Actor {
    /// The platform itself.
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: Uuid::nil(), name: "system".to_owned() }
    }
}

/// Ids that tie a change to the request that caused it.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Ours, or the caller's `X-Request-Id`.
    pub request_id: String,
    /// From `traceparent`, or ours.
    pub trace_id: String,
    /// The caller's address, if known.
    pub ip: Option<String>,
}

#[derive(Debug)]
struct Inner {
    tenant: TenantId,
    zone: String,
    actor: Actor,
    grants: Grants,
    request: RequestInfo,
    world: World,
}

/// Carried by every operation; cheap to clone.
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

impl Context {
    /// A context for `actor` in `tenant`; `zone` is the tenant's IANA time zone.
    pub fn new(
        world: World,
        tenant: TenantId,
        zone: String,
        actor: Actor,
        grants: Grants,
        request: RequestInfo,
    ) -> Self {
        Self(Arc::new(Inner { tenant, zone, actor, grants, request, world }))
    }

    /// The platform acting inside `tenant`, with every permission.
    pub fn system(world: World, tenant: TenantId) -> Self {
        Self::new(world, tenant, "UTC".to_owned(), Actor::system(), Grants::default(), RequestInfo::default())
    }

    /// The same request acting as somebody else, as a reaction does.
    #[must_use]
    pub fn with_actor(&self, actor: Actor) -> Self {
        let inner = &self.0;
        Self::new(
            inner.world.clone(),
            inner.tenant,
            inner.zone.clone(),
            actor,
            inner.grants.clone(),
            inner.request.clone(),
        )
    }

    /// The company.
    pub fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    /// The tenant's IANA time zone.
    pub fn zone(&self) -> &str {
        &self.0.zone
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// The signed-in person's id, if the actor is one.
    pub fn user_id(&self) -> Option<Uuid> {
        (self.0.actor.kind == ActorKind::User).then_some(self.0.actor.id)
    }

    /// What the actor may do.
    pub fn grants(&self) -> &Grants {
        &self.0.grants
    }

    /// How far `permission` reaches for this actor; `None` when it is not granted. The system may do everything.
    pub fn scope(&self, permission: &str) -> Option<Scope> {
        if self.0.actor.kind == ActorKind::System {
            return Some(Scope::All);
        }
        self.0.grants.permissions.get(permission).copied()
    }

    /// The request this belongs to.
    pub fn request(&self) -> &RequestInfo {
        &self.0.request
    }

    /// Clock and randomness.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.0.world.now()
    }

    /// A new UUIDv7.
    pub fn new_id(&self) -> Uuid {
        self.0.world.new_id()
    }
}
