//! Checklists by kind of service.

use axum::extract::State;
use db::{Json as Column, Query as _, Read, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, IfMatch, Json, Path, Problem, Versioned};
use serde_json::json;
use tickets::TicketType;

use crate::{
    VisitError,
    api::{ChecklistPath, PutChecklist},
    checklist::{self, ChecklistItem, ChecklistTemplate},
    store,
};

/// The checklists of all kinds of service.
pub async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Json<Vec<ChecklistTemplate>>, Problem> {
    let all = app.db().read(&cx, async |r: &mut Read<'_>| store::checklists(r).await).await?;
    Ok(Json(all))
}

/// Sets one. Visits planned before keep theirs.
pub async fn put(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ChecklistPath { ticket_type }): Path<ChecklistPath>,
    version: IfMatch,
    Body(body): Body<PutChecklist>,
) -> Result<Versioned<ChecklistTemplate>, Problem> {
    let items = checklist::checked(body.items).map_err(VisitError::from)?;
    let version = version.version();
    let change = async move |tx: &mut Tx<'_>| save(tx, ticket_type, version, items).await;
    Ok(Versioned(app.db().write(&cx, change).await?))
}

async fn save(
    tx: &mut Tx<'_>,
    ticket_type: TicketType,
    version: i64,
    items: Vec<ChecklistItem>,
) -> Result<ChecklistTemplate, VisitError> {
    let cx = tx.cx().clone();
    let before = store::checklist(tx, ticket_type).await?;
    if before.version != version {
        return Err(VisitError::Stale);
    }
    let now = cx.now();
    let after = ChecklistTemplate {
        id: if version == 0 { cx.new_id() } else { before.id },
        version: version + 1,
        ticket_type,
        items: Column(items),
        created_at: if version == 0 { now } else { before.created_at },
        updated_at: now,
    };
    store::put_checklist(tx, &after, version).await?;
    let data = json!({ "items": { "from": before.items, "to": after.items } });
    let told = NewEvent::new("checklist.updated", "checklist", after.id).label(ticket_type.as_str()).data(data);
    events::append(tx, told).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    testkit::both! {
        testing::migrations(), |t| a_tenant_replaces_a_checklist_and_an_old_version_is_refused {
            let items = vec![ChecklistItem {
                id: "belt".into(), label_zh: "皮带".into(), label_en: "Belt".into(), required: true,
            }];
            let given = items.clone();
            let set = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| save(tx, TicketType::Repair, 0, given).await).await.unwrap();
            assert_eq!((set.version, set.items.0.clone()), (1, items.clone()));
            let given = items.clone();
            let again = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| save(tx, TicketType::Repair, 0, given).await).await;
            assert!(matches!(again, Err(VisitError::Stale)));
            t.db.write(&t.cx, async move |tx: &mut Tx<'_>| save(tx, TicketType::Repair, 1, Vec::new()).await).await.unwrap();
            let all = t.db.read(&t.cx, async |r: &mut Read<'_>| store::checklists(r).await).await.unwrap();
            assert_eq!(all.len(), TicketType::ALL.len());
            let repair = all.iter().find(|one| one.ticket_type == TicketType::Repair).unwrap();
            assert_eq!((repair.version, repair.items.0.len()), (2, 0));
            let elsewhere = t.db.read(&t.other, async |r: &mut Read<'_>| store::checklist(r, TicketType::Repair).await).await.unwrap();
            assert_eq!(elsewhere.version, 0);
        }
    }
}
