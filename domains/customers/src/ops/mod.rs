//! One operation a file: its rule, its handler, its tests.

pub(crate) mod archive;
pub(crate) mod children;
pub(crate) mod contacts;
pub(crate) mod create;
pub(crate) mod documents;
pub(crate) mod duplicates;
pub(crate) mod erase;
pub(crate) mod get;
pub(crate) mod layout;
pub(crate) mod list;
pub(crate) mod merges;
pub(crate) mod personal_data;
pub(crate) mod restore;
pub(crate) mod reveal;
pub(crate) mod sites;
pub(crate) mod timeline;
pub(crate) mod update;

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
