//! A house with everything that imports, exports and bulk changes touch, for the tests of this domain.

use files::FileStore;
use http_api::http::Method;
use kernel::{Context, Uuid};
use objects::testing::Api;
use serde_json::{Value, json};
use testkit::TestDb;

use crate::{
    exports::run::export,
    sheet::{Format, Writer},
};

/// Every table that is touched.
pub(crate) fn migrations() -> Vec<db::Migration> {
    [
        events::migrations(),
        jobs::migrations(),
        search::migrations(),
        http_api::migrations(),
        identity::migrations(),
        objects::migrations(),
        views::migrations(),
        files::migrations(),
        customers::migrations(),
        products::migrations(),
        devices::migrations(),
        contracts::migrations(),
        orders::migrations(),
        channels::migrations(),
        tickets::migrations(),
        workforce::migrations(),
        inventory::migrations(),
        visits::migrations(),
        finance::migrations(),
        surveys::migrations(),
        crate::migrations(),
    ]
    .concat()
}

/// The operations with a store of files.
pub(crate) struct House {
    pub api: Api,
    pub files: FileStore,
    db: db::Db,
    _folder: tempfile::TempDir,
}

impl House {
    pub fn new(t: &TestDb) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = FileStore::folder(folder.path().join("files")).unwrap();
        let routes = [
            crate::routes(),
            objects::routes(),
            customers::routes(),
            products::routes(),
            devices::routes(),
            contracts::routes(),
            inventory::routes(),
            orders::routes(),
        ];
        let store = files.clone();
        let api = Api::with_services(&t.db, &t.world, routes, |builder| builder.service(store));
        Self { api, files, db: t.db.clone(), _folder: folder }
    }

    /// Uploads a file and answers its id.
    pub async fn upload(&self, who: &Context, name: &str, bytes: &[u8]) -> Uuid {
        files::add_bytes(&self.db, &self.files, who, name, bytes).await.unwrap().id
    }

    /// A workbook that lost its sheet.
    pub fn broken_workbook() -> Vec<u8> {
        let mut writer = Writer::new(Format::Xlsx, "x").unwrap();
        writer.header(&["a".to_owned()]).unwrap();
        let mut bytes = writer.finish().unwrap();
        let middle = bytes.len() / 3;
        for byte in &mut bytes[middle..middle + 200] {
            *byte ^= 0x5a;
        }
        bytes
    }

    /// Exports and fetches the file.
    pub async fn exported(&self, t: &TestDb, who: &Context, body: Value) -> Vec<u8> {
        let asked = self.api.post(who, "/api/v1/exports", body).await.ok(202);
        export(&t.db, &self.files, who, asked.id().parse().unwrap()).await.unwrap();
        self.api.get(who, &format!("/api/v1/exports/{}/content", asked.id())).await.ok(200).bytes.to_vec()
    }

    /// An object of one's own with a field of every kind that files can hold.
    pub async fn own_object(&self, t: &TestDb) {
        let label = |zh: &str, en: &str| json!({"zh": zh, "en": en});
        let option = |id: &str, zh: &str, en: &str| json!({"id": id, "label": label(zh, en)});
        let object = json!({"key": "vehicle", "name": label("车辆", "Vehicle"), "number_prefix": "VH"});
        self.api.post(&t.cx, "/api/v1/objects", object).await.ok(201);
        let field = |id: &str, zh: &str, en: &str, kind: Value| json!({"id": id, "label": label(zh, en), "kind": kind});
        let mut plate = field("plate", "车牌", "Plate", json!({"type": "text"}));
        (plate["unique"], plate["filterable"]) = (json!(true), json!(true));
        let fields = json!([
            plate,
            field("story", "经历", "Story", json!({"type": "long_text"})),
            field("seats", "座位", "Seats", json!({"type": "integer"})),
            field("weight", "重量", "Weight", json!({"type": "decimal"})),
            field("share", "份额", "Share", json!({"type": "percent"})),
            field("price", "价格", "Price", json!({"type": "money", "currency": "CNY"})),
            field("bought", "购置日期", "Bought on", json!({"type": "date"})),
            field("opens", "出车时间", "Leaves at", json!({"type": "time"})),
            field("seen", "最近年检", "Last inspection", json!({"type": "date_time"})),
            field("spent", "用时", "Time spent", json!({"type": "duration"})),
            field("sound", "完好", "Sound", json!({"type": "boolean"})),
            field(
                "fuel",
                "燃料",
                "Fuel",
                json!({"type": "choice", "options": [option("petrol", "汽油", "Petrol"), option("power", "电", "Electric")]})
            ),
            field(
                "extras",
                "配置",
                "Extras",
                json!({"type": "choices", "options": [option("radio", "收音机", "Radio"), option("hook", "拖钩", "Hook")]})
            ),
            field("place", "停放地点", "Place", json!({"type": "location"})),
            field("rating", "评分", "Rating", json!({"type": "rating"})),
            field("phone", "随车电话", "Car phone", json!({"type": "phone"})),
            field("mail", "联系邮箱", "Mail", json!({"type": "email"})),
            field("web", "网址", "Web", json!({"type": "url"})),
            field("owner", "所属客户", "Customer", json!({"type": "relation", "object": "customer"})),
            field(
                "trips",
                "行程",
                "Trips",
                json!({"type": "sub_table", "fields": [
                    field("to", "目的地", "To", json!({"type": "text"})), field("km", "公里", "Km", json!({"type": "integer"})),
                ]})
            ),
            field("district", "地区", "District", json!({"type": "region"})),
            field("code", "条码", "Barcode", json!({"type": "barcode"})),
            field("serial", "档案号", "File number", json!({"type": "auto_number", "prefix": "D", "digits": 3})),
        ]);
        let body = json!({"catalogue": {"object": "vehicle", "fields": fields}});
        let path = "/api/v1/objects/vehicle/fields";
        self.api.send(&t.cx, Method::PUT, path, &[("if-match", "\"0\"")], Some(body)).await.ok(200);
    }
}
