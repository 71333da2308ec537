//! Serving until told to stop, and then letting running requests end.

use std::{io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    serve::{Listener as _, ListenerExt as _},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tower::ServiceExt as _;

use crate::App;

/// Serves `router` on `listener` until `shutdown` resolves. Then no new connection is taken, streams end, and
/// running requests have `grace` to finish; what still runs after that is cut off.
///
/// The loop is our own because `axum::serve` waits for the head of a request without end: whoever sends it a byte a
/// minute would hold connections for nothing.
pub async fn serve(
    app: &App,
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    // Small answers must not wait for the acknowledgement of the packet before.
    let mut listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let graceful = GracefulShutdown::new();
    // Dropped connections end: whatever leaves this function leaves none behind.
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, address) = listener.accept() => {
                connections.spawn(connection(stream, address, router.clone(), app.settings().head_timeout, &graceful));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    app.close();
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(target: "http", grace_seconds = grace.as_secs(), "requests were cut off at shutdown");
    }
    Ok(())
}

/// Answers one connection's requests, one after the other, until either side ends it.
fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    head_timeout: Duration,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + use<> {
    let answer = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .serve_connection(TokioIo::new(stream), answer);
    let connection = graceful.watch(connection);
    async move {
        // What goes wrong here is the other side's doing: it went away, or it does not speak HTTP.
        if let Err(error) = connection.await {
            tracing::debug!(target: "http", %error, "connection ended");
        }
    }
}
