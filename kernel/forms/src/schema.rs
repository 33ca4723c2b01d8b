//! Which part of JSON Schema a form may use: exactly the part that is enforced.

use serde_json::Value;

/// Keywords that change nothing about what is valid.
const NOTES: &[&str] = &["$schema", "$id", "title", "description", "default", "examples"];

/// Why a schema cannot be enforced; empty when it can.
///
/// A keyword we would silently ignore is refused: a rule that stands in a form must hold.
pub fn problems_of_schema(schema: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        problems.push("the whole must be an object".into());
    }
    look(schema, "", &mut problems);
    problems
}

fn look(schema: &Value, path: &str, problems: &mut Vec<String>) {
    let Some(keywords) = schema.as_object() else {
        problems.push(format!("{path}: a schema must be an object"));
        return;
    };
    for (keyword, value) in keywords {
        let fine = match keyword.as_str() {
            known if NOTES.contains(&known) => true,
            "type" => matches!(value.as_str(), Some("object" | "string" | "integer" | "number" | "boolean" | "array")),
            "required" => value.as_array().is_some_and(|names| {
                names.iter().all(|n| n.as_str().is_some_and(|n| schema.pointer(&format!("/properties/{n}")).is_some()))
            }),
            "properties" => value.as_object().is_some_and(|properties| {
                for (name, inner) in properties {
                    look(inner, &format!("{path}/{name}"), problems);
                }
                true
            }),
            "items" => {
                look(value, &format!("{path}/*"), problems);
                true
            }
            "additionalProperties" => *value == Value::Bool(false),
            "enum" => value.as_array().is_some_and(|choices| !choices.is_empty()),
            "minLength" | "maxLength" | "minItems" | "maxItems" => value.as_u64().is_some(),
            "minimum" | "maximum" => value.is_number(),
            "format" => value.as_str() == Some("date"),
            _ => false,
        };
        if !fine {
            problems.push(format!("{path}/{keyword}: {value} is not enforced here"));
        }
    }
}
