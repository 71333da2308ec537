//! Sends mail to an SMTP server on loopback and looks at what arrives there.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::time::{Duration, Instant};

use mail::{
    MailError, Mailer, Message, Reason, Security, SmtpSettings,
    counterpart::{Behaviour, Counterpart, Reply, Setup, TlsStart},
};

const AUTHORITY: &str = include_str!("certificates/authority.pem");
const CERTIFICATE: &str = include_str!("certificates/server.pem");
const KEY: &str = include_str!("certificates/server.key.pem");

fn settings(server: &Counterpart) -> SmtpSettings {
    SmtpSettings {
        host: server.host(),
        port: server.port(),
        security: Security::None,
        username: None,
        password: None,
        from: "售后服务 <service@example.com>".to_owned(),
    }
}

fn mailer(server: &Counterpart) -> Mailer {
    Mailer::new(settings(server)).unwrap().with_timeout(Duration::from_secs(5))
}

fn message() -> Message {
    Message {
        to: "李伟 <li@example.com>".to_owned(),
        subject: "工单 T-2026-000123 已派工:空调不制冷,明天上午九点上门检修,请保持电话畅通".to_owned(),
        text: "您好:\n\n工程师王强将于明天上门。\n.\n..两点开头的一行\n".to_owned(),
        html: None,
        message_id: "0198f7c2.notice@aftersail.example.com".to_owned(),
    }
}

async fn refusal(behaviour: Behaviour) -> (MailError, Counterpart) {
    let server = Counterpart::start().unwrap();
    server.behave(behaviour);
    let error = mailer(&server).send(&message()).await.unwrap_err();
    (error, server)
}

#[tokio::test]
async fn chinese_subject_names_and_text_arrive_as_written() {
    let server = Counterpart::start().unwrap();
    mailer(&server).send(&message()).await.unwrap();
    let received = server.received();
    let [mail] = received.as_slice() else {
        panic!("one message, not {}", received.len());
    };
    assert_eq!(mail.from, "service@example.com");
    assert_eq!(mail.to, ["li@example.com"]);
    assert_eq!(mail.subject(), message().subject);
    assert_eq!(mail.header("From").as_deref(), Some("售后服务 <service@example.com>"));
    assert_eq!(mail.header("To").as_deref(), Some("李伟 <li@example.com>"));
    assert_eq!(mail.header("Message-ID").as_deref(), Some("<0198f7c2.notice@aftersail.example.com>"));
    assert!(mail.header("Date").is_some());
    assert_eq!(mail.text().as_deref(), Some(message().text.trim_end()));
    assert_eq!(mail.html(), None);
    assert!(mail.raw.is_ascii());
    assert_eq!(server.commands(), ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
}

#[tokio::test]
async fn plain_ascii_lines_that_begin_with_a_dot_survive() {
    let server = Counterpart::start().unwrap();
    let text = ".\n..\n.hidden\nend";
    let message = Message { text: text.to_owned(), ..message() };
    mailer(&server).send(&message).await.unwrap();
    assert_eq!(server.received()[0].text().as_deref(), Some(text));
}

#[tokio::test]
async fn a_very_long_line_is_folded_so_that_servers_take_it() {
    let server = Counterpart::start().unwrap();
    let text = "abcdefghij".repeat(500);
    let message = Message { text: text.clone(), ..message() };
    mailer(&server).send(&message).await.unwrap();
    assert_eq!(server.received()[0].text(), Some(text));
}

#[tokio::test]
async fn pasted_line_ends_of_every_kind_arrive_as_lines() {
    let server = Counterpart::start().unwrap();
    let message = Message { text: "one\r\ntwo\rthree\nfour\0".to_owned(), ..message() };
    mailer(&server).send(&message).await.unwrap();
    assert_eq!(server.received()[0].text().as_deref(), Some("one\ntwo\nthree\nfour"));
}

#[tokio::test]
async fn text_and_html_travel_together() {
    let server = Counterpart::start().unwrap();
    let message = Message { html: Some("<p>工程师<b>王强</b>将于明天上门。</p>".to_owned()), ..message() };
    mailer(&server).send(&message).await.unwrap();
    let mail = &server.received()[0];
    assert_eq!(mail.html(), message.html);
    assert_eq!(mail.text().as_deref(), Some(message.text.trim_end()));
    let kind = mail.header("Content-Type").unwrap();
    assert!(kind.starts_with("multipart/alternative"), "{kind}");
}

#[tokio::test]
async fn line_breaks_in_headers_are_refused_before_anything_is_said() {
    let server = Counterpart::start().unwrap();
    let broken = [
        Message { subject: "hello\r\nBcc: all@example.com".to_owned(), ..message() },
        Message { subject: "hello\nBcc: all@example.com".to_owned(), ..message() },
        Message { to: "li@example.com\r\nRCPT TO:<all@example.com>".to_owned(), ..message() },
        Message { to: "x\r\nBcc: all@example.com <li@example.com>".to_owned(), ..message() },
        Message { message_id: "a@b>\r\nBcc: all@example.com".to_owned(), ..message() },
    ];
    for message in broken {
        let error = mailer(&server).send(&message).await.unwrap_err();
        assert_eq!(error.reason(), Reason::Header, "{message:?}");
        assert!(!error.is_transient());
    }
    assert!(server.commands().is_empty());
}

#[tokio::test]
async fn a_bad_address_is_permanent() {
    let server = Counterpart::start().unwrap();
    for to in ["", "李伟", "li@", "@example.com", "li@example.com, b@example.com"] {
        let message = Message { to: to.to_owned(), ..message() };
        let error = mailer(&server).send(&message).await.unwrap_err();
        assert_eq!(error.reason(), Reason::Address, "{to}");
        assert!(!error.is_transient());
    }
    assert!(server.commands().is_empty());
}

#[tokio::test]
async fn an_address_the_server_cannot_carry_is_permanent() {
    let server = Counterpart::start().unwrap();
    let message = Message { to: "李伟@example.com".to_owned(), ..message() };
    let error = mailer(&server).send(&message).await.unwrap_err();
    assert_eq!(error.reason(), Reason::Recipient);
    assert!(!error.is_transient());
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn refusals_of_the_5xx_kind_are_permanent_and_keep_the_servers_words() {
    let cases = [
        (Behaviour::RefuseRecipient(Reply::new(550, "5.1.1 No such user\nAsk someone else")), Reason::Recipient),
        (Behaviour::RefuseSender(Reply::new(553, "5.1.8 No such user")), Reason::Sender),
        (Behaviour::RefuseContent(Reply::new(554, "5.7.1 No such user")), Reason::Content),
        (Behaviour::RefuseService(Reply::new(554, "5.3.2 No such user")), Reason::Service),
    ];
    for (behaviour, reason) in cases {
        let (error, server) = refusal(behaviour).await;
        assert!(!error.is_transient(), "{error}");
        assert_eq!(error.reason(), reason);
        assert!(error.detail().contains("No such user"), "{error}");
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn refusals_of_the_4xx_kind_are_transient() {
    let cases = [
        Behaviour::RefuseRecipient(Reply::new(450, "4.2.1 Greylisted")),
        Behaviour::RefuseSender(Reply::new(451, "4.3.0 Greylisted")),
        Behaviour::RefuseContent(Reply::new(452, "4.3.1 Greylisted")),
        Behaviour::RefuseService(Reply::new(421, "4.3.2 Greylisted")),
    ];
    for behaviour in cases {
        let (error, _server) = refusal(behaviour).await;
        assert!(error.is_transient(), "{error}");
        assert_eq!(error.reason(), Reason::Busy);
        assert!(error.detail().contains("Greylisted"), "{error}");
    }
}

#[tokio::test]
async fn a_connection_dropped_during_the_message_is_transient() {
    let (error, server) = refusal(Behaviour::DropDuringData).await;
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Interrupted);
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_message_tried_again_after_a_lost_answer_is_recognised_by_its_id() {
    let (error, server) = refusal(Behaviour::DropAfterData).await;
    assert!(error.is_transient());
    server.behave(Behaviour::Accept);
    mailer(&server).send(&message()).await.unwrap();
    assert_eq!(server.received().len(), 2);
    assert_eq!(server.distinct().len(), 1);
}

#[tokio::test]
async fn a_slow_server_is_given_up_in_time() {
    let server = Counterpart::start().unwrap();
    server.behave(Behaviour::Slow(Duration::from_secs(20)));
    let begun = Instant::now();
    let error = mailer(&server).with_timeout(Duration::from_millis(300)).send(&message()).await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn nobody_listening_is_transient() {
    let server = Counterpart::start().unwrap();
    let mailer = mailer(&server);
    drop(server);
    let error = mailer.send(&message()).await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Unreachable);
}

fn guarded(tls: Option<TlsStart>) -> Counterpart {
    Counterpart::start_with(Setup {
        credentials: Some(("service".to_owned(), "密码 hunter2".to_owned())),
        tls: tls.map(|start| (start, CERTIFICATE.to_owned(), KEY.to_owned())),
    })
    .unwrap()
}

fn signed_in(server: &Counterpart, security: Security, password: &str) -> SmtpSettings {
    SmtpSettings {
        security,
        username: Some("service".to_owned()),
        password: Some(password.to_owned()),
        ..settings(server)
    }
}

#[tokio::test]
async fn signing_in_works_without_and_with_both_kinds_of_encryption() {
    let cases = [
        (None, Security::None),
        (Some(TlsStart::Command), Security::Starttls),
        (Some(TlsStart::Wrapped), Security::Tls),
    ];
    for (start, security) in cases {
        let server = guarded(start);
        let mailer = Mailer::with_authority(signed_in(&server, security, "密码 hunter2"), AUTHORITY).unwrap();
        mailer.check().await.unwrap();
        assert!(server.received().is_empty());
        mailer.send(&message()).await.unwrap();
        let mail = &server.received()[0];
        assert_eq!(mail.encrypted, start.is_some());
        assert_eq!(mail.signed_in_as.as_deref(), Some("service"));
    }
}

#[tokio::test]
async fn a_wrong_password_is_permanent_and_stays_out_of_the_error() {
    let server = guarded(None);
    let mailer = Mailer::new(signed_in(&server, Security::None, "wrong-secret")).unwrap();
    let error = mailer.send(&message()).await.unwrap_err();
    assert_eq!(error.reason(), Reason::SignIn);
    assert!(!error.is_transient());
    let shown = format!("{error:?} {error} {} {mailer:?}", error.text("zh-CN"));
    assert!(!shown.contains("wrong-secret"), "{shown}");
    assert!(error.text("zh-CN").contains("用户名或密码"));
}

#[tokio::test]
async fn no_mail_leaves_in_plain_text_when_encryption_is_asked_for() {
    let server = guarded(None);
    let mailer = Mailer::new(signed_in(&server, Security::Starttls, "密码 hunter2")).unwrap();
    let error = mailer.send(&message()).await.unwrap_err();
    assert_eq!(error.reason(), Reason::NoEncryption);
    assert!(!error.is_transient());
    assert!(server.received().is_empty());
    assert!(!server.commands().contains(&"AUTH".to_owned()));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_not_trusted() {
    for (start, security) in [(TlsStart::Command, Security::Starttls), (TlsStart::Wrapped, Security::Tls)] {
        let server = guarded(Some(start));
        let mailer = Mailer::new(signed_in(&server, security, "密码 hunter2")).unwrap();
        let error = mailer.send(&message()).await.unwrap_err();
        assert_eq!(error.reason(), Reason::Certificate, "{error}");
        assert!(error.is_transient());
        assert!(server.received().is_empty());
    }
}
