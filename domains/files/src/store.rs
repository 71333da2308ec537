//! All SQL of files.

use std::sync::LazyLock;

use db::{DbError, Query, Stmt, stmt};
use kernel::{Context, Uuid};

use crate::model::File;

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks: Vec<String> = (1..=File::COLUMNS.split(", ").count() + 1).map(|n| format!("${n}")).collect();
    format!("insert into files (tenant_id, {}) values ({})", File::COLUMNS, marks.join(", "))
});

static GET: LazyLock<String> =
    LazyLock::new(|| format!("select {} from files where tenant_id = $1 and id = $2", File::COLUMNS));

/// A new file.
pub(crate) fn insert<'f>(cx: &Context, file: &'f File) -> Stmt<'f> {
    let f = file;
    stmt!(
        &*INSERT,
        cx.tenant(),
        f.id,
        f.version,
        &f.name,
        &f.media_type,
        f.size,
        &f.sha256,
        f.safe_inline,
        f.created_by,
        &f.created_by_name,
        f.created_at,
        f.updated_at
    )
}

/// The file with this id.
pub async fn get(q: &mut impl Query, id: Uuid) -> Result<Option<File>, DbError> {
    let tenant = q.cx().tenant();
    q.optional(stmt!(&*GET, tenant, id)).await
}
