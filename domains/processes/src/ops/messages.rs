//! Messages and signals from outside.

use bpmn::Delivery;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, FieldError, IdempotencyKey, Json, Problem, State};
use kernel::Context;
use objects::Invalid;
use serde_json::json;

use crate::{
    NewMessage, ProcessError, Runtime,
    api::{MessageAnswer, MessageBody, SignalAnswer, SignalBody, event_name, variables},
};

/// How long a message may be kept, in seconds.
const LONGEST_KEPT: u32 = 30 * 24 * 3_600;

/// Hands a message to one instance that waits for it, or to a process that it starts, or keeps it for a while.
pub(crate) async fn send(
    State(app): State<App>,
    Caller(cx): Caller,
    Body(body): Body<MessageBody>,
) -> Result<Json<MessageAnswer>, Problem> {
    let name = event_name(&body.name)?;
    let wrong = |pointer: &str, code: &'static str, message: &str| -> Problem {
        Invalid(vec![FieldError::new(pointer, code, message)]).into()
    };
    if body.keep_seconds > LONGEST_KEPT {
        return Err(wrong("/keep_seconds", "out_of_range", "A message is kept for 30 days at most."));
    }
    if body.key.as_ref().is_some_and(|key| key.is_array() || key.is_object() || key.to_string().len() > 500) {
        return Err(wrong("/key", "wrong_type", "Send a text, a number or true or false, of at most 500 characters."));
    }
    if body.message_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > 200) {
        return Err(wrong("/message_id", "invalid_value", "Send an id of 1 to 200 characters."));
    }
    let keep = std::time::Duration::from_secs(body.keep_seconds.into());
    let message = NewMessage {
        key: body.key,
        variables: variables(body.variables)?,
        keep_until: (body.keep_seconds > 0).then(|| cx.now().plus(keep)),
        id: body.message_id,
        name,
    };
    let runtime = app.get::<Runtime>();
    let delivery = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<&'static str, ProcessError> {
            let name = message.name.clone();
            let delivery = match runtime.message(tx, message).await? {
                Delivery::Correlated => "correlated",
                Delivery::Buffered => "buffered",
                Delivery::Unmatched => "unmatched",
                Delivery::Duplicate => "duplicate",
            };
            let cx: Context = tx.cx().clone();
            let event = NewEvent::new("process_message.sent", "process_message", cx.new_id())
                .label(name)
                .data(json!({ "delivery": delivery }));
            events::append(tx, event).await?;
            Ok(delivery)
        })
        .await?;
    Ok(Json(MessageAnswer { delivery: delivery.to_owned() }))
}

/// Throws a signal: all that wait for it hear it, each by itself, soon after the answer.
pub(crate) async fn signal(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<SignalBody>,
) -> Result<Json<SignalAnswer>, Problem> {
    let name = event_name(&body.name)?;
    let given = variables(body.variables.clone())?;
    let runtime = app.get::<Runtime>();
    let answer = app
        .once(&cx, key, &body, "signalProcesses", async move |tx: &mut Tx<'_>| -> Result<_, ProcessError> {
            let heard = runtime.signal(tx, &name, &given).await?;
            let cx: Context = tx.cx().clone();
            let event = NewEvent::new("process_signal.thrown", "process_signal", cx.new_id())
                .label(name)
                .data(json!({ "heard": heard }));
            events::append(tx, event).await?;
            Ok(SignalAnswer { heard })
        })
        .await?;
    Ok(Json(answer))
}
