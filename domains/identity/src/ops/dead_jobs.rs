//! Background jobs for the administrator: which failed for good, and another try for them.

use db::{Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{App, Caller, Json, ListParams, NoContent, Path, Problem, Query, State};
use jobs::Job;

use crate::{
    IdentityError,
    api::{ById, JobsQuery},
    mail::MAIL_JOB,
};

/// `GET /api/v1/jobs`.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<JobsQuery>,
    params: ListParams,
) -> Result<Json<ListPage<Job>>, Problem> {
    let query = params.query(Vec::new());
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| Ok::<_, IdentityError>(jobs::list(r, asked.state, query).await?))
        .await?;
    Ok(Json(page.map(without_secrets)))
}

/// A mail may hold a link that lets its reader choose somebody's password; whoever looks after jobs needs to know
/// only whom it was for.
fn without_secrets(mut job: Job) -> Job {
    if job.kind == MAIL_JOB
        && let serde_json::Value::Object(payload) = &mut job.payload
    {
        payload.retain(|name, _| matches!(name.as_str(), "to" | "subject"));
    }
    job
}

/// `POST /api/v1/jobs/{id}/retry`.
pub(crate) async fn retry(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(ById { id }): Path<ById>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            if !jobs::retry(tx, id).await? {
                return Err(IdentityError::NotFound("dead job"));
            }
            Ok(events::append(tx, NewEvent::new("job.retried", "job", id)).await?)
        })
        .await?;
    Ok(NoContent)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_letters_text_is_not_shown() {
        let job = Job {
            id: uuid::Uuid::nil(),
            kind: MAIL_JOB.to_owned(),
            state: "dead".to_owned(),
            payload: json!({ "to": "a@example.com", "subject": "s", "text": "https://x/reset/secret" }),
            key: None,
            run_at: Default::default(),
            attempts: 10,
            max_attempts: 10,
            last_error: None,
            lease_until: None,
            created_at: Default::default(),
            finished_at: None,
        };
        assert_eq!(without_secrets(job).payload, json!({ "to": "a@example.com", "subject": "s" }));
    }
}
