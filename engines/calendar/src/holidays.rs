//! Public holidays and adjusted workdays (调休): lists by year, and what is known of years not published yet.
//!
//! China's State Council publishes each year, usually in November, which days of the next year are off and which days of
//! weekends are worked for them. The lists of 2024 to 2026 are shipped in `data/china.json`, each with its notice; others
//! come as files of the same form ([`HolidayFile`]). A year without a list has the days that the 《全国年节及纪念日放假办法》
//! (as revised on 2024-11-10, State Council decree 795) fixes for good, and is *provisional*: which days are moved, and which
//! weekends are worked for them, nobody can know before the notice.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::{Date, Weekday, date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Calendar, Interval};

const CHINA: &str = include_str!("../data/china.json");
const CHINA_LUNAR: &str = include_str!("../data/china-lunar.json");

/// The longest holiday a list may have; a longer one is a slip of the pen.
const MAX_DAYS: i32 = 31;

/// How far before its year a list may reach, as when New Year's holiday begins in December.
const DAYS_BEFORE_YEAR: i32 = 31;

/// A file of lists.
///
/// As JSON: `{"years":[{"year":2026,"source":"…","holidays":[{"zh":"元旦","en":"New Year's Day","from":"2026-01-01",
/// "to":"2026-01-03","workdays":["2026-01-04"]}]}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayFile {
    /// One list a year.
    pub years: Vec<HolidayYear>,
}

/// The holidays of one year as they were published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayYear {
    /// The year they are for, such as 2026.
    pub year: i16,
    /// Who published them, when and where.
    pub source: String,
    /// In any order.
    pub holidays: Vec<Holiday>,
}

/// One holiday: days off in a row, and the weekend days that are worked for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// What it is called.
    #[serde(flatten)]
    pub name: HolidayName,
    /// First day off.
    #[serde(with = "as_text")]
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day off.
    #[serde(with = "as_text")]
    #[schemars(with = "String")]
    pub to: Date,
    /// Days of weekends that are worked for it (调休).
    #[serde(default, with = "as_texts")]
    #[schemars(with = "Vec<String>")]
    pub workdays: Vec<Date>,
}

/// What a holiday is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct HolidayName {
    /// In Chinese, as in the notice.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl HolidayName {
    fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// Two holidays that fall on the same day.
    fn and(&self, other: &Self) -> Self {
        Self { zh: format!("{}、{}", self.zh, other.zh), en: format!("{} and {}", self.en, other.en) }
    }
}

/// What kind of day a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Monday to Friday, and nothing else is known of it.
    Workday,
    /// A Saturday or Sunday that is off.
    Weekend,
    /// Off, whatever day of the week it is.
    Holiday,
    /// Worked although it is a Saturday or Sunday.
    AdjustedWorkday,
}

/// What is known of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day<'a> {
    /// Whether it is worked, and why.
    pub kind: DayKind,
    /// The holiday it is, or is worked for.
    pub name: Option<&'a HolidayName>,
    /// Whether no list of its year was published yet, so that the answer may change.
    pub provisional: bool,
}

impl Day<'_> {
    /// Whether people work on it.
    pub const fn is_workday(&self) -> bool {
        matches!(self.kind, DayKind::Workday | DayKind::AdjustedWorkday)
    }
}

/// What is wrong with a file of holidays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolidayError {
    /// Not JSON of the form of [`HolidayFile`].
    #[error("the file is not a list of holidays: {0}")]
    Malformed(String),
    /// The same year twice in one file.
    #[error("{pointer}: the year {year} stands in the file twice; keep one of them")]
    YearTwice {
        /// JSON pointer to the second.
        pointer: String,
        /// The year.
        year: i16,
    },
    /// A holiday ends before it begins, or is longer than a month.
    #[error("{pointer}: a holiday must end on or after its first day, and within 31 days")]
    WrongSpan {
        /// JSON pointer to the holiday.
        pointer: String,
    },
    /// A date lies neither in the list's year nor in the December before.
    #[error("{pointer}: {date} belongs to another year's list")]
    OtherYear {
        /// JSON pointer to the holiday.
        pointer: String,
        /// The date.
        date: Date,
    },
    /// A date is said to be two things.
    #[error("{pointer}: {date} stands in this list twice")]
    DateTwice {
        /// JSON pointer to the holiday that names it again.
        pointer: String,
        /// The date.
        date: Date,
    },
}

/// All that is known of holidays: lists by year, and the provisional days of years without one.
///
/// ```
/// use calendar::{DayKind, Holidays};
/// use jiff::civil::date;
///
/// let holidays = Holidays::china()?;
/// assert_eq!(holidays.day(date(2026, 10, 10)).kind, DayKind::AdjustedWorkday); // a Saturday
/// assert_eq!(holidays.day(date(2026, 2, 17)).name.map(|name| name.zh.as_str()), Some("春节"));
/// assert!(holidays.day(date(2030, 2, 3)).provisional);
/// # Ok::<(), calendar::HolidayError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Days known without a list, by year.
    statutory: BTreeMap<i16, BTreeMap<Date, Entry>>,
    lists: BTreeMap<i16, List>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    source: String,
    days: BTreeMap<Date, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    worked: bool,
    name: HolidayName,
}

impl Holidays {
    /// China: the lists that are shipped, and the statutory days of all other years up to 2050.
    ///
    /// # Errors
    /// When a shipped file is not what it should be; the tests show that it is.
    pub fn china() -> Result<Self, HolidayError> {
        let lunar: LunarFile = parse(CHINA_LUNAR)?;
        let statutory = lunar.years.iter().map(|dates| (dates.year, dates.statutory_days())).collect();
        Self { statutory, lists: BTreeMap::new() }.with_file(&parse(CHINA)?)
    }

    /// Reads a file of lists on top of these: its years replace those of the same number, the others stay.
    ///
    /// # Errors
    /// A file that is malformed or contradicts itself, with a JSON pointer to the place.
    pub fn with_json(self, file: &str) -> Result<Self, HolidayError> {
        self.with_file(&parse(file)?)
    }

    /// [`Self::with_json`] with a file that was read before.
    ///
    /// # Errors
    /// As there.
    pub fn with_file(mut self, file: &HolidayFile) -> Result<Self, HolidayError> {
        let mut lists = BTreeMap::new();
        for (index, year) in file.years.iter().enumerate() {
            let pointer = format!("/years/{index}");
            let list = List { source: year.source.clone(), days: year.days(&pointer)? };
            if lists.insert(year.year, list).is_some() {
                return Err(HolidayError::YearTwice { pointer, year: year.year });
            }
        }
        self.lists.extend(lists);
        Ok(self)
    }

    /// What is known of a date.
    pub fn day(&self, date: Date) -> Day<'_> {
        let entry = self.entry(date);
        let kind = match entry {
            Some(Entry { worked: false, .. }) => DayKind::Holiday,
            Some(Entry { worked: true, .. }) => DayKind::AdjustedWorkday,
            None if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) => DayKind::Weekend,
            None => DayKind::Workday,
        };
        Day { kind, name: entry.map(|entry| &entry.name), provisional: !self.lists.contains_key(&date.year()) }
    }

    /// Who published the list of a year; `None` for a year that is provisional.
    pub fn source(&self, year: i16) -> Option<&str> {
        self.lists.get(&year).map(|list| list.source.as_str())
    }

    /// The holidays and adjusted workdays of some years, rising, without plain weekends and workdays.
    pub fn days(&self, years: RangeInclusive<i16>) -> impl Iterator<Item = (Date, Day<'_>)> {
        // A list may reach into the December before its year.
        let listed = self.lists.values().flat_map(|list| list.days.keys());
        let statutory = self.statutory.values().flat_map(BTreeMap::keys);
        let dates: std::collections::BTreeSet<Date> =
            listed.chain(statutory).copied().filter(|date| years.contains(&date.year())).collect();
        dates.into_iter().filter(|&date| self.entry(date).is_some()).map(|date| (date, self.day(date)))
    }

    /// A list speaks for its year, then the next year's for the days before it, then the law for years without a list.
    fn entry(&self, date: Date) -> Option<&Entry> {
        let year = date.year();
        let listed = |year: i16| self.lists.get(&year).and_then(|list| list.days.get(&date));
        listed(year).or_else(|| listed(year.saturating_add(1))).or_else(|| {
            let without_list = !self.lists.contains_key(&year);
            self.statutory.get(&year).filter(|_| without_list).and_then(|days| days.get(&date))
        })
    }
}

impl Calendar {
    /// The calendar with holidays closed and adjusted workdays open in those years. Dates that have hours of their own
    /// already keep them, so what a company decided for itself wins. An adjusted workday has the hours of the first open
    /// day of the week, counted from Monday; a week without any gets none.
    #[must_use]
    pub fn with_holidays(mut self, holidays: &Holidays, years: RangeInclusive<i16>) -> Self {
        let usual: Vec<Interval> = self.week.iter().find(|hours| !hours.is_empty()).cloned().unwrap_or_default();
        for (date, day) in holidays.days(years) {
            let hours = if day.is_workday() { usual.clone() } else { Vec::new() };
            self.exceptions.entry(date).or_insert(hours);
        }
        self
    }
}

impl HolidayYear {
    fn days(&self, pointer: &str) -> Result<BTreeMap<Date, Entry>, HolidayError> {
        let mut days = BTreeMap::new();
        for (index, holiday) in self.holidays.iter().enumerate() {
            let pointer = || format!("{pointer}/holidays/{index}");
            let length = days_between(holiday.from, holiday.to);
            if !(0..MAX_DAYS).contains(&length) {
                return Err(HolidayError::WrongSpan { pointer: pointer() });
            }
            let off = holiday.from.series(jiff::Span::new().days(1)).take_while(|&date| date <= holiday.to);
            let worked = holiday.workdays.iter().copied();
            for (date, worked) in off.map(|date| (date, false)).chain(worked.map(|date| (date, true))) {
                let before = days_between(date, jiff::civil::date(self.year, 1, 1));
                if date.year() != self.year && !(1..=DAYS_BEFORE_YEAR).contains(&before) {
                    return Err(HolidayError::OtherYear { pointer: pointer(), date });
                }
                if days.insert(date, Entry { worked, name: holiday.name.clone() }).is_some() {
                    return Err(HolidayError::DateTwice { pointer: pointer(), date });
                }
            }
        }
        Ok(days)
    }
}

/// The dates of a year that hang on moon and sun.
///
/// They stand in `data/china-lunar.json`, a table for 2024 to 2050 made by the rules of GB/T 33661-2017 《农历的编算和颁行》:
/// the standard has months begin on the day of the new moon in UTC+8, which takes astronomy to work out and a table to look
/// up. `scripts/check-holidays` compares the table with the calculation of others (PyPI's `lunar_python`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LunarDates {
    year: i16,
    /// 正月初一.
    #[serde(with = "as_text")]
    spring: Date,
    #[serde(with = "as_text")]
    qingming: Date,
    #[serde(with = "as_text")]
    dragon_boat: Date,
    #[serde(with = "as_text")]
    mid_autumn: Date,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LunarFile {
    #[serde(rename = "source")]
    _source: String,
    years: Vec<LunarDates>,
}

impl LunarDates {
    /// The thirteen days of article 2 of the 《全国年节及纪念日放假办法》 (fewer where two fall together). What falls on a weekend
    /// is made up for on a workday (article 6), but on which one only the notice says.
    fn statutory_days(&self) -> BTreeMap<Date, Entry> {
        let holidays = [
            ("元旦", "New Year's Day", date(self.year, 1, 1), 1),
            ("春节", "Spring Festival", self.spring.yesterday().unwrap_or(self.spring), 4),
            ("清明节", "Tomb-Sweeping Day", self.qingming, 1),
            ("劳动节", "Labour Day", date(self.year, 5, 1), 2),
            ("端午节", "Dragon Boat Festival", self.dragon_boat, 1),
            ("国庆节", "National Day", date(self.year, 10, 1), 3),
            ("中秋节", "Mid-Autumn Festival", self.mid_autumn, 1),
        ];
        let mut days: BTreeMap<Date, Entry> = BTreeMap::new();
        for (zh, en, from, length) in holidays {
            let name = HolidayName::new(zh, en);
            for day in from.series(jiff::Span::new().days(1)).take(length) {
                let entry = Entry { worked: false, name: name.clone() };
                days.entry(day).and_modify(|other| other.name = other.name.and(&name)).or_insert(entry);
            }
        }
        days
    }
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, HolidayError> {
    serde_json::from_str(text).map_err(|error| HolidayError::Malformed(error.to_string()))
}

fn days_between(from: Date, to: Date) -> i32 {
    i32::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(i32::MAX)
}

/// A date as `YYYY-MM-DD`, and nothing looser.
mod as_text {
    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        read(&String::deserialize(from)?)
    }

    pub fn read<E: Error>(text: &str) -> Result<Date, E> {
        match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => Ok(date),
            _ => Err(E::custom(format!("`{text}` is not a date of the form YYYY-MM-DD"))),
        }
    }
}

mod as_texts {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(dates: &[Date], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(dates.iter().map(ToString::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Date>, D::Error> {
        Vec::<String>::deserialize(from)?.iter().map(|text| super::as_text::read(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MONDAY_TO_FRIDAY;

    fn china() -> Holidays {
        Holidays::china().unwrap()
    }

    /// One year of one holiday, as a file.
    fn file(year: i16, from: &str, to: &str, workdays: &[&str]) -> String {
        let holiday =
            serde_json::json!({"zh": "春节", "en": "Spring Festival", "from": from, "to": to, "workdays": workdays});
        serde_json::json!({"years": [{"year": year, "source": "notice", "holidays": [holiday]}]}).to_string()
    }

    #[test]
    fn each_day_says_what_it_is_and_for_which_holiday() {
        let holidays = china();
        let day = |year, month, day| holidays.day(date(year, month, day));
        let off = day(2026, 2, 17);
        assert_eq!((off.kind, off.provisional), (DayKind::Holiday, false));
        assert_eq!(off.name, Some(&HolidayName::new("春节", "Spring Festival")));
        let worked = day(2026, 2, 14);
        assert_eq!((worked.kind, worked.name), (DayKind::AdjustedWorkday, off.name));
        assert!(worked.is_workday());
        assert_eq!(day(2026, 3, 2), Day { kind: DayKind::Workday, name: None, provisional: false });
        assert_eq!(day(2026, 3, 1), Day { kind: DayKind::Weekend, name: None, provisional: false });
        assert!(holidays.source(2024).unwrap().contains("国办发明电〔2023〕7号"));
    }

    #[test]
    fn a_year_without_a_list_has_the_days_of_the_law_and_is_provisional() {
        let holidays = china();
        let days: Vec<String> = holidays.days(2027..=2027).map(|(date, _)| date.to_string()).collect();
        let expected = [
            "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15", "10-01", "10-02",
            "10-03",
        ];
        assert_eq!(days, expected.map(|day| format!("2027-{day}")));
        assert!(holidays.days(2027..=2050).all(|(_, day)| day.provisional && day.kind == DayKind::Holiday));
        assert_eq!(holidays.source(2027), None);
        // The eighth month of 2031 reaches its middle on National Day.
        let both = holidays.day(date(2031, 10, 1)).name.unwrap();
        assert_eq!((both.zh.as_str(), both.en.as_str()), ("国庆节、中秋节", "National Day and Mid-Autumn Festival"));
        assert_eq!(holidays.days(2031..=2031).count(), 12);
        // Beyond the table there is the plain week, and it says so.
        assert_eq!(holidays.day(date(2051, 1, 2)), Day { kind: DayKind::Workday, name: None, provisional: true });
    }

    #[test]
    fn a_file_replaces_its_years_and_leaves_the_others() {
        let holidays = china().with_json(&file(2027, "2027-02-05", "2027-02-12", &["2027-02-13"])).unwrap();
        assert_eq!(holidays.day(date(2027, 2, 12)).kind, DayKind::Holiday);
        assert_eq!(holidays.day(date(2027, 2, 13)).kind, DayKind::AdjustedWorkday);
        assert_eq!(holidays.day(date(2027, 10, 1)).kind, DayKind::Workday, "the list is all there is of its year");
        assert!(!holidays.day(date(2027, 10, 1)).provisional);
        assert_eq!(holidays.days(2026..=2026).count(), china().days(2026..=2026).count());
        assert!(holidays.day(date(2028, 10, 1)).provisional);
    }

    #[test]
    fn a_list_may_reach_into_the_december_before() {
        let holidays = china().with_json(&file(2027, "2026-12-31", "2027-01-02", &["2026-12-27"])).unwrap();
        assert_eq!(holidays.day(date(2026, 12, 31)).kind, DayKind::Holiday);
        assert_eq!(holidays.day(date(2026, 12, 27)).kind, DayKind::AdjustedWorkday);
        assert!(holidays.days(2026..=2026).any(|(day, _)| day == date(2026, 12, 27)));
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_place() {
        let refused = |text: &str| china().with_json(text).unwrap_err();
        let pointer = || "/years/0/holidays/0".to_owned();
        assert!(matches!(refused("{"), HolidayError::Malformed(_)));
        let misspelt = file(2027, "2027-02-05", "2027-02-12", &[]).replace("workdays", "workday");
        assert!(refused(&misspelt).to_string().contains("workday"));
        assert!(refused(&file(2027, "20270205", "2027-02-12", &[])).to_string().contains("YYYY-MM-DD"));
        assert_eq!(
            refused(&file(2027, "2027-02-05", "2027-02-04", &[])),
            HolidayError::WrongSpan { pointer: pointer() }
        );
        assert_eq!(
            refused(&file(2027, "2027-02-05", "2027-12-04", &[])),
            HolidayError::WrongSpan { pointer: pointer() }
        );
        let date = date(2028, 2, 6);
        let other = HolidayError::OtherYear { pointer: pointer(), date };
        assert_eq!(refused(&file(2027, "2027-02-05", "2027-02-06", &["2028-02-06"])), other);
        let twice = file(2027, "2027-02-05", "2027-02-06", &["2027-02-06"]);
        assert!(matches!(refused(&twice), HolidayError::DateTwice { .. }));
        let year = serde_json::json!({"year": 2027, "source": "", "holidays": []});
        let years = serde_json::json!({"years": [year, year]}).to_string();
        assert_eq!(refused(&years), HolidayError::YearTwice { pointer: "/years/1".into(), year: 2027 });
    }

    #[test]
    fn a_file_survives_json() {
        let file: HolidayFile = parse(CHINA).unwrap();
        let text = serde_json::to_string(&file).unwrap();
        assert_eq!(parse::<HolidayFile>(&text).unwrap(), file);
        assert!(schemars::schema_for!(HolidayFile).as_value()["properties"]["years"].is_object());
    }

    #[test]
    fn holidays_lie_on_top_of_the_week_and_under_what_a_company_decided() {
        let own = Calendar::working_hours("Asia/Shanghai", &MONDAY_TO_FRIDAY, 540, 1080)
            .with_hours(date(2026, 10, 1), vec![Interval::new(600, 720)]);
        let calendar = own.with_holidays(&china(), 2026..=2027);
        assert_eq!(calendar.exceptions[&date(2026, 10, 1)], [Interval::new(600, 720)]);
        assert_eq!(calendar.exceptions[&date(2026, 10, 2)], []);
        assert_eq!(calendar.exceptions[&date(2026, 10, 10)], [Interval::new(540, 1080)]);
        assert_eq!(calendar.exceptions[&date(2027, 10, 1)], []);
        assert!(calendar.exceptions.keys().all(|date| (2026..=2027).contains(&date.year())));
        assert!(calendar.compile().is_ok());
    }
}
