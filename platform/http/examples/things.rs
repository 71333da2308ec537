//! A whole small domain on one page: a thing with a name that is created, listed, shown and renamed.

use authz::{Access, permissions};
use db::{
    DbError, Query as _, Read, Tx,
    list::{List, ListPage},
    stmt,
};
use http_api::{
    App, Body, Caller, Created, FieldError, HasLocation, HasVersion, IdempotencyKey, IfMatch, Json, ListParams, Path,
    Problem, Routes, State, Versioned, checked_text, http::StatusCode,
};
use kernel::{Context, Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

// model.rs
/// A thing with a name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Thing {
    /// The thing's id.
    pub id: Uuid,
    /// Rises with every change.
    pub version: i64,
    /// What people call it, at most 200 characters.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
db::record!(Thing { id, version, name, created_at, updated_at });

impl HasVersion for Thing {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for Thing {
    fn location(&self) -> String {
        format!("/api/v1/things/{}", self.id)
    }
}

// error.rs
/// What can go wrong with things.
#[derive(Debug, thiserror::Error)]
pub enum ThingError {
    /// No such thing for this caller.
    #[error("no such thing")]
    NotFound,
    /// Changed since it was read.
    #[error("the thing changed in the meantime")]
    Stale,
    /// Another thing has the name.
    #[error("the name is taken")]
    NameTaken,
    /// Fields are wrong.
    #[error("some fields are not valid")]
    Invalid(Vec<FieldError>),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<ThingError> for Problem {
    fn from(error: ThingError) -> Self {
        match error {
            ThingError::NotFound => Self::not_found("thing"),
            ThingError::Stale => Self::stale(),
            ThingError::NameTaken => Self::new(StatusCode::CONFLICT, "name_taken", "Another thing has this name."),
            ThingError::Invalid(errors) => Self::invalid(errors),
            ThingError::Db(error) => error.into(),
        }
    }
}

// store.rs
const LIST: List = List {
    table: "things",
    columns: Thing::COLUMNS,
    sorts: &[("created_at", "created_at"), ("name", "name")],
    default_sort: "-created_at",
};
const INSERT: &str = "insert into things (tenant_id, id, version, name, created_at, updated_at)
    values ($1, $2, 1, $3, $4, $4) returning id, version, name, created_at, updated_at";
const GET: &str = "select id, version, name, created_at, updated_at from things where tenant_id = $1 and id = $2";
const RENAME: &str = "update things set name = $4, version = version + 1, updated_at = $5
    where tenant_id = $1 and id = $2 and version = $3 returning id, version, name, created_at, updated_at";

async fn insert(tx: &mut Tx<'_>, cx: &Context, name: &str) -> Result<Thing, ThingError> {
    match tx.one(stmt!(INSERT, cx.tenant(), cx.new_id(), name, cx.now())).await {
        Err(error) if error.is_unique("things", &["name"]) => Err(ThingError::NameTaken),
        other => Ok(other?),
    }
}

async fn get(q: &mut impl db::Query, cx: &Context, id: Uuid) -> Result<Thing, ThingError> {
    q.optional(stmt!(GET, cx.tenant(), id)).await?.ok_or(ThingError::NotFound)
}

async fn rename(tx: &mut Tx<'_>, cx: &Context, id: Uuid, version: i64, name: &str) -> Result<Thing, ThingError> {
    match tx.optional(stmt!(RENAME, cx.tenant(), id, version, name, cx.now())).await? {
        Some(thing) => Ok(thing),
        // No row: it is not there at all, or it has another version.
        None => get(tx, cx, id).await.and(Err(ThingError::Stale)),
    }
}

// api.rs
/// What a new or renamed thing is called.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameThing {
    /// At most 200 characters.
    name: String,
}

impl NameThing {
    fn checked(&self) -> Result<String, ThingError> {
        let mut errors = Vec::new();
        let name = checked_text("/name", &self.name, 200, &mut errors);
        if errors.is_empty() { Ok(name) } else { Err(ThingError::Invalid(errors)) }
    }
}

/// Names one thing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ThingPath {
    /// The thing's id.
    id: Uuid,
}

// ops/create.rs
async fn handle_create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NameThing>,
) -> Result<Created<Thing>, Problem> {
    // Parse, check and number before the write: inside it nothing is awaited but the transaction.
    let name = body.checked()?;
    let context = cx.clone();
    app.create(&cx, key, &body, "createThing", async move |tx: &mut Tx<'_>| insert(tx, &context, &name).await).await
}

// ops/list.rs
async fn handle_list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<Thing>>, Problem> {
    // Scope (`http_api::scope_condition`), filter and search conditions go into the same list.
    let query = params.query(Vec::new());
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| db::list::run(r, &LIST, &query).await).await?;
    Ok(Json(page))
}

// ops/get.rs
async fn handle_get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ThingPath>,
) -> Result<Versioned<Thing>, Problem> {
    let context = cx.clone();
    let thing = app.db().read(&cx, async move |r: &mut Read<'_>| get(r, &context, path.id).await).await?;
    Ok(Versioned(thing))
}

// ops/rename.rs
async fn handle_rename(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ThingPath>,
    expected: IfMatch,
    Body(body): Body<NameThing>,
) -> Result<Versioned<Thing>, Problem> {
    let name = body.checked()?;
    let context = cx.clone();
    let thing = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| rename(tx, &context, path.id, expected.version(), &name).await)
        .await?;
    Ok(Versioned(thing))
}

// lib.rs
/// The operations on things.
pub fn routes() -> Routes {
    let (read, change) = (Access::Needs(permissions::PRODUCTS_READ), Access::Needs(permissions::PRODUCTS_UPDATE));
    Routes::new("things")
        .get("/api/v1/things", read, "listThings", "List things", handle_list)
        .post("/api/v1/things", change, "createThing", "Create a thing", handle_create)
        .get("/api/v1/things/{id}", read, "getThing", "Show a thing", handle_get)
        .patch("/api/v1/things/{id}", change, "renameThing", "Rename a thing", handle_rename)
}

fn main() {
    println!("{}", http_api::document(&[routes()]));
}
