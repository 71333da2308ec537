//! What customers reach without signing in: a ticket's page behind a link, and a device's page behind its QR code.
//!
//! Behind a link the actor is the customer; they see one ticket and nothing that is meant for colleagues: no notes, no
//! names of other customers, no prices of drafts. Behind a QR code anybody may be; they see what stands on the device and
//! can report a fault. Files may be named only by who uploaded them.

mod device;
mod face;
mod files;
mod message;
mod milestones;
mod quote_decision;
mod reach;
mod report;
mod signature;
mod survey;
mod track;
mod warranty;

use authz::Access;
use http_api::Routes;
use schemars::JsonSchema;
use serde::Deserialize;

pub use face::{DeviceFace, EngineerFace, FileFace, MessageFace, QuoteFace, SurveyFace, TicketFace, VisitFace};
pub use milestones::{Milestone, MilestoneKind};
pub use warranty::{PublicComponent, PublicWarranty};

/// Names a link by what its address ends with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct TokenPath {
    /// The token.
    #[expect(dead_code, reason = "read by the authenticator; named here for the API document")]
    pub token: String,
}

/// Names a device by what its QR code carries.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct QrPath {
    /// The token.
    pub qr_token: String,
}

/// The operations behind links and QR codes.
pub fn routes() -> Routes {
    use Access::{Public, Token};
    Routes::new("public")
        .get("/api/v1/public/tickets/{token}", Token, "getPublicTicket", "The page of a ticket", track::handle)
        .describe("404 when the link is unknown, expired or was taken back.")
        .post(
            "/api/v1/public/tickets/{token}/messages",
            Token,
            "writePublicMessage",
            "Write to the company",
            message::handle,
        )
        .post(
            "/api/v1/public/tickets/{token}/files",
            Token,
            "uploadPublicFile",
            "Upload a picture or film for a message",
            files::upload,
        )
        .get(
            "/api/v1/public/tickets/{token}/files/{id}",
            Token,
            "readPublicFile",
            "Read a file of the conversation",
            files::read,
        )
        .post("/api/v1/public/tickets/{token}/signature", Token, "signPublicTicket", "Sign", signature::handle)
        .post(
            "/api/v1/public/tickets/{token}/quote-decision",
            Token,
            "decidePublicQuote",
            "Agree to a quote, or not",
            quote_decision::handle,
        )
        .post("/api/v1/public/tickets/{token}/survey", Token, "answerPublicSurvey", "Say how it was", survey::handle)
        .get("/api/v1/public/devices/{qr_token}", Public, "getPublicDevice", "The page of a device", device::handle)
        .post(
            "/api/v1/public/devices/{qr_token}/files",
            Public,
            "uploadPublicDeviceFile",
            "Upload a picture or film for a report",
            files::upload_for_device,
        )
        .post(
            "/api/v1/public/devices/{qr_token}/tickets",
            Public,
            "reportPublicFault",
            "Report a fault of a device",
            report::handle,
        )
        .get("/api/v1/public/warranty", Public, "getPublicWarranty", "Whether a device is covered", warranty::handle)
        .describe("By what its QR code carries, or by serial number and the company's short name.")
}
