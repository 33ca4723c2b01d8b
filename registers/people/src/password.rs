//! Passwords: Argon2id, a few at a time, in threads of their own.

use anyhow::{Context as _, anyhow};
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::RngCore as _;
use shian_base::{Error, Result};
use tokio::sync::Semaphore;

/// Checks passwords without letting a flood of attempts take all memory.
pub struct Passwords {
    turns: Semaphore,
    /// A hash of nothing anybody knows, checked for unknown accounts so that they take as long as known ones.
    decoy: String,
}

/// OWASP's first recommendation for Argon2id: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

impl Passwords {
    pub fn new(workers: usize) -> Self {
        let decoy = hash_now(&random_token()).unwrap_or_default();
        Self { turns: Semaphore::new(workers.max(1)), decoy }
    }

    /// Whether the password is the one behind the hash; `None` stands for an account that is not there.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let _turn = self.turns.acquire().await.context("waiting to check a password")?;
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let password = password.to_owned();
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
        .context("checking a password")?;
        Ok(fits && known)
    }
}

/// The PHC string to keep for a password. Takes some 20 ms on purpose.
pub fn hash_now(password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    rand::rng().fill_bytes(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|error| anyhow!("making a salt: {error}"))?;
    let hash = argon2().hash_password(password.as_bytes(), &salt).map_err(|error| anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

/// What a password must be: length against guessing, no composition rules (NIST SP 800-63B §3.1.1).
pub fn check_strength(password: &str) -> Result<()> {
    let length = password.chars().count();
    if (10..=128).contains(&length) {
        return Ok(());
    }
    Err(Error::invalid("password", "people.password_length", "a password has 10 to 128 characters"))
}

/// 256 random bits as text that fits a cookie.
pub fn random_token() -> String {
    use base64::Engine as _;
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_fits() {
        let passwords = Passwords::new(1);
        let hash = hash_now("石桥所的密码很长").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("石桥所的密码很长", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("别的密码也是很长", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("石桥所的密码很长", None).await.unwrap());
        assert!(!passwords.verify("石桥所的密码很长", Some("no hash")).await.unwrap());
    }

    #[test]
    fn a_short_password_is_refused() {
        assert!(check_strength("九个字的密码不够长").is_err());
        assert!(check_strength("十个字的密码就够长了").is_ok());
    }
}
