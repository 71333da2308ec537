//! Why a call brought nothing, sorted by whether trying again can help.

/// A call that brought nothing. The detail never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The address is none that may be called.
    #[error("{0}")]
    Address(String),
    /// The secret is none.
    #[error("the secret is not `whsec_` and base64 of 24 to 64 bytes; make a new one")]
    Secret,
    /// The receiver answered that it will not take it.
    #[error("the receiver refused it with status {status}: {answer}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// How its answer begins.
        answer: String,
    },
    /// The receiver is busy or broken.
    #[error("the receiver answered with status {status}")]
    Busy {
        /// The HTTP status.
        status: u16,
    },
    /// No connection, or no answer in time.
    #[error("the receiver could not be reached: {0}")]
    Unreachable(String),
}

impl WebhookError {
    /// True when trying again later can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unreachable(_))
    }
}
