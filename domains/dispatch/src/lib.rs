//! Dispatch: who should go, when, and why; assignment by hand or by the first of the list.
//!
//! The ranking ([`recommend`]) is a pure question over plain data. Every part of the score is in minutes and stands in
//! the answer with words, so that a dispatcher can check it with pencil and paper; see [`weights`].

mod api;
mod assign;
mod error;
mod gather;
mod model;
mod needs;
mod ops;
mod store;
#[cfg(test)]
mod testing;

use authz::{Access::Needs, permissions as p};
use db::Migration;
use http_api::Routes;

pub use api::{DispatchTicket, Dispatched, Recommendation};
pub use error::DispatchError;
pub use model::{Booked, Candidate, Job, Need, Point, Ranked, Reason, recommend, road_km, travel_minutes, weights};
pub use needs::{NewSkillNeed, SkillNeed, SkillNeeds, set_needs};

/// The operations of dispatch.
pub fn routes() -> Routes {
    let dispatch = Needs(p::DISPATCH_USE);
    Routes::new("dispatch")
        .get(
            "/api/v1/tickets/{id}/recommendations",
            dispatch,
            "recommendEngineers",
            "Who should go, best first, with every reason in figures",
            ops::recommendations::handle,
        )
        .post(
            "/api/v1/tickets/{id}/auto-assign",
            dispatch,
            "autoAssignTicket",
            "Send the first of the recommendations",
            ops::auto_assign::handle,
        )
        .post(
            "/api/v1/tickets/{id}/dispatch",
            dispatch,
            "dispatchTicket",
            "Send an engineer of one's choice",
            ops::dispatch::handle,
        )
        .post(
            "/api/v1/tickets/{id}/assign",
            Needs(p::TICKETS_ASSIGN),
            "assignTicket",
            "Give a ticket to an engineer without planning a visit",
            ops::assign::handle,
        )
        .get(
            "/api/v1/dispatch/board",
            dispatch,
            "getDispatchBoard",
            "A day: engineers, visits, open tickets",
            ops::board::handle,
        )
        .get("/api/v1/skill-needs", dispatch, "listSkillNeeds", "Which work needs which skill", ops::skill_needs::list)
        .put(
            "/api/v1/skill-needs",
            Needs(p::ENGINEERS_UPDATE),
            "putSkillNeeds",
            "Set which work needs which skill",
            ops::skill_needs::put,
        )
}

/// The structure of dispatch.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("dispatch", 1, "dispatch", "../migrations/0001_dispatch.sql")]
}
