//! Passwords: Argon2id with the parameters of OWASP's cheat sheet (19 MiB, 2 passes), off the async threads.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use tokio::sync::Semaphore;

use crate::{Error, Result, error::Refusal};

const SHORTEST: usize = 10;
/// Longer ones would only cost time.
const LONGEST: usize = 200;
/// Each hash takes 19 MiB and some 20 ms: a flood of sign-ins shall not take the machine.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(4));
/// Checked for addresses without an account, so that time tells nothing.
static NOBODY: LazyLock<String> = LazyLock::new(|| derive("a password nobody has").unwrap_or_default());

fn derive(password: &str) -> Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|e| Error::Internal(e.to_string()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _permit = AT_ONCE.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))?
}

/// Hashes a new password.
///
/// # Errors
/// INVALID when it is shorter than 10 or longer than 200 characters.
pub async fn hash(password: &str) -> Result<String> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Refusal::invalid(
            "password",
            format!("A password has {SHORTEST} to {LONGEST} characters."),
        )
        .into());
    }
    let password = password.to_owned();
    blocking(move || derive(&password)).await
}

/// Whether the password is that of the hash; without a hash it takes as long and is false.
pub async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    if password.len() > LONGEST * 4 {
        return Ok(false);
    }
    let password = password.to_owned();
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&hash).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}
