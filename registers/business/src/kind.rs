//! The kinds of food business (主体业态), as the law and the officers name them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of a food business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BusinessKind)]
pub enum Kind {
    /// 食品生产
    Production,
    /// 食品批发
    Wholesale,
    /// 食品销售
    Sales,
    /// 农贸市场
    Market,
    /// 餐饮服务
    Catering,
    /// 学校食堂
    SchoolCanteen,
    /// 幼儿园食堂
    KindergartenCanteen,
    /// 养老机构食堂
    NursingHome,
    /// 单位食堂
    Canteen,
    /// 食品小作坊
    Workshop,
    /// 小餐饮
    SmallCatering,
    /// 食品摊点
    Stall,
    /// 中央厨房
    CentralKitchen,
    /// 集体用餐配送
    Delivery,
    /// 网络餐饮
    Online,
}

impl Kind {
    pub const ALL: [Kind; 15] = [
        Self::Production,
        Self::Wholesale,
        Self::Sales,
        Self::Market,
        Self::Catering,
        Self::SchoolCanteen,
        Self::KindergartenCanteen,
        Self::NursingHome,
        Self::Canteen,
        Self::Workshop,
        Self::SmallCatering,
        Self::Stall,
        Self::CentralKitchen,
        Self::Delivery,
        Self::Online,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Wholesale => "wholesale",
            Self::Sales => "sales",
            Self::Market => "market",
            Self::Catering => "catering",
            Self::SchoolCanteen => "school_canteen",
            Self::KindergartenCanteen => "kindergarten_canteen",
            Self::NursingHome => "nursing_home",
            Self::Canteen => "canteen",
            Self::Workshop => "workshop",
            Self::SmallCatering => "small_catering",
            Self::Stall => "stall",
            Self::CentralKitchen => "central_kitchen",
            Self::Delivery => "delivery",
            Self::Online => "online",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Production => "食品生产",
            Self::Wholesale => "食品批发",
            Self::Sales => "食品销售",
            Self::Market => "农贸市场",
            Self::Catering => "餐饮服务",
            Self::SchoolCanteen => "学校食堂",
            Self::KindergartenCanteen => "幼儿园食堂",
            Self::NursingHome => "养老机构食堂",
            Self::Canteen => "单位食堂",
            Self::Workshop => "食品小作坊",
            Self::SmallCatering => "小餐饮",
            Self::Stall => "食品摊点",
            Self::CentralKitchen => "中央厨房",
            Self::Delivery => "集体用餐配送",
            Self::Online => "网络餐饮",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether meals are cooked here, so that there is a kitchen to look into.
    pub const fn cooks(self) -> bool {
        !matches!(self, Self::Production | Self::Wholesale | Self::Sales | Self::Market | Self::Workshop | Self::Stall)
    }

    /// Whether those fed are pupils or small children.
    pub const fn feeds_children(self) -> bool {
        matches!(self, Self::SchoolCanteen | Self::KindergartenCanteen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_code_and_written_so() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_code(kind.code()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
        assert_eq!(Kind::of_code("pharmacy"), None);
    }
}
