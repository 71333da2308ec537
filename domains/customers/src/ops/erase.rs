//! Erasing everything personal about a customer and its contacts, for good; what was done for them stays.

use authz::permissions::PERSONAL_DATA_ERASE;
use db::{Json, Query as _, Stmt, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Path, Problem, State, Versioned};
use kernel::{Context, Uuid};
use objects::Checks;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Address, Contact, Customer, CustomerBelongings, CustomerError, Site, api::CustomerPath,
    ops::duplicates::belongings, store,
};

/// What a contact is called afterwards.
const NOBODY: &str = "匿名联系人";
/// What a site is called afterwards.
const NOWHERE: &str = "匿名地点";

/// Why, and that it is meant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erase {
    /// Why, at most 200 characters; it stands on the timeline, so name nobody.
    reason: String,
    /// The customer's name, typed again.
    confirm_name: String,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
    expected: IfMatch,
    Body(body): Body<Erase>,
) -> Result<Versioned<Customer>, Problem> {
    let belongings = belongings(&app);
    let customer = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Customer, CustomerError> {
            let customer = store::reached(tx, PERSONAL_DATA_ERASE, path.id).await?;
            if customer.version != expected.version() {
                return Err(CustomerError::Stale);
            }
            let mut checks = Checks::new();
            let reason = checks.name("/reason", &body.reason);
            if body.confirm_name.trim() != customer.name {
                checks.refuse("/confirm_name", "different", "Type the customer's name exactly as it is written.");
            }
            checks.finish()?;
            if customer.merged_into_id.is_some() {
                let detail = "This customer went into another. Erase the one that remained; this one goes with it.";
                return Err(CustomerError::Conflict("merged", detail));
            }
            // Whoever went into this customer is the same person, and what they merged into before, too.
            let mut all = store::merged_into(tx, customer.id).await?;
            let mut place = 0;
            while let Some(one) = all.get(place).map(|one| one.id) {
                all.extend(store::merged_into(tx, one).await?);
                place += 1;
            }
            for double in &all {
                erase(tx, &belongings, double, &reason).await?;
            }
            let mut erased = erase(tx, &belongings, &customer, &reason).await?;
            objects::shown(tx, "customer", vec![&mut erased.ext.0]).await?;
            Ok(erased)
        })
        .await?;
    Ok(Versioned(customer))
}

async fn erase(
    tx: &mut Tx<'_>,
    belongings: &CustomerBelongings,
    before: &Customer,
    reason: &str,
) -> Result<Customer, CustomerError> {
    let cx = tx.cx().clone();
    let (ext, mut statements) = objects::without_personal(tx, "customer", before.id, &before.ext.0).await?;
    let simple = before.id.simple().to_string().to_uppercase();
    let after = Customer {
        version: before.version + 1,
        updated_at: cx.now(),
        // The end of an id tells erased customers apart and says nothing about the person.
        name: format!("匿名客户 {}", &simple[simple.len() - 8..]),
        phone: None,
        phones: Json(Vec::new()),
        email: None,
        address: Json(Address::default()),
        lat: None,
        lng: None,
        note: None,
        tags: Json(Vec::new()),
        ext: Json(ext),
        erased_at: Some(cx.now()),
        ..before.clone()
    };
    store::update(tx, before, &after).await?;
    for contact in store::all_contacts(tx, before.id).await? {
        let (ext, index) = objects::without_personal(tx, "contact", contact.id, &contact.ext.0).await?;
        statements.extend(index);
        let nobody = Contact {
            version: contact.version + 1,
            updated_at: cx.now(),
            name: NOBODY.to_owned(),
            phone: None,
            email: None,
            title: None,
            ext: Json(ext),
            ..contact.clone()
        };
        store::update_contact(tx, &contact, &nobody).await?;
        statements.push(told(&cx, "contact", nobody.id, &nobody.name, before));
    }
    for (number, site) in store::all_sites(tx, before.id).await?.into_iter().enumerate() {
        let (ext, index) = objects::without_personal(tx, "site", site.id, &site.ext.0).await?;
        statements.extend(index);
        let nowhere = Site {
            version: site.version + 1,
            updated_at: cx.now(),
            name: format!("{NOWHERE} {}", number + 1),
            address: Json(Address::default()),
            lat: None,
            lng: None,
            access_note: None,
            ext: Json(ext),
            ..site.clone()
        };
        store::update_site(tx, &site, &nowhere).await?;
        statements.push(told(&cx, "site", nowhere.id, &nowhere.name, before));
    }
    store::documents::delete_all(tx, before.id).await?;
    for rows in belongings.iter().filter(|rows| !rows.personal.is_empty()) {
        let touched = rows.rows().empty(tx, before.id, rows.personal).await?;
        rows.tell(tx, &touched, before.id, &json!({ "personal_data": "erased" })).await?;
    }
    for rows in belongings.iter().filter(|rows| !rows.personal.is_empty()) {
        let ids = rows.rows().ids(tx, before.id).await?;
        events::forget_words(tx, &ids, rows.personal).await?;
    }
    store::merges::forget_fields(tx, before.id).await?;
    events::forget_of(tx, before.id, &["customer", "contact", "site"]).await?;
    let event = NewEvent::new("customer.erased", "customer", before.id)
        .label(after.name.as_str())
        .data(json!({ "reason": reason }));
    statements.push(events::statement(&cx, &event));
    tx.execute_all(statements).await?;
    Ok(after)
}

/// Says that a contact or site was emptied, so that copies in look-ups follow.
fn told(cx: &Context, object: &str, id: Uuid, name: &str, customer: &Customer) -> Stmt<'static> {
    let kind = format!("{object}.erased");
    events::statement(cx, &NewEvent::new(&kind, object, id).label(name).parent("customer", customer.id))
}
