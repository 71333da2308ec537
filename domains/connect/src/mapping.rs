//! A mapping: how another system's export is to be understood.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, Weekday};
use jiff::{civil::DateTime, tz::TimeZone};
use kernel::Timestamp;
use serde::Deserialize;
use tickets::{Priority, Status, TicketType, WaitReason};

use crate::ImportError;

/// The mapping as it is written in TOML.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Its name; records are known by name and key, so that a second run finds them again.
    pub name: String,
    /// What a row is.
    pub kind: Kind,
    /// Texts that mean "nothing".
    #[serde(default)]
    pub missing: Vec<String>,
    /// IANA zone of times without one.
    #[serde(default = "utc")]
    pub zone: String,
    /// strptime format of times.
    pub time_format: String,
    /// The byte between columns.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// Which column holds what.
    pub columns: Columns,
    /// Texts and kind of the tickets.
    pub ticket: TicketTexts,
    /// Their words for priorities.
    #[serde(default)]
    pub priorities: BTreeMap<String, Priority>,
    /// Their words for states.
    #[serde(default)]
    pub states: BTreeMap<String, Status>,
    /// When somebody first answered.
    #[serde(default)]
    pub first_response: FirstResponse,
    /// States in which the clock stands still.
    #[serde(default)]
    pub pauses: BTreeMap<String, WaitReason>,
    /// Versions of KPI definitions this import uses.
    #[serde(default)]
    pub definitions: BTreeMap<String, String>,
    /// Working hours for a tenant that has none.
    #[serde(default)]
    pub calendar: Option<Hours>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One state of a ticket; several rows with the same key make it.
    EventLog,
    /// A whole ticket.
    Table,
}

/// Which column holds what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The ticket's number over there.
    pub key: String,
    /// Puts rows of the same time in order; event logs need it.
    pub order: Option<String>,
    /// When the row came to be; event logs need it.
    pub at: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// Creation.
    pub created_at: String,
    /// Solution.
    pub resolved_at: Option<String>,
    /// Close.
    pub closed_at: Option<String>,
    /// First answer, where it is a column.
    pub first_response_at: Option<String>,
    /// Priority.
    pub priority: Option<String>,
    /// Times reopened.
    pub reopen_count: Option<String>,
    /// Times handed over.
    pub reassign_count: Option<String>,
    /// Whether the promise was kept.
    pub sla_met: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// Problem type.
    pub problem_type: Option<String>,
    /// Cause.
    pub cause_code: Option<String>,
}

impl Columns {
    fn named(&self) -> Vec<&String> {
        let optional = [
            &self.order,
            &self.at,
            &self.state,
            &self.resolved_at,
            &self.closed_at,
            &self.first_response_at,
            &self.priority,
            &self.reopen_count,
            &self.reassign_count,
            &self.sla_met,
            &self.team,
            &self.problem_type,
            &self.cause_code,
        ];
        let needed = [&self.key, &self.created_at];
        needed.into_iter().chain(optional.into_iter().flatten()).collect()
    }
}

/// Texts of the tickets; `{column}` stands for a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketTexts {
    /// The title.
    pub title: String,
    /// The description.
    #[serde(default)]
    pub description: String,
    /// Kind of service.
    #[serde(rename = "type")]
    pub kind: TicketType,
}

/// When somebody first answered, read from the states.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstResponse {
    /// The first row in any other state is the answer.
    #[serde(default)]
    pub states_before: Vec<String>,
}

/// Working hours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The calendar's name, shown beside figures.
    pub name: String,
    /// English names of days.
    pub days: Vec<String>,
    /// `09:00`.
    pub from: String,
    /// `18:00`.
    pub to: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads and checks a mapping.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let mapping: Self = toml::from_str(text).map_err(|error| ImportError::Mapping(error.to_string()))?;
        if mapping.kind == Kind::EventLog && (mapping.columns.order.is_none() || mapping.columns.at.is_none()) {
            let reason = "an event log needs `order` and `at` under [columns], to put the rows of a ticket in order";
            return Err(ImportError::Mapping(reason.to_owned()));
        }
        if !mapping.delimiter.is_ascii() {
            return Err(ImportError::Mapping("the delimiter must be one ASCII character".to_owned()));
        }
        mapping.time_zone()?;
        mapping.business_calendar()?;
        Ok(mapping)
    }

    /// Every column the mapping reads, each once.
    pub fn columns_read(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = self.columns.named().into_iter().cloned().collect();
        for text in [&self.ticket.title, &self.ticket.description] {
            all.extend(placeholders(text));
        }
        all
    }

    /// The zone of the times.
    pub fn time_zone(&self) -> Result<TimeZone, ImportError> {
        TimeZone::get(&self.zone).map_err(|_| ImportError::Mapping(format!("`{}` is not an IANA time zone", self.zone)))
    }

    /// A time as it stands in the file.
    pub fn time(&self, zone: &TimeZone, text: &str) -> Result<Timestamp, String> {
        let civil = DateTime::strptime(&self.time_format, text)
            .map_err(|_| format!("`{text}` is not a time of the form {}", self.time_format))?;
        let zoned = zone.to_zoned(civil).map_err(|error| error.to_string())?;
        Ok(Timestamp::from_jiff(zoned.timestamp()))
    }

    /// The working hours as a calendar.
    pub fn business_calendar(&self) -> Result<Option<(String, Calendar)>, ImportError> {
        let Some(hours) = &self.calendar else { return Ok(None) };
        let wrong = |what: &str| ImportError::Mapping(format!("under [calendar], {what}"));
        let minute = |text: &str| -> Option<u16> {
            let (hour, minute) = text.split_once(':')?;
            Some(hour.parse::<u16>().ok()? * 60 + minute.parse::<u16>().ok()?)
        };
        let days: Vec<Weekday> = hours
            .days
            .iter()
            .map(|day| {
                let known = [
                    ("monday", Weekday::Monday),
                    ("tuesday", Weekday::Tuesday),
                    ("wednesday", Weekday::Wednesday),
                    ("thursday", Weekday::Thursday),
                    ("friday", Weekday::Friday),
                    ("saturday", Weekday::Saturday),
                    ("sunday", Weekday::Sunday),
                ];
                known.into_iter().find(|(name, _)| name == day).map(|(_, day)| day)
            })
            .collect::<Option<_>>()
            .ok_or_else(|| wrong("days are monday to sunday"))?;
        let (Some(from), Some(to)) = (minute(&hours.from), minute(&hours.to)) else {
            return Err(wrong("write hours as 09:00"));
        };
        let calendar = Calendar::working_hours(&self.zone, &days, from, to);
        calendar.compile().map_err(|error| wrong(&error.to_string()))?;
        Ok(Some((hours.name.clone(), calendar)))
    }
}

/// The names between braces.
pub fn placeholders(text: &str) -> Vec<String> {
    let parts = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    parts.map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_mapping_is_valid() {
        let mapping = Mapping::parse(crate::SERVICENOW).unwrap();
        assert!(mapping.columns_read().contains("cmdb_ci"));
        let zone = mapping.time_zone().unwrap();
        assert_eq!(mapping.time(&zone, "2016-02-29T01:16").unwrap().to_string(), "2016-02-29T01:16:00Z");
        assert!(mapping.time(&zone, "29/02/2016").unwrap_err().contains("%Y-%m-%d"));
    }

    #[test]
    fn a_log_without_order_is_refused_with_what_to_do() {
        let text = crate::SERVICENOW.replace("order = \"sys_mod_count\"\n", "");
        let error = Mapping::parse(&text).unwrap_err().to_string();
        assert!(error.contains("`order`"), "{error}");
    }
}
