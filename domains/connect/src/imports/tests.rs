//! Imports against a real database, on both engines.

use authz::permissions::{CUSTOMERS_READ, DATA_EXPORT, ORDERS_READ};
use http_api::http::Method;
use kernel::{Context, Scope, Uuid};
use objects::testing::{Reply, encoded, person};
use serde_json::{Value, json};
use testkit::TestDb;

use super::run::{Pass, go};
use crate::{
    sheet::{Cell, Format, read},
    testing::{House, migrations},
};

/// An import of `bytes` that waits for its mapping to be confirmed.
async fn begun(house: &House, who: &Context, list: &str, name: &str, bytes: &[u8]) -> Reply {
    let file = house.upload(who, name, bytes).await;
    house.api.post(who, "/api/v1/imports", json!({"list": list, "file_id": file})).await.ok(201)
}

/// Runs a pass to its end and answers the import.
async fn passed(house: &House, t: &TestDb, who: &Context, id: &str, pass: Pass) -> Value {
    let word = match pass {
        Pass::Check => "check",
        Pass::Run => "run",
        Pass::Undo => "undo",
    };
    house.api.post(who, &format!("/api/v1/imports/{id}/{word}"), json!({})).await.ok(202);
    go(&t.db, &house.files, who, id.parse::<Uuid>().unwrap(), pass).await.unwrap();
    house.api.get(who, &format!("/api/v1/imports/{id}?locale=zh-CN")).await.ok(200).json
}

async fn mapped(house: &House, who: &Context, import: &Reply, mapping: Value) -> Reply {
    let path = format!("/api/v1/imports/{}", import.id());
    house.api.patch(who, &path, 1, json!({"mapping": mapping})).await
}

fn account(import: &Value) -> [i64; 5] {
    let account = ["read", "created", "updated", "skipped", "rejected"].map(|field| import[field].as_i64().unwrap());
    assert_eq!(account[0], account[1..].iter().sum::<i64>(), "{import}");
    account
}

async fn names(house: &House, who: &Context, path: &str, field: &str) -> Vec<Value> {
    house.api.get(who, path).await.ok(200).column(field)
}

testkit::both! {
    migrations(), |t| devices_from_a_chinese_csv_find_their_customers_and_products {
        let house = House::new(t);
        house.api.post(&t.cx, "/api/v1/customers", json!({"name": "锦绣花园物业", "phone": "021-68881234"})).await.ok(201);
        house.api.post(&t.cx, "/api/v1/products", json!({"code": "EL-1", "name": "乘客电梯", "warranty_months": 12})).await.ok(201);
        let text = "序列号;产品编码;客户电话;安装日期;状态;备注\nsn-1;el-1;（021）6888 1234;2026年3月1日;使用中;\"一\n二\"\nsn-2;没有;021-68881234;2026/3/2;停用;\n;el-1;;;;\nsn-3;el-1;;昨天;坏了;\n";
        let (bytes, _, _) = encoding_rs::GB18030.encode(text);
        let import = begun(&house, &t.cx, "devices", "设备.csv", &bytes).await;
        assert_eq!((&import.json["encoding"], &import.json["delimiter"], &import.json["rows"]), (&json!("gb18030"), &json!(";"), &json!(4)));
        let mapping = &import.json["mapping"];
        assert_eq!(mapping["match"], json!("serial_number"), "{mapping}");
        assert_eq!(mapping["columns"][1], json!({"index": 1, "field": "product_id", "relation_by": "code"}));
        assert_eq!(mapping["columns"][2], json!({"index": 2, "field": "customer_id", "relation_by": "phone"}));
        let tried = passed(&house, t, &t.cx, &import.id(), Pass::Check).await;
        assert_eq!((account(&tried), &tried["state"]), ([4, 1, 0, 0, 3], &json!("checked")));
        assert!(names(&house, &t.cx, "/api/v1/devices", "serial_number").await.is_empty());
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!((account(&done), &done["state"]), ([4, 1, 0, 0, 3], &json!("done")));
        let devices = house.api.get(&t.cx, "/api/v1/devices").await.ok(200);
        let device = &devices.json["items"][0];
        assert_eq!([&device["serial_number"], &device["product_name"], &device["customer_name"], &device["installed_on"], &device["note"]],
            [&json!("SN-1"), &json!("乘客电梯"), &json!("锦绣花园物业"), &json!("2026-03-01"), &json!("一\n二")]);
        assert_eq!(device["warranty_ends_on"], json!("2027-02-28"));
        let problems: Vec<(Value, Value, Value)> = done["problems"].as_array().unwrap().iter().map(|one| (one["line"].clone(), one["column"].clone(), one["value"].clone())).collect();
        assert_eq!(problems, [
            (json!(4), json!("产品编码"), json!("没有")), (json!(5), json!("序列号"), json!("")),
            (json!(6), json!("安装日期"), json!("昨天")), (json!(6), json!("状态"), json!("坏了")),
        ]);
        let rejects = house.api.get(&t.cx, &format!("/api/v1/imports/{}/rejects?locale=zh-CN", import.id())).await.ok(200);
        let table = read(&rejects.bytes, Format::Csv, None).unwrap();
        assert_eq!((table.header.last().map(String::as_str), table.lines.len()), (Some("原因"), 3));
        assert_eq!(table.lines[0].cells[6].text(), "【产品编码】找不到对应的记录，请核对名称或编号。");
        // The same header is known the next time.
        let again = begun(&house, &t.cx, "devices", "again.csv", &bytes).await;
        assert_eq!(again.json["mapping"], import.json["mapping"]);
        // Another company's people see nothing of it.
        for path in ["", "/rejects"] {
            house.api.get(&t.other, &format!("/api/v1/imports/{}{path}", import.id())).await.refused(404, "not_found");
        }
        assert_eq!(house.api.get(&t.other, "/api/v1/imports").await.ok(200).json["items"], json!([]));
    }

    migrations(), |t| an_import_is_taken_back_and_what_somebody_changed_since_stays {
        let house = House::new(t);
        let old = house.api.post(&t.cx, "/api/v1/customers", json!({"name": "甲", "level": "gold", "note": "旧", "address": {"city": "上海市", "street": "一号"}})).await.ok(201);
        let text = "Name,Level,City,Note\n甲,VIP,苏州市,\n乙,Standard,,新\n丙,,,新\n";
        let import = begun(&house, &t.cx, "customers", "c.csv", text.as_bytes()).await;
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!(account(&done), [3, 2, 1, 0, 0]);
        let path = format!("/api/v1/customers/{}", old.id());
        let changed = house.api.get(&t.cx, &path).await.ok(200).json;
        assert_eq!((&changed["level"], &changed["note"], &changed["address"]), (&json!("vip"), &json!("旧"), &json!({"city": "苏州市", "street": "一号"})));
        let all = house.api.get(&t.cx, "/api/v1/customers?sort=name").await.ok(200);
        let touched = all.json["items"].as_array().unwrap().iter().find(|one| one["name"] == "丙").unwrap().clone();
        house.api.patch(&t.cx, &format!("/api/v1/customers/{}", touched["id"].as_str().unwrap()), 1, json!({"note": "电话核实"})).await.ok(200);
        let undone = passed(&house, t, &t.cx, &import.id(), Pass::Undo).await;
        assert_eq!((&undone["state"], &undone["undone"], &undone["kept"]), (&json!("undone"), &json!(2), &json!(1)), "{undone}");
        assert_eq!((&undone["problems"][0]["line"], &undone["can_undo"]), (&json!(4), &json!(false)));
        let back = house.api.get(&t.cx, &path).await.ok(200).json;
        assert_eq!((&back["level"], &back["address"]), (&json!("gold"), &json!({"city": "上海市", "street": "一号"})));
        let mut left = names(&house, &t.cx, "/api/v1/customers", "name").await;
        left.sort_by_key(Value::to_string);
        assert_eq!(left, ["丙", "甲"]);
        house.api.post(&t.cx, &format!("/api/v1/imports/{}/undo", import.id()), json!({})).await.refused(409, "not_now");
        // What was put away comes back with the next import.
        let again = begun(&house, &t.cx, "customers", "c.csv", text.as_bytes()).await;
        let again = passed(&house, t, &t.cx, &again.id(), Pass::Run).await;
        assert_eq!(account(&again), [3, 0, 3, 0, 0]);
        assert_eq!(names(&house, &t.cx, "/api/v1/customers", "name").await.len(), 3);
    }

    migrations(), |t| what_a_line_lacks_is_named_and_regions_are_called_by_their_names {
        let house = House::new(t);
        let field = |id: &str, zh: &str, kind: Value| json!({"id": id, "label": {"zh": zh, "en": id}, "kind": kind});
        let mut fields = [
            field("tier", "会员等级", json!({"type": "text"})),
            field("card", "会员卡号", json!({"type": "text"})),
            field("since", "入会日期", json!({"type": "date"})),
            field("area", "所在区", json!({"type": "region"})),
        ];
        fields[1]["required_if"] = json!({"field": "tier", "op": "eq", "value": "gold"});
        fields[2]["required"] = json!(true);
        fields[2]["default_expression"] = json!("today");
        let catalogue = json!({"catalogue": {"object": "customer", "fields": fields}});
        house.api.send(&t.cx, Method::PUT, "/api/v1/objects/customer/fields", &[("if-match", "\"0\"")], Some(catalogue)).await.ok(200);
        let text = "名称,会员等级,所在区\n甲,gold,浦东新区\n乙,,朝阳区\n丙,,上海市 浦东新区\n丁,,月球\n";
        let import = begun(&house, &t.cx, "customers", "会员.csv", text.as_bytes()).await;
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!(account(&done), [4, 1, 0, 0, 3], "{done}");
        let told: Vec<(&str, &str)> = done["problems"].as_array().unwrap().iter().map(|one| (one["column"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect();
        let unknown = "请填写完整的省市区名称（例如 上海市浦东新区）或六位代码。";
        assert_eq!(told, [("会员卡号", "此项必填。"), ("所在区", "有多个同名地区，请在前面写上省和市。"), ("所在区", unknown)]);
        let made = house.api.get(&t.cx, "/api/v1/customers").await.ok(200).json["items"][0]["ext"].clone();
        assert!(made["area"] == "310115" && made["since"].is_string(), "{made}");
        let asked = json!({"list": "customers", "format": "csv", "columns": ["name", "area"], "locale": "zh-CN"});
        let table = read(&house.exported(t, &t.cx, asked).await, Format::Csv, None).unwrap();
        assert_eq!(table.lines[0].cells.iter().map(Cell::text).collect::<Vec<_>>(), ["丙", "上海市浦东新区"]);
    }

    migrations(), |t| orders_come_in_with_their_lines_and_numbers_and_go_out_as_they_came {
        let house = House::new(t);
        let label = json!({"zh": "来源渠道", "en": "Found by"});
        let fields = json!([{"id": "found_by", "label": label, "kind": {"type": "text"}, "personal": true}]);
        let catalogue = json!({"catalogue": {"object": "order", "fields": fields}});
        house.api.send(&t.cx, Method::PUT, "/api/v1/objects/order/fields", &[("if-match", "\"0\"")], Some(catalogue)).await.ok(200);
        house.api.post(&t.cx, "/api/v1/customers", json!({"name": "静安物业"})).await.ok(201);
        let text = "编号,类型,标题,客户,状态,日期,金额,币种,明细,来源渠道\n\
            ,订单,电梯两台,静安物业,已确认,2026-02-01,,,\"内容: 电梯; 数量: 1.5; 单价: 3.33\n内容: 优惠; 单价: -1\",展会\n\
            IN-77,发票,维保费,静安物业,已开票,2026-02-02,1234.5,,,\n\
            ,线索,换新,静安物业,,,,JPY,内容: 轿厢; 单价: 500,\n\
            ,订单,加装,静安物业,,,,,,\n\
            ,订单,算错,静安物业,,,9,,内容: 钢丝绳; 单价: 8,\n\
            ,线索,没有,静安物业,已付清,,,,,\n\
            ,订单,两处错,无此客户,,2026-02-30,,,,\n";
        let import = begun(&house, &t.cx, "orders", "订单.csv", text.as_bytes()).await;
        assert_eq!(import.json["mapping"]["match"], json!("number"), "{}", import.json);
        let tried = passed(&house, t, &t.cx, &import.id(), Pass::Check).await;
        assert_eq!(account(&tried), [7, 4, 0, 0, 3], "{tried}");
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!(account(&done), [7, 4, 0, 0, 3]);
        let reasons: Vec<&Value> = done["problems"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
        // The last line has two cells that are wrong, each for a reason of its own.
        let two = ["不是日期，请写成 2026-03-01 的形式。", "找不到对应的记录，请核对名称或编号。"];
        assert_eq!(reasons, ["金额与明细合计不符，请留空或修改明细。", "该类型的记录没有这个状态。", two[0], two[1]]);
        let all = house.api.get(&t.cx, "/api/v1/orders?sort=number").await.ok(200);
        // Each kind counts on its own; what brings a number takes none.
        assert_eq!(all.column("number"), ["IN-77", "LD-2026-000001", "PO-2026-000001", "PO-2026-000002"]);
        assert_eq!(all.column("total_minor"), [123_450, 500, 400, 0]);
        assert_eq!(all.column("source"), ["imported"; 4].map(Value::from));
        let first = &all.json["items"][2];
        assert_eq!((&first["status"], &first["lines"][0]["quantity"], &first["ext"]), (&json!("confirmed"), &json!("1.5"), &json!({"found_by": "展会"})));
        // What goes out masked comes back without harm.
        let seller = person(&t.cx, 7, &[(ORDERS_READ, Scope::All), (DATA_EXPORT, Scope::All), (CUSTOMERS_READ, Scope::All)]);
        let columns = ["number", "kind", "title", "customer_id", "status", "total_minor", "lines", "found_by", "currency"];
        let asked = json!({"list": "orders", "format": "csv", "columns": columns, "sort": "number", "locale": "zh-CN"});
        let bytes = house.exported(t, &seller, asked).await;
        let table = read(&bytes, Format::Csv, None).unwrap();
        let cells: Vec<String> = table.lines[2].cells.iter().map(Cell::text).collect();
        assert_eq!(cells, ["PO-2026-000001", "订单", "电梯两台", "静安物业", "已确认", "4.00", "内容: 电梯; 数量: 1.5; 单价: 3.33\n内容: 优惠; 数量: 1; 单价: -1.00", "***", "CNY"]);
        assert_eq!(table.lines[1].cells[6].text(), "内容: 轿厢; 数量: 1; 单价: 500");
        let again = begun(&house, &t.cx, "orders", "again.csv", &bytes).await;
        let again = passed(&house, t, &t.cx, &again.id(), Pass::Run).await;
        assert_eq!(account(&again), [4, 0, 0, 4, 0], "{again}");
        // Many change at once, and the import is taken back but for them.
        let ids = vec![first["id"].clone()];
        let body = json!({"list": "orders", "ids": ids, "action": {"set": {"status": "delivered"}}});
        let bulk = house.api.post(&t.cx, "/api/v1/bulk", body).await.ok(202);
        crate::bulk::run::go(&t.db, &t.cx, bulk.id().parse().unwrap(), false).await.unwrap();
        let undone = passed(&house, t, &t.cx, &import.id(), Pass::Undo).await;
        assert_eq!((&undone["undone"], &undone["kept"]), (&json!(3), &json!(1)), "{undone}");
        let left = house.api.get(&t.cx, "/api/v1/orders").await.ok(200);
        assert_eq!((left.column("number"), left.column("status")), (vec![json!("PO-2026-000001")], vec![json!("delivered")]));
    }

    migrations(), |t| a_run_that_breaks_off_goes_on_behind_its_last_batch {
        let house = House::new(t);
        let rows = (1..=650).map(|n| format!("P-{n},备件{n}\n")).collect::<Vec<_>>().concat();
        let import = begun(&house, &t.cx, "parts", "p.csv", format!("备件编码,备件名称\n{rows}").as_bytes()).await;
        house.api.post(&t.cx, &format!("/api/v1/imports/{}/run", import.id()), json!({})).await.ok(202);
        let id: Uuid = import.id().parse().unwrap();
        let path = format!("/api/v1/imports/{id}");
        let mut so_far = Value::Null;
        tokio::select! {
            () = async {
                loop {
                    so_far = house.api.get(&t.cx, &path).await.ok(200).json;
                    if so_far["done"].as_i64().unwrap() > 0 { break }
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
            } => {}
            _ = go(&t.db, &house.files, &t.cx, id, Pass::Run) => {}
        }
        let broken = house.api.get(&t.cx, &path).await.ok(200).json;
        account(&broken);
        // A batch that was under way may still be written; whoever began before it gives way and is tried again.
        let mut tries = if broken["state"] == "running" { 5 } else { 0 };
        while tries > 0 && go(&t.db, &house.files, &t.cx, id, Pass::Run).await.is_err() {
            tries -= 1;
        }
        let done = house.api.get(&t.cx, &path).await.ok(200).json;
        assert_eq!((account(&done), &done["state"]), ([650, 650, 0, 0, 0], &json!("done")));
        let parts = house.api.get(&t.cx, "/api/v1/parts?count=true&limit=1").await.ok(200);
        assert_eq!(parts.json["total"], json!(650));
        // Nobody runs what is over.
        assert!(go(&t.db, &house.files, &t.cx, id, Pass::Run).await.is_err());
    }

    migrations(), |t| two_imports_of_the_same_file_make_each_record_once {
        let house = House::new(t);
        let rows = (1..=30).map(|n| format!("客户{n:02}\n")).collect::<Vec<_>>().concat();
        let text = format!("客户名称\n{rows}");
        let (one, two) = (begun(&house, &t.cx, "customers", "a.csv", text.as_bytes()).await, begun(&house, &t.cx, "customers", "b.csv", text.as_bytes()).await);
        let (one, two) = (one.id(), two.id());
        let (one, two) = tokio::join!(passed(&house, t, &t.cx, &one, Pass::Run), passed(&house, t, &t.cx, &two, Pass::Run));
        assert_eq!(account(&one)[1] + account(&two)[1], 30);
        assert_eq!(names(&house, &t.cx, "/api/v1/customers?limit=100", "name").await.len(), 30);
    }

    migrations(), |t| files_that_are_no_tables_and_people_who_may_not_are_refused {
        let house = House::new(t);
        let file = house.upload(&t.cx, "a.csv", "客户名称,客户名称\n甲,乙\n".as_bytes()).await;
        let import = json!({"list": "customers", "file_id": file});
        let foreign = house.api.post(&t.other, "/api/v1/imports", import.clone()).await;
        assert_eq!(foreign.errors(), ["/file_id unknown"]);
        let reader = person(&t.cx, 4, &[(authz::permissions::DATA_IMPORT, Scope::All), (CUSTOMERS_READ, Scope::All)]);
        house.api.post(&reader, "/api/v1/imports", import.clone()).await.refused(403, "forbidden");
        let nobody = person(&t.cx, 5, &[(authz::permissions::CUSTOMERS_CREATE, Scope::All)]);
        house.api.post(&nobody, "/api/v1/imports", import.clone()).await.refused(403, "forbidden");
        // Of two columns with one name the first is taken.
        let made = house.api.post(&t.cx, "/api/v1/imports", import).await.ok(201);
        assert_eq!([&made.json["mapping"]["columns"][0]["field"], &made.json["mapping"]["columns"][1]["field"]], [&json!("name"), &json!(null)]);
        let broken = house.upload(&t.cx, "b.xlsx", &House::broken_workbook()).await;
        let broken = house.api.post(&t.cx, "/api/v1/imports", json!({"list": "customers", "file_id": broken})).await;
        assert_eq!(broken.errors(), ["/file_id broken_file"]);
        for list in ["visits", "nothing", "records/none"] {
            let refused = house.api.post(&t.cx, "/api/v1/imports", json!({"list": list, "file_id": file})).await;
            assert_eq!(refused.errors(), ["/list unknown"]);
        }
        let wrong = json!({"match": "email", "on_match": "update", "on_missing": "create", "columns": [
            {"index": 0, "field": "nothing"}, {"index": 7, "field": "name"}]});
        let wrong = mapped(&house, &t.cx, &made, wrong).await;
        assert_eq!(wrong.errors(), ["/mapping/columns/0/field unknown_field", "/mapping/columns/1/index unknown", "/mapping/match unknown_field"]);
        let empty = json!({"match": null, "on_match": "update", "on_missing": "create", "columns": []});
        mapped(&house, &t.cx, &made, empty).await.ok(200);
        let path = format!("/api/v1/imports/{}", made.id());
        let refused = house.api.post(&t.cx, &format!("{path}/run"), json!({})).await;
        assert_eq!(refused.errors(), ["/mapping/columns required", "/mapping/columns field_missing"]);
        house.api.send(&t.cx, Method::PATCH, &path, &[], Some(json!({}))).await.refused(428, "precondition_required");
        house.api.post(&t.cx, &format!("{path}/cancel"), json!({})).await.ok(200);
        house.api.post(&t.cx, &format!("{path}/run"), json!({})).await.refused(409, "not_now");
    }

    migrations(), |t| customers_that_are_missing_are_made_when_asked_and_taken_back_with_the_rest {
        let house = House::new(t);
        let import = begun(&house, &t.cx, "devices", "d.csv", "序列号,客户\nA1,新客户\nA2,新客户\n".as_bytes()).await;
        let mapping = json!({"match": "serial_number", "on_match": "skip", "on_missing": "create", "columns": [
            {"index": 0, "field": "serial_number"}, {"index": 1, "field": "customer_id", "relation_by": "name", "create_missing": true}]});
        mapped(&house, &t.cx, &import, mapping).await.ok(200);
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!(account(&done), [2, 2, 0, 0, 0], "{done}");
        assert_eq!(names(&house, &t.cx, "/api/v1/customers", "name").await, ["新客户"]);
        let undone = passed(&house, t, &t.cx, &import.id(), Pass::Undo).await;
        assert_eq!((&undone["undone"], &undone["kept"]), (&json!(2), &json!(0)));
        assert!(names(&house, &t.cx, "/api/v1/customers", "name").await.is_empty());
        assert!(names(&house, &t.cx, "/api/v1/devices", "id").await.is_empty());
    }

    migrations(), |t| own_fields_of_every_built_in_list_come_in_and_go_out {
        let house = House::new(t);
        house.api.post(&t.cx, "/api/v1/customers", json!({"name": "静安物业"})).await.ok(201);
        let label = |zh: &str| json!({"zh": zh, "en": zh});
        for (object, list, text) in [
            ("product", "products", "产品编码,产品名称,等级\nP-1,甲,3\n"),
            ("part", "parts", "备件编码,备件名称,等级\nB-1,甲,3\n"),
            ("engineer", "engineers", "姓名,等级\n甲,3\n"),
            ("contract", "contracts", "合同名称,客户,类型,开始日期,结束日期,等级\n甲,静安物业,服务合同,2026-01-01,2026-12-31,3\n"),
        ] {
            let fields = json!([
                {"id": "grade", "label": label("等级"), "kind": {"type": "integer", "max": 5}, "filterable": true},
                {"id": "serial", "label": label("流水号"), "kind": {"type": "auto_number", "prefix": "K", "digits": 3}},
            ]);
            let body = json!({"catalogue": {"object": object, "fields": fields}});
            let path = format!("/api/v1/objects/{object}/fields");
            house.api.send(&t.cx, Method::PUT, &path, &[("if-match", "\"0\"")], Some(body)).await.ok(200);
            let import = begun(&house, &t.cx, list, "x.csv", text.as_bytes()).await;
            passed(&house, t, &t.cx, &import.id(), Pass::Check).await;
            let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
            assert_eq!(account(&done), [1, 1, 0, 0, 0], "{list}: {done}");
            let filter = json!({"field": "grade", "op": "eq", "value": 3});
            let asked = json!({"list": list, "format": "csv", "columns": ["name", "grade", "serial"], "filter": filter, "locale": "zh-CN"});
            let table = read(&house.exported(t, &t.cx, asked).await, Format::Csv, None).unwrap();
            let cells: Vec<String> = table.lines[0].cells.iter().map(Cell::text).collect();
            assert_eq!((cells[0].as_str(), cells[1].as_str(), &cells[2][..1]), ("甲", "3", "K"), "{list}");
        }
    }

    migrations(), |t| records_of_own_objects_go_out_and_come_in_with_every_kind_of_field {
        let house = House::new(t);
        let customer = house.api.post(&t.cx, "/api/v1/customers", json!({"name": "甲"})).await.ok(201).id();
        house.own_object(t).await;
        let values = json!({
            "plate": "沪A12345", "story": "一\n二", "seats": 5, "weight": 1.25, "share": 12.5, "price": 12_345_600, "bought": "2026-03-01",
            "opens": "08:30", "seen": "2026-03-01T00:30:00Z", "spent": 5405, "sound": true, "fuel": "petrol", "extras": ["radio", "hook"],
            "place": {"lat": 31.2304, "lng": 121.4737, "system": "wgs84", "address": "外滩"}, "rating": 4, "phone": "13800138000",
            "mail": "a@example.com", "web": "https://example.com/a", "owner": customer, "trips": [{"to": "苏州", "km": 90}, {"to": "无锡"}],
            "district": "310115", "code": "ABC",
        });
        let made = house.api.post(&t.cx, "/api/v1/records/vehicle", json!({"values": values})).await.ok(201);
        let columns: Vec<&str> = values.as_object().unwrap().keys().map(String::as_str).collect();
        let fields = [columns, vec!["number"]].concat();
        for format in ["xlsx", "csv"] {
            let asked = json!({"list": "records/vehicle", "format": format, "columns": fields, "locale": "zh-CN",
                "filter": {"field": "plate", "op": "eq", "value": "沪A12345"}});
            let bytes = house.exported(t, &t.cx, asked).await;
            let import = begun(&house, &t.cx, "records/vehicle", &format!("v.{format}"), &bytes).await;
            let unmapped: Vec<&Value> = import.json["mapping"]["columns"].as_array().unwrap().iter().filter(|one| one["field"].is_null()).collect();
            // The second file begins with what was chosen for the first, which had the same header.
            let known = if format == "xlsx" { json!("number") } else { Value::Null };
            assert_eq!((unmapped.len(), &import.json["mapping"]["match"]), (0, &known), "{}", import.json["mapping"]);
            let mut mapping = import.json["mapping"].clone();
            mapping["match"] = json!("number");
            mapped(&house, &t.cx, &import, mapping).await.ok(200);
            // Nothing differs.
            let same = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
            assert_eq!(account(&same), [1, 0, 0, 1, 0], "{format}: {same}");
            // A new record says the same.
            let mapping = json!({"match": null, "on_match": "update", "on_missing": "create", "columns":
                import.json["mapping"]["columns"].as_array().unwrap().iter().filter(|one| !["number", "plate"].contains(&one["field"].as_str().unwrap())).collect::<Vec<_>>()});
            let copy = begun(&house, &t.cx, "records/vehicle", &format!("w.{format}"), &bytes).await;
            mapped(&house, &t.cx, &copy, mapping).await.ok(200);
            let copied = passed(&house, t, &t.cx, &copy.id(), Pass::Run).await;
            assert_eq!(account(&copied), [1, 1, 0, 0, 0], "{format}: {copied}");
            let mut newest = house.api.get(&t.cx, "/api/v1/records/vehicle?sort=-number&limit=1").await.ok(200).json["items"][0]["values"].clone();
            let mut wanted = made.json["values"].clone();
            for values in [&mut newest, &mut wanted] {
                values.as_object_mut().unwrap().retain(|field, _| !["plate", "serial"].contains(&field.as_str()));
            }
            assert_eq!(newest, wanted, "{format}");
            // What must be unique is.
            let twice = json!({"match": null, "on_match": "update", "on_missing": "create", "columns": [{"index": import.json["mapping"]["columns"].as_array().unwrap().iter().position(|one| one["field"] == "plate").unwrap(), "field": "plate"}]});
            let third = begun(&house, &t.cx, "records/vehicle", &format!("x.{format}"), &bytes).await;
            mapped(&house, &t.cx, &third, twice).await.ok(200);
            let refused = passed(&house, t, &t.cx, &third.id(), Pass::Run).await;
            assert_eq!((account(&refused), &refused["problems"][0]["reason"]), ([1, 0, 0, 0, 1], &json!("该值与其他记录重复，必须唯一。")));
        }
        let tree = json!({"field": "plate", "op": "eq", "value": "沪A12345"});
        let found = house.api.get(&t.cx, &format!("/api/v1/records/vehicle?filter={}", encoded(&tree.to_string()))).await.ok(200);
        assert_eq!(found.column("id"), [made.id()]);
        // Other lists name these records by their unique field.
        let targets = house.api.get(&t.cx, "/api/v1/imports/targets").await.ok(200);
        let vehicle = targets.json["items"].as_array().unwrap().iter().find(|one| one["list"] == "records/vehicle").unwrap().clone();
        assert!(vehicle["match"].as_array().unwrap().contains(&json!("plate")), "{}", vehicle["match"]);
    }
    migrations(), |t| imported_records_are_numbered_as_their_object_says {
        let house = House::new(t);
        house.own_object(t).await;
        let format = json!({"number_format": {"date": "year", "digits": 4, "start": 7}});
        house.api.patch(&t.cx, "/api/v1/objects/vehicle", 1, format).await.ok(200);
        let import = begun(&house, &t.cx, "records/vehicle", "v.csv", "车牌,座位\n沪A1,2\n沪A2,4\n沪A3,5\n".as_bytes()).await;
        let tried = passed(&house, t, &t.cx, &import.id(), Pass::Check).await;
        assert_eq!(account(&tried), [3, 3, 0, 0, 0], "{tried}");
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!(account(&done), [3, 3, 0, 0, 0], "{done}");
        let numbers = names(&house, &t.cx, "/api/v1/records/vehicle?sort=number", "number").await;
        assert_eq!(numbers, ["VH-2026-0007", "VH-2026-0008", "VH-2026-0009"]);
    }
    migrations(), |t| records_come_with_their_owner_team_and_region {
        let house = House::new(t);
        house.own_object(t).await;
        let (owner, _, _) = identity::seed::person(&t.db, &t.cx, "wang", &[]).await.unwrap();
        let region = identity::seed::region(&t.db, &t.cx, "华东", None).await.unwrap().id;
        let team = identity::seed::team(&t.db, &t.cx, "一队", Some(region), None, [owner].into()).await.unwrap().id;
        let text = "车牌,负责人,团队,区域\n沪A1,wang,一队,华东\n沪A2,,,\n沪A3,nobody,二队,华南\n";
        let import = begun(&house, &t.cx, "records/vehicle", "v.csv", text.as_bytes()).await;
        let mapping = &import.json["mapping"];
        let fields: Vec<&Value> = mapping["columns"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
        assert_eq!(fields, ["plate", "owner_id", "team_id", "region_id"], "{mapping}");
        let done = passed(&house, t, &t.cx, &import.id(), Pass::Run).await;
        assert_eq!(account(&done), [3, 2, 0, 0, 1], "{done}");
        let problems: Vec<&Value> = done["problems"].as_array().unwrap().iter().map(|one| &one["column"]).collect();
        assert_eq!(problems, ["负责人", "团队", "区域"]);
        let rows = house.api.get(&t.cx, "/api/v1/records/vehicle?sort=number").await.ok(200);
        assert_eq!(rows.column("owner_id"), [json!(owner), json!(null)]);
        assert_eq!((rows.column("team_id"), rows.column("region_id")), (vec![json!(team), json!(null)], vec![json!(region), json!(null)]));
        // A second file says something else of the first record, and empties nothing it leaves out.
        let second = begun(&house, &t.cx, "records/vehicle", "w.csv", "车牌,团队\n沪A2,一队\n".as_bytes()).await;
        let mut mapping = second.json["mapping"].clone();
        mapping["match"] = json!("plate");
        mapped(&house, &t.cx, &second, mapping).await.ok(200);
        let done = passed(&house, t, &t.cx, &second.id(), Pass::Run).await;
        assert_eq!(account(&done), [1, 0, 1, 0, 0], "{done}");
        let rows = house.api.get(&t.cx, "/api/v1/records/vehicle?sort=number").await.ok(200);
        assert_eq!(rows.column("team_id"), [json!(team), json!(team)]);
    }
}
