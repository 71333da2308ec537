//! SQL of definitions and forms.

use db::{DbError, Query, Stmt, Tx, stmt};
use forms::{Catalogue, Form};
use kernel::{Context, Timestamp};
use uuid::Uuid;

use crate::model::{MAX_FORMS, MAX_OBJECTS, ObjectDefinition, StoredForm};

const COLUMNS: &str = "key, id, version, name, icon, menu, number_prefix, number_format, title_field, roles,
    archived_at, created_at, updated_at";

/// Every object that people defined, archived ones too, by key.
pub(crate) async fn all(q: &mut impl Query) -> Result<Vec<ObjectDefinition>, DbError> {
    let text = format!("select {COLUMNS} from object_definitions where tenant_id = $1 order by key limit $2");
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, MAX_OBJECTS)).await
}

/// The object with this key.
pub(crate) async fn by_key(q: &mut impl Query, key: &str) -> Result<Option<ObjectDefinition>, DbError> {
    let text = format!("select {COLUMNS} from object_definitions where tenant_id = $1 and key = $2");
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, key)).await
}

pub(crate) fn insert(cx: &Context, object: &ObjectDefinition) -> Stmt<'static> {
    let text = "insert into object_definitions (tenant_id, key, id, version, created_at, updated_at, name, icon, menu,
        number_prefix, number_format, title_field, roles)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    stmt!(
        text,
        cx.tenant(),
        &object.key,
        object.id,
        object.version,
        object.created_at,
        object.updated_at,
        &object.name,
        &object.icon,
        object.menu.as_str(),
        &object.number_prefix,
        &object.number_format,
        &object.title_field,
        &object.roles,
    )
    .into_owned()
}

/// Writes `after` over `before`; false when somebody was faster.
pub(crate) async fn update(
    tx: &mut Tx<'_>,
    before: &ObjectDefinition,
    after: &ObjectDefinition,
) -> Result<bool, DbError> {
    let text = "update object_definitions set version = $4, updated_at = $5, archived_at = $6, name = $7, icon = $8,
        menu = $9, number_prefix = $10, number_format = $11, title_field = $12, roles = $13
        where tenant_id = $1 and key = $2 and version = $3";
    let tenant = tx.cx().tenant();
    let touched = tx
        .execute(stmt!(
            text,
            tenant,
            &after.key,
            before.version,
            after.version,
            after.updated_at,
            &after.archived_at,
            &after.name,
            &after.icon,
            after.menu.as_str(),
            &after.number_prefix,
            &after.number_format,
            &after.title_field,
            &after.roles,
        ))
        .await?;
    Ok(touched == 1)
}

/// Every catalogue of the company, by object.
pub(crate) async fn catalogues(q: &mut impl Query) -> Result<Vec<(String, db::Json<Catalogue>)>, DbError> {
    let text = "select object, catalogue from field_catalogues where tenant_id = $1 order by object limit 300";
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant)).await
}

/// The forms of an object in their order, those put away among them.
pub(crate) async fn forms(q: &mut impl Query, object: &str) -> Result<Vec<StoredForm>, DbError> {
    let columns = StoredForm::COLUMNS;
    let text = format!("select {columns} from forms where tenant_id = $1 and object = $2 order by place, id limit $3");
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, object, MAX_FORMS)).await
}

/// The forms of an object that are in use, in their order, each in the version published, which stands in place of the
/// draft.
pub(crate) async fn published_forms(q: &mut impl Query, object: &str) -> Result<Vec<StoredForm>, DbError> {
    let text = "select f.id, f.version, f.created_at, f.updated_at, f.object, f.published_version, f.archived_at,
            f.place, v.form as draft from forms f join form_versions v on v.tenant_id = f.tenant_id and v.form_id = f.id and
            v.version = f.published_version
        where f.tenant_id = $1 and f.object = $2 and f.archived_at is null order by f.place, f.id limit $3";
    let tenant = q.cx().tenant();
    q.all(stmt!(text, tenant, object, MAX_FORMS)).await
}

/// The form with this id.
pub(crate) async fn form(q: &mut impl Query, id: Uuid) -> Result<Option<StoredForm>, DbError> {
    let text = format!("select {} from forms where tenant_id = $1 and id = $2", StoredForm::COLUMNS);
    let tenant = q.cx().tenant();
    q.optional(stmt!(text, tenant, id)).await
}

/// A published version of a form.
pub(crate) async fn form_version(q: &mut impl Query, id: Uuid, version: i64) -> Result<Option<Form>, DbError> {
    let text = "select form from form_versions where tenant_id = $1 and form_id = $2 and version = $3";
    let tenant = q.cx().tenant();
    let found: Option<(db::Json<Form>,)> = q.optional(stmt!(text, tenant, id, version)).await?;
    Ok(found.map(|(form,)| form.0))
}

pub(crate) fn insert_form(cx: &Context, form: &StoredForm) -> Stmt<'static> {
    let text =
        "insert into forms (tenant_id, id, version, created_at, updated_at, object, published_version, place, draft)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    stmt!(
        text,
        cx.tenant(),
        form.id,
        form.version,
        form.created_at,
        form.updated_at,
        &form.object,
        &form.published_version,
        form.place,
        &form.draft,
    )
    .into_owned()
}

/// Saves a form over the expected version; false when somebody was faster.
pub(crate) async fn update_form(tx: &mut Tx<'_>, form: &StoredForm, expected: i64) -> Result<bool, DbError> {
    let text = "update forms set version = $4, updated_at = $5, published_version = $6, archived_at = $7, draft = $8
        where tenant_id = $1 and id = $2 and version = $3";
    let tenant = tx.cx().tenant();
    let touched = tx
        .execute(stmt!(
            text,
            tenant,
            form.id,
            expected,
            form.version,
            form.updated_at,
            &form.published_version,
            &form.archived_at,
            &form.draft,
        ))
        .await?;
    Ok(touched == 1)
}

/// Gives a form its place among those of its object.
pub(crate) fn place_form(cx: &Context, id: Uuid, place: i64) -> Stmt<'static> {
    stmt!("update forms set place = $3 where tenant_id = $1 and id = $2", cx.tenant(), id, place).into_owned()
}

/// Deletes a draft of this version that was never published; false when it has another version by now.
pub(crate) async fn delete_form(tx: &mut Tx<'_>, id: Uuid, expected: i64) -> Result<bool, DbError> {
    let text = "delete from forms where tenant_id = $1 and id = $2 and version = $3 and published_version is null";
    let tenant = tx.cx().tenant();
    Ok(tx.execute(stmt!(text, tenant, id, expected)).await? == 1)
}

pub(crate) fn insert_form_version(cx: &Context, id: Uuid, version: i64, form: &Form) -> Stmt<'static> {
    let at: Timestamp = cx.now();
    let text = "insert into form_versions (tenant_id, form_id, version, published_at, form)
        values ($1, $2, $3, $4, $5)";
    stmt!(text, cx.tenant(), id, version, at, db::Value::json(form)).into_owned()
}
