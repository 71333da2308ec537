//! Defining objects: listing, creating, showing, changing, archiving and restoring definitions.

use std::collections::BTreeMap;

use db::{Json as Column, Query, Read, Tx};
use events::NewEvent;
use forms::{Catalogue, Label};
use http_api::{App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, Path, Problem, State, Versioned};
use kernel::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Change, Checks, Invalid, ObjectError,
    access::{manages, may},
    built_in::{BUILT_IN, BuiltIn, built_in, is_taken},
    model::{MAX_OBJECTS, Menu, ObjectDefinition, ObjectInfo, ObjectList, RoleGrants},
    numbering::NumberFormat,
    store::{definitions as store, fields},
    templates::Template,
};

/// Roles that a definition names at most.
const MOST_ROLES: usize = 100;

/// Names one object.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct ObjectPath {
    /// The object's key.
    pub object: String,
}

/// A new object.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewObject {
    /// Stable key, such as `vehicle`: 2 to 40 letters a-z, digits and _, with a letter in front.
    key: String,
    /// What people call it.
    name: Label,
    /// The name of an icon.
    icon: Option<String>,
    /// Where it stands in the menu; `main` when absent.
    menu: Option<Menu>,
    /// What stands before the numbers of its records, such as `VH`.
    number_prefix: Option<String>,
    /// How its records are numbered behind that; the template's when absent, else six digits.
    number_format: Option<NumberFormat>,
    /// Fields to begin with.
    template: Option<Template>,
    /// What each role may do with its records; without it only those who manage objects reach them.
    roles: Option<RoleGrants>,
}

/// A change of a definition: what is not mentioned stays, `null` empties.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ObjectChange {
    /// What people call it.
    name: Change<Label>,
    /// The name of an icon.
    icon: Change<String>,
    /// Where it stands in the menu.
    menu: Change<Menu>,
    /// What stands before the numbers of new records.
    number_prefix: Change<String>,
    /// How new records are numbered behind that; `null` for six digits.
    number_format: Change<NumberFormat>,
    /// The field that names a record.
    title_field: Change<String>,
    /// What each role may do; all roles that may do anything.
    roles: Change<RoleGrants>,
}

/// The definition of the object, whoever asks.
pub(crate) async fn definition(q: &mut impl Query, key: &str) -> Result<ObjectDefinition, ObjectError> {
    if let Some(known) = built_in(key) {
        return Ok(of_built_in(known));
    }
    store::by_key(q, key).await?.ok_or(ObjectError::NotFound("object"))
}

/// The definition of an object that the caller reads or manages; to others there is none.
pub(crate) async fn seen(q: &mut impl Query, key: &str) -> Result<ObjectDefinition, ObjectError> {
    let found = definition(q, key).await?;
    let may = may(q.cx(), &found);
    if may.manage || may.read || may.create { Ok(found) } else { Err(ObjectError::NotFound("object")) }
}

fn of_built_in(known: &BuiltIn) -> ObjectDefinition {
    ObjectDefinition {
        key: known.key.to_owned(),
        id: kernel::Uuid::nil(),
        version: 0,
        built_in: true,
        name: Column(Label { zh: known.zh.to_owned(), en: known.en.to_owned() }),
        icon: Some(known.icon.to_owned()),
        menu: Menu::Main,
        number_prefix: String::new(),
        number_format: Column(NumberFormat::default()),
        title_field: None,
        roles: Column(RoleGrants::new()),
        archived_at: None,
        created_at: kernel::Timestamp::default(),
        updated_at: kernel::Timestamp::default(),
    }
}

pub(crate) async fn list(State(app): State<App>, Caller(cx): Caller) -> Result<Json<ObjectList>, Problem> {
    let (own, catalogues) = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ObjectError> {
            Ok((store::all(r).await?, store::catalogues(r).await?))
        })
        .await?;
    let in_use = |catalogue: &Catalogue| catalogue.fields.iter().filter(|field| !field.retired).count();
    let counts: BTreeMap<&str, usize> =
        catalogues.iter().map(|(object, catalogue)| (object.as_str(), in_use(&catalogue.0))).collect();
    let all = BUILT_IN.iter().map(of_built_in).chain(own);
    let items = all.map(|object| info(&cx, &object, counts.get(object.key.as_str()).copied().unwrap_or_default()));
    let seen = |info: &ObjectInfo| info.may.manage || (info.may.read && !info.archived);
    Ok(Json(ObjectList { items: items.filter(seen).collect() }))
}

fn info(cx: &Context, object: &ObjectDefinition, fields: usize) -> ObjectInfo {
    ObjectInfo {
        key: object.key.clone(),
        built_in: object.built_in,
        name: object.name.0.clone(),
        icon: object.icon.clone(),
        menu: object.menu,
        archived: object.archived_at.is_some(),
        fields,
        version: object.version,
        may: may(cx, object),
    }
}

pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
) -> Result<Versioned<ObjectDefinition>, Problem> {
    let found = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, ObjectError> {
            let mut found = seen(r, &path.object).await?;
            if !manages(r.cx()) {
                found.roles = Column(RoleGrants::new());
            }
            Ok(found)
        })
        .await?;
    Ok(Versioned(found))
}

pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewObject>,
) -> Result<Created<ObjectDefinition>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "createObject", async move |tx: &mut Tx<'_>| insert(tx, new).await).await
}

async fn insert(tx: &mut Tx<'_>, new: NewObject) -> Result<ObjectDefinition, ObjectError> {
    let cx = tx.cx().clone();
    let mut checks = Checks::new();
    if !is_key(&new.key) {
        let message = "Write 2 to 40 letters a-z, digits and _, with a letter in front.";
        checks.refuse("/key", "invalid_key", message);
    } else if is_taken(&new.key) {
        checks.refuse("/key", "taken", format!("Choose another key; `{}` is taken.", new.key));
    }
    let format = new.number_format.or(new.template.map(Template::number_format)).unwrap_or_default();
    let template = new.template.map(|template| template.catalogue(&new.key));
    let object = ObjectDefinition {
        id: cx.new_id(),
        version: 1,
        built_in: false,
        name: Column(new.name),
        icon: new.icon,
        menu: new.menu.unwrap_or_default(),
        number_prefix: new.number_prefix.unwrap_or_else(|| prefix_of(&new.key)),
        number_format: Column(format),
        title_field: None,
        roles: Column(new.roles.unwrap_or_default()),
        archived_at: None,
        created_at: cx.now(),
        updated_at: cx.now(),
        key: new.key,
    };
    let object = checked(object, None, checks)?;
    let known = store::all(tx).await?;
    if known.iter().any(|other| other.key == object.key) {
        let detail = format!("There is an object `{}` already. Choose another key.", object.key);
        return Err(ObjectError::Conflict("already_exists", detail));
    }
    if known.len() >= MAX_OBJECTS {
        let detail = format!("A company may define {MAX_OBJECTS} objects, and has them. Archived ones count too.");
        return Err(ObjectError::Conflict("too_many_objects", detail));
    }
    let event = NewEvent::new("object.created", "object", object.id)
        .label(object.name.0.zh.as_str())
        .data(serde_json::json!({"key": {"from": null, "to": object.key}}));
    tx.execute_all(vec![store::insert(&cx, &object), events::statement(&cx, &event)]).await?;
    if let Some(catalogue) = template {
        fields::save(tx, 0, &catalogue).await?;
    }
    Ok(object)
}

fn is_key(key: &str) -> bool {
    (2..=40).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// `VE` for `vehicle`.
fn prefix_of(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphabetic).take(2).collect::<String>().to_ascii_uppercase()
}

/// The definition with its texts trimmed and checked; `before` is what it was.
fn checked(
    object: ObjectDefinition,
    before: Option<&ObjectDefinition>,
    mut checks: Checks,
) -> Result<ObjectDefinition, Invalid> {
    let name = Label { zh: checks.name("/name/zh", &object.name.0.zh), en: checks.name("/name/en", &object.name.0.en) };
    let icon = checks.line("/icon", object.icon);
    let prefix = object.number_prefix.trim().to_owned();
    if prefix.chars().count() > 10 || prefix.chars().any(|c| c.is_control() || c.is_whitespace()) {
        checks.refuse("/number_prefix", "invalid_prefix", "Use at most 10 characters without spaces.");
    }
    object.number_format.0.check(&prefix, before.map(|before| before.number_prefix.as_str()), &mut checks);
    let roles = &object.roles.0;
    if roles.len() > MOST_ROLES || roles.keys().any(|key| key.is_empty() || key.chars().count() > 64) {
        checks.refuse("/roles", "invalid_roles", format!("Name at most {MOST_ROLES} roles by their keys."));
    }
    checks.finish()?;
    Ok(ObjectDefinition { name: Column(name), icon, number_prefix: prefix, ..object })
}

pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    expected: IfMatch,
    Body(body): Body<ObjectChange>,
) -> Result<Versioned<ObjectDefinition>, Problem> {
    let changed = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<ObjectDefinition, ObjectError> {
            let (_, catalogue) = fields::catalogue(tx, &path.object).await?;
            change(tx, &path.object, expected, "object.updated", |before| apply(before, body, &catalogue)).await
        })
        .await?;
    Ok(Versioned(changed))
}

fn apply(
    before: &ObjectDefinition,
    body: ObjectChange,
    catalogue: &Catalogue,
) -> Result<ObjectDefinition, ObjectError> {
    let mut checks = Checks::new();
    let mut after = before.clone();
    body.name.require(&mut after.name.0, "/name", &mut checks);
    body.icon.apply(&mut after.icon);
    body.menu.or_default(&mut after.menu);
    body.number_prefix.or_default(&mut after.number_prefix);
    body.number_format.or_default(&mut after.number_format.0);
    body.roles.or_default(&mut after.roles.0);
    body.title_field.apply(&mut after.title_field);
    if let Some(field) = &after.title_field
        && after.title_field != before.title_field
        && catalogue.field(field).is_none_or(|field| field.retired)
    {
        checks.refuse("/title_field", "unknown_field", format!("Choose a field of this object; `{field}` is none."));
    }
    Ok(checked(after, Some(before), checks)?)
}

pub(crate) async fn archive(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    expected: IfMatch,
) -> Result<Versioned<ObjectDefinition>, Problem> {
    let now = cx.now();
    put(&app, &cx, path, expected, "object.archived", move |object| object.archived_at.or(Some(now))).await
}

pub(crate) async fn restore(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<ObjectPath>,
    expected: IfMatch,
) -> Result<Versioned<ObjectDefinition>, Problem> {
    put(&app, &cx, path, expected, "object.restored", |_| None).await
}

async fn put(
    app: &App,
    cx: &Context,
    path: ObjectPath,
    expected: IfMatch,
    kind: &'static str,
    archived_at: impl FnOnce(&ObjectDefinition) -> Option<kernel::Timestamp> + Send + 'static,
) -> Result<Versioned<ObjectDefinition>, Problem> {
    let changed = app
        .db()
        .write(cx, async move |tx: &mut Tx<'_>| -> Result<ObjectDefinition, ObjectError> {
            let alter =
                |before: &ObjectDefinition| Ok(ObjectDefinition { archived_at: archived_at(before), ..before.clone() });
            change(tx, &path.object, expected, kind, alter).await
        })
        .await?;
    Ok(Versioned(changed))
}

/// Changes the definition if it still has the expected version, with an event; a change of nothing leaves no trace.
async fn change(
    tx: &mut Tx<'_>,
    key: &str,
    expected: IfMatch,
    kind: &str,
    alter: impl FnOnce(&ObjectDefinition) -> Result<ObjectDefinition, ObjectError>,
) -> Result<ObjectDefinition, ObjectError> {
    let before = definition(tx, key).await?;
    if before.built_in {
        let detail = "Built-in objects keep their definition; their fields and forms can be changed.";
        return Err(ObjectError::Conflict("built_in", detail.to_owned()));
    }
    if before.version != expected.version() {
        return Err(ObjectError::Stale);
    }
    let altered = alter(&before)?;
    if altered == before {
        return Ok(before);
    }
    let after = ObjectDefinition { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
    if !store::update(tx, &before, &after).await? {
        return Err(ObjectError::Stale);
    }
    let event =
        NewEvent::new(kind, "object", after.id).label(after.name.0.zh.as_str()).data(events::changes(&before, &after));
    events::append(tx, event).await?;
    Ok(after)
}
