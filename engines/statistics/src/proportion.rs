//! Shares of a whole and the promoter score, with the uncertainty a small n brings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The normal quantile of a two-sided 95 % interval.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Successes out of n, 0 to 1; `None` without a whole or when the part is larger than it.
pub fn share(successes: u64, n: u64) -> Option<f64> {
    (n > 0 && successes <= n).then(|| successes as f64 / n as f64)
}

/// Wilson's score interval (1927) of a share, as (low, high) within 0 to 1; `z` is [`Z_95`] for 95 %. `None` without a
/// whole, when the part is larger than it, or when `z` is negative or not finite.
pub fn wilson(successes: u64, n: u64, z: f64) -> Option<(f64, f64)> {
    let p = share(successes, n)?;
    if !z.is_finite() || z < 0.0 {
        return None;
    }
    let n_float = n as f64;
    let z2 = z * z;
    let whole = 1.0 + z2 / n_float;
    let centre = p + z2 / (2.0 * n_float);
    let reach = z * (p * (1.0 - p) / n_float + z2 / (4.0 * n_float * n_float)).sqrt();
    // At the ends the formula gives exactly 0 and 1, its rounding errors don't.
    let low = if successes == 0 { 0.0 } else { ((centre - reach) / whole).clamp(0.0, p) };
    let high = if successes == n { 1.0 } else { ((centre + reach) / whole).clamp(p, 1.0) };
    Some((low, high))
}

/// Net promoter score of 0–10 answers, in points from −100 to 100; every figure is absent without answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Nps {
    /// How many answers there are.
    pub n: u64,
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 0 to 6.
    pub detractors: u64,
    /// Promoters less detractors, in points.
    pub score: Option<f64>,
    /// Standard error of the score, in points: 100 √((p + d − (p − d)²) / n), with p and d as shares.
    pub standard_error: Option<f64>,
    /// Lower end of the 95 % interval, in points, not below −100.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval, in points, not above 100.
    pub high: Option<f64>,
}

impl Nps {
    /// The score of counted answers.
    pub fn from_counts(promoters: u64, passives: u64, detractors: u64) -> Self {
        let n = promoters + passives + detractors;
        let counted = Self { n, promoters, passives, detractors, ..Self::default() };
        let (Some(p), Some(d)) = (share(promoters, n), share(detractors, n)) else {
            return counted;
        };
        // From the counts and not from p − d, whose rounding would show: 30 less 10 of 100 is 20, not 19.999999999999996.
        let difference = (promoters as f64 - detractors as f64) / n as f64;
        let score = 100.0 * (promoters as f64 - detractors as f64) / n as f64;
        let standard_error = 100.0 * ((p + d - difference * difference).max(0.0) / n as f64).sqrt();
        Self {
            score: Some(score),
            standard_error: Some(standard_error),
            low: Some((score - Z_95 * standard_error).max(-100.0)),
            high: Some((score + Z_95 * standard_error).min(100.0)),
            ..counted
        }
    }

    /// The score of single answers; one above 10 is no answer and is left out.
    pub fn from_answers(answers: impl IntoIterator<Item = u8>) -> Self {
        let (mut promoters, mut passives, mut detractors) = (0, 0, 0);
        for answer in answers {
            match answer {
                0..=6 => detractors += 1,
                7..=8 => passives += 1,
                9..=10 => promoters += 1,
                _ => {}
            }
        }
        Self::from_counts(promoters, passives, detractors)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    /// Expected values from statsmodels 0.15: `proportion_confint(k, n, method="wilson")`.
    #[test]
    fn wilson_intervals_are_the_known_ones() {
        for (successes, n, low, high) in [
            (1, 10, 0.017_876_213_095_072_924, 0.404_150_026_795_238_54),
            (0, 10, 0.0, 0.277_532_799_862_889_26),
            (10, 10, 0.722_467_200_137_110_7, 1.0),
            (50, 100, 0.403_831_530_365_995_6, 0.596_168_469_634_004_4),
        ] {
            let (a, b) = wilson(successes, n, Z_95).unwrap();
            assert!(close(a, low) && close(b, high), "{successes}/{n}: {a} {b}");
        }
        assert_eq!(wilson(3, 4, 0.0), Some((0.75, 0.75)));
    }

    #[test]
    fn a_share_of_nothing_is_undefined() {
        assert_eq!(share(0, 0), None);
        assert_eq!(wilson(0, 0, Z_95), None);
        assert_eq!(share(3, 2), None);
        assert_eq!(wilson(3, 2, Z_95), None);
        assert_eq!(wilson(1, 2, f64::NAN), None);
        assert_eq!(wilson(1, 2, -1.0), None);
        assert_eq!(share(1, 4), Some(0.25));
    }

    #[test]
    fn the_promoter_score_has_its_error() {
        let nps = Nps::from_counts(50, 30, 20);
        assert_eq!((nps.n, nps.score), (100, Some(30.0)));
        // √((0.5 + 0.2 − 0.09) / 100) = √0.0061
        assert!(close(nps.standard_error.unwrap(), 100.0 * 0.0061_f64.sqrt()));
        assert!((nps.low.unwrap() - 14.692_192).abs() < 1e-6, "{nps:?}");
        assert!((nps.high.unwrap() - 45.307_808).abs() < 1e-6, "{nps:?}");
        assert_eq!(Nps::from_counts(30, 60, 10).score, Some(20.0));
        let everyone = Nps::from_counts(5, 0, 0);
        assert_eq!((everyone.score, everyone.standard_error, everyone.high), (Some(100.0), Some(0.0), Some(100.0)));
    }

    #[test]
    fn answers_fall_into_their_groups() {
        let nps = Nps::from_answers([0, 6, 7, 8, 9, 10, 11, 255]);
        assert_eq!((nps.n, nps.detractors, nps.passives, nps.promoters), (6, 2, 2, 2));
        assert_eq!(nps.score, Some(0.0));
        let nobody = Nps::from_answers([]);
        assert_eq!(
            (nobody.n, nobody.score, nobody.standard_error, nobody.low, nobody.high),
            (0, None, None, None, None)
        );
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share(n in 1..100_000u64, part in 0.0..=1.0f64, z in 0.0..5.0f64) {
            let successes = (n as f64 * part) as u64;
            let p = share(successes, n).unwrap();
            let (low, high) = wilson(successes, n, z).unwrap();
            prop_assert!(0.0 <= low && low <= p && p <= high && high <= 1.0);
        }

        #[test]
        fn more_cases_narrow_the_interval(n in 1..10_000u64, successes in 0..10_000u64) {
            let successes = successes % (n + 1);
            let (low, high) = wilson(successes, n, Z_95).unwrap();
            let (low_10, high_10) = wilson(successes * 10, n * 10, Z_95).unwrap();
            prop_assert!(high_10 - low_10 < high - low);
        }

        #[test]
        fn the_score_is_the_mean_of_its_answers(answers in proptest::collection::vec(0..=10u8, 1..200)) {
            let points: Vec<i64> = answers.iter().map(|answer| match answer { 0..=6 => -100, 7..=8 => 0, _ => 100 }).collect();
            let nps = Nps::from_answers(answers);
            let mean = crate::mean_of_integers(&points).unwrap();
            prop_assert!((nps.score.unwrap() - mean).abs() < 1e-9);
            // The standard error of a mean, with n in the denominator of the variance.
            let variance = points.iter().map(|&point| (point as f64 - mean).powi(2)).sum::<f64>() / points.len() as f64;
            prop_assert!((nps.standard_error.unwrap() - (variance / points.len() as f64).sqrt()).abs() < 1e-6);
            prop_assert!(nps.low <= nps.score && nps.score <= nps.high);
        }
    }
}
