//! Checks values against a form's schema and says in Chinese what is wrong, field by field.

use serde_json::Value;
use shian_base::{Day, FieldError};

/// Everything that is wrong; empty when the values hold.
pub fn validate(schema: &Value, values: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check(schema, values, "", &mut errors);
    errors
}

fn check(schema: &Value, value: &Value, path: &str, errors: &mut Vec<FieldError>) {
    let title = schema.get("title").and_then(Value::as_str).unwrap_or("此项");
    let mut wrong = |code: &'static str, message: String| errors.push(FieldError { field: path.to_owned(), code, message });
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or("");
    if !is_of(kind, value) {
        let expected = match kind {
            "string" => "文字",
            "integer" => "整数",
            "number" => "数字",
            "boolean" => "是或否",
            "array" => "列表",
            _ => "一组填写项",
        };
        return wrong("form.type", format!("{title}应填{expected}"));
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array)
        && !choices.contains(value)
    {
        return wrong("form.enum", format!("{title}请从给出的选项中选择"));
    }
    match value {
        Value::String(text) => {
            // Blanks are no answer: what must be written must be readable.
            let length = text.trim().chars().count() as u64;
            if let Some(least) = limit(schema, "minLength").filter(|least| length < *least) {
                let message = if length == 0 { format!("请填写{title}") } else { format!("{title}至少{least}个字") };
                wrong("form.too_short", message);
            }
            if let Some(most) = limit(schema, "maxLength").filter(|most| text.chars().count() as u64 > *most) {
                wrong("form.too_long", format!("{title}最多{most}个字"));
            }
            if schema.get("format").and_then(Value::as_str) == Some("date") && text.parse::<Day>().is_err() {
                wrong("form.date", format!("{title}应填日期，如 2026-11-21"));
            }
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            if let Some(least) = schema.get("minimum").and_then(Value::as_f64).filter(|least| number < *least) {
                wrong("form.too_small", format!("{title}不能小于{least}"));
            }
            if let Some(most) = schema.get("maximum").and_then(Value::as_f64).filter(|most| number > *most) {
                wrong("form.too_large", format!("{title}不能大于{most}"));
            }
        }
        Value::Array(items) => {
            if limit(schema, "minItems").is_some_and(|least| (items.len() as u64) < least) {
                wrong("form.too_few", format!("{title}填得太少"));
            }
            if limit(schema, "maxItems").is_some_and(|most| items.len() as u64 > most) {
                wrong("form.too_many", format!("{title}填得太多"));
            }
            if let Some(inner) = schema.get("items") {
                for (index, item) in items.iter().enumerate() {
                    check(inner, item, &join(path, &index.to_string()), errors);
                }
            }
        }
        Value::Object(given) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let property = |name: &str| properties.and_then(|p| p.get(name));
            for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                if given.get(name).is_none_or(Value::is_null) {
                    let title = property(name).and_then(|p| p.get("title")).and_then(Value::as_str).unwrap_or(name);
                    errors.push(FieldError { field: join(path, name), code: "form.required", message: format!("请填写{title}") });
                }
            }
            for (name, inner) in given {
                match property(name) {
                    // A screen sends an empty optional field as null; that is not an answer, nor a wrong one.
                    _ if inner.is_null() => {}
                    Some(schema) => check(schema, inner, &join(path, name), errors),
                    None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => errors.push(FieldError {
                        field: join(path, name),
                        code: "form.unknown",
                        message: "表单中没有这一项".into(),
                    }),
                    None => {}
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|f| f.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => true,
    }
}

fn limit(schema: &Value, keyword: &str) -> Option<u64> {
    schema.get(keyword).and_then(Value::as_u64)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
