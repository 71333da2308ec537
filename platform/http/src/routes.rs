//! Routes: a path, who may call it, and a handler that documents itself.

use authz::Access;
use axum::{
    Router,
    extract::{FromRequest, FromRequestParts},
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use http::Method;

use crate::{
    Answer, App, OperationDoc,
    access::{Gate, Rules},
};

/// Something a handler takes, which adds itself to the operation's documentation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument of an operation",
    note = "take State<App>, Caller, Meta, Path, Query, ListParams, IfMatch, IdempotencyKey, and last Body, RawBody or Upload of this crate"
)]
pub trait Documents {
    /// Whether the time limit does not apply.
    const UNHURRIED: bool = false;

    /// Adds parameters, bodies and the problems it may answer.
    fn document(operation: &mut OperationDoc<'_>);
}

/// An async function whose arguments and answer document themselves.
#[diagnostic::on_unimplemented(
    message = "this function cannot be an operation's handler",
    note = "it must be async, take arguments of this crate (the body last) and answer Result<impl Answer, Problem>"
)]
pub trait Endpoint<A>: Handler<A, App> {
    /// Whether the time limit does not apply.
    const UNHURRIED: bool;

    /// Documents arguments and answer.
    fn document(operation: &mut OperationDoc<'_>);
}

impl<F, Fut, Res> Endpoint<((),)> for F
where
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Res> + Send,
    Res: Answer,
{
    const UNHURRIED: bool = Res::UNHURRIED;

    fn document(operation: &mut OperationDoc<'_>) {
        Res::document(operation);
    }
}

macro_rules! endpoint {
    ($($first:ident)* | $last:ident) => {
        impl<F, Fut, Res, M, $($first,)* $last> Endpoint<(M, $($first,)* $last,)> for F
        where
            F: FnOnce($($first,)* $last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = Res> + Send,
            Res: Answer,
            $($first: Documents + FromRequestParts<App> + Send,)*
            $last: Documents + FromRequest<App, M> + Send,
            F: Handler<(M, $($first,)* $last,), App>,
        {
            const UNHURRIED: bool = Res::UNHURRIED || $last::UNHURRIED $(|| $first::UNHURRIED)*;

            fn document(operation: &mut OperationDoc<'_>) {
                $($first::document(operation);)*
                $last::document(operation);
                Res::document(operation);
            }
        }
    };
}

endpoint!(| T1);
endpoint!(T1 | T2);
endpoint!(T1 T2 | T3);
endpoint!(T1 T2 T3 | T4);
endpoint!(T1 T2 T3 T4 | T5);
endpoint!(T1 T2 T3 T4 T5 | T6);
endpoint!(T1 T2 T3 T4 T5 T6 | T7);
endpoint!(T1 T2 T3 T4 T5 T6 T7 | T8);
endpoint!(T1 T2 T3 T4 T5 T6 T7 T8 | T9);

/// One operation as it was registered.
#[derive(Clone)]
pub(crate) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub tag: &'static str,
    pub access: Access,
    pub operation: &'static str,
    pub summary: &'static str,
    pub description: Option<&'static str>,
    pub document: fn(&mut OperationDoc<'_>),
    handler: MethodRouter<App>,
}

/// The operations of one domain.
#[derive(Clone)]
pub struct Routes {
    tag: &'static str,
    pub(crate) routes: Vec<Route>,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").field("tag", &self.tag).field("operations", &self.routes.len()).finish()
    }
}

/// Routes that contradict each other.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// Two operations with the same method and path.
    #[error("{method} {path} is registered twice")]
    Twice {
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
    /// Two operations with the same id.
    #[error("the operation id {0} is used twice")]
    OperationTwice(&'static str),
    /// `/a/{id}` beside `/a/{key}`.
    #[error("{0} and {1} differ only in the names of their parameters; use one name")]
    Names(&'static str, &'static str),
}

macro_rules! methods {
    ($($name:ident $method:ident;)*) => {
        $(
            #[doc = concat!("Adds a ", stringify!($method), " operation: path, who may call it, its id in the API document, one line about it, and the handler.")]
            #[must_use]
            pub fn $name<H, A>(
                self,
                path: &'static str,
                access: Access,
                operation: &'static str,
                summary: &'static str,
                handler: H,
            ) -> Self
            where
                H: Endpoint<A>,
                A: 'static,
            {
                self.add(Method::$method, MethodFilter::$method, path, access, (operation, summary), handler)
            }
        )*
    };
}

impl Routes {
    /// No operations yet; `tag` groups them in the API document and shares their rate limit.
    pub fn new(tag: &'static str) -> Self {
        Self { tag, routes: Vec::new() }
    }

    methods! {
        get GET;
        post POST;
        put PUT;
        patch PATCH;
        delete DELETE;
    }

    fn add<H, A>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        (operation, summary): (&'static str, &'static str),
        handler: H,
    ) -> Self
    where
        H: Endpoint<A>,
        A: 'static,
    {
        let rules = Rules { access, tag: self.tag, unhurried: H::UNHURRIED };
        let handler = on(filter, Gate { handler, rules });
        let document = H::document;
        self.routes.push(Route {
            method,
            path,
            tag: self.tag,
            access,
            operation,
            summary,
            description: None,
            document,
            handler,
        });
        self
    }

    /// A longer description of the operation added last (Markdown).
    #[must_use]
    pub fn describe(mut self, description: &'static str) -> Self {
        if let Some(route) = self.routes.last_mut() {
            route.description = Some(description);
        }
        self
    }

    /// Adds another's operations, which keep their tag.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self
    }
}

/// All operations on one router, refused when they contradict each other.
pub(crate) fn mount(all: &[Routes]) -> Result<Router<App>, RouteError> {
    use std::collections::{HashMap, HashSet};

    let mut operations = HashSet::new();
    let mut seen = HashSet::new();
    let mut spelling: HashMap<String, &'static str> = HashMap::new();
    let mut router = Router::new();
    for route in all.iter().flat_map(|routes| &routes.routes) {
        if !operations.insert(route.operation) {
            return Err(RouteError::OperationTwice(route.operation));
        }
        if !seen.insert((route.method.clone(), route.path)) {
            return Err(RouteError::Twice { method: route.method.clone(), path: route.path.to_owned() });
        }
        let shape: Vec<_> = route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        let known = spelling.entry(shape.join("/")).or_insert(route.path);
        if *known != route.path {
            return Err(RouteError::Names(known, route.path));
        }
        router = router.route(route.path, route.handler.clone());
    }
    Ok(router)
}
