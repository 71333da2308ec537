//! The operations and jobs of this domain.

use std::sync::Arc;

use authz::{
    Access::{Needs, SignedIn},
    permissions::{DATA_EXPORT, DATA_IMPORT},
};
use files::FileStore;
use http_api::Routes;
use jobs::JobHandler;

use crate::{
    bulk::{ops as bulk, run::ChangeMany},
    exports::{ops as exports, run::MakeExports},
    imports::{ops as imports, run::RunImports},
};

/// The operations.
pub fn routes() -> Routes {
    let (export, import) = (Needs(DATA_EXPORT), Needs(DATA_IMPORT));
    Routes::new("connect")
        .get("/api/v1/exports/targets", export, "listExportTargets", "Lists that can be exported", exports::targets)
        .get("/api/v1/exports", export, "listExports", "List one's exports", exports::list)
        .post("/api/v1/exports", export, "createExport", "Export a list as it is shown", exports::create)
        .describe(
            "Labels instead of ids, names of what is related, numbers and days with their types; at most 200,000 rows.",
        )
        .get("/api/v1/exports/{id}", export, "getExport", "Show how an export is", exports::get)
        .get("/api/v1/exports/{id}/content", export, "getExportContent", "Fetch the file", exports::content)
        .get(
            "/api/v1/imports/targets",
            import,
            "listImportTargets",
            "Lists that can be imported into",
            imports::targets,
        )
        .get("/api/v1/imports", import, "listImports", "List imports", imports::list)
        .post("/api/v1/imports", import, "createImport", "Begin an import from an uploaded file", imports::create)
        .describe("Reads the file and suggests what its columns become; nothing is written yet.")
        .get("/api/v1/imports/{id}", import, "getImport", "Show how an import is", imports::get)
        .patch("/api/v1/imports/{id}", import, "updateImport", "Change what the columns become", imports::update)
        .post("/api/v1/imports/{id}/check", import, "checkImport", "Try the lines without writing", imports::check)
        .post("/api/v1/imports/{id}/run", import, "runImport", "Write the lines", imports::run)
        .describe("A run that failed goes on behind its last batch.")
        .post("/api/v1/imports/{id}/cancel", import, "cancelImport", "Stop an import", imports::cancel)
        .post("/api/v1/imports/{id}/undo", import, "undoImport", "Take back what an import wrote", imports::undo)
        .describe("Records that somebody changed since stay as they are, and are told.")
        .get("/api/v1/imports/{id}/rejects", import, "getImportRejects", "Fetch the rejected rows", imports::rejected)
        .get("/api/v1/bulk/targets", SignedIn, "listBulkTargets", "Lists that can be changed in bulk", bulk::targets)
        .post("/api/v1/bulk/preview", SignedIn, "previewBulk", "Say what a bulk change would do", bulk::preview)
        .get("/api/v1/bulk", SignedIn, "listBulk", "List one's bulk changes", bulk::list)
        .post("/api/v1/bulk", SignedIn, "createBulk", "Change many records of a list", bulk::create)
        .get("/api/v1/bulk/{id}", SignedIn, "getBulk", "Show how a bulk change is", bulk::get)
        .post("/api/v1/bulk/{id}/undo", SignedIn, "undoBulk", "Take a bulk change back", bulk::undo)
}

/// The jobs.
pub fn jobs(files: &FileStore) -> Vec<Arc<dyn JobHandler>> {
    let mut handlers: Vec<Arc<dyn JobHandler>> = vec![Arc::new(MakeExports(files.clone()))];
    handlers.extend(RunImports::handlers(files));
    handlers.extend(ChangeMany::handlers());
    handlers
}
