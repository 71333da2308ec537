//! Passwords: what is good enough, and Argon2id off the async threads.

use std::sync::OnceLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use http_api::FieldError;
use kernel::World;
use tokio::sync::Semaphore;

use crate::IdentityError;

/// Characters at least.
pub const SHORTEST: usize = 10;
/// Characters at most, so that hashing stays bounded.
pub const LONGEST: usize = 200;

/// Hashes at once: each takes 19 MiB and a whole core for some ten milliseconds.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Passwords of ten and more characters that everybody tries first. Compared without case.
const COMMON: &[&str] = &[
    "1234567890",
    "12345678910",
    "123456789a",
    "a123456789",
    "0123456789",
    "9876543210",
    "0987654321",
    "1111111111",
    "0000000000",
    "1122334455",
    "1212121212",
    "123123123123",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "qwertyuiop",
    "qwerty12345",
    "qwerty123456",
    "asdfghjkl;",
    "zxcvbnm123",
    "q1w2e3r4t5",
    "abcdefghij",
    "abc1234567",
    "abcd123456",
    "abc123456789",
    "password123",
    "password1234",
    "password12",
    "passw0rd123",
    "p@ssw0rd123",
    "p@ssword123",
    "mypassword",
    "letmein123",
    "welcome123",
    "welcome1234",
    "administrator",
    "admin12345",
    "admin123456",
    "admin@1234",
    "admin@12345",
    "adminadmin",
    "changeme123",
    "default123",
    "iloveyou123",
    "woaini1314",
    "woaini520520",
    "woaini1314520",
    "5201314520",
    "1314520520",
    "aini1314520",
    "wangyi1234",
    "qq123456789",
    "q123456789",
    "z123456789",
    "w123456789",
    "123456789q",
    "123456789z",
    "aa123456789",
    "qwe1234567",
    "asd1234567",
    "1234567890a",
    "a1234567890",
    "123qweasdzxc",
    "qazwsxedcrfv",
    "qazwsx1234",
    "football123",
    "sunshine123",
    "princess123",
    "dragon1234",
    "monkey1234",
    "superman123",
    "baseball123",
    "trustno1234",
    "whatever123",
    "aftersail123",
    "aftersail1",
    "service1234",
    "company123",
];

/// Says what is wrong with `password` for the person who signs in as `login`, if anything.
pub(crate) fn check(pointer: &str, password: &str, login: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    let folded = password.to_lowercase();
    let first = password.chars().next();
    let wrong = |code: &'static str, message: &str| Err(FieldError::new(pointer, code, message));
    if length < SHORTEST {
        return wrong("password_too_short", "Use at least 10 characters.");
    }
    if length > LONGEST {
        return wrong("password_too_long", "Use at most 200 characters.");
    }
    if folded == login.to_lowercase() {
        return wrong("password_is_login", "The password must differ from the login.");
    }
    if COMMON.contains(&folded.as_str()) || password.chars().all(|c| Some(c) == first) {
        return wrong("password_too_common", "Many people use this password; choose another one.");
    }
    Ok(())
}

/// Hashes a password that passed [`check`].
pub(crate) async fn hash(world: &World, password: String) -> Result<String, IdentityError> {
    let mut salt = [0_u8; 16];
    world.fill(&mut salt);
    off_thread(move || hash_with(&password, &salt)).await?
}

fn hash_with(password: &str, salt: &[u8]) -> Result<String, IdentityError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| IdentityError::Hashing(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether `password` belongs to `stored`. Without a stored hash the same work is done and the answer is no,
/// so that the time taken does not tell whether a login exists.
pub(crate) async fn verify(stored: Option<String>, password: String) -> Result<bool, IdentityError> {
    if password.chars().count() > LONGEST {
        return Ok(false);
    }
    off_thread(move || {
        let text = match &stored {
            Some(text) => text,
            None => nobody()?,
        };
        let parsed = PasswordHash::new(text).map_err(|error| IdentityError::Hashing(error.to_string()))?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(fits && stored.is_some())
    })
    .await?
}

/// The hash of a password nobody has.
fn nobody() -> Result<&'static String, IdentityError> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    if let Some(hash) = NOBODY.get() {
        return Ok(hash);
    }
    let hash = hash_with("nobody signs in with this", b"aftersail-nobody")?;
    Ok(NOBODY.get_or_init(|| hash))
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, IdentityError> {
    let _permit = AT_ONCE.acquire().await.map_err(|error| IdentityError::Hashing(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| IdentityError::Hashing(error.to_string()))
}

#[cfg(test)]
mod tests {
    use kernel::{ManualClock, Timestamp};

    use super::*;

    #[tokio::test]
    async fn a_password_fits_only_its_own_hash() {
        let world = World::seeded(ManualClock::at(Timestamp(0)), 1);
        let stored = hash(&world, "漏水电梯-维修-2026".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(verify(Some(stored.clone()), "漏水电梯-维修-2026".to_owned()).await.unwrap());
        assert!(!verify(Some(stored.clone()), "漏水电梯-维修-2025".to_owned()).await.unwrap());
        assert!(!verify(None, "nobody signs in with this".to_owned()).await.unwrap());
        assert_ne!(hash(&world, "漏水电梯-维修-2026".to_owned()).await.unwrap(), stored, "every hash has its own salt");
    }

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        let code = |password: &str| check("/password", password, "Chen.Wei@Example").err().map(|error| error.code);
        assert_eq!(code("short").as_deref(), Some("password_too_short"));
        assert_eq!(code(&"长".repeat(201)).as_deref(), Some("password_too_long"));
        assert_eq!(code("chen.wei@example").as_deref(), Some("password_is_login"));
        assert_eq!(code("Password123").as_deref(), Some("password_too_common"));
        assert_eq!(code("zzzzzzzzzzzz").as_deref(), Some("password_too_common"));
        assert_eq!(code("correct horse battery"), None);
        assert!(COMMON.iter().all(|word| word.chars().count() >= SHORTEST && **word == word.to_lowercase()));
    }
}
