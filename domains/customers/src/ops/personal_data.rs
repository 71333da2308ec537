//! Giving out everything personal that is kept about a customer and its contacts, as people may ask for by law.

use authz::permissions::PERSONAL_DATA_EXPORT;
use db::{Query as _, Tx};
use events::NewEvent;
use http_api::{App, Caller, Download, Path, Problem, State};
use serde_json::{Value, json};

use crate::{CustomerBelongings, CustomerError, api::CustomerPath, ops::duplicates::belongings, store};

/// Rows of one kind given out at most.
const MOST: usize = 10_000;

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Download, Problem> {
    let belongings = belongings(&app);
    let told = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<Value, CustomerError> {
            let customer = store::reached(tx, PERSONAL_DATA_EXPORT, path.id).await?;
            let merged = store::merged_into(tx, path.id).await?;
            let mut told = json!({
                "generated_at": tx.cx().now(),
                "customer": customer,
                "merged_customers": merged,
                "contacts": store::all_contacts(tx, path.id).await?,
                "sites": store::all_sites(tx, path.id).await?,
                "documents": store::documents::of_customer(tx, path.id, MOST).await?,
            });
            for id in merged.iter().map(|one| one.id).chain([path.id]) {
                gather(tx, &belongings, id, &mut told).await?;
            }
            let event =
                NewEvent::new("customer.personal_data_exported", "customer", path.id).label(customer.name.as_str());
            events::append(tx, event).await?;
            Ok(told)
        })
        .await?;
    let bytes = serde_json::to_vec_pretty(&told).map_err(Problem::internal)?;
    Ok(Download::attachment(format!("personal-data-{}.json", path.id), "application/json", bytes))
}

/// Adds what rows of later domains say about the person: `{"tickets": [{"record": …, "contact_name": …}]}`.
async fn gather(
    tx: &mut Tx<'_>,
    belongings: &CustomerBelongings,
    customer: kernel::Uuid,
    told: &mut Value,
) -> Result<(), CustomerError> {
    for rows in belongings.iter().filter(|rows| !rows.personal.is_empty()) {
        for (label, words) in rows.rows().words(tx, customer, rows.personal, MOST).await? {
            let mut said = json!({ "record": label });
            for (column, words) in rows.personal.iter().zip(words) {
                said[*column] = json!(words);
            }
            match told[rows.name].as_array_mut() {
                Some(all) => all.push(said),
                None => told[rows.name] = json!([said]),
            }
        }
    }
    Ok(())
}
