//! Business calendars: working hours, holidays, adjusted workdays.

use axum::extract::State;
use calendar::{Calendar, Date};
use db::{DbError, Json as Column, Query as _, Tx};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, FieldError, HasLocation, HasVersion, IdempotencyKey, IfMatch, Json, NoContent, Path,
    Problem, Query, Versioned,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ServiceLevelCache, TicketError,
    api::{TicketPath, refuse, text},
    sla::{
        BusinessCalendar, CalendarDay, FormerHours, HolidayRegion, MOST_FORMER, ServiceLevels, Settings, holidays,
        milestones::all_anew, with_holidays,
    },
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
    /// Hours of the week, and of single dates that differ from them and from the holidays.
    pub calendar: Calendar,
    /// Whose holidays and adjusted workdays it keeps.
    #[serde(default)]
    pub holidays: Option<HolidayRegion>,
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
    let told = NewEvent::new(kind, "calendar", calendar.id).label(&calendar.name).data(
        serde_json::json!({ "calendar": data, "holidays": calendar.holidays, "is_default": calendar.is_default }),
    );
    // Nobody may promise what no calendar can keep.
    ServiceLevels::load(tx).await?;
    tx.execute_all(vec![events::statement(&cx, &told), all_anew(&cx)]).await?;
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
        holidays: body.holidays,
        is_default: body.is_default,
        history: Column(Vec::new()),
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

/// New hours don't rewrite the time that was used under the old ones, so these are kept.
fn keep(calendar: &mut BusinessCalendar, now: kernel::Timestamp) {
    let former = FormerHours { until: now, calendar: calendar.calendar.0.clone(), holidays: calendar.holidays };
    let history = &mut calendar.history.0;
    history.push(former);
    if history.len() > MOST_FORMER {
        history.remove(0);
    }
}

/// Changes a calendar; open tickets are assessed anew, with the time they used counted as it was used.
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
            if calendar.calendar.0 != body.calendar || calendar.holidays != body.holidays {
                keep(&mut calendar, cx.now());
            }
            calendar.calendar = Column(body.calendar);
            calendar.holidays = body.holidays;
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

/// Takes a calendar away that no policy uses.
pub async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let calendar = store::calendar(tx, path.id).await?.ok_or(TicketError::NotFound)?;
            let settings = Settings::load(tx).await?;
            let used = settings.policies.iter().any(|policy| {
                let targets = policy.body.targets.values().any(|target| target.calendar_id == Some(path.id));
                targets || policy.body.calendar_id == Some(path.id)
            });
            if used || calendar.is_default {
                return Err(TicketError::CalendarInUse);
            }
            let told = NewEvent::new("calendar.deleted", "calendar", calendar.id).label(&calendar.name);
            let told = events::statement(&cx, &told);
            tx.execute_all(vec![store::sla::delete_calendar(&cx, calendar.id), told]).await?;
            Ok(NoContent)
        })
        .await?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(NoContent)
}

/// Which days are asked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DaysQuery {
    /// The first day, `YYYY-MM-DD`; today when it is left out.
    pub from: Option<objects::Date>,
    /// The last day, `YYYY-MM-DD`, at most 400 days later; 30 days later when it is left out.
    pub to: Option<objects::Date>,
}

/// The most days answered at once.
const MOST_DAYS: usize = 400;
/// How many days follow the first one unless the last is said.
const USUAL_DAYS: i32 = 30;

/// Lists what a calendar says of single days: its hours, and why they are what they are.
pub async fn days(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<Vec<CalendarDay>>, Problem> {
    let (calendar, settings) = app
        .db()
        .read(&cx, async move |r| {
            let calendar = store::calendar(r, path.id).await?.ok_or(TicketError::NotFound)?;
            Ok::<_, TicketError>((calendar, Settings::load(r).await?))
        })
        .await?;
    let known = holidays(&settings.holiday_years)?;
    let hours = with_holidays(&calendar.calendar.0, calendar.holidays, &known);
    let civil = |date: objects::Date| date.to_string().parse::<Date>().unwrap_or_default();
    let today = || jiff::Timestamp::from_millisecond(cx.now().millis()).unwrap_or_default();
    let from = query.from.map_or_else(|| today().to_zoned(jiff::tz::TimeZone::UTC).date(), civil);
    let to = query.to.map_or_else(|| from.saturating_add(jiff::Span::new().days(USUAL_DAYS)), civil);
    let days = from.series(jiff::Span::new().days(1)).take_while(|date| *date <= to).take(MOST_DAYS);
    let day = |date: Date| {
        let weekday = date.weekday().to_monday_zero_offset().unsigned_abs();
        let usual = hours.week.get(usize::from(weekday)).cloned().unwrap_or_default();
        let exception = hours.exceptions.get(&date);
        let listed = calendar.holidays.map(|_| known.day(date));
        CalendarDay {
            date: date.to_string(),
            exceptional: exception.is_some_and(|hours| *hours != usual),
            hours: exception.cloned().unwrap_or(usual),
            kind: listed.map(|day| day.kind),
            name: listed.and_then(|day| day.name.cloned()),
            provisional: listed.is_some_and(|day| day.provisional),
        }
    };
    Ok(Json(days.map(day).collect()))
}
