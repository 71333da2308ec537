//! What can go wrong with an import before its rows are looked at.

/// An error that stops an import; wrong rows do not, they are rejected one by one.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping is no valid TOML of the known shape.
    #[error("the mapping is not valid: {0}")]
    Mapping(String),
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Columns that the mapping names but the file lacks.
    #[error("the file has no column {missing}; its columns are {present}")]
    Columns {
        /// What is missing.
        missing: String,
        /// What there is.
        present: String,
    },
    /// Tickets.
    #[error(transparent)]
    Ticket(#[from] tickets::TicketError),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::DbError),
}
