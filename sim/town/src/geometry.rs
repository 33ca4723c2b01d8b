//! Plane geometry on longitude and latitude, good enough for a town thirty kilometres across.

use crate::dice::Dice;

pub type Point = (f64, f64);

/// Metres of a degree of latitude, and of longitude at 34.25° north.
const METRES_LAT: f64 = 111_000.0;
const METRES_LON: f64 = 92_000.0;

/// Whether a point lies in a polygon whose last vertex joins the first.
pub fn contains(polygon: &[Point], (x, y): Point) -> bool {
    let mut inside = false;
    for (a, b) in edges(polygon) {
        if (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0 {
            inside = !inside;
        }
    }
    inside
}

pub fn area(polygon: &[Point]) -> f64 {
    edges(polygon).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
}

pub fn centroid(polygon: &[Point]) -> Point {
    let (mut x, mut y, mut doubled) = (0.0, 0.0, 0.0);
    for (a, b) in edges(polygon) {
        let cross = a.0 * b.1 - b.0 * a.1;
        x += (a.0 + b.0) * cross;
        y += (a.1 + b.1) * cross;
        doubled += cross;
    }
    (x / (3.0 * doubled), y / (3.0 * doubled))
}

pub fn metres((ax, ay): Point, (bx, by): Point) -> f64 {
    ((bx - ax) * METRES_LON).hypot((by - ay) * METRES_LAT)
}

/// The point `metres` to the left of the way from `a` to `b`, seen from `at`.
pub fn aside(at: Point, a: Point, b: Point, left_m: f64) -> Point {
    let (east, north) = ((b.0 - a.0) * METRES_LON, (b.1 - a.1) * METRES_LAT);
    let length = east.hypot(north);
    (at.0 - north / length * left_m / METRES_LON, at.1 + east / length * left_m / METRES_LAT)
}

/// Cuts a polygon into `parts` of equal size, always across its longer side, a little askew as real borders are.
pub fn divide(polygon: &[Point], parts: usize, askew: &mut impl FnMut() -> f64) -> Vec<Vec<Point>> {
    if parts <= 1 {
        return vec![polygon.to_vec()];
    }
    let first = parts / 2;
    let share = first as f64 / parts as f64;
    let (low, high) = bounds(polygon);
    let is_wide = (high.0 - low.0) * METRES_LON > (high.1 - low.1) * METRES_LAT;
    let tilt = askew();
    // The cut is where `x·n.0 + y·n.1` has one value; parts come west to east or north to south.
    let normal = if is_wide { (1.0, tilt) } else { (tilt, -1.0) };
    let values = polygon.iter().map(|p| p.0 * normal.0 + p.1 * normal.1);
    let (mut from, mut to) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let whole = area(polygon);
    for _ in 0..50 {
        let middle = (from + to) / 2.0;
        if area(&cut(polygon, normal, middle)) < whole * share {
            from = middle;
        } else {
            to = middle;
        }
    }
    let one = cut(polygon, normal, from);
    let other = cut(polygon, (-normal.0, -normal.1), -from);
    let mut all = divide(&one, first, askew);
    all.extend(divide(&other, parts - first, askew));
    all
}

/// The part of a line through a point, in a direction, that lies in the polygon around the point.
pub fn chord(polygon: &[Point], through: Point, direction: Point) -> Option<(Point, Point)> {
    let mut before = f64::NEG_INFINITY;
    let mut after = f64::INFINITY;
    for (a, b) in edges(polygon) {
        let edge = (b.0 - a.0, b.1 - a.1);
        let cross = direction.0 * edge.1 - direction.1 * edge.0;
        if cross.abs() < 1e-12 {
            continue;
        }
        let to_a = (a.0 - through.0, a.1 - through.1);
        let along = (to_a.0 * edge.1 - to_a.1 * edge.0) / cross;
        let on_edge = (to_a.0 * direction.1 - to_a.1 * direction.0) / cross;
        if !(0.0..=1.0).contains(&on_edge) {
            continue;
        }
        if along < 0.0 {
            before = before.max(along);
        } else {
            after = after.min(along);
        }
    }
    let at = |t: f64| (through.0 + direction.0 * t, through.1 + direction.1 * t);
    (before.is_finite() && after.is_finite()).then(|| (at(before), at(after)))
}

pub fn between(a: Point, b: Point, share: f64) -> Point {
    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
}

/// A hand-drawn line as nature or an old survey would have it: each stretch wanders a little.
///
/// A stretch wanders the same way from both ends, so that neighbours who share it still share it.
pub fn wander(line: &[Point], share: f64) -> Vec<Point> {
    let mut points = Vec::new();
    for pair in line.windows(2) {
        points.push(pair[0]);
        let is_forward = pair[0] < pair[1];
        let (from, to) = if is_forward { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
        let mut dice = Dice::named(&format!("{from:?}{to:?}"));
        let mut between_them = Vec::new();
        wander_between(from, to, share, 3, &mut dice, &mut between_them);
        if !is_forward {
            between_them.reverse();
        }
        points.extend(between_them);
    }
    points.extend(line.last().copied());
    points
}

/// The same for an outline whose last vertex joins the first.
pub fn wander_around(polygon: &[Point], share: f64) -> Vec<Point> {
    let mut closed = polygon.to_vec();
    closed.extend(polygon.first().copied());
    let mut points = wander(&closed, share);
    points.pop();
    points
}

fn wander_between(a: Point, b: Point, share: f64, depth: u32, dice: &mut Dice, points: &mut Vec<Point>) {
    if depth == 0 {
        return;
    }
    let off_m = metres(a, b) * share * (dice.share() * 2.0 - 1.0);
    let middle = aside(between(a, b, 0.5), a, b, off_m);
    wander_between(a, middle, share, depth - 1, dice, points);
    points.push(middle);
    wander_between(middle, b, share, depth - 1, dice, points);
}

/// Sutherland–Hodgman against one half-plane: what has a value of at most `limit`.
fn cut(polygon: &[Point], normal: Point, limit: f64) -> Vec<Point> {
    let value = |p: Point| p.0 * normal.0 + p.1 * normal.1 - limit;
    let mut kept = Vec::new();
    for (a, b) in edges(polygon) {
        let (va, vb) = (value(a), value(b));
        if va <= 0.0 {
            kept.push(a);
        }
        if (va < 0.0 && vb > 0.0) || (va > 0.0 && vb < 0.0) {
            kept.push(between(a, b, va / (va - vb)));
        }
    }
    kept
}

fn bounds(polygon: &[Point]) -> (Point, Point) {
    polygon.iter().fold(((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)), |(low, high), p| {
        ((low.0.min(p.0), low.1.min(p.1)), (high.0.max(p.0), high.1.max(p.1)))
    })
}

fn edges(polygon: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    polygon.iter().copied().zip(polygon.iter().copied().cycle().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];

    #[test]
    fn a_divided_polygon_keeps_its_size_and_its_parts_are_equal() {
        let mut tilt = 0.0;
        let parts = divide(&SQUARE, 7, &mut || {
            tilt += 0.03;
            tilt
        });
        assert_eq!(parts.len(), 7);
        for part in &parts {
            assert!((area(part) - 16.0 / 7.0).abs() < 1e-6);
            assert!(contains(&SQUARE, centroid(part)));
        }
    }

    #[test]
    fn a_chord_ends_at_the_edge_on_both_sides() {
        let (a, b) = chord(&SQUARE, (1.0, 2.0), (1.0, 0.0)).unwrap();
        assert_eq!((a, b), ((0.0, 2.0), (4.0, 2.0)));
        assert!(!contains(&SQUARE, (4.1, 2.0)));
    }

    #[test]
    fn neighbours_share_a_border_however_it_wanders() {
        let one = wander(&[(119.4, 34.2), (119.5, 34.3)], 0.1);
        let mut other = wander(&[(119.5, 34.3), (119.4, 34.2)], 0.1);
        other.reverse();
        assert_eq!(one, other);
        assert_eq!(one.len(), 9);
    }

    #[test]
    fn left_of_the_way_east_is_north() {
        let point = aside((119.45, 34.25), (119.4, 34.25), (119.5, 34.25), 111.0);
        assert!((point.1 - 34.251).abs() < 1e-9 && (point.0 - 119.45).abs() < 1e-9);
    }
}
