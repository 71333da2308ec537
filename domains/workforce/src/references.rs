//! Whether what an engineer's record names is there.

use db::Tx;
use objects::Checks;

use crate::{WorkforceError, model::Engineer};

/// Refuses a sign-in, team or region that does not exist.
pub async fn check(tx: &mut Tx<'_>, engineer: &Engineer) -> Result<(), WorkforceError> {
    let mut checks = Checks::new();
    let mut unknown = |pointer: &str| checks.refuse(pointer, "unknown", "This does not exist; choose another.");
    if let Some(id) = engineer.user_id
        && identity::user(tx, id).await?.is_none()
    {
        unknown("/user_id");
    }
    if let Some(id) = engineer.team_id
        && identity::team(tx, id).await?.is_none()
    {
        unknown("/team_id");
    }
    if let Some(id) = engineer.region_id
        && identity::region(tx, id).await?.is_none()
    {
        unknown("/region_id");
    }
    Ok(checks.finish()?)
}
