//! What is wrong with the text of a procedure file, in words for whoever wrote it.

/// The mistake with its line; what has no words of ours is told as the reader put it.
pub(crate) fn in_words(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    format!("第 {line} 行：{}", said(error.message()))
}

fn said(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message, quoted.as_slice()) {
        (m, [unknown, known @ ..]) if m.starts_with("unknown field") => format!("不认识“{unknown}”，这里可以写：{}", known.join("、")),
        (m, [unknown, known @ ..]) if m.starts_with("unknown variant") => format!("没有“{unknown}”这种写法，可以写：{}", known.join("、")),
        (m, [missing, ..]) if m.starts_with("missing field") => format!("缺少“{missing}”"),
        (m, _) if m.starts_with("duplicate key") => "同一项重复写了两次".into(),
        (m, _) if m.starts_with("invalid type") => format!("应当是{}", kind(m.rsplit_once("expected ").map_or(m, |(_, wanted)| wanted))),
        (m, _) if m.contains("is no day") => format!("{}不是日期，应写作 2026-01-01", m.split(" is no day").next().unwrap_or("")),
        (m, _) => format!("读不懂（{m}）"),
    }
}

/// What should stand there.
fn kind(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "列表，如 [\"…\"]",
        "a string" => "文字，写在引号里",
        "a boolean" => "true 或者 false",
        other if other == "a map" || other.starts_with("struct") => "一组 { 名称 = 值 }",
        other if other.starts_with(['u', 'i', 'f']) => "数字",
        other => other,
    }
}
