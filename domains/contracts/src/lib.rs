//! Warranty terms and service contracts, and the verdict with its reason.
