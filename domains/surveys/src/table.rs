//! Surveys and recovery tasks as rows of a table, for exports.

use authz::permissions::SURVEYS_READ;
use db::{Query, list::ListPage};
use http_api::{ListParams, Problem};
use objects::listing;

use crate::{RecoveryTask, Survey, store};

/// A page of the surveys that the caller sees.
pub async fn surveys(q: &mut impl Query, params: &ListParams) -> Result<ListPage<Survey>, Problem> {
    let scope = store::ticket_scope(q.cx(), SURVEYS_READ);
    listing::page(q, &store::SURVEYS, params, vec![scope]).await
}

/// A page of the recovery tasks that the caller sees.
pub async fn tasks(q: &mut impl Query, params: &ListParams) -> Result<ListPage<RecoveryTask>, Problem> {
    let scope = store::task_scope(q.cx(), SURVEYS_READ);
    listing::page(q, &store::TASKS, params, vec![scope]).await
}
