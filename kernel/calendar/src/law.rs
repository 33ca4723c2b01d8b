//! What the kernel asks of the law register: dated numbers and the words of an article.

use shian_base::Day;

use crate::Counting;

/// The law as the kernel sees it; the register of law implements it.
pub trait Law: Send + Sync {
    /// The number that was in force on a day, chosen by the day of the triggering event.
    fn value(&self, code: &str, on: Day) -> Option<Value>;
    /// How that number is counted, where the rule says so itself.
    fn counting(&self, _code: &str, _on: Day) -> Counting {
        Counting::default()
    }
    /// The article a reference such as `食品安全法§126` names, if that law was in force on the day.
    fn article(&self, reference: &str, on: Day) -> Option<Article>;
}

/// One number of the law, or of the office's own rules, with its ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub code: String,
    pub title: String,
    pub amount: i64,
    /// `hour`, `workday`, `day`, `month`, `year`, or what else is counted (`percent`, `times`).
    pub unit: String,
    /// By what right, as printed: 市场监督管理行政处罚程序规定 第十八条, or 本局规定.
    pub basis: String,
    pub from: Day,
    /// The last day it applies; `None` while it is in force.
    pub to: Option<Day>,
}

/// One article, restated in plain words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Article {
    /// 《中华人民共和国食品安全法》
    pub title: String,
    /// 第一百二十六条
    pub article: String,
    pub text: String,
}

/// How an office numbers its matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// The office's mark (机关代字): 柳.
    pub office: String,
    /// Endings left off an area's name, longest first: 石桥市场监管所 is written 石桥.
    #[serde(default)]
    pub strip: Vec<String>,
}
