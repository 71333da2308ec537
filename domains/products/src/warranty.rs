//! Warranty rules: when the factory warranty of a device starts, how long it lasts, and which components have terms of
//! their own. Pure: days and rules in, days and the way they were found out.
//!
//! The warranty starts with the sale, the installation or the first use, as the rule says (without a word about it: with
//! the installation). Where that day is not known, the next best known day counts: it is the earliest of the others, so
//! that nobody is promised more than can be shown. A rule may also say that the warranty starts at the latest so many
//! months after the sale, whenever the device is installed.

use kernel::Uuid;
use objects::{Checks, Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Months of a term at most: fifty years.
pub(crate) const LONGEST_MONTHS: i32 = 600;
/// Components of a rule at most.
const MOST_COMPONENTS: usize = 50;

db::choice! {
    /// With what a warranty starts.
    pub enum WarrantyStart {
        /// With the day of sale.
        Sale = "sale",
        /// With the day of installation.
        Installation = "installation",
        /// With the day of first use.
        FirstUse = "first_use",
    }
}

/// A component with a term of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentTerm {
    /// What it is called: 压缩机.
    pub name: String,
    /// The part in the parts list, where it stands there.
    pub part_id: Option<Uuid>,
    /// How long it is covered, counted like the whole device, 1 to 600 months.
    pub months: i32,
}

/// How a warranty counts, beyond its months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WarrantyTerms {
    /// With what it starts.
    pub start: WarrantyStart,
    /// It starts at the latest so many months after the sale, 0 to 600.
    pub latest_start_months_after_sale: Option<i32>,
    /// Components with terms of their own.
    #[serde(default)]
    pub components: Vec<ComponentTerm>,
}

impl WarrantyTerms {
    /// The same, trimmed and checked; pointers begin with `pointer`.
    pub(crate) fn checked(mut self, pointer: &str, checks: &mut Checks) -> Self {
        let latest = format!("{pointer}/latest_start_months_after_sale");
        checks.within(&latest, self.latest_start_months_after_sale, 0..=LONGEST_MONTHS);
        if self.components.len() > MOST_COMPONENTS {
            let message = format!("Name at most {MOST_COMPONENTS} components.");
            checks.refuse(&format!("{pointer}/components"), "too_many", message);
            self.components.truncate(MOST_COMPONENTS);
        }
        for (index, component) in self.components.iter_mut().enumerate() {
            let at = format!("{pointer}/components/{index}");
            component.name = checks.name(&format!("{at}/name"), &component.name);
            checks.within(&format!("{at}/months"), Some(component.months), 1..=LONGEST_MONTHS);
        }
        self
    }
}

db::choice! {
    /// Where a rule stands.
    pub enum RuleSource {
        /// At the product.
        Product = "product",
        /// At the product's category.
        Category = "category",
    }
}

/// The rule that counts for a product: its own words first, those of its category for the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EffectiveRule {
    /// How long the warranty lasts, and who says so.
    pub months: Option<(i32, RuleSource)>,
    /// How it counts, and who says so.
    pub terms: Option<(WarrantyTerms, RuleSource)>,
}

impl EffectiveRule {
    /// How long the warranty lasts.
    pub fn months(&self) -> Option<i32> {
        self.months.map(|(months, _)| months)
    }

    /// With what it starts, if a rule says so.
    pub fn start(&self) -> Option<WarrantyStart> {
        self.terms.as_ref().map(|(terms, _)| terms.start)
    }

    /// Components with terms of their own.
    pub fn components(&self) -> &[ComponentTerm] {
        self.terms.as_ref().map_or(&[], |(terms, _)| terms.components.as_slice())
    }

    /// The term of a part: by its place in the parts list, else by its name.
    pub fn term_of(&self, part_id: Option<Uuid>, name: &str) -> Option<&ComponentTerm> {
        let by_id = self.components().iter().find(|term| term.part_id.is_some() && term.part_id == part_id);
        let folded = objects::folded_code(name);
        by_id.or_else(|| self.components().iter().find(|term| objects::folded_code(&term.name) == folded))
    }
}

/// The days of a device's life that a rule may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LifeDays {
    /// When it was sold.
    pub sold_on: Option<Date>,
    /// When it was put into service.
    pub installed_on: Option<Date>,
    /// When it was first used.
    pub first_used_on: Option<Date>,
}

impl LifeDays {
    fn of(&self, start: WarrantyStart) -> Option<Date> {
        match start {
            WarrantyStart::Sale => self.sold_on,
            WarrantyStart::Installation => self.installed_on,
            WarrantyStart::FirstUse => self.first_used_on,
        }
    }
}

/// How a warranty's first day was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartBasis {
    /// The day the rule asks for.
    AsRuled(WarrantyStart),
    /// That day is not known; this one is the earliest of the others.
    Instead(WarrantyStart),
    /// So many months after the sale, which is the latest the rule allows.
    Latest(i32),
}

/// The first day of the warranty by the rule, and how it was found; `None` when no day is known.
pub fn start_of(rule: &EffectiveRule, days: &LifeDays) -> Option<(Date, StartBasis)> {
    let wanted = rule.start().unwrap_or(WarrantyStart::Installation);
    let others = || {
        let known = WarrantyStart::ALL.iter().filter_map(|start| days.of(*start).map(|day| (day, *start)));
        known.min_by_key(|(day, _)| *day).map(|(day, start)| (day, StartBasis::Instead(start)))
    };
    let found = days.of(wanted).map(|day| (day, StartBasis::AsRuled(wanted))).or_else(others)?;
    let latest = rule.terms.as_ref().and_then(|(terms, _)| terms.latest_start_months_after_sale);
    match (latest, days.sold_on) {
        (Some(months), Some(sold)) => match sold.plus_months(months) {
            Some(last) if last < found.0 => Some((last, StartBasis::Latest(months))),
            _ => Some(found),
        },
        _ => Some(found),
    }
}

/// First and last day of the factory warranty by the rule, as far as they can be told.
pub fn work_out(rule: &EffectiveRule, days: &LifeDays) -> (Option<Date>, Option<Date>) {
    let starts_on = start_of(rule, days).map(|(day, _)| day);
    (starts_on, starts_on.zip(rule.months()).and_then(|(day, months)| day.last_of_months(months)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn rule(start: WarrantyStart, months: i32, latest: Option<i32>) -> EffectiveRule {
        let terms = WarrantyTerms { start, latest_start_months_after_sale: latest, components: Vec::new() };
        EffectiveRule { months: Some((months, RuleSource::Product)), terms: Some((terms, RuleSource::Product)) }
    }

    fn days(sold: Option<&str>, installed: Option<&str>, used: Option<&str>) -> LifeDays {
        LifeDays { sold_on: sold.map(day), installed_on: installed.map(day), first_used_on: used.map(day) }
    }

    #[test]
    fn the_day_the_rule_names_starts_the_warranty() {
        let all = days(Some("2025-01-10"), Some("2025-03-01"), Some("2025-04-15"));
        let said = |start| work_out(&rule(start, 12, None), &all);
        assert_eq!(said(WarrantyStart::Sale), (Some(day("2025-01-10")), Some(day("2026-01-09"))));
        assert_eq!(said(WarrantyStart::Installation), (Some(day("2025-03-01")), Some(day("2026-02-28"))));
        assert_eq!(said(WarrantyStart::FirstUse), (Some(day("2025-04-15")), Some(day("2026-04-14"))));
        assert_eq!(work_out(&EffectiveRule::default(), &all), (Some(day("2025-03-01")), None));
    }

    #[test]
    fn a_late_installation_does_not_stretch_the_warranty_beyond_what_the_rule_allows() {
        let all = days(Some("2025-01-31"), Some("2026-01-01"), None);
        let capped = rule(WarrantyStart::Installation, 24, Some(6));
        assert_eq!(start_of(&capped, &all), Some((day("2025-07-31"), StartBasis::Latest(6))));
        assert_eq!(work_out(&capped, &all).1, Some(day("2027-07-30")));
        let wide = rule(WarrantyStart::Installation, 24, Some(18));
        let installed = StartBasis::AsRuled(WarrantyStart::Installation);
        assert_eq!(start_of(&wide, &all), Some((day("2026-01-01"), installed)));
        let unsold = days(None, Some("2026-01-01"), None);
        assert_eq!(start_of(&capped, &unsold), Some((day("2026-01-01"), installed)));
    }

    #[test]
    fn where_the_day_is_not_known_the_earliest_other_one_counts() {
        let some = days(Some("2025-01-10"), Some("2025-03-01"), None);
        let found = start_of(&rule(WarrantyStart::FirstUse, 12, None), &some);
        assert_eq!(found, Some((day("2025-01-10"), StartBasis::Instead(WarrantyStart::Sale))));
        assert_eq!(start_of(&rule(WarrantyStart::Sale, 12, None), &LifeDays::default()), None);
    }

    #[test]
    fn a_component_is_known_by_its_part_or_its_name() {
        let part = Uuid::from_u128(7);
        let component = |name: &str, part_id, months| ComponentTerm { name: name.into(), part_id, months };
        let mut known = rule(WarrantyStart::Sale, 12, None);
        if let Some((terms, _)) = &mut known.terms {
            terms.components = vec![component("主板", None, 6), component("压缩机", Some(part), 60)];
        }
        assert_eq!(known.term_of(Some(part), "别名").map(|term| term.months), Some(60));
        assert_eq!(known.term_of(None, " 主板 ").map(|term| term.months), Some(6));
        assert_eq!(known.term_of(Some(Uuid::from_u128(8)), "风机"), None);
    }

    fn any_day() -> impl Strategy<Value = Option<Date>> {
        proptest::option::of((0_i32..4_000).prop_map(|after| day("2018-01-01").plus_days(after).unwrap()))
    }

    fn any_life() -> impl Strategy<Value = LifeDays> {
        (any_day(), any_day(), any_day()).prop_map(|(sold_on, installed_on, first_used_on)| LifeDays {
            sold_on,
            installed_on,
            first_used_on,
        })
    }

    fn any_rule() -> impl Strategy<Value = EffectiveRule> {
        (0_usize..3, 1_i32..120, proptest::option::of(0_i32..36))
            .prop_map(|(start, months, latest)| rule(WarrantyStart::ALL[start], months, latest))
    }

    proptest! {
        #[test]
        fn a_start_is_found_exactly_when_a_day_is_known(rule in any_rule(), days in any_life()) {
            let known = [days.sold_on, days.installed_on, days.first_used_on];
            prop_assert_eq!(start_of(&rule, &days).is_some(), known.iter().any(Option::is_some));
        }

        #[test]
        fn the_start_is_a_known_day_or_the_latest_allowed_and_never_later_than_that(rule in any_rule(), days in any_life()) {
            let latest = rule.terms.as_ref().unwrap().0.latest_start_months_after_sale;
            let limit = days.sold_on.zip(latest).and_then(|(sold, months)| sold.plus_months(months));
            if let Some((starts_on, basis)) = start_of(&rule, &days) {
                let known = [days.sold_on, days.installed_on, days.first_used_on];
                match basis {
                    StartBasis::Latest(_) => prop_assert_eq!(Some(starts_on), limit),
                    StartBasis::AsRuled(start) => prop_assert_eq!(Some(starts_on), days.of(start)),
                    StartBasis::Instead(_) => {
                        prop_assert!(days.of(rule.start().unwrap()).is_none());
                        prop_assert_eq!(Some(starts_on), known.iter().flatten().min().copied());
                    }
                }
                prop_assert!(limit.is_none_or(|limit| starts_on <= limit));
            }
        }

        #[test]
        fn a_warranty_lasts_as_long_as_the_rule_says(rule in any_rule(), days in any_life()) {
            let (starts_on, ends_on) = work_out(&rule, &days);
            prop_assert_eq!(ends_on, starts_on.and_then(|day| day.last_of_months(rule.months().unwrap())));
            if let (Some(first), Some(last)) = (starts_on, ends_on) {
                prop_assert!(last >= first);
            }
        }

        #[test]
        fn a_longer_term_never_ends_sooner(rule in any_rule(), days in any_life(), more in 1_i32..24) {
            let mut longer = rule.clone();
            longer.months = longer.months.map(|(months, source)| (months + more, source));
            prop_assert!(work_out(&longer, &days).1 >= work_out(&rule, &days).1);
        }
    }
}
