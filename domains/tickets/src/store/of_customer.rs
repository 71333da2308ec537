//! What a customer's page says about their tickets, in few statements however many there are.

use authz::permissions::TICKETS_READ;
use db::{
    DbError, Query, Stmt,
    list::{Fragment, where_clause},
};
use http_api::scope_condition;
use kernel::Uuid;

use crate::{
    SCOPE,
    api::{Attachment, Message},
};

/// Of the newest tickets so many are looked through for messages and files.
const LOOKED_THROUGH: usize = 200;

/// How many tickets a customer has, as far as the caller reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TicketCounts {
    /// All of them.
    pub all: i64,
    /// Those being worked on.
    pub open: i64,
    /// Complaints.
    pub complaints: i64,
    /// Complaints being worked on.
    pub open_complaints: i64,
}

fn own(q: &impl Query, customer_id: Uuid) -> Fragment {
    let scope = scope_condition(q.cx(), TICKETS_READ, &SCOPE);
    where_clause(q.cx(), &[Fragment::new("customer_id = $1", vec![customer_id.into()]), scope])
}

/// Counts a customer's tickets within the caller's reach.
pub async fn counts_of_customer(q: &mut impl Query, customer_id: Uuid) -> Result<TicketCounts, DbError> {
    let clause = own(q, customer_id);
    let is_open = "status_category in ('new', 'open', 'waiting')";
    let text = format!(
        "select count(*), count(case when {is_open} then 1 end), count(case when type = 'complain' then 1 end),
           count(case when type = 'complain' and {is_open} then 1 end) from (
             select kind as type, status_category from tickets where {}) as own",
        clause.text
    );
    let (all, open, complaints, open_complaints) = q.one(Stmt::new(text, clause.binds)).await?;
    Ok(TicketCounts { all, open, complaints, open_complaints })
}

/// The newest messages on a customer's tickets within the caller's reach, each with its ticket's number.
pub async fn messages_of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
    limit: usize,
) -> Result<Vec<(String, Message)>, DbError> {
    let messages: Vec<Message> = newest(q, customer_id, "ticket_messages", Message::COLUMNS, limit).await?;
    let numbers = numbers(q, messages.iter().map(|message| message.ticket_id)).await?;
    Ok(messages.into_iter().map(|message| (number_of(&numbers, message.ticket_id), message)).collect())
}

/// The newest files on a customer's tickets within the caller's reach, each with its ticket's number.
pub async fn files_of_customer(
    q: &mut impl Query,
    customer_id: Uuid,
    limit: usize,
) -> Result<Vec<(String, Attachment)>, DbError> {
    let files: Vec<Attachment> = newest(q, customer_id, "ticket_attachments", Attachment::COLUMNS, limit).await?;
    let numbers = numbers(q, files.iter().map(|file| file.ticket_id)).await?;
    Ok(files.into_iter().map(|file| (number_of(&numbers, file.ticket_id), file)).collect())
}

async fn newest<T: db::FromRow>(
    q: &mut impl Query,
    customer_id: Uuid,
    table: &str,
    columns: &str,
    limit: usize,
) -> Result<Vec<T>, DbError> {
    let clause = own(q, customer_id);
    let text = format!(
        "select {columns} from {table} where tenant_id = $1 and ticket_id in (
           select id from tickets where {} order by created_at desc, id desc limit {LOOKED_THROUGH})
         order by created_at desc, id desc limit {limit}",
        clause.text
    );
    q.all(Stmt::new(text, clause.binds)).await
}

async fn numbers(q: &mut impl Query, tickets: impl Iterator<Item = Uuid>) -> Result<Vec<(Uuid, String)>, DbError> {
    let mut ids: Vec<Uuid> = tickets.collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let clause = where_clause(q.cx(), &[objects::among("id", &ids)]);
    q.all(Stmt::new(format!("select id, number from tickets where {}", clause.text), clause.binds)).await
}

fn number_of(numbers: &[(Uuid, String)], ticket: Uuid) -> String {
    numbers.iter().find(|(id, _)| *id == ticket).map(|(_, number)| number.clone()).unwrap_or_default()
}
