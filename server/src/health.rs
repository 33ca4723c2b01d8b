//! What only the server can look at for the doctor: cameras and models, behind their drivers.

use std::path::PathBuf;

use async_trait::async_trait;
use serde_json::json;
use shian_base::{Instant, Result};
use shian_db::Db;
use shian_media::Vision as _;
use shian_operations::{Check, Finding, Severity};
use shian_vision::{ModelStore, catalogue};

/// How many cameras are named of those that are away.
const EXAMPLES: usize = 5;

pub struct Cameras(pub Db);

#[async_trait]
impl Check for Cameras {
    fn name(&self) -> &'static str {
        "cameras"
    }
    async fn look(&self, _: Instant) -> Result<Vec<Finding>> {
        let mut tx = self.0.read().await?;
        let away = shian_kitchens::cameras_away(&mut tx).await?;
        let total: i64 = shian_kitchens::cameras_by_state(&mut tx).await?.iter().map(|(_, count)| count).sum();
        if away.is_empty() {
            return Ok(Vec::new());
        }
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for camera in &away {
            match reasons.iter_mut().find(|(reason, _)| *reason == camera.state_reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((&camera.state_reason, 1)),
            }
        }
        let why: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{} {count} 路", reason_title(reason))).collect();
        // Many at once point to the network or this machine rather than to kitchens.
        let severity = if away.len() as i64 * 5 > total { Severity::Bad } else { Severity::Warn };
        let examples: Vec<_> = away
            .iter()
            .take(EXAMPLES)
            .map(|camera| json!({ "id": camera.id, "business": camera.business_name, "name": camera.name, "reason": camera.state_reason, "since": camera.state_since }))
            .collect();
        Ok(vec![Finding::new(
            "cameras.offline",
            severity,
            format!("{total} 路摄像头中有 {} 路离线：{}", away.len(), why.join("，")),
            "同一原因集中出现时先查网络和账号；个别离线由监管所督促商户检修。",
            json!({ "total": total, "offline": away.len(), "cameras": examples }),
        )])
    }
}

/// The driver's stable codes, see `drivers/video/src/failure.rs`.
fn reason_title(reason: &str) -> &str {
    match reason {
        "refused" => "拒绝连接",
        "unreachable" | "reset" | "connecting" => "连不上",
        "unknown_host" => "找不到地址",
        "timeout" => "没有应答",
        "unauthorized" => "账号或密码不对",
        "not_found" => "没有这个路径",
        "busy" => "观看数已满",
        "bad_address" => "地址不对",
        "no_data" | "no_keyframe" | "no_video" => "没有画面",
        "unsupported_codec" => "编码不支持",
        "" => "原因未知",
        other => other,
    }
}

/// Model packages: their bytes are what their hash says, and something can run them.
pub struct Models {
    pub folder: PathBuf,
    /// Where ONNX Runtime was looked for and found.
    pub runtimes: Vec<PathBuf>,
    /// Scenes of the law register that no installed package serves are no trouble: the screens say so.
    pub loaded: Option<std::sync::Arc<shian_vision::ChildVision>>,
}

#[async_trait]
impl Check for Models {
    fn name(&self) -> &'static str {
        "models"
    }
    async fn look(&self, _: Instant) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let store = ModelStore::open(&self.folder).map_err(anyhow::Error::new)?;
        for refused in store.refused() {
            findings.push(Finding::new(
                "models.refused",
                Severity::Bad,
                format!("模型包不能用：{refused}"),
                "用 shian model install 重新安装；哈希不符说明文件损坏或被换过。",
                json!({ "why": refused.to_string() }),
            ));
        }
        if store.packages().is_empty() {
            let known: Vec<&str> = catalogue().iter().map(|entry| entry.id).collect();
            findings.push(Finding::new(
                "models.none",
                Severity::Warn,
                "没有安装模型包，只测画面质量和连接，不识别人、动物和手机",
                "用 shian model install 安装。",
                json!({ "known": known }),
            ));
        }
        if let Some(vision) = &self.loaded {
            let loaded = vision.models();
            for package in store.packages().iter().filter(|package| !loaded.iter().any(|model| model.id == package.id))
            {
                findings.push(Finding::new(
                    "models.self_test",
                    Severity::Bad,
                    format!("模型包 {} {} 没有通过自检，未启用", package.id, package.version),
                    "查看日志里 vision 的说明；重新安装模型包或换用匹配的运行库。",
                    json!({ "id": package.id, "version": package.version }),
                ));
            }
        }
        // Where it runs the workers say what they run with; elsewhere it is looked for.
        let is_slow = match &self.loaded {
            Some(vision) => vision.models().iter().any(|model| model.runtime == "rten"),
            None => !store.packages().is_empty() && !self.runtimes.iter().any(|path| path.exists()),
        };
        if is_slow {
            findings.push(Finding::new(
                "models.slow_runtime",
                Severity::Note,
                "没有找到 ONNX Runtime，改用较慢的内置推理",
                "安装 onnxruntime 并在 [vision] onnxruntime 写上 libonnxruntime.so 的路径。",
                json!({}),
            ));
        }
        Ok(findings)
    }
}
