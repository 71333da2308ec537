//! One operation a file.

pub mod behind;
pub mod cockpit;
pub mod definitions;
pub mod figures;

use http_api::Problem;

/// A query parameter that could not be understood.
pub fn bad(parameter: &str, message: String) -> Problem {
    Problem::bad_parameter(format!("/query/{parameter}"), message)
}
