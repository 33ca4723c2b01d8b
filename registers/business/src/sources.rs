//! Where facts come from, and which source is believed where several disagree.

use serde::Deserialize;
use shian_base::{Error, Result};

/// A system or office that tells of businesses.
#[derive(Clone, Debug, Deserialize)]
pub struct Source {
    pub id: String,
    pub title: String,
    /// Fields for which this source comes before those that do not name them.
    pub believed_for: Vec<String>,
}

/// The sources in the order in which they are believed.
#[derive(Clone, Debug, Deserialize)]
pub struct Sources {
    source: Vec<Source>,
}

/// What the platform knew before anybody delivered anything.
pub const PLATFORM: &str = "platform";

impl Sources {
    /// Those of `law-data/sources.toml`.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../law-data/sources.toml")).expect("a test reads the shipped sources")
    }

    pub fn parse(text: &str) -> Result<Self> {
        let sources: Self = toml::from_str(text)
            .map_err(|error| Error::invalid("sources.toml", "business.sources", error.message().to_owned()))?;
        match sources.find(PLATFORM) {
            Some(_) => Ok(sources),
            None => Err(Error::invalid("sources.toml", "business.sources", "the source `platform` is missing")),
        }
    }

    pub fn all(&self) -> &[Source] {
        &self.source
    }

    pub fn find(&self, id: &str) -> Option<&Source> {
        self.source.iter().find(|source| source.id == id)
    }

    pub fn title<'a>(&'a self, id: &'a str) -> &'a str {
        self.find(id).map_or(id, |source| &source.title)
    }

    /// The claim that is believed of a field: the first by the source's place. `told` gives source and value.
    pub fn believed<'a>(&self, field: &str, told: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<(&'a str, &'a str)> {
        told.into_iter().min_by_key(|(source, _)| self.place(field, source))
    }

    fn place(&self, field: &str, source: &str) -> (bool, usize) {
        let at = self.source.iter().position(|known| known.id == source).unwrap_or(usize::MAX);
        let is_named = self.source.get(at).is_some_and(|known| known.believed_for.iter().any(|named| named == field));
        (!is_named, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_named_for_a_field_is_believed_before_one_that_stands_higher() {
        let sources = Sources::shipped();
        let told = [("registration", "河东区石桥街42号"), ("licensing", "河东区石桥街42号一层")];
        assert_eq!(sources.believed("address", told), Some(("licensing", "河东区石桥街42号一层")));
        assert_eq!(sources.believed("name", told), Some(("registration", "河东区石桥街42号")));
        assert_eq!(sources.believed("name", [("platform", "旧名"), ("other", "新名")]), Some(("other", "新名")));
        assert_eq!(sources.believed("name", [("unheard-of", "甲"), ("platform", "乙")]), Some(("platform", "乙")));
        assert_eq!(sources.believed("name", []), None);
    }

    #[test]
    fn sources_without_the_platform_are_refused() {
        assert!(Sources::parse("[[source]]\nid = 'a'\ntitle = '甲'\nbelieved_for = []").is_err());
        assert!(Sources::parse("no toml").is_err());
    }
}
