//! One operation a file: its rule, its handler, its tests.

pub(crate) mod archive;
pub(crate) mod create;
pub(crate) mod documents;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod restore;
pub(crate) mod reveal;
pub(crate) mod timeline;
pub(crate) mod update;
pub(crate) mod warranty_rules;

#[cfg(test)]
pub(crate) mod tests {
    /// Everything the operations of this domain touch.
    pub(crate) fn migrations() -> Vec<db::Migration> {
        [
            events::migrations(),
            jobs::migrations(),
            search::migrations(),
            http_api::migrations(),
            files::migrations(),
            objects::migrations(),
            crate::migrations(),
        ]
        .concat()
    }
}
