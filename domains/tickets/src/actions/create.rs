//! The action `ticket.create`: a further ticket for the customer and device of the record.

use bpmn::state::Variables;
use db::{Db, Query as _, Read, Tx};
use events::NewEvent;
use futures_util::future::BoxFuture;
use kernel::Uuid;
use processes::{ActError, ActionRun, Errand, Face, Input, InputKind};
use serde_json::{Value, json};

use crate::{
    ServiceLevels,
    api::{CreateTicket, TicketLink},
    model::{LinkKind, Source, Ticket},
    ops::create,
    store,
};

/// What the new ticket takes over from the record.
const TAKEN_OVER: [&str; 4] = ["customer_id", "contact_id", "site_id", "device_id"];

/// Done outside the transaction, because its number is taken before: a repetition finds what it has made by its reference.
pub(super) struct Create;

impl Errand for Create {
    fn face(&self) -> Face {
        let kind = Input::new("type", InputKind::Choice, "类型", "Type").required().choices(&[
            ("install", "安装", "Install"),
            ("repair", "维修", "Repair"),
            ("maintain", "保养", "Maintain"),
            ("consult", "咨询", "Consult"),
            ("complain", "投诉", "Complaint"),
            ("return", "退换货", "Return"),
        ]);
        let priority = Input::new("priority", InputKind::Choice, "优先级", "Priority").choices(&[
            ("critical", "紧急", "Critical"),
            ("high", "高", "High"),
            ("normal", "普通", "Normal"),
            ("low", "低", "Low"),
        ]);
        let inputs = vec![
            Input::new("title", InputKind::Text, "标题", "Title").required(),
            kind,
            priority,
            Input::new("description", InputKind::LongText, "描述", "Description"),
            Input::new("team", InputKind::Team, "团队", "Team"),
            Input::new("answer", InputKind::Text, "工单号存入变量", "Keep the ticket's number in"),
        ];
        Face::new(None, "新建工单", "Create a ticket", inputs)
    }

    fn run<'a>(&'a self, db: &'a Db, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let reference = format!("process:{}", run.key);
            let known = reference.clone();
            let made = db.read(&run.cx, async move |r: &mut Read<'_>| store::by_external_ref(r, &known).await).await?;
            let ticket = match made {
                Some(ticket) => ticket,
                None => open(db, run, reference).await?,
            };
            let kept = Some(run.text("answer")).filter(|name| !name.is_empty());
            Ok(kept.into_iter().map(|name| (name, Value::String(ticket.number.clone()))).collect())
        })
    }
}

/// What was asked for, with what the record knows.
async fn asked(db: &Db, run: &ActionRun, reference: String) -> Result<CreateTicket, ActError> {
    let mut wanted = json!({
        "title": run.text("title"),
        "type": run.text("type"),
        "description": run.text("description"),
        "source": Source::Process,
        "external_ref": reference,
    });
    let priority = run.text("priority");
    if !priority.is_empty() {
        wanted["priority"] = Value::String(priority);
    }
    if let Some(team) = run.id("team") {
        wanted["team_id"] = json!(team);
    }
    let record = run.seen(db).await?.unwrap_or_default();
    for field in TAKEN_OVER {
        if let Some(id) = record.get(field).filter(|id| !id.is_null()) {
            wanted[field] = id.clone();
        }
    }
    // The record may itself be what the new ticket is for.
    match (run.object.as_deref(), run.object_id) {
        (Some("customer"), Some(id)) => wanted["customer_id"] = json!(id),
        (Some("device"), Some(id)) => wanted["device_id"] = json!(id),
        _ => {}
    }
    serde_json::from_value(wanted).map_err(|error| ActError::Failed(format!("the ticket cannot be created: {error}")))
}

async fn open(db: &Db, run: &ActionRun, reference: String) -> Result<Ticket, ActError> {
    let input = asked(db, run, reference).await?;
    let number = create::number(db, &run.cx).await?;
    let parent = run.object_id.filter(|_| run.object.as_deref() == Some("ticket"));
    db.write(&run.cx, async move |tx: &mut Tx<'_>| {
        let levels = ServiceLevels::load(tx).await?;
        let ticket = create::open(tx, &levels, number, input).await?;
        if let Some(parent) = parent {
            link(tx, parent, &ticket).await?;
        }
        Ok(ticket)
    })
    .await
}

/// Says on both tickets that they belong together.
async fn link(tx: &mut Tx<'_>, parent: Uuid, ticket: &Ticket) -> Result<(), ActError> {
    let Some(other) = store::get(tx, parent).await? else { return Ok(()) };
    let cx = tx.cx().clone();
    let kind = LinkKind::Related;
    let link = TicketLink { id: cx.new_id(), from_id: ticket.id, to_id: other.id, kind, created_at: cx.now() };
    let told = NewEvent::new("ticket.linked", "ticket", ticket.id)
        .label(&ticket.number)
        .data(json!({ "number": other.number, "kind": kind }));
    tx.execute_all(vec![store::insert_link(&cx, &link), events::statement(&cx, &told)]).await?;
    Ok(())
}
