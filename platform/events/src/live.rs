//! Events for open pages: what happened since the page last heard, then what happens.

use std::{collections::VecDeque, sync::Arc};

use futures_util::stream::{self, BoxStream, StreamExt};
use kernel::TenantId;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{Event, Position, tail::Tail};

/// Events replayed to a page that comes back; beyond that it reads afresh.
const REPLAYED: usize = 1_000;
/// Events of all tenants that a replay looks through at most.
const SEARCHED: i64 = 50_000;

/// What a page hears.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// Listening begins: everything after this position will be told. Whoever hears nothing more comes back with it.
    Ready(Position),
    /// Something happened.
    Event(Arc<Event>),
    /// Too much was missed: read everything afresh. Later events follow this position.
    Reset(Position),
}

impl LiveEvent {
    /// The SSE `id:` the browser hands back as `Last-Event-ID`.
    pub fn position(&self) -> Position {
        match self {
            Self::Event(event) => event.position,
            Self::Ready(position) | Self::Reset(position) => *position,
        }
    }

    /// The SSE `event:` name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready(_) => "ready",
            Self::Event(_) => "event",
            Self::Reset(_) => "reset",
        }
    }

    /// The SSE `data:`: what happened to which object, without field values, which each viewer must be
    /// allowed to read.
    pub fn data(&self) -> Value {
        match self {
            Self::Event(event) => {
                let mut data = json!({
                    "kind": event.kind,
                    "object": event.object,
                    "object_id": event.object_id,
                    "actor_name": event.actor.name,
                    "at": event.at,
                });
                if let Some((object, id)) = event.parent() {
                    data["parent"] = json!({ "object": object, "id": id });
                }
                data
            }
            Self::Ready(_) | Self::Reset(_) => json!({}),
        }
    }
}

/// Hands events to open pages; cheap to clone.
#[derive(Clone)]
pub struct Live(pub(crate) Arc<Tail>);

enum Start {
    /// With what happens from now on.
    Now,
    /// With what was missed since this position.
    After(Position),
}

struct Feed {
    tail: Arc<Tail>,
    tenant: TenantId,
    receiver: Option<broadcast::Receiver<Arc<Event>>>,
    /// How it begins, before anything live.
    start: Option<Start>,
    ready: VecDeque<LiveEvent>,
    last: Position,
}

impl Feed {
    async fn next(&mut self) -> Option<LiveEvent> {
        match self.start.take() {
            Some(Start::After(position)) => self.replay(position).await,
            Some(Start::Now) => self.begin().await,
            None => {}
        }
        if let Some(ready) = self.ready.pop_front() {
            return Some(ready);
        }
        loop {
            match self.receiver.as_mut()?.recv().await {
                Ok(event) if event.tenant == self.tenant && event.position > self.last => {
                    self.last = event.position;
                    return Some(LiveEvent::Event(event));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Some(self.reset()),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Says from where on it listens. The receiver already does, so nothing falls between.
    async fn begin(&mut self) {
        self.tail.begun().await;
        if self.receiver.is_some() {
            self.last = *self.tail.end().borrow();
            self.ready.push_back(LiveEvent::Ready(self.last));
        }
    }

    fn reset(&mut self) -> LiveEvent {
        self.last = self.last.max(*self.tail.end().borrow());
        LiveEvent::Reset(self.last)
    }

    /// What was missed since `after`. The receiver already listens, so nothing falls between.
    async fn replay(&mut self, after: Position) {
        self.last = after;
        self.tail.begun().await;
        if self.tail.end().borrow().seq - after.seq > SEARCHED {
            return self.miss().await;
        }
        match self.tail.tenant_after(self.tenant, after, REPLAYED + 1).await {
            Ok(events) if events.len() <= REPLAYED => {
                if let Some(event) = events.last() {
                    self.last = event.position;
                }
                self.ready.extend(events.into_iter().map(|event| LiveEvent::Event(Arc::new(event))));
            }
            Ok(_) => self.miss().await,
            Err(error) => {
                tracing::warn!(%error, "missed events cannot be replayed");
                self.miss().await;
            }
        }
    }

    async fn miss(&mut self) {
        if let Ok(end) = self.tail.readable().await {
            self.last = self.last.max(end);
        }
        let reset = self.reset();
        self.ready.push_back(reset);
    }
}

impl Live {
    /// Events of `tenant`: those after `last_event_id` first (a reset when they are too many), or the position from
    /// which it listens; then live ones until the process stops.
    pub fn stream(&self, tenant: TenantId, last_event_id: Option<Position>) -> BoxStream<'static, LiveEvent> {
        let feed = Feed {
            tail: Arc::clone(&self.0),
            tenant,
            receiver: self.0.subscribe(),
            start: Some(last_event_id.map_or(Start::Now, Start::After)),
            ready: VecDeque::new(),
            last: Position::START,
        };
        stream::unfold(feed, |mut feed| async move { feed.next().await.map(|event| (event, feed)) }).boxed()
    }
}
