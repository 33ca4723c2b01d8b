//! Statutes and standards, and what a reference into them means.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use shian_base::Day;
use shian_calendar::Article;

/// One instrument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statute {
    /// The short title that references begin with: 食品安全法.
    pub id: String,
    pub title: String,
    pub number: String,
    pub from: Day,
    /// The last day it was in force.
    #[serde(default)]
    pub to: Option<Day>,
    #[serde(default)]
    article: Vec<NumberedArticle>,
    #[serde(default)]
    topic: Vec<Topic>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberedArticle {
    article: u32,
    text: String,
}

/// A part of an instrument that is named, not numbered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    topic: String,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statutes {
    statute: Vec<Statute>,
}

impl Statutes {
    /// The statutes of several files, as one.
    pub fn parse<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut statutes = Self { statute: Vec::new() };
        for (name, text) in files {
            statutes.statute.extend(toml::from_str::<Self>(text).with_context(|| name.to_owned())?.statute);
        }
        for (index, statute) in statutes.statute.iter().enumerate() {
            let same = |other: &Statute| other.id == statute.id && overlap(other, statute);
            if statutes.statute[..index].iter().any(same) {
                bail!("{}: two entries are in force on the same day", statute.id);
            }
        }
        Ok(statutes)
    }

    pub fn all(&self) -> &[Statute] {
        &self.statute
    }

    /// The article or topic a reference names, if the instrument was in force on the day.
    pub fn article(&self, reference: &str, on: Day) -> Option<Article> {
        let (id, _) = split(reference);
        let statute = self.statute.iter().find(|s| s.id == id && s.from <= on && s.to.is_none_or(|to| on <= to))?;
        statute.part(reference)
    }

    /// A reference with the whole title, as documents print it: 市场监督管理行政处罚程序规定 第十八条.
    pub fn titled(&self, reference: &str, on: Day) -> String {
        let article = self.article(reference, on);
        article.map_or_else(|| printed(reference), |a| format!("{} {}", a.title.trim_matches(['《', '》']), a.article))
    }

    /// Whether the reference names something that is, was or will be in force.
    pub fn must_have(&self, reference: &str) -> Result<()> {
        let (id, _) = split(reference);
        let mut named = self.statute.iter().filter(|s| s.id == id).peekable();
        named.peek().with_context(|| format!("{id} is not in statutes.toml"))?;
        if !named.any(|statute| statute.part(reference).is_some()) {
            bail!("statutes.toml has no text for {reference}");
        }
        Ok(())
    }
}

impl Statute {
    fn part(&self, reference: &str) -> Option<Article> {
        let title = format!("《{}》", self.title);
        match split(reference).1 {
            Part::Article(number, place) => {
                let found = self.article.iter().find(|a| a.article == number)?;
                Some(Article { title, article: format!("第{}条{}", in_chinese(number), place.said()), text: found.text.clone() })
            }
            Part::Topic(name) => {
                let found = self.topic.iter().find(|t| t.topic == name)?;
                Some(Article { title, article: found.topic.clone(), text: found.text.clone() })
            }
            Part::Whole => Some(Article { title, article: self.number.clone(), text: String::new() }),
        }
    }
}

/// A reference as it is printed: 食品安全法 第三十三条.
pub(crate) fn printed(reference: &str) -> String {
    match split(reference) {
        (id, Part::Article(number, place)) => format!("{id} 第{}条{}", in_chinese(number), place.said()),
        (id, Part::Topic(name)) => format!("{id} {name}"),
        (id, Part::Whole) => id.into(),
    }
}

enum Part<'a> {
    Article(u32, Place),
    Topic(&'a str),
    Whole,
}

/// Where in an article: its second paragraph 第二款, its fourth item 第四项; 0 where nothing is said.
struct Place {
    paragraph: u32,
    item: u32,
}

impl Place {
    fn said(&self) -> String {
        let part = |number: u32, word: &str| if number == 0 { String::new() } else { format!("第{}{word}", in_chinese(number)) };
        part(self.paragraph, "款") + &part(self.item, "项")
    }
}

/// `126`, `30(2)`, `18④`, `68(1)③` → the article and the place in it.
fn numbered(text: &str) -> Option<(u32, Place)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let article = text[..digits].parse().ok()?;
    let mut rest = &text[digits..];
    let mut place = Place { paragraph: 0, item: 0 };
    if let Some((paragraph, after)) = rest.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
        place.paragraph = paragraph.parse().ok()?;
        rest = after;
    }
    let mut items = rest.chars();
    if let Some(item) = items.next() {
        place.item = (item as u32).checked_sub('①' as u32).filter(|n| *n < 20)? + 1;
    }
    items.next().is_none().then_some((article, place))
}

/// `食品安全法§126` → article 126; `GB31654-2021#有害生物防制` → a topic; anything else the whole.
fn split(reference: &str) -> (&str, Part<'_>) {
    if let Some((id, number)) = reference.split_once('§')
        && let Some((number, place)) = numbered(number)
    {
        return (id, Part::Article(number, place));
    }
    match reference.split_once('#') {
        Some((id, topic)) => (id, Part::Topic(topic)),
        None => (reference, Part::Whole),
    }
}

fn overlap(a: &Statute, b: &Statute) -> bool {
    let end = |s: &Statute| s.to.unwrap_or_else(|| s.from.plus_years(500));
    a.from <= end(b) && b.from <= end(a)
}

/// 1 to 9999 as articles are numbered: 一百二十六, 十八, 一百零五.
pub(crate) fn in_chinese(number: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let mut out = String::new();
    let mut zero = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = (number / unit % 10) as usize;
        if digit == 0 {
            zero = !out.is_empty();
            continue;
        }
        if zero {
            out.push_str(DIGITS[0]);
            zero = false;
        }
        // 十八, not 一十八.
        if !(unit == 10 && digit == 1 && out.is_empty()) {
            out.push_str(DIGITS[digit]);
        }
        out.push_str(name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_as_in_the_statute_book() {
        for (number, text) in
            [(1, "一"), (10, "十"), (18, "十八"), (20, "二十"), (41, "四十一"), (100, "一百"), (105, "一百零五"), (110, "一百一十"), (126, "一百二十六"), (1010, "一千零一十")]
        {
            assert_eq!(in_chinese(number), text);
        }
    }

    #[test]
    fn a_reference_is_printed_as_people_say_it() {
        assert_eq!(printed("食品安全法§126"), "食品安全法 第一百二十六条");
        assert_eq!(printed("经营许可办法§18④"), "经营许可办法 第十八条第四项");
        assert_eq!(printed("经营许可办法§30(2)"), "经营许可办法 第三十条第二款");
        assert_eq!(printed("食品安全法§123(1)③"), "食品安全法 第一百二十三条第一款第三项");
        // What is no place in an article names none.
        assert_eq!(printed("食品安全法§十八"), "食品安全法§十八");
        assert_eq!(printed("GB31654-2021#有害生物防制"), "GB31654-2021 有害生物防制");
    }
}
