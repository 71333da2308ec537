//! Rows of a list: read as the domain's API shows them, written by the domain's own rules.

use db::{Db, Query, Tx, list::ListPage};
use http_api::{FieldError, HasVersion, ListParams, Problem};
use kernel::{Context, Uuid};
use objects::table::RecordNumbers;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::lists::{List, ListKey};

/// A row as JSON.
pub(crate) type Row = Map<String, Value>;

/// A record as it is after a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub id: Uuid,
    pub version: i64,
}

/// Numbers that a new record needs; they are taken before the transaction, so that nobody waits for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    /// Which of the list's series it is from; see [`series`].
    pub series: String,
    /// The record's own, where a text.
    number: String,
    /// Those of its own fields, and of a record of an own object.
    record: RecordNumbers,
}

impl Numbers {
    /// Numbers for a record that will not stay.
    pub fn placeholder(cx: &Context) -> Self {
        let number = format!("TRY-{}", cx.new_id());
        Self { record: RecordNumbers::placeholder(&number), number, ..Self::default() }
    }
}

/// The series from which a new record with these values gets its number: each kind of order has its own, and one that
/// brings its number along needs none. All records of other lists share one.
pub(crate) fn series<'v>(list: &ListKey, of: impl Fn(&str) -> Option<&'v str>) -> &'v str {
    match list {
        ListKey::Orders if of("number").is_some() => "",
        ListKey::Orders => of("kind").unwrap_or_default(),
        _ => "",
    }
}

/// Takes the numbers of a new record of `list`, of one of its series.
pub(crate) async fn numbers(db: &Db, cx: &Context, list: &List, series: &str) -> Result<Numbers, Problem> {
    let number = match &list.key {
        ListKey::Tickets => tickets::number(db, cx).await?,
        ListKey::Contracts => contracts::next_number(db, cx).await?,
        ListKey::Orders => match series.parse::<orders::OrderKind>() {
            Ok(kind) => orders::next_number(db, cx, kind).await?,
            // What is of no kind is refused anyway.
            Err(_) => String::new(),
        },
        _ => String::new(),
    };
    let record = match &list.key {
        ListKey::Records(object) => objects::table::take_numbers(db, cx, object, list.is_numbered).await?,
        key => match key.object().filter(|_| list.is_numbered) {
            Some(object) => {
                RecordNumbers { fields: objects::numbers(db, cx, object).await?, ..RecordNumbers::default() }
            }
            None => RecordNumbers::default(),
        },
    };
    Ok(Numbers { series: series.to_owned(), number, record })
}

fn rows<T: Serialize>(page: ListPage<T>) -> ListPage<Row> {
    page.map(|row| match serde_json::to_value(row) {
        Ok(Value::Object(row)) => row,
        _ => Row::new(),
    })
}

/// A page of the rows that the caller of `q` sees.
pub(crate) async fn page(q: &mut impl Query, key: &ListKey, params: &ListParams) -> Result<ListPage<Row>, Problem> {
    Ok(match key {
        ListKey::Tickets => rows(tickets::table::page(q, params).await?),
        ListKey::Customers => rows(customers::table::page(q, params).await?),
        ListKey::Devices => rows(devices::table::page(q, params).await?),
        ListKey::Products => rows(products::table::page(q, params).await?),
        ListKey::Parts => rows(inventory::table::page(q, params).await?),
        ListKey::Engineers => rows(workforce::table::page(q, params).await?),
        ListKey::Contracts => rows(contracts::table::page(q, params).await?),
        ListKey::MaintenancePlans => rows(contracts::table::plans(q, params).await?),
        ListKey::Orders => rows(orders::table::page(q, params).await?),
        ListKey::Visits => rows(visits::table::page(q, params).await?),
        ListKey::Quotes => rows(finance::table::page(q, params).await?),
        ListKey::Renewals => rows(finance::renewals::page(q, params).await?),
        ListKey::Surveys => rows(surveys::table::surveys(q, params).await?),
        ListKey::RecoveryTasks => rows(surveys::table::tasks(q, params).await?),
        ListKey::Records(object) => rows(objects::table::page(q, object, params).await?),
    })
}

/// The body as the domain takes it.
fn body<T: DeserializeOwned>(body: Row) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Value::Object(body)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner().to_string();
        let missing = inner.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        if let Some(field) = missing {
            return Problem::invalid_field(format!("/{field}"), "required", "This may not be empty.");
        }
        let pointer = format!("/{}", path.split(['.', '[']).next().unwrap_or_default());
        Problem::invalid_field(pointer, "invalid_value", "This value does not fit the field.")
    })
}

fn written(id: Uuid, record: &impl HasVersion) -> Written {
    Written { id, version: record.version() }
}

fn not_written() -> Problem {
    Problem::forbidden("Records of this list cannot be written this way.")
}

/// Creates a record.
pub(crate) async fn create(tx: &mut Tx<'_>, key: &ListKey, mut row: Row, numbers: Numbers) -> Result<Written, Problem> {
    let own = &numbers.record.fields;
    Ok(match key {
        ListKey::Tickets => {
            row.entry("source").or_insert_with(|| json!("import"));
            let made = tickets::table::create(tx, body(row)?, numbers.number, own).await?;
            written(made.id, &made)
        }
        ListKey::Customers => {
            let made = customers::table::create(tx, body(row)?, own).await?;
            written(made.id, &made)
        }
        ListKey::Devices => {
            let made = devices::table::create(tx, body(row)?, own).await?;
            Written { id: made.id, version: made.version }
        }
        ListKey::Products => {
            let made = products::table::create(tx, body(row)?, own).await?;
            written(made.id, &made)
        }
        ListKey::Parts => {
            let made = inventory::table::create(tx, body(row)?, own).await?;
            written(made.id, &made)
        }
        ListKey::Engineers => {
            let made = workforce::table::create(tx, body(row)?, own).await?;
            written(made.id, &made)
        }
        ListKey::Contracts => {
            row.entry("number").or_insert_with(|| json!(numbers.number));
            let made = contracts::table::create(tx, body(row)?, own).await?;
            Written { id: made.id, version: made.version }
        }
        ListKey::Orders => {
            row.entry("source").or_insert_with(|| json!("imported"));
            row.entry("number").or_insert_with(|| json!(numbers.number));
            let made = orders::table::create(tx, body(row)?, own).await?;
            Written { id: made.id, version: made.version }
        }
        ListKey::Records(object) => {
            let made = objects::table::create(tx, object, body(row)?, numbers.record).await?;
            written(made.id, &made)
        }
        _ => return Err(not_written()),
    })
}

/// Changes a record that has this version.
pub(crate) async fn update(
    tx: &mut Tx<'_>,
    key: &ListKey,
    id: Uuid,
    version: i64,
    row: Row,
) -> Result<Written, Problem> {
    Ok(match key {
        ListKey::Tickets => written(id, &tickets::table::update(tx, id, version, body(row)?).await?),
        ListKey::Customers => written(id, &customers::table::update(tx, id, version, body(row)?).await?),
        ListKey::Devices => {
            let device = devices::table::update(tx, id, version, body(row)?).await?;
            Written { id, version: device.version }
        }
        ListKey::Products => written(id, &products::table::update(tx, id, version, body(row)?).await?),
        ListKey::Parts => written(id, &inventory::table::update(tx, id, version, body(row)?).await?),
        ListKey::Engineers => written(id, &workforce::table::update(tx, id, version, body(row)?).await?),
        ListKey::Contracts => {
            let contract = contracts::table::update(tx, id, version, body(row)?).await?;
            Written { id, version: contract.version }
        }
        ListKey::Orders => {
            let order = orders::table::update(tx, id, version, body(row)?).await?;
            Written { id, version: order.version }
        }
        ListKey::Records(object) => written(id, &objects::table::update(tx, object, id, version, body(row)?).await?),
        _ => return Err(not_written()),
    })
}

/// Puts a record of this version away, or takes it back.
pub(crate) async fn put_away(
    tx: &mut Tx<'_>,
    key: &ListKey,
    id: Uuid,
    version: i64,
    away: bool,
) -> Result<Written, Problem> {
    let after = match key {
        ListKey::Customers => customers::table::put_away(tx, id, version, away).await?.version,
        ListKey::Devices => devices::table::put_away(tx, id, version, away).await?.version,
        ListKey::Products => products::table::put_away(tx, id, version, away).await?.version,
        ListKey::Parts => inventory::table::put_away(tx, id, version, away).await?.version,
        ListKey::Engineers => workforce::table::put_away(tx, id, version, away).await?.version,
        ListKey::Contracts => contracts::table::put_away(tx, id, version, away).await?.version,
        ListKey::Orders => orders::table::put_away(tx, id, version, away).await?.version,
        ListKey::Records(object) => objects::table::put_away(tx, object, id, version, away).await?.version,
        _ => {
            let errors = vec![FieldError::new("", "not_archivable", "Records of this list cannot be put away.")];
            return Err(Problem::invalid(errors));
        }
    };
    Ok(Written { id, version: after })
}

/// Takes back that a record was made: it is put away; a ticket is cancelled.
pub(crate) async fn remove(
    tx: &mut Tx<'_>,
    key: &ListKey,
    id: Uuid,
    version: i64,
    reason: &str,
) -> Result<Written, Problem> {
    if *key == ListKey::Tickets {
        let ticket = tickets::table::cancel(tx, id, version, reason.to_owned()).await?;
        return Ok(written(id, &ticket));
    }
    put_away(tx, key, id, version, true).await
}
