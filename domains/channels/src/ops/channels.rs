//! Showing and setting up the ways out.

use axum::extract::State;
use db::{Json as Column, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, FieldError, IfMatch, Json, Path, Problem, Versioned};
use objects::Invalid;
use serde_json::{Value, json};

use crate::{
    ChannelError, Gateways,
    api::{ChannelPath, PutChannel},
    model::{Channel, ChannelKind, MessageKind, MessageState},
    outbox::job,
    settings::{accept, masked},
    store::{self, StoredChannel},
};

/// Messages sent on at once when their channel is set up; further ones are tried again by hand.
const AT_ONCE: usize = 2_000;

/// Lists every way out, set up or not.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Json<Vec<Channel>>, Problem> {
    let all = app
        .db()
        .read(&cx, async |r: &mut Read<'_>| {
            let mut all = Vec::new();
            for kind in ChannelKind::ALL {
                all.push(shown(*kind, store::channel(r, *kind).await?));
            }
            Ok::<_, ChannelError>(all)
        })
        .await?;
    Ok(Json(all))
}

/// Shows one way out.
pub async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ChannelPath>,
) -> Result<Versioned<Channel>, Problem> {
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| store::channel(r, path.kind).await).await?;
    Ok(Versioned(shown(path.kind, found)))
}

/// Sets one way out up.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ChannelPath>,
    seen: IfMatch,
    Body(body): Body<PutChannel>,
) -> Result<Versioned<Channel>, Problem> {
    let kind = path.kind;
    let gateways = app.find::<Gateways>().map(|gateways| *gateways).unwrap_or_default();
    let before = app.db().read(&cx, async move |r: &mut Read<'_>| store::channel(r, kind).await).await?;
    let version = before.as_ref().map(|(_, version, ..)| *version);
    // A way out that was never set up is shown with version 0.
    seen.check(version.unwrap_or(0))?;
    let old = before.map(|(_, _, _, Column(settings), _)| settings);
    let settings = match (body.settings, old) {
        (Some(new), old) => accept(kind, new, old.as_ref(), gateways).map_err(ChannelError::from)?,
        (None, Some(old)) => old,
        (None, None) => {
            let missing = FieldError::new("/settings", "required", "Enter the settings first.");
            return Err(ChannelError::from(Invalid(vec![missing])).into());
        }
    };
    let stored = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| save(tx, kind, version, body.enabled, &settings).await)
        .await?;
    Ok(Versioned(shown(kind, Some(stored))))
}

/// Saves the settings with their event, and sends on what waited for them. `version` is the one they were checked
/// against, so that a secret is never kept for a place that changed meanwhile.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    kind: ChannelKind,
    version: Option<i64>,
    enabled: bool,
    settings: &Value,
) -> Result<StoredChannel, Problem> {
    let now = store::channel(tx, kind).await?.map(|(_, version, ..)| version);
    if now != version {
        return Err(Problem::stale());
    }
    let stored = store::put_channel(tx, kind, enabled, settings).await?;
    let told = NewEvent::new("channel.updated", "channel", stored.0)
        .label(kind.as_str())
        .data(json!({ "kind": kind, "enabled": enabled }));
    events::append(tx, told).await?;
    if enabled {
        let (message, robot) = match kind {
            ChannelKind::Smtp => (MessageKind::Mail, ""),
            ChannelKind::Sms => (MessageKind::Sms, ""),
            robot => (MessageKind::Robot, robot.as_str()),
        };
        for id in store::waiting(tx, message, robot, AT_ONCE).await? {
            store::mark(tx, id, MessageState::Queued, None, 0).await?;
            jobs::add(tx, job(id)).await?;
        }
    }
    Ok(stored)
}

fn shown(kind: ChannelKind, stored: Option<StoredChannel>) -> Channel {
    match stored {
        Some((_, version, enabled, Column(settings), updated_at)) => Channel {
            kind,
            version,
            configured: true,
            enabled,
            settings: masked(kind, &settings),
            updated_at: Some(updated_at),
        },
        None => {
            Channel { kind, version: 0, configured: false, enabled: false, settings: Value::Null, updated_at: None }
        }
    }
}
