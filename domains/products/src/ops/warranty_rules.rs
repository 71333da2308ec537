//! Warranty rules of categories: listing, making, changing and taking them away.

use db::{Json as Column, Query as _, Read, Tx, list::ListPage};
use events::NewEvent;
use http_api::{
    App, Body, Caller, Created, IdempotencyKey, IfMatch, Json, ListParams, NoContent, Path, Problem, State, Versioned,
};
use objects::{Checks, first_values, listing};

use crate::{
    NewWarrantyRule, ProductError, WarrantyRule,
    api::{WarrantyRuleChange, WarrantyRulePath},
    store,
};

pub(crate) async fn list(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<WarrantyRule>>, Problem> {
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| listing::page(r, &store::RULES, &params, Vec::new()).await)
        .await?;
    Ok(Json(page))
}

pub(crate) async fn get(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<WarrantyRulePath>,
) -> Result<Versioned<WarrantyRule>, Problem> {
    let rule = app.db().read(&cx, async move |r: &mut Read<'_>| store::rule(r, path.id).await).await?;
    Ok(Versioned(rule))
}

pub(crate) async fn create(
    State(app): State<App>,
    Caller(cx): Caller,
    key: IdempotencyKey,
    Body(body): Body<NewWarrantyRule>,
) -> Result<Created<WarrantyRule>, Problem> {
    let new = body.clone();
    app.create(&cx, key, &body, "createWarrantyRule", async move |tx: &mut Tx<'_>| insert(tx, new).await).await
}

/// Creates a warranty rule, with its event; [`ProductError::CategoryTaken`] when the category has one.
pub async fn insert(tx: &mut Tx<'_>, new: NewWarrantyRule) -> Result<WarrantyRule, ProductError> {
    let new = new.checked(Checks::new())?;
    let cx = tx.cx().clone();
    let rule = WarrantyRule {
        id: cx.new_id(),
        version: 1,
        created_at: cx.now(),
        updated_at: cx.now(),
        category: new.category,
        months: new.months,
        terms: Column(new.terms),
    };
    let told = NewEvent::new("warranty_rule.created", "warranty_rule", rule.id)
        .label(rule.category.as_str())
        .data(first_values(&rule));
    tx.execute_all(vec![store::insert_rule(&cx, &rule), events::statement(&cx, &told)]).await?;
    Ok(rule)
}

pub(crate) async fn update(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<WarrantyRulePath>,
    expected: IfMatch,
    Body(body): Body<WarrantyRuleChange>,
) -> Result<Versioned<WarrantyRule>, Problem> {
    let rule = app
        .db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<WarrantyRule, ProductError> {
            let before = read(tx, path, expected).await?;
            let new = body.apply(&before)?;
            let altered =
                WarrantyRule { category: new.category, months: new.months, terms: Column(new.terms), ..before.clone() };
            if altered == before {
                return Ok(before);
            }
            let after = WarrantyRule { version: before.version + 1, updated_at: tx.cx().now(), ..altered };
            store::update_rule(tx, &before, &after).await?;
            let told = NewEvent::new("warranty_rule.updated", "warranty_rule", after.id)
                .label(after.category.as_str())
                .data(events::changes(&before, &after));
            events::append(tx, told).await?;
            Ok(after)
        })
        .await?;
    Ok(Versioned(rule))
}

pub(crate) async fn delete(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(path): Path<WarrantyRulePath>,
    expected: IfMatch,
) -> Result<NoContent, Problem> {
    app.db()
        .write(&cx, async move |tx: &mut Tx<'_>| -> Result<(), ProductError> {
            let rule = read(tx, path, expected).await?;
            store::delete_rule(tx, &rule).await?;
            let told = NewEvent::new("warranty_rule.deleted", "warranty_rule", rule.id).label(rule.category.as_str());
            events::append(tx, told).await?;
            Ok(())
        })
        .await?;
    Ok(NoContent)
}

async fn read(tx: &mut Tx<'_>, path: WarrantyRulePath, expected: IfMatch) -> Result<WarrantyRule, ProductError> {
    let rule = store::rule(tx, path.id).await?;
    if rule.version == expected.version() { Ok(rule) } else { Err(ProductError::Stale) }
}

#[cfg(test)]
mod tests {
    use objects::testing::Api;
    use serde_json::json;

    use crate::ops::tests::migrations;

    testkit::both! {
        migrations(), |t| a_category_has_one_rule_that_fills_in_what_its_products_leave_open {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let rule = json!({"category": "暖通", "months": 18, "terms": {
                "start": "installation", "latest_start_months_after_sale": 6,
                "components": [{"name": "压缩机", "months": 60}],
            }});
            let made = api.post(&t.cx, "/api/v1/warranty-rules", rule.clone()).await.ok(201);
            api.post(&t.cx, "/api/v1/warranty-rules", rule.clone()).await.refused(409, "category_taken");
            api.post(&t.other, "/api/v1/warranty-rules", rule).await.ok(201);
            let product = json!({"code": "A", "name": "机组", "category": "暖通", "warranty_months": 24});
            let product = api.post(&t.cx, "/api/v1/products", product).await.ok(201);
            let effective = async |id: String| {
                let id = id.parse().unwrap();
                t.db.read(&t.cx, async move |r: &mut db::Read<'_>| {
                    let product = crate::get(r, id).await?.unwrap();
                    crate::warranty_of(r, &product).await
                }).await.unwrap()
            };
            let found = effective(product.id()).await;
            assert_eq!(found.months, Some((24, crate::RuleSource::Product)));
            assert_eq!(found.terms.as_ref().map(|(_, source)| *source), Some(crate::RuleSource::Category));
            let path = format!("/api/v1/warranty-rules/{}", made.id());
            api.patch(&t.cx, &path, 1, json!({"months": 30})).await.ok(200);
            api.patch(&t.cx, &path, 1, json!({"months": 31})).await.refused(412, "stale");
            api.patch(&t.other, &path, 1, json!({"months": 31})).await.refused(404, "not_found");
            let own = json!({"warranty_months": null, "warranty": {"start": "sale", "latest_start_months_after_sale": null}});
            api.patch(&t.cx, &format!("/api/v1/products/{}", product.id()), 1, own).await.ok(200);
            let found = effective(product.id()).await;
            assert_eq!(found.months, Some((30, crate::RuleSource::Category)));
            assert_eq!(found.start(), Some(crate::WarrantyStart::Sale));
            api.delete(&t.cx, &path, 2).await.ok(204);
            assert_eq!(effective(product.id()).await.months, None);
            assert_eq!(api.get(&t.cx, "/api/v1/warranty-rules").await.ok(200).json["items"], json!([]));
        }

        migrations(), |t| every_wrong_field_of_a_rule_is_pointed_at {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let rule = json!({"category": " ", "months": 0, "terms": {
                "start": "sale", "latest_start_months_after_sale": -1, "components": [{"name": "", "months": 601}],
            }});
            assert_eq!(api.post(&t.cx, "/api/v1/warranty-rules", rule).await.errors(), [
                "/months out_of_range", "/category required", "/terms/latest_start_months_after_sale out_of_range",
                "/terms/components/0/name required", "/terms/components/0/months out_of_range",
            ]);
            let product = json!({"code": "A", "name": "甲", "warranty": {"start": "birth"}});
            assert_eq!(api.post(&t.cx, "/api/v1/products", product).await.errors(), ["/warranty/start invalid_value"]);
        }
    }
}
