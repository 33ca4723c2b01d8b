//! Which column is which field: by what was said now, by what was said before of this source, by name.

use std::collections::BTreeMap;

use shian_base::{Error, FieldError, Result};

use crate::kind::{Field, ImportKind};

/// Headings of our own error files; they are no data.
pub const OWN_HEADINGS: [&str; 3] = ["行号", "列", "原因"];

/// What somebody said of a heading: a field's code, or nothing where the column is not to be read.
pub type Said = BTreeMap<String, String>;

/// For each column its field; `None` where the column is not read.
#[derive(Debug)]
pub struct Mapping {
    pub columns: Vec<Option<&'static Field>>,
}

impl Mapping {
    /// `said` comes before the names the kind itself knows; a field is read from the first column that names it.
    pub fn of(kind: ImportKind, headings: &[String], said: &Said) -> Self {
        let mut columns: Vec<Option<&'static Field>> = Vec::with_capacity(headings.len());
        let by_person: Vec<Option<Option<&'static Field>>> =
            headings.iter().map(|heading| said.get(&plain(heading)).map(|code| kind.field(code))).collect();
        for (heading, named) in headings.iter().zip(&by_person) {
            let found = match named {
                Some(field) => *field,
                // What a person gave to another column is not taken here by its name alone.
                None => by_name(kind, heading).filter(|found| !by_person.contains(&Some(Some(*found)))),
            };
            let is_taken = found.is_some_and(|found| columns.contains(&Some(found)));
            columns.push(found.filter(|_| !is_taken));
        }
        Self { columns }
    }

    /// The column a field is read from.
    pub fn column(&self, code: &str) -> Option<usize> {
        self.columns.iter().position(|field| field.is_some_and(|field| field.code == code))
    }

    /// What must be there before a single row can be read.
    pub fn check(&self, kind: ImportKind) -> Result<()> {
        let missing = |field: &&Field| field.needed && self.column(field.code).is_none();
        let mut faults: Vec<FieldError> = kind
            .fields()
            .iter()
            .filter(missing)
            .map(|field| fault(field.code, format!("没有“{}”这一列", field.title)))
            .collect();
        let has = |code: &str| self.column(code).is_some();
        if kind == ImportKind::Businesses {
            if !has("area_code") && !has("area_name") && !has("address") {
                faults.push(fault("area_code", "没有能确定辖区的列".into()));
            }
        } else if !["credit_code", "name", "number", "licence_number"].into_iter().any(has) {
            faults.push(fault("credit_code", "没有能确定主体的列：信用代码、许可证编号或名称".into()));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }
}

fn fault(field: &str, message: String) -> FieldError {
    FieldError { field: field.into(), code: "imports.column_missing", message }
}

/// The field a heading names by itself.
pub fn by_name(kind: ImportKind, heading: &str) -> Option<&'static Field> {
    let heading = plain(heading);
    kind.fields()
        .iter()
        .find(|field| [field.title, field.code].iter().chain(field.also).any(|name| plain(name) == heading))
}

/// A heading without what people put around it: blanks, stars, remarks in brackets, the width of letters.
pub fn plain(heading: &str) -> String {
    let mut out = String::new();
    let mut depth = 0u32;
    for letter in heading.chars().map(half_width) {
        match letter {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 || letter.is_whitespace() || matches!(letter, '*' | ':' | '\u{feff}' | '"') => {}
            _ => out.extend(letter.to_lowercase()),
        }
    }
    out
}

/// A full-width letter, digit or sign as its half-width one.
pub fn half_width(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(mapping: &Mapping) -> Vec<Option<&str>> {
        mapping.columns.iter().map(|field| field.map(|field| field.code)).collect()
    }
    fn headings(all: &[&str]) -> Vec<String> {
        all.iter().map(|heading| (*heading).to_owned()).collect()
    }

    #[test]
    fn headings_are_known_by_the_words_of_offices_and_by_pinyin_initials() {
        let all = headings(&["*企业名称（必填）", " 统一社会 信用代码", "JYCS", "ＸＫＺＢＨ", "备注"]);
        let mapping = Mapping::of(ImportKind::Businesses, &all, &Said::new());
        assert_eq!(codes(&mapping), [Some("name"), Some("credit_code"), Some("address"), Some("licence_number"), None]);
        assert!(mapping.check(ImportKind::Businesses).is_ok());
    }

    #[test]
    fn what_a_person_said_comes_before_the_name_and_a_field_is_read_once() {
        let all = headings(&["名称", "Shop", "企业名称"]);
        let said = Said::from([("shop".into(), "name".into()), ("名称".into(), String::new())]);
        let mapping = Mapping::of(ImportKind::Businesses, &all, &said);
        assert_eq!(codes(&mapping), [None, Some("name"), None]);
        let twice = Mapping::of(ImportKind::Businesses, &headings(&["名称", "店名"]), &Said::new());
        assert_eq!(codes(&twice), [Some("name"), None]);
    }

    #[test]
    fn a_table_without_what_is_needed_is_refused_before_a_row_is_read() {
        let mapping = Mapping::of(ImportKind::Licences, &headings(&["许可证编号"]), &Said::new());
        let Err(Error::Invalid(faults)) = mapping.check(ImportKind::Licences) else { panic!("it was taken") };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["valid_from", "valid_to"]);
        let nobody = Mapping::of(ImportKind::Inspections, &headings(&["检查日期", "检查类型", "检查结果"]), &Said::new());
        assert!(nobody.check(ImportKind::Inspections).is_err());
    }

    #[test]
    fn no_two_fields_of_a_kind_go_by_one_name() {
        for kind in ImportKind::ALL {
            let mut names: Vec<(String, &str)> = Vec::new();
            for field in kind.fields() {
                for name in [field.title, field.code].iter().chain(field.also) {
                    let other = names.iter().find(|(known, code)| *known == plain(name) && *code != field.code);
                    assert!(other.is_none(), "{kind:?}: {name} names {} and {other:?}", field.code);
                    names.push((plain(name), field.code));
                }
            }
        }
    }
}
