//! Messages on their way to mail servers, chat groups and SMS providers on loopback.
#![allow(clippy::unwrap_used)]

mod house;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, routing::post};
use channels::{CustomerNote, EngineerNote, NewMail, NewSms};
use db::Tx;
use house::{TICKET, house, migrations};
use http_api::http::Method;
use jobs::NewJob;
use kernel::Uuid;
use mail::counterpart::{Behaviour, Counterpart, Reply, Setup};
use serde_json::{Value, json};
use testkit::{TENANT, TestDb};

const HOUR: Duration = Duration::from_hours(1);

fn smtp(server: &Counterpart) -> Value {
    json!({"host": server.host(), "port": server.port(), "security": "none", "from": "售后服务 <service@example.com>"})
}

async fn write(t: &TestDb, to: &str) -> Uuid {
    let mail = NewMail {
        to: to.to_owned(),
        subject: "工单 T-1 已派工".to_owned(),
        text: "工程师明天上门：https://service.example.com/s/token-token".to_owned(),
        html: None,
        ticket_id: Some(TICKET),
    };
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| channels::enqueue_mail(tx, mail).await).await.unwrap()
}

/// A provider that takes everything posted to it and answers `answer`.
#[allow(clippy::disallowed_methods, reason = "the server ends with the test")]
async fn provider(answer: Value) -> (String, Arc<Mutex<Vec<String>>>) {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&taken);
    let router = Router::new().route(
        "/{*path}",
        post(move |body: String| async move {
            keep.lock().unwrap().push(body);
            Json(answer)
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (origin, taken)
}

testkit::both! {
    migrations(), |t| a_mail_goes_out_with_its_own_id_and_its_text_is_forgotten {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        house.put("smtp", smtp(&server)).await;
        let id = write(t, "li@example.com").await;
        house.workers.drain().await.unwrap();
        let received = server.received();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].header("Message-ID").unwrap(), format!("<{id}@service.example.com>"));
        assert_eq!((received[0].subject().as_str(), &received[0].to), ("工单 T-1 已派工", &vec!["li@example.com".into()]));
        assert!(received[0].text().unwrap().contains("token-token"));
        let messages = house.messages().await;
        assert_eq!((&messages[0]["state"], &messages[0]["attempts"]), (&"sent".into(), &1.into()));
        assert!(!house.texts(TENANT).await.contains("token-token"));
        assert!(house.events().await.contains("message.sent"));
        assert!(house.ask("theirs", Method::GET, "/api/v1/outbox", None).await.1["items"].as_array().unwrap().is_empty());
    }

    migrations(), |t| a_mail_is_kept_while_the_server_is_down_and_delivered_later_once {
        let house = house(t).await;
        // Nobody listens at this port any more.
        let gone = { let server = Counterpart::start().unwrap(); smtp(&server) };
        house.put("smtp", gone).await;
        write(t, "li@example.com").await;
        house.workers.drain().await.unwrap();
        let message = house.messages().await.remove(0);
        assert_eq!((&message["state"], &message["attempts"]), (&"queued".into(), &1.into()), "{message}");
        assert!(message["last_error"].as_str().unwrap().contains("127.0.0.1"), "{message}");
        let server = Counterpart::start().unwrap();
        house.put("smtp", smtp(&server)).await;
        server.behave(Behaviour::RefuseService(Reply::new(421, "come back later")));
        t.clock.advance(HOUR);
        house.workers.drain().await.unwrap();
        // The answer to the message is lost on the wire: it comes again under the same id.
        server.behave(Behaviour::DropAfterData);
        t.clock.advance(HOUR);
        house.workers.drain().await.unwrap();
        server.behave(Behaviour::Accept);
        t.clock.advance(HOUR);
        house.workers.drain().await.unwrap();
        assert_eq!((server.received().len(), server.distinct().len()), (2, 1));
        let message = house.messages().await.remove(0);
        assert_eq!((&message["state"], &message["attempts"]), (&"sent".into(), &4.into()));
        assert_eq!(message["last_error"], Value::Null);
        t.clock.advance(HOUR * 24);
        house.workers.drain().await.unwrap();
        assert_eq!(server.received().len(), 2);
    }

    migrations(), |t| without_a_channel_a_mail_waits_where_people_see_it_and_goes_out_once_there_is_one {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        write(t, "li@example.com").await;
        house.workers.drain().await.unwrap();
        t.clock.advance(HOUR * 100);
        assert_eq!(house.workers.drain().await.unwrap(), 0);
        assert_eq!(house.messages().await[0]["state"], "no_channel");
        house.put("smtp", smtp(&server)).await;
        house.workers.drain().await.unwrap();
        assert_eq!(house.messages().await[0]["state"], "sent");
        assert_eq!(server.received().len(), 1);
    }

    migrations(), |t| a_refusal_for_good_is_visible_and_a_person_may_try_again {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        house.put("smtp", smtp(&server)).await;
        server.behave(Behaviour::RefuseRecipient(Reply::new(550, "no such mailbox")));
        let id = write(t, "nobody@example.com").await;
        house.workers.drain().await.unwrap();
        let filter = "/api/v1/outbox?filter=%7B%22field%22%3A%22state%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22failed%22%7D";
        let failed = house.get(filter).await["items"][0].clone();
        assert!(failed["last_error"].as_str().unwrap().contains("no such mailbox"), "{failed}");
        assert!(house.events().await.contains("message.failed"));
        t.clock.advance(HOUR * 100);
        assert_eq!(house.workers.drain().await.unwrap(), 0);
        server.behave(Behaviour::Accept);
        let retry = format!("/api/v1/outbox/{id}/retry");
        assert_eq!(house.ask("theirs", Method::POST, &retry, None).await.0, 404);
        assert_eq!(house.ask("ours", Method::POST, &retry, None).await.0, 200);
        house.workers.drain().await.unwrap();
        assert_eq!(house.messages().await[0]["state"], "sent");
        assert_eq!(house.ask("ours", Method::POST, &retry, None).await.0, 409);
    }

    migrations(), |t| a_message_that_never_gets_through_is_given_up_visibly {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        house.put("smtp", smtp(&server)).await;
        server.behave(Behaviour::RefuseContent(Reply::new(452, "full")));
        write(t, "li@example.com").await;
        for _ in 0..40 {
            assert_eq!(house.messages().await[0]["state"], "queued");
            house.workers.drain().await.unwrap();
            t.clock.advance(HOUR);
        }
        let message = house.messages().await.remove(0);
        assert_eq!((&message["state"], &message["attempts"]), (&"failed".into(), &40.into()));
        assert_eq!(house.workers.drain().await.unwrap(), 0);
    }

    migrations(), |t| secrets_stand_in_no_answer_and_no_event {
        let house = house(t).await;
        let setup = Setup { credentials: Some(("service".into(), "hunter2".into())), tls: None };
        let server = Counterpart::start_with(setup).unwrap();
        let mut settings = smtp(&server);
        settings["username"] = json!("service");
        settings["password"] = json!("hunter2");
        let put = house.put("smtp", settings.clone()).await;
        assert_eq!(put["settings"]["password"], "***");
        let again = house.put("smtp", put["settings"].clone()).await;
        assert_eq!(again["version"], 2);
        write(t, "li@example.com").await;
        house.workers.drain().await.unwrap();
        assert_eq!(server.received()[0].signed_in_as.as_deref(), Some("service"));
        settings["password"] = json!("hunter3");
        house.put("smtp", settings).await;
        write(t, "li@example.com").await;
        house.workers.drain().await.unwrap();
        let shown = [
            house.get("/api/v1/channels").await.to_string(),
            house.get("/api/v1/channels/smtp").await.to_string(),
            house.get("/api/v1/outbox").await.to_string(),
            house.ask("ours", Method::POST, "/api/v1/channels/smtp/test", Some(json!({}))).await.1.to_string(),
            house.events().await,
        ]
        .concat();
        assert!(shown.contains("channel.updated") && shown.contains("failed"), "{shown}");
        for secret in ["hunter2", "hunter3", "token-token"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        let theirs = house.ask("theirs", Method::GET, "/api/v1/channels/smtp", None).await.1;
        assert_eq!((&theirs["configured"], &theirs["settings"]), (&false.into(), &Value::Null));
    }

    migrations(), |t| a_test_says_in_words_how_it_went {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        let test = "/api/v1/channels/smtp/test";
        assert_eq!(house.ask("ours", Method::POST, test, Some(json!({}))).await.0, 404);
        house.put("smtp", smtp(&server)).await;
        assert_eq!(house.ask("ours", Method::POST, test, Some(json!({}))).await.1["ok"], true);
        let body = Some(json!({"to": "admin@example.com"}));
        assert_eq!(house.ask("ours", Method::POST, test, body.clone()).await.1["ok"], true);
        assert_eq!(server.received()[0].subject(), "测试消息");
        server.behave(Behaviour::RefuseSender(Reply::new(550, "not from here")));
        let answer = house.ask("ours", Method::POST, test, body).await.1;
        assert_eq!(answer["ok"], false);
        assert!(answer["message"].as_str().unwrap().contains("not from here"), "{answer}");
        assert_eq!(house.ask("ours", Method::GET, "/api/v1/channels/pigeon", None).await.0, 400);
    }

    migrations(), |t| mails_that_other_domains_wrote_as_jobs_are_taken_over_once {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        house.put("smtp", smtp(&server)).await;
        let payload = json!({"to": "wang@example.com", "subject": "重置密码", "text": "链接", "html": "<b>链接</b>"});
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::add(tx, NewJob::new("mail.send", payload)).await)
            .await
            .unwrap();
        house.workers.drain().await.unwrap();
        assert_eq!(server.received().len(), 1);
        assert_eq!(server.received()[0].html().as_deref(), Some("<b>链接</b>"));
    }

    migrations(), |t| texts_and_notes_reach_their_providers {
        let house = house(t).await;
        let (gateway, texts) = provider(json!({"code": 0})).await;
        let (group, notes) = provider(json!({"errcode": 0, "errmsg": "ok"})).await;
        house
            .put("sms", json!({
                "url": format!("{gateway}/sms"), "allow_plain_http": true,
                "body": "{\"to\":\"{{mobile}}\",\"text\":\"{{text}}\",\"id\":\"{{param.id}}\"}",
                "success": {"pointer": "/code", "expected": 0},
            }))
            .await;
        let note = CustomerNote {
            ticket_id: TICKET,
            phone: Some("138 0013 8000".into()),
            text: "已收到您的报修".into(),
            ..CustomerNote::default()
        };
        let id = t.db
            .write(&t.cx, async move |tx: &mut Tx<'_>| channels::notify_customer(tx, note).await)
            .await
            .unwrap()
            .unwrap();
        house.workers.drain().await.unwrap();
        let sent: Value = serde_json::from_str(&texts.lock().unwrap()[0]).unwrap();
        assert_eq!(sent, json!({"to": "13800138000", "text": "已收到您的报修", "id": id.to_string()}));

        house.put("wecom", json!({"url": format!("{group}/cgi-bin/webhook/send?key=group-secret")})).await;
        let note = EngineerNote {
            phone: Some("13900139000".into()),
            title: "您有新的工单 T-1".into(),
            lines: vec!["电梯困人".into()],
            link: Some("/field".into()),
            ..EngineerNote::default()
        };
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| channels::notify_engineer(tx, &note).await).await.unwrap();
        house.workers.drain().await.unwrap();
        let note = notes.lock().unwrap()[0].clone();
        for part in ["您有新的工单 T-1", "电梯困人", "https://service.example.com/field", "13900139000"] {
            assert!(note.contains(part), "{note}");
        }
        // The group learnt it, so no text was paid for.
        assert_eq!(texts.lock().unwrap().len(), 1);
        assert!(house.messages().await.iter().all(|message| message["state"] == "sent"));
        let shown = house.get("/api/v1/channels").await.to_string() + &house.events().await;
        assert!(!shown.contains("group-secret"), "{shown}");
    }

    migrations(), |t| an_engineer_learns_of_a_visit_in_the_companys_time {
        let (house, server) = (house(t).await, Counterpart::start().unwrap());
        house.put("smtp", smtp(&server)).await;
        let person = identity::NewPerson {
            login: "li".into(),
            name: "李工".into(),
            email: Some("li@example.com".into()),
            ..identity::NewPerson::default()
        };
        let user = identity::create_person(&t.db, &t.cx, person).await.unwrap();
        let user_id = serde_json::to_value(&user).unwrap()["id"].clone();
        let visit = json!({
            "event": "planned", "visit_number": "V-2026-000001", "ticket_id": TICKET, "ticket_number": "T-2026-000007",
            "user_id": user_id, "starts_at": "2026-03-02T01:00:00Z", "ends_at": "2026-03-02T03:00:00Z",
        });
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| jobs::add(tx, NewJob::new("notify.engineer", visit)).await)
            .await
            .unwrap();
        house.workers.drain().await.unwrap();
        let received = server.received();
        assert_eq!((received.len(), received[0].to.clone()), (1, vec!["li@example.com".to_owned()]));
        assert_eq!(received[0].subject(), "新的上门安排 V-2026-000001");
        assert!(received[0].text().unwrap().contains("2026-03-02 09:00 – 11:00"));
    }

    migrations(), |t| a_customer_without_mail_and_telephone_is_told_nothing {
        let note = CustomerNote { ticket_id: TICKET, email: Some("  ".into()), text: "x".into(), ..CustomerNote::default() };
        let written = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| channels::notify_customer(tx, note).await).await;
        assert_eq!(written.unwrap(), None);
    }

    migrations(), |t| a_number_that_is_none_fails_at_once {
        let house = house(t).await;
        let (gateway, texts) = provider(json!({})).await;
        house.put("sms", json!({"url": format!("{gateway}/sms"), "allow_plain_http": true})).await;
        let sms = NewSms { mobile: "not a number".into(), text: "x".into(), ..NewSms::default() };
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| channels::enqueue_sms(tx, sms).await).await.unwrap();
        house.workers.drain().await.unwrap();
        assert_eq!(house.messages().await[0]["state"], "failed");
        assert!(texts.lock().unwrap().is_empty());
    }
}
