//! The KPIs: what each measures, of which tickets, by which versioned definition.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

db::choice! {
    /// A key performance indicator, by the id people cite.
    pub enum Kpi {
        /// First response time.
        Frt = "FRT",
        /// Average resolution time: creation to close.
        Art = "ART",
        /// Mean time to resolve: creation to solution.
        Mttr = "MTTR",
        /// Time to resolve without pauses.
        Netres = "NETRES",
        /// Time to resolve in working hours.
        Busres = "BUSRES",
        /// First contact resolution.
        Fcr = "FCR",
        /// Reopen rate.
        Reopen = "REOPEN",
        /// Service level attainment.
        Sla = "SLA",
        /// Customer satisfaction.
        Csat = "CSAT",
        /// Net promoter score.
        Nps = "NPS",
        /// Tickets that came in.
        Vol = "VOL",
        /// Tickets open at this moment.
        Backlog = "BACKLOG",
    }
}

db::choice! {
    /// The unit a figure is given in.
    pub enum Unit {
        /// Minutes.
        Minute = "min",
        /// Hours.
        Hour = "h",
        /// Days of 24 hours.
        Day = "day",
        /// A share from 0 to 1.
        Share = "share",
        /// Points from -100 to 100.
        Points = "points",
        /// A number of things.
        Count = "count",
    }
}

impl Unit {
    /// Microseconds in one, for units of time.
    pub const fn micros(self) -> Option<f64> {
        match self {
            Self::Minute => Some(60e6),
            Self::Hour => Some(3_600e6),
            Self::Day => Some(86_400e6),
            Self::Share | Self::Points | Self::Count => None,
        }
    }
}

/// How a KPI is worked out, as it is shown beside the figure.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Definition {
    /// The KPI.
    pub kpi: Kpi,
    /// Version of the definition for tickets that lived here, such as `FRT/desk/1`.
    pub version: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// Chinese formula, cohort and exclusions.
    pub formula_zh: &'static str,
    /// English formula, cohort and exclusions.
    pub formula_en: &'static str,
    /// The usual unit.
    pub unit: Unit,
    /// Whether less is better; absent where neither is.
    pub less_is_better: Option<bool>,
}

/// Every definition in force, in the order they are shown.
pub const DEFINITIONS: [Definition; 12] = [
    Definition {
        kpi: Kpi::Frt,
        version: "FRT/desk/1",
        name_zh: "首次响应时间",
        name_en: "First response time",
        formula_zh: "首次有效响应 − 创建；自动回复不计。尚未响应的工单不计入并列出数量；响应早于创建视为时钟错误。",
        formula_en: "First effective answer − creation; automatic replies do not count. Unanswered tickets are listed, not counted; an answer before creation is a clock fault.",
        unit: Unit::Minute,
        less_is_better: Some(true),
    },
    Definition {
        kpi: Kpi::Art,
        version: "ART/create-close/1",
        name_zh: "平均解决时间（创建至关闭）",
        name_en: "Average resolution time (create to close)",
        formula_zh: "Σ(关闭 − 创建) ÷ 已关闭工单数；未关闭的单独列出。",
        formula_en: "Σ(close − create) ÷ closed tickets; tickets still open are listed apart.",
        unit: Unit::Hour,
        less_is_better: Some(true),
    },
    Definition {
        kpi: Kpi::Mttr,
        version: "MTTR/create-resolve/1",
        name_zh: "平均修复时间（创建至解决）",
        name_en: "Mean time to resolve",
        formula_zh: "解决 − 创建；没有解决时间的排除并列出数量。",
        formula_en: "Resolve − create; tickets without a resolve time are excluded and counted.",
        unit: Unit::Hour,
        less_is_better: Some(true),
    },
    Definition {
        kpi: Kpi::Netres,
        version: "NETRES/1",
        name_zh: "净解决时间",
        name_en: "Net resolution time",
        formula_zh: "（解决 − 创建）− 约定原因的暂停；重叠的暂停只计一次，限于创建与解决之间，不小于 0。",
        formula_en: "(Resolve − create) − pauses for agreed reasons; overlapping pauses count once, clipped to creation and resolution, never below 0.",
        unit: Unit::Minute,
        less_is_better: Some(true),
    },
    Definition {
        kpi: Kpi::Busres,
        version: "BUSRES/1",
        name_zh: "工作时间内解决时间",
        name_en: "Resolution time in working hours",
        formula_zh: "创建至解决之间的工作分钟数，按旁边所示工作日历。",
        formula_en: "Working minutes from creation to resolution, by the calendar named beside the figure.",
        unit: Unit::Minute,
        less_is_better: Some(true),
    },
    Definition {
        kpi: Kpi::Fcr,
        version: "FCR/desk/1",
        name_zh: "问题一次性解决率",
        name_en: "First contact resolution",
        formula_zh: "由服务台直接解决（未派工、未转手、未重开）的工单 ÷ 已解决工单。",
        formula_en: "Tickets solved by the desk itself (nobody sent, never handed over, never reopened) ÷ resolved tickets.",
        unit: Unit::Share,
        less_is_better: Some(false),
    },
    Definition {
        kpi: Kpi::Reopen,
        version: "REOPEN/1",
        name_zh: "重开率",
        name_en: "Reopen rate",
        formula_zh: "至少重开过一次的工单 ÷ 解决过的工单；归属到创建月份。",
        formula_en: "Tickets reopened at least once ÷ tickets ever resolved; by the month of creation.",
        unit: Unit::Share,
        less_is_better: Some(true),
    },
    Definition {
        kpi: Kpi::Sla,
        version: "SLA/resolution/1",
        name_zh: "SLA 达成率",
        name_en: "SLA attainment",
        formula_zh: "按时解决 ÷（按时 + 超时）；未到期的未结工单暂不计入，已超时的未结工单计为超时。",
        formula_en: "Met ÷ (met + missed); open tickets not yet due are not counted, open and late ones count as missed now.",
        unit: Unit::Share,
        less_is_better: Some(false),
    },
    Definition {
        kpi: Kpi::Csat,
        version: "CSAT/top-two/1",
        name_zh: "客户满意度",
        name_en: "Customer satisfaction",
        formula_zh: "4 分与 5 分的答卷 ÷ 有评分的答卷；未作答视为缺失而非 0。归属到工单创建时间。",
        formula_en: "Answers of 4 and 5 ÷ answers with a score; unanswered is missing, not 0. By the ticket's creation.",
        unit: Unit::Share,
        less_is_better: Some(false),
    },
    Definition {
        kpi: Kpi::Nps,
        version: "NPS/ticket/1",
        name_zh: "净推荐值（工单）",
        name_en: "Net promoter score (per ticket)",
        formula_zh: "9–10 分占比 − 0–6 分占比，标准误 √((p+d−(p−d)²)/n)。工单 NPS 不等于关系 NPS。",
        formula_en: "Share of 9–10 − share of 0–6, standard error √((p+d−(p−d)²)/n). Ticket NPS is not relationship NPS.",
        unit: Unit::Points,
        less_is_better: Some(false),
    },
    Definition {
        kpi: Kpi::Vol,
        version: "VOL/1",
        name_zh: "新增工单",
        name_en: "New tickets",
        formula_zh: "期间内创建的工单数；合并与取消的另计。",
        formula_en: "Tickets created in the period; merged and cancelled ones are listed apart.",
        unit: Unit::Count,
        less_is_better: None,
    },
    Definition {
        kpi: Kpi::Backlog,
        version: "BACKLOG/1",
        name_zh: "积压工单",
        name_en: "Open tickets",
        formula_zh: "期间内创建、此刻仍未解决的工单数。",
        formula_en: "Tickets created in the period that are open at this moment.",
        unit: Unit::Count,
        less_is_better: Some(true),
    },
];

impl Kpi {
    /// Its definition.
    pub fn definition(self) -> &'static Definition {
        let found = DEFINITIONS.iter().find(|definition| definition.kpi == self);
        found.unwrap_or(&DEFINITIONS[0])
    }
}

/// A figure with everything needed to trust it. Undefined values are absent, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Figure {
    /// The group it is for, such as `{"month":"2016-03","priority":"3"}`; empty for all.
    pub group: BTreeMap<String, String>,
    /// The KPI.
    pub kpi: Kpi,
    /// Versions of the definitions behind the tickets counted.
    pub definitions: Vec<String>,
    /// The unit of value, mean, median, p90, low and high.
    pub unit: Unit,
    /// Tickets (or answers) counted.
    pub n: usize,
    /// The figure: the mean of times, the share of rates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Mean, for times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Median, for times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// 90th percentile (type 7), for times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// How many of `n` count for the share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hits: Option<usize>,
    /// Lower end of the 95 % interval (Wilson for shares).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// True when n < 30: too few to compare or rank.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub few: bool,
    /// The calendar used, for working time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// What was left out, by reason.
    pub excluded: BTreeMap<&'static str, usize>,
}

db::choice! {
    /// What figures can be grouped by.
    pub enum Dimension {
        /// `2016-03`, by creation, in the business zone.
        Month = "month",
        /// ISO week, `2016-W09`.
        Week = "week",
        /// `2016-03-01`.
        Day = "day",
        /// `1` (critical) to `4` (low).
        Priority = "priority",
        /// Kind of service.
        Type = "type",
        /// Engineer id; `none` without one.
        Engineer = "engineer",
        /// Team name; `none` without one.
        Team = "team",
        /// How it came in.
        Source = "source",
    }
}

/// Reads `month,priority`.
pub fn dimensions(text: &str) -> Result<Vec<Dimension>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let dimensions: Vec<Dimension> = parts.map(str::parse).collect::<Result<_, _>>()?;
    if dimensions.len() > 3 {
        return Err("group by at most three things at once".to_owned());
    }
    Ok(dimensions)
}

/// Reads `FRT,ART`; every KPI when empty.
pub fn kpis(text: &str) -> Result<Vec<Kpi>, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return Ok(Kpi::ALL.to_vec());
    }
    parts.into_iter().map(|part| part.to_uppercase().parse()).collect()
}
