//! What is hashed: a record as canonical JSON (RFC 8785) of text, whole numbers, flags, lists and objects.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};
use shian_base::{Error, Result};

use crate::note::MAX_EXACT;

/// Something on record that the log proves.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What it is about: the id of a matter or of a file.
    pub subject: String,
    /// `matter`, `act`, `file`.
    pub kind: &'static str,
    /// 1, 2, 3 … within subject and kind; 0 where there is only one.
    pub seq: i64,
    /// An object. A row's column of JSON goes in as the text that it is.
    pub content: Json,
}

impl Record {
    /// The bytes of the leaf: the content with kind, subject, seq and salt, in the one way there is to write it.
    pub fn text(&self, salt: &str) -> Result<String> {
        let mut whole = self.content.as_object().cloned().unwrap_or_default();
        whole.insert("kind".into(), self.kind.into());
        whole.insert("subject".into(), self.subject.as_str().into());
        whole.insert("seq".into(), self.seq.into());
        whole.insert("salt".into(), salt.into());
        let text = canonical(&Json::Object(whole));
        text.ok_or_else(|| Error::Internal(anyhow::anyhow!("a record of the kind {} holds a number that is not whole", self.kind)))
    }
}

/// `None` when there is a number that not every reader would take for the same.
pub fn canonical(json: &Json) -> Option<String> {
    let mut text = String::new();
    write(json, &mut text).then_some(text)
}

fn write(json: &Json, text: &mut String) -> bool {
    match json {
        Json::Number(number) => {
            let exact = number.as_i64().filter(|whole| whole.unsigned_abs() <= MAX_EXACT);
            exact.is_some_and(|whole| write!(text, "{whole}").is_ok())
        }
        Json::Array(items) => {
            text.push('[');
            let all = items.iter().enumerate().all(|(i, item)| {
                if i > 0 {
                    text.push(',');
                }
                write(item, text)
            });
            text.push(']');
            all
        }
        Json::Object(members) => write_object(members, text),
        Json::String(words) => write_text(words, text),
        Json::Null | Json::Bool(_) => write!(text, "{json}").is_ok(),
    }
}

fn write_object(members: &Map<String, Json>, text: &mut String) -> bool {
    let mut sorted: Vec<_> = members.iter().collect();
    // By UTF-16 units, as the RFC says and JavaScript compares.
    sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    text.push('{');
    let all = sorted.into_iter().enumerate().all(|(i, (name, value))| {
        if i > 0 {
            text.push(',');
        }
        let named = write_text(name, text);
        text.push(':');
        named && write(value, text)
    });
    text.push('}');
    all
}

/// serde_json escapes as RFC 8785 asks.
fn write_text(words: &str, text: &mut String) -> bool {
    serde_json::to_string(words).is_ok_and(|quoted| {
        text.push_str(&quoted);
        true
    })
}

/// Reads a text that is written in the one way; two readers cannot understand it differently.
pub fn parse_canonical(text: &str) -> Option<Json> {
    let json: Json = serde_json::from_str(text).ok()?;
    (canonical(&json)? == text).then_some(json)
}

/// The names of what two records say differently.
pub fn differing(a: &Json, b: &Json) -> Vec<String> {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return Vec::new() };
    let names: HashSet<&String> = a.keys().collect();
    let mut out: Vec<String> = names.into_iter().filter(|name| b.get(*name).is_some_and(|other| *other != a[*name])).cloned().collect();
    out.sort();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn there_is_one_way_to_write_a_record() {
        let json = json!({ "β": [1, -2, null], "a": { "z": "行\n\u{7}\"\\/", "b": true }, "": "x", "😀": 1, "\u{fb01}": 2 });
        let text = canonical(&json).unwrap();
        // 😀 is D83D in UTF-16 and stands before U+FB01.
        assert_eq!(text, "{\"\":\"x\",\"a\":{\"b\":true,\"z\":\"行\\n\\u0007\\\"\\\\/\"},\"β\":[1,-2,null],\"😀\":1,\"\u{fb01}\":2}");
        assert_eq!(parse_canonical(&text), Some(json));
    }

    #[test]
    fn what_readers_could_take_differently_is_refused() {
        for text in ["{\"a\":1.0}", "{\"a\":1e3}", "{\"a\":9007199254740993}", "{\"a\":1, \"b\":2}", "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "{\"a\":-0}"] {
            assert_eq!(parse_canonical(text), None, "{text}");
        }
    }
}
