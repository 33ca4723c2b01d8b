//! In which area a business lies: by its code, by the name of its station or grid, by its address. Pure.

use std::collections::HashMap;

use shian_area::{Area, AreaKind, Shape};
use shian_base::Day;

use crate::reading::compared;

/// The areas of a day, as rows of tables name them.
pub struct AreaFinder {
    by_code: HashMap<String, Area>,
    /// The middle of each area that is drawn on the map.
    middles: HashMap<String, (f64, f64)>,
}

/// An area, and what should be looked at again.
#[derive(Debug, PartialEq)]
pub struct Found {
    pub code: String,
    pub warning: Option<String>,
}

impl AreaFinder {
    pub fn new(areas: Vec<Area>, shapes: &[Shape], today: Day) -> Self {
        let exists = |area: &Area| area.valid_from <= today && area.valid_to.is_none_or(|last| today <= last);
        let middles = shapes.iter().filter_map(|shape| Some((shape.code.clone(), middle(&shape.geometry)?))).collect();
        Self { by_code: areas.into_iter().filter(exists).map(|area| (area.code.clone(), area)).collect(), middles }
    }

    /// The station or grid; the sentence says why there is none.
    pub fn find(&self, code: Option<&str>, name: Option<&str>, address: Option<&str>) -> Result<Found, String> {
        let by_code = code.map(|code| self.of_code(code));
        if let Some(Ok(code)) = by_code {
            return Ok(Found { code, warning: None });
        }
        let place = compared(&format!("{}{}", name.unwrap_or_default(), address.unwrap_or_default()));
        let named = name.map(|name| self.named(name, &place));
        if let Some(Ok(code)) = named {
            return Ok(Found { code, warning: None });
        }
        let by_address = address.map(|address| self.in_address(&compared(address)));
        if let Some(Ok(code)) = by_address {
            let title = self.by_code.get(&code).map_or("", |area| &area.name);
            return Ok(Found { warning: Some(format!("辖区由地址推定为{title}，请核对")), code });
        }
        let why = [by_code, named, by_address].into_iter().flatten().find_map(Result::err);
        Err(why.unwrap_or_else(|| "缺少区域代码、监管所和地址，无法确定辖区".into()))
    }

    /// Roughly where an area lies: its own middle, or that of the area around it.
    pub fn middle(&self, code: &str) -> Option<(f64, f64)> {
        [12, 9, 6, 4].into_iter().filter_map(|len| code.get(..len)).find_map(|code| self.middles.get(code).copied())
    }

    fn of_code(&self, code: &str) -> Result<String, String> {
        // Statistical codes are filled up with zeros: 990302001000 is the station 990302001.
        let mut short = code;
        while !self.by_code.contains_key(short) {
            short = match short.len() {
                12 if short.ends_with("000") => &short[..9],
                9 if short.ends_with("000") => &short[..6],
                _ => return Err(format!("区域代码 {code} 不存在")),
            };
        }
        match self.by_code[short].kind {
            AreaKind::Station | AreaKind::Grid => Ok(short.to_owned()),
            AreaKind::City | AreaKind::District => Err(format!("区域代码 {code} 只到区县，须到监管所或网格")),
        }
    }

    fn named(&self, name: &str, place: &str) -> Result<String, String> {
        let said = compared(name)
            .replace("市场监督管理", "")
            .replace("市场监管", "")
            .replace("食品药品监督管理", "")
            .replace("食药监", "");
        let fits = |area: &&Area| {
            let known = compared(&area.name);
            matches!(area.kind, AreaKind::Station | AreaKind::Grid) && (said == known || said.ends_with(&known))
        };
        // 石桥07网格 ends no other name, but 桥所 would end 石桥所: the longest name is the one meant.
        let longest = self.by_code.values().filter(fits).map(|area| area.name.chars().count()).max();
        let found: Vec<&Area> =
            self.by_code.values().filter(fits).filter(|area| Some(area.name.chars().count()) == longest).collect();
        // The one station of that name is meant, whatever the address says.
        if let [area] = found[..] {
            return Ok(area.code.clone());
        }
        self.only(found.into_iter(), place).map_err(|many| match many {
            true => format!("有几个“{name}”，请写明区域代码"),
            false => format!("没有叫“{name}”的监管所或网格"),
        })
    }

    fn in_address(&self, address: &str) -> Result<String, String> {
        let found = self.by_code.values().filter(|area| {
            let stem = area.name.trim_end_matches('所');
            area.kind == AreaKind::Station && stem.chars().count() >= 2 && address.contains(&compared(stem))
        });
        self.only(found, address).map_err(|many| match many {
            true => "地址同时指向几个监管所，请写明区域代码".into(),
            false => "由地址看不出监管所，请写明区域代码或监管所".into(),
        })
    }

    /// The one area; of several the one whose district is named too. The error says whether there were several.
    fn only<'a>(&self, found: impl Iterator<Item = &'a Area>, place: &str) -> Result<String, bool> {
        let found: Vec<&Area> = found.collect();
        if found.is_empty() {
            return Err(false);
        }
        let district = |area: &Area| area.code.get(..6).and_then(|code| self.by_code.get(code));
        let named_districts: Vec<&Area> = self
            .by_code
            .values()
            .filter(|area| area.kind == AreaKind::District && place.contains(&compared(&area.name)))
            .collect();
        let fits = |area: &&&Area| {
            named_districts.is_empty() || district(area).is_some_and(|of| named_districts.iter().any(|named| named.code == of.code))
        };
        let within: Vec<&&Area> = found.iter().filter(fits).collect();
        match within[..] {
            [area] => Ok(area.code.clone()),
            [] => Err(false),
            _ => Err(true),
        }
    }
}

/// The mean of a geometry's points.
fn middle(geometry: &serde_json::Value) -> Option<(f64, f64)> {
    fn gather(value: &serde_json::Value, points: &mut Vec<(f64, f64)>) {
        let Some(list) = value.as_array() else { return };
        match (list.first().and_then(|x| x.as_f64()), list.get(1).and_then(|y| y.as_f64())) {
            (Some(lon), Some(lat)) => points.push((lon, lat)),
            _ => list.iter().for_each(|inner| gather(inner, points)),
        }
    }
    let mut points = Vec::new();
    gather(geometry.get("coordinates")?, &mut points);
    if points.is_empty() {
        return None;
    }
    let count = points.len() as f64;
    let sum = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
    Some((sum.0 / count, sum.1 / count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shian_area::ShapeKind;

    fn finder() -> AreaFinder {
        let area = |code: &str, name: &str| Area {
            code: code.into(),
            name: name.into(),
            kind: AreaKind::of_code(code).unwrap(),
            parent: None,
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: (name == "旧街所").then(|| "2025-12-31".parse().unwrap()),
        };
        let areas = [
            ("9903", "柳溪市"), ("990302", "河东区"), ("990303", "河西区"), ("990302001", "石桥所"),
            ("990302001007", "石桥07网格"), ("990302002", "城关所"), ("990303001", "城关所"), ("990303002", "旧街所"),
        ];
        let geometry = serde_json::json!({ "type": "Polygon", "coordinates": [[[119.0, 34.0], [119.2, 34.0], [119.1, 34.3]]] });
        let shape = Shape { code: "990302001".into(), kind: ShapeKind::Station, name: "石桥所".into(), geometry };
        AreaFinder::new(areas.into_iter().map(|(code, name)| area(code, name)).collect(), &[shape], "2026-11-21".parse().unwrap())
    }
    fn code(found: Result<Found, String>) -> String {
        found.unwrap().code
    }

    #[test]
    fn a_code_must_exist_and_reach_a_station() {
        let areas = finder();
        assert_eq!(code(areas.find(Some("990302001007"), None, None)), "990302001007");
        assert_eq!(code(areas.find(Some("990302001000"), None, None)), "990302001");
        for (wrong, why) in [("990302", "只到区县"), ("990302000000", "只到区县"), ("110101001", "不存在"), ("990303002", "不存在")] {
            assert!(areas.find(Some(wrong), None, None).unwrap_err().contains(why), "{wrong}");
        }
    }

    #[test]
    fn a_station_is_known_by_its_name_and_two_of_one_name_by_their_district() {
        let areas = finder();
        assert_eq!(code(areas.find(None, Some("石桥市场监督管理所"), None)), "990302001");
        assert_eq!(code(areas.find(None, Some("河东区石桥07网格"), None)), "990302001007");
        assert_eq!(code(areas.find(None, Some("石桥所"), Some("河西区西门街8号"))), "990302001");
        assert!(areas.find(None, Some("城关所"), None).unwrap_err().contains("几个"));
        assert_eq!(code(areas.find(None, Some("城关所"), Some("河西区西门街8号"))), "990303001");
        assert!(areas.find(None, Some("东山所"), None).unwrap_err().contains("没有叫"));
    }

    #[test]
    fn an_address_names_the_station_only_where_it_is_plain_and_that_is_said() {
        let areas = finder();
        let found = areas.find(None, None, Some("柳溪市河东区石桥街 42 号")).unwrap();
        assert_eq!(found.code, "990302001");
        assert!(found.warning.unwrap().contains("石桥所"));
        assert!(areas.find(None, None, Some("柳溪市城关路 1 号")).is_err());
        assert_eq!(code(areas.find(None, None, Some("河东区城关路 1 号"))), "990302002");
        // A wrong code is not silently replaced by nothing: the address helps, and the warning stands.
        assert!(areas.find(Some("990399"), None, Some("河东区石桥街42号")).unwrap().warning.is_some());
        assert!(areas.find(None, None, None).unwrap_err().contains("缺少"));
    }

    #[test]
    fn a_grid_without_a_drawing_lies_in_the_middle_of_its_station() {
        let (lon, lat) = finder().middle("990302001007").unwrap();
        assert!((lon - 119.1).abs() < 1e-9 && (lat - 34.1).abs() < 1e-9);
        assert_eq!(finder().middle("990303001"), None);
    }
}
