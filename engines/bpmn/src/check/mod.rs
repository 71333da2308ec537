//! What a model must be before it can run: each rule refuses with the element's id and says what to do.

mod activities;
mod boundary;
mod collaboration;
mod data;
mod events;
mod flows;
mod gateways;
mod ids;
mod references;
mod scopes;

use crate::outline::Outline;
use crate::problem::Problems;

/// Judges the drawn graph. What needs the expression language is judged where the model is made.
pub(crate) fn check(outline: &Outline<'_>, problems: &mut Problems) {
    ids::check(outline, problems);
    scopes::check(outline, problems);
    flows::check(outline, problems);
    events::check(outline, problems);
    boundary::check(outline, problems);
    gateways::check(outline, problems);
    activities::check(outline, problems);
    references::check(outline, problems);
    collaboration::check(outline, problems);
    data::check(outline, problems);
}
