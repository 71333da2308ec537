//! The signature of Standard Webhooks: HMAC-SHA256 over id, time and body.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::WebhookError;

const PREFIX: &str = "whsec_";
const SHORTEST: usize = 24;
const LONGEST: usize = 64;

/// A secret of these random bytes, as it is shown to whoever sets the receiver up.
pub fn new_secret(random: &[u8; 32]) -> String {
    format!("{PREFIX}{}", BASE64.encode(random))
}

pub(crate) fn key(secret: &str) -> Result<Vec<u8>, WebhookError> {
    let key = secret.trim().strip_prefix(PREFIX).and_then(|text| BASE64.decode(text.as_bytes()).ok());
    key.filter(|key| (SHORTEST..=LONGEST).contains(&key.len())).ok_or(WebhookError::Secret)
}

/// What stands in the header `webhook-signature`; `seconds` since 1970.
///
/// # Errors
/// When the secret is none.
pub fn signature(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Result<String, WebhookError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| WebhookError::Secret)?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the documents of Standard Webhooks' reference libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_long_enough_and_marked() {
        assert_eq!(key(&new_secret(&[7; 32])).unwrap(), [7; 32]);
        for bad in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"] {
            assert_eq!(key(bad), Err(WebhookError::Secret), "{bad}");
        }
    }
}
