//! The people of the town: those whose stories are told, the officers of the other stations, a grid officer each.

use std::collections::BTreeSet;

use pinyin::ToPinyin as _;
use shian_access::Reach;
use shian_base::Id;

use crate::dice::Dice;
use crate::land::{CITY, DISTRICTS, Land};
use crate::plan::{PersonPlan, business_named};
use crate::words::{GIVEN, SURNAMES};

/// Account, name, post, where: an area code or a business's name.
const NAMED: &[(&str, &str, &str, Where)] = &[
    ("admin", "系统管理员", "admin", Where::Area(CITY)),
    ("anquan", "许安", "security.admin", Where::Area(CITY)),
    ("shenji", "沈吉", "audit.admin", Where::Area(CITY)),
    ("hemin", "贺敏", "city.officer", Where::Area(CITY)),
    ("sunli", "孙丽", "district.officer", Where::Area("990302")),
    ("lujun", "陆军", "district.head", Where::Area("990302")),
    ("limin", "李敏", "station.officer", Where::Area("990302001")),
    ("zhaoqiang", "赵强", "station.head", Where::Area("990302001")),
    ("zhoukai", "周凯", "station.officer", Where::Area("990303001")),
    ("wangji", "王秀兰", "merchant.manager", Where::Business("王记面馆")),
    ("wangxiaojun", "王小军", "merchant.staff", Where::Business("王记面馆")),
    ("shiqiao", "陈建国", "merchant.manager", Where::Business("石桥中心小学食堂")),
    ("chunhui", "林芳", "merchant.manager", Where::Business("春晖幼儿园食堂")),
    ("haoweilai", "刘洋", "merchant.manager", Where::Business("好味来快餐")),
    ("laojie", "韩春生", "merchant.manager", Where::Business("老街羊汤")),
    ("fumanlou", "马福生", "merchant.manager", Where::Business("福满楼酒家")),
    ("linhe", "郭磊", "merchant.manager", Where::Business("临河烧烤")),
    ("tongqing", "邓广林", "merchant.manager", Where::Business("同庆楼火锅")),
];

enum Where {
    Area(&'static str),
    Business(&'static str),
}

pub fn people(land: &Land) -> Vec<PersonPlan> {
    let mut dice = Dice::named("people");
    let mut people: Vec<PersonPlan> = NAMED
        .iter()
        .map(|(account, name, post, place)| PersonPlan {
            id: Id::named(&format!("person/{account}")),
            account: (*account).into(),
            name: (*name).into(),
            post,
            reach: match place {
                Where::Area(code) => Reach::Area { code: (*code).into() },
                Where::Business(name) => Reach::Business { id: business_named(name) },
            },
            named: true,
        })
        .collect();
    let mut accounts: BTreeSet<String> = people.iter().map(|person| person.account.clone()).collect();
    let mut hire = |post: &'static str, code: &str, people: &mut Vec<PersonPlan>| {
        let held = |person: &PersonPlan| person.post == post && person.reach == Reach::Area { code: code.into() };
        if people.iter().any(held) {
            return;
        }
        let name = person_name(&mut dice);
        let account = free_account(&name, &mut accounts);
        let id = Id::named(&format!("person/{account}"));
        people.push(PersonPlan { id, account, name, post, reach: Reach::Area { code: code.into() }, named: false });
    };
    for district in &DISTRICTS {
        hire("district.head", district.code, &mut people);
        hire("district.officer", district.code, &mut people);
    }
    for station in &land.stations {
        hire("station.head", station.code, &mut people);
        hire("station.officer", station.code, &mut people);
    }
    for grid in &land.grids {
        hire("grid.officer", &grid.code, &mut people);
    }
    people
}

pub fn person_name(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(SURNAMES), dice.pick(GIVEN))
}

/// The name's pinyin, with a number when somebody has it already.
fn free_account(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain: String = name.chars().filter_map(|c| c.to_pinyin().map(|reading| reading.plain())).collect();
    let mut account = plain.clone();
    let mut next = 2;
    while !taken.insert(account.clone()) {
        account = format!("{plain}{next}");
        next += 1;
    }
    account
}
