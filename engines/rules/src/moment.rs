//! The text forms of times, dates, durations and ids. They are narrower than what time libraries read, so that Rust and
//! TypeScript accept exactly the same texts.

const SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// 0001-01-01 and 9999-12-31, in days since 1970-01-01: the dates that have four digits.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;

/// The longest relative time: a hundred years of days.
const LONGEST: i64 = 36_525 * SECONDS_PER_DAY;

/// What relative times are counted from: an instant, and how far local time is ahead of UTC then, for dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub instant: i64,
    /// Seconds by which the reader's local time is ahead of UTC; 28,800 in China.
    pub utc_offset_seconds: i32,
}

impl Now {
    /// An instant with local time.
    pub const fn local(instant: i64, utc_offset_seconds: i32) -> Self {
        Self { instant, utc_offset_seconds }
    }

    /// The instant and offset of an RFC 3339 text such as `2026-07-01T08:00:00+08:00`.
    pub fn parse(text: &str) -> Option<Self> {
        parse_time_and_offset(text).map(|(instant, utc_offset_seconds)| Self { instant, utc_offset_seconds })
    }

    /// The instant `micros` later.
    pub(crate) fn time(self, micros: i64) -> i64 {
        self.instant.saturating_add(micros)
    }

    /// The local date of the instant `micros` later, as `YYYY-MM-DD`.
    pub(crate) fn date(self, micros: i64) -> String {
        let seconds = self.time(micros).div_euclid(SECOND) + i64::from(self.utc_offset_seconds);
        date_of_day(seconds.div_euclid(SECONDS_PER_DAY))
    }
}

impl From<i64> for Now {
    /// An instant in microseconds, with UTC as local time.
    fn from(instant: i64) -> Self {
        Self::local(instant, 0)
    }
}

/// Takes `count` digits off the front.
fn digits(text: &mut &[u8], count: usize) -> Option<i64> {
    let (front, rest) = text.split_at_checked(count)?;
    *text = rest;
    front.iter().try_fold(0_i64, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// Takes one byte off the front if it is the one expected.
fn letter(text: &mut &[u8], expected: u8) -> Option<()> {
    let (&first, rest) = text.split_first()?;
    (first == expected).then(|| *text = rest)
}

fn digits_up_to(text: &mut &[u8], count: usize, below: i64) -> Option<i64> {
    digits(text, count).filter(|&number| number < below)
}

/// Days since 1970-01-01 of a date `YYYY-MM-DD` at the front.
fn day(text: &mut &[u8]) -> Option<i64> {
    let year = digits(text, 4)?;
    letter(text, b'-')?;
    let month = digits(text, 2)?;
    letter(text, b'-')?;
    let day = digits(text, 2)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if year == 0 || day == 0 || day > length {
        return None;
    }
    // Years that begin in March end with the leap day; Howard Hinnant's days_from_civil.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

/// `YYYY-MM-DD` of a day since 1970-01-01, held within four-digit years; Howard Hinnant's civil_from_days.
fn date_of_day(day: i64) -> String {
    let shifted = day.clamp(FIRST_DAY, LAST_DAY) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Whether the text is a date `YYYY-MM-DD` of the years 1 to 9999.
pub(crate) fn is_date(text: &str) -> bool {
    let mut rest = text.as_bytes();
    day(&mut rest).is_some() && rest.is_empty()
}

/// Microseconds since 1970-01-01T00:00:00Z of an RFC 3339 text with capital letters and up to six decimals.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    parse_time_and_offset(text).map(|(instant, _)| instant)
}

fn parse_time_and_offset(text: &str) -> Option<(i64, i32)> {
    let mut rest = text.as_bytes();
    let rest = &mut rest;
    let day = day(rest)?;
    letter(rest, b'T')?;
    let hour = digits_up_to(rest, 2, 24)?;
    letter(rest, b':')?;
    let minute = digits_up_to(rest, 2, 60)?;
    letter(rest, b':')?;
    let second = digits_up_to(rest, 2, 60)?;
    let mut micros = 0;
    if letter(rest, b'.').is_some() {
        let count = rest.iter().take_while(|digit| digit.is_ascii_digit()).count();
        if !(1..=6).contains(&count) {
            return None;
        }
        micros = digits(rest, count)? * 10_i64.pow(6 - count as u32);
    }
    let (&sign, after) = rest.split_first()?;
    *rest = after;
    let ahead = match sign {
        b'Z' => 0,
        b'+' | b'-' => {
            let hours = digits_up_to(rest, 2, 24)?;
            letter(rest, b':')?;
            let minutes = digits_up_to(rest, 2, 60)?;
            (hours * 3600 + minutes * 60) * if sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let seconds = day * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - ahead;
    rest.is_empty().then_some((seconds * SECOND + micros, ahead as i32))
}

/// Microseconds of a duration such as `-PT2H`, `P1D` or `P1DT12H30M5S`: days, hours, minutes and seconds in this order,
/// each a whole number of at most nine digits, no longer than a hundred years.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes();
    let rest = &mut rest;
    let sign = if letter(rest, b'-').is_some() { -1 } else { 1 };
    letter(rest, b'P')?;
    let days = amount(rest, b'D').map(|days| days * SECONDS_PER_DAY);
    let mut clock = None;
    if letter(rest, b'T').is_some() {
        let hours = amount(rest, b'H').map(|hours| hours * 3600);
        let minutes = amount(rest, b'M').map(|minutes| minutes * 60);
        let parts = [hours, minutes, amount(rest, b'S')];
        clock = Some(parts.into_iter().flatten().reduce(|a, b| a + b)?);
    }
    let seconds = days.into_iter().chain(clock).reduce(|a, b| a + b)?;
    (rest.is_empty() && seconds <= LONGEST).then_some(sign * seconds * SECOND)
}

/// Takes a number with its unit off the front, or nothing.
fn amount(text: &mut &[u8], unit: u8) -> Option<i64> {
    let count = text.iter().take_while(|digit| digit.is_ascii_digit()).count();
    if !(1..=9).contains(&count) || text.get(count) != Some(&unit) {
        return None;
    }
    let number = digits(text, count)?;
    letter(text, unit)?;
    Some(number)
}

/// The bytes of a UUID in its form with hyphens, in either case.
pub(crate) fn parse_id(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut id = [0_u8; 16];
    let mut places = id.iter_mut();
    let mut index = 0;
    while index < bytes.len() {
        if matches!(index, 8 | 13 | 18 | 23) {
            if bytes[index] != b'-' {
                return None;
            }
            index += 1;
            continue;
        }
        let high = char::from(bytes[index]).to_digit(16)?;
        let low = char::from(bytes[index + 1]).to_digit(16)?;
        *places.next()? = (high * 16 + low) as u8;
        index += 2;
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_microsecond() {
        assert_eq!(parse_time("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse_time("2016-03-01T00:00:00.123456Z"), Some(1_456_790_400_123_456));
        assert_eq!(parse_time("2016-03-01T08:00:00.5+08:00"), Some(1_456_790_400_500_000));
        assert_eq!(parse_time("1969-12-31T23:59:59.9Z"), Some(-100_000));
        assert_eq!(parse_time("0001-01-01T00:00:00Z"), Some(FIRST_DAY * SECONDS_PER_DAY * SECOND));
        assert_eq!(parse_time("9999-12-31T00:00:00Z"), Some(LAST_DAY * SECONDS_PER_DAY * SECOND));
        for wrong in [
            "",
            "2016-03-01",
            "2016-03-01 00:00:00Z",
            "2016-03-01T00:00:00",
            "2016-03-01t00:00:00z",
            "2016-03-01T24:00:00Z",
            "2016-03-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "2016-03-01T00:00:00.Z",
            "2016-03-01T00:00:00.1234567Z",
            "2016-03-01T00:00:00+0800",
            "2016-03-01T00:00:00Z ",
            "0000-03-01T00:00:00Z",
            "+2016-03-01T00:00:00Z",
        ] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_exist() {
        for right in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01", "9999-12-31"] {
            assert!(is_date(right), "{right}");
        }
        for wrong in [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "20260101",
            "0000-01-01",
            "2026-01-01T",
        ] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }

    #[test]
    fn every_day_survives_its_text() {
        for number in (FIRST_DAY..=LAST_DAY).step_by(37).chain(-800..800).chain([LAST_DAY]) {
            let text = date_of_day(number);
            assert_eq!(day(&mut text.as_bytes()), Some(number), "{text}");
        }
        assert_eq!(date_of_day(i64::MAX / 2), "9999-12-31");
        assert_eq!(date_of_day(i64::MIN / 2), "0001-01-01");
    }

    #[test]
    fn durations_are_days_hours_minutes_and_seconds() {
        for (text, seconds) in [
            ("P0D", 0),
            ("-PT2H", -7200),
            ("P1D", 86_400),
            ("P1DT12H30M5S", 131_405),
            ("PT0S", 0),
            ("PT90M", 5400),
            ("P36525D", LONGEST),
        ] {
            assert_eq!(parse_duration(text), Some(seconds * SECOND), "{text}");
        }
        for wrong in [
            "",
            "P",
            "PT",
            "P1DT",
            "1D",
            "P1W",
            "P1M",
            "PT1D",
            "P1H",
            "PT1M1H",
            "PT1.5H",
            "+P1D",
            "p1d",
            "P36526D",
            "PT1234567890S",
            "P1D ",
            "--P1D",
        ] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn now_knows_the_local_date() {
        let now = Now::parse("2026-07-01T07:30:00+08:00").unwrap();
        assert_eq!(now, Now::local(parse_time("2026-06-30T23:30:00Z").unwrap(), 28_800));
        assert_eq!(now.date(0), "2026-07-01");
        assert_eq!(now.date(-SECONDS_PER_DAY * SECOND), "2026-06-30");
        assert_eq!(Now::from(now.instant).date(0), "2026-06-30");
        assert_eq!(Now::from(i64::MAX).time(5), i64::MAX);
    }

    #[test]
    fn ids_are_uuids_with_hyphens() {
        let id = parse_id("0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b").unwrap();
        assert_eq!(id[..4], [0x01, 0x90, 0xa1, 0xb2]);
        assert_eq!(id[15], 0x5b);
        for wrong in [
            "",
            "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
            "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g",
            "0190a1b2-c3d4-7e5f-8a9b_0c1d2e3f4a5b",
            "+190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        ] {
            assert_eq!(parse_id(wrong), None, "{wrong}");
        }
    }
}
