//! Somebody has spoken to the customer.

use axum::extract::State;
use db::{Query as _, Tx};
use http_api::{App, Body, Caller, IfMatch, Path, Problem, Versioned};
use kernel::Uuid;
use objects::Checks;

use super::update_task::{open_task, save};
use crate::{
    SurveyError,
    api::{CompleteTask, IdPath},
    model::{RecoveryTask, TaskStatus},
};

/// Ends the task with what came of it.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(IdPath { id }): Path<IdPath>,
    version: IfMatch,
    Body(body): Body<CompleteTask>,
) -> Result<Versioned<RecoveryTask>, Problem> {
    let version = version.version();
    let done = async move |tx: &mut Tx<'_>| complete(tx, id, version, body).await;
    Ok(Versioned(app.db().write(&cx, done).await?))
}

async fn complete(tx: &mut Tx<'_>, id: Uuid, version: i64, body: CompleteTask) -> Result<RecoveryTask, SurveyError> {
    let mut checks = Checks::new();
    let result = checks.text("/result", Some(body.result));
    if result.is_none() {
        checks.refuse("/result", "required", "Write down what came of it.");
    }
    checks.finish()?;
    let before = open_task(tx, id, version).await?;
    let after = RecoveryTask {
        status: TaskStatus::Done,
        result,
        completed_at: Some(tx.cx().now()),
        completed_by_name: Some(tx.cx().actor().name.clone()),
        ..before.clone()
    };
    save(tx, &before, after, "recovery_task.completed").await
}

#[cfg(test)]
mod tests {
    use authz::permissions::{SURVEYS_READ, TICKETS_UPDATE};
    use kernel::Scope;
    use objects::testing::{Api, encoded, person};
    use serde_json::json;

    use crate::testing::{migrations, resolved};

    testkit::both! {
        migrations(), |t| a_low_score_is_followed_up_and_the_task_ends_with_its_result {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let agent = person(&t.cx, 1, &[(SURVEYS_READ, Scope::All), (TICKETS_UPDATE, Scope::All)]);
            let ticket = resolved(t, "T-1").await;
            let said = json!({"csat": 1, "comment": "等了三天"});
            let survey = api.post(&agent, &format!("/api/v1/tickets/{}/survey", ticket.id), said).await.ok(200);
            assert_eq!((&survey.json["csat"], &survey.json["channel"]), (&json!(1), &json!("staff")));
            let open = r#"{"field":"status","op":"eq","value":"open"}"#;
            let waiting = format!("/api/v1/recovery-tasks?filter={}", encoded(open));
            let open = api.get(&agent, &waiting).await.ok(200);
            let id = open.column("id")[0].as_str().unwrap().to_owned();
            let path = format!("/api/v1/recovery-tasks/{id}");
            let nobody = json!({"assignee_id": "00000000-0000-0000-0000-000000000077"});
            let refused = api.patch(&agent, &path, 1, nobody).await;
            assert_eq!(refused.errors(), ["/assignee_id unknown"]);
            let later = api.patch(&agent, &path, 1, json!({"due_at": "2026-03-09T00:00:00Z"})).await.ok(200);
            assert_eq!(later.json["version"], 2);
            let end = |version: i64, result: &str| {
                let (path, headers) = (format!("{path}/complete"), format!("\"{version}\""));
                let body = json!({"result": result});
                let (api, agent) = (&api, &agent);
                async move {
                    api.send(agent, http_api::http::Method::POST, &path, &[("if-match", &headers)], Some(body)).await
                }
            };
            end(1, "已致歉").await.refused(412, "stale");
            assert_eq!(end(2, " ").await.errors(), ["/result required"]);
            let done = end(2, "已致歉并补偿").await.ok(200);
            assert_eq!((&done.json["status"], &done.json["completed_by_name"]), (&json!("done"), &json!("员工1")));
            end(3, "再一次").await.refused(409, "done_already");
            assert!(api.get(&agent, &waiting).await.ok(200).column("id").is_empty());
        }

        migrations(), |t| what_belongs_to_other_peoples_tickets_is_not_there {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let ticket = resolved(t, "T-1").await;
            let all = person(&t.cx, 1, &[(SURVEYS_READ, Scope::All), (TICKETS_UPDATE, Scope::All)]);
            let own = person(&t.cx, 2, &[(SURVEYS_READ, Scope::Own), (TICKETS_UPDATE, Scope::Own)]);
            let path = format!("/api/v1/tickets/{}/survey", ticket.id);
            api.post(&own, &path, json!({"csat": 1})).await.refused(404, "not_found");
            api.post(&all, &path, json!({"csat": 1})).await.ok(200);
            assert_eq!(api.get(&all, "/api/v1/surveys").await.ok(200).column("csat"), [json!(1)]);
            assert!(api.get(&own, "/api/v1/surveys").await.ok(200).column("id").is_empty());
            assert!(api.get(&own, "/api/v1/recovery-tasks").await.ok(200).column("id").is_empty());
        }
    }
}
