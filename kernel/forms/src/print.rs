//! What was filled in, as label and text, for the timeline and for paper.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Form;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub label: String,
    pub value: String,
}

/// The filled-in fields in the form's order; what was left empty is left out.
pub fn fields(form: &Form, values: &Value) -> Vec<Field> {
    let Some(properties) = form.schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let order = form.ui.get("order").and_then(Value::as_array);
    let ordered = order.into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<&str> = ordered.filter(|name| properties.contains_key(*name)).collect();
    for name in properties.keys() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let printed = names.into_iter().filter_map(|name| {
        let schema = &properties[name];
        let label = schema.get("title").and_then(Value::as_str).unwrap_or(name).to_owned();
        let suffix = form.ui.pointer(&format!("/{name}/suffix")).and_then(Value::as_str).unwrap_or("");
        let text = in_words(values.get(name)?)?;
        Some(Field { label, value: format!("{text}{}", if suffix.is_empty() { String::new() } else { format!(" {suffix}") }) })
    });
    printed.collect()
}

fn in_words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.trim().is_empty()).then(|| text.trim().to_owned()),
        Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.into()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            let words: Vec<String> = items.iter().filter_map(in_words).collect();
            (!words.is_empty()).then(|| words.join("、"))
        }
        Value::Object(_) => None,
    }
}
