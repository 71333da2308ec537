//! What can go wrong with objects, fields, forms and records.

use db::DbError;
use forms::Defect;
use http_api::{FieldError, Problem, http::StatusCode};

use crate::Invalid;

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// There is none, or it lies outside the caller's reach: object, form, field or record.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The caller's roles do not allow it.
    #[error("not allowed")]
    Forbidden,
    /// It changed since the caller read it.
    #[error("the record changed in the meantime")]
    Stale,
    /// It does not fit the present state: a stable code, and what to do.
    #[error("{1}")]
    Conflict(&'static str, String),
    /// Fields of the body are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A catalogue or form has defects.
    #[error("{} defect(s)", .1.len())]
    Defects(&'static str, Vec<Defect>),
    /// What is asked would harm data: a stable code, and where.
    #[error("{} field(s) hold data", .1.len())]
    Refused(&'static str, Vec<FieldError>),
    /// Another record has the same values, which must differ; nothing else is wrong.
    #[error("{} value(s) stand in another record", .0.len())]
    NotUnique(Vec<FieldError>),
    /// A record's values are wrong.
    #[error("{} value(s) are not valid", .0.len())]
    Record(Vec<FieldError>),
    /// A request that cannot be answered, such as a wrong filter.
    #[error("{}", .0.detail())]
    Problem(Box<Problem>),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Problem> for ObjectError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        let wrong = |code, detail| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
        match error {
            ObjectError::NotFound(thing) => Self::not_found(thing),
            ObjectError::Forbidden => {
                Self::forbidden("Your roles do not allow this for this object. Ask your administrator.")
            }
            ObjectError::Stale => Self::stale(),
            ObjectError::Conflict(code, detail) => Self::conflict(code, detail),
            ObjectError::Invalid(invalid) => invalid.into(),
            ObjectError::Defects(code, defects) => {
                let at = if code == "invalid_form" { "/form" } else { "/catalogue" };
                let errors = defects
                    .into_iter()
                    .map(|defect| FieldError::new(format!("{at}{}", defect.pointer), defect.code, defect.message));
                wrong(code, "This definition cannot be used; see `errors`.").with_errors(errors.collect())
            }
            ObjectError::Refused(code, errors) => {
                wrong(code, "Records hold values that this would harm; see `errors`.").with_errors(errors)
            }
            ObjectError::NotUnique(errors) => {
                Self::conflict("not_unique", "Another record has these values, which must be unique; see `errors`.")
                    .with_errors(errors)
            }
            ObjectError::Record(errors) => {
                wrong("invalid_record", "Some values are not valid; see `errors`.").with_errors(errors)
            }
            ObjectError::Problem(problem) => *problem,
            ObjectError::Db(error) => error.into(),
        }
    }
}
