//! What can go wrong with devices.

use db::DbError;
use http_api::{FieldError, Problem};
use objects::{Invalid, ObjectError};

/// An error of this domain.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// There is none, or it lies outside the caller's scope.
    #[error("no such device")]
    NotFound,
    /// It changed since the caller read it.
    #[error("the device changed in the meantime")]
    Stale,
    /// Another device, perhaps an archived one, has the serial number.
    #[error("another device has this serial number")]
    SerialTaken,
    /// Its address does not fit into a QR code.
    #[error("the address is too long for a QR code")]
    AddressTooLong,
    /// Fields are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Values of own fields are wrong.
    #[error(transparent)]
    Own(#[from] ObjectError),
    /// The database.
    #[error(transparent)]
    Db(DbError),
}

impl From<DbError> for DeviceError {
    fn from(error: DbError) -> Self {
        if error.is_unique("devices", &["serial_number"]) { Self::SerialTaken } else { Self::Db(error) }
    }
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::NotFound => Self::not_found("device"),
            DeviceError::Stale => Self::stale(),
            DeviceError::SerialTaken => {
                let message = "Another device, perhaps an archived one, has this serial number. Look it up instead.";
                let field = FieldError::new("/serial_number", "taken", message);
                Self::conflict("serial_number_taken", message).with_errors(vec![field])
            }
            DeviceError::AddressTooLong => {
                Self::internal_text("the public address in the settings is too long for a QR code")
            }
            DeviceError::Invalid(invalid) => invalid.into(),
            DeviceError::Own(error) => error.into(),
            DeviceError::Db(error) => error.into(),
        }
    }
}
