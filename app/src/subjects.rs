//! The kinds of records that processes run for, and the processes one can begin with.

use authz::permissions;
use db::{Db, DbError, Query as _, Tx};
use futures_util::future::BoxFuture;
use kernel::{Context, Uuid};
use processes::{Mark, Subject, Subjects, Templates};
use serde::Serialize;
use serde_json::{Map, Value};

/// Fields that say who and where somebody is: processes do not remember them.
const PERSONAL: [&str; 6] = ["phone", "phones", "email", "address", "note", "contact_name"];

/// The kinds of records that processes run for.
pub fn subjects() -> Subjects {
    Subjects::default()
        .with("ticket", TicketSubject)
        .with("customer", CustomerSubject)
        .with("device", DeviceSubject)
        .with("contract", ContractSubject)
        .with("quote", QuoteSubject)
}

/// The processes one can begin with.
pub fn templates() -> Templates {
    Templates(tickets::templates().into_iter().chain(finance::templates()).collect())
}

/// A record as conditions and expressions see it: its own fields beside the others, nothing personal.
async fn seen(tx: &mut Tx<'_>, object: &str, record: impl Serialize) -> Result<Option<Map<String, Value>>, DbError> {
    let Ok(Value::Object(mut record)) = serde_json::to_value(record) else { return Ok(None) };
    for field in PERSONAL {
        record.remove(field);
    }
    if let Some(Value::Object(own)) = record.remove("ext") {
        for (field, value) in objects::impersonal(tx, object, own).await? {
            record.entry(field).or_insert(value);
        }
    }
    Ok(Some(record))
}

struct TicketSubject;

impl Subject for TicketSubject {
    fn reach<'a>(&'a self, db: &'a Db, cx: &'a Context, id: Uuid) -> BoxFuture<'a, Result<bool, DbError>> {
        Box::pin(async move {
            let reached =
                db.read(cx, async move |r| tickets::within_reach(r, id, permissions::TICKETS_READ).await).await;
            match reached {
                Ok(_) => Ok(true),
                Err(tickets::TicketError::Db(error)) => Err(error),
                Err(_) => Ok(false),
            }
        })
    }

    fn record<'a>(
        &'a self,
        tx: &'a mut Tx<'_>,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, DbError>> {
        Box::pin(tickets::record(tx, id))
    }

    fn ends(&self, kind: &str) -> bool {
        tickets::ends(kind)
    }

    fn status_fault(&self, status: &str) -> Option<String> {
        tickets::status_fault(status)
    }

    fn mark<'a>(&'a self, tx: &'a mut Tx<'_>, id: Uuid, mark: &'a Mark) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(tickets::mark(tx, id, mark))
    }
}

macro_rules! subject {
    ($name:ident: $object:literal, $permission:ident, $reached:path, $failed:path) => {
        struct $name;

        impl Subject for $name {
            fn reach<'a>(&'a self, db: &'a Db, cx: &'a Context, id: Uuid) -> BoxFuture<'a, Result<bool, DbError>> {
                Box::pin(async move {
                    match db.read(cx, async move |r| $reached(r, permissions::$permission, id).await).await {
                        Ok(_) => Ok(true),
                        Err($failed(error)) => Err(error),
                        Err(_) => Ok(false),
                    }
                })
            }

            fn record<'a>(
                &'a self,
                tx: &'a mut Tx<'_>,
                id: Uuid,
            ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, DbError>> {
                Box::pin(async move {
                    let cx = Context::system(tx.cx().world().clone(), tx.cx().tenant());
                    match $reached(&mut tx.with_context(&cx), permissions::$permission, id).await {
                        Ok(found) => seen(tx, $object, found).await,
                        Err($failed(error)) => Err(error),
                        Err(_) => Ok(None),
                    }
                })
            }
        }
    };
}

subject!(CustomerSubject: "customer", CUSTOMERS_READ, customers::reached, customers::CustomerError::Db);
subject!(DeviceSubject: "device", DEVICES_READ, devices::reached, devices::DeviceError::Db);
subject!(QuoteSubject: "quote", QUOTES_READ, finance::reached, finance::FinanceError::Db);
subject!(ContractSubject: "contract", CONTRACTS_READ, contracts::reached, contracts::ContractError::Db);
