//! Relations in own fields go along when the record that they name becomes one with another, and come back.

use db::{DbError, Query, Tx};
use forms::{FieldKind, Map};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    computed,
    store::{computed as store, definitions, fields},
};

/// Records that are led elsewhere in one transaction.
pub const LED_AT_ONCE: usize = store::BATCH;

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

    /// The next records behind `after` that name this one, at most [`LED_AT_ONCE`], by id.
    pub async fn naming(&self, q: &mut impl Query, target: Uuid, after: Uuid) -> Result<Vec<Uuid>, DbError> {
        store::pointing(q, &self.object, &self.field, target, after, LED_AT_ONCE).await
    }

    /// Makes those of these records name `to` that name `from`, and answers which did. A record that names both stays as
    /// it is, since it could not be told apart afterwards.
    pub async fn lead(&self, tx: &mut Tx<'_>, from: Uuid, to: Uuid, records: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
        let (_, catalogue) = fields::catalogue_held(tx, &self.object).await?;
        let mut led = Vec::new();
        for record in records {
            if computed::alter(tx, &catalogue, *record, |values| self.point(values, from, to)).await? {
                led.push(*record);
            }
        }
        Ok(led)
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
