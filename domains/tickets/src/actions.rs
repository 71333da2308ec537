//! What processes do with tickets by themselves: the ticket's part of the catalogue of actions.

mod create;

use std::collections::BTreeSet;

use bpmn::state::Variables;
use channels::UserNote;
use db::{DbError, Query as _, Tx};
use events::NewEvent;
use futures_util::future::BoxFuture;
use identity::RoleName;
use kernel::Uuid;
use processes::{ActError, Action as ProcessAction, ActionRun, Actions, Face, Input, InputKind, Mark, Template};
use serde_json::{Map, Value, json};

use crate::{
    Action, ClosingChecks, MessageKind, Solution, Status, Ticket, TicketError, UpdateTicket, WaitReason,
    act::{act, save},
    api::{LONGEST_TEXT, LONGEST_TITLE},
    ops::{message::write_message, update::update},
    sla::{Recipient, notify::who},
    store,
};

/// Ticket fields that are set like own fields, by name.
const SETTABLE: [&str; 11] = [
    "title",
    "description",
    "type",
    "priority",
    "problem_type",
    "customer_id",
    "contact_id",
    "site_id",
    "device_id",
    "team_id",
    "tags",
];

/// Who and where the customer is: kept out of what processes remember.
const PERSONAL: [&str; 4] = ["contact_name", "contact_phone", "address", "ext"];

/// The actions of tickets; closing asks these conditions.
pub fn actions(closing: &ClosingChecks) -> Actions {
    Actions::default()
        .with("ticket.set_field", SetField)
        .with("ticket.add_tags", AddTags)
        .with("ticket.assign", Assign)
        .with("ticket.add_follower", AddFollower)
        .with("ticket.add_note", AddNote)
        .with("ticket.notify", Notify)
        .with("ticket.resolve", Resolve)
        .with("ticket.close", Close(closing.clone()))
        .with("ticket.cancel", Cancel)
        .with_errand("ticket.create", create::Create)
}

/// The processes that tickets begin with, one for each type.
pub fn templates() -> Vec<Template> {
    let of = |key, labels, kind, xml| Template::new(key, labels, "ticket", Some(kind), xml);
    vec![
        of("repair", ("维修流程", "Repair"), "repair", include_str!("../templates/repair.bpmn")),
        of("installation", ("安装流程", "Installation"), "install", include_str!("../templates/installation.bpmn")),
        of(
            "maintenance",
            ("定期保养流程", "Periodic maintenance"),
            "maintain",
            include_str!("../templates/maintenance.bpmn"),
        ),
        of("consultation", ("咨询流程", "Consultation"), "consult", include_str!("../templates/consultation.bpmn")),
        of("complaint", ("投诉流程", "Complaint"), "complain", include_str!("../templates/complaint.bpmn")),
        of(
            "return_exchange",
            ("退换货流程", "Return and exchange"),
            "return",
            include_str!("../templates/return_exchange.bpmn"),
        ),
    ]
}

/// The ticket of a run.
async fn ticket(tx: &mut Tx<'_>, run: &ActionRun) -> Result<Ticket, ActError> {
    let id = run.record("ticket")?;
    store::get(tx, id).await?.ok_or_else(|| ActError::Failed("the ticket is gone".to_owned()))
}

impl From<TicketError> for ActError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Db(error) => Self::Db(error),
            TicketError::Stale => Self::Retry("the ticket was changed meanwhile".to_owned()),
            TicketError::Invalid(errors) => {
                let said: Vec<String> =
                    errors.iter().map(|error| format!("{}: {}", error.pointer, error.message)).collect();
                Self::Failed(said.join(" "))
            }
            TicketError::NotReady(unmet) => {
                let said: Vec<String> = unmet.into_iter().map(|one| one.message).collect();
                Self::Failed(format!("the ticket cannot be closed yet: {}", said.join(" ")))
            }
            other => Self::Failed(other.to_string()),
        }
    }
}

fn nothing() -> Variables {
    Variables::new()
}

struct SetField;

impl ProcessAction for SetField {
    fn face(&self) -> Face {
        let field = Input::new("field", InputKind::Field, "字段", "Field").required();
        let value = Input::new("value", InputKind::Value, "值", "Value");
        Face::new(Some("ticket"), "修改工单字段", "Set a field of the ticket", vec![field, value])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let before = ticket(tx, run).await?;
            let field = run.text("field");
            let value = run.inputs.get("value").cloned().unwrap_or_default();
            let body = if SETTABLE.contains(&field.as_str()) {
                let given = Value::Object(Map::from_iter([(field.clone(), value)]));
                serde_json::from_value(given)
                    .map_err(|error| ActError::Failed(format!("`{field}` does not take this value: {error}")))?
            } else {
                UpdateTicket { ext: Some(Map::from_iter([(field, value)])), ..UpdateTicket::default() }
            };
            update(tx, before, body).await?;
            Ok(nothing())
        })
    }
}

struct AddTags;

impl ProcessAction for AddTags {
    fn face(&self) -> Face {
        let tags = Input::new("tags", InputKind::Text, "标签（用逗号分隔）", "Tags, separated by commas").required();
        Face::new(Some("ticket"), "添加标签", "Add tags to the ticket", vec![tags])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let before = ticket(tx, run).await?;
            let mut tags = before.tags.0.clone();
            let mut known: BTreeSet<String> = tags.iter().cloned().collect();
            let text = run.text("tags");
            let more = text.split([',', '，', '、']).map(str::trim).filter(|tag| !tag.is_empty());
            tags.extend(more.filter(|tag| known.insert((*tag).to_owned())).map(str::to_owned));
            update(tx, before, UpdateTicket { tags: Some(tags), ..UpdateTicket::default() }).await?;
            Ok(nothing())
        })
    }
}

struct Assign;

impl ProcessAction for Assign {
    fn face(&self) -> Face {
        let user = Input::new("user", InputKind::User, "负责人", "Responsible person");
        let team = Input::new("team", InputKind::Team, "负责团队", "Responsible team");
        Face::new(Some("ticket"), "指定负责人", "Make somebody responsible", vec![user, team])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let (user, team) = (run.id("user"), run.id("team"));
            if user.is_none() && team.is_none() {
                return Err(ActError::Failed("say who, or which team, is to be responsible".to_owned()));
            }
            let mut before = ticket(tx, run).await?;
            if let Some(team) = team.filter(|team| before.team_id != Some(*team)) {
                let body = UpdateTicket { team_id: objects::Change::Set(team), ..UpdateTicket::default() };
                before = update(tx, before, body).await?;
            }
            if let Some(user) = user.filter(|user| before.assignee_id != Some(*user)) {
                if identity::user(tx, user).await?.is_none() {
                    return Err(ActError::Failed(format!("there is no user {user}; choose somebody else")));
                }
                let mut after = before.clone();
                after.assignee_id = Some(user);
                after.assigned_at = Some(tx.cx().now());
                save(tx, &before, &mut after, "ticket.updated", None, Vec::new()).await?;
            }
            Ok(nothing())
        })
    }
}

struct AddFollower;

impl ProcessAction for AddFollower {
    fn face(&self) -> Face {
        let user = Input::new("user", InputKind::User, "关注人", "Follower").required();
        Face::new(Some("ticket"), "添加关注人", "Add a follower", vec![user])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let ticket = ticket(tx, run).await?;
            let id = run.id("user").unwrap_or_default();
            let Some(user) = identity::user(tx, id).await? else {
                return Err(ActError::Failed(format!("there is no user {id}; choose somebody else")));
            };
            let cx = tx.cx().clone();
            let told = NewEvent::new("ticket.followed", "ticket", ticket.id)
                .label(&ticket.number)
                .data(json!({ "user_id": user.id, "name": user.name }));
            tx.execute_all(vec![store::follow(&cx, ticket.id, user.id), events::statement(&cx, &told)]).await?;
            Ok(nothing())
        })
    }
}

struct AddNote;

impl ProcessAction for AddNote {
    fn face(&self) -> Face {
        let text = Input::new("text", InputKind::LongText, "内容", "Text").required();
        Face::new(Some("ticket"), "添加内部备注", "Add an internal note", vec![text])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let ticket = ticket(tx, run).await?;
            write_message(tx, ticket, MessageKind::Note, &run.text("text"), Vec::new()).await?;
            Ok(nothing())
        })
    }
}

struct Notify;

impl ProcessAction for Notify {
    fn face(&self) -> Face {
        let to = Input::new("to", InputKind::Choice, "通知谁", "Who is told").required().choices(&[
            ("assignee", "负责人", "Responsible person"),
            ("team_lead", "团队主管", "Team lead"),
            ("followers", "关注人", "Followers"),
            ("role", "角色", "A role"),
            ("user", "指定人员", "One person"),
        ]);
        let role = Input::new("role", InputKind::Role, "角色（通知角色时）", "Role, when a role is told");
        let user = Input::new("user", InputKind::User, "人员（通知指定人员时）", "Person, when one person is told");
        let title = Input::new("title", InputKind::Text, "标题", "Title").required();
        let text = Input::new("text", InputKind::LongText, "内容", "Text");
        let mail = Input::new("mail", InputKind::Boolean, "同时发邮件", "By mail too");
        Face::new(Some("ticket"), "通知", "Notify", vec![to, role, user, title, text, mail])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let ticket = ticket(tx, run).await?;
            let missing = |what: &str| ActError::Failed(format!("say which {what} is to be told"));
            let people = match run.text("to").as_str() {
                "assignee" => who(tx, &ticket, Recipient::Assignee).await?,
                "team_lead" => who(tx, &ticket, Recipient::TeamLead).await?,
                "followers" => who(tx, &ticket, Recipient::Followers).await?,
                "role" => {
                    let key = Some(run.text("role")).filter(|key| !key.is_empty()).ok_or_else(|| missing("role"))?;
                    identity::users_with_role(tx, RoleName::Key(&key)).await?
                }
                _ => vec![run.id("user").ok_or_else(|| missing("person"))?],
            };
            let note = UserNote {
                title: run.text("title").chars().take(LONGEST_TITLE).collect(),
                body: run.text("text").chars().take(LONGEST_TEXT).collect(),
                about: Some(("ticket".to_owned(), ticket.id)),
                by_mail: run.inputs.get("mail") == Some(&Value::Bool(true)),
            };
            let told = channels::notify_users(tx, &people, &note).await?;
            Ok(Variables::from_iter([("notified".to_owned(), told.into())]))
        })
    }
}

struct Resolve;

impl ProcessAction for Resolve {
    fn face(&self) -> Face {
        let solution = Input::new("solution", InputKind::LongText, "解决方案", "Solution").required();
        let cause = Input::new("cause_code", InputKind::Text, "原因代码", "Cause code");
        let done = Input::new("action_code", InputKind::Text, "措施代码", "Action code");
        Face::new(Some("ticket"), "标记为已解决", "Mark as solved", vec![solution, cause, done])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let before = ticket(tx, run).await?;
            if before.status.is_open() {
                let code = |name: &str| Some(run.text(name)).filter(|text| !text.is_empty());
                let (cause_code, action_code) = (code("cause_code"), code("action_code"));
                let solution = Solution { resolution: run.text("solution"), cause_code, action_code };
                act(tx, before, Action::Resolve(solution)).await?;
            }
            Ok(nothing())
        })
    }
}

struct Close(ClosingChecks);

impl ProcessAction for Close {
    fn face(&self) -> Face {
        Face::new(Some("ticket"), "关闭工单", "Close the ticket", Vec::new())
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let before = ticket(tx, run).await?;
            if before.status == Status::Closed {
                return Ok(nothing());
            }
            let unmet = self.0.unmet(tx, &before).await?;
            if !unmet.is_empty() {
                return Err(TicketError::NotReady(unmet).into());
            }
            act(tx, before, Action::Close).await?;
            Ok(nothing())
        })
    }
}

struct Cancel;

impl ProcessAction for Cancel {
    fn face(&self) -> Face {
        let reason = Input::new("reason", InputKind::Text, "原因", "Reason").required();
        Face::new(Some("ticket"), "取消工单", "Cancel the ticket", vec![reason])
    }

    fn act<'a>(&'a self, tx: &'a mut Tx<'_>, run: &'a ActionRun) -> BoxFuture<'a, Result<Variables, ActError>> {
        Box::pin(async move {
            let before = ticket(tx, run).await?;
            if before.status.is_open() {
                act(tx, before, Action::Cancel { reason: run.text("reason") }).await?;
            }
            Ok(nothing())
        })
    }
}

/// A ticket as conditions and expressions of its process see it: its fields, the company's own beside them, the customer's
/// level; nothing that says who or where the customer is.
pub async fn record(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Map<String, Value>>, DbError> {
    let Some(mut ticket) = store::get(tx, id).await? else { return Ok(None) };
    let own = store::own_values(tx, id).await?;
    let own = objects::impersonal(tx, "ticket", own).await?;
    ticket.ext.0.clear();
    let Ok(Value::Object(mut record)) = serde_json::to_value(&ticket) else { return Ok(None) };
    for field in PERSONAL {
        record.remove(field);
    }
    if let Some(customer) = ticket.customer_id {
        let level = customers::get(tx, customer).await?.map(|customer| customer.level);
        record.insert("customer_level".to_owned(), json!(level));
    }
    for (field, value) in own {
        record.entry(field).or_insert(value);
    }
    Ok(Some(record))
}

/// Whether a ticket that this happened to needs its processes no longer.
pub fn ends(kind: &str) -> bool {
    matches!(kind, "ticket.cancelled" | "ticket.merged")
}

/// What is wrong with a status that a step of a process sets.
pub fn status_fault(status: &str) -> Option<String> {
    let known = reached(status).is_some();
    (!known).then(|| {
        "A step sets `open`, `in_service`, `waiting_customer`, `waiting_vendor`, `waiting_access`, `waiting_parts`, \
         `waiting_scheduled`, `resolved` or `cancelled`; tickets are closed by the action `ticket.close`."
            .to_owned()
    })
}

/// What a step of a process brings a ticket to.
enum Reached {
    Open,
    InService,
    Waiting(WaitReason),
    Resolved,
    Cancelled,
}

fn reached(status: &str) -> Option<Reached> {
    Some(match status {
        "open" => Reached::Open,
        "in_service" => Reached::InService,
        "waiting_customer" => Reached::Waiting(WaitReason::Customer),
        "waiting_vendor" => Reached::Waiting(WaitReason::Vendor),
        "waiting_access" => Reached::Waiting(WaitReason::Access),
        "waiting_parts" => Reached::Waiting(WaitReason::Parts),
        "waiting_scheduled" => Reached::Waiting(WaitReason::Scheduled),
        "resolved" => Reached::Resolved,
        "cancelled" => Reached::Cancelled,
        _ => return None,
    })
}

/// Writes how far the process of a ticket has come. A ticket that people took elsewhere meanwhile keeps its status.
pub async fn mark(tx: &mut Tx<'_>, id: Uuid, mark: &Mark) -> Result<(), DbError> {
    let done = move_on(tx, id, mark).await;
    match done {
        Err(TicketError::Db(error)) => Err(error),
        Err(error) => {
            tracing::debug!(%error, ticket = %id, "the process does not move the ticket");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

async fn move_on(tx: &mut Tx<'_>, id: Uuid, mark: &Mark) -> Result<(), TicketError> {
    let Some(mut ticket) = store::get(tx, id).await? else { return Ok(()) };
    if let Some(stage) = mark.stage.as_ref().filter(|stage| ticket.stage.as_ref() != Some(stage)) {
        let before = ticket.clone();
        ticket.stage = Some(stage.clone());
        save(tx, &before, &mut ticket, "ticket.moved", None, Vec::new()).await?;
    }
    let Some(to) = mark.status.as_deref().and_then(reached).filter(|_| ticket.status.is_open()) else { return Ok(()) };
    match to {
        Reached::Open if ticket.status == Status::Waiting => {
            act(tx, ticket, Action::Resume).await?;
        }
        Reached::InService => {
            if ticket.status == Status::Waiting {
                ticket = act(tx, ticket, Action::Resume).await?;
            }
            if ticket.status != Status::InService {
                act(tx, ticket, Action::Start).await?;
            }
        }
        Reached::Waiting(reason) if ticket.waiting_reason != Some(reason) => {
            if ticket.status == Status::Waiting {
                ticket = act(tx, ticket, Action::Resume).await?;
            }
            act(tx, ticket, Action::Wait { reason, until: None, note: None }).await?;
        }
        Reached::Open | Reached::Waiting(_) => {}
        Reached::Cancelled => {
            let reason = mark.stage.clone().or(ticket.stage.clone()).unwrap_or_default();
            act(tx, ticket, Action::Cancel { reason }).await?;
        }
        Reached::Resolved => {
            let resolution = mark.stage.clone().or(ticket.resolution.clone()).unwrap_or_default();
            let solution = Solution { resolution, cause_code: None, action_code: None };
            act(tx, ticket, Action::Resolve(solution)).await?;
        }
    }
    Ok(())
}
