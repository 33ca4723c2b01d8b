//! One-time codes by time (RFC 6238): what an authenticator app shows, and which step a code belongs to.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use qrcode::QrCode;
use qrcode::render::svg;
use rand::RngCore as _;
use sha1::Sha1;
use shian_base::{Instant, Result};
use subtle::ConstantTimeEq as _;

/// What every authenticator app understands: SHA-1, six digits, a new code each half minute.
const STEP_SECONDS: i64 = 30;
const DIGITS: u32 = 6;
/// A phone's clock may be one step off (§6).
const DRIFT_STEPS: i64 = 1;

/// 160 random bits in base32, as RFC 4226 §4 recommends.
pub fn new_secret() -> String {
    let mut bytes = [0u8; 20];
    rand::rng().fill_bytes(&mut bytes);
    BASE32_NOPAD.encode(&bytes)
}

/// The step that a code belongs to, if it is right now and later than the last one used (§5.2).
pub fn step_of(secret: &str, code: &str, last_step: i64, now: Instant) -> Option<i64> {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let at = now.micros().div_euclid(STEP_SECONDS * 1_000_000);
    (at - DRIFT_STEPS..=at + DRIFT_STEPS)
        .filter(|step| *step > last_step)
        .find(|step| code_at(&key, *step, DIGITS).as_bytes().ct_eq(code.as_bytes()).into())
}

/// RFC 4226 §5.3 with the step as its counter.
fn code_at(key: &[u8], step: i64, digits: u32) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0xf);
    let word = [hash[offset] & 0x7f, hash[offset + 1], hash[offset + 2], hash[offset + 3]];
    let number = u32::from_be_bytes(word) % 10u32.pow(digits);
    format!("{number:0width$}", width = digits as usize)
}

/// The address that an authenticator app reads from a picture.
pub fn address(secret: &str, account: &str) -> String {
    // An account is letters, digits and . _ - @, none of which the label must escape.
    format!(
        "otpauth://totp/Shian:{account}?secret={secret}&issuer=Shian&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

/// The address as a picture, drawn here: the secret goes to nobody else.
pub fn picture(address: &str) -> Result<String> {
    let code = QrCode::new(address).map_err(anyhow::Error::new)?;
    Ok(code.render::<svg::Color>().min_dimensions(200, 200).build())
}

/// Sixteen letters in four groups: 80 random bits, none of which look alike.
pub fn recovery_code() -> String {
    let mut bytes = [0u8; 10];
    rand::rng().fill_bytes(&mut bytes);
    let text = BASE32_NOPAD.encode(&bytes);
    [&text[0..4], &text[4..8], &text[8..12], &text[12..16]].join("-")
}

/// A recovery code as it was typed, without what does not count; nothing when it cannot be one.
pub fn typed_recovery_code(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    (plain.len() == 16).then(|| plain.to_ascii_uppercase())
}

#[cfg(test)]
pub(crate) fn code_now(secret: &str, now: Instant) -> String {
    code_at(&BASE32_NOPAD.decode(secret.as_bytes()).unwrap(), now.micros() / (STEP_SECONDS * 1_000_000), DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238_appendix_b_come_out() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(KEY, seconds / 30, 8), code, "at {seconds} s");
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226_appendix_d_come_out() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (count, code) in codes.iter().enumerate() {
            assert_eq!(code_at(KEY, count as i64, 6), *code);
        }
    }

    #[test]
    fn a_code_holds_one_step_to_either_side_and_once() {
        let secret = BASE32_NOPAD.encode(KEY);
        let now = Instant::from_micros(1_111_111_109_000_000);
        let step = 1_111_111_109 / 30;
        let code = code_at(KEY, step, 6);
        assert_eq!(step_of(&secret, &code, 0, now), Some(step));
        assert_eq!(step_of(&secret, &format!("{} {}", &code[..3], &code[3..]), 0, now), Some(step), "as apps print it");
        assert_eq!(step_of(&secret, &code, 0, now.plus_seconds(30)), Some(step));
        assert_eq!(step_of(&secret, &code, 0, now.plus_seconds(-30)), Some(step));
        assert_eq!(step_of(&secret, &code, 0, now.plus_seconds(60)), None);
        assert_eq!(step_of(&secret, &code, 0, now.plus_seconds(-60)), None);
        assert_eq!(step_of(&secret, &code, step, now), None, "used already");
        assert_eq!(step_of(&secret, "", 0, now), None);
        assert_eq!(step_of("not base32!", &code, 0, now), None);
    }

    #[test]
    fn the_picture_is_drawn_and_holds_no_address_of_anybody_else() {
        let address = address(&new_secret(), "limin");
        let picture = picture(&address).unwrap();
        assert!(picture.contains("<svg") && picture.len() > 500);
        assert!(!picture.contains("href"));
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let code = recovery_code();
        let plain = code.replace('-', "");
        assert_eq!(plain.len(), 16);
        assert_eq!(typed_recovery_code(&code.to_lowercase().replace('-', " ")), Some(plain));
        assert_eq!(typed_recovery_code("123456"), None);
    }
}
