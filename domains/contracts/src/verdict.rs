//! The warranty verdict: is this device covered on this day, by what, and until when. Pure: facts in, verdict out.
//!
//! A scrapped device is never covered. Otherwise the factory warranty decides if it runs on that day; else the running
//! contract that covers most (of equals, the one that ends last). First and last days are included. When nothing runs,
//! the verdict says whether cover is over, has yet to begin, or cannot be told because no dates are known.

use kernel::Uuid;
use objects::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ContractKind, Covers};

db::choice! {
    /// Why a verdict is as it is.
    pub enum ReasonCode {
        /// The factory warranty runs.
        FactoryWarranty = "factory_warranty",
        /// A warranty contract runs.
        WarrantyContract = "warranty_contract",
        /// A service contract runs.
        ServiceContract = "service_contract",
        /// Every warranty and contract has ended.
        Expired = "expired",
        /// Nothing has begun yet.
        NotStarted = "not_started",
        /// Neither warranty dates nor a contract are known.
        NoDates = "no_dates",
        /// The device is gone for good.
        Scrapped = "scrapped",
        /// There is no such device.
        DeviceUnknown = "device_unknown",
    }
}

/// Whether a device is covered on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The day it is about.
    pub on: Date,
    /// Covered, not covered, or (null) not known.
    pub in_warranty: Option<bool>,
    /// Why.
    pub reason_code: ReasonCode,
    /// When covered, the last day; when expired, the day that was the last.
    pub until: Option<Date>,
    /// The contract that covers it.
    pub contract_id: Option<Uuid>,
    /// That contract's number.
    pub contract_number: Option<String>,
    /// What costs nothing; absent when not covered.
    pub covers: Option<Covers>,
}

/// What is known of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceFacts {
    /// Gone for good.
    pub scrapped: bool,
    /// First day of the factory warranty.
    pub starts_on: Option<Date>,
    /// Last day of the factory warranty.
    pub ends_on: Option<Date>,
    /// How long its product's factory warranty lasts; asked only when the last day is not known.
    pub product_months: Option<i32>,
}

/// What is known of a contract about the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The contract.
    pub contract_id: Uuid,
    /// Its number.
    pub number: String,
    /// What it promises.
    pub kind: ContractKind,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
    /// What costs nothing.
    pub covers: Covers,
}

/// The verdict for a device on a day; `None` is a device nobody knows.
pub fn judge(device: Option<DeviceFacts>, terms: &[Term], on: Date) -> Verdict {
    let uncovered = |in_warranty, reason_code, until| Verdict {
        on,
        in_warranty,
        reason_code,
        until,
        contract_id: None,
        contract_number: None,
        covers: None,
    };
    let Some(device) = device else { return uncovered(None, ReasonCode::DeviceUnknown, None) };
    if device.scrapped {
        return uncovered(Some(false), ReasonCode::Scrapped, None);
    }
    let factory = factory(&device);
    if let Some((starts_on, ends_on)) = factory
        && starts_on.is_none_or(|first| first <= on)
        && on <= ends_on
    {
        return Verdict {
            covers: Some(Covers::EVERYTHING),
            ..uncovered(Some(true), ReasonCode::FactoryWarranty, Some(ends_on))
        };
    }
    // A contract that only promises to come quickly makes nothing free.
    let terms = || terms.iter().filter(|term| term.covers.count() > 0);
    let running = terms().filter(|term| term.starts_on <= on && on <= term.ends_on);
    let best = running.max_by_key(|term| (term.covers.count(), term.ends_on, std::cmp::Reverse(term.contract_id)));
    if let Some(term) = best {
        let reason_code = match term.kind {
            ContractKind::Warranty => ReasonCode::WarrantyContract,
            ContractKind::Service => ReasonCode::ServiceContract,
        };
        return Verdict {
            contract_id: Some(term.contract_id),
            contract_number: Some(term.number.clone()),
            covers: Some(term.covers),
            ..uncovered(Some(true), reason_code, Some(term.ends_on))
        };
    }
    let ends = factory.map(|(_, ends_on)| ends_on).into_iter().chain(terms().map(|term| term.ends_on));
    if let Some(last) = ends.filter(|last| *last < on).max() {
        return uncovered(Some(false), ReasonCode::Expired, Some(last));
    }
    let begins_later =
        factory.is_some() || device.starts_on.is_some_and(|first| first > on) || terms().next().is_some();
    if begins_later {
        return uncovered(Some(false), ReasonCode::NotStarted, None);
    }
    uncovered(None, ReasonCode::NoDates, None)
}

/// First day, if known, and last day of the factory warranty.
fn factory(device: &DeviceFacts) -> Option<(Option<Date>, Date)> {
    let worked_out = || device.starts_on?.last_of_months(device.product_months?);
    Some((device.starts_on, device.ends_on.or_else(worked_out)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn device(starts_on: Option<&str>, ends_on: Option<&str>, product_months: Option<i32>) -> DeviceFacts {
        DeviceFacts { scrapped: false, starts_on: starts_on.map(day), ends_on: ends_on.map(day), product_months }
    }

    fn term(number: u128, kind: ContractKind, starts_on: &str, ends_on: &str, covers: Covers) -> Term {
        let (starts_on, ends_on) = (day(starts_on), day(ends_on));
        Term { contract_id: Uuid::from_u128(number), number: format!("C-{number}"), kind, starts_on, ends_on, covers }
    }

    fn said(verdict: &Verdict) -> (Option<bool>, &str, Option<String>) {
        (verdict.in_warranty, verdict.reason_code.as_str(), verdict.until.map(|day| day.to_string()))
    }

    const LABOUR: Covers = Covers { labour: true, parts: false, travel: false };
    const NOTHING: Covers = Covers { labour: false, parts: false, travel: false };

    #[test]
    fn first_and_last_day_are_included() {
        let facts = device(Some("2025-03-01"), Some("2026-02-28"), None);
        let until = |text: &str| Some(text.to_owned());
        assert_eq!(said(&judge(Some(facts), &[], day("2025-02-28"))), (Some(false), "not_started", None));
        assert_eq!(
            said(&judge(Some(facts), &[], day("2025-03-01"))),
            (Some(true), "factory_warranty", until("2026-02-28"))
        );
        assert_eq!(
            said(&judge(Some(facts), &[], day("2026-02-28"))),
            (Some(true), "factory_warranty", until("2026-02-28"))
        );
        assert_eq!(said(&judge(Some(facts), &[], day("2026-03-01"))), (Some(false), "expired", until("2026-02-28")));
    }

    #[test]
    fn the_products_months_fill_in_a_missing_end() {
        let facts = device(Some("2025-03-01"), None, Some(12));
        assert_eq!(judge(Some(facts), &[], day("2026-02-28")).reason_code, ReasonCode::FactoryWarranty);
        assert_eq!(judge(Some(facts), &[], day("2026-03-01")).reason_code, ReasonCode::Expired);
    }

    #[test]
    fn what_is_not_known_is_said_to_be_unknown() {
        let on = day("2026-03-02");
        assert_eq!(said(&judge(None, &[], on)), (None, "device_unknown", None));
        assert_eq!(said(&judge(Some(device(None, None, Some(12))), &[], on)), (None, "no_dates", None));
        assert_eq!(said(&judge(Some(device(Some("2025-01-01"), None, None)), &[], on)), (None, "no_dates", None));
        assert_eq!(
            said(&judge(Some(device(Some("2027-01-01"), None, None)), &[], on)),
            (Some(false), "not_started", None)
        );
        // An end alone is enough.
        assert_eq!(judge(Some(device(None, Some("2026-03-02"), None)), &[], on).in_warranty, Some(true));
    }

    #[test]
    fn a_scrapped_device_is_never_covered() {
        let facts = DeviceFacts { scrapped: true, ends_on: Some(day("2030-01-01")), ..DeviceFacts::default() };
        let running = term(1, ContractKind::Service, "2026-01-01", "2026-12-31", Covers::EVERYTHING);
        assert_eq!(said(&judge(Some(facts), &[running], day("2026-03-02"))), (Some(false), "scrapped", None));
    }

    #[test]
    fn contracts_cover_what_the_factory_no_longer_does() {
        let on = day("2026-03-02");
        let expired = device(Some("2020-01-01"), Some("2021-12-31"), None);
        let service = term(1, ContractKind::Service, "2026-01-01", "2026-12-31", LABOUR);
        let warranty = term(2, ContractKind::Warranty, "2026-01-01", "2026-06-30", Covers::EVERYTHING);
        let verdict = judge(Some(expired), std::slice::from_ref(&service), on);
        assert_eq!(said(&verdict), (Some(true), "service_contract", Some("2026-12-31".into())));
        assert_eq!((verdict.contract_number.as_deref(), verdict.covers), (Some("C-1"), Some(LABOUR)));
        let verdict = judge(Some(expired), &[service.clone(), warranty], on);
        assert_eq!(
            (verdict.reason_code, verdict.contract_id),
            (ReasonCode::WarrantyContract, Some(Uuid::from_u128(2)))
        );
        let factory = judge(Some(device(None, Some("2026-03-31"), None)), &[service], on);
        assert_eq!((factory.reason_code, factory.contract_id), (ReasonCode::FactoryWarranty, None));
    }

    #[test]
    fn a_contract_that_makes_nothing_free_is_no_warranty() {
        let empty = term(1, ContractKind::Service, "2026-01-01", "2026-12-31", NOTHING);
        assert_eq!(judge(Some(device(None, None, None)), &[empty], day("2026-03-02")).reason_code, ReasonCode::NoDates);
    }

    #[test]
    fn the_last_end_is_the_one_that_counts() {
        let old = term(1, ContractKind::Service, "2022-01-01", "2023-12-31", LABOUR);
        let coming = term(2, ContractKind::Service, "2027-01-01", "2027-12-31", LABOUR);
        let facts = device(Some("2020-01-01"), Some("2021-12-31"), None);
        let verdict = judge(Some(facts), &[old, coming.clone()], day("2026-03-02"));
        assert_eq!(said(&verdict), (Some(false), "expired", Some("2023-12-31".into())));
        assert_eq!(
            judge(Some(device(None, None, None)), &[coming], day("2026-03-02")).reason_code,
            ReasonCode::NotStarted
        );
    }

    prop_compose! {
        fn any_day()(offset in 0_i32..400) -> Date {
            day("2026-01-01").plus_days(offset).unwrap()
        }
    }

    prop_compose! {
        fn any_term()(id in 1_u128..50, warranty in any::<bool>(), starts_on in any_day(), length in 0_i32..200,
                      labour in any::<bool>(), parts in any::<bool>(), travel in any::<bool>()) -> Term {
            Term {
                contract_id: Uuid::from_u128(id),
                number: format!("C-{id}"),
                kind: if warranty { ContractKind::Warranty } else { ContractKind::Service },
                starts_on,
                ends_on: starts_on.plus_days(length).unwrap(),
                covers: Covers { labour, parts, travel },
            }
        }
    }

    prop_compose! {
        fn any_device()(starts_on in proptest::option::of(any_day()), ends_on in proptest::option::of(any_day()),
                        product_months in proptest::option::of(0_i32..24)) -> DeviceFacts {
            DeviceFacts { scrapped: false, starts_on, ends_on, product_months }
        }
    }

    proptest! {
        #[test]
        fn a_device_is_covered_exactly_when_something_runs(
            facts in any_device(), terms in proptest::collection::vec(any_term(), 0..6), on in any_day(),
        ) {
            let verdict = judge(Some(facts), &terms, on);
            let by_factory = match (facts.starts_on, facts.ends_on) {
                (start, Some(end)) => start.is_none_or(|start| start <= on) && on <= end,
                (Some(start), None) => facts.product_months.and_then(|months| start.last_of_months(months))
                    .is_some_and(|end| start <= on && on <= end),
                (None, None) => false,
            };
            let by_contract = terms.iter().any(|term| {
                term.starts_on <= on && on <= term.ends_on && (term.covers.labour || term.covers.parts || term.covers.travel)
            });
            prop_assert_eq!(verdict.in_warranty == Some(true), by_factory || by_contract);
            prop_assert_eq!(verdict.reason_code == ReasonCode::FactoryWarranty, by_factory);
            prop_assert_eq!(verdict.covers.is_some(), verdict.in_warranty == Some(true));
            match verdict.reason_code {
                ReasonCode::Expired => prop_assert!(verdict.until.is_some_and(|last| last < on)),
                ReasonCode::NotStarted | ReasonCode::NoDates => prop_assert_eq!(verdict.until, None),
                _ => prop_assert!(verdict.until.is_some_and(|last| last >= on)),
            }
        }

        #[test]
        fn the_order_of_contracts_does_not_matter(
            facts in any_device(), mut terms in proptest::collection::vec(any_term(), 0..6), on in any_day(),
        ) {
            terms.sort_by_key(|term| term.contract_id);
            terms.dedup_by_key(|term| term.contract_id);
            let forwards = judge(Some(facts), &terms, on);
            terms.reverse();
            prop_assert_eq!(forwards, judge(Some(facts), &terms, on));
        }
    }
}
