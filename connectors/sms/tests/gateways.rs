//! Sends messages to providers on loopback and looks at what goes on the air.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod counterpart;

use std::collections::BTreeMap;

use counterpart::{Aired, Counterpart, TOKEN};
use serde_json::{Value, json};
use sms::{Reason, Sms, SmsError, SmsTemplate, client};

/// Whatever could break out of JSON, a form or an address.
const NASTY: &str = "您好 \"客户\"\\&text=x&a=1 +%20\n{\"to\":1} 100%";

fn template(written: Value) -> SmsTemplate {
    let template: SmsTemplate = serde_json::from_value(written).unwrap();
    template.check().unwrap();
    template
}

fn by_json(origin: &str, token: &str) -> SmsTemplate {
    template(json!({
        "url": format!("{origin}/json"),
        "headers": [{"name": "Authorization", "value": format!("Bearer {token}")}],
        "body": "{\"to\":\"{{mobile_e164}}\",\"text\":\"{{text}}\"}",
        "success": {"pointer": "/code", "expected": 0, "words": "/message"},
        "allow_plain_http": true,
    }))
}

fn by_form(origin: &str, key: &str) -> SmsTemplate {
    template(json!({
        "url": format!("{origin}/form"),
        "content_type": "application/x-www-form-urlencoded; charset=utf-8",
        "body": format!("apikey={key}&mobile={{{{mobile}}}}&text={{{{text}}}}"),
        "success": {"pointer": "/code", "expected": 0, "retry": [22], "words": "/msg"},
        "allow_plain_http": true,
    }))
}

fn by_query(origin: &str, password: &str) -> SmsTemplate {
    template(json!({
        "method": "GET",
        "url": format!("{origin}/query?u=me&p={password}&m={{{{mobile}}}}&c={{{{text}}}}"),
        "success": {"pointer": "", "expected": 0},
        "allow_plain_http": true,
    }))
}

fn by_filling(origin: &str) -> SmsTemplate {
    template(json!({
        "url": format!("{origin}/filled"),
        "content_type": "application/x-www-form-urlencoded",
        "body": "PhoneNumbers={{mobile}}&SignName=售后 服务&TemplateCode=SMS_154950909\
                 &TemplateParam={\"code\":\"{{param.code|json}}\",\"name\":\"{{param.name|json}}\"}",
        "success": {"pointer": "/Code", "expected": "OK", "retry": ["isv.BUSINESS_LIMIT_CONTROL"], "words": "/Message"},
        "allow_plain_http": true,
    }))
}

fn sms(text: &str) -> Sms {
    Sms { mobile: "+86 138-0013-8000".to_owned(), text: text.to_owned(), params: BTreeMap::new() }
}

async fn refused(template: &SmsTemplate, text: &str) -> SmsError {
    template.send(&client().unwrap(), &sms(text)).await.unwrap_err()
}

#[tokio::test]
async fn texts_arrive_unchanged_however_the_provider_is_asked() {
    let server = Counterpart::start().await;
    let client = client().unwrap();
    let templates = [by_json(&server.origin, TOKEN), by_form(&server.origin, TOKEN), by_query(&server.origin, TOKEN)];
    for template in &templates {
        template.send(&client, &sms(NASTY)).await.unwrap();
    }
    let aired = server.aired();
    let texts: Vec<_> = aired.iter().map(|sms| sms.text.as_str()).collect();
    assert_eq!(texts, [NASTY; 3]);
    let numbers: Vec<_> = aired.iter().map(|sms| sms.to.as_str()).collect();
    assert_eq!(numbers, ["+8613800138000", "13800138000", "13800138000"]);
}

#[tokio::test]
async fn an_approved_text_is_filled_with_values_of_any_kind() {
    let server = Counterpart::start().await;
    let client = client().unwrap();
    let name = "张\"三\\&=\n";
    let sms = Sms {
        params: BTreeMap::from([
            ("code".to_owned(), "T-1\",\"x\":\"".to_owned()),
            ("name".to_owned(), name.to_owned()),
        ]),
        ..sms("")
    };
    let template = by_filling(&server.origin);
    template.send(&client, &sms).await.unwrap();
    let expected =
        Aired { to: "13800138000".to_owned(), text: format!("{name}您好,工单 T-1\",\"x\":\" 已派工") };
    assert_eq!(server.aired(), [expected]);

    let missing = Sms { params: BTreeMap::from([("code".to_owned(), "T-1".to_owned())]), ..sms };
    let error = template.send(&client, &missing).await.unwrap_err();
    assert_eq!(error.reason(), Reason::Parameter);
    assert_eq!(error.detail(), "param.name");
    assert_eq!(server.aired().len(), 1);
}

#[tokio::test]
async fn bad_numbers_and_texts_are_permanent_and_never_sent() {
    let server = Counterpart::start().await;
    let client = client().unwrap();
    let template = by_json(&server.origin, TOKEN);
    for (mobile, text, reason) in [
        ("021-62345678", "hello".to_owned(), Reason::Mobile),
        ("", "hello".to_owned(), Reason::Mobile),
        ("13800138000", " \n".to_owned(), Reason::Content),
        ("13800138000", "长".repeat(501), Reason::Content),
    ] {
        let message = Sms { mobile: mobile.to_owned(), text, params: BTreeMap::new() };
        let error = template.send(&client, &message).await.unwrap_err();
        assert_eq!(error.reason(), reason);
        assert!(!error.is_transient());
    }
    assert!(server.aired().is_empty());
}

#[tokio::test]
async fn wrong_credentials_are_permanent_and_stay_out_of_the_error() {
    let server = Counterpart::start().await;
    let wrong = "tok_wrong_55aa66bb";
    for template in [by_json(&server.origin, wrong), by_form(&server.origin, wrong), by_query(&server.origin, wrong)] {
        let error = refused(&template, "hello").await;
        assert!(!error.is_transient(), "{error}");
        let shown = format!("{error} {error:?} {} {template:?}", error.text("zh-CN"));
        assert!(!shown.contains(wrong), "{shown}");
    }
    let error = refused(&by_json(&server.origin, wrong), "hello").await;
    assert_eq!(error.reason(), Reason::Credentials);
    assert!(error.detail().contains("1001 bad credentials"), "{error}");
    assert!(server.aired().is_empty());
}

#[tokio::test]
async fn a_refusal_keeps_the_providers_words_without_number_and_credentials() {
    let server = Counterpart::start().await;
    let error = refused(&by_json(&server.origin, TOKEN), "spam").await;
    assert!(!error.is_transient());
    assert_eq!(error.reason(), Reason::Refused);
    assert!(error.detail().contains("2001"), "{error}");
    assert!(error.detail().contains("content not allowed"), "{error}");
    assert!(!error.detail().contains("13800138000"), "{error}");
    assert!(!error.detail().contains(TOKEN), "{error}");
}

#[tokio::test]
async fn rate_limits_and_outages_are_transient() {
    let server = Counterpart::start().await;
    let json = by_json(&server.origin, TOKEN);
    let form = by_form(&server.origin, TOKEN);
    for (template, text, reason) in
        [(&json, "limit", Reason::RateLimited), (&json, "down", Reason::Busy), (&form, "again", Reason::RateLimited)]
    {
        let error = refused(template, text).await;
        assert!(error.is_transient(), "{error}");
        assert_eq!(error.reason(), reason);
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_endless_answers_cut_off() {
    let server = Counterpart::start().await;
    let at = |path: &str| SmsTemplate { url: format!("{}{path}", server.origin), ..by_json(&server.origin, TOKEN) };
    let error = refused(&at("/moved"), "hello").await;
    assert!(!error.is_transient());
    assert_eq!(error.reason(), Reason::Address);
    let error = refused(&at("/endless"), "hello").await;
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Unreadable);
    assert!(server.aired().is_empty());
}

#[tokio::test]
async fn a_silent_provider_is_given_up_after_fifteen_seconds() {
    let server = Counterpart::start().await;
    let template = SmsTemplate { url: format!("{}/silent", server.origin), ..by_json(&server.origin, TOKEN) };
    let begun = std::time::Instant::now();
    let error = refused(&template, "hello").await;
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Timeout);
    let waited = begun.elapsed().as_secs();
    assert!((14..20).contains(&waited), "{waited}");
}

#[tokio::test]
async fn nobody_listening_is_transient_and_the_address_stays_out_of_the_error() {
    let error = refused(&by_query("http://127.0.0.1:9", TOKEN), "hello").await;
    assert!(error.is_transient());
    assert_eq!(error.reason(), Reason::Unreachable);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains("13800138000"), "{shown}");
}

#[tokio::test]
async fn plain_http_needs_permission() {
    let server = Counterpart::start().await;
    let template = SmsTemplate { allow_plain_http: false, ..by_json(&server.origin, TOKEN) };
    let error = refused(&template, "hello").await;
    assert_eq!(error.reason(), Reason::Address);
    assert!(!error.is_transient());
    assert!(server.aired().is_empty());
}
