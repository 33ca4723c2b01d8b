//! What is written down in the audit log, and how it leaves the platform as a table.

use shian_base::Result;

use crate::store::AuditEntry;

pub const SIGNED_IN: &str = "sign_in";
pub const FAILED: &str = "sign_in.failed";
pub const LOCKED: &str = "sign_in.locked";
pub const SIGNED_OUT: &str = "sign_out";
pub const SESSION_ENDED: &str = "session.ended";
pub const PASSWORD_CHANGED: &str = "password.changed";
pub const PASSWORD_RESET: &str = "password.reset";
pub const SECOND_FACTOR_ON: &str = "second_factor.on";
pub const SECOND_FACTOR_OFF: &str = "second_factor.off";
pub const SECOND_FACTOR_RESET: &str = "second_factor.reset";
pub const CREATED: &str = "account.created";
pub const DISABLED: &str = "account.disabled";
pub const ENABLED: &str = "account.enabled";
pub const UNLOCKED: &str = "account.unlocked";
pub const GRANTED: &str = "post.granted";
pub const WITHDRAWN: &str = "post.withdrawn";
pub const EXPORTED: &str = "audit.exported";

const TITLES: &[(&str, &str)] = &[
    (SIGNED_IN, "登录"),
    (FAILED, "登录失败"),
    (LOCKED, "锁定"),
    (SIGNED_OUT, "退出登录"),
    (SESSION_ENDED, "结束会话"),
    (PASSWORD_CHANGED, "修改密码"),
    (PASSWORD_RESET, "重设密码"),
    (SECOND_FACTOR_ON, "绑定动态口令"),
    (SECOND_FACTOR_OFF, "解除动态口令"),
    (SECOND_FACTOR_RESET, "重置动态口令"),
    (CREATED, "新建账号"),
    (DISABLED, "停用账号"),
    (ENABLED, "启用账号"),
    (UNLOCKED, "解除锁定"),
    (GRANTED, "授予岗位"),
    (WITHDRAWN, "收回岗位"),
    (EXPORTED, "导出审计日志"),
];

/// The act's title on screens and in exports.
pub fn act_title(act: &str) -> &'static str {
    TITLES.iter().find(|(code, _)| *code == act).map_or("其他", |(_, title)| title)
}

/// The entries as a table that a spreadsheet opens in Chinese and in which nothing runs.
pub fn table(entries: &[AuditEntry]) -> Result<Vec<u8>> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::from("\u{feff}"));
    let head = ["时间", "动作", "代码", "办理人", "对象", "地址", "设备", "详情"];
    out.write_record(head).map_err(anyhow::Error::new)?;
    for entry in entries {
        let cells = [
            &entry.at.to_string(),
            entry.act_title,
            &entry.act,
            &entry.actor,
            &entry.subject,
            &entry.address,
            &entry.device,
            &entry.detail.to_string(),
        ];
        out.write_record(cells.map(harmless)).map_err(anyhow::Error::new)?;
    }
    Ok(out.into_inner().map_err(|error| anyhow::anyhow!("writing the table: {error}"))?)
}

/// A cell that begins like a formula becomes text: the device names itself, and a name could be a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shian_base::{Id, Instant};

    #[test]
    fn nothing_runs_in_a_spreadsheet() {
        let entry = |device: &str| AuditEntry {
            id: Id::named(device),
            at: Instant::from_micros(0),
            act: FAILED.into(),
            act_title: act_title(FAILED),
            actor_id: None,
            actor: "@SUM(A1)".into(),
            subject_id: None,
            subject: String::new(),
            address: "10.0.0.1".into(),
            device: device.into(),
            detail: json!({ "reason": "password" }),
        };
        let text = String::from_utf8(
            table(&[entry("=HYPERLINK(\"x\",\"y\")"), entry("-1+1"), entry("Firefox, \"zh\"")]).unwrap(),
        )
        .unwrap();
        assert!(text.starts_with("\u{feff}时间,动作,"), "{text}");
        assert!(
            text.contains("\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")
                && text.contains(",'-1+1,")
                && text.contains(",'@SUM(A1),"),
            "{text}"
        );
        assert!(text.contains("\"Firefox, \"\"zh\"\"\""), "{text}");
    }
}
