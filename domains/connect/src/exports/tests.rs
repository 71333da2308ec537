//! Exports against a real database, on both engines.

use authz::permissions::{CUSTOMERS_READ, DATA_EXPORT};
use http_api::http::Method;
use kernel::Scope;
use objects::testing::person;
use serde_json::{Value, json};

use crate::{
    sheet::{Cell, Format, read},
    testing::{House, migrations},
};

fn texts(bytes: &[u8], format: Format) -> Vec<Vec<String>> {
    let table = read(bytes, format, None).unwrap();
    let rows = table.lines.iter().map(|line| line.cells.iter().map(Cell::text).collect());
    std::iter::once(table.header.clone()).chain(rows).collect()
}

testkit::both! {
    migrations(), |t| a_list_goes_out_as_it_is_shown {
        let house = House::new(t);
        let body = json!({"name": "=cmd()", "level": "vip", "phone": "021-68881234", "tags": ["重点", "电梯"], "address": {"city": "上海市"}});
        house.api.post(&t.cx, "/api/v1/customers", body).await.ok(201);
        house.api.post(&t.cx, "/api/v1/customers", json!({"name": "乙", "level": "gold"})).await.ok(201);
        let part = json!({"code": "P-1", "name": "皮带", "price_minor": 129_990, "stock": 3});
        house.api.post(&t.cx, "/api/v1/parts", part).await.ok(201);
        let asked = json!({"list": "customers", "format": "csv", "columns": ["name", "level", "city", "tags"], "sort": "name", "locale": "zh-CN",
            "filter": {"field": "level", "op": "in", "value": ["vip", "gold"]}});
        let bytes = house.exported(t, &t.cx, asked).await;
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains("'=cmd(),贵宾,上海市,重点; 电梯"), "{text}");
        assert_eq!(texts(&bytes, Format::Csv), [["客户名称", "级别", "城市", "标签"], ["=cmd()", "贵宾", "上海市", "重点; 电梯"], ["乙", "金牌", "", ""]]);
        let asked = json!({"list": "parts", "format": "xlsx", "columns": ["code", "price_minor", "stock"], "locale": "en"});
        let bytes = house.exported(t, &t.cx, asked).await;
        let table = read(&bytes, Format::Xlsx, None).unwrap();
        assert_eq!((table.header.as_slice(), table.lines[0].cells.as_slice()), (
            ["Code".to_owned(), "Price".to_owned(), "Stock".to_owned()].as_slice(),
            [Cell::Text("P-1".to_owned()), Cell::Number(1299.9), Cell::Number(3.0)].as_slice(),
        ));
        let list = house.api.get(&t.cx, "/api/v1/exports").await.ok(200);
        assert_eq!(list.column("state"), ["done", "done"]);
        // Both begin at the same instant, so their order is chance.
        let mut rows: Vec<i64> = list.column("rows").iter().filter_map(Value::as_i64).collect();
        rows.sort_unstable();
        assert_eq!(rows, [1, 2]);
    }

    migrations(), |t| maintenance_plans_go_out_with_what_they_are_for {
        let house = House::new(t);
        let product = house.api.post(&t.cx, "/api/v1/products", json!({"code": "K", "name": "曳引机"})).await.ok(201).id();
        let ticket = json!({"type": "maintain", "priority": "normal", "title": "请保养"});
        let plan = |name: &str, product: &str| json!({"name": name, "scope": {"product_id": product}, "every_months": 1, "lead_days": 10,
            "minutes": 90, "starts_on": "2026-03-05", "ticket": ticket});
        house.api.post(&t.cx, "/api/v1/maintenance-plans", plan("月度保养", &product)).await.ok(201);
        house.api.post(&t.cx, "/api/v1/maintenance-plans", plan("年度保养", &product)).await.ok(201);
        let asked = json!({"list": "maintenance-plans", "format": "csv", "sort": "-name", "locale": "zh-CN",
            "columns": ["name", "product_id", "every_months", "starts_on", "ticket_title", "meter_name"]});
        assert_eq!(texts(&house.exported(t, &t.cx, asked.clone()).await, Format::Csv), [
            ["名称", "适用产品", "每几个月", "开始日期", "工单标题", "计数器"],
            ["月度保养", "曳引机", "1", "2026-03-05", "请保养", ""],
            ["年度保养", "曳引机", "1", "2026-03-05", "请保养", ""],
        ]);
        assert_eq!(texts(&house.exported(t, &t.other, asked).await, Format::Csv).len(), 1);
        let reader = person(&t.cx, 7, &[(CUSTOMERS_READ, Scope::All), (DATA_EXPORT, Scope::All)]);
        let asked = json!({"list": "maintenance-plans", "format": "csv", "columns": ["name"], "locale": "en"});
        assert_eq!(house.api.post(&reader, "/api/v1/exports", asked).await.errors(), ["/list unknown"]);
    }

    migrations(), |t| nobody_gets_out_more_than_they_see {
        let house = House::new(t);
        let label = json!({"zh": "证件", "en": "Card"});
        let fields = json!([{"id": "card", "label": label, "kind": {"type": "text"}, "personal": true}]);
        let catalogue = json!({"catalogue": {"object": "customer", "fields": fields}});
        house.api.send(&t.cx, Method::PUT, "/api/v1/objects/customer/fields", &[("if-match", "\"0\"")], Some(catalogue)).await.ok(200);
        let mine = person(&t.cx, 7, &[(CUSTOMERS_READ, Scope::Own), (DATA_EXPORT, Scope::All)]);
        let body = json!({"name": "甲", "owner_id": mine.actor().id, "ext": {"card": "110101"}});
        house.api.post(&t.cx, "/api/v1/customers", body).await.ok(201);
        house.api.post(&t.cx, "/api/v1/customers", json!({"name": "乙"})).await.ok(201);
        let asked = json!({"list": "customers", "format": "csv", "columns": ["name", "card"], "locale": "zh-CN"});
        assert_eq!(texts(&house.exported(t, &mine, asked.clone()).await, Format::Csv), [["客户名称", "证件"], ["甲", "***"]]);
        assert_eq!(texts(&house.exported(t, &t.other, json!({"list": "customers", "format": "csv", "columns": ["name"], "locale": "en"})).await, Format::Csv), [["Name"]]);
        let reader = person(&t.cx, 8, &[(CUSTOMERS_READ, Scope::All)]);
        house.api.post(&reader, "/api/v1/exports", asked.clone()).await.refused(403, "forbidden");
        let wrong = json!({"list": "customers", "format": "csv", "columns": ["name", "shoe"], "locale": "en"});
        assert_eq!(house.api.post(&mine, "/api/v1/exports", wrong).await.errors(), ["/columns/1 unknown_field"]);
        let wrong = json!({"list": "customers", "format": "csv", "columns": ["name"], "sort": "shoe", "locale": "en"});
        assert_eq!(house.api.post(&mine, "/api/v1/exports", wrong).await.errors(), ["/sort invalid_value"]);
        let hidden = json!({"list": "devices", "format": "csv", "columns": ["serial_number"], "locale": "en"});
        assert_eq!(house.api.post(&mine, "/api/v1/exports", hidden).await.errors(), ["/list unknown"]);
        let made = house.api.post(&mine, "/api/v1/exports", asked).await.ok(202);
        let path = format!("/api/v1/exports/{}", made.id());
        house.api.get(&mine, &format!("{path}/content")).await.refused(409, "not_ready");
        for stranger in [&t.cx, &t.other] {
            house.api.get(stranger, &path).await.refused(404, "not_found");
            house.api.get(stranger, &format!("{path}/content")).await.refused(404, "not_found");
        }
    }
}
