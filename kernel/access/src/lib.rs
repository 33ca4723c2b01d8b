//! Who may do what, where: `allow(post).to(act).within(reach)`.
//!
//! A request comes from a `Principal` (or a stranger). The `Policy` says within which `Scope` a post
//! may do an act; lists begin their `where` with that scope, single things are checked against it and
//! are "not found" outside of it, because a stranger to a district may not even learn what is there.

mod policy;
mod scope;

pub use policy::{Policy, Rule, Within, allow};
pub use scope::Scope;

use serde::{Deserialize, Serialize};
use shian_base::Id;

/// The kinds of things that ids in this crate name.
pub enum Person {}
pub enum Business {}

/// The posts there are, with the word on the door.
pub const POSTS: &[(&str, &str)] = &[
    ("admin", "系统管理员"),
    ("security.admin", "安全管理员"),
    ("audit.admin", "审计管理员"),
    ("city.officer", "市局监管员"),
    ("district.head", "区局负责人"),
    ("district.officer", "区局监管员"),
    ("station.head", "所长"),
    ("station.officer", "监管所执法人员"),
    ("grid.officer", "网格员"),
    ("merchant.manager", "企业负责人"),
    ("merchant.staff", "企业员工"),
    ("stranger", "公众"),
];

/// The post's title on screens and papers; the code itself when unknown.
pub fn post_title(post: &str) -> &str {
    POSTS.iter().find(|(code, _)| *code == post).map_or(post, |(_, title)| title)
}

/// The posts of the office from the ground up: each may step in where those before it are at work.
const CHAIN: &[&str] = &["grid.officer", "station.officer", "station.head", "district.officer", "district.head", "city.officer"];

/// Whether a post stands above another in the office.
pub fn is_senior(post: &str, to: &str) -> bool {
    let rank = |post: &str| CHAIN.iter().position(|known| *known == post);
    matches!((rank(post), rank(to)), (Some(upper), Some(lower)) if upper > lower)
}

/// Whether the post is one of the office: no business, no administrator, not the public.
pub fn is_office_post(post: &str) -> bool {
    CHAIN.contains(&post)
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    pub person_id: Id<Person>,
    pub account: String,
    pub name: String,
    pub post: String,
    pub reach: Reach,
}

/// How far a post holder's duty reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// An area and everything under it, by code prefix.
    Area { code: String },
    /// One business.
    Business { id: Id<Business> },
    Nothing,
}

impl Principal {
    /// The scope of everything this person's duty reaches, whatever the act.
    pub fn scope(&self) -> Scope {
        match &self.reach {
            Reach::Area { code } => Scope::Area(code.clone()),
            Reach::Business { id } => Scope::Business(*id),
            Reach::Nothing => Scope::Nothing,
        }
    }
}
