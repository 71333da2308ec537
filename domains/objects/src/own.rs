//! Fields of one's own in lists: where filters find their values, and how lists are sorted by them.

use db::{
    DbError, Engine, Query,
    list::{Fragment, Order},
};
use forms::{Catalogue, Field};
use http_api::{ListParams, Problem};
use kernel::Context;
use rules::{FieldMap, FieldType, Rows, Types as _};
use serde_json::Value as Json;

use crate::{
    access::Viewer,
    index::{indexed, table},
    listing::{Listing, filter},
    offering::is_askable,
    store::fields,
};

/// One field that the caller's lists can use.
#[derive(Debug)]
struct OwnField {
    id: String,
    kind: FieldType,
    sortable: bool,
    /// Whether filters test it record by record.
    lazy: bool,
}

/// The fields of one object that the caller's lists can use.
#[derive(Debug)]
pub(crate) struct OwnFields {
    tenant: [u8; 16],
    object: String,
    fields: Vec<OwnField>,
    filling: Vec<String>,
}

/// Which records a filter is for while a list is sorted by one of the fields.
#[derive(Clone, Copy)]
enum Phase {
    Present,
    Missing,
}

impl OwnFields {
    /// Those of `object` whose values the caller may see: who may not see a value may not look for it either.
    pub async fn of(q: &mut impl Query, object: &str) -> Result<Self, DbError> {
        let (_, catalogue) = fields::catalogue(q, object).await?;
        let viewer = Viewer::of(q.cx(), &catalogue);
        Self::those(q, object, &catalogue, |field| field.filterable && viewer.reads(field)).await
    }

    /// Those of `object` that definitions may ask of its records, whoever it is asked for.
    pub async fn askable(q: &mut impl Query, object: &str) -> Result<Self, DbError> {
        let (_, catalogue) = fields::catalogue(q, object).await?;
        Self::those(q, object, &catalogue, is_askable).await
    }

    async fn those(
        q: &mut impl Query,
        object: &str,
        catalogue: &Catalogue,
        wanted: impl Fn(&Field) -> bool,
    ) -> Result<Self, DbError> {
        let fillings = fields::fillings(q, object).await?;
        let (mut ready, mut filling) = (Vec::new(), Vec::new());
        for field in catalogue.fields.iter().filter(|field| wanted(field)) {
            let Some(kind) = indexed(field) else { continue };
            if fillings.iter().any(|known| known.field == field.id) {
                filling.push(field.id.clone());
            }
            let sortable = field.sortable && kind != FieldType::Tags;
            ready.push(OwnField { id: field.id.clone(), kind, sortable, lazy: false });
        }
        Ok(Self { tenant: *q.cx().tenant().0.as_bytes(), object: object.to_owned(), fields: ready, filling })
    }

    /// Fields whose values are still being gathered.
    pub fn filling(&self) -> &[String] {
        &self.filling
    }

    /// Refuses filters and sorts by fields whose values are still being gathered.
    pub fn refuse_filling(&self, params: &ListParams) -> Result<(), Problem> {
        let sorted = params.sort.as_deref().map(|sort| sort.strip_prefix('-').unwrap_or(sort));
        let named =
            |id: &&String| sorted == Some(id.as_str()) || params.filter.as_ref().is_some_and(|tree| mentions(tree, id));
        let Some(field) = self.filling.iter().find(named) else { return Ok(()) };
        let detail = format!("Values of `{field}` are still being gathered. Try again once its index is ready.");
        Err(Problem::conflict("field_filling", detail).with_member("field", field.as_str()))
    }

    /// The standard fields and these, for filters.
    pub fn map(&self, standard: &FieldMap) -> FieldMap {
        self.fields.iter().fold(standard.clone(), |map, field| map.with_rows(&field.id, field.kind, self.rows(field)))
    }

    fn rows(&self, field: &OwnField) -> Rows {
        Rows {
            from: format!("{} WHERE object = '{}' AND field = '{}'", table(field.kind), self.object, field.id),
            record: "record_id",
            value: "value",
            owner_column: "tenant_id",
            owner: self.tenant,
            id: "id",
            lazy: field.lazy,
        }
    }

    /// Finds the test that all records of the list must pass and that fewest do, when those are few. All other tests of
    /// that kind look at one record at a time from then on.
    pub async fn narrow(
        &mut self,
        q: &mut impl Query,
        listing: &Listing,
        params: &ListParams,
    ) -> Result<Option<Fragment>, Problem> {
        let mut found = None;
        let sorted = params.sort.as_deref().map(|sort| sort.strip_prefix('-').unwrap_or(sort));
        for leaf in params.filter.iter().flat_map(required) {
            let Some(at) = self.fields.iter().position(|field| leaf["field"] == field.id.as_str()) else { continue };
            if found.is_none() && sorted != Some(self.fields[at].id.as_str()) && params.q.is_none() {
                // What is wrong with it, and where, the whole filter tells.
                let Ok(test) = filter(q.cx(), q.engine(), leaf, &self.map(listing.fields)) else { return Ok(None) };
                // Tests that missing values pass are never few.
                let rows = test.text.strip_prefix("id IN (").and_then(|text| text.strip_suffix(')'));
                if let Some(rows) = rows {
                    let rows = Fragment::new(rows, test.binds.clone());
                    found = fields::narrow(q, &rows, self.fields[at].kind).await?;
                }
            }
            self.fields[at].lazy = true;
        }
        Ok(found)
    }

    /// The order that `params` ask for, when it is by one of these fields. The filter is part of it: on the field itself
    /// it becomes a range of the index that the list walks along anyway.
    pub fn order(
        &self,
        cx: &Context,
        engine: Engine,
        listing: &Listing,
        params: &ListParams,
    ) -> Result<Option<Order>, Problem> {
        let Some(sort) = &params.sort else { return Ok(None) };
        let name = sort.strip_prefix('-').unwrap_or(sort);
        if listing.list.sorts.iter().any(|(known, _)| *known == name) {
            return Ok(None);
        }
        let Some(field) = self.fields.iter().find(|field| field.id == name && field.sortable) else {
            let standard = listing.list.sorts.iter().map(|(known, _)| *known);
            let own = self.fields.iter().filter(|field| field.sortable).map(|field| field.id.as_str());
            let known = standard.chain(own).collect::<Vec<_>>().join(", ");
            let asked: String = name.chars().take(64).collect();
            let message = format!("this list cannot be sorted by `{asked}`; use one of: {known}");
            return Err(Problem::bad_parameter("/query/sort", message));
        };
        let part = |phase| match &params.filter {
            Some(tree) => filter(cx, engine, tree, &self.phase_map(listing.fields, field, phase)),
            None => Ok(Fragment::new("1 = 1", Vec::new())),
        };
        let rows = fields::values(cx, field.kind, &self.object, &field.id);
        Ok(Some(Order { rows, present: part(Phase::Present)?, missing: part(Phase::Missing)? }))
    }

    /// The map while the list is sorted by `sorted`, whose value is at hand then, or known to be missing.
    fn phase_map(&self, standard: &FieldMap, sorted: &OwnField, phase: Phase) -> FieldMap {
        let missing = match sorted.kind {
            FieldType::Text | FieldType::Choice | FieldType::Date => "null::text",
            FieldType::Integer | FieldType::Time => "null::bigint",
            FieldType::Number => "null::double precision",
            // Rows hold these in another form than conditions compare.
            FieldType::Boolean | FieldType::Id | FieldType::Tags => return self.map(standard),
        };
        let others = self.fields.iter().filter(|field| field.id != sorted.id);
        let map = others.fold(standard.clone(), |map, field| map.with_rows(&field.id, field.kind, self.rows(field)));
        match phase {
            Phase::Present => map.with(&sorted.id, sorted.kind, "sort_value", "sort_value"),
            Phase::Missing => map.with(&sorted.id, sorted.kind, "null", missing),
        }
    }
}

/// The tests that a record must pass whatever else holds: the tree itself, or the members of its `all`.
pub(crate) fn required(tree: &Json) -> Vec<&Json> {
    match tree.get("all").and_then(Json::as_array) {
        Some(nodes) => nodes.iter().flat_map(required).collect(),
        None if tree.get("field").is_some() => vec![tree],
        None => Vec::new(),
    }
}

/// Whether a condition tree names standard fields only, so that nobody needs to look at the catalogue.
pub(crate) fn is_standard(tree: &Json, standard: &FieldMap) -> bool {
    match tree {
        Json::Object(node) => {
            let field = node.get("field").and_then(Json::as_str);
            field.is_none_or(|field| standard.field_type(field).is_some())
                && node.values().all(|below| is_standard(below, standard))
        }
        Json::Array(nodes) => nodes.iter().all(|below| is_standard(below, standard)),
        _ => true,
    }
}

/// Whether a condition tree names the field.
pub(crate) fn mentions(tree: &Json, field: &str) -> bool {
    match tree {
        Json::Object(node) => {
            node.get("field").and_then(Json::as_str) == Some(field) || node.values().any(|below| mentions(below, field))
        }
        Json::Array(nodes) => nodes.iter().any(|below| mentions(below, field)),
        _ => false,
    }
}
