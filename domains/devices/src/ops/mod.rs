//! One operation a file: its rule, its handler, its tests.

pub(crate) mod archive;
pub(crate) mod change_qr_token;
pub(crate) mod create;
pub(crate) mod documents;
pub(crate) mod get;
pub(crate) mod labels;
pub(crate) mod list;
pub(crate) mod meters;
pub(crate) mod parts;
pub(crate) mod qr;
pub(crate) mod restore;
pub(crate) mod reveal;
pub(crate) mod scrap;
pub(crate) mod timeline;
pub(crate) mod transfer;
pub(crate) mod update;

#[cfg(test)]
pub(crate) mod tests {
    use objects::testing::Api;

    /// Everything the operations of this domain touch.
    pub(crate) fn migrations() -> Vec<db::Migration> {
        [
            events::migrations(),
            search::migrations(),
            http_api::migrations(),
            jobs::migrations(),
            identity::migrations(),
            objects::migrations(),
            files::migrations(),
            customers::migrations(),
            products::migrations(),
            crate::migrations(),
        ]
        .concat()
    }

    /// Customers, products and devices.
    pub(crate) fn api(t: &testkit::TestDb) -> Api {
        Api::new(&t.db, &t.world, [customers::routes(), products::routes(), crate::routes()])
    }
}
