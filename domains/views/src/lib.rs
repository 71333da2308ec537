//! Saved views of lists: columns, order, filter and layout, one's own or shared with colleagues.
//!
//! A view only says how a list is looked at. What stands in the list stays the list's own matter: whoever opens a shared
//! view sees the records that they may see.
//!
//! Events: `view.created`, `.updated`, `.removed`.

mod api;
mod error;
mod list_key;
mod model;
mod ops;
mod store;

use authz::Access::SignedIn;
use db::Migration;
use http_api::Routes;

pub use error::ViewError;
pub use list_key::{LISTS, is_list};
pub use model::{Layout, View, ViewList, ViewSettings};

/// The structure of this domain.
pub fn migrations() -> Vec<Migration> {
    vec![db::migration!("views", 1, "views", "../migrations/0001_views.sql")]
}

/// The operations of this domain.
pub fn routes() -> Routes {
    Routes::new("views")
        .get("/api/v1/views", SignedIn, "listViews", "List the saved views of a list", ops::list::handle)
        .describe("One's own and those shared with one's roles, by name; `default` marks the one that opens first.")
        .post("/api/v1/views", SignedIn, "createView", "Save a view", ops::create::handle)
        .describe("Sharing, and making it the default of roles, needs the permission `views.share`.")
        .get("/api/v1/views/{id}", SignedIn, "getView", "Show a saved view", ops::get::handle)
        .patch("/api/v1/views/{id}", SignedIn, "updateView", "Change a saved view", ops::update::handle)
        .delete("/api/v1/views/{id}", SignedIn, "removeView", "Remove a saved view", ops::remove::handle)
        .put(
            "/api/v1/views/{id}/mine-default",
            SignedIn,
            "putMyDefaultView",
            "Open a list with this view, or no longer",
            ops::mine_default::handle,
        )
}
