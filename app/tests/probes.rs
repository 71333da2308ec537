//! What operators see of the work behind the requests.
#![allow(clippy::unwrap_used)]

mod house;

use house::Site;

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
