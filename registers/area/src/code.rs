//! Area codes: a city has four digits, a district six, a station nine, a grid twelve; each begins with its parent's.

/// The lengths at which a code names an area, widest first.
const LENGTHS: [usize; 4] = [4, 6, 9, 12];

/// The area itself and those it lies in, the city first.
pub fn ancestors(code: &str) -> Vec<&str> {
    LENGTHS.into_iter().filter_map(|length| code.get(..length)).collect()
}

/// Whether an area is another or lies in it.
pub fn within(code: &str, of: &str) -> bool {
    code.starts_with(of)
}

pub fn parent_of(code: &str) -> Option<&str> {
    let length = LENGTHS.into_iter().rev().find(|length| *length < code.len())?;
    code.get(..length)
}

/// The district of a code that names one or something in one.
pub fn district_of(code: &str) -> Option<&str> {
    code.get(..6)
}

/// The supervision station of a code that names one or one of its grids.
pub fn station_of(code: &str) -> Option<&str> {
    code.get(..9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_lies_in_its_station_district_and_city() {
        assert_eq!(ancestors("990302001007"), ["9903", "990302", "990302001", "990302001007"]);
        assert_eq!(ancestors("990302"), ["9903", "990302"]);
        assert!(within("990302001007", "990302"));
        assert!(!within("990302", "990302001"));
        assert_eq!(parent_of("990302001007"), Some("990302001"));
        assert_eq!(parent_of("9903"), None);
        assert_eq!(station_of("990302001007"), Some("990302001"));
        assert_eq!(station_of("990302"), None);
        assert_eq!(district_of("990302001"), Some("990302"));
    }

    #[test]
    fn text_that_is_no_code_has_no_ancestors_and_does_not_panic() {
        assert!(ancestors("柳").is_empty());
        assert_eq!(station_of("柳溪市河东区"), Some("柳溪市"));
        assert_eq!(district_of("a柳溪市"), None);
    }
}
