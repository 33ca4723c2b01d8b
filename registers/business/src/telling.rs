//! What changes when a source tells of a business or a licence. Pure.

use std::collections::BTreeMap;

use shian_base::Result;

use crate::fields::Fields;
use crate::{PLATFORM, Sources};

/// For each field what each source said last.
#[derive(Clone, Debug, Default)]
pub struct Told(BTreeMap<String, BTreeMap<String, String>>);

/// What is new after a telling.
#[derive(Debug, Default, PartialEq)]
pub struct News {
    /// What the source had not said before.
    pub said: BTreeMap<String, String>,
    /// What the platform had before anybody told of it, and another source now contradicts.
    pub before: BTreeMap<String, String>,
    /// Field, old value and new value of what the file shows differently from now on.
    pub changes: Vec<(String, Option<String>, String)>,
}

impl Told {
    /// Adds an earlier claim; later ones of a source stand in for earlier ones.
    pub fn add(&mut self, source: &str, said: &BTreeMap<String, String>) {
        for (field, value) in said {
            self.0.entry(field.clone()).or_default().insert(source.to_owned(), value.clone());
        }
    }

    /// Takes what a source says: keeps it beside what others said, and lets the thing show what is believed.
    pub fn hear<T: Fields>(
        &mut self,
        thing: &mut T,
        sources: &Sources,
        source: &str,
        said: &BTreeMap<String, String>,
    ) -> Result<News> {
        let mut news = News::default();
        // A business that an import made stands in the middle of its area until somebody tells its place.
        let was_told = !self.0.is_empty();
        for (field, value) in said {
            let estimated = field == "location" && was_told;
            let of = self.0.entry(field.clone()).or_default();
            if of.get(source) == Some(value) {
                continue;
            }
            let now = thing.field(field);
            if let Some(now) = now.as_ref().filter(|now| of.is_empty() && *now != value && !estimated) {
                of.insert(PLATFORM.into(), now.clone());
                news.before.insert(field.clone(), now.clone());
            }
            of.insert(source.into(), value.clone());
            news.said.insert(field.clone(), value.clone());
            let believed = sources.believed(field, of.iter().map(|(source, value)| (source.as_str(), value.as_str())));
            if let Some((_, believed)) = believed.filter(|(_, believed)| now.as_deref() != Some(*believed)) {
                thing.set_field(field, believed)?;
                news.changes.push((field.clone(), now, believed.to_owned()));
            }
        }
        Ok(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thing with one field, as much as the rule needs.
    struct Phone(Option<String>);
    impl Fields for Phone {
        fn field(&self, _: &str) -> Option<String> {
            self.0.clone()
        }
        fn set_field(&mut self, _: &str, value: &str) -> Result<()> {
            self.0 = Some(value.into());
            Ok(())
        }
    }
    fn said(phone: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("contact_phone".into(), phone.into())])
    }

    #[test]
    fn two_sources_that_disagree_are_both_kept_and_the_believed_one_is_shown() {
        let sources = Sources::shipped();
        let (mut phone, mut told) = (Phone(Some("1111111".into())), Told::default());
        let first = told.hear(&mut phone, &sources, "registration", &said("2222222")).unwrap();
        assert_eq!(first.before, said("1111111"), "what the platform had is kept");
        assert_eq!(first.changes.len(), 1);
        // 日常监管 is believed for telephones, 企业自报 is not.
        told.hear(&mut phone, &sources, "supervision", &said("3333333")).unwrap();
        assert_eq!(phone.0.as_deref(), Some("3333333"));
        let last = told.hear(&mut phone, &sources, "report", &said("4444444")).unwrap();
        assert_eq!((last.said, last.changes), (said("4444444"), vec![]));
        assert_eq!(phone.0.as_deref(), Some("3333333"));
    }

    #[test]
    fn what_was_said_before_is_no_news() {
        let sources = Sources::shipped();
        let (mut phone, mut told) = (Phone(None), Told::default());
        told.hear(&mut phone, &sources, "report", &said("1111111")).unwrap();
        assert_eq!(told.hear(&mut phone, &sources, "report", &said("1111111")).unwrap(), News::default());
        // The same source corrects itself.
        let corrected = told.hear(&mut phone, &sources, "report", &said("2222222")).unwrap();
        assert_eq!((phone.0.as_deref(), corrected.before.len()), (Some("2222222"), 0));
    }
}
