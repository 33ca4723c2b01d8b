//! The page a lawyer can sign: one procedure as tables and a diagram, written from its file.

use std::fmt::Write as _;

use shian_access::post_title;
use shian_base::Day;
use shian_calendar::{Law, Unit};
use shian_forms::FormBook;

use crate::office::OfficeAct;
use crate::procedure::{Act, ClockRule, Procedure, ProcedureBook};

/// The Markdown page of a procedure, with the numbers as they stand on a day.
pub fn page(procedure: &Procedure, procedures: &ProcedureBook, forms: &FormBook, law: &dyn Law, on: Day) -> String {
    let mut out = String::new();
    let p = procedure;
    let _ = write!(out, "# {}\n\n{}\n\n", p.title, p.purpose);
    out.push_str("本页由程序文件生成，供法制人员审阅；改动请改程序文件。\n\n");
    let seen = match (p.business, p.public) {
        (_, true) => "监管人员、企业本身；公众可见问题与是否改正",
        (true, false) => "监管人员、企业本身",
        (false, false) => "仅监管人员",
    };
    let _ = write!(out, "| 项目 | 内容 |\n|---|---|\n| 程序 | `{}` |\n| 施行 | {} 起 |\n| 文号 | {} |\n| 可见 | {seen} |\n", p.id, p.from, p.number);
    let _ = write!(out, "| 依据 | {} |\n\n", p.law.iter().map(|r| article(law, r, on)).collect::<Vec<_>>().join("<br>"));

    if let Some(open) = &p.open {
        let form = open.form.as_deref().and_then(|id| forms.get(id)).map_or("", |form| form.title.as_str());
        let _ = writeln!(out, "可以由{}立案，填写：{form}。\n", posts(&open.by));
    }

    out.push_str("## 环节\n\n| 环节 | 承办 | 时限 | 结束 |\n|---|---|---|---|\n");
    for state in &p.states {
        let clocks: Vec<&str> = p.clocks.iter().filter(|c| c.runs_in.contains(&state.id)).map(|c| c.title.as_str()).collect();
        let end = match (state.end, state.mended) {
            (true, true) => "是（已改正）",
            (true, false) => "是",
            _ => "",
        };
        let _ = writeln!(out, "| {} | {} | {} | {end} |", state.title, posts(&state.owner), clocks.join("、"));
    }

    out.push_str("\n## 操作\n\n| 操作 | 从 | 到 | 谁可以 | 填写 | 附件 | 结果 | 后续事项 | 依据 |\n|---|---|---|---|---|---|---|---|---|\n");
    for act in p.acts.iter().filter(|act| act.office.is_none()) {
        let from: Vec<&str> = act.from.iter().map(|s| p.state_title(s)).collect();
        let to = act.to.as_deref().map_or("不变", |to| p.state_title(to));
        let form = asked(act, forms);
        let files = act.files.as_ref().map_or(String::new(), |f| format!("{}–{} 个", f.min, f.max));
        let opens = act.opens.as_deref().map_or("", |id| procedures.newest(id).map_or(id, |child| child.title.as_str()));
        let ground: Vec<String> = act.ground.iter().map(|r| article(law, r, on)).collect();
        let mut title = act.title.clone();
        if let Some(times) = act.times {
            let _ = write!(title, "（限{times}次）");
        }
        if let Some(told) = &act.told_as {
            let _ = write!(title, "（企业看到：{told}）");
        }
        if !act.needs_expired.is_empty() {
            title.push_str("（限届满后）");
        }
        if !act.not_same_as.is_empty() {
            let others: Vec<&str> = act.not_same_as.iter().filter_map(|id| p.act(id)).map(|other| other.title.as_str()).collect();
            let _ = write!(title, "（与{}不得是同一人）", others.join("、"));
        }
        let _ = writeln!(
            out,
            "| {title} | {} | {to} | {} | {form} | {files} | {} | {opens} | {} |",
            from.join("、"),
            posts(&act.by),
            act.result.as_deref().unwrap_or(""),
            ground.join("<br>")
        );
    }

    office(&mut out, p, forms, law, on);
    let _ = write!(out, "\n## 时限\n\n以下为 {on} 有效的数值。\n\n| 时限 | 计算于 | 中止于 | 长度 | 预警 | 届满后 |\n|---|---|---|---|---|---|\n");
    for rule in &p.clocks {
        let titles = |ids: &[String]| ids.iter().map(|s| p.state_title(s).to_owned()).collect::<Vec<_>>().join("、");
        let steps: Vec<String> = rule
            .on_expiry
            .iter()
            .map(|step| match &step.after {
                None => format!("通知{}", post_title(&step.to)),
                Some(code) => format!("再过 {}，报{}", length(law, code, on), post_title(&step.to)),
            })
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | 过 {}% 时 | {} |",
            rule.title,
            titles(&rule.runs_in),
            titles(&rule.paused_in),
            limit(rule, law, on),
            (rule.warn_at * 100.0).round(),
            steps.join("；")
        );
    }
    out.push_str("\n期间开始的日不计入；以日、月、年计算的，最后一日是节假日或休息日的顺延；到最后一日 24 时止。\n");

    if let Some(ladder) = &p.ladder {
        let _ = write!(out, "\n## 处置阶梯\n\n同一主体同类问题，{}内：\n\n", length(law, &ladder.window, on));
        for rung in &ladder.steps {
            let act = p.act(&rung.act).map_or(rung.act.as_str(), |act| act.title.as_str());
            let _ = writeln!(out, "- 已处置 {} 次起：{}（{act}）", rung.after, rung.title);
        }
        if let Some(skip) = &ladder.skip {
            let _ = writeln!(out, "- {}", skip.reason);
        }
        out.push_str("\n这是给执法人员的建议，由执法人员决定。\n");
    }

    out.push_str("\n## 流程图\n\n```mermaid\nstateDiagram-v2\n");
    for state in &p.states {
        let _ = writeln!(out, "    {}: {}", node(&state.id), state.title);
    }
    if let Some(first) = p.initial() {
        let _ = writeln!(out, "    [*] --> {}", node(&first.id));
    }
    for act in &p.acts {
        for (from, to) in act.ways().filter(|(from, to)| from != to) {
            let _ = writeln!(out, "    {} --> {}: {}", node(from), node(to), act.title);
        }
    }
    for state in p.states.iter().filter(|state| state.end) {
        let _ = writeln!(out, "    {} --> [*]", node(&state.id));
    }
    out.push_str("```\n");
    out
}

/// What is asked to be filled in, by title.
fn asked(act: &Act, forms: &FormBook) -> String {
    let Some(form) = act.form.as_deref().and_then(|id| forms.get(id)) else { return String::new() };
    let properties = form.schema.get("properties").and_then(|p| p.as_object());
    let titles = properties.into_iter().flatten().map(|(name, s)| s.get("title").and_then(|t| t.as_str()).unwrap_or(name));
    titles.collect::<Vec<_>>().join("、")
}

/// The acts of every office, where the procedure has them.
fn office(out: &mut String, p: &Procedure, forms: &FormBook, law: &dyn Law, on: Day) {
    let Some(rules) = &p.office else { return };
    out.push_str("\n## 办公操作\n\n| 操作 | 谁可以 | 填写 | 说明 |\n|---|---|---|---|\n");
    for act in &p.acts {
        let Some(kind) = act.office else { continue };
        let mut says = act.consequence.clone();
        match kind {
            OfficeAct::Transfer if !rules.offices => says.push_str("只在本单位内转。"),
            OfficeAct::Urge => {
                let _ = write!(says, "每 {} 限一次。", length(law, &rules.urge_every, on));
            }
            OfficeAct::Suspend | OfficeAct::Resume => {
                let states: Vec<&str> = act.from.iter().map(|state| p.state_title(state)).collect();
                let ground: Vec<String> = act.ground.iter().map(|reference| article(law, reference, on)).collect();
                let _ = write!(says, "限于：{}。依据：{}。", states.join("、"), ground.join("、"));
            }
            _ => {}
        }
        let by = if kind == OfficeAct::Opinion { "被请签署的人".to_owned() } else { posts(&act.by) };
        let _ = writeln!(out, "| {} | {by} | {} | {says} |", act.title, asked(act, forms));
    }
    out.push_str("\n已签收的事项，同岗位的其他人不再办理；上级可以办理。撤回限于本人刚才的操作，办结、引出后续事项的操作不能撤回。\n");
}

/// Mermaid takes some words for its own; a prefix keeps our names apart.
fn node(id: &str) -> String {
    format!("s_{id}")
}

fn posts(posts: &[String]) -> String {
    posts.iter().map(|post| post_title(post)).collect::<Vec<_>>().join("、")
}

fn article(law: &dyn Law, reference: &str, on: Day) -> String {
    law.article(reference, on).map_or_else(|| reference.to_owned(), |a| format!("{}{}", a.title, a.article))
}

fn length(law: &dyn Law, code: &str, on: Day) -> String {
    let Some(value) = law.value(code, on) else { return code.to_owned() };
    let unit = value.unit.parse::<Unit>().map_or(value.unit.clone(), |unit| unit.title().to_owned());
    format!("{} {unit}", value.amount)
}

fn limit(rule: &ClockRule, law: &dyn Law, on: Day) -> String {
    let with_basis = |code: &str| {
        let basis = law.value(code, on).map_or(String::new(), |v| format!("（{}）", v.basis));
        format!("{}{basis}", length(law, code, on))
    };
    let mut parts: Vec<String> = Vec::new();
    if let Some(code) = &rule.limit {
        parts.push(with_basis(code));
    }
    if let Some(by) = &rule.limit_by {
        parts.extend(by.codes.iter().map(|(fact, code)| format!("{fact} 类 {}", with_basis(code))));
    }
    if let Some(field) = &rule.limit_field {
        parts.push(format!("可另定 {} 至 {}", length(law, &field.min, on), length(law, &field.max, on)));
    }
    parts.join("<br>")
}
