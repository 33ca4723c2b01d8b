//! A small form, filled in well and badly.

use serde_json::{Value, json};
use shian_forms::{Form, FormBook, fields, problems_of_schema, validate};

fn form() -> Form {
    serde_json::from_value(json!({
        "id": "order", "title": "责令改正", "version": "2026-11-01",
        "schema": { "type": "object", "additionalProperties": false, "required": ["requirement"], "properties": {
            "requirement": { "type": "string", "title": "整改要求", "minLength": 2, "maxLength": 10 },
            "days": { "type": "integer", "title": "整改期限", "minimum": 1, "maximum": 30 },
            "from": { "type": "string", "title": "起始日", "format": "date" },
            "kind": { "type": "string", "title": "类别", "enum": ["甲", "乙"] },
            "photos": { "type": "array", "title": "照片", "maxItems": 2, "items": { "type": "string", "title": "照片" } },
            "urgent": { "type": "boolean", "title": "紧急" }
        } },
        "ui": { "order": ["days", "requirement"], "days": { "suffix": "日" } }
    }))
    .unwrap()
}

fn said(values: Value) -> Vec<(String, &'static str)> {
    validate(&form().schema, &values).into_iter().map(|e| (e.field, e.code)).collect()
}

#[test]
fn a_form_filled_in_well_passes() {
    let well = json!({ "requirement": "清洗台面", "days": 3, "from": "2026-11-21", "kind": "甲", "photos": ["a"], "urgent": true });
    assert_eq!(said(well), []);
    assert_eq!(said(json!({ "requirement": "清洗台面", "days": null })), []);
}

#[test]
fn every_mistake_is_told_with_its_field() {
    assert_eq!(said(json!({})), [("requirement".into(), "form.required")]);
    assert_eq!(said(json!({ "requirement": "   " })), [("requirement".into(), "form.too_short")]);
    assert_eq!(said(json!({ "requirement": "一二三四五六七八九十十一" })), [("requirement".into(), "form.too_long")]);
    assert_eq!(said(json!({ "requirement": 5 })), [("requirement".into(), "form.type")]);
    assert_eq!(said(json!([])), [("".into(), "form.type")]);
    let bad = json!({ "requirement": "清洗", "days": 31, "from": "2026-02-30", "kind": "丙", "photos": ["a", 2, "c"], "else": 1 });
    let mut codes = said(bad);
    codes.sort();
    assert_eq!(codes, [
        ("days".into(), "form.too_large"),
        ("else".into(), "form.unknown"),
        ("from".into(), "form.date"),
        ("kind".into(), "form.enum"),
        ("photos".into(), "form.too_many"),
        ("photos.1".into(), "form.type"),
    ]);
    assert_eq!(said(json!({ "requirement": "清洗", "days": 2.5 })), [("days".into(), "form.type")]);
    assert_eq!(said(json!({ "requirement": "清洗", "days": 0 })), [("days".into(), "form.too_small")]);
}

#[test]
fn messages_are_in_the_words_of_the_form() {
    let errors = validate(&form().schema, &json!({ "days": 99 }));
    let messages: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(messages, ["请填写整改要求", "整改期限不能大于30"]);
}

#[test]
fn what_was_filled_in_is_printed_in_the_order_of_the_form() {
    let printed = fields(&form(), &json!({ "requirement": " 清洗台面 ", "days": 3, "urgent": false, "photos": [], "kind": null }));
    let printed: Vec<(&str, &str)> = printed.iter().map(|f| (f.label.as_str(), f.value.as_str())).collect();
    assert_eq!(printed, [("整改期限", "3 日"), ("整改要求", "清洗台面"), ("紧急", "否")]);
}

#[test]
fn a_rule_that_would_not_be_enforced_is_refused() {
    assert!(problems_of_schema(&form().schema).is_empty());
    for schema in [
        json!({ "type": "string" }),
        json!({ "type": "object", "properties": { "a": { "type": "string", "pattern": "x" } } }),
        json!({ "type": "object", "required": ["missing"], "properties": {} }),
        json!({ "type": "object", "additionalProperties": true }),
        json!({ "type": "object", "properties": { "a": { "type": "string", "format": "email" } } }),
        json!({ "type": "object", "properties": { "a": 7 } }),
    ] {
        assert!(!problems_of_schema(&schema).is_empty(), "{schema}");
    }
    let misnamed = [("other.json".to_owned(), serde_json::to_string(&form()).unwrap())];
    assert!(FormBook::parse(&misnamed).is_err());
}
