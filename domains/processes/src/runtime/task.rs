//! Who a user task is for and until when, as its element says.

use std::sync::Arc;

use bpmn::{
    language::{Expression, Language, Purpose, Source, Visible},
    state::{Key, Variables},
    xml::{Document, ElementId},
};
use jiff::{Span, tz::TimeZone};
use kernel::{Timestamp, Uuid};
use serde_json::Value;

use super::Live;

/// A name as written, or worked out when the task opens.
#[derive(Clone)]
enum Named {
    Fixed(String),
    Computed(Arc<dyn Expression>),
}

/// Whom a task is for: `aftersail:assignee`, `candidateUsers`, `candidateTeams`, `candidateRoles` and `due` of the user task,
/// or `role` and `team` of the lane it stands in. Several names are separated by commas; `=expression` is worked out.
#[derive(Clone, Default)]
pub(crate) struct TaskRule {
    assignee: Vec<Named>,
    users: Vec<Named>,
    teams: Vec<Named>,
    roles: Vec<Named>,
    /// How long after it opens it is due.
    pub due: Option<Span>,
}

/// Whom one task is for.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    pub assignee: Option<Uuid>,
    pub users: Vec<Uuid>,
    pub teams: Vec<Uuid>,
    pub roles: Vec<String>,
    pub due: Option<Timestamp>,
}

impl TaskRule {
    /// Reads the rule; also says what is wrong with it.
    pub(super) fn read(
        document: &Document,
        element: ElementId,
        lane: Option<ElementId>,
        language: &dyn Language,
    ) -> (Self, Vec<String>) {
        let mut wrong = Vec::new();
        let mut names = |of: ElementId, attribute: &str, ids: bool| -> Vec<Named> {
            let Some(text) = document.element(of).own_attribute(attribute) else { return Vec::new() };
            if let Some(expression) = text.trim().strip_prefix('=') {
                let source = Source { text: expression.trim(), language: None, purpose: Purpose::Timer };
                return match language.expression(&source) {
                    Ok(program) => vec![Named::Computed(program)],
                    Err(reason) => {
                        wrong.push(format!("`{attribute}`: {reason}"));
                        Vec::new()
                    }
                };
            }
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            let mut found = Vec::new();
            for part in parts {
                if ids && Uuid::parse_str(part).is_err() {
                    wrong.push(format!("`{attribute}` names `{part}`, which is no id; choose from the list."));
                }
                found.push(Named::Fixed(part.to_owned()));
            }
            found
        };
        let mut rule = Self {
            assignee: names(element, "assignee", true),
            users: names(element, "candidateUsers", true),
            teams: names(element, "candidateTeams", true),
            roles: names(element, "candidateRoles", false),
            due: None,
        };
        let named = [&rule.assignee, &rule.users, &rule.teams, &rule.roles].iter().any(|some| !some.is_empty());
        if let Some(lane) = lane.filter(|_| !named) {
            rule.roles = names(lane, "role", false);
            rule.teams = names(lane, "team", true);
        }
        if let Some(text) = document.element(element).own_attribute("due") {
            match text.trim().parse::<Span>() {
                Ok(span) if span.is_positive() => rule.due = Some(span),
                _ => wrong.push(format!("`due` is `{text}`; write a duration such as PT4H or P2D.")),
            }
        }
        (rule, wrong)
    }

    /// Whom the task of an element is for. What an expression names that is no id is left out.
    pub(super) fn assign(&self, live: &Live, element: Key, now: Timestamp, zone: &TimeZone) -> Assigned {
        let variables = visible(live, element);
        let names = |some: &[Named]| -> Vec<String> { some.iter().flat_map(|one| one.names(&variables)).collect() };
        let ids = |some: &[Named]| names(some).iter().filter_map(|name| Uuid::parse_str(name).ok()).collect::<Vec<_>>();
        let due = self.due.and_then(|span| now.to_jiff().to_zoned(zone.clone()).checked_add(span).ok());
        Assigned {
            assignee: ids(&self.assignee).first().copied(),
            users: ids(&self.users),
            teams: ids(&self.teams),
            roles: names(&self.roles),
            due: due.map(|due| Timestamp::from_jiff(due.timestamp())),
        }
    }
}

impl Named {
    fn names(&self, variables: &Variables) -> Vec<String> {
        let text = |value: &Value| value.as_str().filter(|text| !text.contains(char::is_control)).map(str::to_owned);
        match self {
            Self::Fixed(name) => vec![name.clone()],
            Self::Computed(program) => match program.evaluate(&Visible::of(variables)) {
                Ok(Value::Array(some)) => some.iter().filter_map(text).collect(),
                Ok(one) => text(&one).into_iter().collect(),
                Err(_) => Vec::new(),
            },
        }
    }
}

/// The variables that an element sees: the instance's, and over them those of the items around it.
pub(super) fn visible(live: &Live, element: Key) -> Variables {
    let state = &live.state;
    let mut layers = Vec::new();
    let mut next = state.elements.get(&element).map(|element| element.scope);
    while let Some(scope) = next.and_then(|key| state.scopes.get(&key)) {
        layers.push(&scope.locals);
        next = scope.owner.and_then(|owner| state.elements.get(&owner)).map(|owner| owner.scope);
    }
    let mut all = state.variables.clone();
    for layer in layers.into_iter().rev() {
        all.extend(layer.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    all
}
