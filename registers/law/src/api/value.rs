//! One dated number as the API shows it.

use serde::Serialize;
use shian_base::Day;
use shian_calendar::{Law as _, Unit};
use utoipa::ToSchema;

use crate::{Certainty, DatedValue, Deadline, DeadlineKind, LawBook, Roll};

#[derive(Debug, Serialize, ToSchema)]
pub struct LawValue {
    pub code: String,
    pub title: String,
    pub amount: i64,
    pub unit: String,
    /// 15个工作日
    pub length: String,
    /// 处罚程序规定 第十八条
    pub basis: String,
    pub articles: Vec<LawArticle>,
    #[schema(value_type = String)]
    pub from: Day,
    /// The last day it applies.
    #[schema(value_type = Option<String>)]
    pub to: Option<Day>,
    /// Whether it applies on the day asked for.
    pub in_force: bool,
    /// Whether the office set it itself.
    pub setting: bool,
    /// How it is counted; absent for what the office set itself.
    pub deadline: Option<LawRule>,
    pub source: String,
    pub note: String,
}

/// How a period of the law is counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct LawRule {
    pub kind: DeadlineKind,
    pub event: String,
    pub binds: String,
    /// What happens when the last day is a holiday, in words; empty where it cannot be one.
    pub rolls: String,
    pub extension: Option<String>,
    pub extend_by: String,
    pub not_counted: String,
    pub certainty: Certainty,
    /// Whether it is counted in hours, so that the moment of the event matters.
    pub by_hours: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LawArticle {
    /// 《食品经营许可和备案管理办法》
    pub title: String,
    pub article: String,
    pub text: String,
}

impl LawValue {
    pub fn of_deadline(deadline: &Deadline, law: &LawBook, on: Day) -> Self {
        let mut value = Self::of_setting(&deadline.value, on);
        value.setting = false;
        // The article as it read while the number applied, also when another law is in force by now.
        let read_on = if value.in_force { on } else { deadline.value.from };
        let articles = deadline.basis.iter().filter_map(|reference| law.article(reference, read_on));
        value.articles = articles.map(|a| LawArticle { title: a.title, article: a.article, text: a.text }).collect();
        value.deadline = Some(LawRule {
            kind: deadline.kind,
            event: deadline.event.clone(),
            binds: deadline.binds.clone(),
            rolls: rolls(&deadline.roll, law, read_on),
            extension: deadline.extension.map(|(amount, unit)| length(amount, unit.as_str())),
            extend_by: deadline.extend_by.clone(),
            not_counted: deadline.not_counted.clone(),
            certainty: deadline.certainty,
            by_hours: deadline.needs_moment(),
        });
        value
    }

    pub fn of_setting(value: &DatedValue, on: Day) -> Self {
        Self {
            code: value.code.clone(),
            title: value.title.clone(),
            amount: value.amount,
            unit: value.unit.clone(),
            length: length(value.amount, &value.unit),
            basis: value.basis.clone(),
            articles: Vec::new(),
            from: value.from,
            to: value.to,
            in_force: value.applies_on(on),
            setting: true,
            deadline: None,
            source: value.source.clone(),
            note: value.note.clone(),
        }
    }

    /// Whether every word asked for stands somewhere in it.
    pub fn has(&self, words: &str) -> bool {
        let rule = self.deadline.as_ref().map_or(String::new(), |d| format!("{} {}", d.event, d.binds));
        let titles: String = self.articles.iter().map(|a| a.title.as_str()).collect();
        let text = format!("{} {} {} {} {titles} {rule} {}", self.code, self.title, self.length, self.basis, self.note).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

fn length(amount: i64, unit: &str) -> String {
    match unit {
        "workday_before" => format!("{amount}个工作日前"),
        "hour_per_year" => format!("每年{amount}小时"),
        unit => unit.parse::<Unit>().map_or_else(|_| format!("{amount} {unit}"), |unit| format!("{amount}{}", unit.title())),
    }
}

fn rolls(roll: &Roll, law: &LawBook, on: Day) -> String {
    match roll {
        Roll::Never => String::new(),
        Roll::ByLaw(reference) => {
            let article = law.article(reference, on).map_or_else(|| reference.clone(), |a| format!("{}{}", a.title, a.article));
            format!("最后一日是法定节假日的，顺延至节假日后的第一日（{article}）")
        }
        Roll::ByCustom => "最后一日是节假日的按惯例顺延，条文没有写明，待本局确认".into(),
        Roll::Stays => "最后一日是节假日的也不顺延".into(),
    }
}
