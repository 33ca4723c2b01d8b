//! What can be brought in, and by which columns.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The five kinds of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// 经营主体
    Businesses,
    /// 许可
    Licences,
    /// 监督检查
    Inspections,
    /// 抽样检验
    Samples,
    /// 行政处罚
    Penalties,
}

/// How the text of a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Text of at most so many characters.
    Text(usize),
    CreditCode,
    LicenceNumber,
    Phone,
    Day,
    /// A day, or 长期.
    LastDay,
    AreaCode,
    AreaName,
    Longitude,
    Latitude,
    Grade,
    Status,
    BusinessKind,
    LicenceKind,
    /// 有效, 注销, 吊销: only checked against the day of its end.
    LicenceState,
    Count,
}

/// A column that is understood.
#[derive(Debug, PartialEq)]
pub struct Field {
    pub code: &'static str,
    /// The heading of our own tables.
    pub title: &'static str,
    pub reads: Reads,
    /// Without a value the row is refused.
    pub needed: bool,
    /// Other headings it goes by: those of offices, and the pinyin initials that older systems export.
    pub also: &'static [&'static str],
}

const fn field(code: &'static str, title: &'static str, reads: Reads, also: &'static [&'static str]) -> Field {
    Field { code, title, reads, needed: false, also }
}
const fn needed(code: &'static str, title: &'static str, reads: Reads, also: &'static [&'static str]) -> Field {
    Field { code, title, reads, needed: true, also }
}

const NAME: &[&str] =
    &["经营者名称", "企业名称", "主体名称", "单位名称", "市场主体名称", "字号名称", "店名", "被检查单位", "被抽样单位", "被抽样单位名称", "当事人", "当事人名称", "JYZMC", "QYMC", "name"];
const CREDIT_CODE: &[&str] =
    &["信用代码", "社会信用代码", "统一信用代码", "统一代码", "统一社会信用代码或身份证号", "SHXYDMZJHM", "TYSHXYDM", "credit_code", "uscc"];
const ADDRESS: &[&str] =
    &["地址", "经营地址", "生产地址", "经营场所地址", "实际经营地址", "场所地址", "被抽样单位地址", "JYCS", "address"];
const LICENCE_NUMBER: &[&str] =
    &["许可证号", "许可证编号", "食品经营许可证编号", "食品经营许可证号", "食品生产许可证编号", "生产许可证编号", "备案编号", "登记证编号", "证书编号", "XKZBH", "licence_number"];
const OFFICE: &[&str] = &["执法机关", "检查部门", "实施机关", "抽样机构", "处罚机关", "作出处罚的机关", "检查单位", "office"];

const BUSINESSES: &[Field] = &[
    needed("name", "名称", Reads::Text(200), NAME),
    field("credit_code", "统一社会信用代码", Reads::CreditCode, CREDIT_CODE),
    field("licence_number", "许可证编号", Reads::LicenceNumber, LICENCE_NUMBER),
    field("kind", "主体业态", Reads::BusinessKind, &["业态", "业态类型", "主体类型", "经营类型", "ZTYT", "kind"]),
    field("form", "细分业态", Reads::Text(60), &["业态细类", "经营形式", "form"]),
    field("legal_person", "法定代表人", Reads::Text(100), &["法定代表人姓名", "法人", "法人代表", "负责人", "经营者", "经营者姓名", "法定代表人(负责人)", "FDDBRFZR", "FDDBR", "legal_person"]),
    field("contact_phone", "联系电话", Reads::Phone, &["电话", "联系方式", "手机", "手机号", "联系人电话", "LXDH", "contact_phone"]),
    needed("address", "经营场所", Reads::Text(300), ADDRESS),
    field("area_code", "区域代码", Reads::AreaCode, &["辖区代码", "行政区划代码", "行政区划", "网格代码", "网格编码", "JYCSXZQH", "area_code"]),
    field("area_name", "监管所", Reads::AreaName, &["监管所名称", "所属监管所", "日常监管机构", "监管机构", "辖区", "所属网格", "网格", "市场监管所", "RCJDGLJG", "area_name"]),
    field("lon", "经度", Reads::Longitude, &["东经", "JD", "longitude", "lng", "lon"]),
    field("lat", "纬度", Reads::Latitude, &["北纬", "WD", "latitude", "lat"]),
    field("grade", "风险等级", Reads::Grade, &["食品安全风险等级", "风险分级", "grade"]),
    field("credit", "信用等级", Reads::Grade, &["信用风险分类", "信用风险等级", "credit"]),
    field("status", "经营状态", Reads::Status, &["状态", "登记状态", "主体状态", "status"]),
    field("capacity", "供餐人数", Reads::Count, &["就餐人数", "就餐座位数", "座位数", "JCZWS", "capacity"]),
    field("floor_area_m2", "经营面积", Reads::Count, &["面积", "建筑面积", "使用面积", "经营面积平方米", "floor_area_m2"]),
    field("opened_on", "成立日期", Reads::Day, &["开业日期", "注册日期", "设立日期", "核准日期", "CLRQ", "opened_on"]),
];

const LICENCES: &[Field] = &[
    needed("number", "许可证编号", Reads::LicenceNumber, LICENCE_NUMBER),
    field("kind", "证件种类", Reads::LicenceKind, &["许可证类型", "许可类型", "证书类型", "许可类别", "kind"]),
    field("name", "名称", Reads::Text(200), NAME),
    field("credit_code", "统一社会信用代码", Reads::CreditCode, CREDIT_CODE),
    field("address", "经营场所", Reads::Text(300), ADDRESS),
    field("issuer", "发证机关", Reads::Text(100), &["许可机关", "登记机关", "备案机关", "FZJG", "issuer"]),
    field("scope", "经营项目", Reads::Text(1000), &["许可项目", "许可范围", "经营范围", "食品类别", "品种明细", "JYXM", "scope"]),
    needed("valid_from", "有效期起", Reads::Day, &["有效期自", "发证日期", "签发日期", "有效期开始", "起始日期", "YXQQ", "FZRQ", "valid_from"]),
    needed("valid_to", "有效期至", Reads::LastDay, &["有效期止", "截止日期", "有效期截止", "到期日期", "有效期限", "YXQZ", "valid_to"]),
    field("revoked_on", "注销日期", Reads::Day, &["吊销日期", "注销或吊销日期", "revoked_on"]),
    field("state", "许可证状态", Reads::LicenceState, &["状态", "证书状态", "XKZZT", "state"]),
];

const INSPECTIONS: &[Field] = &[
    field("number", "检查编号", Reads::Text(100), &["检查记录编号", "文书号", "任务编号", "编号", "number"]),
    field("name", "名称", Reads::Text(200), NAME),
    field("credit_code", "统一社会信用代码", Reads::CreditCode, CREDIT_CODE),
    field("licence_number", "许可证编号", Reads::LicenceNumber, LICENCE_NUMBER),
    field("address", "经营场所", Reads::Text(300), ADDRESS),
    needed("done_on", "检查日期", Reads::Day, &["检查时间", "检查完成日期", "done_on"]),
    field("office", "检查机关", Reads::Text(100), OFFICE),
    needed("subject", "检查类型", Reads::Text(200), &["检查事项", "检查内容", "检查类别", "subject"]),
    needed("result", "检查结果", Reads::Text(1000), &["检查结论", "结果", "处理结果", "result"]),
];

const SAMPLES: &[Field] = &[
    field("number", "抽样单编号", Reads::Text(100), &["抽样编号", "报告编号", "检验报告编号", "样品编号", "编号", "number"]),
    field("name", "名称", Reads::Text(200), NAME),
    field("credit_code", "统一社会信用代码", Reads::CreditCode, CREDIT_CODE),
    field("licence_number", "许可证编号", Reads::LicenceNumber, LICENCE_NUMBER),
    field("address", "经营场所", Reads::Text(300), ADDRESS),
    needed("done_on", "抽样日期", Reads::Day, &["抽样时间", "采样日期", "done_on"]),
    field("office", "抽样机关", Reads::Text(100), OFFICE),
    needed("subject", "样品名称", Reads::Text(200), &["食品名称", "产品名称", "subject"]),
    needed("result", "检验结论", Reads::Text(1000), &["结论", "检验结果", "判定结论", "结果判定", "result"]),
];

const PENALTIES: &[Field] = &[
    needed("number", "处罚决定书文号", Reads::Text(100), &["行政处罚决定书文号", "决定书文号", "文号", "案号", "编号", "number"]),
    field("name", "名称", Reads::Text(200), NAME),
    field("credit_code", "统一社会信用代码", Reads::CreditCode, CREDIT_CODE),
    field("licence_number", "许可证编号", Reads::LicenceNumber, LICENCE_NUMBER),
    field("address", "经营场所", Reads::Text(300), ADDRESS),
    needed("done_on", "处罚决定日期", Reads::Day, &["决定日期", "处罚日期", "作出决定日期", "done_on"]),
    field("office", "处罚决定机关", Reads::Text(100), OFFICE),
    needed("subject", "违法行为", Reads::Text(500), &["案由", "违法事实", "违法行为类型", "处罚事由", "subject"]),
    needed("result", "处罚内容", Reads::Text(1000), &["处罚结果", "处罚种类", "处罚决定内容", "result"]),
];

impl ImportKind {
    pub const ALL: [ImportKind; 5] =
        [Self::Businesses, Self::Licences, Self::Inspections, Self::Samples, Self::Penalties];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Businesses => "businesses",
            Self::Licences => "licences",
            Self::Inspections => "inspections",
            Self::Samples => "samples",
            Self::Penalties => "penalties",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Businesses => "经营主体",
            Self::Licences => "许可",
            Self::Inspections => "监督检查",
            Self::Samples => "抽样检验",
            Self::Penalties => "行政处罚",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Businesses => BUSINESSES,
            Self::Licences => LICENCES,
            Self::Inspections => INSPECTIONS,
            Self::Samples => SAMPLES,
            Self::Penalties => PENALTIES,
        }
    }

    pub fn field(self, code: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.code == code)
    }

    /// The kind of row in `business_record`; none for what has a table of its own.
    pub const fn record(self) -> Option<&'static str> {
        match self {
            Self::Businesses | Self::Licences => None,
            Self::Inspections => Some("inspection"),
            Self::Samples => Some("sample"),
            Self::Penalties => Some("penalty"),
        }
    }
}
