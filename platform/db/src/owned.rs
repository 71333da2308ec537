//! Rows that belong to somebody: counted, handed over to another owner with the memory of which ones, emptied of words
//! about a person. Each domain describes its own table once.

use kernel::Uuid;

use crate::{DbError, Query, Stmt, Tx, Value, stmt};

/// Ids named in one statement at most.
const AT_ONCE: usize = 500;

/// Rows of one table, which has `tenant_id`, `id`, `version` and `updated_at`, and a column that names the owner.
#[derive(Debug, Clone, Copy)]
pub struct OwnedRows {
    /// The table.
    pub table: &'static str,
    /// The column that names the owner.
    pub owner: &'static str,
    /// The text column by which people call a row.
    pub label: &'static str,
    /// The column that names whatever the row stands under, if any.
    pub parent: Option<&'static str>,
}

/// A row that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Which one.
    pub id: Uuid,
    /// What people call it.
    pub label: Option<String>,
    /// What it stands under.
    pub parent: Option<Uuid>,
}

impl OwnedRows {
    fn returning(&self) -> String {
        format!("returning id, {}, {}", self.label, self.parent.unwrap_or("id"))
    }

    /// How many rows each of these owners has; owners without any are left out.
    pub async fn counts(&self, q: &mut impl Query, owners: &[Uuid]) -> Result<Vec<(Uuid, i64)>, DbError> {
        let mut counts = Vec::new();
        for some in owners.chunks(AT_ONCE) {
            let mut binds: Vec<Value<'_>> = vec![q.cx().tenant().into()];
            let marks = marks(&mut binds, some);
            let Self { table, owner, .. } = self;
            let text = format!(
                "select {owner}, count(*) from {table} where tenant_id = $1 and {owner} in ({marks}) group by {owner}"
            );
            counts.extend(q.all::<(Uuid, i64)>(Stmt::new(text, binds)).await?);
        }
        Ok(counts)
    }

    /// Gives rows of one owner to another: all of them, or of `only` those that are still the first one's. Answers which.
    pub async fn hand_over(
        &self,
        tx: &mut Tx<'_>,
        from: Uuid,
        to: Uuid,
        only: Option<&[Uuid]>,
    ) -> Result<Vec<Touched>, DbError> {
        let Self { table, owner, .. } = self;
        let text = format!(
            "update {table} set {owner} = $3, version = version + 1, updated_at = $4
             where tenant_id = $1 and {owner} = $2"
        );
        let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
        let Some(only) = only else {
            return touched(tx, stmt!(format!("{text} {}", self.returning()), tenant, from, to, now)).await;
        };
        let mut all = Vec::with_capacity(only.len());
        for some in only.chunks(AT_ONCE) {
            let mut binds: Vec<Value<'_>> = vec![tenant.into(), from.into(), to.into(), now.into()];
            let marks = marks(&mut binds, some);
            let text = format!("{text} and id in ({marks}) {}", self.returning());
            all.extend(touched(tx, Stmt::new(text, binds)).await?);
        }
        Ok(all)
    }

    /// What stands in these columns (four at most) of an owner's rows, as text, behind what people call each row; rows
    /// where all of them are empty are left out. At most `limit` rows.
    pub async fn words(
        &self,
        q: &mut impl Query,
        owner_id: Uuid,
        columns: &[&str],
        limit: usize,
    ) -> Result<Vec<(Option<String>, Vec<Option<String>>)>, DbError> {
        let Self { table, owner, label, .. } = self;
        let texts: Vec<String> =
            (0..4).map(|place| format!("cast({} as text)", columns.get(place).copied().unwrap_or("null"))).collect();
        let text = format!(
            "select {label}, {} from {table} where tenant_id = $1 and {owner} = $2 and ({}) order by id limit $3",
            texts.join(", "),
            said(columns)
        );
        let tenant = q.cx().tenant();
        type Row = (Option<String>, Option<String>, Option<String>, Option<String>, Option<String>);
        let rows: Vec<Row> = q.all(stmt!(text, tenant, owner_id, limit)).await?;
        let cells = |(label, a, b, c, d): Row| (label, [a, b, c, d].into_iter().take(columns.len()).collect());
        Ok(rows.into_iter().map(cells).collect())
    }

    /// The ids of an owner's rows.
    pub async fn ids(&self, q: &mut impl Query, owner_id: Uuid) -> Result<Vec<Uuid>, DbError> {
        let Self { table, owner, .. } = self;
        let tenant = q.cx().tenant();
        let text = format!("select id from {table} where tenant_id = $1 and {owner} = $2 order by id");
        let rows: Vec<(Uuid,)> = q.all(stmt!(text, tenant, owner_id)).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Empties these columns of an owner's rows. Answers which rows had anything in them.
    pub async fn empty(&self, tx: &mut Tx<'_>, owner_id: Uuid, columns: &[&str]) -> Result<Vec<Touched>, DbError> {
        let Self { table, owner, .. } = self;
        let sets = columns.iter().map(|column| format!("{column} = null")).collect::<Vec<_>>().join(", ");
        let (tenant, now) = (tx.cx().tenant(), tx.cx().now());
        let text = format!(
            "update {table} set {sets}, version = version + 1, updated_at = $3
             where tenant_id = $1 and {owner} = $2 and ({}) {}",
            said(columns),
            self.returning()
        );
        touched(tx, stmt!(text, tenant, owner_id, now)).await
    }
}

fn said(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("{column} is not null")).collect::<Vec<_>>().join(" or ")
}

fn marks(binds: &mut Vec<Value<'_>>, ids: &[Uuid]) -> String {
    let first = binds.len() + 1;
    binds.extend(ids.iter().map(|id| Value::Id(*id)));
    (first..=binds.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

async fn touched(tx: &mut Tx<'_>, stmt: Stmt<'_>) -> Result<Vec<Touched>, DbError> {
    let rows: Vec<(Uuid, Option<String>, Option<Uuid>)> = tx.all(stmt).await?;
    Ok(rows.into_iter().map(|(id, label, parent)| Touched { id, label, parent }).collect())
}
