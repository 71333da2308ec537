//! Operations, one file each, or one per record where the five are alike.

pub(crate) mod accept;
pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod dead_jobs;
pub(crate) mod invite;
pub(crate) mod me;
pub(crate) mod password;
pub(crate) mod regions;
pub(crate) mod reset;
pub(crate) mod roles;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod stream;
pub(crate) mod teams;
pub(crate) mod tenant;
pub(crate) mod user_link;
pub(crate) mod user_state;
pub(crate) mod users;
