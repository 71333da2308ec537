//! Tickets: intake, life cycle, timeline, SLA clock, merge, split, close.
//!
//! A ticket is created by [`ops::create`] (people and programs) or [`open`] (codes, demo, import), and changed only by
//! [`act`]: every change is one [`Action`], saved with its event. Later domains add closing conditions through
//! [`ClosingCheck`].

mod act;
mod actions;
mod api;
mod closing;
mod error;
mod import;
mod letters;
mod maintenance;
mod merging;
mod model;
mod ops;
mod presence;
mod sla;
mod store;
pub mod table;

use authz::{Access, permissions as p};
use db::Migration;
use http_api::Routes;

pub use act::{Action, SCOPE, act, within_reach};
pub use actions::{actions, ends, mark, record, status_fault, templates};
pub use api::{Attachment, AuthorKind, CreateTicket, Message, MessageKind, UpdateTicket};
pub use closing::{ClosingCheck, ClosingChecks, Unmet};
pub use error::TicketError;
pub use import::{ensure_calendar, overwrite_imported};
pub use letters::{Replies, Stationery, is_news, write_customer};
pub use maintenance::{MaintenanceAhead, MaintenanceFollows, maintenance_recurring, make_due};
pub use merging::CUSTOMER_ROWS;
pub use model::{
    Assignment, LinkKind, Priority, Solution, Source, Status, StatusCategory, Ticket, TicketPause, TicketType,
    WaitReason, Warranty,
};
pub use ops::{
    create::{number, open, open_with},
    list::{FIELDS, LISTING},
    message::write_message,
    update::fill_in,
};
pub use presence::Presence;
pub use sla::{
    BusinessCalendar, HolidayRegion, ServiceLevelCache, ServiceLevels, SlaPolicy, default_hours,
    milestones::{ClocksFollow, SlaAnew, SlaMilestones, SlaMissing, assess_all, sla_recurring, tell_due},
    starting_calendar,
};
pub use store::of_customer::{TicketCounts, counts_of_customer, files_of_customer, messages_of_customer};
pub use store::of_devices::counts_of_devices;
pub use store::{
    by_external_ref, by_ids, by_number, calendars, get, history_of, insert, insert_pause, messages, open_by_engineer,
    open_of, own_fields, pauses,
};

/// The operations.
pub fn routes() -> Routes {
    use Access::Needs;
    Routes::new("tickets")
        .get("/api/v1/tickets", Needs(p::TICKETS_READ), "listTickets", "List tickets", ops::list::handle)
        .post("/api/v1/tickets", Needs(p::TICKETS_CREATE), "createTicket", "Create a ticket", ops::create::handle)
        .get(
            "/api/v1/tickets/duplicates",
            Needs(p::TICKETS_READ),
            "findDuplicateTickets",
            "Open tickets that may be about the same matter",
            ops::duplicates::handle,
        )
        .get("/api/v1/tickets/{id}", Needs(p::TICKETS_READ), "getTicket", "Read a ticket", ops::read::handle)
        .patch("/api/v1/tickets/{id}", Needs(p::TICKETS_UPDATE), "updateTicket", "Change a ticket", ops::update::handle)
        .get(
            "/api/v1/tickets/{id}/timeline",
            Needs(p::TICKETS_READ),
            "listTicketTimeline",
            "Everything that happened to a ticket, newest first",
            ops::timeline::handle,
        )
        .post(
            "/api/v1/tickets/{id}/reveal",
            Needs(p::TICKETS_READ),
            "revealTicketField",
            "Show one own field of personal data of a ticket",
            ops::reveal::handle,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
        .post(
            "/api/v1/tickets/{id}/accept",
            Needs(p::TICKETS_UPDATE),
            "acceptTicket",
            "Take an assigned ticket",
            ops::accept::handle,
        )
        .post(
            "/api/v1/tickets/{id}/decline",
            Needs(p::TICKETS_UPDATE),
            "declineTicket",
            "Give an assigned ticket back",
            ops::decline::handle,
        )
        .post("/api/v1/tickets/{id}/start", Needs(p::TICKETS_UPDATE), "startTicket", "Begin work", ops::start::handle)
        .post("/api/v1/tickets/{id}/wait", Needs(p::TICKETS_UPDATE), "waitTicket", "Put on hold", ops::wait::handle)
        .post("/api/v1/tickets/{id}/resume", Needs(p::TICKETS_UPDATE), "resumeTicket", "Go on", ops::resume::handle)
        .post("/api/v1/tickets/{id}/resolve", Needs(p::TICKETS_UPDATE), "resolveTicket", "Solve", ops::resolve::handle)
        .post("/api/v1/tickets/{id}/close", Needs(p::TICKETS_CLOSE), "closeTicket", "Close", ops::close::handle)
        .get(
            "/api/v1/tickets/{id}/closing-conditions",
            Needs(p::TICKETS_READ),
            "listClosingConditions",
            "What is still missing before a ticket can be closed",
            ops::close::conditions,
        )
        .post(
            "/api/v1/tickets/{id}/reopen",
            Needs(p::TICKETS_UPDATE),
            "reopenTicket",
            "Open again",
            ops::reopen::handle,
        )
        .post("/api/v1/tickets/{id}/cancel", Needs(p::TICKETS_CLOSE), "cancelTicket", "Give up", ops::cancel::handle)
        .post(
            "/api/v1/tickets/{id}/merge",
            Needs(p::TICKETS_MERGE),
            "mergeTicket",
            "Merge into another",
            ops::merge::handle,
        )
        .post(
            "/api/v1/tickets/{id}/split",
            Needs(p::TICKETS_MERGE),
            "splitTicket",
            "Split off a new ticket",
            ops::split::handle,
        )
        .post(
            "/api/v1/tickets/{id}/undo",
            Needs(p::TICKETS_UPDATE),
            "undoTicket",
            "Undo one's last action",
            ops::undo::handle,
        )
        .get("/api/v1/tickets/{id}/links", Needs(p::TICKETS_READ), "listTicketLinks", "Linked tickets", ops::link::list)
        .post(
            "/api/v1/tickets/{id}/links",
            Needs(p::TICKETS_UPDATE),
            "linkTicket",
            "Link to another",
            ops::link::create,
        )
        .delete(
            "/api/v1/tickets/{id}/links/{item_id}",
            Needs(p::TICKETS_UPDATE),
            "unlinkTicket",
            "Take a link away",
            ops::link::delete,
        )
        .get(
            "/api/v1/tickets/{id}/messages",
            Needs(p::TICKETS_READ),
            "listTicketMessages",
            "Notes, replies and what the customer wrote",
            ops::message::list,
        )
        .post(
            "/api/v1/tickets/{id}/notes",
            Needs(p::TICKETS_UPDATE),
            "noteTicket",
            "Write an internal note",
            ops::message::note,
        )
        .post(
            "/api/v1/tickets/{id}/replies",
            Needs(p::TICKETS_REPLY),
            "replyTicket",
            "Reply to the customer",
            ops::message::reply,
        )
        .get(
            "/api/v1/tickets/{id}/attachments",
            Needs(p::TICKETS_READ),
            "listTicketAttachments",
            "Files of a ticket",
            ops::attachment::list,
        )
        .post(
            "/api/v1/tickets/{id}/attachments",
            Needs(p::TICKETS_UPDATE),
            "attachToTicket",
            "Attach an uploaded file",
            ops::attachment::create,
        )
        .delete(
            "/api/v1/tickets/{id}/attachments/{item_id}",
            Needs(p::TICKETS_UPDATE),
            "detachFromTicket",
            "Take a file away",
            ops::attachment::delete,
        )
        .post("/api/v1/tickets/{id}/followers", Needs(p::TICKETS_READ), "followTicket", "Follow", ops::follow::create)
        .delete(
            "/api/v1/tickets/{id}/followers/{item_id}",
            Needs(p::TICKETS_READ),
            "unfollowTicket",
            "Stop following",
            ops::follow::delete,
        )
        .post(
            "/api/v1/tickets/{id}/presence",
            Needs(p::TICKETS_READ),
            "announceTicketPresence",
            "Say that one has the ticket open, and learn who else has",
            ops::presence::handle,
        )
        .get(
            "/api/v1/tickets/{id}/service-levels",
            Needs(p::TICKETS_READ),
            "readTicketServiceLevels",
            "What is promised, until when, and why",
            ops::service_levels::read,
        )
        .merge(settings())
}

/// What a company settles about service levels.
fn settings() -> Routes {
    use Access::Needs;
    Routes::new("service levels")
        .get(
            "/api/v1/sla-policies",
            Needs(p::TICKETS_READ),
            "listSlaPolicies",
            "Service levels, in the order in which they are tried",
            ops::policies::list,
        )
        .post(
            "/api/v1/sla-policies",
            Needs(p::SETTINGS_MANAGE),
            "createSlaPolicy",
            "Add a service level before all others",
            ops::policies::create,
        )
        .post(
            "/api/v1/sla-policies/order",
            Needs(p::SETTINGS_MANAGE),
            "orderSlaPolicies",
            "Put the service levels into another order",
            ops::policies::order,
        )
        .put(
            "/api/v1/sla-policies/{id}",
            Needs(p::SETTINGS_MANAGE),
            "putSlaPolicy",
            "Change a service level",
            ops::policies::put,
        )
        .delete(
            "/api/v1/sla-policies/{id}",
            Needs(p::SETTINGS_MANAGE),
            "deleteSlaPolicy",
            "Take a service level away",
            ops::policies::delete,
        )
        .get("/api/v1/calendars", Needs(p::TICKETS_READ), "listCalendars", "Business calendars", ops::calendars::list)
        .post(
            "/api/v1/calendars",
            Needs(p::SETTINGS_MANAGE),
            "createCalendar",
            "Create a calendar",
            ops::calendars::create,
        )
        .put(
            "/api/v1/calendars/{id}",
            Needs(p::SETTINGS_MANAGE),
            "putCalendar",
            "Change a calendar",
            ops::calendars::put,
        )
        .delete(
            "/api/v1/calendars/{id}",
            Needs(p::SETTINGS_MANAGE),
            "deleteCalendar",
            "Take a calendar away",
            ops::calendars::delete,
        )
        .get(
            "/api/v1/calendars/{id}/days",
            Needs(p::TICKETS_READ),
            "listCalendarDays",
            "What a calendar says of single days",
            ops::calendars::days,
        )
        .get(
            "/api/v1/holiday-years",
            Needs(p::TICKETS_READ),
            "listHolidayYears",
            "Years with holidays, and which of them are provisional",
            ops::holidays::list,
        )
        .post(
            "/api/v1/holiday-years",
            Needs(p::SETTINGS_MANAGE),
            "putHolidayYears",
            "Put in published holidays of years",
            ops::holidays::put,
        )
}

/// The structure.
pub fn migrations() -> Vec<Migration> {
    vec![
        db::migration!("tickets", 1, "tickets", "../migrations/0001_tickets.sql"),
        db::migration!("tickets", 2, "indexes", "../migrations/0002_indexes.sql"),
        db::migration!("tickets", 3, "own_fields", "../migrations/0003_own_fields.sql"),
        db::migration!(
            "tickets",
            4,
            "service_levels",
            "../migrations/0004_service_levels.sqlite.sql",
            "../migrations/0004_service_levels.postgres.sql"
        ),
        db::migration!("tickets", 5, "stage", "../migrations/0005_stage.sql"),
    ]
}
