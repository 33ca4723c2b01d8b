//! Pinyin initials of a name, so that `wjmg` finds 王记面馆.

use pinyin::ToPinyin;

/// The first letter of each character's reading, letters and digits as they are, small; the rest is dropped.
///
/// A character that shops and people use with two readings gives a second word: 长乐 is `cl zl`.
pub fn initials(name: &str) -> String {
    let mut words = vec![String::new()];
    for c in name.chars() {
        let letters: Vec<char> = match TWO_READINGS.iter().find(|(character, _)| *character == c) {
            Some((_, letters)) => letters.chars().collect(),
            None => reading(c).into_iter().collect(),
        };
        match letters.as_slice() {
            [usual, other] if words.len() < WORDS_MAX => {
                let others: Vec<String> = words.iter().map(|word| format!("{word}{other}")).collect();
                words.iter_mut().for_each(|word| word.push(*usual));
                words.extend(others);
            }
            [usual, ..] => words.iter_mut().for_each(|word| word.push(*usual)),
            [] => {}
        }
    }
    words.join(" ")
}

/// Two characters of two readings in a name are the most worth keeping apart.
const WORDS_MAX: usize = 4;

/// Characters of names whose readings begin differently, the likelier reading of a name first.
const TWO_READINGS: &[(char, &str)] = &[
    ('长', "cz"),
    ('重', "cz"),
    ('行', "hx"),
    ('调', "td"),
    ('曾', "zc"),
    ('单', "sd"),
    ('乐', "ly"),
    ('朝', "cz"),
    ('厦', "xs"),
    ('盛', "sc"),
    ('校', "xj"),
    ('召', "zs"),
    ('解', "xj"),
    ('仇', "qc"),
    ('查', "zc"),
    ('尉', "yw"),
];

fn reading(c: char) -> Option<char> {
    match c.to_pinyin() {
        Some(reading) => reading.first_letter().chars().next(),
        None => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_the_first_letters_of_its_reading() {
        assert_eq!(initials("王记面馆"), "wjmg");
        assert_eq!(initials("石桥中心小学食堂"), "sqzxxxst");
        assert_eq!(initials("88号 Coffee（东关店）"), "88hcoffeedgd");
        assert_eq!(initials("🍜"), "");
    }

    #[test]
    fn a_character_of_two_readings_is_found_by_either() {
        assert_eq!(initials("曾记糕点"), "zjgd cjgd");
        assert_eq!(initials("长乐行"), "clh zlh cyh zyh");
    }
}
