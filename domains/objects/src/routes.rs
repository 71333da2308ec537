//! The operations of this domain.

use authz::{Access, permissions::OBJECTS_MANAGE};
use http_api::Routes;

use crate::ops::{definitions, document, fields, forms, formulas, names, records};

/// The operations of this domain.
pub fn routes() -> Routes {
    definition_routes().merge(field_routes()).merge(form_routes()).merge(record_routes()).merge(name_routes())
}

fn definition_routes() -> Routes {
    let manage = Access::Needs(OBJECTS_MANAGE);
    let signed_in = Access::SignedIn;
    Routes::new("objects")
        .get(
            "/api/v1/objects",
            signed_in,
            "listObjects",
            "List objects and what one may do with them",
            definitions::list,
        )
        .post("/api/v1/objects", manage, "createObject", "Define an object", definitions::create)
        .get("/api/v1/objects/{object}", signed_in, "getObject", "Show an object's definition", definitions::get)
        .patch("/api/v1/objects/{object}", manage, "updateObject", "Change an object's definition", definitions::update)
        .post("/api/v1/objects/{object}/archive", manage, "archiveObject", "Put an object away", definitions::archive)
        .post("/api/v1/objects/{object}/restore", manage, "restoreObject", "Take an object back", definitions::restore)
}

fn field_routes() -> Routes {
    let manage = Access::Needs(OBJECTS_MANAGE);
    let signed_in = Access::SignedIn;
    Routes::new("objects")
        .get("/api/v1/objects/{object}/fields", signed_in, "getFields", "Show an object's fields", fields::get)
        .put("/api/v1/objects/{object}/fields", manage, "replaceFields", "Change an object's fields", fields::put)
        .describe("Send all fields. One that holds data cannot vanish or change its type: retire it, or convert it.")
        .post(
            "/api/v1/objects/{object}/fields/check",
            manage,
            "checkFields",
            "Say what is wrong with fields",
            fields::check,
        )
        .post(
            "/api/v1/objects/{object}/fields/{field}/convert",
            manage,
            "convertField",
            "Change a field's type, or see what that would do",
            fields::convert,
        )
        .describe("With `dry_run` nothing changes. Otherwise send `If-Match` with the version of the fields.")
        .get(
            "/api/v1/objects/{object}/schema",
            signed_in,
            "getObjectSchema",
            "Show the JSON Schema of an object's values",
            fields::schema,
        )
        .post(
            "/api/v1/objects/{object}/formula/preview",
            manage,
            "previewFormula",
            "Try a formula out",
            formulas::preview,
        )
        .get(
            "/api/v1/objects/{object}/look-up-fields",
            signed_in,
            "listLookUpFields",
            "List the fields that look-ups can take",
            formulas::look_up_fields,
        )
        .get(
            "/api/v1/objects/{object}/states",
            signed_in,
            "listFieldStates",
            "Show which fields of records are being worked out, or could not be",
            formulas::states,
        )
}

fn name_routes() -> Routes {
    let signed_in = Access::SignedIn;
    Routes::new("records")
        .get("/api/v1/titles", signed_in, "listTitles", "Show what records of any object are called", names::titles)
        .get(
            "/api/v1/related/{kind}/{id}",
            signed_in,
            "listRelations",
            "List the relations that lead to a record",
            names::groups,
        )
        .get(
            "/api/v1/related/{kind}/{id}/{object}/{field}",
            signed_in,
            "listRelated",
            "List the records that lead to a record",
            names::related,
        )
        .get(
            "/api/v1/records/{object}/{id}/related/{relation_object}/{field}",
            signed_in,
            "listRelatedRecords",
            "List the records that lead to a record of an own object",
            names::of_record,
        )
        .get(
            "/api/v1/openapi.json",
            signed_in,
            "getCompanyApiDocument",
            "Show the API with the company's own objects",
            document::document,
        )
}

fn form_routes() -> Routes {
    let manage = Access::Needs(OBJECTS_MANAGE);
    let signed_in = Access::SignedIn;
    Routes::new("forms")
        .get("/api/v1/objects/{object}/forms", signed_in, "listForms", "List an object's forms", forms::list)
        .post("/api/v1/objects/{object}/forms", manage, "createForm", "Draft a form", forms::create)
        .get("/api/v1/forms/{id}", signed_in, "getForm", "Show a form, or a version of it", forms::get)
        .put("/api/v1/forms/{id}", manage, "updateForm", "Save a form's draft", forms::put)
        .post("/api/v1/forms/{id}/publish", manage, "publishForm", "Put a form's draft to use", forms::publish)
        .post("/api/v1/forms/{id}/archive", manage, "archiveForm", "Put a form away", forms::archive)
        .post("/api/v1/forms/{id}/restore", manage, "restoreForm", "Take a form back", forms::restore)
        .delete("/api/v1/forms/{id}", manage, "deleteForm", "Delete a draft that was never published", forms::delete)
        .put(
            "/api/v1/objects/{object}/forms/order",
            manage,
            "orderForms",
            "Put an object's forms in order",
            forms::order,
        )
}

fn record_routes() -> Routes {
    let signed_in = Access::SignedIn;
    Routes::new("records")
        .get("/api/v1/records/{object}", signed_in, "listRecords", "List records of an object", records::list)
        .describe("`filter` and `sort` take the ids of filterable fields; `sort` only those that are sortable too.")
        .post("/api/v1/records/{object}", signed_in, "createRecord", "Create a record", records::create)
        .get("/api/v1/records/{object}/{id}", signed_in, "getRecord", "Show a record", records::get)
        .patch("/api/v1/records/{object}/{id}", signed_in, "updateRecord", "Change a record", records::update)
        .post(
            "/api/v1/records/{object}/{id}/archive",
            signed_in,
            "archiveRecord",
            "Put a record away",
            records::archive,
        )
        .post(
            "/api/v1/records/{object}/{id}/restore",
            signed_in,
            "restoreRecord",
            "Take a record back",
            records::restore,
        )
        .get(
            "/api/v1/records/{object}/{id}/timeline",
            signed_in,
            "getRecordTimeline",
            "Show what happened to a record, newest first",
            records::timeline,
        )
        .post(
            "/api/v1/records/{object}/{id}/reveal",
            signed_in,
            "revealRecordField",
            "Show one field of personal data",
            records::reveal,
        )
        .describe("Every look is written down as the event `personal_data.revealed`.")
}
