//! What can be wrong with a calendar, or with a question put to it.

use crate::{MAX_EXCEPTIONS, MAX_INTERVALS_PER_DAY, MINUTES_PER_DAY, SEARCH_YEARS};

/// Why a calendar can't be used or a deadline can't be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The zone is not an IANA name.
    #[error("`{0}` is not a time zone of the IANA database; an example is Asia/Shanghai")]
    UnknownZone(String),
    /// Hours end when or before they begin.
    #[error("hours must end after they begin, but these go from minute {from_minute} to minute {to_minute}")]
    EmptyInterval {
        /// JSON pointer to the interval.
        pointer: String,
        /// Minute of the day at which they begin.
        from_minute: u16,
        /// Minute of the day at which they end.
        to_minute: u16,
    },
    /// Hours end after midnight.
    #[error("hours must end by midnight (minute {MINUTES_PER_DAY}), but these end at minute {to_minute}")]
    PastMidnight {
        /// JSON pointer to the interval.
        pointer: String,
        /// Minute of the day at which they end.
        to_minute: u16,
    },
    /// Two intervals of one day share a minute.
    #[error("these hours overlap with others of the same day")]
    Overlap {
        /// JSON pointer to the later of the two intervals.
        pointer: String,
    },
    /// One day has more intervals than [`MAX_INTERVALS_PER_DAY`].
    #[error("a day can have at most {MAX_INTERVALS_PER_DAY} opening times")]
    TooManyIntervals {
        /// JSON pointer to the day.
        pointer: String,
    },
    /// More exceptions than [`MAX_EXCEPTIONS`].
    #[error("a calendar can have at most {MAX_EXCEPTIONS} exceptions")]
    TooManyExceptions,
    /// Neither the week nor any exception has an open minute.
    #[error("the calendar is never open; give it working hours on at least one day")]
    NeverOpen,
    /// A deadline was asked for a duration below zero.
    #[error("working time to add must not be negative")]
    NegativeDuration,
    /// The calendar doesn't provide the working time within [`SEARCH_YEARS`].
    #[error("the calendar does not provide that much working time within {SEARCH_YEARS} years")]
    TooFar,
}

impl CalendarError {
    /// JSON pointer to the wrong place of the calendar, where there is a single one.
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Self::UnknownZone(_) => Some("/zone"),
            Self::EmptyInterval { pointer, .. }
            | Self::PastMidnight { pointer, .. }
            | Self::Overlap { pointer }
            | Self::TooManyIntervals { pointer } => Some(pointer),
            Self::TooManyExceptions => Some("/exceptions"),
            Self::NeverOpen | Self::NegativeDuration | Self::TooFar => None,
        }
    }
}
