//! Listing customers: filter, search, order, paging, and look-up by telephone number.

use authz::permissions::CUSTOMERS_READ;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem, Query, State};
use objects::{listing, phone_digits};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Customer, store};

/// What else one may ask of the list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Asked {
    /// Only customers whose own number, or a contact's, is this one.
    phone: Option<String>,
}

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Query(asked): Query<Asked>,
    params: ListParams,
) -> Result<Json<ListPage<Customer>>, Problem> {
    let mut conditions = vec![store::scope(&cx, CUSTOMERS_READ)];
    if let Some(phone) = asked.phone.filter(|phone| !phone.trim().is_empty()) {
        let digits = phone_digits(&phone)
            .ok_or_else(|| Problem::bad_parameter("/query/phone", "Write a telephone number, such as 13800138000."))?;
        conditions.push(store::with_phone(&cx, &digits));
    }
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<_, Problem> {
            let mut page: ListPage<Customer> =
                listing::page_with_own(r, &store::LISTING, "customer", &params, conditions).await?;
            let own = page.page.items.iter_mut().map(|customer| &mut customer.ext.0).collect();
            objects::shown(r, "customer", own).await?;
            Ok(page)
        })
        .await?;
    Ok(Json(page))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::Scope;
    use objects::testing::{Api, encoded, person};
    use search::Indexer;
    use serde_json::{Value, json};

    use super::*;
    use crate::{CustomerSearch, ops::tests::migrations};

    testkit::both! {
        migrations(), |t| lists_are_filtered_sorted_paged_and_counted {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            for (name, level, city) in [("a", "vip", "苏州市"), ("b", "standard", "苏州市"), ("c", "vip", "无锡市"), ("d", "gold", "苏州市")] {
                api.post(&t.cx, "/api/v1/customers", json!({"name": name, "level": level, "address": {"city": city}, "tags": [level]})).await.ok(201);
            }
            let first = api.get(&t.cx, "/api/v1/customers?sort=name&limit=3&count=true").await.ok(200);
            assert_eq!((first.column("name"), &first.json["total"]), (vec![json!("a"), json!("b"), json!("c")], &json!(4)));
            let cursor = first.json["next_cursor"].as_str().unwrap();
            let second = api.get(&t.cx, &format!("/api/v1/customers?sort=name&limit=3&cursor={cursor}")).await.ok(200);
            assert_eq!((second.column("name"), second.json.get("next_cursor")), (vec![json!("d")], None));
            let tree = json!({"all": [
                {"field": "city", "op": "eq", "value": "苏州市"},
                {"not": {"field": "tags", "op": "contains_any", "value": ["vip"]}},
                {"field": "created_at", "op": "gt", "value": {"now": "-PT1H"}},
            ]});
            let some = api.get(&t.cx, &format!("/api/v1/customers?sort=-name&filter={}", encoded(&tree.to_string()))).await.ok(200);
            assert_eq!(some.column("name"), ["d", "b"]);
            assert_eq!(api.get(&t.other, "/api/v1/customers").await.ok(200).json["items"], json!([]));
            let own = person(&t.cx, 3, &[(CUSTOMERS_READ, Scope::Own)]);
            assert_eq!(api.get(&own, "/api/v1/customers").await.ok(200).json["items"], json!([]));
        }

        migrations(), |t| a_list_of_some_names_is_in_order_paged_and_counted_like_any_other {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let mut ids = Vec::new();
            for name in ["a", "b", "b", "c", "d"] {
                ids.push(api.post(&t.cx, "/api/v1/customers", json!({"name": name})).await.ok(201).id());
            }
            api.act(&t.cx, &format!("/api/v1/customers/{}/archive", ids[3]), 1).await.ok(200);
            let list = |tree: &Value, more: &str| format!("/api/v1/customers?filter={}{more}", encoded(&tree.to_string()));
            let named = json!({"field": "name", "op": "in", "value": ["d", "b", "c", "x"]});
            let first = api.get(&t.cx, &list(&named, "&sort=-name&limit=2&count=true")).await.ok(200);
            assert_eq!((first.column("name"), &first.json["total"]), (vec![json!("d"), json!("b")], &json!(3)));
            let cursor = first.json["next_cursor"].as_str().unwrap();
            let second = api.get(&t.cx, &list(&named, &format!("&sort=-name&limit=2&cursor={cursor}"))).await.ok(200);
            assert_eq!(second.column("name"), ["b"]);
            assert_eq!(api.get(&t.cx, &list(&named, "&archived=true")).await.ok(200).column("name"), ["c"]);
            let both = json!({"all": [{"field": "id", "op": "in", "value": [ids[0], ids[1]]}, {"field": "name", "op": "eq", "value": "b"}]});
            assert_eq!(api.get(&t.cx, &list(&both, "")).await.ok(200).column("id"), [ids[1].as_str()]);
            let either = json!({"any": [{"field": "id", "op": "eq", "value": ids[0]}, {"field": "name", "op": "eq", "value": "d"}]});
            assert_eq!(api.get(&t.cx, &list(&either, "&sort=name")).await.ok(200).column("name"), ["a", "d"]);
            assert_eq!(api.get(&t.other, &list(&named, "")).await.ok(200).json["items"], json!([]));
        }

        migrations(), |t| a_wrong_request_is_pointed_at {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let errors = async |query: &str| {
                let reply = api.get(&t.cx, &format!("/api/v1/customers?{query}")).await;
                assert_eq!(reply.status, 400, "{query}: {}", reply.json);
                reply.errors()
            };
            let tree = json!({"all": [{"field": "name", "op": "eq", "value": "x"}, {"field": "colour", "op": "eq", "value": 1}]});
            assert_eq!(errors(&format!("filter={}", encoded(&tree.to_string()))).await, ["/query/filter/all/1/field unknown_field"]);
            let tree = json!({"field": "created_at", "op": "lt", "value": "soon"});
            assert_eq!(errors(&format!("filter={}", encoded(&tree.to_string()))).await, ["/query/filter/value wrong_type"]);
            let tree = json!({"all": [{"field": "created_at", "op": "gt", "value": "2020-01-01T00:00:00Z"}, {"field": "name", "op": "eq", "value": 5}]});
            assert_eq!(errors(&format!("filter={}", encoded(&tree.to_string()))).await, ["/query/filter/all/1/value wrong_type"]);
            assert_eq!(errors("filter=%7B").await, ["/query/filter invalid_value"]);
            assert_eq!(errors("sort=shoe_size").await, ["/query/sort invalid_value"]);
            assert_eq!(errors("limit=0").await, ["/query/limit invalid_value"]);
            assert_eq!(errors("cursor=abc").await, ["/query/cursor invalid_value"]);
            assert_eq!(errors("phone=nobody").await, ["/query/phone invalid_value"]);
        }

        migrations(), |t| a_number_is_found_however_it_is_written_also_at_a_contact {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let own = api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "phone": "+86 138-0013-8000"})).await.ok(201);
            let other = api.post(&t.cx, "/api/v1/customers", json!({"name": "乙"})).await.ok(201);
            api.post(&t.cx, "/api/v1/customers", json!({"name": "丙", "phone": "13900139000"})).await.ok(201);
            let contact = json!({"name": "王芳", "phone": "138 0013 8000"});
            api.post(&t.cx, &format!("/api/v1/customers/{}/contacts", other.id()), contact).await.ok(201);
            let found = api.get(&t.cx, "/api/v1/customers?phone=13800138000&sort=name").await.ok(200);
            let mut ids = found.column("id");
            ids.sort_by_key(Value::to_string);
            let mut expected = [json!(own.id()), json!(other.id())];
            expected.sort_by_key(Value::to_string);
            assert_eq!(ids, expected);
            let found = t.db.read(&t.cx, async |r: &mut Read<'_>| crate::by_phone(r, "13800138000").await).await.unwrap();
            assert_eq!(found.len(), 2);
            let none = t.db.read(&t.other, async |r: &mut Read<'_>| crate::by_phone(r, "13800138000").await).await.unwrap();
            assert!(none.is_empty());
        }

        migrations(), |t| words_find_customers_by_contacts_and_sites_too {
            let api = Api::new(&t.db, &t.world, [crate::routes()]);
            let made = api.post(&t.cx, "/api/v1/customers", json!({"name": "静安物业", "address": {"city": "上海市"}})).await.ok(201);
            api.post(&t.cx, "/api/v1/customers", json!({"name": "浦东酒店"})).await.ok(201);
            api.post(&t.cx, &format!("/api/v1/customers/{}/contacts", made.id()), json!({"name": "欧阳锋", "phone": "139-0013-9000"})).await.ok(201);
            api.post(&t.cx, &format!("/api/v1/customers/{}/sites", made.id()), json!({"name": "世纪广场A座"})).await.ok(201);
            let indexer = Indexer::new().add(Arc::new(CustomerSearch));
            indexer.reindex(&t.db, &t.world, t.cx.tenant(), "customer").await.unwrap();
            for words in ["静安", "欧阳锋", "13900139000", "世纪广场", "上海"] {
                let found = api.get(&t.cx, &format!("/api/v1/customers?q={}", encoded(words))).await.ok(200);
                assert_eq!(found.column("name"), ["静安物业"], "{words}");
            }
        }
    }
}
