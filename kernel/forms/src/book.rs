//! A form and the book of all forms.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problems_of_schema;

/// What an act asks to be filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub id: String,
    pub title: String,
    /// The day this wording was made; what was filled in keeps the version it was filled in with.
    pub version: String,
    /// JSON Schema of the values, of the keywords that [`problems_of_schema`] lets pass.
    pub schema: Value,
    /// How to show it: `order` of the fields, and per field `widget`, `rows`, `help`, `suffix`.
    #[serde(default)]
    pub ui: Value,
}

#[derive(Clone, Debug, Default)]
pub struct FormBook(BTreeMap<String, Form>);

impl FormBook {
    /// Reads `(file name, JSON text)` pairs; a form must be called like its file and use only what is enforced.
    pub fn parse(files: &[(String, String)]) -> Result<Self> {
        let mut forms = BTreeMap::new();
        for (name, text) in files {
            let form: Form = serde_json::from_str(text).with_context(|| format!("reading the form {name}"))?;
            if name.strip_suffix(".json") != Some(&form.id) {
                bail!("the form {} stands in the file {name}", form.id);
            }
            let problems = problems_of_schema(&form.schema);
            if !problems.is_empty() {
                bail!("the form {name} cannot be enforced: {}", problems.join("; "));
            }
            forms.insert(form.id.clone(), form);
        }
        Ok(Self(forms))
    }

    pub fn get(&self, id: &str) -> Option<&Form> {
        self.0.get(id)
    }
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
