//! Files over HTTP: what goes in, what comes out, and who may see it.
#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body, response::Response};
use bytes::Bytes;
use db::Migration;
use files::FileStore;
use futures_util::{FutureExt as _, future::BoxFuture, stream};
use http::{Method, Request, StatusCode};
use http_api::{App, Authenticator, Credential, Identified, Problem, Service, Settings};
use http_body_util::BodyExt as _;
use kernel::{Context, RequestInfo};
use serde_json::Value;
use testkit::TestDb;
use tower::ServiceExt as _;

/// The key `ours` is the system in one company, `theirs` in another.
struct Keys(Context, Context);

impl Authenticator for Keys {
    fn identify<'a>(
        &'a self,
        credential: Credential<'a>,
        _: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Option<Identified>, Problem>> {
        let cx = match credential {
            Credential::Key("ours") => Some(self.0.clone()),
            Credential::Key("theirs") => Some(self.1.clone()),
            _ => None,
        };
        async { Ok(cx.map(|cx| Identified { cx, csrf_token: None })) }.boxed()
    }
}

fn migrations() -> Vec<Migration> {
    [http_api::migrations(), events::migrations(), files::migrations()].concat()
}

fn service(t: &TestDb) -> Router {
    let store = FileStore::folder(t.folder.path().join("files")).unwrap().with_limit(4 * 1024 * 1024);
    let app = App::builder(t.db.clone(), t.world.clone(), Settings::default())
        .authenticator(Keys(t.cx.clone(), t.other.clone()))
        .service(store)
        .build();
    Service::new(app).routes(files::routes()).router().unwrap()
}

const BOUNDARY: &str = "x-boundary-x";

fn form(name: &str, declared: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfirst\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {declared}\r\n\r\n"
    );
    [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

fn post() -> http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri("/api/v1/files")
        .header("authorization", "Bearer ours")
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
}

async fn upload(service: &Router, name: &str, declared: &str, bytes: &[u8]) -> (StatusCode, Value) {
    let request = post().body(Body::from(form(name, declared, bytes))).unwrap();
    answer(service.clone().oneshot(request).await.unwrap()).await
}

async fn get(service: &Router, key: &str, path: &str, known: Option<&str>) -> Response {
    let mut request = Request::builder().uri(path).header("authorization", format!("Bearer {key}"));
    if let Some(tag) = known {
        request = request.header("if-none-match", tag);
    }
    service.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

testkit::both! {
    migrations(), |t| a_picture_comes_back_as_it_went_in_and_only_to_its_company {
        let service = service(t);
        let (status, file) = upload(&service, "C:\\\\现场.png", "text/html", PNG).await;
        assert_eq!(status, 201, "{file}");
        assert_eq!((&file["media_type"], &file["safe_inline"]), (&"image/png".into(), &true.into()));
        assert_eq!((&file["name"], &file["size"]), (&"现场.png".into(), &PNG.len().into()));
        let path = format!("/api/v1/files/{}", file["id"].as_str().unwrap());
        let content = format!("{path}/content");

        let response = get(&service, "ours", &content, None).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/png");
        assert!(header("content-disposition").starts_with("inline"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("sandbox"));
        assert!(header("cache-control").starts_with("private"));
        let tag = header("etag");
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), PNG);

        let again = get(&service, "ours", &content, Some(&tag)).await;
        assert_eq!(again.status(), 304);
        assert_eq!(answer(get(&service, "ours", &path, None).await).await.1["sha256"], file["sha256"]);
        for path in [&path, &content] {
            assert_eq!(get(&service, "theirs", path, None).await.status(), 404);
            assert_eq!(get(&service, "nobody", path, None).await.status(), 401);
        }
    }

    migrations(), |t| what_could_run_is_only_ever_saved {
        let service = service(t);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        for (name, bytes) in [("plan.svg", &svg[..]), ("报告.pdf", b"%PDF-1.4"), ("x.html", b"no page, only words")] {
            let (status, file) = upload(&service, name, "image/png", bytes).await;
            assert_eq!((status, &file["safe_inline"]), (StatusCode::CREATED, &false.into()), "{file}");
            let path = format!("/api/v1/files/{}/content", file["id"].as_str().unwrap());
            let response = get(&service, "ours", &path, None).await;
            let disposition = response.headers()["content-disposition"].to_str().unwrap();
            assert!(disposition.starts_with("attachment"), "{name}: {disposition}");
        }
        let (status, problem) = upload(&service, "a.png", "image/png", b"<html><script>alert(1)</script>").await;
        assert_eq!((status.as_u16(), &problem["code"]), (415, &"file_kind_refused".into()));
    }

    migrations(), |t| a_repeated_upload_is_one_file_and_another_content_under_its_key_is_refused {
        let service = service(t);
        let send = async |bytes: &[u8]| {
            let request = post().header("idempotency-key", "k1");
            let request = request.body(Body::from(form("a.txt", "text/plain", bytes))).unwrap();
            answer(service.clone().oneshot(request).await.unwrap()).await
        };
        let (first, second) = (send(b"words").await, send(b"words").await);
        assert_eq!((first.0, &first.1), (StatusCode::CREATED, &second.1));
        assert_eq!(send(b"others").await.1["code"], "idempotency_key_reused");
    }

    migrations(), |t| a_form_without_a_file_says_what_is_missing {
        let service = service(t);
        let body = form("a.txt", "text/plain", b"x");
        let body = String::from_utf8(body).unwrap().replace("name=\"file\"", "name=\"photo\"");
        let request = post().body(Body::from(body)).unwrap();
        let (status, problem) = answer(service.clone().oneshot(request).await.unwrap()).await;
        assert_eq!((status.as_u16(), &problem["errors"][0]["pointer"]), (422, &"/file".into()));
        assert_eq!(upload(&service, "a.txt", "text/plain", b"").await.0, 422);
    }
}

/// A body of two gigabytes that counts how many of its megabytes were taken.
fn endless(taken: &Arc<AtomicUsize>) -> Body {
    let taken = Arc::clone(taken);
    let mut head = Bytes::from(form("big.txt", "text/plain", b""));
    head.truncate(head.len() - format!("\r\n--{BOUNDARY}--\r\n").len());
    let megabyte = Bytes::from(vec![b'a'; 1024 * 1024]);
    let chunks = (0..2048).map(move |number| {
        taken.fetch_add(1, Ordering::SeqCst);
        Ok::<_, std::io::Error>(if number == 0 { head.clone() } else { megabyte.clone() })
    });
    Body::from_stream(stream::iter(chunks))
}

#[tokio::test]
async fn two_gigabytes_are_refused_before_they_are_read() {
    let t = TestDb::sqlite(&migrations()).await;
    let service = service(&t);
    let taken = Arc::new(AtomicUsize::new(0));
    // Announced: not a byte is read.
    let request = post().header("content-length", 2_u64 << 30).body(endless(&taken)).unwrap();
    let (status, problem) = answer(service.clone().oneshot(request).await.unwrap()).await;
    assert_eq!((status.as_u16(), &problem["code"]), (413, &"too_large".into()));
    assert_eq!(taken.load(Ordering::SeqCst), 0);
    // Not announced: reading stops where the edge's limit for forms is, 52 MB.
    let request = post().body(endless(&taken)).unwrap();
    let (status, problem) = answer(service.oneshot(request).await.unwrap()).await;
    assert_eq!(status.as_u16(), 413, "{problem}");
    assert!((4..60).contains(&taken.load(Ordering::SeqCst)));
    assert_eq!(std::fs::read_dir(t.folder.path().join("files-incoming")).unwrap().count(), 0);
    t.close().await;
}
