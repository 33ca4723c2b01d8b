//! What may be written and would still not work: names nobody can use, acts without effect, clocks that cannot expire,
//! alarms that rise to nobody, numbers that no form can give.

use std::collections::BTreeSet;

use shian_calendar::Unit;

use super::{Checker, act_place, clock_place, state_place};
use crate::model::is_business_post;
use crate::office::rank;
use crate::procedure::{Act, ClockRule};

/// The media types that the evidence store takes.
const TAKEN: &[&str] = &["image/jpeg", "image/png", "image/webp", "video/mp4", "application/pdf"];

fn is_name(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

fn repeated(list: &[String]) -> Option<&String> {
    let mut seen = BTreeSet::new();
    list.iter().find(|item| !seen.insert(item.as_str()))
}

impl Checker<'_> {
    pub(super) fn sense(&mut self) {
        self.named();
        self.held();
        self.effective();
        self.understood();
        self.expiring();
        self.rising();
        self.lasting();
        self.paused();
        self.given();
        self.opened();
        self.proposed();
    }

    /// Names are names, titles are there, numbers of two procedures differ.
    fn named(&mut self) {
        let p = self.procedure;
        let ids = p.states.iter().map(|s| &s.id).chain(p.acts.iter().map(|a| &a.id)).chain(p.clocks.iter().map(|c| &c.id));
        for id in ids.chain([&p.id]).filter(|id| !is_name(id)) {
            self.says("程序", format!("“{id}”不能用作代码，只能用小写字母、数字、- 和 _"));
        }
        let untitled = p.states.iter().filter(|s| s.title.is_empty()).map(state_place);
        let untitled = untitled.chain(p.acts.iter().filter(|a| a.title.is_empty()).map(act_place));
        let untitled: Vec<String> = untitled.chain(p.clocks.iter().filter(|c| c.title.is_empty()).map(clock_place)).collect();
        for place in untitled {
            self.says(place, "没有名称");
        }
        if let Some(other) = self.references.procedures.all().iter().find(|o| o.id != p.id && o.number == p.number) {
            self.says("程序", format!("文号“{}”与程序 {} 相同，编号会混在一起", p.number, other.id));
        }
        for act in &p.acts {
            for list in [&act.from, &act.by, &act.tells, &act.ground] {
                if let Some(item) = repeated(list) {
                    self.says(act_place(act), format!("{item} 重复写了两次"));
                }
            }
        }
    }

    /// Who holds a matter or does an act is somebody who can see it.
    fn held(&mut self) {
        let p = self.procedure;
        let sees = |post: &String| rank(post).is_some() || is_business_post(post);
        let is_known = |post: &&String| shian_access::POSTS.iter().any(|(known, _)| known == post);
        let owners = p.states.iter().flat_map(|s| s.owner.iter().map(move |post| (state_place(s), "承办", post)));
        let doers = p.acts.iter().flat_map(|a| a.by.iter().map(move |post| (act_place(a), "办理", post)));
        let told = p.acts.iter().flat_map(|a| a.tells.iter().map(move |post| (act_place(a), "收到通知", post)));
        let blind: Vec<_> = owners.chain(doers).chain(told).filter(|(_, _, post)| is_known(post) && !sees(post)).collect();
        for (place, what, post) in blind {
            let title = shian_access::post_title(post);
            self.says(place, format!("{title}（{post}）没有辖区，看不到事项，不能{what}"));
        }
    }

    /// An act does something, says a result only where it ends, and is one among others that reads like no other.
    fn effective(&mut self) {
        let p = self.procedure;
        for act in &p.acts {
            let place = act_place(act);
            let ends = act.to.as_deref().is_some_and(|to| p.is_end(to));
            if act.result.is_some() && !ends {
                self.says(&place, "写了办理结果，却不办结事项");
            }
            // What every office does (签收, 撤回 …) changes more than a file can say.
            let stays = act.office.is_none() && act.to.is_none() && act.extends.is_none() && act.opens.is_none();
            if stays && act.form.is_none() && act.files.is_none() && !act.supervises && act.tells.is_empty() {
                self.says(&place, "做了什么也不会改变：不换环节、不填写、不延期、不通知");
            }
            if act.to.as_ref().is_some_and(|to| act.from.contains(to)) {
                self.says(&place, "从一个环节回到同一个环节，期限不会重新计算；去掉 to");
            }
            if act.supervises && act.tells.is_empty() {
                self.says(&place, "督办却不通知任何人");
            }
            if let Some(asked) = &act.files {
                for mime in asked.accept.iter().filter(|mime| !TAKEN.contains(&mime.as_str())) {
                    self.says(&place, format!("附件类型 {mime} 系统不收"));
                }
            }
            if let Some(extension) = &act.extends {
                if act.times.is_none() {
                    self.says(&place, "延期没有限定次数，期限可以一延再延");
                }
                if extension.by.is_some() && extension.field.is_some() {
                    self.says(&place, "延长多久写了两次：by 和 field 只能用一个");
                }
                if extension.field.is_some() && extension.max.is_none() {
                    self.says(&place, "延长的天数由办理人填写，却没有上限（max）");
                }
                for code in extension.max.iter() {
                    self.in_days(&place, code);
                }
            }
        }
    }

    /// In one state no post is offered two acts of the same title.
    fn understood(&mut self) {
        let p = self.procedure;
        let pairs = p.acts.iter().enumerate().flat_map(|(index, one)| p.acts[index + 1..].iter().map(move |other| (one, other)));
        let alike = |(one, other): &(&Act, &Act)| {
            let meet = |a: &[String], b: &[String]| a.iter().any(|item| b.contains(item));
            one.id != other.id && one.title == other.title && meet(&one.from, &other.from) && meet(&one.by, &other.by)
        };
        for (one, other) in pairs.filter(alike) {
            self.says(act_place(one), format!("与操作 {} 在同一环节同名，办理人分不清", other.id));
        }
    }

    /// Whoever waits for a clock to run out stands where it runs.
    fn expiring(&mut self) {
        let p = self.procedure;
        for act in p.acts.iter().filter(|act| !act.needs_expired.is_empty()) {
            let runs_in = |state: &String| {
                act.needs_expired.iter().filter_map(|id| p.clock(id)).any(|clock| clock.runs_in.contains(state) || clock.paused_in.contains(state))
            };
            for state in act.from.iter().filter(|state| !runs_in(state)) {
                let title = p.state_title(state);
                self.says(act_place(act), format!("要等期限届满才能做，但在环节“{title}”({state})里所列期限都不走，永远等不到"));
            }
        }
    }

    /// An alarm goes to the office, to somebody besides those who let it come, and rises.
    fn rising(&mut self) {
        let p = self.procedure;
        for rule in &p.clocks {
            let place = clock_place(rule);
            for step in rule.on_expiry.iter().filter(|step| rank(&step.to).is_none() && !is_business_post(&step.to)) {
                let title = shian_access::post_title(&step.to);
                self.says(&place, format!("届满告诉{title}（{}），但这个岗位没有辖区，看不到事项", step.to));
            }
            if rule.on_expiry.first().is_some_and(|first| first.after.is_some()) {
                self.says(&place, "届满时的第一个提醒不能再等（去掉第一项的 after）");
            }
            for pair in rule.on_expiry.windows(2) {
                if let (Some(lower), Some(higher)) = (rank(&pair[0].to), rank(&pair[1].to))
                    && higher <= lower
                {
                    self.says(&place, format!("逐级上报却没有往上报：{} 之后是 {}", pair[0].to, pair[1].to));
                }
            }
            let owners: Vec<&String> = rule.runs_in.iter().filter_map(|id| p.state(id)).flat_map(|state| &state.owner).collect();
            let only_owners = !owners.is_empty() && rule.on_expiry.iter().all(|step| owners.first() == Some(&&step.to));
            if only_owners && !rule.on_expiry.is_empty() {
                self.says(&place, "届满只告诉承办人自己，没有别人知道");
            }
        }
    }

    /// A clock has a length that can be counted in every way it may be chosen.
    fn lasting(&mut self) {
        let p = self.procedure;
        for rule in &p.clocks {
            let place = clock_place(rule);
            if let Some(by) = &rule.limit_by {
                if by.codes.is_empty() {
                    self.says(&place, format!("按 {} 选择期限，却没有列出任何一种", by.fact));
                }
                if !p.carries.is_empty() && !p.carries.contains(&by.fact) {
                    self.says(&place, format!("按 {} 选择期限，但立项时没有带来这一项（carries）", by.fact));
                }
            }
            let by = rule.limit_by.iter().flat_map(|by| by.codes.values());
            let empty: Vec<&String> = rule.limit.iter().chain(by).filter(|code| self.amount(code) == Some(0)).collect();
            for code in empty {
                self.says(&place, format!("{code} 是零，期限一开始就届满"));
            }
            let Some(field) = &rule.limit_field else { continue };
            self.in_days(&place, &field.min);
            self.in_days(&place, &field.max);
            if let (Some(min), Some(max)) = (self.amount(&field.min), self.amount(&field.max))
                && min > max
            {
                self.says(&place, format!("可另定的天数最短 {min} 多于最长 {max}"));
            }
            if !self.starting_forms(rule).iter().any(|form| self.form_has(form, &field.field)) {
                self.says(&place, format!("期限可以由表单的 {} 另定，但开始计时的操作没有哪张表单有这一项", field.field));
            }
        }
    }

    /// A pause is entered from where the clock runs and left to where it runs.
    fn paused(&mut self) {
        let p = self.procedure;
        let leads = |from: &String, to: &String| p.acts.iter().flat_map(Act::ways).any(|way| way == (from.as_str(), to.as_str()));
        for rule in &p.clocks {
            let place = clock_place(rule);
            for pause in rule.paused_in.iter().filter(|id| p.state(id).is_some()) {
                let title = p.state_title(pause);
                let inside = || rule.runs_in.iter().chain(rule.paused_in.iter().filter(|other| *other != pause));
                if !inside().any(|from| leads(from, pause)) {
                    self.says(&place, format!("在环节“{title}”({pause})中止，但没有操作从计时的环节到那里"));
                }
                if !inside().any(|to| leads(pause, to)) {
                    self.says(&place, format!("在环节“{title}”({pause})中止以后没有恢复计时的操作"));
                }
            }
        }
    }

    /// What a form must give stands in it, and only asked for where it is filled in.
    fn given(&mut self) {
        let p = self.procedure;
        for act in &p.acts {
            let place = act_place(act);
            for (field, fact) in act.defaults.iter().filter(|(_, fact)| !p.carries.is_empty() && !p.carries.contains(fact)) {
                self.says(&place, format!("{field} 要用 {fact} 预先填写，但立项时没有带来这一项（carries）"));
            }
            let child = act.opens.as_ref().and_then(|id| self.references.procedures.newest(id));
            if let Some(child) = child.filter(|child| child.id == p.id) {
                self.says(&place, format!("又开启一件同样的“{}”，会没有尽头", child.title));
            }
        }
        if let Some(fact) = repeated(&p.carries) {
            self.says("程序", format!("带来的事项 {fact} 重复写了两次（carries）"));
        }
    }

    /// Who opens a matter by hand sees it, and fills in what its clocks are chosen by.
    fn opened(&mut self) {
        let p = self.procedure;
        let Some(open) = &p.open else { return };
        if open.by.is_empty() {
            self.says("立案", "没有写明由哪个岗位立案");
        }
        for post in &open.by {
            self.post("立案", post);
            if rank(post).is_none() {
                self.says("立案", format!("{post} 不是有辖区的监管岗位，不能立案"));
            }
        }
        if p.opening.is_empty() {
            self.says("立案", "没有写明立案时怎么说（opening）");
        }
        if let Some(form) = open.form.as_ref().filter(|form| self.references.forms.get(form).is_none()) {
            self.says("立案", format!("没有名为 {form} 的表单"));
        }
        let has = |field: &str| open.form.as_ref().is_some_and(|form| self.form_has(form, field));
        let first = p.initial().map(|state| &state.id);
        let begins = |rule: &&ClockRule| first.is_some_and(|first| rule.runs_in.contains(first));
        let by = p.clocks.iter().filter(begins).filter_map(|rule| Some((rule, rule.limit_by.as_ref()?)));
        let missing: Vec<String> = by.filter(|(_, by)| !has(&by.fact)).map(|(rule, by)| format!("{}按 {} 选择，立案的表单里没有这一项", rule.title, by.fact)).collect();
        for says in missing {
            self.says("立案", says);
        }
    }

    /// What the ladder proposes can be done where a matter begins.
    fn proposed(&mut self) {
        let p = self.procedure;
        let (Some(ladder), Some(first)) = (&p.ladder, p.initial()) else { return };
        if ladder.same.is_empty() || ladder.counts.is_empty() {
            self.says("处置阶梯", "没有写明怎样算同类（same）或者计入哪些程序（counts）");
        }
        for rung in &ladder.steps {
            if p.act(&rung.act).is_some_and(|act| !act.from.contains(&first.id)) {
                self.says("处置阶梯", format!("建议的操作 {} 在第一个环节“{}”不能做", rung.act, first.title));
            }
        }
    }

    fn in_days(&mut self, place: &str, code: &str) {
        let unit = self.references.law.value(code, self.days[0]).and_then(|value| value.unit.parse::<Unit>().ok());
        if unit.is_some_and(|unit| unit != Unit::Day) {
            self.says(place, format!("{code} 应当以日计，因为表单里填的是天数"));
        }
    }

    fn amount(&self, code: &str) -> Option<i64> {
        self.references.law.value(code, self.days[0]).map(|value| value.amount)
    }

    fn form_has(&self, form: &str, field: &str) -> bool {
        self.references.forms.get(form).is_some_and(|form| form.schema.pointer(&format!("/properties/{field}")).is_some())
    }

    /// The forms of acts that set this clock going: into its states from outside, or opening the whole matter.
    fn starting_forms(&self, rule: &ClockRule) -> Vec<String> {
        let p = self.procedure;
        let is_inside = |state: &String| rule.runs_in.contains(state) || rule.paused_in.contains(state);
        let enters = |act: &&Act| act.to.as_ref().is_some_and(|to| rule.runs_in.contains(to)) && act.from.iter().any(|from| !is_inside(from));
        let own = p.acts.iter().filter(enters);
        let begins = p.initial().is_some_and(|first| rule.runs_in.contains(&first.id));
        let others = self.references.procedures.all().iter().filter(|_| begins).flat_map(|other| &other.acts);
        let by_hand = p.open.as_ref().filter(|_| begins).and_then(|open| open.form.clone());
        own.chain(others.filter(|act| act.opens.as_ref() == Some(&p.id))).filter_map(|act| act.form.clone()).chain(by_hand).collect()
    }
}
