//! A file as it was received, and as it is known.

use http_api::{HasLocation, HasVersion};
use kernel::{Timestamp, Uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file of the company. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// UUIDv7.
    pub id: Uuid,
    /// Always 1.
    pub version: i64,
    /// The name to save it under, at most 200 characters.
    pub name: String,
    /// What it is, found out from its bytes.
    pub media_type: String,
    /// Its length in bytes.
    pub size: i64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Whether it may be shown in place: a PNG, JPEG, GIF or WebP picture, sound or film.
    pub safe_inline: bool,
    /// User, key or link that uploaded it; nil for the system.
    pub created_by: Uuid,
    /// The uploader's name at that moment.
    pub created_by_name: String,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// The same.
    pub updated_at: Timestamp,
}

db::record!(File {
    id,
    version,
    name,
    media_type,
    size,
    sha256,
    safe_inline,
    created_by,
    created_by_name,
    created_at,
    updated_at,
});

impl HasVersion for File {
    fn version(&self) -> i64 {
        self.version
    }
}

impl HasLocation for File {
    fn location(&self) -> String {
        format!("/api/v1/files/{}", self.id)
    }
}

/// Content that lies durably in the store and waits for its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The cleaned name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Its length in bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Whether it may be shown in place.
    pub safe_inline: bool,
}
