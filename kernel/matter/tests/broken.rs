//! A procedure that holds, broken in one way at a time; the checker says what is wrong in words a lawyer reads. [L02]

use std::collections::BTreeSet;

use serde::Deserialize;
use shian_base::Day;
use shian_calendar::{Article, Law, Value};
use shian_forms::FormBook;
use shian_matter::{ProcedureBook, References, check_all};

const GOOD: &str = include_str!("broken/good.toml");
const CLUE: &str = include_str!("broken/clue.toml");

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    find: String,
    put: String,
    says: String,
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("broken/cases.toml")).unwrap().case
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// An invented law, parts of which have passed and parts of which are to come.
struct Invented;
impl Law for Invented {
    fn value(&self, code: &str, on: Day) -> Option<Value> {
        let (amount, unit, from, to) = match code {
            "MEND.1" => (24, "hour", "2026-01-01", None),
            "MEND.2" => (3, "day", "2026-01-01", None),
            "MEND.MIN" => (1, "day", "2026-01-01", None),
            "MEND.MAX" => (30, "day", "2026-01-01", None),
            "MEND.EXTEND" => (15, "day", "2026-01-01", None),
            "REVIEW" => (2, "workday", "2026-01-01", None),
            "TEST" => (30, "day", "2026-01-01", None),
            "ALARM" => (1, "workday", "2026-01-01", None),
            "WINDOW" => (12, "month", "2026-01-01", None),
            "SPRING" => (2, "workday", "2026-01-01", Some("2026-05-31")),
            "SUMMER" => (2, "workday", "2026-06-01", None),
            "ZERO" => (0, "workday", "2026-01-01", None),
            "WATTS" => (60, "watt", "2026-01-01", None),
            "BEFORE" => (15, "workday_before", "2026-01-01", None),
            _ => return None,
        };
        let (from, to) = (day(from), to.map(day));
        let title = String::new();
        (from <= on && to.is_none_or(|to| on <= to))
            .then(|| Value { code: code.into(), title, amount, unit: unit.into(), basis: "办法".into(), from, to })
    }
    fn article(&self, reference: &str, on: Day) -> Option<Article> {
        let in_force = match reference {
            "办法§1" | "办法§2" => on >= day("2026-01-01"),
            "旧办法§1" => on <= day("2026-05-31"),
            _ => false,
        };
        in_force.then(|| Article { title: "《办法》".into(), article: "第一条".into(), text: String::new() })
    }
}

fn forms() -> FormBook {
    let form = |id: &str, fields: &[(&str, &str)]| {
        let properties: serde_json::Map<_, _> = fields.iter().map(|(name, kind)| ((*name).into(), serde_json::json!({ "type": kind }))).collect();
        let schema = serde_json::json!({ "type": "object", "properties": properties });
        let form = serde_json::json!({ "id": id, "title": id, "version": "1", "schema": schema });
        (format!("{id}.json"), form.to_string())
    };
    let forms = [
        form("statement", &[("statement", "string")]),
        form("opinion", &[("opinion", "string")]),
        form("found", &[("class", "integer"), ("group", "string"), ("requirement", "string")]),
        form("again", &[("requirement", "string"), ("days", "integer")]),
    ];
    FormBook::parse(&forms).unwrap()
}

/// What the reader or the checker says of this text beside the procedure it opens.
fn said(text: &str) -> Vec<String> {
    let files = [("good.toml".to_owned(), text.to_owned()), ("clue.toml".to_owned(), CLUE.to_owned())];
    let procedures = match ProcedureBook::parse(&files) {
        Ok(procedures) => procedures,
        Err(error) => return vec![format!("{error:#}")],
    };
    let forms = forms();
    let references = References { procedures: &procedures, forms: &forms, law: &Invented };
    check_all(references, day("2026-11-21")).iter().map(ToString::to_string).collect()
}

#[test]
fn the_procedure_that_is_broken_here_holds() {
    assert_eq!(said(GOOD), Vec::<String>::new());
}

#[test]
fn every_broken_procedure_is_refused_for_the_reason_it_was_broken() {
    let cases = cases();
    assert!(cases.len() >= 60);
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(GOOD.contains(&case.find), "{}: good.toml has no {:?}", case.name, case.find);
        let found = said(&GOOD.replacen(&case.find, &case.put, 1));
        if !found.iter().any(|problem| problem.contains(&case.says)) {
            wrong.push(format!("{}：expected {:?}, found {found:#?}", case.name, case.says));
        }
    }
    assert!(wrong.is_empty(), "{} of {} pass unnoticed:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
}

/// A lawyer reads Chinese; codes of states, posts and values may stand in it, English sentences may not.
#[test]
fn every_message_is_in_words_a_lawyer_reads() {
    for case in cases() {
        for problem in said(&GOOD.replacen(&case.find, &case.put, 1)) {
            let has_chinese = problem.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            let english = ["does not", " is ", "must", "nobody", "cannot", "expected"].iter().any(|word| problem.contains(word));
            // What the reader of the file has no words for is quoted in brackets, after the line in ours.
            assert!(has_chinese && (!english || problem.contains("读不懂（")), "{}: {problem}", case.name);
        }
    }
}
