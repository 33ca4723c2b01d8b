//! A food business and what is kept about it: licences, labels, people, history.

use serde::{Deserialize, Serialize};
use shian_base::{Day, Id, Instant};
use utoipa::ToSchema;

use crate::hours::OpeningHours;
use crate::kind::Kind;

/// Names a business everywhere, in rules of access as in other crates' tables.
pub type BusinessId = Id<shian_access::Business>;

/// One food business at one address. An entity with two addresses is two of these with one credit code,
/// because licence, grade and grid belong to the address.
#[derive(Clone, Debug)]
pub struct Business {
    pub id: BusinessId,
    pub name: String,
    pub kind: Kind,
    /// The finer word for the kind, 小型餐馆 or 烘焙坊.
    pub form: Option<String>,
    /// 统一社会信用代码; people who sell from a stall may have none.
    pub credit_code: Option<String>,
    pub legal_person: String,
    pub contact_phone: String,
    pub address: String,
    /// The grid it lies in, twelve digits. Never derived from a code or number: those keep the place of issue.
    pub area_code: String,
    pub lon: f64,
    pub lat: f64,
    /// Food-safety risk grade, A low to D high.
    pub grade: Option<Grade>,
    /// General credit-risk class, A low to D high.
    pub credit: Option<Grade>,
    pub status: Status,
    /// Diners a meal for canteens and deliveries, seats for restaurants.
    pub capacity: Option<i64>,
    pub floor_area_m2: Option<i64>,
    pub opened_on: Day,
    pub opening_hours: OpeningHours,
}

impl Business {
    /// Whether it does business at the moment: its hours say so and it is neither closed nor suspended.
    pub fn is_open_at(&self, at: Instant) -> bool {
        self.status == Status::Active && self.opening_hours.is_open(at)
    }
}

/// A business as other parts of the platform show it beside their own facts.
#[derive(Clone, Debug)]
pub struct Summary {
    pub id: BusinessId,
    pub name: String,
    pub kind: Kind,
    pub form: Option<String>,
    pub area_code: String,
    /// The grid's name.
    pub area_name: String,
    pub station_name: String,
    pub address: String,
    pub grade: Option<Grade>,
    pub credit: Option<Grade>,
    pub status: Status,
    pub capacity: Option<i64>,
    pub floor_area_m2: Option<i64>,
    pub opening_hours: OpeningHours,
}

impl Summary {
    /// Whether it does business at the moment.
    pub fn is_open_at(&self, at: Instant) -> bool {
        self.status == Status::Active && self.opening_hours.is_open(at)
    }
}

/// A business as a row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub business: Business,
    pub area_name: String,
    pub station_name: String,
    /// The licence that holds longest; an opener of a market needs none.
    pub licence_number: Option<String>,
    pub licence_valid_to: Option<Day>,
}

/// A business with everything the register keeps about it, as it is first recorded.
#[derive(Clone, Debug)]
pub struct NewBusiness {
    pub business: Business,
    pub licences: Vec<Licence>,
    pub labels: Vec<Label>,
    pub people: Vec<Responsible>,
    pub history: Vec<HistoryEntry>,
}

/// A grade from A to D.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Grade {
    A,
    B,
    C,
    D,
}

impl Grade {
    pub const fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::A, Self::B, Self::C, Self::D].into_iter().find(|grade| grade.code() == code)
    }
}

/// Whether the business goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BusinessStatus)]
pub enum Status {
    /// 在营
    Active,
    /// 停业, for a time
    Suspended,
    /// 已注销 or gone
    Closed,
}

impl Status {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
    pub const fn title(self) -> &'static str {
        match self {
            Self::Active => "经营中",
            Self::Suspended => "停业",
            Self::Closed => "已注销",
        }
    }
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Closed].into_iter().find(|status| status.code() == code)
    }
}

/// A licence, registration or filing of a business.
#[derive(Clone, Debug)]
pub struct Licence {
    pub id: Id<Licence>,
    pub kind: LicenceKind,
    pub number: String,
    pub issuer: String,
    /// What it allows, in the words of the certificate.
    pub scope: String,
    pub valid_from: Day,
    /// The last day on which it holds.
    pub valid_to: Day,
    pub revoked_on: Option<Day>,
}

impl Licence {
    pub fn state_on(&self, today: Day) -> LicenceState {
        if self.revoked_on.is_some_and(|on| on <= today) {
            return LicenceState::Revoked;
        }
        match self.valid_to.days_since(today) {
            left if left < 0 => LicenceState::Expired,
            left if left <= EXPIRING_DAYS => LicenceState::Expiring,
            _ => LicenceState::Valid,
        }
    }
}

/// From how many days before its end a licence is shown as expiring.
pub const EXPIRING_DAYS: i64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenceState {
    Valid,
    /// Ends within 30 days.
    Expiring,
    Expired,
    Revoked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenceKind {
    /// 食品经营许可证
    FoodOperation,
    /// 食品生产许可证
    FoodProduction,
    /// 仅销售预包装食品备案
    PrepackagedFiling,
    /// 食品小作坊登记证
    WorkshopRegistration,
    /// 小餐饮登记证
    SmallCateringRegistration,
    /// 食品摊点信息公示卡
    StallCard,
}

impl LicenceKind {
    pub const ALL: [LicenceKind; 6] = [
        Self::FoodOperation,
        Self::FoodProduction,
        Self::PrepackagedFiling,
        Self::WorkshopRegistration,
        Self::SmallCateringRegistration,
        Self::StallCard,
    ];
    pub const fn code(self) -> &'static str {
        match self {
            Self::FoodOperation => "food_operation",
            Self::FoodProduction => "food_production",
            Self::PrepackagedFiling => "prepackaged_filing",
            Self::WorkshopRegistration => "workshop_registration",
            Self::SmallCateringRegistration => "small_catering_registration",
            Self::StallCard => "stall_card",
        }
    }
    pub const fn title(self) -> &'static str {
        match self {
            Self::FoodOperation => "食品经营许可证",
            Self::FoodProduction => "食品生产许可证",
            Self::PrepackagedFiling => "仅销售预包装食品备案",
            Self::WorkshopRegistration => "食品小作坊登记证",
            Self::SmallCateringRegistration => "小餐饮登记证",
            Self::StallCard => "食品摊点信息公示卡",
        }
    }
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A mark somebody put on a business: 明厨亮灶, 重点监管.
#[derive(Clone, Debug)]
pub struct Label {
    pub code: String,
    pub title: String,
    /// Who put it there, an office or the system.
    pub by: String,
    pub set_on: Day,
    pub expires_on: Option<Day>,
}

/// A person who answers for food safety in the business.
#[derive(Clone, Debug)]
pub struct Responsible {
    pub role: Role,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ResponsibleRole)]
pub enum Role {
    /// 法定代表人 or 经营者
    LegalPerson,
    /// 食品安全总监
    SafetyDirector,
    /// 食品安全员
    SafetyOfficer,
    /// 厨师长
    Chef,
}

impl Role {
    pub const ALL: [Role; 4] = [Self::LegalPerson, Self::SafetyDirector, Self::SafetyOfficer, Self::Chef];
    pub const fn code(self) -> &'static str {
        match self {
            Self::LegalPerson => "legal_person",
            Self::SafetyDirector => "safety_director",
            Self::SafetyOfficer => "safety_officer",
            Self::Chef => "chef",
        }
    }
    pub const fn title(self) -> &'static str {
        match self {
            Self::LegalPerson => "负责人",
            Self::SafetyDirector => "食品安全总监",
            Self::SafetyOfficer => "食品安全员",
            Self::Chef => "厨师长",
        }
    }
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// One line of a business's history; lines are only ever added.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    pub at: Instant,
    /// `opened`, `licence`, `grade`, `label`, `status`, …; capabilities add their own.
    pub kind: String,
    pub title: String,
    pub text: String,
}

/// A telephone number as strangers to it see it: `138****2206`.
pub fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    match digits.len() {
        0..=4 => "*".repeat(digits.len()),
        len @ 5..=7 => format!("{}{}", "*".repeat(len - 4), digits[len - 4..].iter().collect::<String>()),
        len => {
            let head: String = digits[..len - 8].iter().collect();
            let tail: String = digits[len - 4..].iter().collect();
            format!("{head}****{tail}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licence(valid_to: &str, revoked_on: Option<&str>) -> Licence {
        Licence {
            id: Id::named("licence"),
            kind: LicenceKind::FoodOperation,
            number: "JY29903020000417".into(),
            issuer: "河东区市场监督管理局".into(),
            scope: "热食类食品制售".into(),
            valid_from: "2023-04-17".parse().unwrap(),
            valid_to: valid_to.parse().unwrap(),
            revoked_on: revoked_on.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn a_licence_holds_through_its_last_day_and_warns_thirty_days_ahead() {
        let today: Day = "2026-11-21".parse().unwrap();
        for (valid_to, state) in [
            ("2026-11-20", LicenceState::Expired),
            ("2026-11-21", LicenceState::Expiring),
            ("2026-12-21", LicenceState::Expiring),
            ("2026-12-22", LicenceState::Valid),
            ("2030-01-01", LicenceState::Valid),
        ] {
            assert_eq!(licence(valid_to, None).state_on(today), state, "{valid_to}");
        }
        assert_eq!(licence("2030-01-01", Some("2026-11-21")).state_on(today), LicenceState::Revoked);
    }

    #[test]
    fn a_masked_phone_keeps_its_ends_and_never_the_middle() {
        assert_eq!(masked_phone("13800002206"), "138****2206");
        assert_eq!(masked_phone("0535-6612206"), "0535****2206");
        assert_eq!(masked_phone("66122"), "*6122");
        assert_eq!(masked_phone("110"), "***");
    }
}
