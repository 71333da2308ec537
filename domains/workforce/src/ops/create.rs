//! Adding an engineer.

use axum::extract::State;
use db::{Json, Query as _, Tx};
use events::NewEvent;
use http_api::{App, Body, Caller, Created, IdempotencyKey, Problem};
use kernel::Context;
use objects::{Checks, Numbers};

use crate::{
    WorkforceError,
    api::{self, CreateEngineer},
    model::Engineer,
    own_fields, references, store,
};

/// Adds an engineer.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<CreateEngineer>,
) -> Result<Created<Engineer>, Problem> {
    let (engineer, sent) = (prepare(&cx, body.clone())?, body.ext.clone());
    let numbers = if sent.is_some() { objects::numbers(app.db(), &cx, "engineer").await? } else { Numbers::new() };
    let work = async move |tx: &mut Tx<'_>| -> Result<Engineer, WorkforceError> {
        references::check(tx, &engineer).await?;
        let mut engineer = save_with(tx, engineer, sent, &numbers).await?;
        own_fields(tx, std::slice::from_mut(&mut engineer)).await?;
        Ok(engineer)
    };
    app.create(&cx, key, &body, "createEngineer", work).await
}

/// Adds an engineer inside the caller's transaction.
pub async fn add(tx: &mut Tx<'_>, mut body: CreateEngineer) -> Result<Engineer, WorkforceError> {
    let sent = body.ext.take();
    let engineer = prepare(tx.cx(), body)?;
    save_with(tx, engineer, sent, &Numbers::new()).await
}

/// The record, checked.
pub(crate) fn prepare(cx: &Context, body: CreateEngineer) -> Result<Engineer, WorkforceError> {
    let mut engineer = Engineer::new(cx, body.name.clone());
    body.fill(&mut engineer);
    api::checked(&mut engineer, Checks::new())?;
    Ok(engineer)
}

/// Writes the record and what was sent for its own fields, with its event.
pub(crate) async fn save_with(
    tx: &mut Tx<'_>,
    mut engineer: Engineer,
    sent: Option<serde_json::Map<String, serde_json::Value>>,
    numbers: &Numbers,
) -> Result<Engineer, WorkforceError> {
    let cx = tx.cx().clone();
    let own = objects::settle_ext(tx, "engineer", engineer.id, None, sent, numbers).await?;
    engineer.ext = Json(own.values.clone());
    let mut told = objects::first_values(&engineer);
    own.tell(&mut told);
    let event = NewEvent::new("engineer.created", "engineer", engineer.id).label(&engineer.name).data(told);
    let mut statements = vec![store::insert(&cx, &engineer), events::statement(&cx, &event)];
    statements.extend(own.statements);
    tx.execute_all(statements).await?;
    Ok(engineer)
}

#[cfg(test)]
mod tests {
    use db::Read;
    use kernel::Uuid;

    use super::*;
    use crate::{Skill, testing};

    testkit::both! {
        testing::migrations(), |t| an_engineer_comes_back_as_added_and_only_in_their_own_company {
            let body = CreateEngineer {
                name: " 李工 ".into(),
                phone: Some("13800138000".into()),
                user_id: Some(Uuid::from_u128(7)),
                skills: vec![Skill { skill: "电梯".into(), level: 4 }],
                home_lat: Some(31.2),
                home_lng: Some(121.5),
                ..CreateEngineer::default()
            };
            let engineer = testing::engineer(t, body).await.unwrap();
            assert_eq!((engineer.name.as_str(), engineer.version), ("李工", 1));
            assert_eq!(engineer.skills, Json(vec![Skill { skill: "电梯".into(), level: 4 }]));
            let (id, expected) = (engineer.id, engineer.clone());
            let found = t.db.read(&t.cx, async move |r: &mut Read<'_>| store::get(r, id).await).await.unwrap();
            assert_eq!(found, Some(expected));
            let mine = t.db.read(&t.cx, async |r: &mut Read<'_>| store::by_user(r, Uuid::from_u128(7)).await).await;
            assert_eq!(mine.unwrap().unwrap().id, id);
            let elsewhere = t.db.read(&t.other, async move |r: &mut Read<'_>| store::get(r, id).await).await.unwrap();
            assert_eq!(elsewhere, None);
        }

        testing::migrations(), |t| a_sign_in_belongs_to_one_engineer {
            let body = CreateEngineer {
                name: "李工".into(), user_id: Some(Uuid::from_u128(7)), ..CreateEngineer::default()
            };
            testing::engineer(t, body.clone()).await.unwrap();
            assert!(matches!(testing::engineer(t, body).await, Err(WorkforceError::UserTaken)));
        }
    }
}
