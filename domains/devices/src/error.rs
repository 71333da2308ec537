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
    /// The device has no such part.
    #[error("no such part")]
    PartNotFound,
    /// The device has no such meter.
    #[error("no such meter")]
    MeterNotFound,
    /// The meter has no such reading.
    #[error("no such reading")]
    ReadingNotFound,
    /// The device has a meter of this name.
    #[error("the device has a meter of this name")]
    MeterTaken,
    /// The device has no such document.
    #[error("no such document")]
    DocumentNotFound,
    /// The device has this document.
    #[error("the device has this document")]
    DocumentTaken,
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
        if error.is_unique("devices", &["serial_number"]) {
            Self::SerialTaken
        } else if error.is_unique("device_meters", &["device_id", "name"]) {
            Self::MeterTaken
        } else if error.is_unique("device_documents", &["device_id", "file_id"]) {
            Self::DocumentTaken
        } else {
            Self::Db(error)
        }
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
            DeviceError::PartNotFound => Self::not_found("part"),
            DeviceError::MeterNotFound => Self::not_found("meter"),
            DeviceError::ReadingNotFound => Self::not_found("reading"),
            DeviceError::DocumentNotFound => Self::not_found("document"),
            DeviceError::MeterTaken => {
                let message = "The device has a meter of this name already. Choose another name.";
                Self::conflict("meter_taken", message).with_errors(vec![FieldError::new("/name", "taken", message)])
            }
            DeviceError::DocumentTaken => {
                let message = "The device has this document already.";
                Self::conflict("document_taken", message)
                    .with_errors(vec![FieldError::new("/file_id", "taken", message)])
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
