//! The town's 1,200 food businesses: those with stories, and around them a town's worth of others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, anyhow};
use shian_base::{Day, Id, Result};
use shian_business::codes::{CreditCode, LicenceNumber, LicencePrefix};
use shian_business::hours::{OpenSpan, OpeningHours};
use shian_business::{
    Business, Grade, HistoryEntry, Kind, Label, Licence, LicenceKind, NewBusiness, Responsible, Role, Status,
};

use crate::dice::Dice;
use crate::land::{Grid, Land, rounded};
use crate::named::{NAMED, Named, Week};
use crate::people::person_name;
use crate::plan::{CameraPlan, business_named};
use crate::words::{self, Form, SURNAMES, WORDS};

/// How many of each kind there are, the named ones included.
pub const COUNTS: [(Kind, usize); 15] = [
    (Kind::Catering, 420),
    (Kind::Sales, 240),
    (Kind::SmallCatering, 150),
    (Kind::Workshop, 70),
    (Kind::Stall, 60),
    (Kind::SchoolCanteen, 48),
    (Kind::KindergartenCanteen, 45),
    (Kind::Wholesale, 40),
    (Kind::Canteen, 40),
    (Kind::Production, 36),
    (Kind::NursingHome, 18),
    (Kind::Online, 14),
    (Kind::Market, 9),
    (Kind::Delivery, 6),
    (Kind::CentralKitchen, 4),
];

pub fn businesses(land: &Land, cameras: &[CameraPlan], on: Day) -> Result<Vec<NewBusiness>> {
    let mut town = Builder {
        land,
        on,
        watched: cameras.iter().map(|camera| camera.business_name).collect(),
        dice: Dice::named("businesses"),
        names: NAMED.iter().map(|named| named.name.to_string()).collect(),
        houses: NAMED.iter().map(|named| (format!("{}/{}", named.grid, named.street), named.number)).collect(),
        serial: 0,
        licence_serials: BTreeMap::new(),
    };
    let mut all = Vec::new();
    for named in NAMED {
        all.push(town.told(named).with_context(|| format!("making {}", named.name))?);
    }
    for (kind, count) in COUNTS {
        let told = NAMED.iter().filter(|named| named.kind == kind).count();
        for index in told..count {
            all.push(town.another(kind, index)?);
        }
    }
    Ok(all)
}

struct Builder<'a> {
    land: &'a Land,
    on: Day,
    /// Names of the businesses that have cameras.
    watched: BTreeSet<&'static str>,
    dice: Dice,
    names: BTreeSet<String>,
    /// Streets and house numbers that are taken.
    houses: BTreeSet<(String, i64)>,
    serial: u32,
    /// The last serial given out for a prefix and its leading digits.
    licence_serials: BTreeMap<String, u32>,
}

/// What is decided of a business before its papers are made.
struct Draft {
    name: String,
    kind: Kind,
    form: &'static str,
    legal_person: String,
    phone: String,
    address: String,
    grid: usize,
    lon: f64,
    lat: f64,
    grade: Option<Grade>,
    credit: Option<Grade>,
    status: Status,
    capacity: Option<i64>,
    floor_m2: i64,
    holder: &'static str,
    scope: &'static str,
    hours: OpeningHours,
    opened_on: Day,
    /// The last day of the present licence.
    licensed_to: Day,
    /// Food category of a producer.
    category: &'static str,
}

impl Builder<'_> {
    /// One of the businesses whose stories are told.
    fn told(&mut self, named: &Named) -> Result<NewBusiness> {
        let grid = self.land.grids.iter().position(|grid| grid.code == named.grid);
        let grid = grid.ok_or_else(|| anyhow!("there is no grid {}", named.grid))?;
        let (address, lon, lat) = self.place(grid, named.street, named.number)?;
        let hours = match named.hours {
            Week::Fixed(week) => opening_hours(week)?,
            Week::RestsToday(times) => {
                let days: String = (1..=7i8).filter(|day| *day != self.on.weekday()).map(|day| day.to_string()).collect();
                opening_hours(&format!("{days} {times}"))?
            }
        };
        let draft = Draft {
            name: named.name.into(),
            kind: named.kind,
            form: named.form,
            legal_person: named.legal_person.into(),
            phone: named.phone.into(),
            address,
            grid,
            lon,
            lat,
            grade: Some(named.grade),
            credit: Some(named.credit),
            status: Status::Active,
            capacity: Some(named.capacity),
            floor_m2: named.floor_m2,
            holder: named.holder,
            scope: named.scope,
            hours,
            opened_on: named.opened_on.parse()?,
            licensed_to: named.licensed_to.parse()?,
            category: "",
        };
        self.with_papers(draft)
    }

    /// The `index`-th business of a kind.
    fn another(&mut self, kind: Kind, index: usize) -> Result<NewBusiness> {
        let (category, form) = self.form(kind, index);
        let grid = match kind {
            // Each station has one market, in its first grid.
            Kind::Market => self.land.grids.iter().position(|grid| grid.station == index).unwrap_or(0),
            _ => self.somewhere(),
        };
        let name = self.name(form, grid, index);
        let (street, number) = self.house(grid)?;
        let (address, lon, lat) = self.place(grid, street, number)?;
        let address = match kind {
            Kind::Stall => format!("{address}门前"),
            _ => address,
        };
        let hours = opening_hours(self.dice.pick(form.hours))?;
        let capacity = form.capacity.map(|(low, high)| self.sized(low, high));
        let floor_m2 = self.sized(form.floor_m2.0, form.floor_m2.1);
        let graded = kind != Kind::Stall;
        let grade = self.dice.weigh(&[(Grade::A, 30), (Grade::B, 50), (Grade::C, 16), (Grade::D, 4)]);
        let credit = self.dice.weigh(&[(Grade::A, 42), (Grade::B, 44), (Grade::C, 11), (Grade::D, 3)]);
        let serial = self.serial as usize;
        let status = match serial {
            s if s % 100 == 37 => Status::Closed,
            s if s % 200 == 91 => Status::Suspended,
            _ => Status::Active,
        };
        let years = years_of(kind);
        let licensed_to = match serial {
            s if s % 150 == 23 => self.on.plus_days(-self.dice.between(1, 60)),
            s if s % 46 == 7 => self.on.plus_days(self.dice.between(1, 30)),
            _ => self.on.plus_days(self.dice.between(31, years * 365 - 40)),
        };
        // Opened up to two licence terms before the present one began.
        let began = licensed_to.plus_years(-years).plus_days(1);
        let opened_on = began.plus_years(-years * self.dice.between(0, 2)).plus_days(self.dice.between(2, 25));
        let draft = Draft {
            name,
            kind,
            form: form.title,
            legal_person: person_name(&mut self.dice),
            phone: format!("139{:04}{:04}", self.dice.between(0, 999), serial),
            address,
            grid,
            lon,
            lat,
            grade: graded.then_some(grade),
            credit: graded.then_some(credit),
            status,
            capacity,
            floor_m2,
            holder: form.holder,
            scope: form.scope,
            hours,
            opened_on,
            licensed_to,
            category,
        };
        self.with_papers(draft)
    }

    fn form(&mut self, kind: Kind, index: usize) -> (&'static str, &'static Form) {
        let forms = match kind {
            Kind::Production => {
                let (category, form) = &words::PRODUCTION[index % words::PRODUCTION.len()];
                return (category, form);
            }
            Kind::Wholesale => words::WHOLESALE,
            Kind::Sales => words::SALES,
            Kind::Market => words::MARKET,
            Kind::Catering => words::CATERING,
            Kind::SchoolCanteen => words::SCHOOL,
            Kind::KindergartenCanteen => words::KINDERGARTEN,
            Kind::NursingHome => words::NURSING,
            Kind::Canteen => words::CANTEEN,
            Kind::Workshop => words::WORKSHOP,
            Kind::SmallCatering => words::SMALL_CATERING,
            Kind::Stall => words::STALL,
            Kind::CentralKitchen => words::CENTRAL_KITCHEN,
            Kind::Delivery => words::DELIVERY,
            Kind::Online => words::ONLINE,
        };
        let weighed: Vec<(&Form, u32)> = forms.iter().map(|form| (form, form.weight)).collect();
        ("", self.dice.weigh(&weighed))
    }

    /// A grid, more likely where more people live.
    fn somewhere(&mut self) -> usize {
        let weighed: Vec<(usize, u32)> =
            self.land.grids.iter().enumerate().map(|(at, grid)| (at, weight_of(self.land, grid))).collect();
        self.dice.weigh(&weighed)
    }

    fn name(&mut self, form: &Form, grid: usize, index: usize) -> String {
        let place = self.land.stations[self.land.grids[grid].station].place;
        for attempt in 0.. {
            let pattern = self.dice.pick(form.names);
            let mut name = pattern
                .replace("{s}", self.dice.pick(SURNAMES))
                .replace("{w}", self.dice.pick(WORDS))
                .replace("{p}", place);
            if attempt > 40 {
                // Every pattern of the place is used up: the grid tells two of a name apart.
                name = format!("{name}（{}）", self.land.grids[grid].name);
            }
            if attempt > 60 {
                name = format!("{name}{index}");
            }
            if self.names.insert(name.clone()) {
                return name;
            }
        }
        unreachable!("the loop ends when a free name is found, and numbers never run out")
    }

    /// A free house on one of the grid's streets, likelier in their middle.
    fn house(&mut self, grid: usize) -> Result<(usize, i64)> {
        let streets = &self.land.grids[grid].streets;
        for _ in 0..10_000 {
            let street = usize::try_from(self.dice.between(0, streets.len() as i64 - 1)).unwrap_or(0);
            let last = streets[street].last_number() as f64;
            let number = 1 + (last * (self.dice.share() + self.dice.share()) / 2.0) as i64;
            if self.houses.insert((format!("{}/{street}", self.land.grids[grid].code), number)) {
                return Ok((street, number));
            }
        }
        Err(anyhow!("the streets of {} are full", self.land.grids[grid].name).into())
    }

    fn place(&self, grid: usize, street: usize, number: i64) -> Result<(String, f64, f64)> {
        let grid = &self.land.grids[grid];
        let street = grid.streets.get(street).ok_or_else(|| anyhow!("{} has no such street", grid.name))?;
        if number > street.last_number() {
            return Err(anyhow!("{} ends at number {}", street.name, street.last_number()).into());
        }
        let (lon, lat) = rounded(street.house(number));
        let district = self.land.stations[grid.station].district.name;
        Ok((format!("{district}{}{number}号", street.name), lon, lat))
    }

    /// A size, small ones likelier.
    fn sized(&mut self, low: i64, high: i64) -> i64 {
        let share = self.dice.share() * self.dice.share();
        low + ((high - low) as f64 * share).round() as i64
    }

    /// Codes, licences, people, labels and history for a draft.
    fn with_papers(&mut self, draft: Draft) -> Result<NewBusiness> {
        self.serial += 1;
        let serial = self.serial;
        let grid = &self.land.grids[draft.grid];
        let station = &self.land.stations[grid.station];
        let credit_code = match draft.holder {
            "" => None,
            holder => {
                let code = CreditCode::make(holder, station.district.code, serial);
                Some(code.map_err(|fault| anyhow!(fault))?.to_string())
            }
        };
        let licences = self.licences(&draft, draft.grid, serial)?;
        let people = self.responsible(&draft);
        let labels = self.labels(&draft, station.place);
        let history = self.history(&draft, &licences, &labels, station.place);
        let business = Business {
            id: business_named(&draft.name),
            name: draft.name,
            kind: draft.kind,
            form: Some(draft.form.into()),
            credit_code,
            legal_person: draft.legal_person,
            contact_phone: draft.phone,
            address: draft.address,
            area_code: grid.code.clone(),
            lon: draft.lon,
            lat: draft.lat,
            grade: draft.grade,
            credit: draft.credit,
            status: draft.status,
            capacity: draft.capacity,
            floor_area_m2: Some(draft.floor_m2),
            opened_on: draft.opened_on,
            opening_hours: draft.hours,
        };
        Ok(NewBusiness { business, licences, labels, people, history })
    }

    fn licences(&mut self, draft: &Draft, grid: usize, serial: u32) -> Result<Vec<Licence>> {
        let station = &self.land.stations[self.land.grids[grid].station];
        let district = station.district;
        let is_filing = draft.form == "便利店" && serial.is_multiple_of(3);
        let bureau = format!("柳溪市{}市场监督管理局", district.name);
        let (kind, number, issuer) = match draft.kind {
            Kind::Market => return Ok(Vec::new()),
            Kind::Production => {
                let lead = format!("{}{}", draft.category, district.code);
                let number = self.number(LicencePrefix::Production, &lead, 4, None)?;
                (LicenceKind::FoodProduction, number, "柳溪市市场监督管理局".to_string())
            }
            Kind::Sales if is_filing => {
                let number = self.number(LicencePrefix::PrepackagedFiling, &format!("2{}", district.code), 6, None)?;
                (LicenceKind::PrepackagedFiling, number, bureau)
            }
            Kind::Workshop | Kind::SmallCatering => {
                // The number's form is each province's own; this one is the fictional city's.
                let (kind, letters) = match draft.kind {
                    Kind::Workshop => (LicenceKind::WorkshopRegistration, "XZF"),
                    _ => (LicenceKind::SmallCateringRegistration, "XCY"),
                };
                (kind, format!("{letters}{}{serial:06}", district.code), bureau)
            }
            Kind::Stall => {
                let town = if district.code == "990321" { "镇人民政府" } else { "街道办事处" };
                (LicenceKind::StallCard, format!("TD{}{serial:06}", district.code), format!("{}{town}", station.place))
            }
            kind => {
                let form = match kind {
                    Kind::Sales | Kind::Wholesale => '1',
                    Kind::SchoolCanteen | Kind::KindergartenCanteen | Kind::NursingHome | Kind::Canteen => '3',
                    _ => '2',
                };
                let ending = (draft.name == "王记面馆").then_some("417");
                let number = self.number(LicencePrefix::Operation, &format!("{form}{}", district.code), 6, ending)?;
                (LicenceKind::FoodOperation, number, bureau)
            }
        };
        let years = years_of(draft.kind);
        let mut licences = Vec::new();
        // The present term and, where the business is older, the one before it; a renewal keeps the number.
        for term in 0..2 {
            let valid_to = draft.licensed_to.plus_years(-years * term);
            let valid_from = valid_to.plus_years(-years).plus_days(1);
            if term > 0 && valid_to < draft.opened_on {
                break;
            }
            licences.push(Licence {
                id: Id::named(&format!("licence/{number}/{valid_from}")),
                kind,
                number: number.clone(),
                issuer: issuer.clone(),
                scope: draft.scope.into(),
                valid_from,
                valid_to,
                revoked_on: None,
            });
        }
        Ok(licences)
    }

    /// The next free number that begins with the letters and digits given.
    fn number(&mut self, prefix: LicencePrefix, lead: &str, width: usize, ending: Option<&str>) -> Result<String> {
        if let Some(ending) = ending {
            // Below the serials given out in order; the check digit decides which of them ends so.
            let found = (0..2000).find_map(|serial: u32| {
                let number = LicenceNumber::make(prefix, &format!("{lead}{serial:0width$}")).ok()?;
                number.as_str().ends_with(ending).then(|| number.to_string())
            });
            return Ok(found.ok_or_else(|| anyhow!("no number of {lead} ends in {ending}"))?);
        }
        let start = if width == 6 { 2000 } else { 100 };
        let last = self.licence_serials.entry(format!("{prefix:?}{lead}")).or_insert(start);
        *last += 1;
        let number = LicenceNumber::make(prefix, &format!("{lead}{last:0width$}"));
        Ok(number.map_err(|fault| anyhow!(fault))?.to_string())
    }

    fn responsible(&mut self, draft: &Draft) -> Vec<Responsible> {
        let mut people = vec![Responsible { role: Role::LegalPerson, name: draft.legal_person.clone() }];
        let is_small = matches!(draft.kind, Kind::Stall | Kind::SmallCatering | Kind::Workshop);
        let feeds = draft.capacity.unwrap_or(0);
        // 集中用餐单位 of 300 diners and more, producers and central kitchens have a director (总局令60, 令98).
        let is_canteen = matches!(draft.kind, Kind::SchoolCanteen | Kind::KindergartenCanteen | Kind::NursingHome | Kind::Canteen);
        let is_large = (is_canteen && feeds >= 300)
            || matches!(draft.kind, Kind::Production | Kind::CentralKitchen | Kind::Delivery);
        if is_large {
            people.push(Responsible { role: Role::SafetyDirector, name: person_name(&mut self.dice) });
        }
        if !is_small {
            people.push(Responsible { role: Role::SafetyOfficer, name: person_name(&mut self.dice) });
        }
        if draft.kind.cooks() && feeds >= 60 {
            people.push(Responsible { role: Role::Chef, name: person_name(&mut self.dice) });
        }
        people
    }

    fn labels(&mut self, draft: &Draft, place: &str) -> Vec<Label> {
        let mut labels = Vec::new();
        let mut put = |code: &str, title: &str, days_ago: i64, expires_in: Option<i64>| {
            labels.push(Label {
                code: code.into(),
                title: title.into(),
                by: format!("{place}市场监督管理所"),
                set_on: self.on.plus_days(-days_ago).max(draft.opened_on),
                expires_on: expires_in.map(|days| self.on.plus_days(days)),
            });
        };
        if self.watched.contains(draft.name.as_str()) {
            put("bright_kitchen", "明厨亮灶", 400, None);
        }
        if draft.grade == Some(Grade::D) && draft.status == Status::Active {
            put("key_watch", "重点监管", 45, Some(135));
        }
        if draft.grade == Some(Grade::A) && draft.credit == Some(Grade::A) && self.dice.chance(0.25) {
            put("trustworthy", "诚信经营示范", 210, Some(155));
        }
        if draft.kind == Kind::SchoolCanteen && draft.grade == Some(Grade::A) {
            put("model_canteen", "示范食堂", 320, Some(410));
        }
        labels
    }

    /// Its opening, its licences, and what became of it in the last two years. Never later than the story's day.
    fn history(&mut self, draft: &Draft, licences: &[Licence], labels: &[Label], place: &str) -> Vec<HistoryEntry> {
        let mut history = Vec::new();
        let two_years_ago = self.on.plus_years(-2);
        let mut tell = |day: Day, kind: &str, title: &str, text: String, minute: i64| {
            if day < self.on {
                let at = day.start().plus_seconds(9 * 3600 + minute * 60);
                history.push(HistoryEntry { at, kind: kind.into(), title: title.into(), text });
            }
        };
        tell(draft.opened_on, "opened", "开业", format!("在{}开业", draft.address), 0);
        for licence in licences {
            let title = if licence.valid_from < draft.opened_on { "取得许可" } else { "延续许可" };
            let text =
                format!("{} {}，有效期至 {}，{}核发", licence.kind.title(), licence.number, licence.valid_to, licence.issuer);
            tell(licence.valid_from, "licence", title, text, self.dice.between(0, 400));
            if licence.valid_to < self.on && licence.valid_to > two_years_ago && licence.valid_to == draft.licensed_to {
                tell(licence.valid_to.plus_days(1), "licence", "许可到期", format!("{} 已过有效期", licence.number), 0);
            }
        }
        if let Some(grade) = draft.grade {
            // The two latest yearly gradings, each in January; the elder may have been a step off.
            let before = match (grade, self.dice.between(0, 5)) {
                (Grade::A | Grade::C, 0) => Grade::B,
                (Grade::B, 0) => Grade::C,
                (Grade::D, 0..=2) => Grade::C,
                _ => grade,
            };
            for (years_ago, graded) in [(1, before), (0, grade)] {
                let year = self.on.year() - years_ago;
                let day = Day::new(year, 1, 12).map(|day| day.plus_days(self.dice.between(0, 16)));
                if let Some(day) = day.filter(|day| *day > draft.opened_on) {
                    let text = format!("{year} 年度食品安全风险等级评定为 {} 级", graded.code());
                    tell(day, "grade", "风险等级评定", text, self.dice.between(0, 400));
                }
            }
        }
        for label in labels {
            let text = format!("{}加注“{}”标签", label.by, label.title);
            tell(label.set_on, "label", "标签", text, self.dice.between(0, 400));
        }
        let ended_on = self.on.plus_days(-self.dice.between(20, 300)).max(draft.opened_on.plus_days(1));
        match draft.status {
            Status::Closed => tell(ended_on, "status", "注销", "经营者申请注销，已办结".into(), 120),
            Status::Suspended => {
                tell(ended_on, "status", "停业", format!("经营者向{place}市场监督管理所报告暂停营业"), 120)
            }
            Status::Active => {}
        }
        history.sort_by_key(|entry| entry.at);
        history
    }
}

/// How long a certificate holds: five years by national rule, three for what provinces register, one for a stall's card.
fn years_of(kind: Kind) -> i64 {
    match kind {
        Kind::Workshop | Kind::SmallCatering => 3,
        Kind::Stall => 1,
        _ => 5,
    }
}

fn weight_of(land: &Land, grid: &Grid) -> u32 {
    match land.stations[grid.station].place {
        "石桥" => 30,
        "西门" => 28,
        "东关" | "城关" => 24,
        "湖滨" | "桃园" => 18,
        "铁佛" | "双河" => 14,
        _ => 11,
    }
}

/// `1-5 06:30-17:00`, or `123467 06:00-20:00`, or several stretches after a comma.
fn opening_hours(week: &str) -> Result<OpeningHours> {
    let (days, times) = week.split_once(' ').ok_or_else(|| anyhow!("\"{week}\" is no week"))?;
    let digit = |c: char| c.to_digit(10).and_then(|day| u8::try_from(day).ok());
    let days: Vec<u8> = match days.split_once('-') {
        Some((from, to)) => {
            let end = |text: &str| text.chars().next().and_then(digit).unwrap_or(0);
            (end(from)..=end(to)).collect()
        }
        None => days.chars().filter_map(digit).collect(),
    };
    let spans = times.split(',').map(|stretch| {
        let (from, to) = stretch.split_once('-').ok_or_else(|| anyhow!("\"{stretch}\" is no stretch of time"))?;
        OpenSpan::new(&days, from, to)
    });
    Ok(OpeningHours(spans.collect::<Result<_>>()?))
}
