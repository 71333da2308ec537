//! Listing devices: filter, search, order, paging.

use authz::permissions::DEVICES_READ;
use db::{Read, list::ListPage};
use http_api::{App, Caller, Json, ListParams, Problem, State};
use kernel::Page;
use objects::listing;

use crate::{Device, DeviceView, references::views, store};

pub(crate) async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    params: ListParams,
) -> Result<Json<ListPage<DeviceView>>, Problem> {
    let scope = store::scope(&cx, DEVICES_READ);
    let page = app
        .db()
        .read(&cx, async move |r: &mut Read<'_>| -> Result<ListPage<DeviceView>, Problem> {
            let found: ListPage<Device> =
                listing::page_with_own(r, &store::LISTING, "device", &params, vec![scope]).await?;
            let items = views(r, found.page.items).await?;
            Ok(ListPage {
                page: Page { items, next_cursor: found.page.next_cursor },
                total: found.total,
                total_is_lower_bound: found.total_is_lower_bound,
            })
        })
        .await?;
    Ok(Json(page))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use objects::testing::encoded;
    use search::Indexer;
    use serde_json::json;

    use crate::{
        DeviceSearch,
        ops::tests::{api, migrations},
    };

    testkit::both! {
        migrations(), |t| devices_are_filtered_by_owner_state_and_warranty {
            let api = api(t);
            let customer = api.post(&t.cx, "/api/v1/customers", json!({"name": "静安物业"})).await.ok(201).id();
            for (serial, ends, status) in [("A", Some("2026-03-10"), "in_service"), ("B", Some("2026-12-31"), "in_service"), ("C", None, "stopped")] {
                let body = json!({"serial_number": serial, "customer_id": customer, "warranty_ends_on": ends, "status": status});
                api.post(&t.cx, "/api/v1/devices", body).await.ok(201);
            }
            api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "D"})).await.ok(201);
            let serials = async |tree: serde_json::Value| {
                let path = format!("/api/v1/devices?sort=serial_number&filter={}", encoded(&tree.to_string()));
                api.get(&t.cx, &path).await.ok(200).column("serial_number")
            };
            assert_eq!(serials(json!({"field": "customer_id", "op": "eq", "value": customer})).await, ["A", "B", "C"]);
            assert_eq!(serials(json!({"field": "status", "op": "eq", "value": "stopped"})).await, ["C"]);
            // The clock stands on 2026-03-02.
            assert_eq!(serials(json!({"field": "warranty_ends_on", "op": "between", "value": [{"now": "PT0S"}, {"now": "P30D"}]})).await, ["A"]);
            let page = api.get(&t.cx, "/api/v1/devices?sort=-warranty_ends_on&limit=2&count=true").await.ok(200);
            assert_eq!((page.column("serial_number"), &page.json["total"]), (vec![json!("B"), json!("A")], &json!(4)));
            assert_eq!(page.column("customer_name"), ["静安物业", "静安物业"]);
        }

        migrations(), |t| words_find_devices_by_customer_and_place_too {
            let api = api(t);
            let customer = api.post(&t.cx, "/api/v1/customers", json!({"name": "静安物业"})).await.ok(201).id();
            api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "KONE-7788", "customer_id": customer, "place": "3号楼机房"})).await.ok(201);
            api.post(&t.cx, "/api/v1/devices", json!({"serial_number": "OTIS-1"})).await.ok(201);
            Indexer::new().add(Arc::new(DeviceSearch)).reindex(&t.db, &t.world, t.cx.tenant(), "device").await.unwrap();
            for words in ["静安", "机房", "7788", "kone"] {
                let found = api.get(&t.cx, &format!("/api/v1/devices?q={}", encoded(words))).await.ok(200);
                assert_eq!(found.column("serial_number"), ["KONE-7788"], "{words}");
            }
        }
    }
}
