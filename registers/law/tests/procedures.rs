//! The shipped procedures: the checker finds nothing, and the lawyer's pages are up to date.

mod books;

use books::{Shipped, day};
use shian_matter::{References, check_all, page};

#[test]
fn the_checker_finds_nothing_in_the_shipped_procedures() {
    let shipped = Shipped::load();
    let references = References { procedures: &shipped.procedures, forms: &shipped.forms, law: &shipped.law };
    let problems = check_all(references, day("2026-11-21"));
    assert!(problems.is_empty(), "{}", problems.iter().map(|p| p.to_string()).collect::<Vec<_>>().join("\n"));
}

/// The numbers on the pages are those of this day; a change of the law changes the pages, and a lawyer looks again.
const PAGES_AS_OF: &str = "2026-11-21";

#[test]
fn every_procedure_has_its_page_and_it_is_up_to_date() {
    let shipped = Shipped::load();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law-data/procedures");
    for procedure in shipped.procedures.all() {
        let written = page(procedure, &shipped.procedures, &shipped.forms, &shipped.law, day(PAGES_AS_OF));
        let path = folder.join(format!("{}.md", procedure.id));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &written).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == written, "{} is out of date; run this test with UPDATE=1 and read what changed", path.display());
    }
}
