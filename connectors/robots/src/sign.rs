//! The signatures of DingTalk and Feishu: the same parts, put together in different ways.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Reason, RobotError};

fn hmac_sha256(key: &[u8], message: &[u8]) -> Result<String, RobotError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|error| RobotError::permanent(Reason::Credentials, error.to_string()))?;
    mac.update(message);
    Ok(BASE64.encode(&mac.finalize().into_bytes()))
}

/// DingTalk: key is the secret, message is milliseconds, line feed and secret. Base64, not yet percent-encoded.
pub(crate) fn dingtalk(millis: i64, secret: &str) -> Result<String, RobotError> {
    hmac_sha256(secret.as_bytes(), format!("{millis}\n{secret}").as_bytes())
}

/// Feishu: key is seconds, line feed and secret, message is empty. Base64.
pub(crate) fn feishu(seconds: i64, secret: &str) -> Result<String, RobotError> {
    hmac_sha256(format!("{seconds}\n{secret}").as_bytes(), b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expected values were computed with Python's hmac and base64 modules.

    #[test]
    fn dingtalk_signs_with_the_secret() {
        assert_eq!(dingtalk(1_577_262_236_757, "SECdemo").unwrap(), "sLRlUUvzoOXn5DR/+o+s6tOqX+bWe3JGaZ7JQ7844l8=");
    }

    #[test]
    fn feishu_signs_nothing_with_time_and_secret() {
        assert_eq!(feishu(100, "demo").unwrap(), "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=");
    }
}
