//! Listing merges, and showing one. Their tests stand with the reactions.

use authz::permissions::CUSTOMERS_READ;
use db::{Read, list::Fragment, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Path, Problem, Query, State};
use kernel::Uuid;
use objects::listing;
use schemars::JsonSchema;
use serde::Deserialize;

use super::undo::MergePath;
use crate::{CustomerError, CustomerMerge, store};

/// What else one may ask of the list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Asked {
    /// Only merges of this customer, whether it remained or went away.
    customer_id: Option<Uuid>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<Asked>,
    params: ListParams,
) -> Result<Json<ListPage<CustomerMerge>>, Problem> {
    let mut conditions = vec![store::within(&cx, CUSTOMERS_READ, "into_id")];
    conditions.extend(asked.customer_id.map(|id| Fragment::new("(into_id = $1 or from_id = $1)", vec![id.into()])));
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| {
            listing::page::<CustomerMerge>(r, &store::merges::LISTING, &params, conditions).await
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn one(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<MergePath>,
) -> Result<Json<CustomerMerge>, Problem> {
    let merge = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<CustomerMerge, CustomerError> {
            let missing = || CustomerError::NotFound("merge");
            let merge = store::merges::find(r, path.id).await?.ok_or_else(missing)?;
            store::reached(r, CUSTOMERS_READ, merge.into_id).await.map_err(|error| match error {
                CustomerError::NotFound(_) => missing(),
                other => other,
            })?;
            Ok(merge)
        })
        .await?;
    Ok(Json(merge))
}
