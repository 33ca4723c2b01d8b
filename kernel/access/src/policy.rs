//! The rules, gathered from every module, and the matrix printed from them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use shian_base::{Error, Result};

use crate::{POSTS, Principal, Scope};

/// `allow("station.officer").to("alerts.judge").within(Within::Reach)`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub post: &'static str,
    pub act: &'static str,
    pub within: Within,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// What the person's duty reaches: an area, or one business.
    Reach,
    /// Everything, for acts on what is public or on the platform itself.
    Everything,
}

pub struct Allowing {
    post: &'static str,
}
pub struct AllowingTo {
    post: &'static str,
    act: &'static str,
}

pub fn allow(post: &'static str) -> Allowing {
    Allowing { post }
}
impl Allowing {
    pub fn to(self, act: &'static str) -> AllowingTo {
        AllowingTo { post: self.post, act }
    }
}
impl AllowingTo {
    pub fn within(self, within: Within) -> Rule {
        Rule { post: self.post, act: self.act, within }
    }
}

/// All rules of all modules; what no rule allows is refused.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    rules: BTreeMap<(&'static str, &'static str), Within>,
}

impl Policy {
    /// Fails when a rule names a post that does not exist or two rules contradict each other.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self> {
        let mut gathered = BTreeMap::new();
        for rule in rules {
            if !POSTS.iter().any(|(post, _)| *post == rule.post) {
                return Err(anyhow::anyhow!("a rule names the post {}, which does not exist", rule.post).into());
            }
            if let Some(before) = gathered.insert((rule.post, rule.act), rule.within)
                && before != rule.within
            {
                return Err(anyhow::anyhow!("two rules for {} and {} contradict each other", rule.post, rule.act).into());
            }
        }
        Ok(Self { rules: gathered })
    }

    /// Where this person may do this act. A stranger is told to sign in, a person that it is not theirs to do.
    pub fn scope(&self, principal: Option<&Principal>, act: &str) -> Result<Scope> {
        let post = principal.map_or("stranger", |p| p.post.as_str());
        // What a stranger may do, everyone may do.
        let within = self.find(post, act).or_else(|| self.find("stranger", act));
        match (within, principal) {
            (Some(Within::Everything), _) => Ok(Scope::Everything),
            (Some(Within::Reach), Some(person)) => Ok(person.scope()),
            (Some(Within::Reach), None) | (None, None) => Err(Error::Unauthenticated),
            (None, Some(_)) => Err(Error::Forbidden),
        }
    }

    /// The acts a post may do somewhere, for the screens to show or hide what belongs to them.
    pub fn acts_of(&self, post: &str) -> Vec<&'static str> {
        self.rules.keys().filter(|(p, _)| *p == post).map(|(_, act)| *act).collect()
    }

    /// The printed matrix: one line per act, one column per post.
    pub fn matrix(&self) -> String {
        let acts: BTreeSet<&str> = self.rules.keys().map(|(_, act)| *act).collect();
        let mut out = String::from("# Who may do what, where\n\nreach = within the person's own area or business · all = everywhere · empty = refused\n\n| act |");
        for (post, title) in POSTS {
            let _ = write!(out, " {title} `{post}` |");
        }
        out.push_str("\n|---|");
        out.push_str(&"---|".repeat(POSTS.len()));
        out.push('\n');
        for act in acts {
            let _ = write!(out, "| `{act}` |");
            for (post, _) in POSTS {
                let cell = match self.find(post, act).or_else(|| self.find("stranger", act)) {
                    Some(Within::Reach) => "reach",
                    Some(Within::Everything) => "all",
                    None => "",
                };
                let _ = write!(out, " {cell} |");
            }
            out.push('\n');
        }
        out
    }

    fn find(&self, post: &str, act: &str) -> Option<Within> {
        self.rules.iter().find(|((p, a), _)| *p == post && *a == act).map(|(_, within)| *within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reach;
    use shian_base::Id;

    fn policy() -> Policy {
        Policy::new([
            allow("station.officer").to("alerts.judge").within(Within::Reach),
            allow("stranger").to("public.read").within(Within::Everything),
        ])
        .unwrap()
    }
    fn limin() -> Principal {
        Principal {
            person_id: Id::named("李敏"),
            account: "limin".into(),
            name: "李敏".into(),
            post: "station.officer".into(),
            reach: Reach::Area { code: "990302001".into() },
        }
    }

    #[test]
    fn a_post_acts_within_its_reach_and_a_stranger_is_asked_to_sign_in() {
        assert_eq!(policy().scope(Some(&limin()), "alerts.judge").unwrap(), Scope::Area("990302001".into()));
        assert!(matches!(policy().scope(None, "alerts.judge"), Err(Error::Unauthenticated)));
    }

    #[test]
    fn what_no_rule_allows_is_refused_and_what_a_stranger_may_everyone_may() {
        assert!(matches!(policy().scope(Some(&limin()), "people.manage"), Err(Error::Forbidden)));
        assert_eq!(policy().scope(Some(&limin()), "public.read").unwrap(), Scope::Everything);
    }

    #[test]
    fn a_rule_for_a_post_that_does_not_exist_is_a_mistake() {
        assert!(Policy::new([allow("emperor").to("x").within(Within::Everything)]).is_err());
    }
}
