//! A table in a file: what it is (CSV or XLSX), its headings, its rows one after the other.

mod csv;
mod text;
pub(crate) mod xlsx;

use std::io::{Read, Seek, SeekFrom};

use anyhow::Context as _;
use shian_base::{Error, Result};

/// Something a table is read from: a file on disk, or bytes.
pub trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// One row as it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct RawRow {
    /// As a person counts the lines of the file, from 1.
    pub line: i64,
    pub cells: Vec<String>,
}

/// What a file was found to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// In words: `CSV · GBK · 逗号分隔`.
    pub format: String,
    pub headings: Vec<String>,
    pub headings_line: i64,
    /// Rows below the headings that are not empty.
    pub rows: i64,
    /// The first of them.
    pub samples: Vec<RawRow>,
}

/// Wider tables are no tables of businesses; their rows would be read into memory all the same.
pub const COLUMNS_MAX: usize = 200;
/// More rows in one file are refused; a city of four million sends several files.
pub const ROWS_MAX: i64 = 2_000_000;
const SAMPLES: usize = 5;
/// Titles and remarks may stand above the headings.
const HEADINGS_WITHIN: usize = 10;

/// Looks a whole file over: whether it can be read at all, its headings, how many rows it has.
///
/// `is_known` says whether a heading is the name of a field: the row of headings is the first that has two of them.
pub fn survey(source: &mut dyn Source, is_known: &dyn Fn(&str) -> bool) -> Result<Survey> {
    let mut top: Vec<RawRow> = Vec::new();
    let mut below: Vec<RawRow> = Vec::new();
    let mut count = 0i64;
    let format = read(source, &mut |row| {
        if row.cells.len() > COLUMNS_MAX {
            return Err(unreadable("imports.too_wide", format!("第 {} 行有 {} 列，最多 {COLUMNS_MAX} 列", row.line, row.cells.len())));
        }
        count += 1;
        if count > ROWS_MAX {
            return Err(unreadable("imports.too_long", format!("超过 {ROWS_MAX} 行，请拆成几个文件")));
        }
        match top.len() < HEADINGS_WITHIN {
            true => top.push(row),
            false if below.len() < SAMPLES => below.push(row),
            false => {}
        }
        Ok(true)
    })?;
    let names = |row: &RawRow| row.cells.iter().filter(|cell| is_known(cell)).count();
    let at = top.iter().position(|row| names(row) >= 2).unwrap_or(0);
    let Some(headings) = top.get(at).cloned() else {
        return Err(unreadable("imports.empty", "文件里没有内容"));
    };
    let samples = top.into_iter().skip(at + 1).chain(below).take(SAMPLES).collect();
    let rows = count - at as i64 - 1;
    let trimmed = headings.cells.iter().map(|heading| heading.trim().to_owned()).collect();
    Ok(Survey { format, headings: trimmed, headings_line: headings.line, rows, samples })
}

/// Hands out the rows below `after_line`, empty ones left out, until `take` says enough.
pub fn rows_after(
    source: &mut dyn Source,
    after_line: i64,
    take: &mut dyn FnMut(RawRow) -> Result<bool>,
) -> Result<()> {
    read(source, &mut |row| if row.line > after_line { take(row) } else { Ok(true) }).map(|_| ())
}

/// Reads every row that is not empty; the file's first bytes say what it is, its name says nothing.
fn read(source: &mut dyn Source, take: &mut dyn FnMut(RawRow) -> Result<bool>) -> Result<String> {
    source.seek(SeekFrom::Start(0)).context("reading the file")?;
    let mut magic = Vec::new();
    (&mut *source).take(8).read_to_end(&mut magic).context("reading the file")?;
    source.seek(SeekFrom::Start(0)).context("reading the file")?;
    let mut filled = |row: RawRow| if row.cells.iter().all(|cell| cell.trim().is_empty()) { Ok(true) } else { take(row) };
    if magic.is_empty() {
        return Err(unreadable("imports.empty", "文件是空的"));
    }
    if magic.starts_with(b"PK\x03\x04") {
        return xlsx::read(source, &mut filled);
    }
    if magic.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(unreadable("imports.old_excel", "这是旧版 Excel（.xls）或加密的文件，请另存为 .xlsx 或 CSV"));
    }
    csv::read(source, &mut filled)
}

/// A file that cannot be read as a table, with a sentence for the person.
pub(crate) fn unreadable(code: &'static str, says: impl Into<String>) -> Error {
    Error::invalid("file", code, says)
}
