//! What operators see of the work behind the requests.
#![allow(clippy::unwrap_used)]

mod house;

use house::{Person, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_and_jobs_are_on_the_metrics_page() {
    let t = testkit::TestDb::sqlite(&aftersail_app::wiring::migrations()).await;
    let site = Site::new(&t, t.world.clone());
    let cx = site.tenant("ours").await;
    let admin = site.person(&cx, "admin", &["admin"]).await;
    let ticket = serde_json::json!({ "title": "漏水", "type": "repair", "priority": "high" });
    assert_eq!(site.post(&admin, "/api/v1/tickets", ticket, None).await.status, 201);
    site.house.consumers.settle().await.unwrap();
    site.house.workers.drain().await.unwrap();
    let text = site.house.app.metrics().text();
    let value = |name: &str| {
        let line =
            text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} is not in {text}"));
        line.rsplit_once(' ').unwrap().1.parse::<i64>().unwrap()
    };
    assert!(value("consumer_events_handled{consumer=\"search\"}") > 0);
    assert_eq!(value("consumer_events_waiting{consumer=\"search\"}"), 0);
    assert_eq!(value("consumer_events_dead{consumer=\"visits.follow_tickets\"}"), 0);
    assert_eq!(value("jobs{state=\"dead\"}"), 0);
    t.close().await;
}

testkit::both! { aftersail_app::wiring::migrations(), |t| answers_for_repetitions_are_forgotten_in_every_company {
    let site = Site::new(t, t.world.clone());
    let mut people = Vec::new();
    for slug in ["ours", "theirs"] {
        let cx = site.tenant(slug).await;
        people.push(site.person(&cx, "admin", &["admin"]).await);
    }
    let create = async |admin: &Person, title: &str| {
        let ticket = serde_json::json!({ "title": title, "type": "repair", "priority": "high" });
        site.post_with_key(admin, "/api/v1/tickets", ticket, "the-same").await.status
    };
    for admin in &people {
        assert_eq!(create(admin, "漏水").await, 201);
        assert_eq!(create(admin, "异响").await, 422, "the key stands for the first request");
    }
    t.clock.advance(http_api::KEPT + std::time::Duration::from_secs(1));
    let platform = kernel::Context::system(site.world.clone(), kernel::TenantId::SYSTEM);
    let hourly = jobs::NewJob::new("http.purge_answers", serde_json::json!({}));
    t.db.write(&platform, async move |tx: &mut db::Tx<'_>| jobs::add(tx, hourly).await).await.unwrap();
    site.house.workers.drain().await.unwrap();
    for admin in &people {
        assert_eq!(create(admin, "异响").await, 201, "the key is free again");
    }
}}
