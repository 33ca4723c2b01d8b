//! GET /api/areas/map

use axum::Json;
use axum::extract::State;
use http::header;
use serde::Serialize;
use shian_db::Db;
use shian_web::Answer;
use utoipa::ToSchema;

use crate::{Areas, Shape, ShapeKind};

/// A GeoJSON feature collection (RFC 7946), WGS 84.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AreaMap)]
pub struct FeatureCollection {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub features: Vec<Feature>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AreaFeature)]
pub struct Feature {
    /// Always `Feature`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A GeoJSON geometry: `Polygon` for areas, `LineString` for rivers and roads.
    #[schema(value_type = Object)]
    pub geometry: serde_json::Value,
    pub properties: FeatureProperties,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AreaFeatureProperties)]
pub struct FeatureProperties {
    pub code: String,
    pub kind: ShapeKind,
    pub name: String,
}

/// The outlines of all areas, with rivers, roads and streets, for drawing the map without a map service.
///
/// Open to everyone: it says where the areas lie and nothing about what is in them.
#[utoipa::path(get, path = "/api/areas/map", tag = "areas", responses((status = 200, body = FeatureCollection)))]
pub async fn areas_map(State(db): State<Db>) -> Answer<([(header::HeaderName, &'static str); 1], Json<FeatureCollection>)> {
    let mut tx = db.read().await?;
    let features = Areas::shapes(&mut tx).await?.into_iter().map(Feature::from).collect();
    let map = FeatureCollection { kind: "FeatureCollection", features };
    Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], Json(map)))
}

impl From<Shape> for Feature {
    fn from(shape: Shape) -> Self {
        let properties = FeatureProperties { code: shape.code, kind: shape.kind, name: shape.name };
        Self { kind: "Feature", geometry: shape.geometry, properties }
    }
}
