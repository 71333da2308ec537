//! Trying a way out with what is saved, at once and without the outbox.

use std::collections::BTreeMap;

use axum::extract::State;
use db::{Json as Column, Read};
use http_api::{App, Body, Caller, FieldError, Json, Path, Problem};
use identity::Locale;
use objects::Invalid;

use crate::{
    ChannelError, Gateways,
    api::{ChannelPath, TestAnswer, TestChannel},
    deliver::{Parcel, Transport, locale},
    model::{ChannelKind, Details},
    settings::{Settings, unreadable},
    store,
};

/// Sends a test, or only signs in when a mail server is tried without an address.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ChannelPath>,
    Body(body): Body<TestChannel>,
) -> Result<Json<TestAnswer>, Problem> {
    let kind = path.kind;
    let (found, locale) = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            Ok::<_, ChannelError>((store::channel(r, kind).await?, locale(r).await?))
        })
        .await?;
    let (_, _, _, Column(stored), _) = found.ok_or(ChannelError::NotFound("channel"))?;
    let settings = Settings::read(kind, stored).map_err(|error| unreadable(kind, &error))?;
    let to = body.to.map(|to| to.trim().to_owned()).filter(|to| !to.is_empty());
    if kind == ChannelKind::Sms && to.is_none() {
        let missing = FieldError::new("/to", "required", "Enter a telephone number for the test.");
        return Err(ChannelError::from(Invalid(vec![missing])).into());
    }
    let gateways = app.find::<Gateways>().map(|gateways| *gateways).unwrap_or_default();
    let transport = Transport::new(gateways, &app.settings().public_url);
    let outcome = match (settings, to) {
        (Settings::Smtp(smtp), None) => transport.check_mail(*smtp, locale).await,
        (settings, to) => {
            let (subject, text, _) = words(locale);
            let params = BTreeMap::from([("text".to_owned(), text.to_owned())]);
            let parcel = Parcel {
                id: cx.new_id(),
                recipient: to.unwrap_or_default(),
                subject: subject.to_owned(),
                body: text.to_owned(),
                html: None,
                details: Details { params, ..Details::default() },
            };
            transport.carry(settings, parcel, locale, cx.now().millis()).await
        }
    };
    let (_, _, worked) = words(locale);
    Ok(Json(match outcome {
        Ok(()) => TestAnswer { ok: true, message: worked.to_owned() },
        Err(refusal) => TestAnswer { ok: false, message: refusal.text },
    }))
}

/// Subject, text, and what is said when it worked.
const fn words(locale: Locale) -> (&'static str, &'static str, &'static str) {
    match locale {
        Locale::Chinese => ("测试消息", "这是一条来自售后服务平台的测试消息。", "已成功,渠道可以使用。"),
        Locale::English => ("Test message", "This is a test message from the service desk.", "It worked."),
    }
}
