//! The cameras of the town, and what was found with them before the story begins.

use shian_base::Day;

use crate::plan::{CameraPlan, PastFinding, business_named};

/// Business, camera, zone, public, kitchen, scene while open, scene while closed.
type Line = (&'static str, &'static str, &'static str, bool, u8, &'static str, &'static str);

// At every hour of the week one of the kitchens with somebody in it after hours is closed: the
// kindergarten in the evening, at night and at weekends, the barbecue by day.
const LINES: &[Line] = &[
    ("王记面馆", "烹饪区 01", "cooking", true, 0, "cooking", "empty"),
    ("王记面馆", "烹饪区 02", "cooking", true, 1, "phone", "empty"),
    ("春晖幼儿园食堂", "库房", "storage", false, 2, "empty", "after_hours_person"),
    ("临河烧烤", "烹饪区", "cooking", true, 3, "cooking", "after_hours_person"),
    ("临河烧烤", "后门", "other", false, 2, "cat", "cat"),
    ("好味来快餐", "备餐间", "serving", true, 0, "phone", "empty"),
    ("老街羊汤", "切配区", "cutting", true, 1, "covered", "covered"),
    ("石桥中心小学食堂", "烹饪区", "cooking", true, 3, "cooking", "empty"),
    ("石桥中心小学食堂", "粗加工", "rough", true, 2, "cooking", "empty"),
    ("石桥中心小学食堂", "备餐间", "serving", true, 0, "cooking", "empty"),
    ("石桥中心小学食堂", "库房", "storage", false, 1, "empty", "empty"),
    ("福满楼酒家", "冷食专间", "cold", true, 1, "cooking", "empty"),
    ("福满楼酒家", "烹饪区", "cooking", true, 0, "cooking", "empty"),
    ("福满楼酒家", "餐具洗消", "washing", true, 3, "empty", "empty"),
    ("王记面馆", "餐具洗消", "washing", true, 2, "empty", "empty"),
    ("春晖幼儿园食堂", "烹饪区", "cooking", true, 0, "cooking", "empty"),
    ("柳岸豆花馆", "烹饪区", "cooking", true, 1, "cooking", "after_hours_person"),
    ("老街羊汤", "烹饪区", "cooking", true, 3, "cooking", "empty"),
    ("好味来快餐", "烹饪区", "cooking", true, 2, "cooking", "empty"),
    ("西门实验小学食堂", "烹饪区", "cooking", true, 0, "cooking", "empty"),
    ("同庆楼火锅", "切配区", "cutting", true, 1, "rat", "rat"),
    ("湖滨颐养中心食堂", "烹饪区", "cooking", true, 3, "cooking", "empty"),
    ("东关营养配餐有限公司", "烹饪区", "cooking", true, 2, "cooking", "empty"),
    ("柳南县第一中学食堂", "烹饪区", "cooking", true, 0, "cooking", "empty"),
    ("西门实验小学食堂", "备餐间", "serving", true, 1, "cooking", "empty"),
    ("同庆楼火锅", "H.265 样片", "other", false, 2, "cooking", "empty"),
    ("湖滨颐养中心食堂", "备餐间", "serving", true, 0, "black", "black"),
    ("柳南县第一中学食堂", "粗加工", "rough", true, 1, "frozen", "frozen"),
    ("东关营养配餐有限公司", "备餐间", "serving", true, 3, "cooking", "empty"),
    ("石桥中心小学食堂", "餐具洗消", "washing", true, 2, "empty", "empty"),
];

/// Unplugged before the story begins.
const UNPLUGGED: &str = "camera/福满楼酒家/餐具洗消";

pub fn cameras() -> Vec<CameraPlan> {
    LINES
        .iter()
        .map(|&(business_name, name, zone, is_public, kitchen, scene_open, scene_closed)| {
            let id_name = format!("camera/{business_name}/{name}");
            CameraPlan {
                is_connected: id_name != UNPLUGGED,
                id_name,
                business: business_named(business_name),
                business_name,
                name,
                zone,
                is_public,
                kitchen,
                scene_open,
                scene_closed,
            }
        })
        .collect()
}

/// Business, scene, title, days before the story, answer, days until it was mended.
type Past = (&'static str, &'static str, &'static str, i64, &'static str, i64);

// The ladder: a first finding of a kind is a reminder, a second within twelve months an order to
// rectify, a third within three years a referral. 王记面馆 stands before its second, 临河烧烤 before
// its third, 福满楼酒家's only one is too old to count.
const PAST: &[Past] = &[
    ("临河烧烤", "animal", "动物进入", 292, "remind", 2),
    ("临河烧烤", "animal", "动物进入", 137, "order", 3),
    ("王记面馆", "phone", "玩手机", 111, "remind", 0),
    ("福满楼酒家", "phone", "玩手机", 430, "remind", 1),
    ("石桥中心小学食堂", "person_off_hours", "非营业时段有人", 76, "remind", 1),
    ("同庆楼火锅", "animal", "动物进入", 58, "remind", 2),
];

pub fn findings(on: Day) -> Vec<PastFinding> {
    PAST.iter()
        .map(|&(business_name, scene, title, days_before, response, mended_after)| {
            let about = on.plus_days(-days_before);
            // After hours is what a school's Sunday is, whatever the story's day.
            let found = match scene {
                "person_off_hours" => about.plus_days(-i64::from(about.weekday() % 7)),
                _ => about,
            };
            PastFinding {
                business: business_named(business_name),
                business_name,
                scene,
                title,
                on: found,
                response,
                mended_on: found.plus_days(mended_after),
            }
        })
        .collect()
}
