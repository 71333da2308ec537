//! The live stream over HTTP: who hears what, and when it ends.
#![allow(clippy::unwrap_used)]

mod desk;

use std::{future::pending, time::Duration};

use desk::{As, Desk, migrations};
use futures_util::StreamExt as _;
use http_api::{
    axum::body::{Body, BodyDataStream},
    http::{Request, header},
};
use serde_json::json;
use tower::ServiceExt as _;

async fn listen(desk: &Desk, who: &As, last: Option<&str>) -> BodyDataStream {
    let As::Person { cookie, .. } = who else { panic!("somebody with a session") };
    let mut request =
        Request::get("/api/v1/events/stream").header(header::COOKIE, format!("aftersail_session={cookie}"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = desk.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}

/// The next piece that is no comment; `None` when the stream has ended.
async fn next(stream: &mut BodyDataStream) -> Option<String> {
    loop {
        let piece = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("something in time")?;
        let text = String::from_utf8(piece.unwrap().to_vec()).unwrap();
        if !text.starts_with(':') {
            return Some(text);
        }
    }
}

fn id_of(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned()
}

/// Appends an event and answers the id of what it is about.
async fn tell(desk: &Desk, t: &testkit::TestDb, kind: &'static str, object: &'static str) -> String {
    let id = t.world.new_id();
    let write = async move |tx: &mut db::Tx<'_>| events::append(tx, events::NewEvent::new(kind, object, id)).await;
    t.db.write(&desk.cx, write).await.unwrap();
    id.to_string()
}

/// Waits until the reader has come to here: until somebody has heard an event that is told only now.
async fn settled(desk: &Desk, t: &testkit::TestDb, who: &As) {
    loop {
        let mut stream = listen(desk, who, None).await;
        let mark = tell(desk, t, "ticket.updated", "ticket").await;
        // Events about people and their roles end the stream.
        while let Some(text) = next(&mut stream).await {
            if text.contains(&mark) {
                return;
            }
        }
    }
}

async fn story(t: &testkit::TestDb, desk: &Desk) {
    let admin = desk.person("boss", &["admin"]).await;
    let agent = desk.person("chen", &["agent"]).await;
    let engineer = desk.person("wang", &["engineer"]).await;
    // Otherwise the three people's creation would be told as news, and end their streams.
    settled(desk, t, &admin).await;
    let (mut boss, mut chen, mut wang) =
        (listen(desk, &admin, None).await, listen(desk, &agent, None).await, listen(desk, &engineer, None).await);
    for page in [&mut boss, &mut chen, &mut wang] {
        assert!(next(page).await.unwrap().contains("event: ready"));
    }
    tell(desk, t, "user.created", "user").await;
    tell(desk, t, "ticket.created", "ticket").await;
    let first = next(&mut boss).await.unwrap();
    assert!(first.contains("user.created") && first.contains("object_id"), "{first}");
    assert!(next(&mut boss).await.unwrap().contains("ticket.created"));
    let heard = next(&mut chen).await.unwrap();
    assert!(heard.contains("ticket.created") && heard.contains("object_id"), "agents hear of tickets: {heard}");
    let hint = next(&mut wang).await.unwrap();
    assert!(hint.contains("ticket.created") && !hint.contains("object_id"), "engineers hear a hint: {hint}");
    // Whoever comes back hears what they missed.
    drop(chen);
    tell(desk, t, "ticket.closed", "ticket").await;
    let mut chen = listen(desk, &agent, Some(&id_of(&heard))).await;
    assert!(next(&mut chen).await.unwrap().contains("ticket.closed"));
    // A changed role ends the stream, so that the browser comes back with what it may do now.
    let role = desk.role_id(&admin, "agent").await;
    desk.patch(&admin, &format!("/api/v1/roles/{role}"), 1, json!({ "name": "坐席" })).await.expect(200);
    assert_eq!(next(&mut chen).await, None);
}

testkit::both! {
    migrations(), |t| one_hears_what_one_may_read_and_misses_nothing {
        let desk = Desk::open(t).await;
        tokio::select! {
            () = desk.live.run(pending()) => panic!("the reader stopped"),
            () = story(t, &desk) => {}
        }
    }
}
