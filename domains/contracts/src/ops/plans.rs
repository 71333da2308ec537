//! Maintenance plans: listing, making, changing, putting away, their devices and the work that lies ahead.

use authz::permissions::{CONTRACTS_READ, CONTRACTS_UPDATE};
use db::{Json as Column, Query, Read, Tx, list::ListPage};
use events::{Event, NewEvent};
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, Path, Problem, Query as Params, State,
    Versioned,
};
use jobs::NewJob;
use kernel::Uuid;
use objects::{Checks, TimelineParams, first_values, listing, timeline};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    ContractError,
    plans::{
        MAINTENANCE_JOB, MaintenancePlan, MaintenancePlanChange, MaintenanceState, NewMaintenancePlan, PlanDevice,
        PlanDevicePath, PlanPath, PlanScope, PlanStateChange, PlannedPriority, PlannedTicket, PlannedType,
        WorkloadMonth, devices_of, plan_device, workload as work,
    },
    store::{self, plans},
};

/// Devices of a plan shown at most.
const MOST_SHOWN: usize = 500;

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<MaintenancePlan>>, Problem> {
    let scope = plans::scope(&cx, CONTRACTS_READ);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| listing::page(r, &plans::LISTING, &params, vec![scope]).await)
        .await?;
    Ok(Json(page))
}

pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanPath>,
) -> Result<Versioned<MaintenancePlan>, Problem> {
    let plan =
        app.db().read(&cx, async move |r: &mut Read<'_>| plans::reached(r, CONTRACTS_READ, path.id).await).await?;
    Ok(Versioned(plan))
}

pub(crate) async fn history(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanPath>,
    Params(params): Params<TimelineParams>,
) -> Result<Json<ListPage<Event>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<Event>, Problem> {
            plans::reached(r, CONTRACTS_READ, path.id).await?;
            timeline(r, "maintenance_plan", path.id, &params).await
        })
        .await?;
    Ok(Json(page))
}

pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewMaintenancePlan>,
) -> Result<Created<MaintenancePlan>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "createMaintenancePlan", async move |tx: &mut Tx<'_>| insert(tx, new).await).await
}

/// Creates a plan, with its event; tickets that are due already are made soon after.
pub async fn insert(tx: &mut Tx<'_>, new: NewMaintenancePlan) -> Result<MaintenancePlan, ContractError> {
    let new = new.checked(Checks::new())?;
    check_scope(tx, &new.scope).await?;
    let cx = tx.cx().clone();
    let empty = MaintenancePlan {
        id: cx.new_id(),
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        archived_at: None,
        name: String::new(),
        scope: Column(PlanScope::default()),
        every_days: None,
        every_months: None,
        meter: Column(None),
        lead_days: 0,
        minutes: 0,
        ticket: Column(PlannedTicket {
            kind: PlannedType::Maintain,
            priority: PlannedPriority::Normal,
            title: String::new(),
            description: None,
            checklist: Vec::new(),
        }),
        starts_on: new.starts_on,
        ends_on: None,
        active: true,
        note: None,
        created_by: cx.user_id(),
    };
    let plan = empty.with(new);
    let told = NewEvent::new("maintenance_plan.created", "maintenance_plan", plan.id)
        .label(plan.name.as_str())
        .data(first_values(&plan));
    let statements = vec![plans::insert(&cx, &plan), events::statement(&cx, &told), jobs::statement(&cx, &soon())];
    tx.execute_all(statements).await?;
    Ok(plan)
}

/// Tickets that are due already are made at once; plans changed together ask once.
fn soon() -> NewJob {
    NewJob::new(MAINTENANCE_JOB, serde_json::json!({})).key("changed")
}

/// Points at a product, contract or device that does not exist.
async fn check_scope(q: &mut impl Query, scope: &PlanScope) -> Result<(), ContractError> {
    let mut checks = Checks::new();
    if let Some(id) = scope.product_id
        && products::get(q, id).await?.is_none()
    {
        checks.refuse("/scope/product_id", "unknown", "There is no such product; choose one of the list.");
    }
    if let Some(id) = scope.contract_id
        && store::find(q, id).await?.is_none()
    {
        checks.refuse("/scope/contract_id", "unknown", "There is no such contract; choose one of the list.");
    }
    let found = devices::by_ids(q, &scope.device_ids).await?;
    for (index, id) in scope.device_ids.iter().enumerate() {
        if !found.iter().any(|device| device.id == *id) {
            let message = "There is no such device; choose one of the list.";
            checks.refuse(&format!("/scope/device_ids/{index}"), "unknown", message);
        }
    }
    Ok(checks.finish()?)
}

pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanPath>,
    expected: IfMatch,
    Body(body): Body<MaintenancePlanChange>,
) -> Result<Versioned<MaintenancePlan>, Problem> {
    let plan = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<MaintenancePlan, ContractError> {
            let before = read(tx, path.id, expected).await?;
            let new = body.apply(&before)?;
            if new.scope != before.scope.0 {
                check_scope(tx, &new.scope).await?;
            }
            write(tx, &before, before.with(new), "maintenance_plan.updated").await
        })
        .await?;
    Ok(Versioned(plan))
}

pub(crate) async fn archive(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanPath>,
    expected: IfMatch,
) -> Result<Versioned<MaintenancePlan>, Problem> {
    put_away(app, cx, path.id, expected, true).await
}

pub(crate) async fn restore(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanPath>,
    expected: IfMatch,
) -> Result<Versioned<MaintenancePlan>, Problem> {
    put_away(app, cx, path.id, expected, false).await
}

async fn put_away(
    app: App,
    cx: kernel::Context,
    id: Uuid,
    expected: IfMatch,
    away: bool,
) -> Result<Versioned<MaintenancePlan>, Problem> {
    let plan = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<MaintenancePlan, ContractError> {
            let before = read(tx, id, expected).await?;
            let now = tx.cx().now();
            let (archived_at, kind) = if away {
                (before.archived_at.or(Some(now)), "maintenance_plan.archived")
            } else {
                (None, "maintenance_plan.restored")
            };
            write(tx, &before, MaintenancePlan { archived_at, ..before.clone() }, kind).await
        })
        .await?;
    Ok(Versioned(plan))
}

async fn read(tx: &mut Tx<'_>, id: Uuid, expected: IfMatch) -> Result<MaintenancePlan, ContractError> {
    let plan = plans::reached(tx, CONTRACTS_UPDATE, id).await?;
    if plan.version == expected.version() { Ok(plan) } else { Err(ContractError::Stale) }
}

async fn write(
    tx: &mut Tx<'_>,
    before: &MaintenancePlan,
    altered: MaintenancePlan,
    kind: &str,
) -> Result<MaintenancePlan, ContractError> {
    if altered == *before {
        return Ok(altered);
    }
    let cx = tx.cx().clone();
    let after = MaintenancePlan { version: before.version + 1, updated_at: cx.now(), ..altered };
    plans::update(tx, before, &after).await?;
    let told = NewEvent::new(kind, "maintenance_plan", after.id)
        .label(after.name.as_str())
        .data(events::changes(before, &after));
    tx.execute_all(vec![events::statement(&cx, &told), jobs::statement(&cx, &soon())]).await?;
    Ok(after)
}

pub(crate) async fn devices(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanPath>,
) -> Result<Json<Vec<PlanDevice>>, Problem> {
    let shown = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<Vec<PlanDevice>, ContractError> {
            let plan = plans::reached(r, CONTRACTS_READ, path.id).await?;
            let (devices, until) = devices_of(r, &plan, Uuid::nil()).await?;
            let ids: Vec<Uuid> = devices.iter().map(|device| device.id).collect();
            let states = plans::states(r, plan.id, &ids).await?;
            let mut shown = Vec::new();
            for device in devices.iter().take(MOST_SHOWN) {
                let state = states.iter().find(|state| state.device_id == device.id).cloned();
                shown.push(plan_device(r, &plan, device, state, until).await?);
            }
            shown.sort_by(|a, b| a.serial_number.cmp(&b.serial_number));
            Ok(shown)
        })
        .await?;
    Ok(Json(shown))
}

pub(crate) async fn note_done(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<PlanDevicePath>,
    Body(body): Body<PlanStateChange>,
) -> Result<Json<PlanDevice>, Problem> {
    let shown = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<PlanDevice, ContractError> {
            let cx = tx.cx().clone();
            let plan = plans::reached(tx, CONTRACTS_UPDATE, path.id).await?;
            let device = devices::get(tx, path.device_id).await?.ok_or(ContractError::NotFound)?;
            let known = plans::states(tx, plan.id, &[device.id]).await?.pop();
            let mut state = known.unwrap_or_else(|| MaintenanceState::none(plan.id, device.id));
            let before = state.clone();
            body.last_done_on.apply(&mut state.last_done_on);
            body.last_meter.apply(&mut state.last_meter);
            let mut checks = Checks::new();
            if state.last_meter.is_some_and(|value| !value.is_finite() || value.abs() > 1e12) {
                checks.refuse("/last_meter", "out_of_range", "Use a number between -1000000000000 and 1000000000000.");
            }
            checks.finish()?;
            state.last_due_on = state.last_done_on;
            if state != before {
                let told = NewEvent::new("maintenance_plan.progress_noted", "maintenance_plan", plan.id)
                    .label(plan.name.as_str())
                    .data(events::changes(&before, &state))
                    .parent("device", device.id);
                let job = jobs::statement(&cx, &soon());
                tx.execute_all(vec![plans::note_state(&cx, &state), events::statement(&cx, &told), job]).await?;
            }
            Ok(plan_device(tx, &plan, &device, Some(state), None).await?)
        })
        .await?;
    Ok(Json(shown))
}

/// How far ahead.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Ahead {
    /// Months, this one included; 12 when absent.
    #[schemars(range(min = 1, max = 36))]
    months: Option<i32>,
}

pub(crate) async fn workload(
    State(app): State<App>,
    Caller(cx): Caller,
    Params(ahead): Params<Ahead>,
) -> Result<Json<Vec<WorkloadMonth>>, Problem> {
    let months = ahead.months.unwrap_or(12);
    if !(1..=36).contains(&months) {
        return Err(Problem::bad_parameter("/query/months", "Ask for 1 to 36 months."));
    }
    let found = app.db().read(&cx, async move |r: &mut Read<'_>| work(r, months).await).await;
    Ok(Json(found.map_err(ContractError::from)?))
}

#[cfg(test)]
mod tests {
    use db::{DbError, Tx};
    use kernel::Uuid;
    use serde_json::{Value, json};

    use crate::{
        ops::tests::{api, customer, device, migrations},
        plans,
    };

    fn monthly(scope: Value) -> Value {
        json!({
            "name": "月度保养", "scope": scope, "every_months": 1, "lead_days": 10, "minutes": 90,
            "starts_on": "2026-03-05", "ticket": {"type": "maintain", "priority": "normal", "title": "月度保养"},
        })
    }

    /// What wants a ticket now, claimed, each with a ticket made up from its number.
    async fn make(t: &testkit::TestDb) -> Vec<(String, String)> {
        t.db.write(&t.cx, async |tx: &mut Tx<'_>| -> Result<_, DbError> {
            let mut made = Vec::new();
            for (number, job) in plans::ahead(tx, 100).await?.into_iter().enumerate() {
                if plans::claim(tx, &job).await? {
                    plans::ticket_made(tx, &job, Uuid::from_u128(1_000 + number as u128)).await?;
                    assert!(!plans::claim(tx, &job).await?, "a job is claimed once");
                    made.push((job.device.serial_number, job.due.on.to_string()));
                }
            }
            Ok(made)
        })
        .await
        .unwrap()
    }

    async fn settle(t: &testkit::TestDb, ticket: u128, done_on: Option<&str>) {
        let (ticket, done_on) = (Uuid::from_u128(ticket), done_on.map(|day| day.parse().unwrap()));
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| plans::settled(tx, ticket, done_on).await).await.unwrap();
    }

    testkit::both! {
        migrations(), |t| a_device_has_one_job_at_a_time_and_the_next_counts_from_the_last {
            let api = api(t);
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let plan = api.post(&t.cx, "/api/v1/maintenance-plans", monthly(json!({"device_ids": [one]}))).await.ok(201);
            let path = format!("/api/v1/maintenance-plans/{}", plan.id());
            // Today is 2026-03-02; the lead is ten days.
            assert_eq!(make(t).await, [("A".to_owned(), "2026-03-05".to_owned())]);
            assert!(make(t).await.is_empty());
            let shown = async || api.get(&t.cx, &format!("{path}/devices")).await.ok(200).json[0].clone();
            assert_eq!((&shown().await["open_due_on"], &shown().await["next_due"]), (&json!("2026-03-05"), &json!(null)));
            settle(t, 1_000, Some("2026-03-02")).await;
            settle(t, 1_000, Some("2026-03-09")).await;
            let state = shown().await;
            assert_eq!((&state["last_done_on"], &state["next_due"]), (&json!("2026-03-02"), &json!({"on": "2026-04-05", "by": "time"})));
            assert!(make(t).await.is_empty());
            api.patch(&t.cx, &path, 1, json!({"lead_days": 60})).await.ok(200);
            assert_eq!(make(t).await, [("A".to_owned(), "2026-04-05".to_owned())]);
            settle(t, 1_000, None).await;
            assert_eq!(shown().await["next_due"]["on"], json!("2026-05-05"));
            api.act(&t.cx, &format!("{path}/archive"), 2).await.ok(200);
            assert!(make(t).await.is_empty());
            let kinds = api.get(&t.cx, &format!("/api/v1/devices/{one}/timeline")).await.column("kind");
            assert_eq!(kinds, ["maintenance.due", "maintenance.due", "device.created"]);
        }

        migrations(), |t| a_plan_reaches_the_devices_of_its_product_or_of_its_contract_as_long_as_it_runs {
            let api = api(t);
            let owner = customer(&api, &t.cx, "静安物业").await;
            let product = api.post(&t.cx, "/api/v1/products", json!({"code": "K", "name": "电梯"})).await.ok(201).id();
            let working = device(&api, &t.cx, json!({"serial_number": "A", "product_id": product})).await;
            device(&api, &t.cx, json!({"serial_number": "B", "product_id": product, "status": "stopped"})).await;
            device(&api, &t.cx, json!({"serial_number": "C"})).await;
            api.post(&t.cx, "/api/v1/maintenance-plans", monthly(json!({"product_id": product}))).await.ok(201);
            assert_eq!(make(t).await, [("A".to_owned(), "2026-03-05".to_owned())]);
            let contract = json!({"customer_id": owner, "name": "维保", "kind": "service", "starts_on": "2026-01-01",
                "ends_on": "2026-04-20", "device_ids": [working]});
            let contract = api.post(&t.cx, "/api/v1/contracts", contract).await.ok(201).id();
            let plan = api.post(&t.cx, "/api/v1/maintenance-plans", monthly(json!({"contract_id": contract}))).await.ok(201);
            let work = api.get(&t.cx, "/api/v1/maintenance-plans/workload?months=4").await.ok(200).json;
            let by_month: Vec<_> = work.as_array().unwrap().iter()
                .map(|month| (month["month"].as_str().unwrap(), month["jobs"].as_i64().unwrap(), month["hours"].as_f64().unwrap()))
                .collect();
            assert_eq!(by_month, [("2026-03", 2, 3.0), ("2026-04", 2, 3.0), ("2026-05", 1, 1.5), ("2026-06", 1, 1.5)]);
            let devices = api.get(&t.cx, &format!("/api/v1/maintenance-plans/{}/devices", plan.id())).await.ok(200);
            assert_eq!(devices.json[0]["serial_number"], json!("A"));
        }

        migrations(), |t| a_meter_makes_a_job_due_before_its_time {
            let api = api(t);
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let meters = format!("/api/v1/devices/{one}/meters");
            let meter = api.post(&t.cx, &meters, json!({"name": "运行小时", "unit": "h", "kind": "counter"})).await.ok(201).id();
            for (day, value) in [("2026-02-01", 1_000), ("2026-02-21", 1_400)] {
                let reading = json!({"at": format!("{day}T04:00:00Z"), "value": value});
                api.post(&t.cx, &format!("{meters}/{meter}/readings"), reading).await.ok(201);
            }
            let mut plan = monthly(json!({"device_ids": [one]}));
            plan["every_months"] = json!(12);
            plan["meter"] = json!({"name": "运行小时", "every": 500.0});
            let plan = api.post(&t.cx, "/api/v1/maintenance-plans", plan).await.ok(201);
            let done = json!({"last_done_on": "2026-02-01", "last_meter": 1_000.0});
            let path = format!("/api/v1/maintenance-plans/{}/devices/{one}", plan.id());
            let state = api.send(&t.cx, http_api::http::Method::PUT, &path, &[], Some(done)).await.ok(200);
            // 20 hours a day since 1,400 on the 21st: 1,500 are reached five days later; the plan begins on 5 March.
            assert_eq!(state.json["next_due"], json!({"on": "2026-03-05", "by": "meter"}));
            assert_eq!(make(t).await, [("A".to_owned(), "2026-03-05".to_owned())]);
            settle(t, 1_000, Some("2026-03-05")).await;
            let after = api.get(&t.cx, &format!("/api/v1/maintenance-plans/{}/devices", plan.id())).await.ok(200);
            assert_eq!((&after.json[0]["last_meter"], &after.json[0]["next_due"]["on"]), (&json!(1_400.0), &json!("2026-03-18")));
        }

        migrations(), |t| every_wrong_field_of_a_plan_is_pointed_at_and_strangers_see_none {
            let api = api(t);
            let nobody = Uuid::from_u128(404);
            let wrong = json!({
                "name": "", "scope": {"product_id": nobody, "contract_id": nobody}, "every_days": 0, "lead_days": 400,
                "meter": {"name": "", "every": 0.0}, "starts_on": "2026-03-05", "ends_on": "2026-03-01",
                "ticket": {"type": "maintain", "priority": "normal", "title": " ", "checklist": [""]},
            });
            assert_eq!(api.post(&t.cx, "/api/v1/maintenance-plans", wrong).await.errors(), [
                "/every_days out_of_range", "/lead_days out_of_range", "/ends_on before_start", "/meter/name required",
                "/meter/every out_of_range", "/scope choose_one", "/ticket/title required", "/ticket/checklist/0 required",
                "/name required",
            ]);
            let unknown = api.post(&t.cx, "/api/v1/maintenance-plans", monthly(json!({"device_ids": [nobody]}))).await;
            assert_eq!(unknown.errors(), ["/scope/device_ids/0 unknown"]);
            let one = device(&api, &t.cx, json!({"serial_number": "A"})).await;
            let plan = api.post(&t.cx, "/api/v1/maintenance-plans", monthly(json!({"device_ids": [one]}))).await.ok(201);
            let path = format!("/api/v1/maintenance-plans/{}", plan.id());
            let without = api.patch(&t.cx, &path, 1, json!({"every_months": null})).await;
            assert_eq!(without.errors(), ["/every_months required"]);
            api.patch(&t.cx, &path, 7, json!({"name": "x"})).await.refused(412, "stale");
            for foreign in [path.clone(), format!("{path}/devices"), format!("{path}/timeline")] {
                api.get(&t.other, &foreign).await.refused(404, "not_found");
            }
            api.patch(&t.other, &path, 1, json!({"name": "x"})).await.refused(404, "not_found");
            api.get(&t.cx, "/api/v1/maintenance-plans/workload?months=99").await.refused(400, "invalid_parameter");
        }
    }
}
