//! The one configuration file, table by table; each part documents its own.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use shian_base::Result;
use shian_kitchens::Config as KitchensConfig;
use shian_operations::BackupConfig;
use shian_people::PeopleConfig;
use shian_video::VideoConfig;

use crate::metrics::MetricsConfig;

/// The commented example that `shian config example` prints; a test keeps it in step.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: ServerConfig,
    pub people: PeopleConfig,
    pub video: VideoConfig,
    pub vision: VisionSettings,
    pub kitchens: KitchensConfig,
    pub law: LawConfig,
    pub proof: ProofConfig,
    pub backup: BackupConfig,
    pub metrics: MetricsConfig,
    /// Where it was read from.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// Table `[server]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Where to listen.
    pub listen: String,
    /// Where everything is kept that is not in the database, and the database too unless it is elsewhere.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; empty means `DATA/shian.db`.
    pub database: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), data: "data".into(), database: String::new() }
    }
}

/// Table `[vision]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct VisionSettings {
    /// Child processes that look at pictures; 0 means one fewer than there are cores.
    pub workers: usize,
    /// ONNX Runtime's shared library; empty means to look beside the program. Without it a slower engine is used.
    pub onnxruntime: String,
}

/// Table `[law]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LawConfig {
    /// A folder whose files stand in for those the program ships, file by file; empty means none.
    pub folder: String,
}

/// Table `[proof]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProofConfig {
    /// Public keys of witnesses whose cosignatures are taken, as `name+id+base64` (C2SP tlog-cosignature).
    pub witnesses: Vec<String>,
}

impl Config {
    /// Reads the file; without one everything has its default.
    pub fn read(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).with_context(|| format!("reading the configuration {}", path.display()))?;
        let config: Self = toml::from_str(&text).with_context(|| format!("in the configuration {}", path.display()))?;
        Ok(Self { file: Some(path.to_owned()), ..config })
    }

    pub fn database_url(&self) -> String {
        match self.server.database.as_str() {
            "" => format!("sqlite:{}", self.server.data.join("shian.db").display()),
            url => url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_names_every_setting_with_its_default() {
        let uncommented: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        let from_example: Config = toml::from_str(&uncommented).unwrap();
        let expected = toml::Value::try_from(Config::default()).unwrap();
        assert_eq!(toml::Value::try_from(&from_example).unwrap(), expected);
        let said: toml::Value = toml::from_str(&uncommented).unwrap();
        assert_eq!(said, expected, "a setting is missing in the example or not at its default");
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let error = toml::from_str::<Config>("[server]\nlissten = \"x\"").unwrap_err();
        assert!(error.to_string().contains("lissten"));
    }
}
