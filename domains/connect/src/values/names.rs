//! What people, teams, regions, sites, files and records are called: the words that stand in an export for their ids.

use std::collections::{BTreeSet, HashMap};

use db::Query;
use forms::{FieldKind, SystemFact};
use http_api::Problem;
use kernel::Uuid;
use serde_json::Value;

use crate::lists::{Column, ColumnKind, Row};

/// What an id of a kind leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Sort {
    Person,
    Team,
    Region,
    Site,
    File,
    Record(String),
}

/// Names that were looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(HashMap<(Sort, Uuid), String>);

fn sort(kind: &ColumnKind) -> Option<Sort> {
    Some(match kind {
        ColumnKind::Region => Sort::Region,
        ColumnKind::Site => Sort::Site,
        ColumnKind::Value(kind) => match kind {
            FieldKind::Person => Sort::Person,
            FieldKind::System(settings) if matches!(settings.of, SystemFact::CreatedBy | SystemFact::UpdatedBy) => {
                Sort::Person
            }
            FieldKind::Team => Sort::Team,
            FieldKind::Attachment(_) | FieldKind::Image(_) | FieldKind::Media(_) | FieldKind::Signature => Sort::File,
            FieldKind::Relation(settings) => Sort::Record(settings.object.clone()),
            _ => return None,
        },
        _ => return None,
    })
}

fn ids(value: &Value) -> Vec<Uuid> {
    let id = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    match value {
        Value::Array(all) => all.iter().filter_map(id).collect(),
        one => id(one).into_iter().collect(),
    }
}

impl Names {
    /// The names of what a value names; none when the column names nothing. What is gone is left out.
    pub fn of(&self, kind: &ColumnKind, value: &Value) -> Option<Vec<String>> {
        let sort = sort(kind)?;
        Some(ids(value).into_iter().filter_map(|id| self.0.get(&(sort.clone(), id)).cloned()).collect())
    }
}

/// Looks up what the rows name in these columns and is not known yet.
pub(crate) async fn gather(
    q: &mut impl Query,
    mut names: Names,
    columns: &[Column],
    rows: &[Row],
) -> Result<Names, Problem> {
    let mut wanted: HashMap<Sort, BTreeSet<Uuid>> = HashMap::new();
    for column in columns {
        let Some(sort) = sort(&column.kind) else { continue };
        let fresh = rows.iter().flat_map(|row| ids(column.of(row)));
        let fresh = fresh.filter(|id| !names.0.contains_key(&(sort.clone(), *id)));
        wanted.entry(sort.clone()).or_default().extend(fresh.collect::<Vec<_>>());
    }
    for (sort, ids) in wanted {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for some in ids.chunks(200) {
            let found = look_up(q, &sort, some).await?;
            names.0.extend(found.into_iter().map(|(id, name)| ((sort.clone(), id), name)));
        }
    }
    Ok(names)
}

async fn look_up(q: &mut impl Query, sort: &Sort, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, Problem> {
    let mut found = Vec::new();
    match sort {
        Sort::Person => {
            found.extend(identity::users_by_ids(q, ids).await?.into_iter().map(|(id, user)| (id, user.name)));
        }
        Sort::Team => {
            for id in ids {
                found.extend(identity::team(q, *id).await?.map(|team| (team.id, team.name)));
            }
        }
        Sort::Region => {
            for id in ids {
                found.extend(identity::region(q, *id).await?.map(|region| (region.id, region.name)));
            }
        }
        Sort::Site => {
            found.extend(customers::sites_by_ids(q, ids).await?.into_iter().map(|site| (site.id, site.name)));
        }
        Sort::File => {
            for id in ids {
                found.extend(files::get(q, *id).await?.map(|file| (file.id, file.name)));
            }
        }
        Sort::Record(object) => found = records(q, object, ids).await?,
    }
    Ok(found)
}

async fn records(q: &mut impl Query, object: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, Problem> {
    Ok(match object {
        "customer" => customers::by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.name)).collect(),
        "contact" => customers::contacts_by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.name)).collect(),
        "site" => customers::sites_by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.name)).collect(),
        "product" => products::by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.name)).collect(),
        "device" => devices::by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.serial_number)).collect(),
        "part" => inventory::by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.name)).collect(),
        "engineer" => workforce::by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.name)).collect(),
        "ticket" => tickets::by_ids(q, ids).await?.into_iter().map(|one| (one.id, one.number)).collect(),
        "contract" => {
            let mut found = Vec::new();
            for id in ids {
                found.extend(contracts::get(q, *id).await?.map(|one| (one.id, one.number)));
            }
            found
        }
        "order" => {
            let mut found = Vec::new();
            for id in ids {
                found.extend(orders::get(q, *id).await?.map(|one| (one.id, one.number)));
            }
            found
        }
        "visit" => {
            let mut found = Vec::new();
            for id in ids {
                found.extend(visits::get(q, *id).await?.map(|one| (one.id, one.number)));
            }
            found
        }
        "quote" => {
            let mut found = Vec::new();
            for id in ids {
                found.extend(finance::get(q, *id).await?.map(|one| (one.id, one.number)));
            }
            found
        }
        own => objects::table::titles(q, own, ids).await?.into_iter().collect(),
    })
}
