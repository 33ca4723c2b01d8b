//! What holds of the town whatever is added to it, and how fast it is written.

use std::collections::{BTreeMap, BTreeSet};

use shian_access::Reach;
use shian_area::AreaKind;
use shian_base::Day;
use shian_business::codes::{CreditCode, LicenceNumber};
use shian_business::{Businesses, Kind, LicenceKind, LicenceState, Status, Wanted};
use shian_db::Migration;
use shian_testkit::{db_test, noon};

use crate::businesses::COUNTS;
use crate::land::{CITY, Land};
use crate::{Town, TownPlan, business_named, geometry, seed};

const MIGRATIONS: &[Migration] = &[shian_area::MIGRATIONS[0], shian_business::MIGRATIONS[0]];

fn plan() -> TownPlan {
    Town::plan(noon().day()).unwrap()
}

#[test]
fn there_are_1200_businesses_of_every_kind() {
    let plan = plan();
    assert_eq!(plan.businesses.len(), 1200);
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for new in &plan.businesses {
        *kinds.entry(new.business.kind).or_default() += 1;
    }
    assert_eq!(kinds, COUNTS.into_iter().collect());
    assert!(Kind::ALL.iter().all(|kind| kinds.contains_key(kind)));
    let both_sides_of_300 = plan.businesses.iter().filter(|new| new.business.kind == Kind::SchoolCanteen);
    let (large, small): (Vec<_>, Vec<_>) = both_sides_of_300.partition(|new| new.business.capacity >= Some(300));
    assert!(!large.is_empty() && !small.is_empty());
}

#[test]
fn names_ids_codes_and_numbers_are_unique_and_valid() {
    let plan = plan();
    let mut names = BTreeSet::new();
    let mut codes = BTreeSet::new();
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut phones = BTreeSet::new();
    for new in &plan.businesses {
        let business = &new.business;
        assert!(names.insert(&business.name), "{}", business.name);
        assert!(phones.insert(&business.contact_phone), "{}", business.contact_phone);
        match &business.credit_code {
            Some(code) => {
                assert_eq!(CreditCode::parse(code).unwrap().warning(), None, "{code}");
                assert!(codes.insert(code), "{code}");
            }
            None => assert_eq!(business.kind, Kind::Stall),
        }
        assert_eq!(new.licences.is_empty(), business.kind == Kind::Market, "{}", business.name);
        for licence in &new.licences {
            assert!(licence.valid_from <= licence.valid_to);
            assert_eq!(numbers.entry(licence.number.clone()).or_insert(business.name.clone()), &business.name);
            let national =
                [LicenceKind::FoodOperation, LicenceKind::FoodProduction, LicenceKind::PrepackagedFiling];
            if national.contains(&licence.kind) {
                assert_eq!(LicenceNumber::parse(&licence.number).unwrap().warning(), None);
            }
        }
    }
}

#[test]
fn every_business_lies_in_its_own_grid_and_in_no_other() {
    let land = Land::survey();
    let plan = plan();
    let mut addresses = BTreeSet::new();
    let mut used = BTreeSet::new();
    for new in &plan.businesses {
        let business = &new.business;
        let at = (business.lon, business.lat);
        let grids: Vec<&str> = land
            .grids
            .iter()
            .filter(|grid| geometry::contains(&grid.outline, at))
            .map(|grid| grid.code.as_str())
            .collect();
        assert_eq!(grids, [business.area_code.as_str()], "{} at {at:?}", business.name);
        assert!(addresses.insert(&business.address), "{}", business.address);
        used.insert(&business.area_code);
    }
    assert_eq!(used.len(), land.grids.len(), "a grid without a business");
}

#[test]
fn the_tree_is_a_city_three_districts_nine_stations_and_their_grids() {
    let plan = plan();
    let of = |kind| plan.areas.iter().filter(|area| area.kind == kind).count();
    assert_eq!(
        [of(AreaKind::City), of(AreaKind::District), of(AreaKind::Station), of(AreaKind::Grid)],
        [1, 3, 9, 45]
    );
    for area in &plan.areas {
        assert_eq!(AreaKind::of_code(&area.code), Some(area.kind));
        assert_eq!(area.parent.as_deref(), shian_area::code::parent_of(&area.code));
    }
    let shapes: BTreeSet<&str> = plan.shapes.iter().map(|shape| shape.code.as_str()).collect();
    assert_eq!(shapes.len(), plan.shapes.len());
    assert!(plan.areas.iter().all(|area| shapes.contains(area.code.as_str())));
}

#[test]
fn the_town_is_the_same_every_time() {
    let (one, two) = (plan(), plan());
    let told = |plan: &TownPlan| {
        plan.businesses
            .iter()
            .map(|new| format!("{:?}{:?}{:?}{:?}", new.business, new.licences, new.people, new.history))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&one), told(&two));
    let accounts = |plan: &TownPlan| plan.people.iter().map(|p| p.account.clone()).collect::<Vec<_>>();
    assert_eq!(accounts(&one), accounts(&two));
}

#[test]
fn wangs_noodle_shop_is_as_the_story_has_it() {
    let plan = plan();
    let shop = plan.business(business_named("王记面馆")).unwrap();
    assert_eq!(shop.business.address, "河东区石桥街42号");
    assert_eq!(shop.business.area_code, "990302001007");
    assert_eq!(shop.licences[0].valid_to.to_string(), "2028-04-16");
    assert!(shop.licences[0].number.starts_with("JY2990302") && shop.licences[0].number.ends_with("417"));
    let school = plan.business(business_named("石桥中心小学食堂")).unwrap();
    assert_eq!(school.business.capacity, Some(860));
    for name in ["春晖幼儿园食堂", "好味来快餐", "老街羊汤", "福满楼酒家", "临河烧烤"] {
        assert!(plan.business(business_named(name)).unwrap().business.area_code.starts_with("990302001"), "{name}");
    }
    let manager = plan.people.iter().find(|person| person.account == "wangji").unwrap();
    assert_eq!(manager.reach, Reach::Business { id: shop.business.id });
}

#[test]
fn some_licences_end_soon_and_a_few_have_ended() {
    let plan = plan();
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for new in &plan.businesses {
        if let Some(licence) = new.licences.first() {
            let state = match licence.state_on(plan.on) {
                LicenceState::Valid => "valid",
                LicenceState::Expiring => "expiring",
                LicenceState::Expired => "expired",
                LicenceState::Revoked => "revoked",
            };
            *states.entry(state).or_default() += 1;
        }
    }
    assert!((20..=40).contains(&states["expiring"]), "{states:?}");
    assert!((4..=12).contains(&states["expired"]), "{states:?}");
    let closed = plan.businesses.iter().filter(|new| new.business.status == Status::Closed).count();
    assert!((5..=20).contains(&closed));
}

#[test]
fn nothing_of_the_past_lies_in_the_future() {
    for day in ["2026-11-21", "2027-02-28", "2028-02-29", "2027-01-01"] {
        let plan = Town::plan(day.parse().unwrap()).unwrap();
        for new in &plan.businesses {
            assert!(new.business.opened_on <= plan.on, "{}", new.business.name);
            assert!(new.history.iter().all(|entry| entry.at < plan.on.start()), "{}", new.business.name);
            assert!(new.history.windows(2).all(|pair| pair[0].at <= pair[1].at));
            assert!(new.labels.iter().all(|label| label.set_on <= plan.on));
        }
        for finding in &plan.findings {
            assert!(finding.on <= finding.mended_on && finding.mended_on < plan.on);
            let business = &plan.business(finding.business).unwrap().business;
            if finding.scene == "person_off_hours" {
                assert!(business.opening_hours.is_closed_all_day(finding.on.weekday()), "{}", finding.on);
            }
        }
    }
}

#[test]
fn at_every_hour_of_every_day_a_watched_kitchen_is_closed_with_somebody_in_it() {
    for day in 0..7 {
        let plan = Town::plan(noon().day().plus_days(day)).unwrap();
        for quarter in 0..96 {
            let at = plan.on.start().plus_seconds(quarter * 900);
            let found = plan.cameras.iter().any(|camera| {
                camera.scene_at(&plan, at) == "after_hours_person"
                    && !plan.business(camera.business).unwrap().business.is_open_at(at)
            });
            assert!(found, "nobody in a closed kitchen at {at}");
        }
        let rest = plan.business(business_named("柳岸豆花馆")).unwrap();
        assert!(rest.business.opening_hours.is_closed_all_day(plan.on.weekday()));
    }
}

#[test]
fn cameras_stand_in_kitchens_of_the_town_and_show_what_the_simulator_can_draw() {
    let plan = plan();
    assert!(plan.cameras.len() >= 24);
    let zones = ["storage", "rough", "cutting", "cooking", "cold", "raw", "serving", "washing", "other"];
    let scenes = ["empty", "cooking", "after_hours_person", "phone", "cat", "rat", "black", "frozen", "covered"];
    let mut ids = BTreeSet::new();
    for camera in &plan.cameras {
        assert!(ids.insert(&camera.id_name));
        let business = &plan.business(camera.business).unwrap().business;
        assert!(business.kind.cooks(), "{}", business.name);
        assert!(zones.contains(&camera.zone) && camera.kitchen < 4);
        assert!(scenes.contains(&camera.scene_open) && scenes.contains(&camera.scene_closed));
    }
    assert!(plan.cameras.iter().any(|camera| !camera.is_connected));
    let labelled = plan.businesses.iter().filter(|new| new.labels.iter().any(|label| label.code == "bright_kitchen"));
    let watched: BTreeSet<&str> = plan.cameras.iter().map(|camera| camera.business_name).collect();
    assert_eq!(labelled.map(|new| new.business.name.as_str()).collect::<BTreeSet<_>>(), watched);
}

#[test]
fn every_station_has_its_officers_and_every_grid_one_officer() {
    let plan = plan();
    let mut accounts = BTreeSet::new();
    for person in &plan.people {
        assert!(accounts.insert(&person.account), "{}", person.account);
        assert!(person.account.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    }
    let count = |post: &str, code: &str| {
        let reach = Reach::Area { code: code.into() };
        plan.people.iter().filter(|person| person.post == post && person.reach == reach).count()
    };
    for area in &plan.areas {
        let posts: &[&str] = match area.kind {
            AreaKind::City => &["city.officer"],
            AreaKind::District => &["district.officer", "district.head"],
            AreaKind::Station => &["station.officer", "station.head"],
            AreaKind::Grid => &["grid.officer"],
        };
        for post in posts {
            assert_eq!(count(post, &area.code), 1, "{post} of {}", area.name);
        }
    }
    let limin = plan.people.iter().find(|person| person.account == "limin").unwrap();
    assert_eq!((limin.name.as_str(), limin.post), ("李敏", "station.officer"));
}

db_test!(MIGRATIONS, async fn the_whole_town_is_written_in_one_go_and_found_again(db) {
    let plan = plan();
    let began = std::time::Instant::now();
    let mut tx = db.write().await.unwrap();
    seed(&mut tx, &plan).await.unwrap();
    tx.commit().await.unwrap();
    eprintln!("seeded {} businesses on {:?} in {:?}", plan.businesses.len(), db.engine(), began.elapsed());
    let mut tx = db.read().await.unwrap();
    assert_eq!(Businesses::count(&mut tx).await.unwrap(), 1200);
    let station = shian_access::Scope::Area("990302001".into());
    let wanted = Wanted { text: Some("wjmg".into()), ..Wanted::default() };
    let began = std::time::Instant::now();
    let (found, total) = Businesses::list(&mut tx, &station, &wanted, 0, 50).await.unwrap();
    eprintln!("searched in {:?}", began.elapsed());
    assert!(total >= 1 && found.iter().any(|listed| listed.business.name == "王记面馆"));
    let city = shian_access::Scope::Area(CITY.into());
    let began = std::time::Instant::now();
    assert_eq!(Businesses::points(&mut tx, &city, &Wanted::default(), 5000).await.unwrap().len(), 1200);
    eprintln!("all points in {:?}", began.elapsed());
    let back = Businesses::find(&mut tx, business_named("王记面馆")).await.unwrap();
    assert_eq!(format!("{back:?}"), format!("{:?}", plan.business(back.id).unwrap().business));
});

#[test]
fn a_town_can_be_planned_for_any_day() {
    let mut day: Day = "2026-01-01".parse().unwrap();
    for _ in 0..12 {
        assert_eq!(Town::plan(day).unwrap().businesses.len(), 1200);
        day = day.plus_days(123);
    }
}
