//! The zones of a kitchen that a camera can look into.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every camera is declared for one; scenes are watched for by zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    Storage,
    Rough,
    Cutting,
    Cooking,
    Cold,
    Raw,
    Serving,
    Washing,
    Other,
}

impl Zone {
    pub const ALL: [Zone; 9] = [
        Self::Storage,
        Self::Rough,
        Self::Cutting,
        Self::Cooking,
        Self::Cold,
        Self::Raw,
        Self::Serving,
        Self::Washing,
        Self::Other,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Rough => "rough",
            Self::Cutting => "cutting",
            Self::Cooking => "cooking",
            Self::Cold => "cold",
            Self::Raw => "raw",
            Self::Serving => "serving",
            Self::Washing => "washing",
            Self::Other => "other",
        }
    }
    pub const fn title(self) -> &'static str {
        match self {
            Self::Storage => "库房",
            Self::Rough => "粗加工",
            Self::Cutting => "切配",
            Self::Cooking => "烹饪",
            Self::Cold => "冷食专间",
            Self::Raw => "生食专间",
            Self::Serving => "备餐",
            Self::Washing => "餐具洗消",
            Self::Other => "其他",
        }
    }
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|zone| zone.code() == code)
    }
}
