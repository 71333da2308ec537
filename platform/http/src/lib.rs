//! The HTTP edge: routes with access, problem+json, idempotency, OpenAPI, metrics.
