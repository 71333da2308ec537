//! What can go wrong with contracts.

use db::DbError;
use devices::DeviceError;
use http_api::{FieldError, Problem};
use objects::{Invalid, ObjectError};

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// There is none, or it lies outside the caller's scope.
    #[error("no such contract")]
    NotFound,
    /// There is no such plan, or it lies outside the caller's scope.
    #[error("no such maintenance plan")]
    PlanNotFound,
    /// It changed since the caller read it.
    #[error("the contract changed in the meantime")]
    Stale,
    /// Another contract, perhaps an archived one, has the number.
    #[error("another contract has this number")]
    NumberTaken,
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] ObjectError),
    /// The device that is asked about.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for ContractError {
    fn from(error: DbError) -> Self {
        if error.is_unique("contracts", &["number"]) { Self::NumberTaken } else { Self::Db(error) }
    }
}

impl From<ContractError> for Problem {
    fn from(error: ContractError) -> Self {
        match error {
            ContractError::NotFound => Self::not_found("contract"),
            ContractError::PlanNotFound => Self::not_found("maintenance plan"),
            ContractError::Stale => Self::stale(),
            ContractError::NumberTaken => {
                let message = "Another contract, perhaps an archived one, has this number. Choose another.";
                Self::conflict("number_taken", message).with_errors(vec![FieldError::new("/number", "taken", message)])
            }
            ContractError::Invalid(invalid) => invalid.into(),
            ContractError::Own(error) => error.into(),
            ContractError::Device(error) => error.into(),
            ContractError::Db(error) => error.into(),
        }
    }
}
