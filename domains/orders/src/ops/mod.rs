//! One operation a file: its rule, its handler, its tests.

pub(crate) mod archive;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod restore;
pub(crate) mod reveal;
pub(crate) mod timeline;
pub(crate) mod update;

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Context;
    use objects::testing::Api;
    use serde_json::json;

    /// Everything the operations of this domain touch.
    pub(crate) fn migrations() -> Vec<db::Migration> {
        [
            events::migrations(),
            jobs::migrations(),
            search::migrations(),
            http_api::migrations(),
            identity::migrations(),
            objects::migrations(),
            customers::migrations(),
            products::migrations(),
            devices::migrations(),
            crate::migrations(),
        ]
        .concat()
    }

    /// Customers, products, devices, own fields and orders.
    pub(crate) fn api(t: &testkit::TestDb) -> Api {
        let routes = [customers::routes(), products::routes(), devices::routes(), objects::routes(), crate::routes()];
        Api::new(&t.db, &t.world, routes)
    }

    /// A customer's id.
    pub(crate) async fn customer(api: &Api, who: &Context, name: &str) -> String {
        api.post(who, "/api/v1/customers", json!({ "name": name })).await.ok(201).id()
    }
}
