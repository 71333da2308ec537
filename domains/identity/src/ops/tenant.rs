//! The company: name, zone, money, language and settings.

use db::{Query as _, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, FieldError, IfMatch, Problem, State, Versioned};

use crate::{
    Directory, IdentityError,
    api::{self, UpdateTenant},
    model::Tenant,
    store::tenants,
};

/// `GET /api/v1/tenant`.
pub(crate) async fn show(State(app): State<App>, Caller(cx): Caller) -> Result<Versioned<Tenant>, Problem> {
    let tenant = app.db().read(&cx, async |r: &mut Read<'_>| tenants::current(r).await).await?;
    Ok(Versioned(tenant))
}

/// `PATCH /api/v1/tenant`.
pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    version: IfMatch,
    Body(body): Body<UpdateTenant>,
) -> Result<Versioned<Tenant>, Problem> {
    let body = checked(body)?;
    let tenant = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let before = tenants::current(tx).await?;
            let mut after = before.clone();
            after.version = version.version();
            after.updated_at = tx.cx().now();
            after.name = body.name.unwrap_or(after.name);
            after.zone = body.zone.unwrap_or(after.zone);
            after.currency = body.currency.unwrap_or(after.currency);
            after.locale = body.locale.unwrap_or(after.locale);
            after.reopen_days = body.reopen_days.unwrap_or(after.reopen_days);
            if !tenants::update(tx, &after).await? {
                return Err(IdentityError::Stale);
            }
            let event = NewEvent::new("tenant.updated", "tenant", after.id)
                .label(&after.name)
                .data(events::changes(&before, &after));
            events::append(tx, event).await?;
            Ok(tenants::current(tx).await?)
        })
        .await?;
    app.get::<Directory>().forget();
    Ok(Versioned(tenant))
}

fn checked(mut body: UpdateTenant) -> Result<UpdateTenant, IdentityError> {
    let mut errors = Vec::new();
    body.name = body.name.map(|text| api::name("/name", &text, &mut errors));
    body.zone = body.zone.map(|text| api::zone("/zone", &text, &mut errors));
    body.currency = body.currency.map(|text| api::currency("/currency", &text, &mut errors));
    if body.reopen_days.is_some_and(|days| !(0..=365).contains(&days)) {
        errors.push(FieldError::new("/reopen_days", "out_of_range", "Use 0 to 365 days."));
    }
    IdentityError::unless_empty(errors)?;
    Ok(body)
}
