//! Who belongs to whom: a company to its group. No circles, five levels at most.

use db::Tx;
use kernel::Uuid;
use objects::Checks;

use crate::{CustomerError, store};

/// Levels of a hierarchy at most.
pub(crate) const MOST_LEVELS: i64 = 5;

/// Points at `/parent_id` when the customer cannot belong to `parent`: there is none in use, it stands below the
/// customer itself, or there would be too many levels. A new customer has no id yet.
pub(crate) async fn check_parent(tx: &mut Tx<'_>, id: Option<Uuid>, parent: Uuid) -> Result<(), CustomerError> {
    store::take_turns(tx).await?;
    let mut checks = Checks::new();
    let in_use = crate::get(tx, parent).await?.is_some_and(|customer| customer.archived_at.is_none());
    if in_use {
        let above = store::line_up(tx, parent, MOST_LEVELS + 1).await?;
        let below = match id {
            Some(id) => store::height(tx, id, MOST_LEVELS + 1).await?,
            None => 1,
        };
        if id.is_some_and(|id| above.contains(&id)) {
            checks.refuse("/parent_id", "cycle", "This customer stands below; it cannot be above at the same time.");
        } else if above.len() as i64 + below > MOST_LEVELS {
            checks.refuse("/parent_id", "too_deep", format!("A hierarchy has at most {MOST_LEVELS} levels."));
        }
    } else {
        checks.refuse("/parent_id", "unknown", "There is no such customer in use; choose one of the list.");
    }
    Ok(checks.finish()?)
}

#[cfg(test)]
mod tests {
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_hierarchy_has_no_circle_and_five_levels {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let mut line: Vec<String> = Vec::new();
            for level in 1..=5 {
                let body = json!({"name": format!("第{level}层"), "parent_id": line.last()});
                line.push(api.post(&t.cx, "/api/v1/customers", body).await.ok(201).id());
            }
            let deeper = api.post(&t.cx, "/api/v1/customers", json!({"name": "第6层", "parent_id": line[4]})).await;
            assert_eq!(deeper.errors(), ["/parent_id too_deep"]);
            let path = |place: usize| format!("/api/v1/customers/{}", line[place]);
            assert_eq!(api.patch(&t.cx, &path(0), 1, json!({"parent_id": line[4]})).await.errors(), ["/parent_id cycle"]);
            assert_eq!(api.patch(&t.cx, &path(0), 1, json!({"parent_id": line[0]})).await.errors(), ["/parent_id cycle"]);
            let other = api.post(&t.cx, "/api/v1/customers", json!({"name": "集团"})).await.ok(201).id();
            assert_eq!(api.patch(&t.cx, &path(0), 1, json!({"parent_id": other})).await.errors(), ["/parent_id too_deep"]);
            api.patch(&t.cx, &path(2), 1, json!({"parent_id": other})).await.ok(200);
            assert_eq!(api.get(&t.cx, &format!("/api/v1/customers/{other}/children")).await.column("name"), ["第3层"]);
            assert_eq!(api.get(&t.cx, &format!("{}/children", path(1))).await.json["items"], json!([]));
            api.patch(&t.cx, &path(2), 2, json!({"parent_id": null})).await.ok(200);
            let foreign = api.post(&t.other, "/api/v1/customers", json!({"name": "外"})).await.ok(201).id();
            assert_eq!(api.patch(&t.cx, &path(0), 1, json!({"parent_id": foreign})).await.errors(), ["/parent_id unknown"]);
            api.get(&t.other, &format!("{}/children", path(0))).await.refused(404, "not_found");
        }

        migrations(), |t| each_of_several_numbers_leads_to_the_customer {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let phones = json!([{"number": "021-68881234", "label": "前台"}, {"number": "138 0013 8000", "label": "夜间"}, {"number": "+86 13800138000"}]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "phones": phones})).await.ok(201);
            assert_eq!(made.json["phone"], json!("021-68881234"));
            assert_eq!(made.json["phones"].as_array().unwrap().len(), 2, "one number in two spellings stands once");
            let path = format!("/api/v1/customers/{}", made.id());
            let found = async |number: &str| api.get(&t.cx, &format!("/api/v1/customers?phone={number}")).await.ok(200).column("name");
            assert_eq!((found("02168881234").await, found("13800138000").await), (vec![json!("甲")], vec![json!("甲")]));
            // The one number is the first of them.
            let changed = api.patch(&t.cx, &path, 1, json!({"phone": "021-68889999"})).await.ok(200);
            assert_eq!(changed.json["phones"][0], json!({"number": "021-68889999", "label": "前台"}));
            assert_eq!((found("02168881234").await.len(), found("13800138000").await.len()), (0, 1));
            let emptied = api.patch(&t.cx, &path, 2, json!({"phone": null})).await.ok(200);
            assert_eq!((&emptied.json["phone"], emptied.json["phones"].as_array().unwrap().len()), (&json!("138 0013 8000"), 1));
            let all = api.patch(&t.cx, &path, 3, json!({"phones": [{"number": "13900139000"}, {"number": "13700137000"}]})).await.ok(200);
            assert_eq!(all.json["phone"], json!("13900139000"));
            assert_eq!((found("13800138000").await.len(), found("13700137000").await.len()), (0, 1));
            let refused = api.patch(&t.cx, &path, 4, json!({"phones": [{"number": "x"}, {"number": " "}], "phone": "13600136000"})).await;
            assert_eq!(refused.errors(), ["/phones/0/number invalid_phone", "/phones/1/number required", "/phone not_the_first"]);
        }
    }
}
