//! The customer signs on their own telephone.

use axum::extract::State;
use data_encoding::BASE64;
use db::{Query as _, Tx};
use files::FileStore;
use http_api::{App, Body, Caller, Json, Path, Problem, checked_text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visits::{Signature, SignatureVia};

use super::{
    TokenPath, face,
    face::TicketFace,
    reach::{linked, named},
};

/// A signature's picture in bytes at most.
const LARGEST: usize = 1_000_000;

/// A signature.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Who signs.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// The picture as PNG in Base64, with or without `data:image/png;base64,` in front; at most 1 MB.
    pub png_base64: String,
}

fn picture(text: &str) -> Result<Vec<u8>, Problem> {
    let wrong = |code, message| Problem::invalid_field("/png_base64", code, message);
    let text = text.trim();
    let text = text.strip_prefix("data:image/png;base64,").unwrap_or(text);
    if text.len() > LARGEST / 3 * 4 + 4 {
        return Err(wrong("too_large", "The picture is too large; sign with thinner lines."));
    }
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| wrong("invalid_base64", "Send the picture in Base64."))?;
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") { Ok(bytes) } else { Err(wrong("not_png", "Send a PNG picture.")) }
}

/// Puts the signature on the work it is for; answers the page as it is afterwards.
pub async fn handle(
    State(app): State<App>,
    Caller(cx): Caller,
    Path(_): Path<TokenPath>,
    Body(body): Body<Sign>,
) -> Result<Json<TicketFace>, Problem> {
    let mut errors = Vec::new();
    let name = checked_text("/name", &body.name, 200, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let bytes = picture(&body.png_base64)?;
    let received = files::store_bytes(&app.get::<FileStore>(), &cx, "signature.png", &bytes).await?;
    let signer = named(&cx, &name);
    let sign = async move |tx: &mut Tx<'_>| -> Result<TicketFace, Problem> {
        let (link, ticket) = linked(tx).await?;
        let file = files::record(tx, received).await?;
        let signed_at = tx.cx().now();
        let signature = Signature { file_id: file.id, signer_name: name, signed_at, via: SignatureVia::Link };
        visits::sign(tx, ticket.id, signature).await?;
        face::face(tx, &link, ticket).await
    };
    Ok(Json(app.db().write(&signer, sign).await?))
}
