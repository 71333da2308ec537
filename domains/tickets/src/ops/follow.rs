//! Following a ticket, oneself or for a colleague.

use authz::permissions;
use axum::extract::State;
use db::Query as _;
use events::NewEvent;
use http_api::{App, Body, Caller, Json, NoContent, Path, Problem};
use serde_json::json;

use crate::{
    TicketError,
    act::within_reach,
    api::{FollowTicket, Follower, TicketItemPath, TicketPath},
    store,
};

/// Adds a follower and answers them all.
pub async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketPath>,
    Body(body): Body<FollowTicket>,
) -> Result<Json<Vec<Follower>>, Problem> {
    let followers = app
        .db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let ticket = within_reach(tx, path.id, permissions::TICKETS_READ).await?;
            let wanted = body.user_id.or(cx.user_id());
            let Some(user) = wanted else {
                return Err(TicketError::field("/user_id", "required", "Say which user is to follow."));
            };
            let Some(user) = identity::user(tx, user).await? else {
                return Err(TicketError::field("/user_id", "unknown", "There is no such user."));
            };
            let told = NewEvent::new("ticket.followed", "ticket", ticket.id)
                .label(&ticket.number)
                .data(json!({ "user_id": user.id, "name": user.name }));
            tx.execute_all(vec![store::follow(&cx, ticket.id, user.id), events::statement(&cx, &told)]).await?;
            Ok(store::followers(tx, ticket.id).await?)
        })
        .await?;
    Ok(Json(followers))
}

/// Takes a follower away; `item_id` is the user.
pub async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<TicketItemPath>,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx| {
            let cx = tx.cx().clone();
            let ticket = within_reach(tx, path.id, permissions::TICKETS_READ).await?;
            tx.execute(store::unfollow(&cx, ticket.id, path.item_id)).await?;
            Ok::<_, TicketError>(NoContent)
        })
        .await
        .map_err(Problem::from)
}
