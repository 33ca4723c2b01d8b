//! Numbers of food licences: two letters, thirteen digits that say who and where, one check digit.

use std::fmt;

/// What the two letters stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicencePrefix {
    /// 食品经营许可证 (总局令78 §27): 1 main form, 6 region, 6 serial, 1 check.
    Operation,
    /// 食品生产许可证 (总局令24 §30): 3 food category, 6 region, 4 serial, 1 check.
    Production,
    /// 仅销售预包装食品备案 (总局令78 §45): 1 form, 6 region, 6 serial, 1 check.
    PrepackagedFiling,
}

impl LicencePrefix {
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Operation => "JY",
            Self::Production => "SC",
            Self::PrepackagedFiling => "YB",
        }
    }
    fn of(letters: &str) -> Option<Self> {
        [Self::Operation, Self::Production, Self::PrepackagedFiling].into_iter().find(|p| p.letters() == letters)
    }
}

/// A number read or made, with what its check digit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceNumber {
    text: String,
    prefix: LicencePrefix,
    check_agrees: bool,
}

impl LicenceNumber {
    /// Reads a number. A wrong check digit is a fault for JY and SC; for YB it is a warning, because
    /// the rule that the same algorithm holds there is an inference, not a published one.
    pub fn parse(text: &str) -> Result<Self, LicenceFault> {
        let text = text.trim().to_ascii_uppercase();
        let letters: String = text.chars().take(2).collect();
        let prefix = LicencePrefix::of(&letters).ok_or(LicenceFault::Prefix { found: letters })?;
        let digits: Vec<u8> =
            text.chars().skip(2).map(|c| c.to_digit(10).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>().ok_or(LicenceFault::NotDigits)?;
        let [body @ .., last] = digits.as_slice() else {
            return Err(LicenceFault::Length { found: 0 });
        };
        if body.len() != 13 {
            return Err(LicenceFault::Length { found: digits.len() });
        }
        let due = mod_11_10(body);
        let check_agrees = due == *last;
        if !check_agrees && prefix != LicencePrefix::PrepackagedFiling {
            return Err(LicenceFault::Check { due, found: *last });
        }
        Ok(Self { text, prefix, check_agrees })
    }

    /// The number with the check digit its thirteen digits ask for.
    pub fn make(prefix: LicencePrefix, thirteen: &str) -> Result<Self, LicenceFault> {
        let digits: Vec<u8> = thirteen
            .chars()
            .map(|c| c.to_digit(10).and_then(|d| u8::try_from(d).ok()))
            .collect::<Option<_>>()
            .ok_or(LicenceFault::NotDigits)?;
        Self::parse(&format!("{}{thirteen}{}", prefix.letters(), mod_11_10(&digits)))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
    pub fn prefix(&self) -> LicencePrefix {
        self.prefix
    }
    pub fn warning(&self) -> Option<&'static str> {
        (!self.check_agrees).then_some("备案编号校验位不符，请核对备案凭证")
    }
}

impl fmt::Display for LicenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenceFault {
    #[error("a food licence number begins with JY, SC or YB, this with \"{found}\"")]
    Prefix { found: String },
    #[error("after the letters there are only digits")]
    NotDigits,
    #[error("after the letters there are 14 digits, here {found}")]
    Length { found: usize },
    #[error("the check digit should be {due} and is {found}")]
    Check { due: u8, found: u8 },
}

/// The check digit of ISO/IEC 7064 MOD 11,10 (GB/T 17710) over the digits given.
///
/// The regulations name no algorithm; this one agrees with every published licence number it was tried on.
pub fn mod_11_10(digits: &[u8]) -> u8 {
    let mut product = 10u8;
    for digit in digits {
        let mut sum = (product + digit % 10) % 10;
        if sum == 0 {
            sum = 10;
        }
        product = 2 * sum % 11;
    }
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_pass() {
        for number in [
            "SC11464010500015",
            "SC11333019700024",
            "SC11837048101233",
            "SC11834020305037",
            "SC12636098200051",
            "SC11532139200465",
            "SC12434017430075",
            "SC11432010400101",
            "JY13301080111719",
            "JY11105050876919",
        ] {
            assert_eq!(LicenceNumber::parse(number).unwrap().as_str(), number);
        }
    }

    #[test]
    fn an_invented_number_is_refused() {
        assert!(matches!(LicenceNumber::parse("JY11105000000001"), Err(LicenceFault::Check { .. })));
    }

    #[test]
    fn a_filing_with_a_wrong_check_digit_is_only_warned_of() {
        let right = LicenceNumber::make(LicencePrefix::PrepackagedFiling, "2990302000041").unwrap();
        assert_eq!(right.warning(), None);
        let mut wrong = right.as_str().to_string();
        let last = wrong.pop().unwrap();
        wrong.push(if last == '9' { '0' } else { '9' });
        assert!(LicenceNumber::parse(&wrong).unwrap().warning().is_some());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "J", "JY", "XX13301080111719", "JY1330108011171", "JY133010801117199", "JY1330108011171九"] {
            assert!(LicenceNumber::parse(text).is_err(), "{text}");
        }
        assert!(LicenceNumber::make(LicencePrefix::Operation, "29903020000411").is_err());
        assert!(LicenceNumber::parse("jy13301080111719 ").is_ok());
    }
}
