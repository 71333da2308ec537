//! The operations on bulk changes: what can be changed, look beforehand, do it, see how it is, take it back.

use axum::extract::State;
use db::{DbError, Json as Column, Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{Accepted, App, Body, Caller, IdempotencyKey, Json, ListParams, Path, Problem, Versioned};
use identity::Locale;
use jiff::tz::TimeZone;
use kernel::{Context, Uuid};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    bulk::{
        change::{Act, Came, Change},
        model::{BulkDifference, BulkPreview, BulkRefusal, BulkRun, BulkState, NewBulk, RowState, StoredBulk},
        run::{RUN, UNDO},
    },
    exports::ops::{TargetList, in_body, refuse_filter},
    lists::{Hit, List, ListKey, Row, all, page, target, with_ids},
    store::bulk as store,
    task::Task,
    values::{Names, explained, gather, show},
};

/// Records of one change at most.
const MOST: usize = 10_000;
/// Records that are tried beforehand.
const TRIED: usize = 200;
/// Differences and refusals shown beforehand.
const SHOWN: usize = 20;
/// Refusals shown afterwards.
const TOLD: usize = 100;

/// Names one bulk change.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct BulkPath {
    /// The bulk change.
    id: Uuid,
}

/// What can be changed in bulk.
pub(crate) async fn targets(State(app): State<App>, Caller(cx): Caller) -> Result<Json<TargetList>, Problem> {
    let lists = app.db().read(&cx, async |r: &mut Read<'_>| all(r).await).await?;
    let items = lists.iter().map(|list| target(list, &lists)).filter(|target| target.may_update);
    Ok(Json(TargetList { items: items.collect() }))
}

/// What people call a record, by its row.
fn title(row: &Row) -> String {
    let name = ["title", "name", "serial_number", "number", "code"].iter().find_map(|field| row.get(*field)?.as_str());
    name.unwrap_or_default().to_owned()
}

/// The change with the records it is for, each with what it is called.
async fn chosen(r: &mut Read<'_>, new: &NewBulk) -> Result<(Change, Vec<(Uuid, String)>), Problem> {
    let unknown = || Problem::invalid_field("/list", "unknown", "There is no such list, or you may not see it.");
    let key = ListKey::parse(&new.list).ok_or_else(unknown)?;
    let list = List::of(r, &key).await.map_err(|_| unknown())?;
    let change = Change::of(&list, &new.action)?;
    let too_many = || {
        let message = format!("Choose at most {MOST} records; filter the list further.");
        Problem::invalid_field(if new.ids.is_some() { "/ids" } else { "/filter" }, "too_many", message)
    };
    if let Some(ids) = &new.ids {
        if new.filter.is_some() || new.q.is_some() {
            return Err(Problem::invalid_field("/ids", "repeated", "Give ids, or a filter and words, not both."));
        }
        if ids.len() > MOST {
            return Err(too_many());
        }
        let hits = with_ids(r, &change.list, ids).await?;
        let mut known = std::collections::HashSet::new();
        let fresh = ids.iter().filter(|id| known.insert(**id));
        let records = fresh.filter_map(|id| hits.get(id)).map(|hit| (hit.id, title(&hit.row))).collect();
        return Ok((change, records));
    }
    if new.q.as_ref().is_some_and(|q| q.chars().count() > 200 || q.contains('\0')) {
        return Err(Problem::invalid_field("/q", "too_long", "Search for at most 200 characters."));
    }
    let mut params = ListParams {
        limit: db::list::LARGEST_PAGE,
        q: new.q.as_ref().map(|q| q.trim().to_owned()).filter(|q| !q.is_empty()),
        filter: new.filter.clone().map(Value::Object),
        archived: change.archived(),
        ..ListParams::default()
    };
    let mut records = Vec::new();
    loop {
        let found = page(r, &key, &params).await.map_err(in_body)?;
        for row in &found.page.items {
            if let Some(id) = row.get("id").and_then(Value::as_str).and_then(|text| text.parse().ok()) {
                records.push((id, title(row)));
            }
        }
        if records.len() > MOST {
            return Err(too_many());
        }
        match found.page.next_cursor {
            Some(cursor) => params.cursor = Some(cursor),
            None => return Ok((change, records)),
        }
    }
}

/// Why a try ended: nothing of it stays.
enum Tried {
    Seen(Box<Seen>),
    Failed(Problem),
}

#[derive(Default)]
struct Seen {
    changes: Vec<(Hit, Row)>,
    blocked: Vec<BulkRefusal>,
    blocked_count: i64,
}

impl From<DbError> for Tried {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

/// Says what a change would do.
pub(crate) async fn preview(
    State(app): State<App>,
    Caller(cx): Caller,
    Body(body): Body<NewBulk>,
) -> Result<Json<BulkPreview>, Problem> {
    let ((change, records), locale) = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            Ok((chosen(r, &body).await?, identity::locale(r).await?))
        })
        .await?;
    let first: Vec<Uuid> = records.iter().take(TRIED).map(|(id, _)| *id).collect();
    let (tried, trial) = (first.len() as i64, change.clone());
    let outcome: Result<(), Tried> = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| {
            let hits = with_ids(tx, &trial.list, &first).await.map_err(Tried::Failed)?;
            let mut seen = Seen::default();
            for hit in first.iter().filter_map(|id| hits.get(id)) {
                match trial.apply(tx, hit).await? {
                    Ok(Came::Changed(_, after)) if seen.changes.len() < SHOWN => {
                        seen.changes.push((hit.clone(), after));
                    }
                    Ok(_) => {}
                    Err(problem) => {
                        seen.blocked_count += 1;
                        if seen.blocked.len() < SHOWN {
                            let reasons = explained(&problem, |_| None);
                            let reason = reasons.iter().map(|reason| reason.text(locale)).collect::<Vec<_>>().join(" ");
                            seen.blocked.push(BulkRefusal { id: hit.id, title: title(&hit.row), reason });
                        }
                    }
                }
            }
            Err(Tried::Seen(Box::new(seen)))
        })
        .await;
    let seen = match outcome {
        Err(Tried::Seen(seen)) => *seen,
        Err(Tried::Failed(problem)) => return Err(problem),
        Ok(()) => Seen::default(),
    };
    let Seen { changes, blocked, blocked_count } = seen;
    let changes = differences(&app, &cx, &change, changes, locale).await?;
    let count = records.len() as i64;
    Ok(Json(BulkPreview { count, tried, changes, blocked, blocked_count }))
}

/// What would change, in words.
async fn differences(
    app: &App,
    cx: &Context,
    change: &Change,
    hits: Vec<(Hit, Row)>,
    locale: Locale,
) -> Result<Vec<BulkDifference>, Problem> {
    let zone = TimeZone::get(cx.zone()).unwrap_or(TimeZone::UTC);
    let Act::Set(pairs) = &change.act else {
        let (from, to) = match (change.archived(), locale) {
            (false, Locale::Chinese) => ("使用中", "已归档"),
            (true, Locale::Chinese) => ("已归档", "使用中"),
            (false, Locale::English) => ("In use", "Archived"),
            (true, Locale::English) => ("Archived", "In use"),
        };
        let said = |(hit, _): (Hit, Row)| BulkDifference {
            id: hit.id,
            title: title(&hit.row),
            field: None,
            from: from.to_owned(),
            to: to.to_owned(),
        };
        return Ok(hits.into_iter().map(said).collect());
    };
    let columns: Vec<_> = pairs.iter().map(|(column, _)| column.clone()).collect();
    let mut rows: Vec<Row> = hits.iter().map(|(hit, _)| hit.row.clone()).collect();
    let wanted: Vec<_> = pairs.iter().map(|(column, value)| (column, value.clone())).collect();
    rows.extend(hits.iter().map(|(hit, _)| crate::imports::plan::body(&wanted, Some(&hit.row))));
    let looked = columns.clone();
    let names =
        app.db().read(cx, async move |r: &mut Read<'_>| gather(r, Names::default(), &looked, &rows).await).await?;
    let mut all = Vec::new();
    for (hit, _) in &hits {
        let after = crate::imports::plan::body(&wanted, Some(&hit.row));
        for column in columns.iter().filter(|column| column.of(&hit.row) != column.of(&after)) {
            all.push(BulkDifference {
                id: hit.id,
                title: title(&hit.row),
                field: Some(column.id.clone()),
                from: show(column, &hit.row, &names, locale, &zone).text(),
                to: show(column, &after, &names, locale, &zone).text(),
            });
        }
    }
    all.truncate(SHOWN);
    Ok(all)
}

/// Asks for a change.
pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewBulk>,
) -> Result<Accepted<BulkRun>, Problem> {
    let asked = body.clone();
    let (_, records) = app.db().read(&cx, async move |r: &mut Read<'_>| chosen(r, &asked).await).await?;
    let new = body.clone();
    let run = app
        .once(&cx, key, &body, "createBulk", async move |tx: &mut Tx<'_>| -> Result<BulkRun, DbError> {
            let cx = tx.cx().clone();
            let bulk = StoredBulk {
                id: cx.new_id(),
                version: 1,
                created_at: cx.now(),
                updated_at: cx.now(),
                created_by: cx.actor().id,
                created_by_name: cx.actor().name.clone(),
                list: new.list,
                action: Column(new.action),
                state: BulkState::Queued,
                total: records.len() as i64,
                done: 0,
                changed: 0,
                skipped: 0,
                undone: 0,
                failure: None,
            };
            let data = json!({ "list": bulk.list, "action": bulk.action, "records": bulk.total });
            let event = NewEvent::new("bulk.created", "bulk", bulk.id).label(&bulk.list).data(data);
            let mut statements = vec![store::insert(&cx, &bulk), events::statement(&cx, &event)];
            for (position, (record, title)) in records.iter().enumerate() {
                statements.push(store::insert_row(&cx, bulk.id, position as i64, *record, title));
            }
            tx.execute_all(statements).await?;
            jobs::add(tx, Task::job(&cx, RUN, bulk.id)).await?;
            Ok(bulk.view(Vec::new()))
        })
        .await?;
    Ok(Accepted(run))
}

/// One's own bulk changes, newest first, without their refusals.
pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<BulkRun>>, Problem> {
    refuse_filter(&params)?;
    let actor = cx.actor().id;
    let page = app.db().read(&cx, async move |r: &mut Read<'_>| store::of_actor(r, actor, &params).await).await?;
    Ok(Json(page.map(|bulk| bulk.view(Vec::new()))))
}

async fn own(q: &mut impl db::Query, id: Uuid) -> Result<StoredBulk, Problem> {
    store::find(q, id).await?.ok_or_else(|| Problem::not_found("bulk change"))
}

/// How a change is.
pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<BulkPath>,
) -> Result<Versioned<BulkRun>, Problem> {
    let run = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<BulkRun, Problem> {
            let bulk = own(r, path.id).await?;
            let locale = identity::locale(r).await?;
            let rows = store::rows(r, path.id, &[RowState::Failed, RowState::Kept], TOLD).await?;
            let refusal = |row: crate::bulk::model::StoredBulkRow| BulkRefusal {
                id: row.record_id,
                title: row.title,
                reason: row.reasons.0.iter().map(|reason| reason.text(locale)).collect::<Vec<_>>().join(" "),
            };
            Ok(bulk.view(rows.into_iter().map(refusal).collect()))
        })
        .await?;
    Ok(Versioned(run))
}

/// Takes a change back.
pub(crate) async fn undo(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<BulkPath>,
) -> Result<Accepted<BulkRun>, Problem> {
    let run = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<BulkRun, Problem> {
            let bulk = own(tx, path.id).await?;
            let over = [BulkState::Done, BulkState::Failed];
            let turned = bulk.can_undo() && store::turn(tx, path.id, &over, BulkState::Undoing, None).await?;
            if !turned {
                let detail = "The change cannot be taken back in its present state. Load it again.";
                return Err(Problem::conflict("not_now", detail));
            }
            let cx = tx.cx().clone();
            jobs::add(tx, Task::job(&cx, UNDO, path.id)).await?;
            Ok(own(tx, path.id).await?.view(Vec::new()))
        })
        .await?;
    Ok(Accepted(run))
}
