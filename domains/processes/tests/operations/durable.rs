//! Crashes, outages, many timers, and several who do the same at once.

use std::time::Duration;

use db::Tx;
use processes::{ProcessError, Start};
use serde_json::json;

use crate::{Desk, END, START, line, structure};

testkit::both! {
    structure(), |t| what_a_crash_cuts_off_is_done_once_afterwards {
        let desk = Desk::new(t);
        desk.published("child", &line(&[START, r#"<scriptTask id="count"><script>n = n + 1</script></scriptTask>"#, END])).await;
        let body = r#"<callActivity id="call" calledElement="p_child"><ioSpecification><dataOutput id="o"/><inputSet/><outputSet/></ioSpecification></callActivity>"#;
        let definition = desk.published("parent", &line(&[START, body, r#"<userTask id="after"/>"#, END])).await;
        let id = desk.start(&definition, json!({"n": 1})).await;
        // Every piece of work is done to the end and cut off before its commit, and then done again.
        for _ in 0..10 {
            let runtime = desk.runtime.clone();
            let cut: Result<(), ProcessError> = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| {
                runtime.work_off(tx, None).await?;
                Err(ProcessError::Stale)
            }).await;
            assert!(matches!(cut, Err(ProcessError::Stale)));
            let runtime = desk.runtime.clone();
            let worked: Result<bool, ProcessError> = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| runtime.work_off(tx, None).await).await;
            if !worked.unwrap() {
                break;
            }
        }
        assert_eq!(desk.task().await["node"], json!("after"));
        assert_eq!(desk.instance(&id).await.json["version"], json!(2));
        assert_eq!(desk.count("select count(*) from process_instances where tenant_id = $1").await, 2);
        // The job that stands for this work finds nothing left to do.
        desk.settle().await;
        assert_eq!(desk.instance(&id).await.json["version"], json!(2));
    }

    structure(), |t| timers_fire_once_whoever_looks_and_once_after_an_outage {
        let desk = Desk::new(t);
        let wait = r#"<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>"#;
        let definition = desk.published("wait", &line(&[START, wait, END])).await;
        let cycle = r#"<startEvent id="start"><timerEventDefinition><timeCycle>R/PT10M</timeCycle></timerEventDefinition></startEvent>"#;
        desk.published("daily", &line(&[cycle, r#"<userTask id="round"/>"#, END])).await;
        for n in 0..60 {
            desk.start(&definition, json!({"n": n})).await;
        }
        t.clock.advance(Duration::from_hours(3));
        let (first, second) = (desk.timers(), desk.timers());
        let (a, b) = futures_util::future::join(first.fire_due(), second.fire_due()).await;
        assert!(a.unwrap() + b.unwrap() >= 61);
        assert_eq!(first.fire_due().await.unwrap(), 0);
        assert_eq!(desk.count("select count(*) from process_instances where tenant_id = $1 and status = 'completed' and version = 2").await, 60);
        // Eighteen turns were missed: they count as one, and the next stands on the grid.
        assert_eq!(desk.task().await["node"], json!("round"));
        let next = first.next_due().await.unwrap().unwrap();
        assert_eq!(next, t.cx.now().plus(Duration::from_mins(10)));
    }

    structure(), |t| a_timer_that_cannot_fire_holds_up_no_other {
        let desk = Desk::new(t);
        let wait = r#"<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>"#;
        let broken = desk.published("broken", &line(&[START, wait, END])).await;
        let sound = desk.published("sound", &line(&[START, wait, END])).await;
        for _ in 0..3 {
            desk.start(&broken, json!({})).await;
        }
        let id = desk.start(&sound, json!({})).await;
        let (tenant, definition): (_, kernel::Uuid) = (t.cx.tenant(), broken.parse().unwrap());
        let lose = "update process_versions set xml = 'x' where tenant_id = $1 and definition_id = $2";
        let lost: Result<u64, db::DbError> = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| {
            tx.execute(db::Stmt::new(lose, vec![tenant.into(), definition.into()])).await
        }).await;
        assert_eq!(lost.unwrap(), 1);
        // A server that starts anew has nothing compiled.
        let desk = Desk::new(t);
        t.clock.advance(Duration::from_hours(2));
        assert_eq!(desk.timers().fire_due().await.unwrap(), 4);
        assert_eq!(desk.instance(&id).await.json["status"], json!("completed"));
        assert_eq!(desk.timers().fire_due().await.unwrap(), 0);
        assert_eq!(desk.count("select count(*) from process_timers where tenant_id = $1").await, 3);
    }

    structure(), |t| old_messages_and_their_ids_are_forgotten {
        let desk = Desk::new(t);
        let message = json!({"name": "paid", "key": "A", "keep_seconds": 2_592_000, "message_id": "once"});
        let send = async || desk.api.post(&t.cx, "/api/v1/process-messages", message.clone()).await.ok(200).json["delivery"].clone();
        assert_eq!((send().await, send().await), (json!("buffered"), json!("duplicate")));
        let purge = async || {
            let job = jobs::NewJob::new("processes.purge", json!({}));
            let cx = kernel::Context::system(t.world.clone(), kernel::TenantId::SYSTEM);
            t.db.write(&cx, async move |tx: &mut Tx<'_>| jobs::add(tx, job).await).await.unwrap();
            desk.settle().await;
            let kept = desk.count("select count(*) from process_messages where tenant_id = $1").await;
            (kept, desk.count("select count(*) from process_message_ids where tenant_id = $1").await)
        };
        assert_eq!(purge().await, (1, 1));
        t.clock.advance(Duration::from_hours(24 * 30) + Duration::from_secs(1));
        assert_eq!(purge().await, (0, 0));
        assert_eq!(send().await, json!("buffered"));
    }

    structure(), |t| companies_do_not_hear_each_other {
        let desk = Desk::new(t);
        let definition = desk.published("mine", &line(&[START, r#"<userTask id="one"/>"#, END])).await;
        let id = desk.start(&definition, json!({})).await;
        let api = &desk.api;
        for path in [format!("/api/v1/process-instances/{id}"), format!("/api/v1/process-instances/{id}/journal"), format!("/api/v1/tasks/{}", desk.task().await["id"].as_str().unwrap())] {
            api.get(&t.other, &path).await.refused(404, "not_found");
        }
        api.act(&t.other, &format!("/api/v1/process-instances/{id}/cancel"), 1).await.refused(404, "not_found");
        let runtime = desk.runtime.clone();
        let start = Start { process_id: "p_mine".into(), ..Start::default() };
        let refused = t.db.write(&t.other, async move |tx: &mut Tx<'_>| runtime.start(tx, start).await).await;
        assert!(matches!(refused, Err(ProcessError::NotPublished(_))), "{refused:?}");
    }

    structure(), |t| a_state_that_grows_too_large_is_refused_and_nothing_changes {
        let desk = Desk::new(t);
        let definition = desk.published("large", &line(&[START, r#"<userTask id="one"/>"#, END])).await;
        let id = desk.start(&definition, json!({})).await;
        let runtime = desk.runtime.clone();
        let large = "x".repeat(processes::LARGEST_STATE);
        let instance: kernel::Uuid = id.parse().unwrap();
        let variables = bpmn::state::Variables::from_iter([("large".to_owned(), large.into())]);
        let refused = t.db.write(&t.cx, async move |tx: &mut Tx<'_>| {
            runtime.command(tx, instance, bpmn::Command::SetVariables { variables }).await
        }).await;
        assert!(matches!(refused, Err(ProcessError::TooLarge(_))));
        assert_eq!(desk.instance(&id).await.json["version"], json!(1));
    }
}
