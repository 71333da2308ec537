//! What can go wrong with files, and how the edge says it.

use std::{error::Error, io};

use db::DbError;
use http_api::{Problem, http::StatusCode};

/// An error of an operation on files.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No such file in this company.
    #[error("no such file")]
    NotFound,
    /// The form has no part `file`.
    #[error("the form holds no file")]
    NoFile,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than allowed.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// Not a kind of file that is taken.
    #[error("files of this kind are not taken")]
    Kind,
    /// The disk or bucket is full; nothing was kept.
    #[error("there is no room for the file: {0}")]
    Full(String),
    /// The disk or bucket fails.
    #[error("the file store fails: {0}")]
    Storage(String),
    /// The form could not be read.
    #[error("the upload cannot be read")]
    Upload(Box<Problem>),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { Self::Full(error.to_string()) } else { Self::Storage(error.to_string()) }
    }
}

impl From<object_store::Error> for FileError {
    fn from(error: object_store::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if inner.downcast_ref::<io::Error>().is_some_and(is_full) {
                return Self::Full(error.to_string());
            }
            cause = inner.source();
        }
        Self::Storage(error.to_string())
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let cause = error.to_string();
        match error {
            FileError::NotFound => Self::not_found("file"),
            FileError::NoFile => Self::invalid_field("/file", "required", "Send the file as the form part `file`."),
            FileError::Empty => Self::invalid_field("/file", "empty", "The file is empty; choose another."),
            FileError::TooLarge(limit) => {
                let detail = format!("The file is larger than the {} MB allowed here.", limit / 1_048_576);
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail).with_member("limit_bytes", limit)
            }
            FileError::Kind => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "file_kind_refused",
                "Files of this kind are not taken. Send a picture, PDF, sound, film, office document, text or CSV.",
            ),
            FileError::Full(_) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "The server has no room for the file. Nothing was kept; tell your administrator.",
            )
            .with_cause(cause),
            FileError::Storage(_) => {
                Self::unavailable("file_store_fails", "The file store cannot be reached. Try again shortly.", 5)
                    .with_cause(cause)
            }
            FileError::Upload(problem) => *problem,
            FileError::Db(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_however_deep_it_is_wrapped() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let wrapped = object_store::Error::Generic { store: "S", source: Box::new(full()) };
        for error in [FileError::from(full()), FileError::from(wrapped)] {
            assert_eq!(Problem::from(error).status(), 507);
        }
        let other = FileError::from(io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(Problem::from(other).status(), 503);
    }
}
