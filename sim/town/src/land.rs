//! The ground the town stands on, drawn by hand: borders, river, roads, and the grids and streets made from them.
//!
//! 柳溪市 does not exist. Its codes begin with 99, which no province has, and its outline is nobody's.

use std::collections::BTreeSet;

use serde_json::json;
use shian_area::{Area, AreaKind, Shape, ShapeKind};
use shian_base::Day;

use crate::dice::Dice;
use crate::geometry::{self, Point};

pub const CITY: &str = "9903";
pub const CITY_NAME: &str = "柳溪市";

pub struct Land {
    pub stations: Vec<Station>,
    pub grids: Vec<Grid>,
}

/// 市场监督管理所, with the ground it answers for.
pub struct Station {
    pub code: &'static str,
    /// 石桥, without 所.
    pub place: &'static str,
    pub district: &'static District,
    pub outline: Vec<Point>,
}

pub struct District {
    pub code: &'static str,
    pub name: &'static str,
    outline: &'static [Point],
}

pub struct Grid {
    pub code: String,
    pub name: String,
    /// Index into `Land::stations`.
    pub station: usize,
    pub outline: Vec<Point>,
    pub streets: Vec<Street>,
}

pub struct Street {
    pub name: String,
    pub from: Point,
    pub to: Point,
}

impl Street {
    /// Where house `number` stands: odd numbers left of the way, even ones right, eight metres to a house.
    pub fn house(&self, number: i64) -> Point {
        let share = (number as f64 * 8.0 / self.length_m()).clamp(0.02, 0.98);
        let on_street = geometry::between(self.from, self.to, share);
        let left_m = if number % 2 == 1 { 14.0 } else { -14.0 };
        geometry::aside(on_street, self.from, self.to, left_m)
    }
    pub fn last_number(&self) -> i64 {
        (self.length_m() * 0.96 / 8.0) as i64
    }
    fn length_m(&self) -> f64 {
        geometry::metres(self.from, self.to)
    }
}

impl Land {
    pub fn survey() -> Self {
        let stations = stations();
        let mut dice = Dice::named("land");
        let mut names = StreetNames::new();
        let mut grids = Vec::new();
        for (index, station) in stations.iter().enumerate() {
            let parts = geometry::divide(&station.outline, grid_count(station.code), &mut || dice.share() * 0.5 - 0.25);
            for (part, outline) in parts.into_iter().enumerate() {
                let number = part + 1;
                let code = format!("{}{number:03}", station.code);
                let streets = streets(&code, &outline, &mut dice, &mut names);
                grids.push(Grid { code, name: format!("{}{number:02}网格", station.place), station: index, outline, streets });
            }
        }
        Self { stations, grids }
    }

    pub fn areas(&self, valid_from: Day) -> Vec<Area> {
        let area = |code: &str, name: String, kind, parent: Option<&str>| Area {
            code: code.into(),
            name,
            kind,
            parent: parent.map(Into::into),
            valid_from,
            valid_to: None,
        };
        let mut areas = vec![area(CITY, CITY_NAME.into(), AreaKind::City, None)];
        areas.extend(DISTRICTS.iter().map(|d| area(d.code, d.name.into(), AreaKind::District, Some(CITY))));
        for station in &self.stations {
            areas.push(area(station.code, format!("{}所", station.place), AreaKind::Station, Some(station.district.code)));
        }
        for grid in &self.grids {
            areas.push(area(&grid.code, grid.name.clone(), AreaKind::Grid, Some(self.stations[grid.station].code)));
        }
        areas
    }

    pub fn shapes(&self) -> Vec<Shape> {
        let mut shapes = vec![outline(CITY, ShapeKind::City, CITY_NAME, &surveyed(BORDER))];
        shapes.extend(DISTRICTS.iter().map(|d| outline(d.code, ShapeKind::District, d.name, &surveyed(d.outline))));
        for station in &self.stations {
            shapes.push(outline(station.code, ShapeKind::Station, &format!("{}所", station.place), &station.outline));
        }
        for grid in &self.grids {
            shapes.push(outline(&grid.code, ShapeKind::Grid, &grid.name, &grid.outline));
        }
        shapes.push(line("river/柳溪", ShapeKind::River, "柳溪", &geometry::wander(RIVER, BORDERS_WANDER)));
        for (name, points) in ROADS {
            let points = geometry::wander(points, ROADS_WANDER);
            shapes.push(line(&format!("road/{name}"), ShapeKind::Road, name, &points));
        }
        for street in self.grids.iter().flat_map(|grid| &grid.streets) {
            let ends = [street.from, street.to];
            shapes.push(line(&format!("street/{}", street.name), ShapeKind::Street, &street.name, &ends));
        }
        shapes
    }
}

/// A hand-drawn outline in its final course.
fn surveyed(outline: &[Point]) -> Vec<Point> {
    geometry::wander_around(outline, BORDERS_WANDER)
}

/// How far a border or the river strays from the drawn line, by the length of a stretch.
const BORDERS_WANDER: f64 = 0.09;
const ROADS_WANDER: f64 = 0.03;

fn outline(code: &str, kind: ShapeKind, name: &str, points: &[Point]) -> Shape {
    let mut ring: Vec<Point> = points.iter().copied().map(rounded).collect();
    ring.extend(ring.first().copied());
    Shape { code: code.into(), kind, name: name.into(), geometry: json!({"type": "Polygon", "coordinates": [ring]}) }
}

fn line(code: &str, kind: ShapeKind, name: &str, points: &[Point]) -> Shape {
    let points: Vec<Point> = points.iter().copied().map(rounded).collect();
    Shape { code: code.into(), kind, name: name.into(), geometry: json!({"type": "LineString", "coordinates": points}) }
}

/// To six decimals, a tenth of a metre: more is noise in the answer.
pub fn rounded((lon, lat): Point) -> Point {
    ((lon * 1e6).round() / 1e6, (lat * 1e6).round() / 1e6)
}

/// More grids where more people live.
fn grid_count(station: &str) -> usize {
    match station {
        "990302001" => 8,
        "990303001" => 6,
        "990302002" | "990302003" | "990303002" | "990321001" => 5,
        "990321003" => 3,
        _ => 4,
    }
}

/// Three streets to a grid: two along, one across.
fn streets(grid: &str, outline: &[Point], dice: &mut Dice, names: &mut StreetNames) -> Vec<Street> {
    let centre = geometry::centroid(outline);
    let mut streets = Vec::new();
    for (along, turn) in [(0.3, 0.0), (-0.35, 0.0), (0.0, 1.57)] {
        let angle = turn + dice.share() * 0.4 - 0.2;
        let direction = (f64::cos(angle), f64::sin(angle));
        let corner = outline[usize::try_from(dice.between(0, outline.len() as i64 - 1)).unwrap_or(0)];
        let wanted = geometry::between(centre, corner, f64::abs(along));
        let through = if geometry::contains(outline, wanted) { wanted } else { centre };
        if let Some((from, to)) = geometry::chord(outline, through, direction) {
            let name = match (grid, streets.len()) {
                ("990302001007", 0) => "石桥街".to_string(),
                _ => names.next(dice),
            };
            // Streets end short of the border, so that every house on them is inside.
            let (from, to) = (geometry::between(from, to, 0.04), geometry::between(from, to, 0.96));
            streets.push(Street { name, from, to });
        }
    }
    streets
}

struct StreetNames(BTreeSet<String>);

impl StreetNames {
    fn new() -> Self {
        Self(BTreeSet::from(["石桥街".to_string()]))
    }
    fn next(&mut self, dice: &mut Dice) -> String {
        loop {
            let name = format!("{}{}", dice.pick(STREET_WORDS), dice.weigh(&[("路", 5), ("街", 4), ("巷", 2)]));
            if self.0.insert(name.clone()) {
                return name;
            }
        }
    }
}

const STREET_WORDS: &[&str] = &[
    "春晖", "学府", "文昌", "和平", "建设", "光明", "向阳", "振兴", "青年", "新华", "育才", "滨河", "柳岸", "溪畔", "桃李", "杏花",
    "槐荫", "银杏", "梧桐", "丹桂", "芙蓉", "海棠", "翠竹", "松柏", "荷塘", "麦香", "稻香", "金穗", "棉纺", "铁匠", "染坊", "油坊",
    "磨坊", "盐店", "茶市", "鱼市", "米市", "牌坊", "鼓楼", "钟楼", "书院", "文庙", "城隍", "关帝", "古井", "石榴", "枣园", "梨园",
    "东升", "西苑", "南门", "北关", "长安", "永宁", "永安", "安康", "福寿", "同德", "崇文", "尚义", "明德", "致远", "凌云", "望湖",
];

pub static DISTRICTS: [District; 3] = [
    District {
        code: "990302",
        name: "河东区",
        outline: &[
            R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, B3, C5, E4, E3, E2, E1, N3, N2, N1,
        ],
    },
    District {
        code: "990303",
        name: "河西区",
        outline: &[
            R0, W8, W7, W6, W5, W4, W3, C1, C2, R9, R8, R7, R6, R5, R4, R3, R2, R1,
        ],
    },
    District {
        code: "990321",
        name: "柳南县",
        outline: &[R9, C2, C1, W3, W2, W1, S4, S3, S2, S1, E7, E6, E5, E4, C5, B3],
    },
];

fn stations() -> Vec<Station> {
    let station = |code, place, district: usize, outline: &[Point]| Station {
        code,
        place,
        district: &DISTRICTS[district],
        outline: surveyed(outline),
    };
    vec![
        station("990302001", "石桥", 0, &[R4, R5, R6, R7, R8, R9, B3, B2, B1, A1]),
        station("990302002", "东关", 0, &[A1, B1, B2, B3, C5, E4, E3, E2, A2]),
        station("990302003", "湖滨", 0, &[R0, R1, R2, R3, R4, A1, A2, E2, E1, N3, N2, N1]),
        station("990303001", "西门", 1, &[R3, D1, F1, F2, C2, R9, R8, R7, R6, R5, R4]),
        station("990303002", "桃园", 1, &[R0, W8, W7, W6, D2, D1, R3, R2, R1]),
        station("990303003", "铁佛", 1, &[D1, D2, W6, W5, W4, W3, C1, C2, F2, F1]),
        station("990321001", "城关", 2, &[R9, C2, G1, G2, S3, S2, S1, Q4, Q3, Q2, Q1]),
        station("990321002", "双河", 2, &[R9, Q1, Q2, Q3, Q4, S1, E7, E6, E5, E4, C5, B3]),
        station("990321003", "青山", 2, &[C2, C1, W3, W2, W1, S4, S3, G2, G1]),
    ]
}

const BORDER: &[Point] =
    &[R0, N1, N2, N3, E1, E2, E3, E4, E5, E6, E7, S1, S2, S3, S4, W1, W2, W3, W4, W5, W6, W7, W8];

const RIVER: &[Point] = &[R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, Q1, Q2, Q3, Q4, S1];

const ROADS: &[(&str, &[Point])] = &[
    (
        "柳溪大道",
        &[(119.3165, 34.2940), (119.3620, 34.3005), (119.4060, 34.2985), (119.4475, 34.2975), (119.4960, 34.2962), (119.5400, 34.2920), (119.5795, 34.2850)],
    ),
    (
        "滨河东路",
        &[(119.4500, 34.3760), (119.4450, 34.3555), (119.4555, 34.3375), (119.4632, 34.3200), (119.4575, 34.3030), (119.4485, 34.2880), (119.4545, 34.2710), (119.4660, 34.2555), (119.4712, 34.2365)],
    ),
    (
        "滨河西路",
        &[(119.4325, 34.3755), (119.4275, 34.3550), (119.4385, 34.3365), (119.4465, 34.3200), (119.4405, 34.3030), (119.4315, 34.2880), (119.4375, 34.2695), (119.4495, 34.2525), (119.4545, 34.2365)],
    ),
    (
        "东环路",
        &[(119.5160, 34.3860), (119.5290, 34.3560), (119.5335, 34.3180), (119.5350, 34.2800), (119.5280, 34.2380), (119.5345, 34.1900), (119.5300, 34.1360)],
    ),
    (
        "西环路",
        &[(119.3720, 34.3790), (119.3640, 34.3400), (119.3590, 34.2990), (119.3650, 34.2560), (119.3720, 34.2100), (119.3760, 34.1680), (119.3800, 34.1330)],
    ),
    (
        "柳南公路",
        &[(119.3350, 34.1880), (119.3900, 34.1850), (119.4390, 34.1900), (119.4760, 34.1890), (119.5320, 34.1830), (119.5800, 34.1800)],
    ),
    (
        "湖滨大道",
        &[(119.4420, 34.3650), (119.4800, 34.3600), (119.5270, 34.3570), (119.5600, 34.3530)],
    ),
];

// The river, from its entry in the north to where it leaves in the south; down to R9 it parts 河西 from 河东.
const R0: Point = (119.432, 34.395);
const R1: Point = (119.441, 34.376);
const R2: Point = (119.436, 34.355);
const R3: Point = (119.447, 34.337);
const R4: Point = (119.455, 34.320);
const R5: Point = (119.449, 34.303);
const R6: Point = (119.440, 34.288);
const R7: Point = (119.446, 34.270);
const R8: Point = (119.458, 34.254);
const R9: Point = (119.463, 34.236);
const Q1: Point = (119.478, 34.215);
const Q2: Point = (119.474, 34.190);
const Q3: Point = (119.489, 34.163);
const Q4: Point = (119.507, 34.140);
// The city's border, clockwise from the river's entry.
const N1: Point = (119.470, 34.401);
const N2: Point = (119.512, 34.392);
const N3: Point = (119.548, 34.372);
const E1: Point = (119.571, 34.345);
const E2: Point = (119.583, 34.312);
const E3: Point = (119.579, 34.280);
const E4: Point = (119.588, 34.252);
const E5: Point = (119.576, 34.215);
const E6: Point = (119.585, 34.178);
const E7: Point = (119.560, 34.142);
const S1: Point = (119.512, 34.112);
const S2: Point = (119.462, 34.105);
const S3: Point = (119.408, 34.118);
const S4: Point = (119.361, 34.136);
const W1: Point = (119.332, 34.168);
const W2: Point = (119.341, 34.205);
const W3: Point = (119.322, 34.238);
const W4: Point = (119.311, 34.272);
const W5: Point = (119.324, 34.308);
const W6: Point = (119.317, 34.342);
const W7: Point = (119.345, 34.372);
const W8: Point = (119.388, 34.390);
// Borders inside: 湖滨 to its south, 石桥 to 东关, 柳南 to its north, 桃园 to its south, 西门 to 铁佛, 城关 to 青山.
const A1: Point = (119.490, 34.326);
const A2: Point = (119.531, 34.318);
const B1: Point = (119.497, 34.296);
const B2: Point = (119.493, 34.262);
const B3: Point = (119.505, 34.229);
const C1: Point = (119.365, 34.229);
const C2: Point = (119.412, 34.241);
const C5: Point = (119.548, 34.243);
const D1: Point = (119.405, 34.331);
const D2: Point = (119.362, 34.340);
const F1: Point = (119.398, 34.300);
const F2: Point = (119.407, 34.268);
const G1: Point = (119.418, 34.200);
const G2: Point = (119.401, 34.160);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_fill_the_city_without_overlap() {
        let land = Land::survey();
        let stations: f64 = land.stations.iter().map(|s| geometry::area(&s.outline)).sum();
        let districts: f64 = DISTRICTS.iter().map(|d| geometry::area(&surveyed(d.outline))).sum();
        let grids: f64 = land.grids.iter().map(|g| geometry::area(&g.outline)).sum();
        let city = geometry::area(&surveyed(BORDER));
        for sum in [stations, districts, grids] {
            assert!((sum / city - 1.0).abs() < 1e-6, "{sum} of {city}");
        }
    }

    #[test]
    fn the_grid_of_a_point_is_one_grid_only() {
        let land = Land::survey();
        for grid in &land.grids {
            let centre = geometry::centroid(&grid.outline);
            let around: Vec<&str> =
                land.grids.iter().filter(|g| geometry::contains(&g.outline, centre)).map(|g| g.code.as_str()).collect();
            assert_eq!(around, [grid.code.as_str()]);
        }
    }
}
