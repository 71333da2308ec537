//! What this crate's tests share.

use db::{Migration, Read, Tx, list::ListQuery};
use kernel::Uuid;
use testkit::TestDb;
use tickets::{Action, Priority, Solution, Source, Ticket, TicketError, TicketType};

use crate::{Answer, RecoveryTask, Survey, SurveyError, store};

pub fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        http_api::migrations(),
        identity::migrations(),
        customers::migrations(),
        channels::migrations(),
        tickets::migrations(),
        crate::migrations(),
    ]
    .concat()
}

/// A ticket that is in no database.
pub fn blank(t: &TestDb, number: &str) -> Ticket {
    let mut ticket = Ticket::new(&t.cx, number.into(), TicketType::Repair, Priority::Normal, Source::Staff);
    ticket.title = "门机异响".into();
    ticket
}

pub async fn insert(t: &TestDb, ticket: Ticket) {
    let cx = t.cx.clone();
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(tickets::insert(&cx, &ticket)).await).await.unwrap();
}

/// A new ticket.
pub async fn ticket(t: &TestDb, number: &str) -> Ticket {
    let ticket = blank(t, number);
    insert(t, ticket.clone()).await;
    ticket
}

/// The ticket after this action.
pub async fn act(t: &TestDb, ticket: Ticket, action: Action) -> Ticket {
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| -> Result<_, TicketError> { tickets::act(tx, ticket, action).await })
        .await
        .unwrap()
}

/// A ticket whose work is done.
pub async fn resolved(t: &TestDb, number: &str) -> Ticket {
    let ticket = ticket(t, number).await;
    act(t, ticket, solved()).await
}

pub fn solved() -> Action {
    Action::Resolve(Solution { resolution: "更换门机皮带".into(), cause_code: None, action_code: None })
}

pub async fn answer(t: &TestDb, ticket_id: Uuid, answer: Answer) -> Result<Survey, SurveyError> {
    t.db.write(&t.cx, async move |tx: &mut Tx<'_>| crate::answer(tx, ticket_id, answer).await).await
}

pub async fn tasks(t: &TestDb) -> Vec<RecoveryTask> {
    let query = ListQuery { limit: 200, ..ListQuery::default() };
    let list = async move |r: &mut Read<'_>| db::list::run(r, &store::TASKS.list, &query).await;
    let page: Result<_, db::list::ListError> = t.db.read(&t.cx, list).await;
    page.unwrap().page.items
}

/// Every survey, the newest first.
pub async fn surveys(t: &TestDb) -> Vec<Survey> {
    let query = ListQuery { limit: 200, ..ListQuery::default() };
    let list = async move |r: &mut Read<'_>| db::list::run(r, &store::SURVEYS.list, &query).await;
    let page: Result<_, db::list::ListError> = t.db.read(&t.cx, list).await;
    page.unwrap().page.items
}
