//! Means, medians, quantiles and intervals behind every KPI.
//!
//! What is undefined is `None`, never 0: a mean of nothing, a share of nothing, a score without answers. A number that is
//! not finite counts as a missing value and is left out, as pandas leaves out NaN. Integers are summed exactly, other
//! numbers with compensation, so that figures agree with other tools to the last digit printed.

mod proportion;
mod sample;

pub use proportion::{Nps, Z_95, share, wilson};
pub use sample::{Summary, mean, mean_of_integers, median, median_of_integers, quantile, quantile_of_integers};
