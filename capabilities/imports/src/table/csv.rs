//! Rows of a text with commas, semicolons or tabs (RFC 4180), one at a time, with the lines a person counts.

use std::io::{BufRead as _, BufReader, Read};

use anyhow::Context as _;
use encoding_rs::{Encoding, GB18030};
use shian_base::Result;

use super::text::{Utf8, encoding_of};
use super::{COLUMNS_MAX, RawRow, Source, unreadable};

/// A longer row is no row: a quote that is never closed must not take the whole file into memory.
const ROW_MAX_BYTES: usize = 1024 * 1024;

pub fn read(source: &mut dyn Source, take: &mut dyn FnMut(RawRow) -> Result<bool>) -> Result<String> {
    let encoding = encoding_of(source)?;
    let separator = separator_of(source, encoding)?;
    let text = Utf8::new(source, encoding).context("reading the file")?;
    let mut rows = Rows::new(text, separator);
    while let Some(row) = rows.next()? {
        if !take(row)? {
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

struct Rows<R: Read> {
    text: BufReader<R>,
    separator: u8,
    /// The line on which the next byte stands.
    line: i64,
}

impl<R: Read> Rows<R> {
    fn new(text: R, separator: u8) -> Self {
        Self { text: BufReader::with_capacity(1 << 16, text), separator, line: 1 }
    }

    fn next(&mut self) -> Result<Option<RawRow>> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        let line = self.line;
        let (mut cells, mut cell) = (Vec::new(), Vec::new());
        let (mut quoted, mut length) = (false, 0);
        while let Some(byte) = self.take()? {
            length += 1;
            if length > ROW_MAX_BYTES {
                return Err(unreadable("imports.csv", format!("第 {line} 行超过 1 MB，可能是引号没有闭合")));
            }
            match byte {
                b'"' if quoted && self.peek()? == Some(b'"') => cell.extend(self.take()?),
                b'"' if quoted => quoted = false,
                _ if quoted => cell.push(byte),
                b'"' if cell.is_empty() => quoted = true,
                b'\n' => break,
                b'\r' if matches!(self.peek()?, Some(b'\n') | None) => {}
                _ if byte == self.separator => {
                    cells.push(text_of(&mut cell));
                    if cells.len() > COLUMNS_MAX {
                        return Err(unreadable("imports.too_wide", format!("第 {line} 行超过 {COLUMNS_MAX} 列")));
                    }
                }
                _ => cell.push(byte),
            }
        }
        cells.push(text_of(&mut cell));
        Ok(Some(RawRow { line, cells }))
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.text.fill_buf().context("reading the file")?.first().copied())
    }

    fn take(&mut self) -> Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.text.consume(1);
            self.line += i64::from(byte == Some(b'\n'));
        }
        Ok(byte)
    }
}

fn text_of(cell: &mut Vec<u8>) -> String {
    let text = String::from_utf8_lossy(cell).into_owned();
    cell.clear();
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(i64, Vec<String>)> {
        let mut rows = Rows::new(text.as_bytes(), b',');
        std::iter::from_fn(|| rows.next().unwrap()).map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn quotes_hold_separators_lines_and_quotes_and_lines_are_counted_through_them() {
        let cell = |text: &str| text.to_owned();
        assert_eq!(
            rows("a,\"b,\nc\"\"d\"\r\n\r\n e\"f ,\n"),
            [
                (1, vec![cell("a"), cell("b,\nc\"d")]),
                (3, vec![cell("")]),
                (4, vec![cell(" e\"f "), cell("")]),
            ]
        );
        assert_eq!(rows("last line without an end"), [(1, vec![cell("last line without an end")])]);
        assert_eq!(rows("\"never closed,\nx"), [(1, vec![cell("never closed,\nx")])]);
        assert!(rows("").is_empty());
    }

    #[test]
    fn a_quote_that_swallows_a_file_does_not_take_it_into_memory() {
        let text = format!("a\n\"{}", "x".repeat(2 * ROW_MAX_BYTES));
        let mut rows = Rows::new(text.as_bytes(), b',');
        assert!(rows.next().is_ok());
        assert!(rows.next().is_err());
    }
}
