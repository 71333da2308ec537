//! Service levels over the real router: which policy applies, what moves due times, and who is told once.
#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use authz::{Permission, permissions as p};
use db::{Db, Migration, Query as _, Tx, stmt};
use http_api::http::Method;
use kernel::{Context, Scope, TenantId, Timestamp, Uuid};
use objects::testing::{Api, Reply, person};
use serde_json::{Value, json};
use testkit::{MONDAY, TestDb};
use tickets::{TicketError, assess_all, tell_due};

fn all_but_the_newest() -> Vec<Migration> {
    migrations().into_iter().filter(|step| step.domain != "tickets" || step.number < 4).collect()
}

fn migrations() -> Vec<Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        channels::migrations(),
        tickets::migrations(),
    ]
    .concat()
}

const ALL: &[Permission] = &[
    p::CUSTOMERS_READ,
    p::CUSTOMERS_CREATE,
    p::CUSTOMERS_UPDATE,
    p::TICKETS_READ,
    p::TICKETS_CREATE,
    p::TICKETS_UPDATE,
    p::TICKETS_REPLY,
    p::TICKETS_CLOSE,
    p::SETTINGS_MANAGE,
];

fn api(t: &TestDb) -> Api {
    let routes = [customers::routes(), tickets::routes()];
    Api::with_services(&t.db, &t.world, routes, |app| {
        app.service(tickets::ServiceLevelCache::default()).service(tickets::ClosingChecks::default())
    })
}

struct House {
    api: Api,
    system: Context,
    who: Context,
    leader: Uuid,
}

/// A company that works from 9 to 18 on weekdays in Shanghai, where it is Monday 8:00.
async fn house(t: &TestDb, slug: &str) -> House {
    let tenant = identity::create_tenant(&t.db, &t.world, identity::NewTenant::new(slug, "申菱服务")).await.unwrap();
    let system = identity::context_for_system(&t.db, &t.world, TenantId(tenant.id)).await.unwrap();
    let new = identity::NewPerson {
        login: "leader".into(),
        name: "王经理".into(),
        email: Some("leader@example.com".into()),
        phone: None,
        locale: None,
        password: None,
        role_keys: Vec::new(),
        team_ids: std::collections::BTreeSet::new(),
        region_ids: std::collections::BTreeSet::new(),
    };
    let leader = identity::create_person(&t.db, &system, new).await.unwrap().id;
    let who = person(&system, 7, &ALL.iter().map(|permission| (*permission, Scope::All)).collect::<Vec<_>>());
    let house = House { api: api(t), system, who, leader };
    house.calendar("POST", "/api/v1/calendars", 0, 9, Value::Null).await.ok(201);
    house
}

/// An instant by the clocks of Shanghai, days and hours after Monday 0:00.
fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
    Timestamp(MONDAY.micros() + ((day * 24 + hour - 8) * 60 + minute) * 60_000_000)
}

fn stamp(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).unwrap_or(Timestamp(0))
}

impl House {
    async fn calendar(&self, method: &str, path: &str, version: i64, from: i64, holidays: Value) -> Reply {
        let open = json!([{ "from_minute": from * 60, "to_minute": 18 * 60 }]);
        let body = json!({
            "name": "办公时间", "is_default": true, "holidays": holidays,
            "calendar": { "zone": "Asia/Shanghai", "week": [open, open, open, open, open, [], []] },
        });
        if method == "POST" { self.api.post(&self.who, path, body).await } else { self.put(path, version, body).await }
    }

    async fn put(&self, path: &str, version: i64, body: Value) -> Reply {
        let seen = format!("\"{version}\"");
        self.api.send(&self.who, Method::PUT, path, &[("if-match", &seen)], Some(body)).await
    }

    async fn policy(&self, name: &str, when: Value, targets: Value) -> Reply {
        let pauses = json!([{ "categories": ["waiting"], "reasons": ["customer"] }]);
        let body = json!({ "name": name, "when": when, "targets": targets, "pauses": pauses });
        self.api.post(&self.who, "/api/v1/sla-policies", body).await
    }

    async fn ticket(&self, priority: &str, customer: Option<&str>) -> String {
        let body = json!({ "title": "不制冷", "type": "repair", "priority": priority, "customer_id": customer });
        self.api.post(&self.who, "/api/v1/tickets", body).await.ok(201).id()
    }

    async fn read(&self, id: &str) -> Value {
        self.api.get(&self.who, &format!("/api/v1/tickets/{id}")).await.ok(200).json
    }

    async fn due(&self, id: &str) -> (Timestamp, Timestamp) {
        let ticket = self.read(id).await;
        (stamp(&ticket["response_due_at"]), stamp(&ticket["resolution_due_at"]))
    }

    async fn clocks(&self, id: &str) -> Value {
        self.api.get(&self.who, &format!("/api/v1/tickets/{id}/service-levels")).await.ok(200).json
    }

    async fn clock(&self, id: &str, metric: &str) -> Value {
        let all = self.clocks(id).await;
        let found = all["clocks"].as_array().unwrap().iter().rev().find(|clock| clock["metric"] == metric);
        found.cloned().unwrap_or_default()
    }

    async fn act(&self, id: &str, action: &str, body: Value) {
        let version = self.read(id).await["version"].as_i64().unwrap();
        let (path, seen) = (format!("/api/v1/tickets/{id}/{action}"), format!("\"{version}\""));
        let body = (!body.is_null()).then_some(body);
        self.api.send(&self.who, Method::POST, &path, &[("if-match", &seen)], body).await.ok(200);
    }

    /// The kinds of what service levels told of a ticket, with metric and percent or level.
    async fn told(&self, db: &Db, id: &str) -> Vec<String> {
        let ticket: Uuid = id.parse().unwrap();
        let sql = "select kind, data from events where tenant_id = $1 and parent_id = $2
                   and kind in ('ticket.sla_warned', 'ticket.sla_breached', 'ticket.sla_escalated') order by seq";
        let rows: Vec<(String, db::Json<Value>)> =
            db.read(&self.system, async move |r| r.all(stmt!(sql, r.cx().tenant(), ticket)).await).await.unwrap();
        let detail = |data: &Value| data["percent"].as_i64().or(data["level"].as_i64()).unwrap_or_default();
        rows.iter()
            .map(|(kind, data)| {
                let kind = kind.trim_start_matches("ticket.sla_");
                format!("{kind} {} {}", data.0["metric"].as_str().unwrap(), detail(&data.0))
            })
            .collect()
    }

    /// When the job of a ticket's next milestone is due.
    async fn waits(&self, db: &Db, id: &str) -> Vec<Timestamp> {
        let key = id.to_owned();
        let sql = "select run_at from jobs where tenant_id = $1 and kind = 'tickets.sla_milestone' and key = $2";
        let rows: Vec<(Timestamp,)> =
            db.read(&self.system, async move |r| r.all(stmt!(sql, r.cx().tenant(), key)).await).await.unwrap();
        rows.into_iter().map(|(at,)| at).collect()
    }

    async fn fire(&self, db: &Db, id: &str) {
        let ticket: Uuid = id.parse().unwrap();
        let tell = async move |tx: &mut Tx<'_>| -> Result<(), TicketError> { tell_due(tx, ticket).await };
        db.write(&self.system, tell).await.unwrap();
    }

    async fn mails(&self, db: &Db) -> Vec<String> {
        let sql = "select recipient, subject from outbox_messages where tenant_id = $1 order by id";
        let rows: Vec<(String, String)> =
            db.read(&self.system, async move |r| r.all(stmt!(sql, r.cx().tenant())).await).await.unwrap();
        rows.into_iter().map(|(to, subject)| format!("{to}: {subject}")).collect()
    }
}

testkit::both! {
    migrations(), |t| the_first_policy_whose_condition_holds_applies_and_changes_count_from_when_they_came {
        let h = house(t, "ours").await;
        let items = h.api.get(&h.who, "/api/v1/sla-policies").await.ok(200).json;
        assert_eq!((items["items"].as_array().unwrap().len(), &items["version"]), (4, &json!(0)));
        let customer = h.api.post(&h.who, "/api/v1/customers", json!({ "name": "静安物业", "level": "vip" })).await.ok(201).id();
        // Two hours by the usual policy, one for a customer of rank.
        let vip = json!({ "field": "customer_level", "op": "eq", "value": "vip" });
        h.policy("VIP", vip, json!({ "response": { "minutes": 60 }, "resolution": { "minutes": 240 } })).await.ok(201);
        let (usual, special) = (h.ticket("normal", None).await, h.ticket("normal", Some(&customer)).await);
        assert_eq!(h.due(&usual).await, (at(0, 11, 0), at(2, 15, 0)));
        assert_eq!(h.due(&special).await, (at(0, 10, 0), at(0, 13, 0)));
        assert_eq!(h.waits(&t.db, &special).await, [at(0, 10, 0)]);
        // A raised priority brings its target, and the hour that was used counts.
        t.clock.set(at(0, 10, 0));
        let version = h.read(&usual).await["version"].as_i64().unwrap();
        let path = format!("/api/v1/tickets/{usual}");
        h.api.patch(&h.who, &path, version, json!({ "priority": "critical" })).await.ok(200);
        assert_eq!(h.due(&usual).await, (at(0, 9, 30), at(0, 13, 0)));
        // The response is late by the new promise, from now on: the job is due at once.
        assert_eq!(h.waits(&t.db, &usual).await, [at(0, 10, 0)]);
        h.fire(&t.db, &usual).await;
        h.fire(&t.db, &usual).await;
        assert_eq!(h.told(&t.db, &usual).await, ["breached response 0"]);
        let steps = h.clock(&usual, "resolution").await["explanation"].clone();
        let codes: Vec<&str> = steps.as_array().unwrap().iter().filter_map(|step| step["code"].as_str()).collect();
        assert_eq!(codes.iter().filter(|code| **code == "policy_applied").count(), 2, "{codes:?}");
    }
}

testkit::both! {
    migrations(), |t| waiting_for_the_customer_and_being_solved_stop_the_clock {
        let h = house(t, "ours").await;
        let id = h.ticket("critical", None).await;
        assert_eq!(h.due(&id).await, (at(0, 9, 30), at(0, 13, 0)));
        t.clock.set(at(0, 10, 0));
        h.act(&id, "wait", json!({ "reason": "customer" })).await;
        let clock = h.clock(&id, "resolution").await;
        assert_eq!((&clock["state"], &clock["due_at"], &clock["elapsed_minutes"]), (&json!("paused"), &Value::Null, &json!(60)));
        t.clock.set(at(0, 12, 0));
        h.act(&id, "resume", Value::Null).await;
        assert_eq!(h.due(&id).await.1, at(0, 15, 0));
        t.clock.set(at(0, 14, 0));
        h.act(&id, "resolve", json!({ "resolution": "更换压缩机" })).await;
        assert_eq!(h.read(&id).await["sla_met"], json!(true));
        assert_eq!(h.clock(&id, "resolution").await["state"], "met");
        // A day later it was not solved after all: three hours are used, one is left.
        t.clock.set(at(1, 10, 0));
        h.act(&id, "reopen", json!({ "reason": "又不制冷" })).await;
        assert_eq!(h.due(&id).await.1, at(1, 11, 0));
        t.clock.set(at(1, 12, 0));
        h.act(&id, "resolve", json!({ "resolution": "补充制冷剂" })).await;
        assert_eq!(h.read(&id).await["sla_met"], json!(false));
    }
}

testkit::both! {
    migrations(), |t| what_is_undone_never_happened {
        let h = house(t, "ours").await;
        let id = h.ticket("critical", None).await;
        t.clock.set(at(0, 10, 0));
        h.act(&id, "wait", json!({ "reason": "customer" })).await;
        t.clock.set(at(0, 10, 10));
        h.act(&id, "undo", Value::Null).await;
        assert_eq!(h.due(&id).await.1, at(0, 13, 0));
        h.act(&id, "resolve", json!({ "resolution": "好了" })).await;
        t.clock.set(at(0, 10, 20));
        h.act(&id, "undo", Value::Null).await;
        assert_eq!(h.due(&id).await.1, at(0, 13, 0));
        assert_eq!(h.clock(&id, "resolution").await["elapsed_minutes"], json!(80));
    }
}

testkit::both! {
    migrations(), |t| people_are_told_once_even_after_an_outage {
        let h = house(t, "ours").await;
        let leader = json!([{ "to": "user", "user_id": h.leader }]);
        let target = json!({ "resolution": {
            "minutes": 240, "warnings": [{ "percent": 75, "notify": leader }, { "percent": 50, "notify": [] }],
            "on_breach": leader, "escalations": [{ "when": { "minutes_after": 60 }, "notify": [{ "to": "assignee" }] }],
        } });
        h.policy("全部", json!({ "all": [] }), target).await.ok(201);
        let id = h.ticket("normal", None).await;
        assert_eq!(h.waits(&t.db, &id).await, [at(0, 11, 0)]);
        t.clock.set(at(0, 11, 0));
        h.fire(&t.db, &id).await;
        h.fire(&t.db, &id).await;
        assert_eq!(h.told(&t.db, &id).await, ["warned resolution 50"]);
        assert!(h.waits(&t.db, &id).await.contains(&at(0, 12, 0)));
        // Nothing ran until the next day; then the job that was kept runs, and finds nothing more when it runs again.
        t.clock.set(at(1, 9, 0));
        let workers = jobs::Workers::new(t.db.clone(), t.world.clone()).add(Arc::new(tickets::SlaMilestones));
        workers.run(tokio::time::sleep(Duration::from_secs(1))).await;
        h.fire(&t.db, &id).await;
        let told = ["warned resolution 50", "warned resolution 75", "breached resolution 0", "escalated resolution 1"];
        assert_eq!(h.told(&t.db, &id).await, told);
        let mails = h.mails(&t.db).await;
        assert_eq!(mails.len(), 2, "{mails:?}");
        assert!(mails.iter().any(|mail| mail.starts_with("leader@example.com: 解决时限已用 75%")), "{mails:?}");
    }
}

testkit::both! {
    migrations(), |t| other_hours_and_other_policies_reach_open_tickets_and_rewrite_no_past {
        let h = house(t, "ours").await;
        let id = h.ticket("critical", None).await;
        let calendar = h.api.get(&h.who, "/api/v1/calendars").await.ok(200).json[0]["id"].as_str().unwrap().to_owned();
        t.clock.set(at(0, 11, 0));
        // From now on they begin at 14:00: two of four hours are used.
        let path = format!("/api/v1/calendars/{calendar}");
        h.calendar("PUT", &path, 1, 14, json!("china")).await.ok(200);
        assess_all(&t.db, &h.system, false).await.unwrap();
        assert_eq!(h.due(&id).await.1, at(0, 16, 0));
        // Half the time: over since 9:30, which tells nobody.
        let policies = h.api.get(&h.who, "/api/v1/sla-policies").await.ok(200).json;
        let mut policy = policies["items"][0].clone();
        let (policy_id, fields) = (policy["id"].as_str().unwrap().to_owned(), policy.as_object_mut().unwrap());
        fields.remove("id");
        fields.remove("version");
        fields["targets"]["resolution"]["minutes"] = json!(60);
        h.put(&format!("/api/v1/sla-policies/{policy_id}"), 1, policy.clone()).await.ok(200);
        h.put(&format!("/api/v1/sla-policies/{policy_id}"), 1, policy).await.refused(412, "stale");
        assess_all(&t.db, &h.system, false).await.unwrap();
        assert_eq!(h.due(&id).await.1, at(0, 10, 0));
        h.fire(&t.db, &id).await;
        assert_eq!(h.told(&t.db, &id).await, Vec::<String>::new());
        // The National Day is off, and the Sunday before is worked.
        let days = h.api.get(&h.who, &format!("{path}/days?from=2026-09-20&to=2026-10-01")).await.ok(200).json;
        assert_eq!((&days[0]["kind"], &days[0]["hours"][0]["from_minute"]), (&json!("adjusted_workday"), &json!(840)));
        assert_eq!((&days[11]["kind"], &days[11]["hours"], &days[11]["provisional"]), (&json!("holiday"), &json!([]), &json!(false)));
        let years = h.api.get(&h.who, "/api/v1/holiday-years").await.ok(200).json;
        let provisional = |year: i64| years.as_array().unwrap().iter().find(|view| view["year"] == year).unwrap()["provisional"].clone();
        assert_eq!((provisional(2026), provisional(2027)), (json!(false), json!(true)));
        let file = json!({ "years": [{ "year": 2027, "source": "通知", "holidays": [
            { "zh": "元旦", "en": "New Year", "from": "2027-01-01", "to": "2027-01-03", "workdays": [] }] }] });
        let years = h.api.post(&h.who, "/api/v1/holiday-years", file).await.ok(200).json;
        assert!(years.as_array().unwrap().iter().any(|view| view["year"] == 2027 && view["own"] == true));
    }
}

testkit::both! {
    migrations(), |t| an_answer_is_owed_each_time_the_customer_writes {
        let h = house(t, "ours").await;
        h.policy("全部", json!({ "all": [] }), json!({ "next_reply": { "minutes": 60 } })).await.ok(201);
        let id = h.ticket("normal", None).await;
        let reply = format!("/api/v1/tickets/{id}/replies");
        t.clock.set(at(0, 9, 10));
        h.api.post(&h.who, &reply, json!({ "body": "马上安排" })).await.ok(201);
        t.clock.set(at(0, 10, 0));
        let (ticket, system): (Uuid, _) = (id.parse().unwrap(), h.system.clone());
        let write = async move |tx: &mut Tx<'_>| -> Result<(), TicketError> {
            let ticket = tickets::get(tx, ticket).await?.unwrap();
            tickets::write_message(tx, ticket, tickets::MessageKind::Customer, "什么时候来？", Vec::new()).await.map(drop)
        };
        t.db.write(&system, write).await.unwrap();
        assert_eq!(stamp(&h.clock(&id, "next_reply").await["due_at"]), at(0, 11, 0));
        assert_eq!(h.waits(&t.db, &id).await, [at(0, 11, 0)]);
        t.clock.advance(Duration::from_mins(10));
        h.api.post(&h.who, &reply, json!({ "body": "下午" })).await.ok(201);
        assert_eq!(h.clock(&id, "next_reply").await["state"], "met");
        assert_eq!(h.waits(&t.db, &id).await, []);
    }
}

testkit::both! {
    migrations(), |t| an_arrival_and_another_level_of_the_customer_reach_the_clocks {
        let h = house(t, "ours").await;
        let customer = h.api.post(&h.who, "/api/v1/customers", json!({ "name": "静安物业", "level": "standard" })).await.ok(201).id();
        let vip = json!({ "field": "customer_level", "op": "eq", "value": "vip" });
        h.policy("VIP", vip, json!({ "arrival": { "minutes": 120 }, "resolution": { "minutes": 240 } })).await.ok(201);
        let id = h.ticket("normal", Some(&customer)).await;
        let consumers = events::Consumers::new(t.db.clone(), t.world.clone()).add(Arc::new(tickets::ClocksFollow));
        assert_eq!(h.due(&id).await.1, at(2, 15, 0));
        t.clock.set(at(0, 10, 0));
        h.api.patch(&h.who, &format!("/api/v1/customers/{customer}"), 1, json!({ "level": "vip" })).await.ok(200);
        consumers.settle().await.unwrap();
        assert_eq!(h.due(&id).await.1, at(0, 13, 0));
        // While arrival was not promised none of its time was used.
        assert_eq!(stamp(&h.clock(&id, "arrival").await["due_at"]), at(0, 12, 0));
        t.clock.set(at(0, 11, 0));
        let (ticket, system): (Uuid, _) = (id.parse().unwrap(), h.system.clone());
        let arrive = async move |tx: &mut Tx<'_>| -> Result<(), db::DbError> {
            let visit = tx.cx().new_id();
            let data = json!({ "checked_in_at": { "from": null, "to": at(0, 10, 30) } });
            let event = events::NewEvent::new("visit.checked_in", "visit", visit).data(data).parent("ticket", ticket);
            events::append(tx, event).await.map(drop)
        };
        t.db.write(&system, arrive).await.unwrap();
        consumers.settle().await.unwrap();
        assert_eq!(h.clock(&id, "arrival").await["state"], "met");
        assert_eq!(h.waits(&t.db, &id).await, [at(0, 13, 0)]);
    }
}

testkit::both! {
    migrations(), |t| a_policy_is_refused_with_the_place_of_its_mistake_and_to_whoever_may_not {
        let h = house(t, "ours").await;
        let wrong = h.policy("错", json!({ "all": [] }), json!({ "response": { "minutes": 60, "warnings": [{ "percent": 0 }] } })).await;
        assert_eq!((wrong.status, wrong.errors()), (422, vec!["/targets/response/warnings/0/percent invalid_policy".to_owned()]));
        let wrong = h.policy("错", json!({ "field": "colour", "op": "eq", "value": "red" }), json!({ "response": { "minutes": 60 } })).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.errors()[0].starts_with("/when"), "{:?}", wrong.errors());
        let reader = person(&h.system, 8, &[(p::TICKETS_READ, Scope::All)]);
        let body = json!({ "name": "a", "when": { "all": [] }, "targets": { "response": { "minutes": 1 } } });
        assert_eq!(h.api.post(&reader, "/api/v1/sla-policies", body).await.status, 403);
        let id = h.ticket("normal", None).await;
        let theirs = house(t, "theirs").await;
        let path = format!("/api/v1/tickets/{id}/service-levels");
        assert_eq!(theirs.api.get(&theirs.who, &path).await.status, 404);
        let own = person(&h.system, 9, &[(p::TICKETS_READ, Scope::Own)]);
        assert_eq!(h.api.get(&own, &path).await.status, 404);
        let mine = h.policy("我们的", json!({ "all": [] }), json!({ "response": { "minutes": 60 } })).await.ok(201).id();
        let list = h.api.get(&h.who, "/api/v1/sla-policies").await.ok(200).json;
        let mut ids: Vec<Value> = list["items"].as_array().unwrap().iter().map(|policy| policy["id"].clone()).collect();
        assert_eq!(ids[0], json!(mine));
        ids.rotate_left(1);
        let seen = format!("\"{}\"", list["version"]);
        let ordered = h.api.send(&h.who, Method::POST, "/api/v1/sla-policies/order", &[("if-match", &seen)], Some(json!({ "ids": ids }))).await.ok(200);
        assert_eq!(ordered.json["items"][4]["id"], json!(mine));
        assert_eq!(theirs.api.get(&theirs.who, "/api/v1/sla-policies").await.ok(200).json["items"].as_array().unwrap().len(), 4);
    }
}

testkit::both! {
    all_but_the_newest(), |t| promises_by_priority_become_policies {
        let tenant = t.cx.tenant();
        let insert = "insert into sla_policies (tenant_id, id, version, priority, response_minutes, resolution_minutes,
                      calendar_id, created_at, updated_at) values ($1, $2, 3, 'high', 45, 300, $3, 5, 5)";
        let (id, calendar) = (Uuid::from_u128(5), Uuid::from_u128(0x0192_aaaa_0000_7000_8000_0000_0000_00ff));
        t.db.write(&t.cx, async move |tx: &mut Tx<'_>| tx.execute(stmt!(insert, tenant, id, calendar)).await).await.unwrap();
        let later = reopened(t).await;
        let sql = "select policies from service_settings where tenant_id = $1";
        let (stored,): (db::Json<Vec<tickets::SlaPolicy>>,) =
            later.read(&t.cx, async move |r| r.one(stmt!(sql, tenant)).await).await.unwrap();
        let high = &stored.0[1];
        assert_eq!((stored.0.len(), high.body.calendar_id, high.body.targets.len()), (4, Some(calendar), 2));
        let minutes: Vec<u32> = high.body.targets.values().map(|target| target.minutes).collect();
        assert_eq!(minutes, [45, 300]);
        assert_eq!(stored.0[0].body.targets.values().map(|target| target.minutes).collect::<Vec<_>>(), [30, 240]);
    }
}

/// The same database with all migrations.
async fn reopened(t: &TestDb) -> Db {
    match t.addresses() {
        Some((owner, app)) => {
            Db::migrate_postgres(&owner, &migrations()).await.unwrap();
            let options = db::PostgresOptions { url: app, owner_url: None, connections: 2 };
            Db::open_postgres(&options, &migrations()).await.unwrap()
        }
        None => Db::open_sqlite(t.folder.path().join("aftersail.db"), &migrations()).await.unwrap(),
    }
}
