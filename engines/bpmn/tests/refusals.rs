//! What cannot run is refused with a code and a reason; what is doubtful is let through with a warning.

mod support;

use bpmn::{Naming, check, xml::Document};
use bpmn_conformance::Dialect;
use support::{draw, refused};

/// Drawn models and the code for which each is refused.
const REFUSED: &[(&str, &str)] = &[
    ("", "empty-process"),
    ("start s\nstart t\nend e\ns -> e\nt -> e", "several-plain-starts"),
    ("user u\nend e\nu -> e", "end-without-start"),
    ("start s\nuser u\nuser v\nend e\ns -> u\nu -> e\nv -> e", "not-reached"),
    ("start s\nuser u\nend e\ns -> u\ns -> e", "leads-nowhere"),
    ("start s\nend e\ns -> e\ns -> nobody", "broken-flow"),
    ("start s\nsub p1 {\nstart s2\nend e2\ns2 -> e2\n}\nend e\ns -> p1\np1 -> e\ns -> e2", "flow-across-scopes"),
    ("start s\nuser u\nend e\ns -> u\nu -> s\nu -> e", "flow-into-start"),
    ("start s\nuser u\nend e\ns -> u\nu -> e\ne -> u", "flow-out-of-end"),
    (
        "start s\nxor g default g_x\nuser a\nuser b\nend e\ns -> g\ng -> a if n > 1\ng -> b\na -> e\nb -> e",
        "default-flow",
    ),
    (
        "start s\nxor g default g_a\nuser a\nuser b\nend e\ns -> g\ng -> a if n > 1\ng -> b if n > 2\na -> e\nb -> e",
        "default-flow",
    ),
    ("start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if n > > 1\ng -> b\na -> e\nb -> e", "invalid-expression"),
    ("start s\nscript a sing\nend e\ns -> a\na -> e", "invalid-script"),
    ("start s\nxor g\nend e\ns -> g\ng -> e", "gateway-joins-nothing"),
    ("start s\ncatch c\nend e\ns -> c\nc -> e", "event-without-trigger"),
    ("start s\ncatch c error X\nend e\ns -> c\nc -> e", "event-not-allowed-here"),
    ("start s\nthrow t timer PT1H\nend e\ns -> t\nt -> e", "event-not-allowed-here"),
    ("start s link x\nend e\ns -> e", "event-not-allowed-here"),
    ("start s condition n > 1\nend e\ns -> e", "unsupported-conditional-start"),
    ("start s\ncatch c message\nend e\ns -> c\nc -> e", "missing-message"),
    ("start s\nend e error\ns -> e", "missing-error"),
    ("start s\ncatch c timer tomorrow\nend e\ns -> c\nc -> e", "invalid-timer"),
    ("start s\ncatch c timer P1\nend e\ns -> c\nc -> e", "invalid-timer"),
    ("start s\nthrow t link x\nend e\ns -> e\ns -> t", "broken-link"),
    ("start s\nend e cancel\ns -> e", "cancel-outside-transaction"),
    ("start s\nuser u\non b of u cancel\nend e\nend f\ns -> u\nu -> e\nb -> f", "cancel-outside-transaction"),
    ("start s\nuser u\non b of u stays error X\nend e\nend f\ns -> u\nu -> e\nb -> f", "always-interrupting"),
    (
        "start s\nxor g\nuser u\non b of g timer PT1H\nend e\nend f\ns -> g\ng -> u\ng -> e\nu -> e\nb -> f",
        "boundary-not-on-activity",
    ),
    ("start s\nuser u\non b of u timer PT1H\nend e\ns -> u\nu -> e", "leads-nowhere"),
    ("start s\nuser u\non b of u timer PT1H\nend e\nend f\ns -> u\nu -> e\nb -> f\nu -> b", "flow-into-boundary"),
    ("start s\nuser u\non b of u compensate\nend e\ns -> u\nu -> e", "compensation-handler"),
    ("start s\nuser u\non b of u compensate v\nuser v\nend e\ns -> u\nu -> e", "compensation-handler"),
    ("start s\nevents g\ncatch c message m\nend e\ns -> g\ng -> c\nc -> e", "event-gateway-flows"),
    (
        "start s\nevents g\ncatch c message m\nuser u\nend e\ns -> g\ng -> c\ng -> u\nc -> e\nu -> e",
        "event-gateway-target",
    ),
    ("start s\nuser u\nend e\ns -> u\nu -> e\neventsub x {\nstart s2\nend e2\ns2 -> e2\n}", "event-sub-process-start"),
    (
        "start s\nend e\ns -> e\neventsub x {\nstart s2 message m\nend e2\ns2 -> e2\n}\nuser u\ns -> u\nu -> x",
        "event-sub-process-flow",
    ),
    ("start s\nsub p1 {\nstart s2 message m\nend e2\ns2 -> e2\n}\nend e\ns -> p1\np1 -> e", "event-not-allowed-here"),
    ("start s\nraw <task id=\"t\" startQuantity=\"0\"/>\nend e\ns -> t\nt -> e", "token-quantity"),
    ("start s\nuser u <multiInstanceLoopCharacteristics/>\nend e\ns -> u\nu -> e", "missing-cardinality"),
    ("start s\nuser u <standardLoopCharacteristics/>\nend e\ns -> u\nu -> e", "endless-loop"),
    ("start s\nraw <callActivity id=\"c\"/>\nend e\ns -> c\nc -> e", "missing-called-process"),
    ("start s\nraw <receiveTask id=\"r\"/>\nend e\ns -> r\nr -> e", "missing-message"),
    ("start s\nraw <complexGateway id=\"g\"/>\nend e\nend f\ns -> g\ng -> e\ng -> f", "unsupported-complex-gateway"),
    (
        "start s\nraw <adHocSubProcess id=\"a\"><task id=\"t\"/></adHocSubProcess>\nend e\ns -> a\na -> e",
        "unsupported-ad-hoc",
    ),
    ("start s\nraw <userTask id=\"s\"/>\nend e\ns -> e", "repeated-id"),
    ("start s\nthrow t undoes nobody\nend e\ns -> t\nt -> e", "broken-reference"),
];

#[test]
fn what_cannot_run_is_refused_with_its_code() {
    for (lines, rule) in REFUSED {
        let rules = refused(&draw("p", lines));
        assert!(rules.iter().any(|found| found == rule), "{rule} is not among {rules:?} of\n{lines}");
    }
}

#[test]
fn a_refusal_names_the_element_and_says_what_to_do() {
    let file = draw("p", "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if n > > 1\ng -> b\na -> e\nb -> e");
    let checked = check(&Document::read(file.as_bytes()).unwrap(), Dialect::Plain.language(), Naming::ByName);
    assert!(checked.model.is_none());
    assert_eq!(checked.refusals[0].element.as_deref(), Some("g_a"));
    assert!(checked.refusals[0].reason.contains("n > > 1"));
}

#[test]
fn what_is_doubtful_is_a_warning() {
    for (lines, rule) in [
        (
            "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if n > 1\ng -> b if n > 2\na -> e\nb -> e",
            "gateway-without-default",
        ),
        (
            "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if n > 1\ng -> b\na -> e\nb -> e",
            "flow-without-condition",
        ),
        (
            "start s\nand g\nuser a\nuser b\nend e\ns -> g\ng -> a if n > 1\ng -> b\na -> e\nb -> e",
            "condition-after-parallel",
        ),
    ] {
        let file = draw("p", lines);
        let checked = check(&Document::read(file.as_bytes()).unwrap(), Dialect::Plain.language(), Naming::ByName);
        assert!(checked.model.is_some());
        assert_eq!(checked.warnings[0].rule, rule);
    }
}

#[test]
fn a_file_without_an_executable_process_cannot_be_deployed() {
    let file = draw("p", "start s\nend e\ns -> e").replace(" isExecutable=\"true\"", "");
    assert_eq!(refused(&file), ["no-executable-process"]);
}
