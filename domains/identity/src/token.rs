//! Secrets handed out once: sessions, API keys, invitations, password resets.
//!
//! A secret carries its tenant in front of 32 random bytes, so that it is looked up by an index that begins
//! with the tenant, behind the tenant wall. Only its SHA-256 is stored: 256 bits of chance need no slow hash.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use kernel::{TenantId, World};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const TENANT_BYTES: usize = 16;
const RANDOM_BYTES: usize = 32;
/// What every API key begins with, so that leaked ones can be searched for.
const KEY_MARK: &str = "as_";
const PREFIX_BYTES: usize = 5;

/// SHA-256 of a secret.
pub(crate) type Digest32 = [u8; 32];

pub(crate) fn digest(text: &str) -> Digest32 {
    Sha256::digest(text.as_bytes()).into()
}

/// A new secret for `tenant`: 64 characters that need no escaping in links, cookies and headers.
pub(crate) fn issue(world: &World, tenant: TenantId) -> String {
    let mut bytes = [0_u8; TENANT_BYTES + RANDOM_BYTES];
    bytes[..TENANT_BYTES].copy_from_slice(tenant.0.as_bytes());
    world.fill(&mut bytes[TENANT_BYTES..]);
    BASE64URL_NOPAD.encode(&bytes)
}

/// The tenant a secret claims to belong to; `None` when it cannot be one of ours.
pub(crate) fn tenant_of(secret: &str) -> Option<TenantId> {
    let mut bytes = [0_u8; TENANT_BYTES + RANDOM_BYTES];
    let length = BASE64URL_NOPAD.decode_len(secret.len()).ok().filter(|length| *length == bytes.len())?;
    BASE64URL_NOPAD.decode_mut(secret.as_bytes(), &mut bytes[..length]).ok()?;
    let tenant = Uuid::from_slice(&bytes[..TENANT_BYTES]).ok()?;
    // The nil tenant is the platform itself and sees everything; nobody signs in there.
    (!tenant.is_nil()).then_some(TenantId(tenant))
}

/// 22 random characters, for CSRF tokens.
pub(crate) fn random_text(world: &World) -> String {
    let mut bytes = [0_u8; 16];
    world.fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// A new API key: `as_<prefix>_<secret>`, and its prefix.
pub(crate) fn issue_key(world: &World, tenant: TenantId) -> (String, String) {
    let mut bytes = [0_u8; PREFIX_BYTES];
    world.fill(&mut bytes);
    let prefix = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    (format!("{KEY_MARK}{prefix}_{}", issue(world, tenant)), prefix)
}

/// Tenant and prefix of an API key; `None` when it cannot be one of ours.
pub(crate) fn key_parts(key: &str) -> Option<(TenantId, &str)> {
    let (prefix, secret) = key.strip_prefix(KEY_MARK)?.split_once('_')?;
    (prefix.len() == 8).then_some((tenant_of(secret)?, prefix))
}

#[cfg(test)]
mod tests {
    use kernel::{ManualClock, Timestamp};

    use super::*;

    #[test]
    fn a_secret_knows_its_tenant_and_nonsense_has_none() {
        let world = World::seeded(ManualClock::at(Timestamp(0)), 1);
        let tenant = TenantId(Uuid::from_u128(77));
        let secret = issue(&world, tenant);
        assert_eq!(secret.len(), 64);
        assert_eq!(tenant_of(&secret), Some(tenant));
        for wrong in ["", "abc", &secret[1..], &format!("{secret}A"), &"é".repeat(32), &issue(&world, TenantId::SYSTEM)]
        {
            assert_eq!(tenant_of(wrong), None, "{wrong}");
        }
        let (key, prefix) = issue_key(&world, tenant);
        assert_eq!(key_parts(&key), Some((tenant, prefix.as_str())));
        assert_eq!(key_parts(&key[1..]), None);
        assert_eq!(key_parts("as_short_x"), None);
    }
}
