//! The checker, on a small invented procedure broken in one way at a time.

use shian_base::Day;
use shian_calendar::{Article, Law, Value};
use shian_forms::FormBook;
use shian_matter::{ProcedureBook, References, check_all};

/// Lending a lamp: one law, two numbers.
struct LampLaw;
impl Law for LampLaw {
    fn value(&self, code: &str, on: Day) -> Option<Value> {
        let from: Day = "2026-01-01".parse().unwrap();
        let (amount, unit) = match code {
            "LAMP.LOAN" => (3, "workday"),
            "LAMP.LATER" => (1, "day"),
            "LAMP.WATTS" => (60, "watt"),
            _ => return None,
        };
        (from <= on).then(|| Value { code: code.into(), title: String::new(), amount, unit: unit.into(), basis: "馆规".into(), from, to: None })
    }
    fn article(&self, reference: &str, _: Day) -> Option<Article> {
        (reference == "馆规§1").then(|| Article { title: "《馆规》".into(), article: "第一条".into(), text: String::new() })
    }
}

const LAMP: &str = r#"
id = "lamp"
title = "借灯"
purpose = "借一盏灯，还一盏灯。"
number = "灯"
law = ["馆规§1"]
from = "2026-01-01"
business = true
opening = "借出"

[[state]]
id = "lent"
title = "借出"
owner = ["station.officer"]

[[state]]
id = "back"
title = "已还"
end = true

[[act]]
id = "return"
title = "归还"
from = ["lent"]
to = "back"
by = ["station.officer"]
form = "note"
result = "已还"
ground = ["馆规§1"]
consequence = "灯回到架上。"

[[act]]
id = "longer"
title = "续借"
from = ["lent"]
by = ["station.head"]
extends = { clock = "loan", by = "LAMP.LATER" }
times = 1
consequence = "多借一天。"

[[clock]]
id = "loan"
title = "借期"
runs_in = ["lent"]
limit = "LAMP.LOAN"
warn_at = 0.5
on_expiry = [{ to = "station.head" }, { to = "district.officer", after = "LAMP.LATER" }]
"#;

const NOTE: &str = r#"{ "id": "note", "title": "备注", "version": "1", "schema": { "type": "object", "properties": { "days": { "type": "integer" } } } }"#;

fn problems(text: &str) -> Vec<String> {
    let procedures = ProcedureBook::parse(&[("lamp.toml".into(), text.into())]).unwrap();
    let forms = FormBook::parse(&[("note.json".into(), NOTE.into())]).unwrap();
    let references = References { procedures: &procedures, forms: &forms, law: &LampLaw };
    check_all(references, "2026-11-21".parse().unwrap()).iter().map(ToString::to_string).collect()
}

/// Replaces one piece of the good procedure and expects a problem that says this.
fn broken(old: &str, new: &str, says: &str) {
    assert!(LAMP.contains(old), "the test's own text: {old}");
    let found = problems(&LAMP.replacen(old, new, 1));
    assert!(found.iter().any(|problem| problem.contains(says)), "{old} → {new}: expected \"{says}\", found {found:#?}");
}

#[test]
fn a_procedure_that_holds_has_no_problem() {
    assert_eq!(problems(LAMP), Vec::<String>::new());
}

#[test]
fn states_must_be_reachable_owned_and_leave_somewhere() {
    broken("[[act]]\nid = \"longer\"", "[[state]]\nid = \"lost\"\ntitle = \"丢失\"\nend = true\n\n[[act]]\nid = \"longer\"", "环节“丢失”(lost)：没有任何操作通向这里");
    broken("owner = [\"station.officer\"]", "owner = []", "环节“借出”(lent)：没有承办岗位");
    broken("owner = [\"station.officer\"]", "owner = [\"grid.officer\"]", "环节“借出”(lent)：承办岗位没有可以往下走的操作");
    broken("to = \"back\"\n", "", "环节“借出”(lent)：从这里走不到任何终点");
    broken("to = \"back\"", "to = \"nowhere\"", "操作“归还”(return)：没有名为 nowhere 的环节");
    broken("from = [\"lent\"]\nto", "from = [\"back\"]\nto", "环节“已还”(back)：已经办结，却还有操作可做");
    broken("id = \"back\"", "id = \"lent\"", "环节 lent：同一个名称出现了两次");
}

#[test]
fn if_nobody_acts_an_alarm_must_be_reached() {
    broken("runs_in = [\"lent\"]", "runs_in = [\"back\"]", "谁也不会得到提醒");
    broken("on_expiry = [{ to = \"station.head\" }, { to = \"district.officer\", after = \"LAMP.LATER\" }]", "on_expiry = []", "谁也不会得到提醒");
    broken("{ to = \"station.head\" }", "{ to = \"merchant.manager\" }", "届满只告诉企业自己");
    broken("warn_at = 0.5", "warn_at = 1.5", "预警必须在开始和届满之间");
    broken("limit = \"LAMP.LOAN\"\n", "", "期限长短要写一次");
    broken("runs_in = [\"lent\"]", "runs_in = [\"lent\"]\npaused_in = [\"lent\"]", "又计时又中止");
}

#[test]
fn an_end_needs_a_result_a_ground_and_never_the_business_itself() {
    broken("result = \"已还\"\n", "", "没有写明办理结果");
    broken("ground = [\"馆规§1\"]\n", "", "却没有写明依据");
    broken("by = [\"station.officer\"]", "by = [\"station.officer\", \"merchant.manager\"]", "企业可以由此办结关于自己的事项");
}

#[test]
fn what_is_referred_to_must_exist_and_be_in_force() {
    broken("form = \"note\"", "form = \"essay\"", "操作“归还”(return)：没有名为 essay 的表单");
    broken("by = [\"station.head\"]", "by = [\"emperor\"]", "操作“续借”(longer)：没有 emperor 这个岗位");
    broken("law = [\"馆规§1\"]", "law = [\"馆规§9\"]", "依据 馆规§9 在");
    broken("limit = \"LAMP.LOAN\"", "limit = \"LAMP.GONE\"", "期限数值 LAMP.GONE 在");
    broken("limit = \"LAMP.LOAN\"", "limit = \"LAMP.WATTS\"", "LAMP.WATTS（watt）不是可以计时的长度");
    broken("from = \"2026-01-01\"", "from = \"2025-01-01\"", "期限数值 LAMP.LOAN 在 2025-01-01 没有生效");
    broken("consequence = \"灯回到架上。\"", "consequence = \"x\"\nopens = \"torch\"", "要开启的程序 torch 不存在");
    broken("clock = \"loan\"", "clock = \"sun\"", "操作“续借”(longer)：没有名为 sun 的期限");
    broken("by = \"LAMP.LATER\" }", "field = \"weeks\" }", "没有写明延长多久");
    broken("form = \"note\"", "form = \"note\"\ndefaults = { colour = \"colour\" }", "表单里没有 colour 这一项");
    broken("consequence = \"灯回到架上。\"", "consequence = \"\"", "没有写明后果");
}

#[test]
fn a_business_is_not_told_of_what_it_may_not_see() {
    let torch = LAMP.replacen("id = \"lamp\"", "id = \"torch\"", 1).replacen("number = \"灯\"", "number = \"炬\"", 1).replacen("business = true", "business = false", 1);
    let opens = LAMP.replacen("consequence = \"灯回到架上。\"", "consequence = \"x\"\nopens = \"torch\"", 1);
    let told = opens.replacen("opens = \"torch\"", "opens = \"torch\"\ntold_as = \"结束\"", 1);
    for (lamp, holds) in [(opens, false), (told, true)] {
        let procedures = ProcedureBook::parse(&[("lamp.toml".into(), lamp), ("torch.toml".into(), torch.clone())]).unwrap();
        let forms = FormBook::parse(&[("note.json".into(), NOTE.into())]).unwrap();
        let references = References { procedures: &procedures, forms: &forms, law: &LampLaw };
        let found = check_all(references, "2026-11-21".parse().unwrap());
        assert_eq!(found.is_empty(), holds, "{found:?}");
    }
}

#[test]
fn a_misspelt_key_is_a_mistake_and_not_silence() {
    let text = LAMP.replacen("warn_at", "warm_at", 1);
    assert!(ProcedureBook::parse(&[("lamp.toml".into(), text)]).is_err());
    let twice = [("a.toml".to_owned(), LAMP.to_owned()), ("b.toml".to_owned(), LAMP.to_owned())];
    assert!(ProcedureBook::parse(&twice).is_err());
}

#[test]
fn the_version_in_force_on_the_day_is_chosen_and_the_old_one_stays_known() {
    let later = LAMP.replacen("from = \"2026-01-01\"", "from = \"2026-07-01\"", 1);
    let book = ProcedureBook::parse(&[("a.toml".into(), LAMP.into()), ("b.toml".into(), later)]).unwrap();
    let day = |text: &str| -> Day { text.parse().unwrap() };
    assert!(book.in_force("lamp", day("2025-12-31")).is_none());
    assert_eq!(book.in_force("lamp", day("2026-06-30")).unwrap().from, day("2026-01-01"));
    assert_eq!(book.in_force("lamp", day("2026-07-01")).unwrap().from, day("2026-07-01"));
    assert!(book.version("lamp", day("2026-01-01")).is_some());
}

#[test]
fn the_acts_of_the_office_are_known_and_a_pause_has_a_ground() {
    let with = |office: &str| problems(&format!("{LAMP}\n[office]\nwithout = [\"transfer\", \"return_to\", \"withdraw\", \"urge\", \"countersign\", \"add_sign\", \"opinion\", \"end_signing\"]\nurge_every = \"LAMP.LATER\"\n{office}"));
    assert_eq!(with(""), Vec::<String>::new());
    for (office, says) in [
        ("by = { fly = [\"station.head\"] }", "机关通用动作：没有名为 fly 的通用动作"),
        ("by = { claim = [\"emperor\"] }", "操作“签收”(claim)：没有 emperor 这个岗位"),
        ("suspend = { from = [\"lent\"], limit = \"LAMP.LATER\", ground = [] }", "机关通用动作：中止使期限停止计算，必须写明依据（ground）"),
        ("suspend = { from = [\"back\"], limit = \"LAMP.LATER\", ground = [\"馆规§1\"] }", "是结束环节，不能中止"),
        ("suspend = { from = [\"moon\"], limit = \"LAMP.LATER\", ground = [\"馆规§1\"] }", "机关通用动作：没有名为 moon 的环节"),
        ("suspend = { from = [\"lent\"], limit = \"LAMP.GONE\", ground = [\"馆规§1\"] }", "期限数值 LAMP.GONE 在"),
        ("suspend = { from = [\"lent\"], limit = \"LAMP.LATER\", ground = [\"馆规§1\"] }", "操作“中止”(suspend)：没有名为 office-suspend 的表单"),
    ] {
        let found = with(office);
        assert!(found.iter().any(|problem| problem.contains(says)), "{office}: expected \"{says}\", found {found:#?}");
    }
    broken("consequence = \"灯回到架上。\"", "consequence = \"x\"\nnot_same_as = [\"sing\"]", "须由另一人做过的动作 sing 不存在");
    let urge = format!("{LAMP}\n[office]\nurge_every = \"LAMP.NEVER\"\n");
    assert!(problems(&urge).iter().any(|problem| problem.contains("机关通用动作：期限数值 LAMP.NEVER 在")));
}
