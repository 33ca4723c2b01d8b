//! The shipped law-data, and what happens when it is wrong.

use shian_base::Day;
use shian_calendar::Law;
use shian_law::LawBook;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_shipped_book_loads_and_every_reference_in_it_leads_somewhere() {
    let book = LawBook::load(None).unwrap();
    assert_eq!(book.scenes().len(), 7);
    assert!(!book.procedures().is_empty() && !book.forms().is_empty());
    for scene in book.scenes() {
        assert!(!scene.basis_text().is_empty());
        for reference in &scene.basis {
            assert!(book.article(reference, day("2026-11-21")).is_some(), "{reference}");
        }
    }
}

#[test]
fn a_number_is_the_one_of_its_day_and_says_by_what_right() {
    let book = LawBook::load(None).unwrap();
    let verify = book.value("CASE.VERIFY", day("2026-11-21")).unwrap();
    assert_eq!((verify.amount, verify.unit.as_str()), (15, "workday"));
    assert!(verify.basis.contains("第十八条"));
    assert!(book.value("CASE.VERIFY", day("2018-01-01")).is_none());
    assert_eq!(book.value("ALERT.REVIEW.1", day("2026-11-21")).unwrap().basis, "本局规定");
}

#[test]
fn an_article_is_found_while_its_law_is_in_force() {
    let book = LawBook::load(None).unwrap();
    let article = book.article("食品安全法§126", day("2026-11-21")).unwrap();
    assert_eq!((article.title.as_str(), article.article.as_str()), ("《中华人民共和国食品安全法》", "第一百二十六条"));
    assert!(book.article("行政处罚法§41", day("2020-01-01")).is_none());
    assert!(book.article("食品安全法§999", day("2026-11-21")).is_none());
}

#[test]
fn a_folder_replaces_single_files_and_its_mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("numbering.toml"), "office = \"江\"\n").unwrap();
    let book = LawBook::load(Some(folder.path())).unwrap();
    assert_eq!(book.numbering().office, "江");
    assert_eq!(book.scenes().len(), 7);

    let head = "code,title,amount,unit,basis,from,to,source,note\n";
    let twice = format!("{head}A,a,1,day,b,2025-01-01,,设置,\nA,a,2,day,b,2026-01-01,,设置,\n");
    std::fs::write(folder.path().join("values.csv"), twice).unwrap();
    let said = format!("{:#}", LawBook::load(Some(folder.path())).unwrap_err());
    assert!(said.contains("values.csv") && said.contains("A: two lines apply on 2026-01-01"), "{said}");
}

#[test]
fn a_number_that_changes_keeps_its_old_value_for_old_days() {
    let folder = tempfile::tempdir().unwrap();
    let head = "code,title,amount,unit,basis,from,to,source,note\n";
    let lines = "A,a,45,day,旧,2020-01-01,2026-04-14,x,\nA,a,60,day,新,2026-04-15,,x,\n";
    std::fs::write(folder.path().join("values.csv"), format!("{head}{lines}")).unwrap();
    let book = LawBook::load(Some(folder.path())).unwrap();
    assert_eq!(book.value("A", day("2026-04-14")).unwrap().amount, 45);
    assert_eq!(book.value("A", day("2026-04-15")).unwrap().amount, 60);
}
