//! An answer comes in: kept with its ticket, and a low score opens a task.

use db::{Query as _, Tx};
use events::NewEvent;
use kernel::{ActorKind, Uuid};
use serde_json::json;
use tickets::{Status, TicketError};

use crate::{
    SurveyError,
    api::Answer,
    model::{RecoveryTask, Survey, SurveyChannel},
    store,
};

/// Takes what a customer says about a ticket whose work is done; the actor of the transaction is who says it, or who
/// wrote it down. The last answer counts; it may be changed for 24 hours. A low score opens a recovery task, once.
pub async fn answer(tx: &mut Tx<'_>, ticket_id: Uuid, answer: Answer) -> Result<Survey, SurveyError> {
    let answer = answer.checked()?;
    let cx = tx.cx().clone();
    let now = cx.now();
    let ticket = tickets::get(tx, ticket_id).await?.ok_or(TicketError::NotFound)?;
    let found = store::newest_of(tx, ticket_id).await?;
    let before = match found {
        Some(survey) if !survey.is_open(now) => return Err(SurveyError::TooLate),
        Some(survey) => survey,
        None if !matches!(ticket.status, Status::Resolved | Status::Closed) => return Err(SurveyError::NotOpen),
        None => {
            let survey = Survey::new(&cx, &ticket);
            tx.execute(store::insert(&cx, &survey)).await?;
            survey
        }
    };
    let mut after = before.clone();
    after.csat = answer.csat.or(before.csat);
    after.nps = answer.nps.or(before.nps);
    after.comment = answer.comment.or(after.comment);
    after.channel =
        Some(if cx.actor().kind == ActorKind::Customer { SurveyChannel::Link } else { SurveyChannel::Staff });
    after.answered_at.get_or_insert(now);
    if after == before {
        return Ok(before);
    }
    after.version = before.version + 1;
    after.updated_at = now;
    store::update(tx, &after, before.version).await?;
    let told = NewEvent::new("survey.answered", "survey", after.id)
        .label(&after.ticket_number)
        .data(json!({ "csat": after.csat, "nps": after.nps, "comment": after.comment, "channel": after.channel }))
        .parent("ticket", ticket_id);
    events::append(tx, told).await?;
    if after.is_low() && store::task_of(tx, after.id).await?.is_none() {
        let task = RecoveryTask::new(&cx, &after);
        let opened = NewEvent::new("recovery_task.opened", "recovery_task", task.id)
            .label(&task.title)
            .data(json!({ "csat": after.csat, "nps": after.nps, "due_at": task.due_at }))
            .parent("ticket", ticket_id);
        tx.execute_all(vec![store::insert_task(&cx, &task), events::statement(&cx, &opened)]).await?;
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{self, migrations, resolved};

    fn scores(csat: Option<i64>, nps: Option<i64>) -> Answer {
        Answer { csat, nps, comment: None }
    }

    testkit::both! {
        migrations(), |t| a_low_score_opens_one_task_however_often_the_answer_changes {
            let ticket = resolved(t, "T-1").await;
            let first = testing::answer(t, ticket.id, scores(Some(2), None)).await.unwrap();
            assert_eq!((first.csat, first.nps, first.answered_at), (Some(2), None, Some(t.cx.now())));
            t.clock.advance(Duration::from_mins(5));
            let second = testing::answer(t, ticket.id, scores(None, Some(3))).await.unwrap();
            assert_eq!((second.csat, second.nps, second.answered_at), (Some(2), Some(3), first.answered_at));
            let tasks = testing::tasks(t).await;
            assert_eq!(tasks.len(), 1);
            assert_eq!((tasks[0].survey_id, tasks[0].ticket_number.as_str()), (first.id, "T-1"));
        }

        migrations(), |t| the_border_of_a_low_score_is_exact {
            let cases = [(Some(3), Some(7), 0), (Some(3), Some(6), 1), (Some(2), Some(10), 1), (Some(5), None, 0)];
            for (number, (csat, nps, tasks)) in cases.into_iter().enumerate() {
                let before = testing::tasks(t).await.len();
                let ticket = resolved(t, &format!("T-{number}")).await;
                testing::answer(t, ticket.id, scores(csat, nps)).await.unwrap();
                assert_eq!(testing::tasks(t).await.len() - before, tasks, "{csat:?} {nps:?}");
            }
        }

        migrations(), |t| an_answer_may_be_changed_for_a_day {
            let ticket = resolved(t, "T-1").await;
            testing::answer(t, ticket.id, scores(Some(4), None)).await.unwrap();
            t.clock.advance(Duration::from_hours(24));
            assert_eq!(testing::answer(t, ticket.id, scores(Some(5), None)).await.unwrap().csat, Some(5));
            t.clock.advance(Duration::from_secs(1));
            let late = testing::answer(t, ticket.id, scores(Some(1), None)).await;
            assert!(matches!(late, Err(SurveyError::TooLate)));
        }

        migrations(), |t| nothing_is_asked_before_the_work_is_done_and_scores_are_bounded {
            let ticket = testing::ticket(t, "T-1").await;
            let early = testing::answer(t, ticket.id, scores(Some(5), None)).await;
            assert!(matches!(early, Err(SurveyError::NotOpen)));
            let pointers = |result: Result<Survey, SurveyError>| match result {
                Err(SurveyError::Invalid(invalid)) => invalid.0.into_iter().map(|error| error.pointer).collect(),
                _ => Vec::new(),
            };
            let wrong = testing::answer(t, ticket.id, scores(Some(6), Some(11))).await;
            assert_eq!(pointers(wrong), ["/csat", "/nps"]);
            assert_eq!(pointers(testing::answer(t, ticket.id, Answer::default()).await), ["/csat"]);
        }
    }
}
