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

    /// The PHC string to keep for a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        let _turn = self.turns.acquire().await.context("waiting to hash a password")?;
        tokio::task::spawn_blocking(move || hash_now(&password)).await.context("hashing a password")?
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

/// What a password must be: long enough, and nothing that guessers try first; no composition rules
/// (NIST SP 800-63B §3.1.1.2).
pub fn check(account: &str, password: &str, length_min: usize) -> Result<()> {
    let length = password.chars().count();
    if !(length_min..=128).contains(&length) {
        let message = format!("密码要 {length_min} 到 128 个字符");
        return Err(Error::invalid("password", "people.password_length", message));
    }
    if is_guessable(account, password) {
        let message = "这个密码太容易猜到：不要用账号、连续或重复的字符，也不要用常见词加数字";
        return Err(Error::invalid("password", "people.password_common", message));
    }
    Ok(())
}

/// Words around which people build passwords; each with digits and signs about it is guessed within minutes.
const COMMON: &[&str] = &[
    "", "a", "aa", "abc", "admin", "administrator", "aini", "anquan", "asd", "beijing", "changeme", "china", "default",
    "dragon", "guanliyuan", "hello", "iloveyou", "jiancha", "jianguan", "letmein", "login", "master", "mima", "monkey",
    "nihao", "p", "pass", "passwd", "password", "pwd", "qq", "qwe", "qwer", "qwerty", "root", "secret", "shian", "shijianju",
    "shipin", "shipinanquan", "shichangjianguan", "sunshine", "superman", "test", "user", "wang", "welcome", "woaini",
    "woaizhongguo", "wodemima", "zhongguo", "密码", "我的密码", "管理员", "食品安全", "食安", "市场监管", "中国",
];

/// Rows of keys and counting, forwards and backwards.
const ROWS: &[&str] =
    &["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop[]", "asdfghjkl;", "zxcvbnm,./", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];

fn is_guessable(account: &str, password: &str) -> bool {
    let plain: Vec<char> = password.to_lowercase().chars().collect();
    let text: String = plain.iter().collect();
    let word: String = text
        .trim_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation())
        .chars()
        .map(|c| match c { '@' => 'a', '0' => 'o', '1' => 'l', '3' => 'e', '$' | '5' => 's', other => other })
        .filter(|c| c.is_alphabetic())
        .collect();
    let repeats = (1..=4).any(|unit| plain.iter().zip(plain.iter().skip(unit)).all(|(a, b)| a == b));
    let follows = |pair: &[char]| {
        let (there, back) = (String::from_iter(pair), String::from_iter(pair.iter().rev()));
        pair[0] == pair[1] || ROWS.iter().any(|row| row.contains(&there) || row.contains(&back))
    };
    let in_rows = plain.windows(2).filter(|pair| follows(pair)).count();
    let account = account.to_lowercase();
    (account.len() >= 3 && text.contains(&account))
        || COMMON.contains(&word.as_str())
        || repeats
        || in_rows * 10 >= (plain.len() - 1) * 7
}

/// Twelve letters and digits in three groups, to be told on the telephone and changed at the first sign-in.
pub fn one_time() -> String {
    use rand::Rng as _;
    // None of which look alike: 31 signs, 59 random bits.
    const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut group = || (0..4).map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())])).collect::<String>();
    [group(), group(), group()].join("-")
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
    fn a_short_password_is_refused_and_how_short_is_a_setting() {
        assert!(check("limin", "九个字的密码不够长", 10).is_err());
        assert!(check("limin", "十个字的密码就够长了", 10).is_ok());
        assert!(check("limin", "十个字的密码就够长了", 12).is_err());
    }

    #[test]
    fn what_guessers_try_first_is_refused() {
        for guessed in [
            "1234567890", "aaaaaaaaaaaa", "abcabcabcabc", "qwertyuiop", "1qaz2wsx3edc", "password2026", "P@ssw0rd123456",
            "Admin@123456", "limin-2026-11", "woaini5201314", "9876543210", "shipinanquan1", "abcd1234567", "20261121202611",
        ] {
            assert!(check("limin", guessed, 10).is_err(), "{guessed}");
        }
        for fine in ["for this test alone", "liuxi-7kq2mwpd", "correct horse battery", "石桥镇上的老面馆很香"] {
            assert!(check("limin", fine, 10).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_one_time_password_is_long_enough_and_never_the_same() {
        let one = one_time();
        assert_eq!(one.len(), 14);
        assert!(check("limin", &one, 10).is_ok());
        assert_ne!(one, one_time());
    }
}
