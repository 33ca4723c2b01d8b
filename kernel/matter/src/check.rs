//! The checker: what must be true of every procedure before a single matter may begin under it.

mod sense;

use std::collections::BTreeSet;
use std::fmt;

use shian_access::POSTS;
use shian_base::Day;
use shian_calendar::{Law, Unit};
use shian_forms::FormBook;

use crate::model::is_business_post;
use crate::office::OfficeAct;
use crate::procedure::{Act, ClockRule, Procedure, ProcedureBook, State};

/// Something in a procedure that would not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub procedure: String,
    /// 环节“企业整改中”(mending)、操作“复核通过”(pass)、期限“复核期限”(review) or the procedure itself.
    pub place: String,
    pub says: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}：{}", self.procedure, self.place, self.says)
    }
}

/// Everything a procedure refers to.
#[derive(Clone, Copy)]
pub struct References<'a> {
    pub procedures: &'a ProcedureBook,
    pub forms: &'a FormBook,
    pub law: &'a dyn Law,
}

/// All problems of all procedures, each looked at on the first day it applies and on `today`.
pub fn check_all(references: References<'_>, today: Day) -> Vec<Problem> {
    references.procedures.all().iter().flat_map(|procedure| check(procedure, references, today)).collect()
}

/// All problems of one procedure; empty when it holds.
pub fn check(procedure: &Procedure, references: References<'_>, today: Day) -> Vec<Problem> {
    let mut checker = Checker { procedure, references, days: [procedure.from, today.max(procedure.from)], found: Vec::new() };
    checker.names();
    checker.states();
    checker.acts();
    checker.clocks();
    checker.office();
    checker.ladder();
    checker.sense();
    checker.found
}

fn state_place(state: &State) -> String {
    format!("环节“{}”({})", state.title, state.id)
}
fn act_place(act: &Act) -> String {
    format!("操作“{}”({})", act.title, act.id)
}
fn clock_place(rule: &ClockRule) -> String {
    format!("期限“{}”({})", rule.title, rule.id)
}

struct Checker<'a> {
    procedure: &'a Procedure,
    references: References<'a>,
    days: [Day; 2],
    found: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn says(&mut self, place: impl fmt::Display, says: impl Into<String>) {
        self.found.push(Problem { procedure: self.procedure.id.clone(), place: place.to_string(), says: says.into() });
    }

    fn names(&mut self) {
        let p = self.procedure;
        let kinds = [
            ("环节", p.states.iter().map(|s| &s.id).collect::<Vec<_>>()),
            ("操作", p.acts.iter().map(|a| &a.id).collect()),
            ("期限", p.clocks.iter().map(|c| &c.id).collect()),
        ];
        for (kind, ids) in kinds {
            let mut seen = BTreeSet::new();
            for id in ids {
                if !seen.insert(id) {
                    self.says(format!("{kind} {id}"), "同一个名称出现了两次，应当各不相同");
                }
            }
        }
        if p.title.is_empty() || p.number.is_empty() || p.purpose.is_empty() {
            self.says("程序", "名称、用途和文号都要填写");
        }
        if p.law.is_empty() {
            self.says("程序", "没有写明法律依据");
        }
        for reference in &p.law {
            self.article("程序", reference);
        }
    }

    fn states(&mut self) {
        let p = self.procedure;
        match p.initial() {
            None => self.says("程序", "一个环节也没有"),
            Some(first) if first.end => self.says(state_place(first), "事项一开始就办结了，第一个环节不能是终点"),
            Some(_) => {}
        }
        let reachable = self.reachable();
        for state in &p.states {
            let place = state_place(state);
            if !reachable.contains(state.id.as_str()) {
                self.says(&place, "没有任何操作通向这里，永远到不了");
            }
            if state.end {
                if p.acts.iter().any(|act| act.from.contains(&state.id)) {
                    self.says(&place, "已经办结，却还有操作可做");
                }
                continue;
            }
            if state.mended {
                self.says(&place, "只有终点才能标为已改正");
            }
            if state.owner.is_empty() {
                self.says(&place, "没有承办岗位，事项会无人负责");
            }
            for post in &state.owner {
                self.post(&place, post);
                if is_business_post(post) && !p.business {
                    self.says(&place, format!("由企业岗位 {post} 承办，但本程序对企业不可见"));
                }
            }
            let leaves = |act: &&Act| act.from.contains(&state.id) && act.target(&state.id) != state.id;
            if !p.acts.iter().any(|act| leaves(&act) && act.by.iter().any(|post| state.owner.contains(post))) {
                self.says(&place, "承办岗位没有可以往下走的操作，事项会停在这里");
            }
            if !self.can_end(&state.id) {
                self.says(&place, "从这里走不到任何终点，事项无法办结");
            }
            // If nobody ever acts the matter stays in this state, so the alarm must come from a clock that runs here.
            if !p.clocks.iter().any(|clock| clock.runs_in.contains(&state.id) && !clock.on_expiry.is_empty()) {
                self.says(&place, "这里没有在走的期限；如果没有人办，谁也不会得到提醒");
            }
        }
    }

    fn acts(&mut self) {
        let p = self.procedure;
        for act in &p.acts {
            let place = act_place(act);
            let unknown = act.from.iter().chain(&act.to).chain(act.leads.values()).filter(|state| p.state(state).is_none());
            for state in unknown {
                self.says(&place, format!("没有名为 {state} 的环节"));
            }
            if act.from.is_empty() {
                self.says(&place, "没有写明在哪个环节可以做");
            }
            if act.by.is_empty() {
                self.says(&place, "没有写明由哪个岗位做");
            }
            if act.consequence.is_empty() {
                self.says(&place, "没有写明后果，办理人确认前看不到会发生什么");
            }
            for post in act.by.iter().chain(&act.tells) {
                self.post(&place, post);
            }
            let ends = act.to.as_deref().is_some_and(|to| p.is_end(to));
            if ends && act.result.as_deref().is_none_or(str::is_empty) {
                self.says(&place, "办结事项，却没有写明办理结果");
            }
            if ends && act.ground.is_empty() {
                self.says(&place, "办结事项，却没有写明依据");
            }
            if ends && act.by.iter().any(|post| is_business_post(post)) {
                self.says(&place, "企业可以由此办结关于自己的事项");
            }
            if !p.business && act.by.iter().any(|post| is_business_post(post)) {
                self.says(&place, "本程序对企业不可见，企业不能办理");
            }
            let form = act.form.as_ref().map(|id| (id, self.references.forms.get(id).cloned()));
            if let Some((id, None)) = &form {
                self.says(&place, format!("没有名为 {id} 的表单"));
            }
            let has_field = |field: &str| {
                form.as_ref().and_then(|(_, form)| form.as_ref()).is_some_and(|f| f.schema.pointer(&format!("/properties/{field}")).is_some())
            };
            let missing: Vec<&String> = act.defaults.keys().filter(|field| !has_field(field)).collect();
            for field in missing {
                self.says(&place, format!("表单里没有 {field} 这一项，无法预先填写"));
            }
            for reference in &act.ground {
                self.article(&place, reference);
            }
            if let Some(id) = &act.opens {
                match self.references.procedures.newest(id) {
                    None => self.says(&place, format!("要开启的程序 {id} 不存在")),
                    Some(child) if child.opening.is_empty() => self.says(&place, format!("要开启的程序 {id} 没有写明立项时怎么说（opening）")),
                    Some(child) if child.from > p.from => self.says(&place, format!("要开启的程序 {id} 施行晚于本程序")),
                    Some(_) => {}
                }
            }
            let opens_in_secret = act.opens.as_ref().is_some_and(|id| self.references.procedures.newest(id).is_some_and(|p| !p.business));
            if p.business && opens_in_secret && act.told_as.is_none() {
                self.says(&place, "企业会由此知道它不该看到的后续事项；请写明告诉企业的说法（told_as）");
            }
            if act.files.as_ref().is_some_and(|f| f.min > f.max || f.accept.is_empty()) {
                self.says(&place, "附件要求无法满足：最少多于最多，或者没有写明收哪些类型");
            }
            if act.times == Some(0) {
                self.says(&place, "限做零次，等于不能做");
            }
            for other in &act.not_same_as {
                if p.act(other).is_none() {
                    self.says(&place, format!("须由另一人做过的动作 {other} 不存在"));
                }
            }
            for clock in &act.needs_expired {
                if p.clock(clock).is_none() {
                    self.says(&place, format!("没有名为 {clock} 的期限"));
                }
            }
            if let Some(extension) = &act.extends {
                match p.clock(&extension.clock) {
                    None => self.says(&place, format!("没有名为 {} 的期限可以延长", extension.clock)),
                    Some(clock) if act.from.iter().any(|state| !clock.runs_in.contains(state)) => {
                        self.says(&place, format!("期限“{}”({})在这个操作的某个环节并不在走，无从延长", clock.title, clock.id));
                    }
                    Some(_) => {}
                }
                if act.to.is_some() {
                    self.says(&place, "延期不能同时改变环节");
                }
                if extension.by.is_none() && extension.field.as_deref().is_none_or(|field| !has_field(field)) {
                    self.says(&place, "没有写明延长多久");
                }
                for code in extension.by.iter().chain(&extension.max) {
                    self.value(&place, code);
                }
            }
        }
    }

    fn clocks(&mut self) {
        for rule in &self.procedure.clocks {
            let place = clock_place(rule);
            for state in rule.runs_in.iter().chain(&rule.paused_in) {
                match self.procedure.state(state) {
                    None => self.says(&place, format!("没有名为 {state} 的环节")),
                    Some(state) if state.end => self.says(&place, format!("在终点“{}”({})还在计时", state.title, state.id)),
                    Some(_) => {}
                }
            }
            if rule.runs_in.is_empty() {
                self.says(&place, "没有写明在哪个环节计时，永远不会走");
            }
            if rule.runs_in.iter().any(|state| rule.paused_in.contains(state)) {
                self.says(&place, "在同一个环节里又计时又中止");
            }
            if !(rule.warn_at > 0.0 && rule.warn_at < 1.0) {
                self.says(&place, "预警必须在开始和届满之间（大于0、小于1）");
            }
            if rule.on_expiry.is_empty() {
                self.says(&place, "届满时没有写明告诉谁");
            }
            for step in &rule.on_expiry {
                self.post(&place, &step.to);
                if is_business_post(&step.to) {
                    self.says(&place, "届满只告诉企业自己，监管部门不会知道");
                }
                for code in step.after.iter() {
                    self.value(&place, code);
                }
            }
            self.limit(&place, rule);
        }
    }

    fn limit(&mut self, place: &str, rule: &ClockRule) {
        if rule.limit.is_some() == rule.limit_by.is_some() {
            self.says(place, "期限长短要写一次：用 limit，或者用 limit_by");
        }
        let by = rule.limit_by.iter().flat_map(|by| by.codes.values());
        let field = rule.limit_field.iter().flat_map(|field| [&field.min, &field.max]);
        for code in rule.limit.iter().chain(by).chain(field) {
            self.value(place, code);
        }
    }

    fn office(&mut self) {
        let Some(rules) = &self.procedure.office else { return };
        let is_known = |id: &String| OfficeAct::ALL.iter().any(|kind| kind.id() == id);
        for id in rules.without.iter().chain(rules.by.keys()).filter(|id| !is_known(id)) {
            self.says("机关通用动作", format!("没有名为 {id} 的通用动作"));
        }
        self.value("机关通用动作", &rules.urge_every);
        for state in rules.suspend.iter().flat_map(|suspension| &suspension.from) {
            match self.procedure.state(state) {
                None => self.says("机关通用动作", format!("没有名为 {state} 的环节")),
                Some(state) if state.end => self.says("机关通用动作", format!("{} 是结束环节，不能中止", state.title)),
                Some(_) => {}
            }
        }
        if rules.suspend.as_ref().is_some_and(|suspension| suspension.ground.is_empty()) {
            self.says("机关通用动作", "中止使期限停止计算，必须写明依据（ground）");
        }
    }

    fn ladder(&mut self) {
        let Some(ladder) = &self.procedure.ladder else { return };
        self.value("处置阶梯", &ladder.window);
        self.article("处置阶梯", &ladder.basis);
        for id in &ladder.counts {
            if !self.references.procedures.has(id) {
                self.says("处置阶梯", format!("计入的程序 {id} 不存在"));
            }
        }
        for act in ladder.steps.iter().map(|rung| &rung.act).chain(ladder.skip.iter().map(|skip| &skip.to)) {
            if self.procedure.act(act).is_none() {
                self.says("处置阶梯", format!("没有名为 {act} 的操作"));
            }
        }
        if ladder.steps.first().is_none_or(|first| first.after != 0) || !ladder.steps.is_sorted_by(|a, b| a.after < b.after) {
            self.says("处置阶梯", "各级要从 0 次开始，逐级增加");
        }
    }

    fn post(&mut self, place: &str, post: &str) {
        if !POSTS.iter().any(|(known, _)| *known == post) {
            self.says(place, format!("没有 {post} 这个岗位"));
        }
    }

    fn value(&mut self, place: &str, code: &str) {
        for day in self.days {
            match self.references.law.value(code, day) {
                None => self.says(place, format!("期限数值 {code} 在 {day} 没有生效的规定")),
                Some(value) if value.unit.parse::<Unit>().is_err() => self.says(place, format!("{code}（{}）不是可以计时的长度", value.unit)),
                Some(_) => {}
            }
        }
    }

    fn article(&mut self, place: &str, reference: &str) {
        for day in self.days {
            if self.references.law.article(reference, day).is_none() {
                self.says(place, format!("依据 {reference} 在 {day} 没有生效，或者没有收录这一条"));
            }
        }
    }

    fn reachable(&self) -> BTreeSet<&'a str> {
        let p = self.procedure;
        let mut found: BTreeSet<&str> = p.initial().iter().map(|state| state.id.as_str()).collect();
        loop {
            let ways = p.acts.iter().flat_map(Act::ways).filter(|(from, _)| found.contains(from));
            let more: Vec<&str> = ways.map(|(_, to)| to).filter(|to| !found.contains(to)).collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }

    fn can_end(&self, state: &str) -> bool {
        let p = self.procedure;
        let mut seen = BTreeSet::from([state]);
        let mut open = vec![state];
        while let Some(state) = open.pop() {
            if p.is_end(state) {
                return true;
            }
            for act in p.acts.iter().filter(|act| act.from.iter().any(|from| from == state)) {
                let to = act.target(state);
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        false
    }
}
