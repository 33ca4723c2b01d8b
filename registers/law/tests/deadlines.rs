//! The periods of the law, computed on worked examples. The ends in `examples.csv` were counted day by day by another
//! program over the notices' calendar, typed in anew, and those at its end also by hand; none by the code under test.

mod books;

use std::collections::BTreeSet;

use books::{at, day};
use shian_base::Instant;
use shian_calendar::{Law, Piece, Unit, Why};
use shian_law::{Certainty, Deadline, LawBook, Roll};

/// How many lines the table of the domain's facts has.
const ROWS: usize = 111;

struct Example {
    row: String,
    code: String,
    from: Instant,
    paused: Option<(Instant, Instant)>,
    extended: bool,
    end: Instant,
    provisional: bool,
    what: String,
}

fn examples() -> Vec<Example> {
    let moment = |text: &str| at(&text.replace('T', " "));
    let mut reader = csv::Reader::from_reader(include_str!("examples.csv").as_bytes());
    let lines = reader.records().map(Result::unwrap);
    lines
        .map(|line| Example {
            row: line[0].into(),
            code: line[1].into(),
            from: moment(&line[2]),
            paused: (!line[3].is_empty()).then(|| (day(&line[3]).start(), day(&line[4]).start())),
            extended: &line[5] == "yes",
            end: moment(&line[6]),
            provisional: &line[7] == "yes",
            what: line[8].into(),
        })
        .collect()
}

fn row_of(deadline: &Deadline) -> &str {
    deadline.value.source.strip_prefix("deadlines.csv ").unwrap()
}

/// Where the deadline ends, or opens.
fn end(law: &LawBook, example: &Example) -> (Instant, bool) {
    let deadline = law.deadline(&example.code, example.from.day()).unwrap();
    assert_eq!(row_of(deadline), example.row, "the day of the event chooses the line");
    let Some(mut reckoning) = deadline.reckoning(example.from) else {
        let year = example.from.day().year();
        return (day(&format!("{year}-12-31")).end(), false);
    };
    if let Some((from, to)) = example.paused {
        reckoning.pieces.push(Piece::Paused { from, to });
    }
    if example.extended {
        reckoning.pieces.push(deadline.extended().unwrap());
    }
    let due = reckoning.due(&law.calendar()).unwrap();
    let opens_back = deadline.counting().backward && deadline.kind == shian_law::DeadlineKind::Opens;
    (if opens_back { due.last_day().start() } else { due.at }, due.provisional)
}

#[test]
fn every_deadline_of_the_law_comes_out_as_counted_by_hand() {
    let law = LawBook::load(None).unwrap();
    let examples = examples();
    let wrong: Vec<String> = examples
        .iter()
        .filter_map(|example| {
            let (at, provisional) = end(&law, example);
            let right = at == example.end && provisional == example.provisional;
            (!right).then(|| format!("{} from {} {}: {at} {provisional}, expected {} {}", example.row, example.from, example.what, example.end, example.provisional))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
    let rows: BTreeSet<&str> = law.deadlines().iter().map(row_of).collect();
    let shown: BTreeSet<&str> = examples.iter().map(|example| example.row.as_str()).collect();
    assert_eq!((rows.len(), law.deadlines().len()), (ROWS, ROWS));
    assert_eq!(rows, shown, "every deadline has an example");
}

/// A few of them again, told in words, so that the table itself is held against something.
#[test]
fn what_a_lawyer_would_count_on_a_wall_calendar() {
    let law = LawBook::load(None).unwrap();
    let last = |code: &str, from: &str| {
        let deadline = law.deadline(code, at(from).day()).unwrap();
        deadline.reckoning(at(from)).unwrap().due(&law.calendar()).unwrap().last_day().to_string()
    };
    // Thursday 24 September: 28, 29, 30, then 8, 9 and the worked Saturday 10, then Monday 12.
    assert_eq!(last("SMP.RECHECK_APPLY", "2026-09-24 09:00"), "2026-10-12");
    // Fifteen days after 16 September is 1 October: a holiday until the 7th.
    assert_eq!(last("CASE.PAY", "2026-09-16 15:00"), "2026-10-08");
    // A licence decided on a day in February ends the day before, five years on, be it a holiday or not.
    assert_eq!(last("LIC.VALID", "2026-02-28 10:00"), "2031-02-27");
    // Three months kept: what merely lasts does not roll.
    assert_eq!(last("SMP.KEEP_PASS", "2026-07-02 09:00"), "2026-10-02");
    // Seven working days before Tuesday 13 October: 12, 10, 9, 8, 30, 29, 28.
    assert_eq!(last("CASE.HEAR_NOTICE", "2026-10-13 09:00"), "2026-09-28");
}

/// [L02] The recall rules change on 2026-12-01, those of complaints changed on 2026-04-15.
#[test]
fn the_day_of_the_event_chooses_between_old_and_new_rules() {
    let law = LawBook::load(None).unwrap();
    let (old, new) = (day("2026-11-30"), day("2026-12-01"));
    for (code, before, after) in [
        ("RCL.START1", (24, "hour"), (24, "hour")),
        ("RCL.START2", (48, "hour"), (36, "hour")),
        ("RCL.START3", (72, "hour"), (48, "hour")),
        ("RCL.DONE1", (10, "workday"), (10, "day")),
        ("RCL.DONE2", (20, "workday"), (20, "day")),
        ("RCL.DONE3", (30, "workday"), (30, "day")),
    ] {
        let on = |day| law.value(code, day).map(|v| (v.amount, v.unit)).unwrap();
        assert_eq!(on(old), (before.0, before.1.to_owned()), "{code}");
        assert_eq!(on(new), (after.0, after.1.to_owned()), "{code}");
    }
    assert_eq!(law.deadline("RCL.DONE1", old).unwrap().event, "公告发布");
    assert_eq!(law.deadline("RCL.DONE1", new).unwrap().event, "报送召回计划");
    assert!(law.value("RCL.PROGRESS1", old).is_none() && law.value("RCL.PROGRESS1", new).is_some());
    assert!(law.article("召回办法§18", old).is_some() && law.article("召回办法§18", new).is_none());
    assert_eq!(law.value("CMP.MEDIATE", day("2026-04-14")).unwrap().unit, "workday");
    assert_eq!(law.value("CMP.MEDIATE", day("2026-04-15")).unwrap().unit, "day");
    assert!(law.value("RPT.NOTIFY", day("2026-04-14")).is_some() && law.value("RPT.NOTIFY", day("2026-04-15")).is_none());
}

#[test]
fn every_deadline_cites_an_article_in_force_and_says_whom_it_binds() {
    let law = LawBook::load(None).unwrap();
    for deadline in law.deadlines() {
        let code = &deadline.value.code;
        for reference in &deadline.basis {
            let article = law.article(reference, deadline.value.from).unwrap_or_else(|| panic!("{code}: {reference}"));
            assert!(!article.text.is_empty(), "{code}: {reference} has no text");
        }
        assert!(!deadline.binds.is_empty() && !deadline.event.is_empty(), "{code}");
        if deadline.certainty != Certainty::Text {
            assert!(deadline.value.note.contains("待核"), "{code}: what is not sure is said to be unconfirmed");
        }
    }
    // A roll by law names the article that says so.
    let by_law = law.deadlines().iter().filter(|d| matches!(d.roll, Roll::ByLaw(_))).count();
    assert!(by_law >= 5);
    // The extension is a number of its own that procedures name.
    let extension = law.value("CASE.VERIFY.EXTEND", day("2026-11-21")).unwrap();
    assert_eq!((extension.amount, extension.unit.as_str()), (15, "workday"));
    assert!(extension.basis.contains("第十八条"));
}

#[test]
fn the_steps_shown_lead_to_the_end_that_was_counted() {
    let law = LawBook::load(None).unwrap();
    let calendar = law.calendar();
    for example in examples() {
        let deadline = law.deadline(&example.code, example.from.day()).unwrap();
        let Some(mut reckoning) = deadline.reckoning(example.from) else { continue };
        if let Some((from, to)) = example.paused {
            reckoning.pieces.push(Piece::Paused { from, to });
        }
        if example.extended {
            reckoning.pieces.push(deadline.extended().unwrap());
        }
        let parts = reckoning.explained(&calendar);
        assert_eq!(parts.len(), reckoning.pieces.len());
        assert_eq!(parts.last().unwrap().due.at, reckoning.due(&calendar).unwrap().at, "{}", example.row);
        for part in &parts {
            if let Piece::Begun { amount, unit: Unit::Workday | Unit::Day, .. } = part.piece {
                let counted: Vec<i64> = part.days.iter().filter_map(|d| d.nth).collect();
                assert_eq!(counted, (1..=amount).collect::<Vec<_>>(), "{}: each day once, in order", example.row);
            }
            let is_whole = part.days.is_empty() || part.days.last().unwrap().day == part.due.last_day();
            assert!(is_whole, "{}: the last day shown is the last day", example.row);
            for shown in &part.days {
                let is_rest = matches!(shown.why, Why::Weekend | Why::Holiday(_));
                assert!(!is_rest || shown.nth.is_none());
                assert!(!is_rest || !calendar.is_workday(shown.day), "{} is left out though it is worked", shown.day);
            }
        }
    }
}

#[test]
fn a_mistake_in_the_deadlines_is_named_with_its_line() {
    let head = "code,title,amount,unit,event,binds,kind,first_day,roll,basis,extend,extend_by,not_counted,certainty,from,to,source,note\n";
    let good = "A,a,5,workday,收到,部门,limit,next,,处罚程序规定§18,,,,text,2021-07-15,,x,\n";
    let said = |line: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("deadlines.csv"), format!("{head}{line}")).unwrap();
        LawBook::load(Some(folder.path())).map_or_else(|error| format!("{error:#}"), |_| "good".into())
    };
    assert_eq!(said(good), "good");
    for (old, new, says) in [
        (",5,", ",0,", "needs a title, a length"),
        ("workday", "fortnight", "fortnight"),
        (",next,", ",,", "the first day \"\" does not suit workday"),
        ("next,,", "next,custom,", "the roll \"custom\" does not suit workday"),
        ("处罚程序规定§18", "处罚程序规定§999", "no text for 处罚程序规定§999"),
        ("处罚程序规定§18", "从前的规定§1", "从前的规定 is not in statutes.toml"),
        ("处罚程序规定§18", "召回办法§15", "召回办法§15 is not in force on 2021-07-15"),
        ("处罚程序规定§18", "", "no article is named"),
        (",text,", ",perhaps,", "perhaps"),
        (",limit,", ",quota,", "a quota is counted in hours of a year"),
        ("§18,,", "§18,soon,", "the extension \"soon\""),
        ("部门", "", "somebody it binds"),
    ] {
        assert!(good.contains(old));
        let said = said(&good.replacen(old, new, 1));
        assert!(said.contains("deadlines.csv") && said.contains(says), "{old} → {new}: {said}");
    }
    let twice = said(&format!("{good}{good}"));
    assert!(twice.contains("A: two lines apply on 2021-07-15"), "{twice}");
}

/// The table restates the facts gathered for the project; where these lie beside the checkout, compare line by line.
#[test]
fn the_numbers_are_those_of_the_gathered_facts() {
    let shared = std::env::var("SHIAN_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let path = std::path::Path::new(&shared).join("domain/deadlines.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return;
    };
    let law = LawBook::load(None).unwrap();
    let mut facts = 0;
    for line in csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap) {
        let deadline = law.deadlines().iter().find(|d| row_of(d) == &line[0]).unwrap_or_else(|| panic!("no {}", &line[0]));
        assert_eq!((deadline.value.amount.to_string().as_str(), deadline.value.unit.as_str()), (&line[2], &line[3]), "{}", &line[0]);
        if let Some((_, rest)) = line[6].split_once('+').filter(|(before, _)| before.is_empty()) {
            let (amount, unit) = deadline.extension.unwrap();
            assert!(rest.starts_with(&format!("{amount} {unit}")), "{}: {rest}", &line[0]);
        }
        for (given, own) in [(&line[8], Some(deadline.value.from)), (&line[9], deadline.value.to)] {
            assert!(given.is_empty() || own.is_some_and(|own| own.to_string() == given), "{}: {given}", &line[0]);
        }
        facts += 1;
    }
    assert_eq!(facts, ROWS);
}
