//! Serving until told to stop, and then letting running requests end.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, serve::ListenerExt as _};
use tokio::{net::TcpListener, sync::watch};

use crate::App;

/// Serves `router` on `listener` until `shutdown` resolves. Then no new connection is taken, streams end, and
/// running requests have `grace` to finish; what still runs after that is cut off.
pub async fn serve(
    app: &App,
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    // Small answers must not wait for the acknowledgement of the packet before.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let stopping = watch::Sender::new(false);
    let mut stopped = stopping.subscribe();
    let closing = app.clone();
    let signal = async move {
        shutdown.await;
        closing.close();
        stopping.send_replace(true);
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = async { axum::serve(listener, service).with_graceful_shutdown(signal).await };
    let patience = async move {
        // An error means that the server ended without a signal, and then it answers by itself.
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        outcome = server => outcome,
        () = patience => {
            tracing::warn!(target: "http", grace_seconds = grace.as_secs(), "requests were cut off at shutdown");
            Ok(())
        }
    }
}
