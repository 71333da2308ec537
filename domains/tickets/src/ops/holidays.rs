//! Holidays by year: those shipped, those a company put in, and those that only the law tells yet.

use axum::extract::State;
use calendar::{HolidayFile, HolidayYear};
use db::Query as _;
use events::NewEvent;
use http_api::{App, Body, Caller, FieldError, Json, Problem};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    ServiceLevelCache, TicketError,
    api::refuse,
    ops::policies::store_settings,
    sla::{HOLIDAY_YEARS, Settings, holidays},
};

/// What is known of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HolidayYearView {
    /// The year.
    pub year: i16,
    /// The notice its list was published with; none while it is provisional.
    pub source: Option<String>,
    /// Whether no list is published yet: then only the days that the law gives are off, and no workday is moved.
    pub provisional: bool,
    /// Whether the company put it in itself.
    pub own: bool,
}

fn views(settings: &Settings) -> Result<Vec<HolidayYearView>, TicketError> {
    let known = holidays(&settings.holiday_years)?;
    let view = |year| {
        let source = known.source(year).map(str::to_owned);
        let own = settings.holiday_years.iter().any(|own| own.year == year);
        HolidayYearView { year, provisional: source.is_none(), source, own }
    };
    Ok(HOLIDAY_YEARS.map(view).collect())
}

/// Lists the years.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Json<Vec<HolidayYearView>>, Problem> {
    let settings = app.db().read(&cx, async |r| Settings::load(r).await).await?;
    Ok(Json(views(&settings)?))
}

/// Puts in lists of years, in place of those known of the same years; open tickets are assessed anew.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Body(body): Body<HolidayFile>,
) -> Result<Json<Vec<HolidayYearView>>, Problem> {
    let mut errors = Vec::new();
    if body.years.is_empty() || body.years.len() > 20 {
        errors.push(FieldError::new("/years", "out_of_range", "Put in one to 20 years at once."));
    }
    if let Some(place) = body.years.iter().position(|year| !HOLIDAY_YEARS.contains(&year.year)) {
        let message = format!("Use years from {} to {}.", HOLIDAY_YEARS.start(), HOLIDAY_YEARS.end());
        errors.push(FieldError::new(format!("/years/{place}/year"), "out_of_range", message));
    }
    if let Err(TicketError::Holidays(error)) = holidays(&body.years) {
        let message = error.to_string();
        let (pointer, message) = message.split_once(": ").unwrap_or(("/years", &message));
        errors.push(FieldError::new(pointer, "invalid_holidays", message));
    }
    refuse(errors)?;
    let settings = app
        .db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let mut settings = Settings::load(tx).await?;
            let years: Vec<i16> = body.years.iter().map(|year| year.year).collect();
            settings.holiday_years.retain(|kept: &HolidayYear| !years.contains(&kept.year));
            settings.holiday_years.extend(body.years);
            settings.holiday_years.sort_by_key(|year| year.year);
            let told = NewEvent::new("holiday_years.updated", "tenant", cx.tenant().0).data(json!({ "years": years }));
            store_settings(tx, &settings, told).await?;
            Ok(settings)
        })
        .await
        .map_err(|error: TicketError| Problem::from(error))?;
    app.get::<ServiceLevelCache>().forget(cx.tenant());
    Ok(Json(views(&settings)?))
}
