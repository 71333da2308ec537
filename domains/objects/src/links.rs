//! How computed fields hang on other objects: the links of a catalogue, and circles over several catalogues.

use std::collections::{BTreeMap, BTreeSet};

use forms::{Catalogue, Defect, Field, FieldKind, ResultType, RollUpFunction};
use rules::FieldType;

use crate::{built_in, offering, store::computed::Link};

/// The fields of a catalogue that are worked out from other records.
pub(crate) fn links(catalogue: &Catalogue) -> Vec<Link> {
    let link = |field: &Field, kind: &str, target: &str, relation: &str, source: &str| Link {
        target: target.to_owned(),
        object: catalogue.object.clone(),
        field: field.id.clone(),
        kind: kind.to_owned(),
        relation: relation.to_owned(),
        source: source.to_owned(),
    };
    let used = catalogue.fields.iter().filter(|field| !field.retired);
    used.filter_map(|field| match &field.kind {
        FieldKind::LookUp(look_up) => {
            let target = relation_target(catalogue, &look_up.relation)?;
            Some(link(field, "look_up", target, &look_up.relation, &look_up.field))
        }
        FieldKind::RollUp(roll_up) => {
            let source = roll_up.field.as_deref().unwrap_or_default();
            Some(link(field, "roll_up", &roll_up.object, &roll_up.relation, source))
        }
        _ => None,
    })
    .collect()
}

/// The object to which a relation field leads.
pub(crate) fn relation_target<'c>(catalogue: &'c Catalogue, relation: &str) -> Option<&'c str> {
    match &catalogue.field(relation)?.kind {
        FieldKind::Relation(settings) => Some(&settings.object),
        _ => None,
    }
}

/// What is wrong with look-ups and roll-ups of a catalogue beside the catalogues of all objects.
pub(crate) fn defects(catalogue: &Catalogue, others: &BTreeMap<String, Catalogue>) -> Vec<Defect> {
    let mut defects = Vec::new();
    let find = |object: &str| {
        if object == catalogue.object { Some(catalogue) } else { others.get(object) }
    };
    for (index, field) in catalogue.fields.iter().enumerate().filter(|(_, field)| !field.retired) {
        let at = format!("/fields/{index}");
        match &field.kind {
            FieldKind::LookUp(look_up) => {
                let Some(target) = relation_target(catalogue, &look_up.relation) else { continue };
                look_up_defects(field, target, &look_up.field, look_up.result, find(target), &at, &mut defects);
            }
            FieldKind::Relation(settings) => {
                let Some(tree) = &settings.offered_if else { continue };
                if let Err(error) = offering::check(tree, &settings.object, find(&settings.object)) {
                    let message = format!("Correct the condition: {}.", error.message);
                    defects.push(defect(format!("{at}/kind/offered_if{}", error.pointer), error.code(), message));
                }
            }
            FieldKind::RollUp(roll_up) => {
                let leads_here = |child: &&Catalogue| {
                    relation_target(child, &roll_up.relation) == Some(catalogue.object.as_str())
                        && child.field(&roll_up.relation).is_some_and(|relation| !relation.retired)
                };
                let Some(child) = find(&roll_up.object).filter(leads_here) else {
                    let message = format!(
                        "Name a relation field of `{}` that leads here; `{}` is none.",
                        roll_up.object, roll_up.relation
                    );
                    defects.push(defect(format!("{at}/kind/relation"), "unknown_field", message));
                    continue;
                };
                let Some(id) = roll_up.field.as_ref().filter(|_| roll_up.function != RollUpFunction::Count) else {
                    continue;
                };
                let number = |source: &&Field| {
                    !source.retired && matches!(source.rule_type(), Some(FieldType::Integer | FieldType::Number))
                };
                if let Some(source) = child.field(id).filter(number) {
                    defects.extend(forms::wider(field, source, id, &at));
                } else {
                    let message = format!("Name a number field of `{}`; `{id}` is none.", roll_up.object);
                    defects.push(defect(format!("{at}/kind/field"), "unknown_field", message));
                }
            }
            _ => {}
        }
    }
    if defects.is_empty() {
        defects.extend(circles(catalogue, others));
    }
    defects
}

fn look_up_defects(
    field: &Field,
    target: &str,
    id: &str,
    result: ResultType,
    catalogue: Option<&Catalogue>,
    at: &str,
    defects: &mut Vec<Defect>,
) {
    let source = catalogue.and_then(|catalogue| catalogue.field(id)).filter(|source| !source.retired);
    let standard = built_in::table_of(target).and_then(|table| table.fields.iter().find(|known| known.id == id));
    let made = match (source, standard) {
        (Some(source), _) => {
            defects.extend(forms::wider(field, source, id, at));
            looked_up(source)
        }
        (None, Some(standard)) => {
            if standard.personal && !field.personal {
                let message = format!("Mark this field as personal data too; it shows `{id}`.");
                defects.push(defect(format!("{at}/personal"), "personal_source", message));
            }
            Some(standard.result)
        }
        (None, None) => None,
    };
    let Some(made) = made else {
        let message = format!("Name a field of `{target}` that look-ups can take; `{id}` is none.");
        return defects.push(defect(format!("{at}/kind/field"), "unknown_field", message));
    };
    let fits = made == result
        || matches!((made, result), (ResultType::Money, ResultType::Number) | (ResultType::Number, ResultType::Money));
    if !fits {
        let message = "Give the look-up the type of the field it takes.";
        defects.push(defect(format!("{at}/kind/result"), "wrong_result", message));
    }
}

/// Says of each roll-up and each look-up of amounts what they are in, as the field says that it is worked out from:
/// formulas read amounts by it.
pub(crate) fn fill_currencies(catalogue: &mut Catalogue, others: &BTreeMap<String, Catalogue>) {
    let before = catalogue.clone();
    for field in &mut catalogue.fields {
        let FieldKind::RollUp(roll_up) = &mut field.kind else { continue };
        let child = if roll_up.object == before.object { Some(&before) } else { others.get(&roll_up.object) };
        let counted = roll_up.field.as_deref().filter(|_| roll_up.function != RollUpFunction::Count);
        let source = counted.and_then(|id| child?.field(id));
        roll_up.currency = source.and_then(|source| source.kind.currency()).map(str::to_owned);
    }
    let before = catalogue.clone();
    for field in &mut catalogue.fields {
        let FieldKind::LookUp(look_up) = &mut field.kind else { continue };
        let target = relation_target(&before, &look_up.relation);
        let target = target.and_then(|key| if key == before.object { Some(&before) } else { others.get(key) });
        let source = target.and_then(|target| target.field(&look_up.field));
        if let Some(currency) = source.and_then(|source| source.kind.currency())
            && look_up.result == ResultType::Money
        {
            look_up.currency = Some(currency.to_owned());
        }
    }
}

/// The result of a look-up of this field; `None` when look-ups can't take it.
pub(crate) fn looked_up(source: &Field) -> Option<ResultType> {
    if source.kind.currency().is_some() {
        return Some(ResultType::Money);
    }
    match source.rule_type()? {
        FieldType::Text | FieldType::Choice | FieldType::Id => Some(ResultType::Text),
        FieldType::Integer | FieldType::Number => Some(ResultType::Number),
        FieldType::Boolean => Some(ResultType::Boolean),
        FieldType::Date => Some(ResultType::Date),
        FieldType::Time => Some(ResultType::Time),
        FieldType::Tags => None,
    }
}

/// Computed fields that need themselves by way of other objects, where the circle passes through this catalogue.
fn circles(catalogue: &Catalogue, others: &BTreeMap<String, Catalogue>) -> Vec<Defect> {
    let mut needs: BTreeMap<(&str, &str), Vec<(String, String)>> = BTreeMap::new();
    let all = others.values().filter(|other| other.object != catalogue.object).chain([catalogue]);
    for each in all {
        for field in each.fields.iter().filter(|field| !field.retired && field.kind.is_computed()) {
            let own = |id: &str| (each.object.clone(), id.to_owned());
            let named = match &field.kind {
                FieldKind::Formula(formula) => formulas::names(&formula.expression).iter().map(|id| own(id)).collect(),
                FieldKind::LookUp(look_up) => {
                    let target = relation_target(each, &look_up.relation).unwrap_or_default();
                    vec![own(&look_up.relation), (target.to_owned(), look_up.field.clone())]
                }
                FieldKind::RollUp(roll_up) => {
                    let source = roll_up.field.iter().map(|id| (roll_up.object.clone(), id.clone()));
                    source.collect()
                }
                _ => Vec::new(),
            };
            needs.insert((&each.object, &field.id), named);
        }
    }
    let mut defects = Vec::new();
    for (index, field) in catalogue.fields.iter().enumerate() {
        let start = (catalogue.object.clone(), field.id.clone());
        let mut met: BTreeSet<(String, String)> = BTreeSet::new();
        let mut open: Vec<(String, String)> = vec![start.clone()];
        let mut closes = false;
        while let Some((object, id)) = open.pop() {
            for next in needs.get(&(object.as_str(), id.as_str())).into_iter().flatten() {
                closes |= *next == start;
                if met.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        // Circles within one object are found by the catalogue's own check, with better words.
        if closes && (is_roll_up(field) || met.iter().any(|(object, _)| *object != catalogue.object)) {
            let message =
                format!("Break the circle: `{}` is worked out from itself by way of other records.", field.id);
            defects.push(defect(format!("/fields/{index}"), "cycle", message));
        }
    }
    defects
}

const fn is_roll_up(field: &Field) -> bool {
    matches!(field.kind, FieldKind::RollUp(_) | FieldKind::LookUp(_))
}

fn defect(pointer: String, code: &str, message: impl Into<String>) -> Defect {
    Defect { pointer, code: code.to_owned(), message: message.into(), position: None }
}
