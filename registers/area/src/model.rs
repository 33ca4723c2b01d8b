//! An area of the command tree and its shape on the map.

use serde::{Deserialize, Serialize};
use shian_base::Day;
use utoipa::ToSchema;

/// A city, district, supervision station or grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    pub code: String,
    pub name: String,
    pub kind: AreaKind,
    pub parent: Option<String>,
    /// Areas are merged and abolished; what was filed under one keeps its code.
    pub valid_from: Day,
    pub valid_to: Option<Day>,
}

/// A level of the command tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    City,
    District,
    Station,
    Grid,
}

impl AreaKind {
    pub const ALL: [AreaKind; 4] = [Self::City, Self::District, Self::Station, Self::Grid];

    pub const fn code(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::Station => "station",
            Self::Grid => "grid",
        }
    }
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
    /// The level an area code is of, by its length.
    pub fn of_code(code: &str) -> Option<Self> {
        match code.len() {
            4 => Some(Self::City),
            6 => Some(Self::District),
            9 => Some(Self::Station),
            12 => Some(Self::Grid),
            _ => None,
        }
    }
}

/// Something drawn on the map: an area's outline, a river, a road.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The area's code, or a name of its own for what is no area.
    pub code: String,
    pub kind: ShapeKind,
    pub name: String,
    /// A GeoJSON geometry, WGS 84 longitude before latitude.
    pub geometry: serde_json::Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShapeKind {
    City,
    District,
    Station,
    Grid,
    River,
    Road,
    Street,
}

impl ShapeKind {
    pub const ALL: [ShapeKind; 7] =
        [Self::City, Self::District, Self::Station, Self::Grid, Self::River, Self::Road, Self::Street];

    pub const fn code(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::Station => "station",
            Self::Grid => "grid",
            Self::River => "river",
            Self::Road => "road",
            Self::Street => "street",
        }
    }
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}
