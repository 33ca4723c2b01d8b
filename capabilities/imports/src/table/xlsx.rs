//! Rows of the first sheet of an XLSX file: values, never formulas.

use std::io::{Read as _, SeekFrom};

use anyhow::Context as _;
use calamine::{DataRef, Reader as _, SheetVisible, Xlsx, XlsxError};
use shian_base::Result;

use super::{COLUMNS_MAX, RawRow, Source, unreadable};

/// What all parts of a file may unpack to; a sheet of a million rows is some 300 MB of XML.
const UNPACKED_MAX_BYTES: u64 = 512 * 1024 * 1024;
const PARTS_MAX: usize = 5_000;

pub fn read(source: &mut dyn Source, take: &mut dyn FnMut(RawRow) -> Result<bool>) -> Result<String> {
    weigh(source, UNPACKED_MAX_BYTES)?;
    source.seek(SeekFrom::Start(0)).context("reading the file")?;
    let mut book: Xlsx<_> = Xlsx::new(source).map_err(broken)?;
    let first = book.sheets_metadata().iter().find(|sheet| sheet.visible == SheetVisible::Visible);
    let sheet = first.map(|sheet| sheet.name.clone()).ok_or_else(|| unreadable("imports.empty", "文件里没有工作表"))?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    let mut row = RawRow { line: 0, cells: Vec::new() };
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (at, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (line, column) = (i64::from(at) + 1, column as usize);
        if column >= COLUMNS_MAX {
            return Err(unreadable("imports.too_wide", format!("第 {line} 行超过 {COLUMNS_MAX} 列")));
        }
        if line < row.line {
            return Err(unreadable("imports.xlsx", format!("第 {line} 行出现在第 {} 行之后，文件已损坏", row.line)));
        }
        if line > row.line {
            let done = std::mem::replace(&mut row, RawRow { line, cells: Vec::new() });
            if done.line > 0 && !take(done)? {
                return Ok(format(&sheet));
            }
        }
        if row.cells.len() <= column {
            row.cells.resize(column + 1, String::new());
        }
        row.cells[column] = text;
    }
    if row.line > 0 {
        take(row)?;
    }
    Ok(format(&sheet))
}

fn format(sheet: &str) -> String {
    format!("XLSX · 工作表“{sheet}”")
}

/// A cell as a person would type it; a formula's last value stands for it.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // `Display` writes no exponent: a telephone number stays one.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(true) => "是".into(),
        DataRef::Bool(false) => "否".into(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(at) => at.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

/// Unpacks every part into nothing and counts: what the file says of its own sizes may be a lie.
pub fn weigh(source: &mut dyn Source, max_bytes: u64) -> Result<()> {
    let too_big = || unreadable("imports.too_big", format!("解压后超过 {} MB，未读取", max_bytes >> 20));
    source.seek(SeekFrom::Start(0)).context("reading the file")?;
    let mut parts = zip::ZipArchive::new(source).map_err(|_| half())?;
    if parts.len() > PARTS_MAX {
        return Err(unreadable("imports.too_big", format!("压缩包里有 {} 个文件，未读取", parts.len())));
    }
    let mut left = max_bytes;
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).map_err(|_| half())?;
        if part.size() > left {
            return Err(too_big());
        }
        let weight = std::io::copy(&mut (&mut part).take(left + 1), &mut std::io::sink()).map_err(|_| half())?;
        left = left.checked_sub(weight).ok_or_else(too_big)?;
    }
    Ok(())
}

fn half() -> shian_base::Error {
    unreadable("imports.xlsx", "文件不完整或已损坏，请重新导出")
}

fn broken(error: XlsxError) -> shian_base::Error {
    match error {
        XlsxError::Password => unreadable("imports.xlsx", "文件有密码，请去掉密码后再试"),
        error => unreadable("imports.xlsx", format!("文件不是完整的 XLSX：{error}")),
    }
}
