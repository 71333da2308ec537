//! A ticket as its customer sees it.

use channels::Link;
use db::{DbError, Query};
use finance::{Quote, QuoteLine, QuoteStatus};
use forms::{Channel, Map};
use http_api::Problem;
use kernel::{Timestamp, Uuid};
use objects::{FormToFill, form_to_fill};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use surveys::Survey;
use tickets::{MessageKind, Status, Ticket, TicketType};
use visits::{Visit, VisitStatus};

use super::milestones::{self, Milestone};

/// Who comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EngineerFace {
    /// Their name.
    pub name: String,
    /// Where to call them; only while a visit lies ahead or goes on.
    pub phone: Option<String>,
}

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VisitFace {
    /// Planned begin.
    pub starts_at: Timestamp,
    /// Planned end.
    pub ends_at: Timestamp,
    /// Where it stands.
    pub status: VisitStatus,
}

/// The device it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceFace {
    /// The variant, as the plate says.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: String,
    /// What the product is called.
    pub product: Option<String>,
}

/// What it would cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteFace {
    /// The quote, for the decision.
    pub id: Uuid,
    /// The number people say.
    pub number: String,
    /// Where it stands.
    pub status: QuoteStatus,
    /// The lines; amounts in minor units, without tax.
    pub lines: Vec<QuoteLine>,
    /// ISO 4217 code.
    pub currency: String,
    /// Sum without tax.
    pub subtotal_minor: i64,
    /// The tax.
    pub tax_minor: i64,
    /// What is to be paid.
    pub total_minor: i64,
    /// What has been paid.
    pub paid_minor: i64,
    /// Words with it.
    pub note: Option<String>,
    /// Until when it may be decided on.
    pub valid_until: Option<Timestamp>,
    /// When it was decided on.
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<String>,
}

impl From<Quote> for QuoteFace {
    fn from(quote: Quote) -> Self {
        Self {
            id: quote.id,
            number: quote.number,
            status: quote.status,
            lines: quote.lines.0,
            currency: quote.currency,
            subtotal_minor: quote.subtotal_minor,
            tax_minor: quote.tax_minor,
            total_minor: quote.total_minor,
            paid_minor: quote.paid_minor,
            note: quote.note,
            valid_until: quote.valid_until,
            decided_at: quote.decided_at,
            decided_by: quote.decided_by,
        }
    }
}

/// What the customer is asked when the work is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SurveyFace {
    /// Whether it may be answered, or the answer be changed.
    pub open: bool,
    /// Satisfaction, 1 to 5.
    pub csat: Option<i64>,
    /// Recommendation, 0 to 10.
    pub nps: Option<i64>,
    /// In their own words.
    pub comment: Option<String>,
}

impl SurveyFace {
    /// The survey as it stands at `now`.
    pub(crate) fn new(survey: Survey, now: Timestamp) -> Self {
        Self { open: survey.is_open(now), csat: survey.csat, nps: survey.nps, comment: survey.comment }
    }
}

/// A file of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileFace {
    /// The file, for reading it.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Whether it may be shown in place.
    pub safe_inline: bool,
}

impl From<files::File> for FileFace {
    fn from(file: files::File) -> Self {
        Self {
            id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            safe_inline: file.safe_inline,
        }
    }
}

db::choice! {
    /// Who wrote a message.
    pub enum Side {
        /// The customer.
        Customer = "customer",
        /// We.
        Company = "company",
    }
}

/// A message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageFace {
    /// The message.
    pub id: Uuid,
    /// Whose it is.
    pub from: Side,
    /// Who wrote it.
    pub author: String,
    /// The text.
    pub body: String,
    /// Files with it.
    pub files: Vec<FileFace>,
    /// When.
    pub at: Timestamp,
}

/// What the customer filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answers {
    /// The form for customers and its fields.
    pub form: FormToFill,
    /// The values that stand on it, by field id.
    pub values: Map,
}

/// The ticket's own values that stand on the form for customers; none without a form or values.
async fn answers(q: &mut impl Query, ticket: &Ticket) -> Result<Option<Answers>, DbError> {
    if ticket.ext.0.is_empty() {
        return Ok(None);
    }
    let Some(filled) = form_to_fill(q, "ticket", Channel::Customer).await? else { return Ok(None) };
    let shown = filled.form.iter().flat_map(|form| form.items().into_keys());
    let shown = shown.filter_map(|id| Some((id.to_owned(), ticket.ext.0.get(id)?.clone())));
    // What is masked for customers says nothing to them.
    let values: Map = shown.filter(|(_, value)| value != objects::MASK).collect();
    Ok((!values.is_empty()).then_some(Answers { form: filled, values }))
}

/// A ticket as its customer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketFace {
    /// Who serves them.
    pub company: String,
    /// The number people say.
    pub number: String,
    /// One line.
    pub title: String,
    /// What they told us.
    pub description: String,
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: TicketType,
    /// Where it stands.
    pub status: Status,
    /// When it came in.
    pub created_at: Timestamp,
    /// What solved it.
    pub resolution: Option<String>,
    /// Who comes.
    pub engineer: Option<EngineerFace>,
    /// The visit that goes on, lies ahead, or was the last.
    pub visit: Option<VisitFace>,
    /// The device.
    pub device: Option<DeviceFace>,
    /// Where.
    pub address: Option<String>,
    /// The newest quote that was sent.
    pub quote: Option<QuoteFace>,
    /// Whether there is work to sign for.
    pub signature_wanted: bool,
    /// Who signed last.
    pub signed_by: Option<String>,
    /// What they are asked; null before the work is done.
    pub survey: Option<SurveyFace>,
    /// The conversation, oldest first.
    pub messages: Vec<MessageFace>,
    /// What they filled in when they reported it.
    pub answers: Option<Answers>,
    /// What happened, oldest first.
    pub timeline: Vec<Milestone>,
    /// When the link opens nothing any more.
    pub expires_at: Timestamp,
}

/// The device with its product's name.
pub(crate) async fn device_face(q: &mut impl Query, device: devices::Device) -> Result<DeviceFace, DbError> {
    let product = match device.product_id {
        Some(id) => products::get(q, id).await?.map(|product| product.name),
        None => None,
    };
    Ok(DeviceFace { model: device.model, serial: device.serial_number, product })
}

/// The visit a customer wants to know of: the one that goes on or lies ahead, else the last that took place.
fn visit_to_show(visits: &[Visit]) -> Option<&Visit> {
    let ahead = visits.iter().find(|visit| visit.status.is_open());
    ahead.or_else(|| visits.iter().rfind(|visit| visit.status == VisitStatus::Done))
}

/// The conversation without what is meant for colleagues.
pub(crate) async fn conversation(q: &mut impl Query, ticket_id: Uuid) -> Result<Vec<MessageFace>, DbError> {
    let mut shown = Vec::new();
    for message in tickets::messages(q, ticket_id, true).await? {
        let mut files = Vec::with_capacity(message.file_ids.0.len());
        for id in &message.file_ids.0 {
            files.extend(files::get(q, *id).await?.map(FileFace::from));
        }
        let from = match message.kind {
            MessageKind::Customer => Side::Customer,
            MessageKind::Reply => Side::Company,
            MessageKind::Note => continue,
        };
        shown.push(MessageFace {
            id: message.id,
            from,
            author: message.author_name,
            body: message.body,
            files,
            at: message.created_at,
        });
    }
    Ok(shown)
}

/// Everything a ticket's customer sees.
pub(crate) async fn face(q: &mut impl Query, link: &Link, ticket: Ticket) -> Result<TicketFace, Problem> {
    let now = q.cx().now();
    let company = identity::tenant_settings(q).await?.name;
    let visits = visits::of_ticket(q, ticket.id).await?;
    let visit = visit_to_show(&visits);
    let engineer_id = visit.map(|visit| visit.engineer_id).or(ticket.engineer_id);
    let engineer = match engineer_id {
        Some(id) => workforce::get(q, id).await?.map(|engineer| EngineerFace {
            name: engineer.name,
            phone: engineer.phone.filter(|_| visit.is_some_and(|visit| visit.status.is_open())),
        }),
        None => None,
    };
    let device = match ticket.device_id {
        Some(id) => devices::get(q, id).await?,
        None => None,
    };
    let device = match device {
        Some(device) => Some(device_face(q, device).await?),
        None => None,
    };
    let survey = match surveys::of_ticket(q, ticket.id).await? {
        Some(survey) => Some(SurveyFace::new(survey, now)),
        None if matches!(ticket.status, Status::Resolved | Status::Closed) => {
            Some(SurveyFace { open: true, csat: None, nps: None, comment: None })
        }
        None => None,
    };
    let begun = |visit: &&Visit| matches!(visit.status, VisitStatus::OnSite | VisitStatus::Done);
    let visit =
        visit.map(|visit| VisitFace { starts_at: visit.starts_at, ends_at: visit.ends_at, status: visit.status });
    Ok(TicketFace {
        company,
        engineer,
        visit,
        device,
        answers: answers(q, &ticket).await?,
        quote: finance::shown(q, ticket.id).await?.map(QuoteFace::from),
        signature_wanted: visits.iter().filter(begun).any(|visit| !visit.is_confirmed()),
        signed_by: visits.iter().rev().find_map(|visit| Some(visit.signature.0.as_ref()?.signer_name.clone())),
        survey,
        messages: conversation(q, ticket.id).await?,
        timeline: milestones::of_ticket(q, ticket.id).await?,
        expires_at: link.expires_at,
        number: ticket.number,
        title: ticket.title,
        description: ticket.description,
        kind: ticket.kind,
        status: ticket.status,
        created_at: ticket.created_at,
        resolution: ticket.resolution,
        address: ticket.address,
    })
}
