//! Sends notes to the providers' counterparts on loopback and looks at what the group would see.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod counterpart;

use counterpart::{Counterpart, KEY, Mood, NOW_MILLIS, SECRET};
use robots::{Kind, Link, Note, Reach, Reason, Robot, RobotError, client};

const KINDS: [Kind; 3] = [Kind::Wecom, Kind::Dingtalk, Kind::Feishu];
const LOOPBACK: Reach = Reach { allow_plain_http: true, allow_other_hosts: true };

fn robot(kind: Kind, origin: &str, key: &str, secret: &str) -> Robot {
    let path = match kind {
        Kind::Wecom => format!("/cgi-bin/webhook/send?key={key}"),
        Kind::Dingtalk => format!("/robot/send?access_token={key}"),
        Kind::Feishu => format!("/open-apis/bot/v2/hook/{key}"),
    };
    Robot { kind, url: format!("{origin}{path}"), secret: Some(secret.to_owned()) }
}

fn note() -> Note {
    Note {
        title: "工单即将超时".to_owned(),
        lines: vec!["T-2026-000123 空调不制冷".to_owned(), "客户:上海虹桥门店 \"A&B\"".to_owned()],
        link: Some(Link { label: "查看工单".to_owned(), url: "https://desk.example.com/tickets/1".to_owned() }),
        mention_mobiles: Vec::new(),
    }
}

async fn attempt(mood: Mood, kind: Kind, key: &str, secret: &str, now: i64) -> RobotError {
    let server = Counterpart::start(mood).await;
    let robot = robot(kind, &server.origin, key, secret);
    let error = robot.send(&client().unwrap(), LOOPBACK, &note(), now).await.unwrap_err();
    assert!(server.shown().is_empty());
    error
}

#[tokio::test]
async fn a_note_is_shown_by_each_provider() {
    let server = Counterpart::start(Mood::Usual).await;
    let client = client().unwrap();
    for kind in KINDS {
        robot(kind, &server.origin, KEY, SECRET).send(&client, LOOPBACK, &note(), NOW_MILLIS).await.unwrap();
    }
    let shown = server.shown();
    assert_eq!(shown.len(), 3);
    for body in shown {
        let text = body.to_string();
        assert!(text.contains("工单即将超时"), "{text}");
        assert!(text.contains("上海虹桥门店 \\\"A&B\\\""), "{text}");
        assert!(text.contains("https://desk.example.com/tickets/1"), "{text}");
    }
}

#[tokio::test]
async fn members_are_called_by_number_where_the_provider_can() {
    let server = Counterpart::start(Mood::Usual).await;
    let client = client().unwrap();
    let note = Note { mention_mobiles: vec!["138 0013 8000".to_owned()], ..note() };
    for kind in [Kind::Wecom, Kind::Dingtalk] {
        robot(kind, &server.origin, KEY, SECRET).send(&client, LOOPBACK, &note, NOW_MILLIS).await.unwrap();
    }
    let shown = server.shown();
    assert_eq!(shown[0]["text"]["mentioned_mobile_list"][0], "13800138000");
    assert_eq!(shown[1]["at"]["atMobiles"][0], "13800138000");
}

#[tokio::test]
async fn a_note_far_too_long_is_shortened_until_each_provider_takes_it() {
    let server = Counterpart::start(Mood::Usual).await;
    let client = client().unwrap();
    for mention_mobiles in [Vec::new(), vec!["13800138000".to_owned()]] {
        for filler in ["漏水", "\"\\"] {
            let note = Note {
                title: "长".repeat(500),
                lines: vec![filler.repeat(30_000); 3],
                mention_mobiles: mention_mobiles.clone(),
                ..note()
            };
            for kind in KINDS {
                robot(kind, &server.origin, KEY, SECRET).send(&client, LOOPBACK, &note, NOW_MILLIS).await.unwrap();
            }
        }
    }
    let shown = server.shown();
    assert_eq!(shown.len(), 12);
    for body in shown {
        let text = body.to_string();
        assert!(text.contains('…'));
        assert!(text.contains("https://desk.example.com/tickets/1"));
    }
}

#[tokio::test]
async fn a_wrong_key_is_permanent_and_stays_out_of_the_error() {
    for kind in KINDS {
        let error = attempt(Mood::Usual, kind, "another-key-4711", SECRET, NOW_MILLIS).await;
        assert!(!error.is_transient(), "{error}");
        assert_eq!(error.reason(), Reason::Credentials);
        let shown = format!("{error} {error:?} {}", error.text("zh-CN"));
        assert!(!shown.contains("another-key-4711"), "{shown}");
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_permanent() {
    for kind in [Kind::Dingtalk, Kind::Feishu] {
        for secret in ["SEC1", ""] {
            let error = attempt(Mood::Usual, kind, KEY, secret, NOW_MILLIS).await;
            assert!(!error.is_transient(), "{error}");
            assert_eq!(error.reason(), Reason::Credentials);
        }
    }
}

#[tokio::test]
async fn a_clock_more_than_an_hour_off_is_permanent_and_less_is_taken() {
    let server = Counterpart::start(Mood::Usual).await;
    let client = client().unwrap();
    for kind in [Kind::Dingtalk, Kind::Feishu] {
        for off in [-3_700_000, 3_700_000] {
            let error = attempt(Mood::Usual, kind, KEY, SECRET, NOW_MILLIS + off).await;
            assert_eq!(error.reason(), Reason::Credentials);
            assert!(!error.is_transient());
        }
        robot(kind, &server.origin, KEY, SECRET)
            .send(&client, LOOPBACK, &note(), NOW_MILLIS - 3_500_000)
            .await
            .unwrap();
    }
    assert_eq!(server.shown().len(), 2);
}

#[tokio::test]
async fn too_many_notes_are_transient() {
    for kind in KINDS {
        let error = attempt(Mood::Hasty, kind, KEY, SECRET, NOW_MILLIS).await;
        assert!(error.is_transient(), "{error}");
        assert_eq!(error.reason(), Reason::RateLimited);
        assert!(error.text("zh-CN").contains("频繁"));
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for kind in KINDS {
        let error = attempt(Mood::Redirecting, kind, KEY, SECRET, NOW_MILLIS).await;
        assert!(!error.is_transient());
        assert_eq!(error.reason(), Reason::Address);
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let error = attempt(Mood::Endless, Kind::Wecom, KEY, SECRET, NOW_MILLIS).await;
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Unreadable);
}

#[tokio::test]
async fn a_gateway_without_its_service_is_transient() {
    for kind in KINDS {
        let error = attempt(Mood::Down, kind, KEY, SECRET, NOW_MILLIS).await;
        assert!(error.is_transient());
        assert_eq!(error.reason(), Reason::Busy);
    }
}

#[tokio::test]
async fn a_silent_provider_is_given_up_after_ten_seconds() {
    let begun = std::time::Instant::now();
    let error = attempt(Mood::Silent, Kind::Dingtalk, KEY, SECRET, NOW_MILLIS).await;
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Timeout);
    let waited = begun.elapsed().as_secs();
    assert!((9..15).contains(&waited), "{waited}");
}

#[tokio::test]
async fn nobody_listening_is_transient_and_the_address_stays_out_of_the_error() {
    let robot = robot(Kind::Wecom, "http://127.0.0.1:9", KEY, SECRET);
    let error = robot.send(&client().unwrap(), LOOPBACK, &note(), NOW_MILLIS).await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Unreachable);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn nothing_is_sent_out_of_reach() {
    let server = Counterpart::start(Mood::Usual).await;
    let robot = robot(Kind::Wecom, &server.origin, KEY, SECRET);
    let error = robot.send(&client().unwrap(), Reach::default(), &note(), NOW_MILLIS).await.unwrap_err();
    assert_eq!(error.reason(), Reason::Address);
    assert!(server.shown().is_empty());
}
