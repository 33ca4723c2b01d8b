//! The file of refused rows: the same columns and why, to be mended and sent again.

use crate::mapping::OWN_HEADINGS;
use crate::reading::FORMULA_SIGNS;
use crate::rows::Issue;
use crate::table::RawRow;

/// The head of the file. The mark at its beginning tells spreadsheets that it is UTF-8.
pub fn head(headings: &[String]) -> String {
    let cells = kept(headings).map(|(_, heading)| heading.clone()).chain(OWN_HEADINGS.map(str::to_owned));
    format!("\u{feff}{}", line(cells))
}

/// One refused row.
pub fn row(headings: &[String], raw: &RawRow, issues: &[Issue]) -> String {
    let cells = kept(headings).map(|(at, _)| raw.cells.get(at).cloned().unwrap_or_default());
    let said = |of: fn(&Issue) -> &String| {
        let all: Vec<&str> = issues.iter().map(|issue| of(issue).as_str()).filter(|text| !text.is_empty()).collect();
        all.join("；")
    };
    line(cells.chain([raw.line.to_string(), said(|issue| &issue.heading), said(|issue| &issue.reason)]))
}

/// Columns of an earlier error file are not carried along.
fn kept(headings: &[String]) -> impl Iterator<Item = (usize, &String)> {
    headings.iter().enumerate().filter(|(_, heading)| !OWN_HEADINGS.contains(&heading.as_str()))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut out = cells.map(|cell| quoted(&harmless(&cell))).collect::<Vec<_>>().join(",");
    out.push_str("\r\n");
    out
}

/// A cell that a spreadsheet would run as a formula gets a quote in front, which reading takes away again.
fn harmless(cell: &str) -> String {
    if cell.trim_start_matches(' ').starts_with(FORMULA_SIGNS) { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_a_formula_is_made_harmless_and_others_stay_as_they_are() {
        for cell in ["=1+1", "+cmd|' /C calc'!A0", "-2", "@sum(A1)", "\t=1", "＝HYPERLINK(1)", " =1"] {
            assert!(harmless(cell).starts_with('\''), "{cell}");
        }
        assert_eq!(harmless("石桥街42号"), "石桥街42号");
        assert_eq!(quoted("一,\"二\""), "\"一,\"\"二\"\"\"");
    }

    #[test]
    fn the_columns_of_an_earlier_error_file_are_not_doubled() {
        let headings: Vec<String> = ["名称", "行号", "列", "原因"].map(str::to_owned).into();
        assert_eq!(head(&headings), "\u{feff}名称,行号,列,原因\r\n");
        let raw = RawRow { line: 7, cells: ["=甲", "3", "x", "y"].map(str::to_owned).into() };
        let issue = Issue { heading: "名称".into(), reason: "太短".into(), is_refusal: true };
        assert_eq!(row(&headings, &raw, &[issue]), "'=甲,7,名称,太短\r\n");
    }
}
