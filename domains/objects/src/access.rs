//! Who may do what with records of an object, and which of their values they see.

use authz::{
    ScopeColumns,
    permissions::{OBJECTS_MANAGE, PERSONAL_DATA_READ},
    reach_clause,
};
use db::list::Fragment;
use forms::{Catalogue, Channel, Field, Form, Map};
use kernel::{ActorKind, Context, Scope};

use crate::{
    ObjectError,
    built_in::built_in,
    model::{May, ObjectDefinition, RoleGrant},
};

/// What stands in place of personal data.
pub const MASK: &str = "***";

/// The columns that tie a record to people.
const SCOPE: ScopeColumns<'static> =
    ScopeColumns { owner: &["owner_id", "created_by"], team: Some("team_id"), region: Some("region_id") };

/// What somebody does with a record.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Read,
    Create,
    Update,
}

/// Whether the actor manages objects, and so reaches every record and field.
pub(crate) fn manages(cx: &Context) -> bool {
    cx.scope(OBJECTS_MANAGE.name()).is_some()
}

/// How far the actor reaches among the object's records; `None` for not at all.
pub(crate) fn reach(cx: &Context, object: &ObjectDefinition, action: Action) -> Option<Scope> {
    if manages(cx) {
        return Some(Scope::All);
    }
    if let Some(known) = built_in(&object.key) {
        let permission = match action {
            Action::Read => known.read,
            Action::Create => known.create,
            Action::Update => known.update,
        };
        return cx.scope(permission.name());
    }
    let of = |grant: &RoleGrant| match action {
        Action::Read => grant.read,
        Action::Create => grant.create,
        Action::Update => grant.update,
    };
    cx.grants().roles.iter().filter_map(|role| object.roles.0.get(role).and_then(of)).max()
}

/// Whether the actor may fill in the form: it is for their side of the counter and their roles. Colleagues work at desks
/// and on phones, as the page asks. Who manages objects may use all.
pub(crate) fn may_use(cx: &Context, form: &Form) -> bool {
    let theirs = (form.channel == Channel::Customer) == (cx.actor().kind == ActorKind::Customer);
    manages(cx) || (theirs && is_meant_for(cx, form))
}

/// Whether one of the actor's roles is among those that the form is for.
pub(crate) fn is_meant_for(cx: &Context, form: &Form) -> bool {
    form.roles.is_empty() || form.roles.iter().any(|role| cx.grants().roles.contains(role))
}

/// What the actor may do with the object.
pub(crate) fn may(cx: &Context, object: &ObjectDefinition) -> May {
    let may = |action| reach(cx, object, action).is_some();
    May { manage: manages(cx), read: may(Action::Read), create: may(Action::Create), update: may(Action::Update) }
}

/// The condition under which the actor reaches a record; forbidden when they reach none.
pub(crate) fn scope(cx: &Context, object: &ObjectDefinition, action: Action) -> Result<Fragment, ObjectError> {
    let scope = reach(cx, object, action).ok_or(ObjectError::Forbidden)?;
    let clause = reach_clause(cx, Some(scope), &SCOPE, 1);
    Ok(Fragment::new(clause.text, clause.binds.into_iter().map(Into::into).collect()))
}

/// Somebody who looks at values.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// Their roles; for those who manage objects every role that the catalogue names.
    pub roles: Vec<String>,
    /// Whether they see personal data.
    pub personal: bool,
}

impl Viewer {
    pub fn of(cx: &Context, catalogue: &Catalogue) -> Self {
        let mut roles = cx.grants().roles.clone();
        if manages(cx) {
            let named = catalogue.fields.iter().flat_map(|field| field.see_roles.iter().chain(&field.edit_roles));
            roles.extend(named.cloned());
        }
        Self { roles, personal: cx.scope(PERSONAL_DATA_READ.name()).is_some() }
    }

    /// Whether they see that the field has a value.
    pub fn sees(&self, field: &Field) -> bool {
        !field.retired && field.is_seen_by(&self.roles)
    }

    /// Whether they may see the values themselves, and so look for them.
    pub fn reads(&self, field: &Field) -> bool {
        self.sees(field) && (self.personal || !field.personal)
    }

    /// The values as they see them.
    pub fn shown(&self, catalogue: &Catalogue, values: &Map) -> Map {
        let mut shown = Map::new();
        for field in catalogue.fields.iter().filter(|field| self.sees(field)) {
            if let Some(value) = values.get(&field.id) {
                let value = if self.reads(field) { value.clone() } else { MASK.into() };
                shown.insert(field.id.clone(), value);
            }
        }
        shown
    }

    /// What they sent, without masks that came back as they were shown: to them, or to whoever wrote the file they send.
    pub fn unmasked(&self, catalogue: &Catalogue, mut sent: Map) -> Map {
        sent.retain(|id, value| {
            let masked = catalogue.field(id).is_some_and(|field| field.personal || !self.reads(field));
            !(masked && value == MASK)
        });
        sent
    }
}
