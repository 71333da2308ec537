//! Measures of a sample of numbers: mean, median, quantiles, and the three together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Arithmetic mean; `None` without values. Summed with Neumaier's compensation, so order and size don't matter.
pub fn mean(values: &[f64]) -> Option<f64> {
    let (mut sum, mut lost, mut n) = (0.0_f64, 0.0_f64, 0_u64);
    for &value in values.iter().filter(|value| value.is_finite()) {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
        n += 1;
    }
    (n > 0).then(|| (sum + lost) / n as f64)
}

/// Arithmetic mean of integers, from their exact sum; `None` without values.
pub fn mean_of_integers(values: &[i64]) -> Option<f64> {
    let n = i128::try_from(values.len()).ok().filter(|&n| n > 0)?;
    let sum: i128 = values.iter().map(|&value| i128::from(value)).sum();
    // Whole part and rest apart: a large sum would lose its last digits as a float before the division.
    Some((sum / n) as f64 + (sum % n) as f64 / n as f64)
}

/// The middle value, or the mean of the two middle ones; `None` without values.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// [`median`] of integers.
pub fn median_of_integers(values: &[i64]) -> Option<f64> {
    quantile_of_integers(values, 0.5)
}

/// The quantile at `share` (0 to 1) by linear interpolation, Hyndman and Fan's type 7: what numpy, pandas, R and
/// spreadsheets give. `None` without values or with a share outside 0 to 1.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(values), share)
}

/// [`quantile`] of integers.
pub fn quantile_of_integers(values: &[i64], share: f64) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable();
    quantile_of_sorted_integers(&values, share)
}

/// n, mean, median and 90 % quantile of one sample, in the unit of its values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// How many values there are.
    pub n: u64,
    /// Arithmetic mean; absent when there are no values.
    pub mean: Option<f64>,
    /// Median; absent when there are no values.
    pub median: Option<f64>,
    /// 90 % quantile, type 7; absent when there are no values.
    pub p90: Option<f64>,
}

impl Summary {
    /// Summary of numbers, sorted once.
    pub fn of(values: &[f64]) -> Self {
        let sorted = sorted(values);
        Self {
            n: sorted.len() as u64,
            mean: mean(&sorted),
            median: quantile_of_sorted(&sorted, 0.5),
            p90: quantile_of_sorted(&sorted, 0.9),
        }
    }

    /// Summary of integers, sorted once, with an exact sum.
    pub fn of_integers(values: &[i64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        Self {
            n: sorted.len() as u64,
            mean: mean_of_integers(&sorted),
            median: quantile_of_sorted_integers(&sorted, 0.5),
            p90: quantile_of_sorted_integers(&sorted, 0.9),
        }
    }

    /// The same sample in a larger unit: every figure divided by `unit`, for example microseconds by 60,000,000 to give
    /// minutes. A figure that is no longer finite is absent.
    #[must_use]
    pub fn per(self, unit: f64) -> Self {
        let scale = |figure: Option<f64>| figure.map(|figure| figure / unit).filter(|figure| figure.is_finite());
        Self { n: self.n, mean: scale(self.mean), median: scale(self.median), p90: scale(self.p90) }
    }
}

impl From<Vec<f64>> for Summary {
    fn from(values: Vec<f64>) -> Self {
        Self::of(&values)
    }
}

impl From<Vec<i64>> for Summary {
    fn from(values: Vec<i64>) -> Self {
        Self::of_integers(&values)
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Where type 7 looks: the index below, and how far on towards the next one.
fn position(n: usize, share: f64) -> Option<(usize, f64)> {
    if n == 0 || !(0.0..=1.0).contains(&share) {
        return None;
    }
    let place = (n - 1) as f64 * share;
    Some((place.floor() as usize, place.fract()))
}

fn quantile_of_sorted(values: &[f64], share: f64) -> Option<f64> {
    let (index, part) = position(values.len(), share)?;
    let low = *values.get(index)?;
    let high = *values.get(index + 1).unwrap_or(&low);
    Some(between(low, high, high - low, part))
}

fn quantile_of_sorted_integers(values: &[i64], share: f64) -> Option<f64> {
    let (index, part) = position(values.len(), share)?;
    let low = *values.get(index)?;
    let high = *values.get(index + 1).unwrap_or(&low);
    let gap = (i128::from(high) - i128::from(low)) as f64;
    Some(between(low as f64, high as f64, gap, part))
}

/// Linear interpolation from the nearer end, as numpy does it: exact at both ends and never falling.
fn between(low: f64, high: f64, gap: f64, part: f64) -> f64 {
    if part < 0.5 { low + gap * part } else { high - gap * (1.0 - part) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_has_no_mean_no_median_and_no_quantile() {
        assert_eq!(mean(&[]), None);
        assert_eq!(mean_of_integers(&[]), None);
        assert_eq!(median(&[]), None);
        assert_eq!(median_of_integers(&[]), None);
        assert_eq!(quantile(&[], 0.9), None);
        assert_eq!(Summary::of(&[]), Summary { n: 0, mean: None, median: None, p90: None });
        assert_eq!(Summary::from(Vec::<i64>::new()), Summary::default());
        assert_eq!(
            serde_json::to_value(Summary::default()).unwrap(),
            serde_json::json!({"n": 0, "mean": null, "median": null, "p90": null})
        );
    }

    /// Expected values from numpy 2.4: `np.quantile(values, share)`.
    #[test]
    fn quantiles_are_those_of_numpy() {
        let values = [15.0, 20.0, 35.0, 40.0, 50.0];
        for (share, expected) in
            [(0.0, 15.0), (0.05, 16.0), (0.3, 23.0), (0.4, 29.0), (0.5, 35.0), (0.9, 46.0), (1.0, 50.0)]
        {
            let answer = quantile(&values, share).unwrap();
            assert!((answer - expected).abs() < 1e-12, "{share}: {answer}");
        }
        assert_eq!(quantile_of_integers(&[7, 1, 3, 10], 0.25), Some(2.5));
        assert_eq!(quantile(&[3.5], 0.9), Some(3.5));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median_of_integers(&[5, 1, 3]), Some(3.0));
        assert_eq!(quantile(&values, 1.1), None);
        assert_eq!(quantile(&values, f64::NAN), None);
    }

    #[test]
    fn a_summary_is_its_parts() {
        let values: Vec<i64> = (1..=11).collect();
        let summary = Summary::from(values.clone());
        assert_eq!(summary, Summary { n: 11, mean: Some(6.0), median: Some(6.0), p90: Some(10.0) });
        let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
        assert_eq!(Summary::from(floats), summary);
        assert_eq!(summary.per(2.0), Summary { n: 11, mean: Some(3.0), median: Some(3.0), p90: Some(5.0) });
        assert_eq!(summary.per(0.0).mean, None);
    }

    #[test]
    fn values_that_are_not_numbers_are_missing() {
        let summary = Summary::of(&[1.0, f64::NAN, 3.0, f64::INFINITY]);
        assert_eq!((summary.n, summary.mean), (2, Some(2.0)));
        assert_eq!(mean(&[f64::NAN]), None);
    }

    #[test]
    fn sums_lose_nothing() {
        assert_eq!(mean(&[1e16, 1.0, -1e16, 1.0]), Some(0.5));
        assert_eq!(mean(&[0.1; 10]), Some(0.1));
        // The sum is beyond i64, and beyond what a float keeps exactly.
        assert_eq!(mean_of_integers(&[i64::MAX, i64::MAX, i64::MIN, i64::MIN]), Some(-0.5));
        assert_eq!(mean_of_integers(&[9_007_199_254_740_993, -9_007_199_254_740_992]), Some(0.5));
        assert_eq!(median_of_integers(&[i64::MIN, i64::MAX]), Some(0.0));
    }

    proptest! {
        #[test]
        fn quantiles_rise_and_stay_inside(values in proptest::collection::vec(-1e9..1e9f64, 1..60), a in 0.0..=1.0f64, b in 0.0..=1.0f64) {
            let low = quantile(&values, a.min(b)).unwrap();
            let high = quantile(&values, a.max(b)).unwrap();
            prop_assert!(low <= high);
            prop_assert_eq!(quantile(&values, 0.0), values.iter().copied().min_by(f64::total_cmp));
            prop_assert_eq!(quantile(&values, 1.0), values.iter().copied().max_by(f64::total_cmp));
        }

        #[test]
        fn integers_and_floats_agree(values in proptest::collection::vec(-1_000_000_000i64..1_000_000_000, 0..60)) {
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            let (exact, float) = (Summary::of_integers(&values), Summary::of(&floats));
            prop_assert_eq!(exact.n, float.n);
            prop_assert_eq!(exact.median, float.median);
            prop_assert_eq!(exact.p90, float.p90);
            if let (Some(a), Some(b)) = (exact.mean, float.mean) {
                prop_assert!((a - b).abs() <= 1e-6);
            }
        }

        #[test]
        fn the_mean_lies_between_the_ends(values in proptest::collection::vec(-1e12..1e12f64, 1..60)) {
            let mean = mean(&values).unwrap();
            prop_assert!(mean >= quantile(&values, 0.0).unwrap() - 1e-3 && mean <= quantile(&values, 1.0).unwrap() + 1e-3);
        }
    }
}
