//! Pages that read across domains: global search, 360 pages, the customer's tracking page, the demo company.

pub mod demo;
mod pages;
mod public;

use http_api::Routes;

pub use pages::{
    Complaints, CustomerCounts, CustomerDevice, CustomerFile, CustomerFull, CustomerLink, CustomerMessage,
    CustomerSurveys, CustomerVisits, MonthOfAnswers, OpenMoney,
};
pub use pages::{
    CoveredDevice, CustomerOverview, DeviceOverview, Found, Group, Hit, Hits, LookUp, PartReplaced, Rebuilding,
};
pub use pages::{DeviceCounts, DeviceFile, DeviceLink, DevicePlan};
pub use public::{
    DeviceFace, EngineerFace, FileFace, MessageFace, Milestone, MilestoneKind, PublicComponent, PublicWarranty,
    QuoteFace, SurveyFace, TicketFace, VisitFace,
};

/// The operations.
pub fn routes() -> Routes {
    pages::routes().merge(public::routes())
}
