//! Filling forms in: which one somebody is offered, and by which one values came.

use db::{DbError, Query, Tx};
use forms::{Catalogue, Channel, Form, Map};
use http_api::{FieldError, Problem, http::StatusCode};
use kernel::ActorKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Invalid, ObjectError,
    access::{Viewer, is_meant_for, may_use},
    store::{definitions, fields},
};

/// In `ext`, the form that the values were filled in with.
const FORM: &str = "$form";
/// In `ext`, the version of that form; the published one when absent.
const FORM_VERSION: &str = "$form_version";

/// A form with the fields that whoever fills it in needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FormToFill {
    /// The object's key.
    pub object: String,
    /// The form; without one all fields stand below each other.
    pub form: Option<Form>,
    /// The fields.
    pub catalogue: Catalogue,
}

/// What the caller fills in by `channel` about a record of `object`; `None` when there is nothing to fill in. Of several
/// forms it is the first that names one of their roles, else the first for everybody. Customers get the fields of their
/// form and those that these depend on, and nothing without a form; colleagues get all that they may see.
pub async fn form_to_fill(q: &mut impl Query, object: &str, channel: Channel) -> Result<Option<FormToFill>, DbError> {
    let mut offered = definitions::published_forms(q, object).await?;
    offered.retain(|form| form.draft.0.channel == channel && is_meant_for(q.cx(), &form.draft.0));
    offered.sort_by_key(|form| form.draft.0.roles.is_empty());
    let form = offered.into_iter().next().map(|form| form.draft.0);
    if form.is_none() && channel == Channel::Customer {
        return Ok(None);
    }
    let (_, mut catalogue) = fields::catalogue(q, object).await?;
    let viewer = Viewer::of(q.cx(), &catalogue);
    catalogue.fields.retain(|field| viewer.sees(field));
    if channel == Channel::Customer
        && let Some(form) = &form
    {
        catalogue = form.cut(&catalogue);
    }
    Ok((!catalogue.fields.is_empty()).then(|| FormToFill { object: object.to_owned(), form, catalogue }))
}

/// Who fills the form with this id in, as it is published; `None` for one that is not in use.
pub async fn channel_of(q: &mut impl Query, form: Uuid) -> Result<Option<Channel>, DbError> {
    let Some(stored) = definitions::form(q, form).await?.filter(|form| form.archived_at.is_none()) else {
        return Ok(None);
    };
    let Some(version) = stored.published_version else { return Ok(None) };
    Ok(definitions::form_version(q, form, version).await?.map(|form| form.channel))
}

/// The form named in `ext` beside the values, taken out of them. Customers set nothing but by a form.
pub(crate) async fn form_in(tx: &mut Tx<'_>, object: &str, values: &mut Map) -> Result<Option<Form>, ObjectError> {
    let named = |value: Option<Value>| value.filter(|value| !value.is_null());
    let (id, version) = (named(values.remove(FORM)), named(values.remove(FORM_VERSION)));
    let id: Option<Uuid> = match id.as_ref().map(|id| id.as_str().and_then(|id| id.parse().ok())) {
        Some(None) => return Err(wrong("/ext/$form", "invalid_value", "Give the id of a form.")),
        id => id.flatten(),
    };
    let version = match version.as_ref().map(Value::as_i64) {
        Some(None) => return Err(wrong("/ext/$form_version", "invalid_value", "Give the number of a version.")),
        version => version.flatten(),
    };
    if id.is_none() && tx.cx().actor().kind == ActorKind::Customer && !values.is_empty() {
        return Err(wrong(
            "/ext/$form",
            "required",
            "Name the form that was filled in; customers set no other fields.",
        ));
    }
    form_for(tx, object, id, version, ("/ext/$form", "/ext/$form_version")).await
}

/// The form that was named, in the version named or published, if the caller may use it. Mistakes are pointed at in
/// `pointers`: at the form, and at its version.
pub(crate) async fn form_for(
    tx: &mut Tx<'_>,
    object: &str,
    id: Option<Uuid>,
    version: Option<i64>,
    pointers: (&str, &str),
) -> Result<Option<Form>, ObjectError> {
    let Some(id) = id else { return Ok(None) };
    let stored = definitions::form(tx, id).await?.filter(|form| form.object == object);
    let Some(stored) = stored else {
        return Err(wrong(pointers.0, "unknown_form", "Name a form of this object."));
    };
    // Whatever holds on to a version, such as a step of a process, may go on with it.
    if stored.archived_at.is_some() && version.is_none() {
        return Err(wrong(pointers.0, "form_archived", "The form was put away; use another one."));
    }
    let Some(wanted) = version.or(stored.published_version) else {
        return Err(wrong(pointers.0, "form_not_published", "Publish the form first; drafts are for previews."));
    };
    let Some(form) = definitions::form_version(tx, id, wanted).await? else {
        return Err(wrong(pointers.1, "unknown_version", "Name a published version of the form."));
    };
    if !may_use(tx.cx(), &form) {
        let detail = "This form is for other people. Use one that your list of forms shows.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "form_not_yours", detail).into());
    }
    Ok(Some(form))
}

fn wrong(pointer: &str, code: &'static str, message: &str) -> ObjectError {
    Invalid(vec![FieldError::new(pointer, code, message)]).into()
}
