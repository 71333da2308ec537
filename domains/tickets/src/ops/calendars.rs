//! Business calendars: working hours, holidays, adjusted workdays.

use axum::extract::State;
use calendar::Calendar;
use db::{DbError, Json as Column, Query as _, Tx};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, FieldError, HasLocation, HasVersion, IdempotencyKey, IfMatch, Json, Path, Problem,
    Versioned,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ServiceLevelCache, TicketError,
    api::{TicketPath, refuse, text},
    sla::BusinessCalendar,
    store,
};

impl HasVersion for BusinessCalendar {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for BusinessCalendar {
    fn location(&self) -> String {
        "/api/v1/calendars".to_owned()
    }
}

/// A calendar as it is entered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteCalendar {
    /// Its name, known once.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Hours, holidays and adjusted workdays.
    pub calendar: Calendar,
    /// Whether policies without a calendar of their own use it.
    #[serde(default)]
    pub is_default: bool,
}

/// Lists the calendars, the default one first.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Json<Vec<BusinessCalendar>>, Problem> {
    let calendars =
        app.db().read(&cx, async |r| store::calendars(r).await).await.map_err(|error: DbError| Problem::from(error))?;
    Ok(Json(calendars))
}

fn check(body: &WriteCalendar) -> Result<String, TicketError> {
    let mut errors = Vec::new();
    let name = text("/name", &body.name, 200, &mut errors);
    if let Err(error) = body.calendar.compile() {
        let pointer = format!("/calendar{}", error.pointer().unwrap_or_default());
        errors.push(FieldError::new(pointer, "invalid_calendar", error.to_string()));
    }
    refuse(errors)?;
    Ok(name)
}

fn name_taken(error: DbError) -> TicketError {
    if error.is_unique("calendars", &["name"]) {
        return TicketError::field("/name", "taken", "Another calendar has this name.");
    }
    error.into()
}

async fn tell(tx: &mut Tx<'_>, kind: &'static str, calendar: &BusinessCalendar) -> Result<(), TicketError> {
    let cx = tx.cx().clone();
    if calendar.is_default {
        tx.execute(store::only_default(&cx, calendar.id)).await?;
    }
    let data = serde_json::to_value(&calendar.calendar).unwrap_or_default();
    let told = NewEvent::new(kind, "calendar", calendar.id)
        .label(&calendar.name)
        .data(serde_json::json!({ "calendar": data, "is_default": calendar.is_default }));
    events::append(tx, told).await?;
    Ok(())
}

/// Creates a calendar.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<WriteCalendar>,
) -> Result<Created<BusinessCalendar>, Problem> {
    let name = check(&body)?;
    let calendar = BusinessCalendar {
        id: cx.new_id(),
        version: 1,
        name,
        calendar: Column(body.calendar.clone()),
        is_default: body.is_default,
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    let created = app
        .create(&cx, key, &body, "createCalendar", async move |tx| {
            let cx = tx.cx().clone();
            tx.execute(store::insert_calendar(&cx, &calendar)).await.map_err(name_taken)?;
            tell(tx, "calendar.created", &calendar).await?;
            Ok::<_, TicketError>(calendar)
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(created)
}

/// Changes a calendar. Open tickets keep the due times they have until their priority or a pause changes.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    version: IfMatch,
    Body(body): Body<WriteCalendar>,
) -> Result<Versioned<BusinessCalendar>, Problem> {
    let name = check(&body)?;
    let version = version.version();
    let changed = app
        .db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let mut calendar = store::calendar(tx, path.id).await?.ok_or(TicketError::NotFound)?;
            calendar.name = name;
            calendar.calendar = Column(body.calendar);
            calendar.is_default = body.is_default;
            if tx.execute(store::update_calendar(&cx, &calendar, version)).await.map_err(name_taken)? == 0 {
                return Err(TicketError::Stale);
            }
            calendar.version = version + 1;
            calendar.updated_at = cx.now();
            tell(tx, "calendar.updated", &calendar).await?;
            Ok(calendar)
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(Versioned(changed))
}
