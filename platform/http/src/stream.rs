//! Server-sent events: an answer that goes on until the caller leaves or the server stops.

use std::{convert::Infallible, pin::Pin, time::Duration};

use axum::response::{IntoResponse, Response, sse};
use futures_util::{Stream, StreamExt};
use http::{HeaderName, HeaderValue};

use crate::{Answer, App, OperationDoc};

pub use axum::response::sse::Event as StreamEvent;

/// A live stream of events, kept alive by a comment every 15 seconds; never compressed and never timed out.
pub struct EventStream(Pin<Box<dyn Stream<Item = Result<StreamEvent, Infallible>> + Send>>);

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStream")
    }
}

impl EventStream {
    /// Streams `events` until they end or the server begins to stop.
    pub fn new(app: &App, events: impl Stream<Item = StreamEvent> + Send + 'static) -> Self {
        let mut closing = app.closing();
        let stop = async move {
            let _ = closing.wait_for(|closing| *closing).await;
        };
        Self(Box::pin(events.map(Ok).take_until(stop)))
    }
}

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let keep_alive = sse::KeepAlive::new().interval(Duration::from_secs(15)).text("still here");
        let mut response = sse::Sse::new(self.0).keep_alive(keep_alive).into_response();
        // Proxies that gather answers would hold every event back.
        response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        response
    }
}

impl Answer for EventStream {
    const UNHURRIED: bool = true;

    fn document(operation: &mut OperationDoc<'_>) {
        operation.answer(
            200,
            "Events as they happen; reconnect with Last-Event-ID to miss none.",
            "text/event-stream",
            serde_json::json!({ "type": "string" }),
        );
        operation.header("Last-Event-ID", false, "The id of the last event seen.");
    }
}
