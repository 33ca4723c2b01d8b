//! Rows of a text with commas, semicolons or tabs, one at a time.

use std::io::Read as _;

use anyhow::Context as _;
use encoding_rs::{Encoding, GB18030};
use shian_base::Result;

use super::text::{Utf8, encoding_of};
use super::{RawRow, Source, unreadable};

pub fn read(source: &mut dyn Source, take: &mut dyn FnMut(RawRow) -> Result<bool>) -> Result<String> {
    let encoding = encoding_of(source)?;
    let separator = separator_of(source, encoding)?;
    let text = Utf8::new(source, encoding).context("reading the file")?;
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text);
    let mut row = csv::ByteRecord::new();
    let mut line = 1;
    loop {
        match rows.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(unreadable("imports.csv", format!("第 {line} 行之后无法读取：{error}"))),
        }
        line = row.position().map_or(line, |position| position.line() as i64);
        let cells = row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        if !take(RawRow { line, cells })? {
            break;
        }
    }
    let separated = match separator {
        b'\t' => "制表符分隔",
        b';' => "分号分隔",
        _ => "逗号分隔",
    };
    let name = if encoding == GB18030 { "GBK" } else { encoding.name() };
    Ok(format!("CSV · {name} · {separated}"))
}

/// The sign that stands most often outside of quotes in the first lines.
fn separator_of(source: &mut dyn Source, encoding: &'static Encoding) -> Result<u8> {
    let mut head = Vec::new();
    let text = Utf8::new(source, encoding).context("reading the file")?;
    text.take(16 * 1024).read_to_end(&mut head).context("reading the file")?;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    let mut quoted = false;
    for byte in head {
        quoted ^= byte == b'"';
        if let Some(count) = counts.iter_mut().find(|(sign, _)| !quoted && *sign == byte) {
            count.1 += 1;
        }
    }
    // The first of equals is the comma: `max_by_key` would take the last.
    let most = counts.iter().map(|(_, count)| *count).max();
    Ok(counts.iter().find(|(_, count)| Some(*count) == most).map_or(b',', |(sign, _)| *sign))
}
