//! The text of a cell as the value it stands for, or why it stands for none. Pure.

use shian_base::Day;
use shian_business::codes::{CreditCode, CreditFault, LicenceFault, LicenceNumber, LicencePrefix};
use shian_business::{Grade, Kind, LicenceKind, Status};

use crate::kind::Reads;
use crate::mapping::half_width;

/// A value as it is kept, with what should be looked at again.
#[derive(Debug, Default, PartialEq)]
pub struct Value {
    pub text: String,
    pub warning: Option<&'static str>,
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self { text, warning: None }
    }
}

/// With what a spreadsheet begins a formula, in either width.
pub const FORMULA_SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Longer cells are no cells: most often a quote that was never closed.
const CELL_MAX: usize = 4000;

/// The value of a cell; `None` when it is empty; otherwise why it cannot be read, in a sentence for the person.
pub fn read(reads: Reads, cell: &str) -> Result<Option<Value>, String> {
    let text = unescaped(cell).trim();
    if text.is_empty() || matches!(text, "-" | "—" | "——" | "/" | "无" | "空" | "NULL" | "null" | "\\N") {
        return Ok(None);
    }
    if text.chars().count() > CELL_MAX {
        return Err(format!("内容超过 {CELL_MAX} 字，可能是引号没有闭合"));
    }
    if text.contains('\u{fffd}') {
        return Err("有无法识别的字，请检查文件编码".into());
    }
    if let Some(control) = text.chars().find(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err(format!("有不可见的控制字符 U+{:04X}", u32::from(control)));
    }
    if ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"].contains(&text) {
        return Err(format!("公式的结果是错误 {text}"));
    }
    let value: Value = match reads {
        Reads::Text(longest) => plain_text(text, longest)?.into(),
        Reads::CreditCode => credit_code(text)?,
        Reads::LicenceNumber => licence_number(text)?,
        Reads::Phone => phone(text)?.into(),
        Reads::Day => day(text)?.to_string().into(),
        Reads::LastDay if text.starts_with("长期") => "9999-12-31".to_owned().into(),
        Reads::LastDay => day(text)?.to_string().into(),
        Reads::AreaCode => digits(text)?.into(),
        Reads::AreaName => plain_text(text, 60)?.into(),
        Reads::Longitude => degrees(text, 73.0, 136.0, "经度")?.into(),
        Reads::Latitude => degrees(text, 3.0, 54.0, "纬度")?.into(),
        Reads::Grade => grade(text)?.code().to_owned().into(),
        Reads::Status => status(text)?.code().to_owned().into(),
        Reads::BusinessKind => business_kind(text)?.code().to_owned().into(),
        Reads::LicenceKind => licence_kind(text)?.code().to_owned().into(),
        Reads::LicenceState => licence_state(text)?.to_owned().into(),
        Reads::Count => count(text)?.to_string().into(),
    };
    Ok(Some(value))
}

/// Takes away the quote that our error files put before what a spreadsheet would take for a formula.
fn unescaped(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_SIGNS) => rest,
        _ => cell,
    }
}

fn plain_text(text: &str, longest: usize) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        count if count > longest => Err(format!("不能超过 {longest} 字，现有 {count} 字")),
        _ => Ok(text),
    }
}

fn compact(text: &str) -> String {
    text.chars().map(half_width).filter(|letter| !letter.is_whitespace()).collect()
}

fn credit_code(text: &str) -> Result<Value, String> {
    match CreditCode::parse(&compact(text)) {
        Ok(code) => Ok(Value { warning: code.warning(), text: code.to_string() }),
        Err(CreditFault::Length { found }) => Err(format!("信用代码应为 18 位，现为 {found} 位")),
        Err(CreditFault::Letter { letter, position }) => Err(format!("信用代码第 {position} 位“{letter}”不是代码用的字符")),
        Err(CreditFault::Check { due, found }) => {
            Err(format!("信用代码第 18 位校验不符：应为 {due}，现为 {found}；若为数字格式的单元格，末几位可能已丢失"))
        }
    }
}

fn licence_number(text: &str) -> Result<Value, String> {
    let text = compact(text).to_ascii_uppercase();
    match LicenceNumber::parse(&text) {
        Ok(number) => Ok(Value { warning: number.warning(), text: number.to_string() }),
        // Workshops, small caterers and stalls are numbered by each province in its own way.
        Err(LicenceFault::Prefix { .. }) if text.chars().count() <= 60 => Ok(text.into()),
        Err(LicenceFault::Prefix { .. }) => Err("编号超过 60 字".into()),
        Err(LicenceFault::NotDigits) => Err("许可证编号的字母之后应全为数字".into()),
        Err(LicenceFault::Length { found }) => Err(format!("许可证编号的字母之后应为 14 位数字，现为 {found} 位")),
        Err(LicenceFault::Check { due, found }) => Err(format!("许可证编号校验位不符：应为 {due}，现为 {found}")),
    }
}

/// The certificate a number says it belongs to.
pub fn licence_kind_of_number(number: &str) -> Option<LicenceKind> {
    LicenceNumber::parse(number).ok().map(|number| match number.prefix() {
        LicencePrefix::Operation => LicenceKind::FoodOperation,
        LicencePrefix::Production => LicenceKind::FoodProduction,
        LicencePrefix::PrepackagedFiling => LicenceKind::PrepackagedFiling,
    })
}

/// The kind of business a licence number speaks of: the first digit of a JY number is the 主体业态.
pub fn business_kind_of_number(number: &str) -> Option<Kind> {
    match (licence_kind_of_number(number)?, number.chars().nth(2)?) {
        (LicenceKind::FoodProduction, _) => Some(Kind::Production),
        (LicenceKind::FoodOperation, '1') | (LicenceKind::PrepackagedFiling, _) => Some(Kind::Sales),
        (LicenceKind::FoodOperation, '2') => Some(Kind::Catering),
        (LicenceKind::FoodOperation, '3') => Some(Kind::Canteen),
        _ => None,
    }
}

fn phone(text: &str) -> Result<String, String> {
    let text = compact(text);
    let count = text.bytes().filter(u8::is_ascii_digit).count();
    let is_phone = text.chars().all(|letter| letter.is_ascii_digit() || "+-()/,;、".contains(letter));
    if is_phone && (5..=40).contains(&count) { Ok(text) } else { Err(format!("“{text}”不是电话号码")) }
}

/// The day in any of the writings that offices use; days and months in unclear order are refused.
pub fn day(text: &str) -> Result<Day, String> {
    let wrong = || format!("“{text}”不是日期，请写成 2026-11-21");
    let text: String = text.chars().map(half_width).collect();
    // A time of day behind the day is not what is asked for.
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let found = match parts[..] {
        [whole] if whole.len() == 8 && whole.is_ascii() => parse(&whole[..4], &whole[4..6], &whole[6..]),
        [serial] | [serial, "0"] if serial.len() == 5 => excel_day(serial),
        [year, month, day] if year.len() == 4 => parse(year, month, day),
        _ => None,
    };
    let found = found.ok_or_else(wrong)?;
    match found.year() {
        1949..=2099 => Ok(found),
        year => Err(format!("年份 {year} 不在 1949 至 2099 之间")),
    }
}

fn parse(year: &str, month: &str, day: &str) -> Option<Day> {
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The day of a serial number of spreadsheets, which count from 1899-12-30 (1900 being taken for a leap year).
fn excel_day(serial: &str) -> Option<Day> {
    Some(Day::new(1899, 12, 30)?.plus_days(serial.parse().ok()?))
}

fn digits(text: &str) -> Result<String, String> {
    let text = compact(text);
    if !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(format!("“{text}”不是区域代码"))
    }
}

fn degrees(text: &str, from: f64, to: f64, title: &str) -> Result<String, String> {
    match compact(text).parse::<f64>() {
        Ok(degrees) if (from..=to).contains(&degrees) => Ok(format!("{degrees:.6}")),
        Ok(degrees) => Err(format!("{title} {degrees} 不在中国境内")),
        Err(_) => Err(format!("“{text}”不是{title}，请用十进制度")),
    }
}

fn grade(text: &str) -> Result<Grade, String> {
    let letter = compact(text).to_uppercase();
    let letter = letter.trim_end_matches(['级', '类']);
    Grade::of_code(letter).ok_or_else(|| format!("“{text}”不是 A、B、C、D 中的一级"))
}

fn status(text: &str) -> Result<Status, String> {
    let said = compact(text);
    if let Some(status) = Status::of_code(&said) {
        return Ok(status);
    }
    match said.as_str() {
        "在营" | "经营中" | "存续" | "开业" | "正常" | "正常经营" | "营业" | "营业中" | "在业" | "有效" | "存续(在营、开业、在册)" => Ok(Status::Active),
        "停业" | "歇业" | "暂停营业" | "暂停" | "停产" | "停业整顿" => Ok(Status::Suspended),
        "注销" | "已注销" | "吊销" | "已吊销" | "撤销" | "关闭" | "迁出" => Ok(Status::Closed),
        _ => Err(format!("“{text}”不是经营状态，可写在营、停业、注销")),
    }
}

fn business_kind(text: &str) -> Result<Kind, String> {
    let said = compact(text);
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.title() == said || kind.code() == said) {
        return Ok(kind);
    }
    match said.as_str() {
        "餐饮" | "餐饮服务经营者" | "餐馆" | "饭店" | "餐饮服务者" => Ok(Kind::Catering),
        "食品销售经营者" | "食品经营" | "食品销售者" | "零售" | "食品零售" | "食品流通" => Ok(Kind::Sales),
        "批发" | "食品批发经营者" => Ok(Kind::Wholesale),
        "食品生产者" | "食品生产企业" | "生产" | "生产企业" => Ok(Kind::Production),
        "集中用餐单位食堂" | "单位食堂经营者" | "食堂" | "机关食堂" => Ok(Kind::Canteen),
        "学校" | "中小学食堂" | "校园食堂" => Ok(Kind::SchoolCanteen),
        "幼儿园" | "托幼机构食堂" => Ok(Kind::KindergartenCanteen),
        "养老院食堂" | "养老机构" => Ok(Kind::NursingHome),
        "小作坊" | "食品加工小作坊" => Ok(Kind::Workshop),
        "小餐饮店" | "小餐馆" => Ok(Kind::SmallCatering),
        "摊贩" | "食品摊贩" | "小摊点" => Ok(Kind::Stall),
        "集体用餐配送单位" | "配送" => Ok(Kind::Delivery),
        "市场" | "集贸市场" | "菜市场" | "农产品市场" | "集中交易市场" => Ok(Kind::Market),
        "网络餐饮服务" | "网络食品经营" | "网络经营" => Ok(Kind::Online),
        _ => Err(format!("“{text}”不是已知的业态")),
    }
}

fn licence_kind(text: &str) -> Result<LicenceKind, String> {
    let said = compact(text);
    if let Some(kind) = LicenceKind::ALL.into_iter().find(|kind| kind.title() == said || kind.code() == said) {
        return Ok(kind);
    }
    match said.as_str() {
        "经营许可" | "食品经营许可" | "经营许可证" => Ok(LicenceKind::FoodOperation),
        "生产许可" | "食品生产许可" | "生产许可证" => Ok(LicenceKind::FoodProduction),
        "预包装备案" | "仅销售预包装食品经营者备案" | "备案" => Ok(LicenceKind::PrepackagedFiling),
        "小作坊登记" | "小作坊登记证" => Ok(LicenceKind::WorkshopRegistration),
        "小餐饮登记" => Ok(LicenceKind::SmallCateringRegistration),
        "摊点登记" | "摊贩登记" | "摊点备案卡" => Ok(LicenceKind::StallCard),
        _ => Err(format!("“{text}”不是已知的证件种类")),
    }
}

fn licence_state(text: &str) -> Result<&'static str, String> {
    match compact(text).as_str() {
        "有效" | "正常" | "在用" | "过期" | "已过期" | "到期" => Ok("held"),
        "注销" | "已注销" | "吊销" | "已吊销" | "撤销" | "已撤销" | "撤回" => Ok("ended"),
        _ => Err(format!("“{text}”不是许可证状态，可写有效、注销、吊销")),
    }
}

fn count(text: &str) -> Result<i64, String> {
    let said = compact(text).replace(',', "");
    let said = said.trim_end_matches(['人', '个', '座', '㎡']).trim_end_matches("平方米").trim_end_matches("m2");
    match said.parse::<f64>() {
        Ok(number) if (0.0..=10_000_000.0).contains(&number) => Ok(number.round() as i64),
        _ => Err(format!("“{text}”不是数量")),
    }
}

/// An address as it is compared: letters and digits only, of one width.
pub fn compared(text: &str) -> String {
    text.chars().map(half_width).filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(reads: Reads, cell: &str) -> String {
        read(reads, cell).unwrap().unwrap().text
    }

    #[test]
    fn a_day_is_read_in_every_writing_offices_use() {
        for cell in [
            "2026-11-21", "2026/11/21", "2026.11.21", "2026年11月21日", "20261121", "2026-11-21 00:00:00",
            "2026-11-21T08:30:00", "46347", "46347.0", " ２０２６-１１-２１ ",
        ] {
            assert_eq!(value(Reads::Day, cell), "2026-11-21", "{cell}");
        }
        assert_eq!(value(Reads::Day, "2026年1月2日"), "2026-01-02");
        assert_eq!(value(Reads::Day, "2026/1/2"), "2026-01-02");
        assert_eq!(value(Reads::LastDay, "长期有效"), "9999-12-31");
        for cell in ["21/11/2026", "11-21", "2026-02-30", "2026-13-01", "昨天", "0001-01-01", "4634712", "26-11-21"] {
            assert!(read(Reads::Day, cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_credit_code_is_checked_twice_and_an_early_one_only_warned_of() {
        assert_eq!(value(Reads::CreditCode, " 91330100799655058b "), "91330100799655058B");
        assert!(read(Reads::CreditCode, "91330100799655058A").unwrap_err().contains("应为 B"));
        assert!(read(Reads::CreditCode, "913301007996550").unwrap_err().contains("15 位"));
        assert!(read(Reads::CreditCode, "9133010079965505IB").unwrap_err().contains("第 17 位"));
        // Position 17 disagrees with positions 9–16, position 18 with nothing.
        let early = "ABCDEFGHJKLMNPQRTUWXY0123456789".chars().find_map(|last| {
            let code = format!("91330100799655059{last}");
            read(Reads::CreditCode, &code).ok().flatten()
        });
        assert!(early.unwrap().warning.is_some());
    }

    #[test]
    fn a_licence_number_is_checked_and_a_provincial_one_kept_as_it_is() {
        assert_eq!(value(Reads::LicenceNumber, "jy1330 1080111719"), "JY13301080111719");
        assert!(read(Reads::LicenceNumber, "JY11105000000001").unwrap_err().contains("校验位不符"));
        assert!(read(Reads::LicenceNumber, "SC1146401050001").unwrap_err().contains("13 位"));
        assert_eq!(value(Reads::LicenceNumber, "鲁小作坊登字2024第0012号"), "鲁小作坊登字2024第0012号");
        assert_eq!(business_kind_of_number("JY13301080111719"), Some(Kind::Sales));
        assert_eq!(business_kind_of_number("SC11464010500015"), Some(Kind::Production));
        assert_eq!(licence_kind_of_number("鲁小作坊"), None);
    }

    #[test]
    fn words_of_offices_become_the_registers_own() {
        assert_eq!(value(Reads::BusinessKind, "餐饮服务经营者"), "catering");
        assert_eq!(value(Reads::BusinessKind, "学校食堂"), "school_canteen");
        assert_eq!(value(Reads::Status, "存续（在营、开业、在册）"), "active");
        assert_eq!(value(Reads::Grade, "b级"), "B");
        assert_eq!(value(Reads::Count, "1,200 人"), "1200");
        assert_eq!(value(Reads::Count, "86.4㎡"), "86");
        assert_eq!(value(Reads::Phone, "138 0000 2206"), "13800002206");
        assert_eq!(value(Reads::LicenceKind, "食品经营许可"), "food_operation");
        for (reads, cell) in [
            (Reads::BusinessKind, "药店"), (Reads::Status, "也许"), (Reads::Grade, "E"), (Reads::Count, "-3"),
            (Reads::Phone, "问老板"), (Reads::Longitude, "34.2"), (Reads::Latitude, "北"), (Reads::AreaCode, "9903x"),
        ] {
            assert!(read(reads, cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn an_empty_cell_is_no_value_and_a_damaged_one_is_refused() {
        for cell in ["", "  ", "/", "无", "NULL", "-"] {
            assert_eq!(read(Reads::Text(10), cell), Ok(None), "{cell}");
        }
        assert!(read(Reads::Text(300), "石桥\u{fffd}街").unwrap_err().contains("编码"));
        assert!(read(Reads::Text(300), "石桥\u{0}街").unwrap_err().contains("U+0000"));
        assert!(read(Reads::Text(3), "一二三四").unwrap_err().contains("不能超过 3 字"));
        assert!(read(Reads::Text(300), "#REF!").unwrap_err().contains("公式"));
        assert!(read(Reads::Text(300), &"长".repeat(4001)).unwrap_err().contains("引号"));
    }

    #[test]
    fn what_an_error_file_quoted_is_read_as_it_was() {
        assert_eq!(value(Reads::Text(20), "'=甲"), "=甲");
        assert_eq!(value(Reads::Text(20), "'甲'"), "'甲'");
    }

    #[test]
    fn addresses_are_compared_without_blanks_and_signs() {
        assert_eq!(compared("河东区石桥街42号（一层）"), compared(" 河东区 石桥街４２号(一层)"));
        assert_ne!(compared("石桥街42号"), compared("石桥街43号"));
    }
}
