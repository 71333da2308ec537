//! The arithmetic of the KPIs, over facts in memory: which tickets count, and what they say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{civil::Date, tz::TimeZone};
use kernel::{Timestamp, Uuid};
use statistics::{Nps, Summary, Z_95, wilson};
use tickets::{Priority, StatusCategory};

use crate::{
    facts::{Company, Fact, Pause, View},
    model::{Dimension, Figure, Kpi, Unit},
};

/// What a KPI makes of one ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// A time in µs.
    Time(i64),
    /// Counts for the share, or only for its base.
    Share(bool),
    /// A score from 0 to 10.
    Score(u8),
    /// One more.
    One,
    /// Left out, and why.
    Out(&'static str),
}

/// Microseconds of `[from, to)` that lie in pauses; overlaps count once.
pub fn paused(pauses: &[Pause], from: i64, to: i64) -> i64 {
    let mut spans: Vec<(i64, i64)> = pauses
        .iter()
        .map(|pause| (pause.from.max(from), pause.to.unwrap_or(to).min(to)))
        .filter(|(start, end)| start < end)
        .collect();
    spans.sort_unstable();
    let (mut total, mut reached) = (0, from);
    for (start, end) in spans {
        if end > reached {
            total += end - start.max(reached);
            reached = end;
        }
    }
    total
}

fn resolved_ever(fact: &Fact) -> bool {
    fact.first_resolved_at.is_some() || matches!(fact.category, StatusCategory::Resolved | StatusCategory::Closed)
}

fn is_open(fact: &Fact) -> bool {
    matches!(fact.category, StatusCategory::New | StatusCategory::Open | StatusCategory::Waiting)
}

fn since_creation(fact: &Fact, to: Timestamp) -> Result<i64, &'static str> {
    let micros = to - fact.created_at;
    if micros < 0 { Err("clock_fault") } else { Ok(micros) }
}

/// The resolution time, or why there is none.
fn resolution(fact: &Fact) -> Result<(i64, i64), &'static str> {
    match fact.resolved_at {
        Some(at) => since_creation(fact, at).map(|_| (fact.created_at.0, at.0)),
        None if is_open(fact) => Err("still_open"),
        None => Err("no_resolved_at"),
    }
}

/// What `kpi` makes of `fact`.
pub fn judge(kpi: Kpi, fact: &Fact, facts: &View) -> Verdict {
    if fact.merged {
        return Verdict::Out("merged");
    }
    if fact.category == StatusCategory::Cancelled {
        return Verdict::Out("cancelled");
    }
    let time = |found: Result<i64, &'static str>| found.map_or_else(Verdict::Out, Verdict::Time);
    match kpi {
        Kpi::Frt => match fact.first_response_at {
            Some(at) => time(since_creation(fact, at)),
            None => Verdict::Out("no_first_response"),
        },
        Kpi::Art => match fact.closed_at {
            Some(at) => time(since_creation(fact, at)),
            None => Verdict::Out("still_open"),
        },
        Kpi::Mttr => time(resolution(fact).map(|(from, to)| to - from)),
        Kpi::Netres => time(resolution(fact).map(|(from, to)| (to - from - paused(&fact.pauses, from, to)).max(0))),
        Kpi::Busres => time(resolution(fact).map(|(from, to)| facts.company().calendar.working_micros(from, to, &[]))),
        Kpi::Fcr | Kpi::Reopen if !resolved_ever(fact) => Verdict::Out("still_open"),
        Kpi::Fcr => fact.first_contact.map_or(Verdict::Out("unknown"), Verdict::Share),
        Kpi::Reopen => Verdict::Share(fact.reopened),
        Kpi::Sla => match (fact.sla_met, fact.resolution_due_at) {
            (Some(met), _) => Verdict::Share(met),
            (None, Some(due)) if is_open(fact) && facts.now > due => Verdict::Share(false),
            (None, _) if is_open(fact) => Verdict::Out("not_yet_due"),
            (None, _) => Verdict::Out("no_promise"),
        },
        Kpi::Csat => fact.csat.map_or(Verdict::Out("no_answer"), |score| Verdict::Share(score >= 4)),
        Kpi::Nps => fact.nps.map_or(Verdict::Out("no_answer"), Verdict::Score),
        Kpi::Vol => Verdict::One,
        Kpi::Backlog if is_open(fact) => Verdict::One,
        Kpi::Backlog => Verdict::Out("resolved"),
    }
}

/// The definition behind this ticket's part in the figure.
fn definition(kpi: Kpi, fact: &Fact) -> &str {
    let imported = fact.definitions.as_ref().and_then(|all| all.get(kpi.as_str()));
    imported.map_or(kpi.definition().version, String::as_str)
}

/// The value of one dimension, cheap to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Month(i16, i8),
    Week(i16, i8),
    Day(Date),
    Word(&'static str),
    Engineer(Option<Uuid>),
    Team(Option<Uuid>),
}

impl Place {
    /// As it stands in a group.
    fn label(self, company: &Company) -> String {
        match self {
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Week(year, week) => format!("{year}-W{week:02}"),
            Self::Day(day) => day.to_string(),
            Self::Word(word) => word.to_owned(),
            Self::Engineer(id) => id.map_or_else(|| "none".to_owned(), |id| id.to_string()),
            Self::Team(id) => id.and_then(|id| company.teams.get(&id).cloned()).unwrap_or_else(|| "none".to_owned()),
        }
    }
}

/// The local dates of instants that come roughly in order.
struct Dates<'z> {
    zone: &'z TimeZone,
    quarter: i64,
    date: Date,
}

/// No zone's offset changes within a quarter of an hour, and no day begins within one.
const QUARTER_MICROS: i64 = 900_000_000;

impl<'z> Dates<'z> {
    const fn new(zone: &'z TimeZone) -> Self {
        Self { zone, quarter: i64::MIN, date: Date::ZERO }
    }

    fn of(&mut self, at: Timestamp) -> Date {
        let quarter = at.0.div_euclid(QUARTER_MICROS);
        if quarter != self.quarter {
            (self.quarter, self.date) = (quarter, self.zone.to_datetime(at.to_jiff()).date());
        }
        self.date
    }

    fn place(&mut self, dimension: Dimension, fact: &Fact) -> Place {
        match dimension {
            Dimension::Month => {
                let day = self.of(fact.created_at);
                Place::Month(day.year(), day.month())
            }
            Dimension::Week => {
                let week = self.of(fact.created_at).iso_week_date();
                Place::Week(week.year(), week.week())
            }
            Dimension::Day => Place::Day(self.of(fact.created_at)),
            Dimension::Priority => Place::Word(priority_number(fact.priority)),
            Dimension::Type => Place::Word(fact.kind.as_str()),
            Dimension::Source => Place::Word(fact.source.as_str()),
            Dimension::Engineer => Place::Engineer(fact.engineer_id),
            Dimension::Team => Place::Team(fact.team_id),
        }
    }
}

/// The local day of an instant.
pub fn day(at: Timestamp, company: &Company) -> Date {
    Dates::new(&company.zone).of(at)
}

/// `1` for critical to `4` for low, as other systems number them.
pub const fn priority_number(priority: Priority) -> &'static str {
    match priority {
        Priority::Critical => "1",
        Priority::High => "2",
        Priority::Normal => "3",
        Priority::Low => "4",
    }
}

/// Six decimals, as figures are printed everywhere.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// One figure over the tickets given.
pub fn figure<'f>(
    kpi: Kpi,
    group: BTreeMap<String, String>,
    tickets: impl Iterator<Item = &'f Fact>,
    facts: &View,
    unit: Option<Unit>,
) -> Figure {
    let unit = match (unit, kpi.definition().unit.micros()) {
        (Some(asked), Some(_)) if asked.micros().is_some() => asked,
        _ => kpi.definition().unit,
    };
    let mut times: Vec<i64> = Vec::new();
    let mut scores: Vec<u8> = Vec::new();
    let (mut base, mut hits, mut ones) = (0_usize, 0_usize, 0_usize);
    let mut excluded = BTreeMap::new();
    let mut definitions: BTreeSet<String> = BTreeSet::new();
    for fact in tickets {
        match judge(kpi, fact, facts) {
            Verdict::Time(micros) => times.push(micros),
            Verdict::Share(hit) => {
                base += 1;
                hits += usize::from(hit);
            }
            Verdict::Score(score) => scores.push(score),
            Verdict::One => ones += 1,
            Verdict::Out(reason) => {
                *excluded.entry(reason).or_insert(0) += 1;
                continue;
            }
        }
        let version = definition(kpi, fact);
        if !definitions.contains(version) {
            definitions.insert(version.to_owned());
        }
    }
    if definitions.is_empty() {
        definitions.insert(kpi.definition().version.to_owned());
    }
    let mut out = Figure {
        group,
        kpi,
        definitions: definitions.into_iter().collect(),
        unit,
        n: times.len() + base + scores.len() + ones,
        value: None,
        mean: None,
        median: None,
        p90: None,
        hits: None,
        low: None,
        high: None,
        few: false,
        calendar: (kpi == Kpi::Busres).then(|| facts.company().calendar_name.clone()),
        excluded,
    };
    match kpi.definition().unit {
        Unit::Minute | Unit::Hour | Unit::Day => {
            let summary = Summary::of_integers(&times).per(unit.micros().unwrap_or(1.0));
            out.mean = summary.mean.map(round);
            out.median = summary.median.map(round);
            out.p90 = summary.p90.map(round);
            out.value = out.mean;
        }
        Unit::Share => {
            out.hits = Some(hits);
            out.value = statistics::share(hits as u64, base as u64).map(round);
            let interval = wilson(hits as u64, base as u64, Z_95);
            out.low = interval.map(|(low, _)| round(low));
            out.high = interval.map(|(_, high)| round(high));
        }
        Unit::Points => {
            let nps = Nps::from_answers(scores);
            out.value = nps.score.map(round);
            out.low = nps.low.map(round);
            out.high = nps.high.map(round);
        }
        Unit::Count => out.value = Some(ones as f64),
    }
    out.few = out.n > 0 && out.n < 30 && kpi.definition().unit != Unit::Count;
    out
}

/// Figures of every group, groups in order; without dimensions one figure over all, even over none.
pub fn figures(kpis: &[Kpi], by: &[Dimension], facts: &View, unit: Option<Unit>) -> Vec<Figure> {
    if by.is_empty() {
        return kpis.iter().map(|kpi| figure(*kpi, BTreeMap::new(), facts.rows().iter(), facts, unit)).collect();
    }
    let mut dates = Dates::new(&facts.company().zone);
    let mut members: HashMap<Vec<Place>, Vec<&Fact>> = HashMap::new();
    let mut key = Vec::with_capacity(by.len());
    for fact in facts.rows() {
        key.clear();
        key.extend(by.iter().map(|dimension| dates.place(*dimension, fact)));
        match members.get_mut(&key) {
            Some(members) => members.push(fact),
            None => drop(members.insert(key.clone(), vec![fact])),
        }
    }
    // Two teams may bear one name: groups are what people read.
    let mut groups: BTreeMap<Vec<String>, Vec<&Fact>> = BTreeMap::new();
    for (places, members) in members {
        let key = places.into_iter().map(|place| place.label(facts.company())).collect();
        groups.entry(key).or_default().extend(members);
    }
    let mut out = Vec::with_capacity(groups.len() * kpis.len());
    for (key, members) in groups {
        let group: BTreeMap<String, String> = by.iter().map(ToString::to_string).zip(key).collect();
        for kpi in kpis {
            out.push(figure(*kpi, group.clone(), members.iter().copied(), facts, unit));
        }
    }
    out
}

/// Which of a figure's tickets are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All that were counted.
    Counted,
    /// Those that count for the share.
    Hits,
    /// Those that are only in its base.
    Misses,
    /// Those left out for a reason.
    Excluded(String),
}

/// Exactly the tickets behind a figure, newest first.
pub fn behind(kpi: Kpi, group: &BTreeMap<String, String>, part: &Part, facts: &View) -> Result<Vec<Uuid>, String> {
    let by: Vec<Dimension> = group.keys().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let mut dates = Dates::new(&facts.company().zone);
    let mut found: Vec<&Fact> = facts
        .rows()
        .iter()
        .filter(|fact| {
            by.iter().all(|dimension| {
                group.get(dimension.as_str()) == Some(&dates.place(*dimension, fact).label(facts.company()))
            })
        })
        .filter(|fact| match (judge(kpi, fact, facts), part) {
            (Verdict::Out(reason), Part::Excluded(asked)) => reason == asked,
            (Verdict::Out(_), _) | (_, Part::Excluded(_)) => false,
            (Verdict::Share(hit), Part::Hits) => hit,
            (Verdict::Share(hit), Part::Misses) => !hit,
            (_, Part::Counted | Part::Hits) => true,
            (_, Part::Misses) => false,
        })
        .collect();
    found.sort_by_key(|fact| std::cmp::Reverse((fact.created_at, fact.id)));
    Ok(found.into_iter().map(|fact| fact.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use std::sync::Arc;

    const MINUTE: i64 = 60_000_000;

    /// A closed ticket of 2016-02-29T00:00Z.
    fn fact(n: u128) -> Fact {
        let new = crate::facts::testing::fact(Uuid::from_u128(n), Timestamp(1_456_704_000_000_000));
        Fact { category: StatusCategory::Closed, ..new }
    }

    fn facts(rows: Vec<Fact>) -> View {
        let calendar = calendar::Calendar::working_hours("UTC", &calendar::MONDAY_TO_FRIDAY, 540, 1080);
        let company = Company {
            teams: HashMap::new(),
            calendar: Arc::new(calendar.compile().unwrap()),
            calendar_name: "Mon–Fri 09:00–18:00".into(),
            zone: TimeZone::UTC,
        };
        View::new(Arc::new(Facts { rows, company }), None, None, Timestamp(1_500_000_000_000_000))
    }

    #[test]
    fn overlapping_pauses_count_once_and_are_clipped() {
        let pause = |from, to| Pause { from, to };
        assert_eq!(paused(&[pause(0, Some(10)), pause(5, Some(20)), pause(30, None)], 2, 35), 18 + 5);
        assert_eq!(paused(&[pause(0, Some(1))], 2, 3), 0);
    }

    #[test]
    fn an_answer_before_creation_is_a_clock_fault_and_none_is_no_zero() {
        let (mut early, waiting) = (fact(1), fact(2));
        early.first_response_at = Some(Timestamp(early.created_at.0 - MINUTE));
        let facts = facts(vec![early, waiting]);
        let figure = figure(Kpi::Frt, BTreeMap::new(), facts.rows().iter(), &facts, None);
        assert_eq!((figure.n, figure.value), (0, None));
        assert_eq!(figure.excluded, BTreeMap::from([("clock_fault", 1), ("no_first_response", 1)]));
    }

    #[test]
    fn the_list_behind_a_figure_is_as_long_as_its_n() {
        let rows = (0..40).map(|n| {
            let mut fact = fact(n);
            fact.reopened = n % 4 == 0;
            fact.priority = if n % 2 == 0 { Priority::High } else { Priority::Low };
            fact
        });
        let facts = facts(rows.collect());
        for figure in figures(&[Kpi::Reopen, Kpi::Vol], &[Dimension::Priority, Dimension::Month], &facts, None) {
            let counted = behind(figure.kpi, &figure.group, &Part::Counted, &facts).unwrap();
            assert_eq!(counted.len(), figure.n);
            if let Some(hits) = figure.hits {
                assert_eq!(behind(figure.kpi, &figure.group, &Part::Hits, &facts).unwrap().len(), hits);
            }
            assert!(figure.few || figure.kpi == Kpi::Vol, "20 tickets are few");
        }
    }

    #[test]
    fn imported_definitions_are_named_beside_the_figure() {
        let mut imported = fact(1);
        imported.first_contact = Some(true);
        imported.definitions = Some(BTreeMap::from([("FCR".into(), "FCR/log-proxy/1".into())]));
        let facts = facts(vec![imported]);
        let figure = figure(Kpi::Fcr, BTreeMap::new(), facts.rows().iter(), &facts, None);
        assert_eq!(figure.definitions, ["FCR/log-proxy/1"]);
        assert_eq!((figure.value, figure.hits), (Some(1.0), Some(1)));
    }
}
