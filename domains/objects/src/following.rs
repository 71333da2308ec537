//! Relations in own fields go along when the record that they name becomes one with another, and come back.

use db::{DbError, Query, Tx};
use forms::{FieldKind, Map};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    computed,
    store::{computed as store, definitions, fields},
};

/// A relation in the own fields of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The object that has the field.
    pub object: String,
    /// The field.
    pub field: String,
}

/// The relations in use that lead to records of `target`.
pub async fn relations_to(q: &mut impl Query, target: &str) -> Result<Vec<Relation>, DbError> {
    let mut found = Vec::new();
    for (object, catalogue) in definitions::catalogues(q).await? {
        for field in catalogue.0.fields {
            let leads = matches!(&field.kind, FieldKind::Relation(settings) if settings.object == target);
            if leads && !field.retired {
                found.push(Relation { object: object.clone(), field: field.id });
            }
        }
    }
    Ok(found)
}

impl Relation {
    /// How many records name this one.
    pub async fn count(&self, q: &mut impl Query, target: Uuid) -> Result<i64, DbError> {
        store::pointed(q, &self.object, &self.field, target).await
    }

    /// Makes records that name `from` name `to`: all of them, or of `only` those that still do. Answers which. A record
    /// that names both stays as it is, since it could not be told apart afterwards.
    pub async fn lead_to(
        &self,
        tx: &mut Tx<'_>,
        from: Uuid,
        to: Uuid,
        only: Option<&[Uuid]>,
    ) -> Result<Vec<Uuid>, DbError> {
        let (_, catalogue) = fields::catalogue_held(tx, &self.object).await?;
        let mut changed = Vec::new();
        let mut after = Uuid::nil();
        loop {
            let page = match only {
                Some(only) => only.to_vec(),
                None => store::pointing(tx, &self.object, &self.field, from, after, store::BATCH).await?,
            };
            for record in &page {
                if computed::alter(tx, &catalogue, *record, |values| self.point(values, from, to)).await? {
                    changed.push(*record);
                }
            }
            match page.last() {
                Some(last) if only.is_none() && page.len() == store::BATCH => after = *last,
                _ => return Ok(changed),
            }
        }
    }

    fn point(&self, values: &mut Map, from: Uuid, to: Uuid) {
        let (from, to) = (Value::from(from.to_string()), Value::from(to.to_string()));
        match values.get_mut(&self.field) {
            Some(Value::Array(all)) if !all.contains(&to) => {
                all.iter_mut().filter(|one| **one == from).for_each(|one| one.clone_from(&to));
            }
            Some(one) if *one == from => *one = to,
            _ => {}
        }
    }
}
