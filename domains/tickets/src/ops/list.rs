//! The list of tickets: searched, filtered, sorted, paged, within the caller's scope.

use authz::permissions;
use axum::extract::State;
use db::{
    Read,
    list::{List, ListPage},
};
use http_api::{App, Caller, Json, ListParams, Problem, scope_condition};
use objects::listing::{self, Listing};
use rules::{Column, FieldMap, FieldType};

use crate::{act::SCOPE, model::Ticket, store};

/// What tickets can be filtered by.
pub static FIELDS: FieldMap = FieldMap::new(&[
    Column::new("id", FieldType::Id, "id").not_null(),
    Column::new("number", FieldType::Text, "number").not_null(),
    Column::new("title", FieldType::Text, "title").not_null(),
    Column::new("description", FieldType::Text, "description").not_null(),
    Column::new("type", FieldType::Choice, "kind").not_null(),
    Column::new("priority", FieldType::Choice, "priority").not_null(),
    Column::new("status", FieldType::Choice, "status").not_null(),
    Column::new("status_category", FieldType::Choice, "status_category").not_null(),
    Column::new("stage", FieldType::Text, "stage"),
    Column::new("source", FieldType::Choice, "source").not_null(),
    Column::new("customer_id", FieldType::Id, "customer_id"),
    Column::new("contact_phone", FieldType::Text, "contact_phone"),
    Column::new("site_id", FieldType::Id, "site_id"),
    Column::new("device_id", FieldType::Id, "device_id"),
    Column::new("problem_type", FieldType::Text, "problem_type"),
    Column::new("cause_code", FieldType::Text, "cause_code"),
    Column::new("action_code", FieldType::Text, "action_code"),
    Column::new("tags", FieldType::Tags, "tags"),
    Column::new("engineer_id", FieldType::Id, "engineer_id"),
    Column::new("assignee_id", FieldType::Id, "assignee_id"),
    Column::new("team_id", FieldType::Id, "team_id"),
    Column::new("region_id", FieldType::Id, "region_id"),
    Column::new("warranty_reason", FieldType::Choice, "warranty->>'reason_code'"),
    Column::new("response_due_at", FieldType::Time, "response_due_at"),
    Column::new("resolution_due_at", FieldType::Time, "resolution_due_at"),
    Column::new("first_response_at", FieldType::Time, "first_response_at"),
    Column::new("resolved_at", FieldType::Time, "resolved_at"),
    Column::new("closed_at", FieldType::Time, "closed_at"),
    Column::new("waiting_reason", FieldType::Choice, "waiting_reason"),
    Column::new("reopen_count", FieldType::Integer, "reopen_count").not_null(),
    Column::new("sla_met", FieldType::Boolean, "sla_met"),
    Column::new("merged_into_id", FieldType::Id, "merged_into_id"),
    Column::new("external_ref", FieldType::Text, "external_ref"),
    Column::new("created_by", FieldType::Id, "created_by"),
    Column::new("created_at", FieldType::Time, "created_at").not_null(),
    Column::new("updated_at", FieldType::Time, "updated_at").not_null(),
]);

/// The list.
pub static LISTING: Listing = Listing {
    list: List {
        table: "tickets",
        columns: Ticket::COLUMNS,
        sorts: &[
            ("created_at", "created_at"),
            ("updated_at", "updated_at"),
            ("number", "number"),
            ("resolution_due_at", "coalesce(resolution_due_at, 9000000000000000)"),
            ("status", "status"),
        ],
        default_sort: "-created_at",
    },
    fields: &FIELDS,
    keys: &["number"],
    search_object: Some("ticket"),
    archivable: false,
};

/// The operation.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Ticket>>, Problem> {
    let scope = scope_condition(&cx, permissions::TICKETS_READ, &SCOPE);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Ticket>, Problem> {
            let mut page: ListPage<Ticket> =
                listing::page_with_own(r, &LISTING, "ticket", &params, vec![scope]).await?;
            store::own_fields(r, &mut page.page.items).await?;
            Ok(page)
        })
        .await?;
    Ok(Json(page))
}
