//! How the numbers of records look, and that no two are the same.

#![allow(clippy::unwrap_used)] // a test may fail where it stands

mod desk;

use std::time::Duration;

use desk::{api, define, field, migrations, with_roles};
use futures_util::future::join_all;
use kernel::{Context, Timestamp};
use objects::testing::Api;
use serde_json::{Value, json};

const OBJECT: &str = "/api/v1/objects/vehicle";
const RECORDS: &str = "/api/v1/records/vehicle";

async fn vehicles(api: &Api, cx: &Context, format: Value) {
    define(api, cx, "vehicle", &[field("name", json!({"type": "text"}), json!({}))]).await;
    api.patch(cx, OBJECT, 1, json!({"number_format": format})).await.ok(200);
}

async fn number(api: &Api, cx: &Context) -> String {
    let made = api.post(cx, RECORDS, json!({"values": {"name": "甲"}})).await.ok(201);
    made.json["number"].as_str().unwrap().to_owned()
}

testkit::both! {
    migrations(), |t| counting_begins_anew_with_the_companys_year {
        let api = api(t);
        vehicles(&api, &t.cx, json!({"date": "year", "digits": 5, "start": 42})).await;
        let sales = with_roles(&t.cx, 7, &["sales"]);
        // Two seconds before the new year in Shanghai.
        t.clock.set(Timestamp::from_seconds(1_798_732_798));
        assert_eq!(number(&api, &sales).await, "VH-2026-00042");
        assert_eq!(number(&api, &sales).await, "VH-2026-00043");
        // Midnight in Shanghai, while it is still December where the server may stand.
        t.clock.advance(Duration::from_secs(2));
        assert_eq!(number(&api, &sales).await, "VH-2027-00042");
        let listed = api.get(&t.cx, &format!("{RECORDS}?sort=number")).await.ok(200);
        assert_eq!(listed.column("number"), ["VH-2026-00042", "VH-2026-00043", "VH-2027-00042"]);
    }

    migrations(), |t| counting_begins_anew_with_the_month {
        let api = api(t);
        vehicles(&api, &t.cx, json!({"date": "month", "digits": 3})).await;
        assert_eq!(number(&api, &t.cx).await, "VH-202603-001");
        t.clock.advance(Duration::from_hours(31 * 24));
        assert_eq!(number(&api, &t.cx).await, "VH-202604-001");
    }

    migrations(), |t| whoever_creates_at_once_gets_numbers_of_their_own {
        let api = api(t);
        vehicles(&api, &t.cx, json!({"date": "year", "digits": 4})).await;
        let mut numbers = join_all((0..80).map(|_| number(&api, &t.cx))).await;
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 80);
        assert!(numbers.iter().all(|number| number.starts_with("VH-2026-") && number.len() == 12), "{numbers:?}");
    }

    migrations(), |t| no_number_comes_twice_however_formats_change {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[field("name", json!({"type": "text"}), json!({}))]).await;
        let mut version = 1;
        let mut seen = Vec::new();
        for change in [
            json!({}),
            json!({"number_format": {"date": "year", "digits": 5}}),
            json!({"number_format": {"digits": 6}}),
            json!({"number_format": {"digits": 6, "start": 900}}),
            json!({"number_format": {"digits": 6, "start": 1}}),
            json!({"number_format": {"digits": 3, "start": 500}}),
            json!({"number_prefix": "CAR"}),
            json!({"number_prefix": "VH", "number_format": {"date": "year", "digits": 6}}),
            json!({"number_format": null}),
        ] {
            let changed = api.patch(&t.cx, OBJECT, version, change).await.ok(200);
            version = changed.json["version"].as_i64().unwrap();
            seen.extend([number(&api, &t.cx).await, number(&api, &t.cx).await]);
        }
        assert_eq!(seen[..4], ["VH-000001", "VH-000002", "VH-2026-00001", "VH-2026-00002"]);
        assert_eq!(seen[4..8], ["VH-000003", "VH-000004", "VH-000900", "VH-000901"]);
        assert_eq!(seen[8..13], ["VH-000902", "VH-000903", "VH-904", "VH-905", "CAR-906"]);
        assert_eq!(seen[14..], ["VH-2026-000003", "VH-2026-000004", "VH-000908", "VH-000909"]);
    }

    migrations(), |t| formats_that_make_no_numbers_are_refused {
        let api = api(t);
        define(&api, &t.cx, "vehicle", &[]).await;
        let refused = async |change: Value| api.patch(&t.cx, OBJECT, 1, change).await.errors();
        for (format, wrong) in [
            (json!({"digits": 2}), "/number_format/digits invalid_digits"),
            (json!({"digits": 10}), "/number_format/digits invalid_digits"),
            (json!({"digits": 3, "start": 1000}), "/number_format/start invalid_start"),
            (json!({"start": 0}), "/number_format/start invalid_start"),
        ] {
            assert_eq!(refused(json!({"number_format": format})).await, [wrong]);
        }
        assert_eq!(refused(json!({"number_prefix": "VH-2026"})).await, ["/number_prefix prefix_is_date"]);
        api.patch(&t.cx, OBJECT, 1, json!({"number_format": {"date": "day"}})).await.refused(422, "invalid");
    }

    migrations(), |t| templates_bring_their_numbers_along {
        let api = api(t);
        let body = json!({"key": "project", "name": {"zh": "项目", "en": "Project"}, "template": "project"});
        let made = api.post(&t.cx, "/api/v1/objects", body).await.ok(201);
        assert_eq!(made.json["number_format"], json!({"date": "year", "digits": 4, "start": 1}));
        let own = json!({"key": "job", "name": {"zh": "项目", "en": "Job"}, "template": "project",
            "number_format": {"digits": 9, "start": 7}});
        let made = api.post(&t.cx, "/api/v1/objects", own).await.ok(201);
        assert_eq!(made.json["number_format"], json!({"date": "none", "digits": 9, "start": 7}));
    }
}
