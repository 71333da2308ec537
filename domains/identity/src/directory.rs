//! Who is behind a session cookie or an API key: looked up, remembered for two seconds.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use db::{Db, DbError, Read, Tx};
use http_api::{Authenticator, Credential, Identified, Problem};
use kernel::{Actor, ActorKind, Context, Grants, RequestInfo, TenantId, Timestamp, World};
use parking_lot::RwLock;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{
    model::{TenantStatus, UserStatus},
    store::{credentials, structure, users},
    token::{self, Digest32},
};

/// How long a session or key is believed without asking the database, and so how long a change made by another
/// node may take to reach this one.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Remembered at once; beyond that everything is looked up afresh.
const MOST: usize = 10_000;
/// How often the last use of a session is written down.
const SESSION_TOUCH: Duration = Duration::from_mins(5);
/// How often the last use of a key is written down.
const KEY_TOUCH: Duration = Duration::from_mins(10);
/// A session that is not used for this long ends.
pub const SESSION_IDLE: Duration = Duration::from_hours(168);
/// A session ends after this long in any case.
pub const SESSION_LONGEST: Duration = Duration::from_hours(720);

/// Somebody who has shown a valid session or key.
struct Known {
    tenant: TenantId,
    zone: String,
    actor: Actor,
    grants: Grants,
    csrf: Option<String>,
    /// The session or key is not valid from here on.
    ends_at: Timestamp,
    /// Asked again from here on.
    stale_at: Timestamp,
}

struct Inner {
    db: Db,
    world: World,
    remembered: RwLock<HashMap<Digest32, Arc<Known>>>,
    /// Rises with every change to people, roles and keys, so that an answer read before the change is not kept after it.
    changes: AtomicU64,
}

/// Turns session cookies and API keys into contexts. Register it as the app's authenticator and as a service
/// (it is cheap to clone and both share what they remember).
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

impl std::fmt::Debug for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}

impl Directory {
    /// A directory that remembers nobody yet.
    pub fn new(db: Db, world: World) -> Self {
        let remembered = RwLock::new(HashMap::new());
        Self(Arc::new(Inner { db, world, remembered, changes: AtomicU64::new(0) }))
    }

    /// People, roles or keys changed: what is remembered holds no longer. Call it after the commit.
    pub fn forget(&self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
        self.0.remembered.write().clear();
    }

    async fn find(&self, credential: Credential<'_>) -> Result<Option<Arc<Known>>, DbError> {
        let (tenant, text, prefix) = match credential {
            Credential::Session(text) => match token::tenant_of(text) {
                Some(tenant) => (tenant, text, None),
                None => return Ok(None),
            },
            Credential::Key(text) => match token::key_parts(text) {
                Some((tenant, prefix)) => (tenant, text, Some(prefix)),
                None => return Ok(None),
            },
            Credential::Link(_) => return Ok(None),
        };
        let (digest, now) = (token::digest(text), self.0.world.now());
        if let Some(known) = self.0.remembered.read().get(&digest)
            && known.stale_at > now
        {
            return Ok(Some(Arc::clone(known)).filter(|known| known.ends_at > now));
        }
        let changes = self.0.changes.load(Ordering::SeqCst);
        let cx = Context::system(self.0.world.clone(), tenant);
        let found = match prefix {
            None => self.session(&cx, digest).await?,
            Some(prefix) => self.key(&cx, digest, prefix.to_owned()).await?,
        };
        let Some(known) = found.filter(|known| known.ends_at > now).map(Arc::new) else { return Ok(None) };
        let mut remembered = self.0.remembered.write();
        if self.0.changes.load(Ordering::SeqCst) == changes {
            if remembered.len() >= MOST {
                remembered.clear();
            }
            remembered.insert(digest, Arc::clone(&known));
        }
        Ok(Some(known))
    }

    async fn session(&self, cx: &Context, digest: Digest32) -> Result<Option<Known>, DbError> {
        let now = cx.now();
        let found = self
            .0
            .db
            .read(cx, async move |r: &mut Read<'_>| {
                let Some(session) = credentials::session(r, digest).await? else { return Ok(None) };
                let usable = session.tenant_status == TenantStatus::Active
                    && session.user_status == UserStatus::Active
                    && session.expires_at > now;
                if !usable {
                    return Ok(None);
                }
                let grants = Grants {
                    permissions: users::permissions(r, session.user_id).await?,
                    teams: users::teams(r, session.user_id).await?,
                    regions: users::regions(r, session.user_id).await?,
                    roles: structure::role_keys_of(r, session.user_id).await?,
                };
                Ok::<_, DbError>(Some((session, grants)))
            })
            .await?;
        let Some((session, grants)) = found else { return Ok(None) };
        let mut ends_at = session.expires_at;
        if now >= session.last_seen_at.plus(SESSION_TOUCH) {
            ends_at = session.created_at.plus(SESSION_LONGEST).min(now.plus(SESSION_IDLE));
            let id = session.id;
            let touched =
                self.0.db.write(cx, async move |tx: &mut Tx<'_>| credentials::touch_session(tx, id, ends_at).await);
            report(touched.await, "the last use of a session was not saved");
        }
        Ok(Some(Known {
            tenant: cx.tenant(),
            zone: session.zone,
            actor: Actor { kind: ActorKind::User, id: session.user_id, name: session.user_name },
            grants,
            csrf: Some(session.csrf),
            ends_at,
            stale_at: now.plus(REMEMBERED),
        }))
    }

    async fn key(&self, cx: &Context, digest: Digest32, prefix: String) -> Result<Option<Known>, DbError> {
        let now = cx.now();
        let found =
            self.0.db.read(cx, async move |r: &mut Read<'_>| credentials::key_by_prefix(r, &prefix).await).await?;
        let Some(key) = found else { return Ok(None) };
        let fits = bool::from(key.secret_sha256.as_slice().ct_eq(digest.as_slice()));
        if !fits || key.revoked_at.is_some() || key.tenant_status != TenantStatus::Active {
            return Ok(None);
        }
        if key.last_used_at.is_none_or(|used| now >= used.plus(KEY_TOUCH)) {
            let id: Uuid = key.id;
            let touched = self.0.db.write(cx, async move |tx: &mut Tx<'_>| credentials::touch_key(tx, id).await);
            report(touched.await, "the last use of an API key was not saved");
        }
        Ok(Some(Known {
            tenant: cx.tenant(),
            zone: key.zone,
            actor: Actor { kind: ActorKind::ApiKey, id: key.id, name: key.name },
            grants: Grants { permissions: key.permissions, roles: vec![key.role], ..Grants::default() },
            csrf: None,
            ends_at: key.expires_at.unwrap_or(Timestamp(i64::MAX)),
            stale_at: now.plus(REMEMBERED),
        }))
    }
}

/// Bookkeeping must not turn a caller away.
fn report(outcome: Result<(), DbError>, what: &str) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "{what}");
    }
}

impl Authenticator for Directory {
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        request: &'a RequestInfo,
    ) -> futures_util::future::BoxFuture<'a, Result<Option<Identified>, Problem>> {
        Box::pin(async move {
            let Some(known) = self.find(credential).await? else { return Ok(None) };
            let cx = Context::new(
                self.0.world.clone(),
                known.tenant,
                known.zone.clone(),
                known.actor.clone(),
                known.grants.clone(),
                request.clone(),
            );
            Ok(Some(Identified { cx, csrf_token: known.csrf.clone() }))
        })
    }
}
