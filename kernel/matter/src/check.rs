//! The checker: what must be true of every procedure before a single matter may begin under it.

use std::collections::BTreeSet;
use std::fmt;

use shian_access::POSTS;
use shian_base::Day;
use shian_calendar::{Law, Unit};
use shian_forms::FormBook;

use crate::model::is_business_post;
use crate::procedure::{Act, ClockRule, Procedure, ProcedureBook};

/// Something in a procedure that would not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub procedure: String,
    /// `state mending`, `act pass`, `clock review` or the procedure itself.
    pub place: String,
    pub says: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}: {}", self.procedure, self.place, self.says)
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
    checker.ladder();
    checker.found
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
            ("state", p.states.iter().map(|s| &s.id).collect::<Vec<_>>()),
            ("act", p.acts.iter().map(|a| &a.id).collect()),
            ("clock", p.clocks.iter().map(|c| &c.id).collect()),
        ];
        for (kind, ids) in kinds {
            let mut seen = BTreeSet::new();
            for id in ids {
                if !seen.insert(id) {
                    self.says(format!("{kind} {id}"), "the name stands twice");
                }
            }
        }
        if p.title.is_empty() || p.number.is_empty() || p.purpose.is_empty() {
            self.says("procedure", "title, purpose and number must be filled in");
        }
        if p.law.is_empty() {
            self.says("procedure", "no legal basis is named");
        }
        for reference in &p.law {
            self.article("procedure", reference);
        }
    }

    fn states(&mut self) {
        let p = self.procedure;
        match p.initial() {
            None => self.says("procedure", "there is no state"),
            Some(first) if first.end => self.says(format!("state {}", first.id), "a matter would end where it begins"),
            Some(_) => {}
        }
        let reachable = self.reachable();
        for state in &p.states {
            let place = format!("state {}", state.id);
            if !reachable.contains(state.id.as_str()) {
                self.says(&place, "no act ever leads here");
            }
            if state.end {
                if p.acts.iter().any(|act| act.from.contains(&state.id)) {
                    self.says(&place, "an end has an act");
                }
                continue;
            }
            if state.mended {
                self.says(&place, "only an end can be mended");
            }
            if state.owner.is_empty() {
                self.says(&place, "an open state needs an owner");
            }
            for post in &state.owner {
                self.post(&place, post);
                if is_business_post(post) && !p.business {
                    self.says(&place, format!("{post} owns it but may not see this procedure"));
                }
            }
            let leaves = |act: &&Act| act.from.contains(&state.id) && act.target(&state.id) != state.id;
            if !p.acts.iter().any(|act| leaves(&act) && act.by.iter().any(|post| state.owner.contains(post))) {
                self.says(&place, "its owner has no way out");
            }
            if !self.can_end(&state.id) {
                self.says(&place, "no end can be reached from here");
            }
            // If nobody ever acts the matter stays in this state, so the alarm must come from a clock that runs here.
            if !p.clocks.iter().any(|clock| clock.runs_in.contains(&state.id) && !clock.on_expiry.is_empty()) {
                self.says(&place, "if nobody acts here no alarm is ever reached: no clock runs");
            }
        }
    }

    fn acts(&mut self) {
        let p = self.procedure;
        for act in &p.acts {
            let place = format!("act {}", act.id);
            let unknown = act.from.iter().chain(&act.to).filter(|state| p.state(state).is_none());
            for state in unknown {
                self.says(&place, format!("the state {state} does not exist"));
            }
            if act.from.is_empty() {
                self.says(&place, "it is possible in no state");
            }
            if act.by.is_empty() {
                self.says(&place, "nobody may do it");
            }
            if act.consequence.is_empty() {
                self.says(&place, "its consequence is not said");
            }
            for post in act.by.iter().chain(&act.tells) {
                self.post(&place, post);
            }
            let ends = act.to.as_deref().is_some_and(|to| p.is_end(to));
            if ends && act.result.as_deref().is_none_or(str::is_empty) {
                self.says(&place, "it ends the matter without a result");
            }
            if ends && act.ground.is_empty() {
                self.says(&place, "it ends the matter without a ground");
            }
            if ends && act.by.iter().any(|post| is_business_post(post)) {
                self.says(&place, "a business could close a matter about itself");
            }
            if !p.business && act.by.iter().any(|post| is_business_post(post)) {
                self.says(&place, "a business may not see this procedure and cannot act in it");
            }
            let form = act.form.as_ref().map(|id| (id, self.references.forms.get(id).cloned()));
            if let Some((id, None)) = &form {
                self.says(&place, format!("the form {id} does not exist"));
            }
            let has_field = |field: &str| {
                form.as_ref().and_then(|(_, form)| form.as_ref()).is_some_and(|f| f.schema.pointer(&format!("/properties/{field}")).is_some())
            };
            let missing: Vec<&String> = act.defaults.keys().filter(|field| !has_field(field)).collect();
            for field in missing {
                self.says(&place, format!("the form has no field {field} to fill in advance"));
            }
            for reference in &act.ground {
                self.article(&place, reference);
            }
            if let Some(id) = &act.opens {
                match self.references.procedures.newest(id) {
                    None => self.says(&place, format!("the procedure {id} it opens does not exist")),
                    Some(child) if child.opening.is_empty() => self.says(&place, format!("{id} does not say how its opening reads")),
                    Some(child) if child.from > p.from => self.says(&place, format!("{id} is in force later than this procedure")),
                    Some(_) => {}
                }
            }
            let opens_in_secret = act.opens.as_ref().is_some_and(|id| self.references.procedures.newest(id).is_some_and(|p| !p.business));
            if p.business && opens_in_secret && act.told_as.is_none() {
                self.says(&place, "the business would read of a matter it may not see; say what it is told instead (told_as)");
            }
            if act.files.as_ref().is_some_and(|f| f.min > f.max || f.accept.is_empty()) {
                self.says(&place, "what files it asks for cannot be given");
            }
            if act.times == Some(0) {
                self.says(&place, "it may be done no times");
            }
            for clock in &act.needs_expired {
                if p.clock(clock).is_none() {
                    self.says(&place, format!("the clock {clock} does not exist"));
                }
            }
            if let Some(extension) = &act.extends {
                match p.clock(&extension.clock) {
                    None => self.says(&place, format!("the clock {} does not exist", extension.clock)),
                    Some(clock) if act.from.iter().any(|state| !clock.runs_in.contains(state)) => {
                        self.says(&place, format!("the clock {} does not run everywhere it could be extended", clock.id));
                    }
                    Some(_) => {}
                }
                if act.to.is_some() {
                    self.says(&place, "an extension leaves the state as it is");
                }
                if extension.by.is_none() && extension.field.as_deref().is_none_or(|field| !has_field(field)) {
                    self.says(&place, "nothing says by how much it extends");
                }
                for code in extension.by.iter().chain(&extension.max) {
                    self.value(&place, code);
                }
            }
        }
    }

    fn clocks(&mut self) {
        for rule in &self.procedure.clocks {
            let place = format!("clock {}", rule.id);
            for state in rule.runs_in.iter().chain(&rule.paused_in) {
                match self.procedure.state(state) {
                    None => self.says(&place, format!("the state {state} does not exist")),
                    Some(state) if state.end => self.says(&place, format!("it would run in the end {}", state.id)),
                    Some(_) => {}
                }
            }
            if rule.runs_in.is_empty() {
                self.says(&place, "it never runs");
            }
            if rule.runs_in.iter().any(|state| rule.paused_in.contains(state)) {
                self.says(&place, "it runs and stands still in the same state");
            }
            if !(rule.warn_at > 0.0 && rule.warn_at < 1.0) {
                self.says(&place, "the warning must come between beginning and end");
            }
            if rule.on_expiry.is_empty() {
                self.says(&place, "nobody is told when it runs out");
            }
            for step in &rule.on_expiry {
                self.post(&place, &step.to);
                if is_business_post(&step.to) {
                    self.says(&place, "an alarm that only the business hears is none");
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
            self.says(place, "its length must be said once, by limit or by limit_by");
        }
        let by = rule.limit_by.iter().flat_map(|by| by.codes.values());
        let field = rule.limit_field.iter().flat_map(|field| [&field.min, &field.max]);
        for code in rule.limit.iter().chain(by).chain(field) {
            self.value(place, code);
        }
    }

    fn ladder(&mut self) {
        let Some(ladder) = &self.procedure.ladder else { return };
        self.value("ladder", &ladder.window);
        self.article("ladder", &ladder.basis);
        for id in &ladder.counts {
            if !self.references.procedures.has(id) {
                self.says("ladder", format!("the procedure {id} does not exist"));
            }
        }
        for act in ladder.steps.iter().map(|rung| &rung.act).chain(ladder.skip.iter().map(|skip| &skip.to)) {
            if self.procedure.act(act).is_none() {
                self.says("ladder", format!("the act {act} does not exist"));
            }
        }
        if ladder.steps.first().is_none_or(|first| first.after != 0) || !ladder.steps.is_sorted_by(|a, b| a.after < b.after) {
            self.says("ladder", "its steps must begin at 0 and rise");
        }
    }

    fn post(&mut self, place: &str, post: &str) {
        if !POSTS.iter().any(|(known, _)| *known == post) {
            self.says(place, format!("the post {post} does not exist"));
        }
    }

    fn value(&mut self, place: &str, code: &str) {
        for day in self.days {
            match self.references.law.value(code, day) {
                None => self.says(place, format!("the value {code} is not in force on {day}")),
                Some(value) if value.unit.parse::<Unit>().is_err() => self.says(place, format!("{code} is no length of time")),
                Some(_) => {}
            }
        }
    }

    fn article(&mut self, place: &str, reference: &str) {
        for day in self.days {
            if self.references.law.article(reference, day).is_none() {
                self.says(place, format!("{reference} is not in force on {day}"));
            }
        }
    }

    fn reachable(&self) -> BTreeSet<&'a str> {
        let p = self.procedure;
        let mut found: BTreeSet<&str> = p.initial().iter().map(|state| state.id.as_str()).collect();
        loop {
            let next = p.acts.iter().filter(|act| act.from.iter().any(|from| found.contains(from.as_str())));
            let more: Vec<&str> = next.filter_map(|act| act.to.as_deref()).filter(|to| !found.contains(to)).collect();
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
                if let Some(to) = act.to.as_deref()
                    && seen.insert(to)
                {
                    open.push(to);
                }
            }
        }
        false
    }
}
