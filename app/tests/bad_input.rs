//! Hostile and broken input against the whole house: a clear error each time, and nothing that was acknowledged is lost.
#![allow(clippy::unwrap_used)]

mod house;

use std::collections::BTreeSet;

use axum::body::{Body, Bytes};
use db::{DbError, Stmt};
use futures_util::stream;
use house::{Person, Reply, Site};
use http_api::http::{Method, Request};
use http_body_util::BodyExt as _;
use kernel::Context;
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn site(t: &testkit::TestDb) -> (Site, Context, Person) {
    let site = Site::new(t, t.world.clone());
    let cx = site.tenant("ours").await;
    let admin = site.person(&cx, "admin", &["admin"]).await;
    (site, cx, admin)
}

/// A body that is sent as it is.
async fn raw(site: &Site, who: &Person, path: &str, kind: &str, body: Body) -> Reply {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("cookie", format!("{}={}", http_api::SESSION_COOKIE, who.cookie))
        .header("x-csrf-token", &who.csrf)
        .header("content-type", kind)
        .body(body)
        .unwrap();
    let (parts, body) = site.router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Reply { status: parts.status.as_u16(), headers: parts.headers, json }
}

fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.json["code"].as_str()), (status, Some(code)), "{}", reply.json);
    assert!(reply.json["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}", reply.json);
}

/// Sorted: the clock stands still.
async fn titles(site: &Site, who: &Person) -> BTreeSet<String> {
    let list = site.get(who, "/api/v1/tickets?sort=created_at&limit=200").await;
    assert_eq!(list.status, 200, "{}", list.json);
    let items = list.json["items"].as_array().unwrap();
    items.iter().map(|ticket| ticket["title"].as_str().unwrap().to_owned()).collect()
}

fn ticket(title: &str) -> Value {
    json!({ "title": title, "type": "repair", "priority": "high" })
}

testkit::both! {
    wiring(), |t| texts_that_look_like_code_are_texts {
        let (site, _, admin) = site(t).await;
        let texts = [
            "'; drop table tickets; --", "\" or 1=1 --", "<script>alert(1)</script>", "%_\\%", "{{7*7}}", "$1 $2", "漏水\u{200b}\u{202e}",
        ];
        for text in texts {
            let made = site.post(&admin, "/api/v1/tickets", ticket(text), None).await;
            assert_eq!((made.status, made.json["title"].as_str()), (201, Some(text)), "{}", made.json);
        }
        assert_eq!(titles(&site, &admin).await, texts.map(str::to_owned).into());
        for text in texts {
            let escaped = format!("%{}", text.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join("%"));
            for path in ["/api/v1/tickets?q=", "/api/v1/customers?q=", "/api/v1/tickets?sort=", "/api/v1/tickets?cursor=", "/api/v1/tickets?filter=", "/api/v1/search?q="] {
                let reply = site.get(&admin, &format!("{path}{escaped}")).await;
                assert!(matches!(reply.status, 200 | 400), "{path}{text}: {} {}", reply.status, reply.json);
            }
        }
        assert_eq!(titles(&site, &admin).await.len(), texts.len());
    }

    wiring(), |t| what_cannot_be_read_is_told_with_the_place {
        let (site, _, admin) = site(t).await;
        let path = "/api/v1/tickets";
        let broken = raw(&site, &admin, path, "application/json", Body::from(&b"{\"title\":\"\xff\xfe\",\"type\":\"repair\"}"[..])).await;
        refused(&broken, 400, "invalid_utf8");
        let gb = raw(&site, &admin, path, "application/json", Body::from(&b"{\"title\":\"\xc2\xa9\xcb\xae\xb5\xe7\xcc\xdd\",\"type\":\"repair\",\"priority\":\"high\"}"[..])).await;
        refused(&gb, 400, "invalid_utf8");
        let half = raw(&site, &admin, path, "application/json", Body::from("{\"title\":")).await;
        refused(&half, 400, "malformed_json");
        let form = raw(&site, &admin, path, "text/plain", Body::from("title=x")).await;
        refused(&form, 415, "unsupported_media_type");
        let wrong = site.post(&admin, path, json!({ "title": "", "type": "dance", "priority": 7 }), None).await;
        assert!(matches!(wrong.status, 400 | 422) && wrong.json["errors"][0]["pointer"].is_string(), "{}", wrong.json);
        let zero = site.post(&admin, path, ticket("a\u{0}b"), None).await;
        assert!(matches!(zero.status, 400 | 422), "{} {}", zero.status, zero.json);
        let unknown = site.get(&admin, "/api/v1/intake/lookup?q=NO-SUCH-SERIAL").await;
        assert_eq!(unknown.status, 200, "{}", unknown.json);
        assert!(titles(&site, &admin).await.is_empty());
    }

    wiring(), |t| an_upload_without_end_is_cut_off {
        let (site, _, admin) = site(t).await;
        // Two gigabytes, sent as a stream that names no length; it must not be read to its end.
        let head = Bytes::from_static(b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\ncontent-type: video/mp4\r\n\r\n");
        let block = Bytes::from(vec![0_u8; 1 << 20]);
        let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counter = std::sync::Arc::clone(&sent);
        let blocks = std::iter::once(head).chain(std::iter::repeat_n(block, 2_048)).map(move |block| {
            counter.fetch_add(block.len(), std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>(block)
        });
        let reply = raw(&site, &admin, "/api/v1/files", "multipart/form-data; boundary=x", Body::from_stream(stream::iter(blocks))).await;
        assert_eq!(reply.status, 413, "{}", reply.json);
        assert!(sent.load(std::sync::atomic::Ordering::Relaxed) < 600 << 20, "{} bytes were read", sent.load(std::sync::atomic::Ordering::Relaxed));
        let left = std::fs::read_dir(t.folder.path().join("files")).unwrap().flatten();
        let bytes: u64 = left.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|meta| meta.len()).sum();
        assert_eq!(bytes, 0, "what was cut off is cleared away");
    }
}

/// A disk that is full is said to be full; what was there stays, and work goes on once there is room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing() {
    let t = testkit::TestDb::sqlite(&wiring()).await;
    let (site, _, admin) = site(&t).await;
    let kept = site.post(&admin, "/api/v1/tickets", ticket("先到的"), None).await;
    assert_eq!(kept.status, 201);
    let pages = async |sql: &str| {
        let sql = sql.to_owned();
        let set = async move |tx: &mut db::Tx<'_>| -> Result<(), DbError> {
            db::Query::all::<(i64,)>(tx, Stmt::new(sql, vec![])).await.map(drop)
        };
        t.db.write(&t.cx, set).await.unwrap();
    };
    pages("pragma max_page_count = 1").await;
    let mut acknowledged = vec!["先到的".to_owned()];
    let mut full = None;
    for turn in 0..400 {
        let title = format!("第{turn}张 {}", "满".repeat(150));
        let reply = site.post(&admin, "/api/v1/tickets", ticket(&title), None).await;
        if reply.status != 201 {
            full = Some(reply);
            break;
        }
        acknowledged.push(title);
    }
    refused(&full.expect("the disk is full by now"), 507, "storage_full");
    assert!(acknowledged.len() < 200, "one page shows them all");
    assert_eq!(titles(&site, &admin).await, acknowledged.into_iter().collect());
    pages("pragma max_page_count = 1073741823").await;
    assert_eq!(site.post(&admin, "/api/v1/tickets", ticket("又有地方了"), None).await.status, 201);
    t.close().await;
}

fn wiring() -> Vec<db::Migration> {
    aftersail_app::wiring::migrations()
}
