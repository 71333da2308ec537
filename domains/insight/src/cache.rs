//! Facts kept for a moment, so that a room full of cockpits costs one reading.

use std::{collections::HashMap, sync::Arc};

use authz::permissions;
use db::{Db, DbError, list::Fragment};
use http_api::scope_condition;
use kernel::{Context, TenantId, Timestamp};
use parking_lot::Mutex;

use crate::{facts::Facts, store};

/// How old a figure may be.
const KEPT_MICROS: i64 = 1_000_000;
/// Periods kept at once.
const KEPT: usize = 32;

type Key = (TenantId, String, Option<Timestamp>, Option<Timestamp>);

/// Facts by tenant, reach and period; a service.
#[derive(Debug, Default)]
pub struct FactsCache(Mutex<HashMap<Key, (Timestamp, Arc<Facts>)>>);

/// The caller's reach over tickets as a condition.
pub fn reach(cx: &Context) -> Fragment {
    scope_condition(cx, permissions::TICKETS_READ, &tickets::SCOPE)
}

impl FactsCache {
    /// Facts of tickets created in `[from, to)` within the caller's reach, at most a second old.
    pub async fn get(
        &self,
        db: &Db,
        cx: &Context,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Arc<Facts>, DbError> {
        let scope = reach(cx);
        let key = (cx.tenant(), format!("{}{:?}", scope.text, scope.binds), from, to);
        let kept = self.0.lock().get(&key).cloned();
        if let Some((at, facts)) = kept
            && (0..KEPT_MICROS).contains(&(cx.now() - at))
        {
            return Ok(facts);
        }
        let facts = Arc::new(db.read(cx, async move |r| store::facts(r, from, to, &scope).await).await?);
        let mut all = self.0.lock();
        if all.len() >= KEPT {
            all.retain(|_, (at, _)| (0..KEPT_MICROS).contains(&(cx.now() - *at)));
            if all.len() >= KEPT {
                all.clear();
            }
        }
        all.insert(key, (cx.now(), Arc::clone(&facts)));
        Ok(facts)
    }
}
