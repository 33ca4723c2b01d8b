//! A row of a table as what it says, or why it cannot be taken. Pure.

use std::collections::BTreeMap;

use crate::kind::ImportKind;
use crate::mapping::Mapping;
use crate::reading::read;
use crate::table::RawRow;

/// Something about a row that a person should see.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// The heading of the column; empty when it is about the whole row.
    pub heading: String,
    pub reason: String,
    pub is_refusal: bool,
}

/// What a row says, field by field, and what is wrong with it.
#[derive(Debug)]
pub struct Line {
    pub line: i64,
    pub said: BTreeMap<String, String>,
    pub issues: Vec<Issue>,
}

impl Line {
    pub fn get(&self, field: &str) -> Option<&str> {
        self.said.get(field).map(String::as_str)
    }
    pub fn is_refused(&self) -> bool {
        self.issues.iter().any(|issue| issue.is_refusal)
    }
}

/// How the rows of one table are read.
pub struct Reader<'a> {
    pub kind: ImportKind,
    pub headings: &'a [String],
    pub mapping: &'a Mapping,
    /// Rows of a CSV have as many cells as its headings; a shorter one was cut off.
    pub is_csv: bool,
}

impl Reader<'_> {
    /// The heading under which a field stands in this table.
    pub fn heading(&self, field: &str) -> String {
        let column = self.mapping.column(field).and_then(|at| self.headings.get(at));
        column.cloned().unwrap_or_else(|| self.kind.field(field).map_or_else(String::new, |known| known.title.into()))
    }

    pub fn refusal(&self, field: &str, reason: impl Into<String>) -> Issue {
        Issue { heading: self.heading(field), reason: reason.into(), is_refusal: true }
    }

    pub fn warning(&self, field: &str, reason: impl Into<String>) -> Issue {
        Issue { heading: self.heading(field), reason: reason.into(), is_refusal: false }
    }

    pub fn read(&self, row: &RawRow) -> Line {
        let mut line = Line { line: row.line, said: BTreeMap::new(), issues: Vec::new() };
        let (have, due) = (row.cells.len(), self.headings.len());
        let beyond = row.cells.iter().skip(due).any(|cell| !cell.trim().is_empty());
        if beyond || (self.is_csv && have < due) {
            let reason = format!("这一行有 {have} 列，表头有 {due} 列：可能缺少引号，或文件没有传完");
            line.issues.push(Issue { heading: String::new(), reason, is_refusal: true });
            return line;
        }
        for (at, field) in self.mapping.columns.iter().enumerate() {
            let Some(field) = field else { continue };
            let cell = row.cells.get(at).map_or("", String::as_str);
            match read(field.reads, cell) {
                Ok(Some(value)) => {
                    line.issues.extend(value.warning.map(|warning| self.warning(field.code, warning)));
                    line.said.insert(field.code.into(), value.text);
                }
                Ok(None) if field.needed => line.issues.push(self.refusal(field.code, "缺少内容")),
                Ok(None) => {}
                Err(reason) => line.issues.push(self.refusal(field.code, reason)),
            }
        }
        self.join_location(&mut line);
        line
    }

    /// Longitude and latitude are one thing: half a place is none.
    fn join_location(&self, line: &mut Line) {
        match (line.said.remove("lon"), line.said.remove("lat")) {
            (Some(lon), Some(lat)) => {
                line.said.insert("location".into(), format!("{lon},{lat}"));
            }
            (Some(_), None) => line.issues.push(self.refusal("lat", "有经度没有纬度")),
            (None, Some(_)) => line.issues.push(self.refusal("lon", "有纬度没有经度")),
            (None, None) => {}
        }
    }
}
