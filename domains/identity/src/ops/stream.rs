//! What happens, as it happens, to those who may see it.

use std::time::Duration;

use authz::{Permission, permissions::*};
use events::{Event, Live, LiveEvent, Position};
use futures_util::{StreamExt as _, future};
use http_api::{App, Caller, EventStream, Problem, State, StreamEvent, http::HeaderMap};
use kernel::{Context, Scope};
use serde_json::json;

/// A stream ends after this long; the browser comes back by itself and is asked again who it is.
const LONGEST: Duration = Duration::from_mins(5);
/// How much of an event somebody may hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hearing {
    Everything,
    /// That something of this kind happened, but not to which record: it may be outside their reach.
    Hint,
    Nothing,
}

/// `GET /api/v1/events/stream`.
pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    headers: HeaderMap,
) -> Result<EventStream, Problem> {
    let Some(live) = app.find::<Live>() else {
        return Err(Problem::unavailable("no_stream", "This server does not follow the event stream.", 60));
    };
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse::<Position>().ok());
    let (subject, viewer) = (cx.clone(), cx.clone());
    let events = live
        .stream(cx.tenant(), last)
        .take_while(move |event| future::ready(!ends(&subject, event)))
        .filter_map(move |event| future::ready(told(&viewer, &event)))
        .take_until(Box::pin(tokio::time::sleep(LONGEST)));
    Ok(EventStream::new(&app, events))
}

/// Whether the permissions this stream began with may be gone: the viewer was changed, switched off or signed out,
/// or what roles, teams and regions mean was changed.
fn ends(cx: &Context, event: &LiveEvent) -> bool {
    let LiveEvent::Event(event) = event else { return false };
    match event.object.as_str() {
        "user" => event.object_id == cx.actor().id && event.kind != "user.signed_in",
        "api_key" => event.object_id == cx.actor().id,
        "role" | "team" | "region" => true,
        _ => false,
    }
}

fn told(cx: &Context, event: &LiveEvent) -> Option<StreamEvent> {
    let data = match event {
        LiveEvent::Ready(_) | LiveEvent::Reset(_) => event.data(),
        LiveEvent::Event(inner) => match hearing(cx, inner) {
            Hearing::Everything => event.data(),
            Hearing::Hint => json!({ "kind": inner.kind, "object": inner.object, "at": inner.at }),
            Hearing::Nothing => return None,
        },
    };
    Some(StreamEvent::default().id(event.position().to_string()).event(event.name()).data(data.to_string()))
}

fn hearing(cx: &Context, event: &Event) -> Hearing {
    let permission = permission_for(&event.object).or_else(|| permission_for(&event.parent_object));
    match cx.scope(permission.unwrap_or(AUDIT_READ).name()) {
        None => Hearing::Nothing,
        Some(Scope::All) => Hearing::Everything,
        Some(_) if event.actor.id == cx.actor().id => Hearing::Everything,
        Some(_) => Hearing::Hint,
    }
}

/// What one must hold to see objects of this kind; `None` for kinds that belong to another object.
fn permission_for(object: &str) -> Option<Permission> {
    Some(match object {
        "ticket" | "note" | "reply" | "message" | "conversation" | "link" => TICKETS_READ,
        "visit" => VISITS_READ,
        "customer" | "contact" | "site" => CUSTOMERS_READ,
        "product" => PRODUCTS_READ,
        "device" => DEVICES_READ,
        "contract" => CONTRACTS_READ,
        "part" => PARTS_READ,
        "engineer" => ENGINEERS_READ,
        "quote" | "payment" | "price" | "cost" => QUOTES_READ,
        "survey" | "task" => SURVEYS_READ,
        "user" | "role" | "team" | "region" => USERS_READ,
        "api_key" => APIKEYS_MANAGE,
        "job" => JOBS_MANAGE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, ActorKind, Grants, ManualClock, RequestInfo, TenantId, Timestamp, World};
    use uuid::Uuid;

    use super::*;

    fn viewer(scope: Option<Scope>) -> Context {
        Context::new(
            World::seeded(ManualClock::at(Timestamp(0)), 1),
            TenantId(Uuid::from_u128(1)),
            "UTC".to_owned(),
            Actor { kind: ActorKind::User, id: Uuid::from_u128(9), name: "李工".to_owned() },
            Grants {
                permissions: scope.map(|scope| (TICKETS_READ.name().to_owned(), scope)).into_iter().collect(),
                ..Grants::default()
            },
            RequestInfo::default(),
        )
    }

    fn event(object: &str, parent: &str, actor: u128) -> Event {
        Event {
            tenant: TenantId(Uuid::from_u128(1)),
            position: Position { xid: 0, seq: 7 },
            id: Uuid::from_u128(2),
            at: Timestamp(0),
            actor: Actor { kind: ActorKind::User, id: Uuid::from_u128(actor), name: "陈伟".to_owned() },
            kind: format!("{object}.created"),
            object: object.to_owned(),
            object_id: Uuid::from_u128(3),
            parent_object: parent.to_owned(),
            parent_id: Uuid::from_u128(4),
            label: None,
            data: json!({}),
            request_id: String::new(),
            trace_id: String::new(),
        }
    }

    #[test]
    fn one_hears_only_of_what_one_may_read() {
        let hears = |scope, object, parent, actor| hearing(&viewer(scope), &event(object, parent, actor));
        assert_eq!(hears(Some(Scope::All), "ticket", "ticket", 5), Hearing::Everything);
        assert_eq!(hears(None, "ticket", "ticket", 5), Hearing::Nothing);
        assert_eq!(hears(Some(Scope::All), "customer", "ticket", 5), Hearing::Nothing);
        assert_eq!(hears(Some(Scope::All), "attachment", "ticket", 5), Hearing::Everything);
        assert_eq!(hears(Some(Scope::All), "secret", "secret", 5), Hearing::Nothing);
    }

    #[test]
    fn a_narrow_scope_hears_a_hint_without_the_record() {
        assert_eq!(hearing(&viewer(Some(Scope::Own)), &event("ticket", "ticket", 5)), Hearing::Hint);
        assert_eq!(hearing(&viewer(Some(Scope::Own)), &event("ticket", "ticket", 9)), Hearing::Everything);
    }

    #[test]
    fn a_change_of_what_the_viewer_may_do_ends_the_stream() {
        let cx = viewer(None);
        let live = |mut event: Event, id: u128| {
            event.object_id = Uuid::from_u128(id);
            LiveEvent::Event(std::sync::Arc::new(event))
        };
        assert!(ends(&cx, &live(event("role", "role", 5), 3)));
        assert!(ends(&cx, &live(event("user", "user", 5), 9)));
        assert!(!ends(&cx, &live(event("user", "user", 5), 3)));
        assert!(!ends(&cx, &live(event("ticket", "ticket", 5), 3)));
    }
}
