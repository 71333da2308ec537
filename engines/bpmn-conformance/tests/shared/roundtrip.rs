//! Nothing is lost or added when a model is written again.

use std::collections::BTreeMap;

use bpmn::xml::{Content, Document, ElementId, Namespace};
use serde_json::Value;

use super::{models, shared};

/// Elements of BPMN and its diagram under one parent, each as one line; order among siblings is free, way points apart.
fn picture(document: &Document, id: ElementId, path: &str, into: &mut BTreeMap<String, usize>) {
    let mut points = 0;
    for content in &document.element(id).content {
        let Content::Element(child) = content else { continue };
        let element = document.element(*child);
        if matches!(element.namespace, Namespace::Other | Namespace::Aftersail) {
            continue;
        }
        let name = element.local_name();
        let mut attributes: Vec<String> = element
            .attributes
            .iter()
            .filter(|attribute| !attribute.name.contains(':') && attribute.name != "xmlns")
            .map(|attribute| format!("{}={:?}", attribute.name, attribute.value))
            .collect();
        attributes.sort();
        if name == "waypoint" {
            points += 1;
            attributes.push(format!("place={points}"));
        }
        let line = format!("{path}/{:?}:{name} {attributes:?} {:?}", element.namespace, document.text(*child));
        picture(document, *child, &line, into);
        *into.entry(line).or_default() += 1;
    }
}

fn drawn(bytes: &[u8]) -> BTreeMap<String, usize> {
    let document = Document::read(bytes).unwrap();
    let mut into = BTreeMap::new();
    picture(&document, document.root(), "", &mut into);
    into
}

#[test]
fn a_model_that_is_written_again_has_lost_nothing() {
    let Some(folder) = shared() else { return };
    for (file, bytes) in models(&folder) {
        let written = bpmn_conformance::roundtrip(&bytes).unwrap();
        assert_eq!(drawn(&bytes), drawn(written.as_bytes()), "{file}");
    }
}

/// The numbers that stand beside the reference models were counted by somebody else.
#[test]
fn reference_models_keep_their_numbers_of_ids_and_elements() {
    let Some(folder) = shared() else { return };
    let expected: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder.join("miwg/expect.json")).unwrap()).unwrap();
    assert_eq!(expected.len(), 21);
    for expect in expected {
        let file = expect["file"].as_str().unwrap();
        let bytes = std::fs::read(folder.join("miwg").join(file)).unwrap();
        let written = Document::read(bpmn_conformance::roundtrip(&bytes).unwrap().as_bytes()).unwrap();
        let mut elements: BTreeMap<String, u64> = BTreeMap::new();
        let mut ids = 0;
        for (_, element) in written.elements() {
            *elements.entry(element.local_name().to_owned()).or_default() += 1;
            ids += u64::from(element.attribute("id").is_some());
        }
        for (name, count) in expect["elements"].as_object().unwrap() {
            assert_eq!(elements.get(name).copied(), count.as_u64(), "{file}: {name}");
        }
        assert!(expect["ids"].as_u64().is_none_or(|expected| expected == ids), "{file}: {ids} ids, {}", expect["ids"]);
    }
}
