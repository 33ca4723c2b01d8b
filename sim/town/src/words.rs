//! The words the town's names are made of. None is meant to be a real firm or person.

pub const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁",
    "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢",
    "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟", "汪", "田", "任", "姜", "范", "方", "石",
];

pub const GIVEN: &[&str] = &[
    "建国", "秀英", "志强", "桂兰", "海涛", "玉梅", "文斌", "春燕", "国华", "丽娟", "永刚", "晓红", "立军", "淑珍", "俊杰", "雪梅",
    "德福", "月娥", "振东", "小芳", "宏伟", "爱华", "金生", "翠花", "明辉", "雅琴", "江河", "素云", "守信", "巧玲", "广林", "红霞",
    "新民", "凤英", "学文", "冬梅", "少华", "慧敏", "保平", "玉兰", "天佑", "静怡", "浩然", "思远", "佳宁", "一鸣", "晨曦", "子涵",
    "铁柱", "水生", "福来", "满仓", "根宝", "来顺", "喜凤", "招弟", "国栋", "文静", "世杰", "梦洁",
];

/// Shop words; places, seasons and good wishes.
pub const WORDS: &[&str] = &[
    "柳岸", "溪畔", "春和", "聚贤", "顺和", "福临", "金穗", "鸿顺", "禾丰", "瑞泽", "永盛", "裕丰", "万顺", "盛源", "泰和", "广聚",
    "祥云", "杏林", "芳园", "桂香", "青瓦", "红砖", "老井", "古渡", "南塘", "北岸", "东篱", "西厢", "拾穗", "家和", "吉庆", "常乐",
    "得闲", "丰年", "邻里", "田园", "山泉", "白鹭", "鱼跃", "槐荫", "枣香", "麦浪", "渔舟", "竹影", "荷风", "小渡口", "大槐树", "三里桥",
    "五里亭", "半坡", "望溪", "临溪", "映月", "听雨", "晴川", "远山", "暖阳", "新禾", "百草", "向晚",
];

/// Where a word stands in a pattern: `{s}` a surname, `{w}` a word, `{p}` the station's place.
pub struct Form {
    /// The finer word for the kind.
    pub title: &'static str,
    pub weight: u32,
    pub names: &'static [&'static str],
    /// Weeks of opening hours, one of which is picked: `days from-to[,from-to]`.
    pub hours: &'static [&'static str],
    pub capacity: Option<(i64, i64)>,
    pub floor_m2: (i64, i64),
    /// The first two characters of the credit code: 91 company, 92 individual, 12 public institution, 52 private unit.
    pub holder: &'static str,
    /// What the certificate says is allowed.
    pub scope: &'static str,
}

const HOT: &str = "热食类食品制售";
const HOT_COLD: &str = "热食类食品制售；冷食类食品制售";

pub const CATERING: &[Form] = &[
    Form {
        title: "小型餐馆",
        weight: 26,
        names: &["{s}记面馆", "{w}家常菜馆", "{s}家小厨", "{w}小馆", "{w}饺子馆", "{s}记拉面馆", "{w}砂锅居", "{s}大嫂饭庄"],
        hours: &["1-7 06:00-21:30", "1-7 10:00-21:30", "1-7 10:30-14:00,16:30-21:30", "1-6 09:30-21:00"],
        capacity: Some((18, 60)),
        floor_m2: (55, 150),
        holder: "92",
        scope: HOT,
    },
    Form {
        title: "中型餐馆",
        weight: 14,
        names: &["{w}饭店", "{w}酒家", "{p}{w}菜馆", "{w}私房菜", "{w}渔家菜馆"],
        hours: &["1-7 10:30-14:00,16:30-21:30", "1-7 10:00-22:00"],
        capacity: Some((80, 200)),
        floor_m2: (160, 500),
        holder: "92",
        scope: HOT_COLD,
    },
    Form {
        title: "大型餐馆",
        weight: 4,
        names: &["{w}大酒店", "{w}宴会中心", "{w}国际饭店"],
        hours: &["1-7 10:00-14:30,16:30-22:00"],
        capacity: Some((260, 800)),
        floor_m2: (520, 2600),
        holder: "91",
        scope: "热食类食品制售；冷食类食品制售；生食类食品制售；自制饮品制售",
    },
    Form {
        title: "快餐店",
        weight: 12,
        names: &["{w}快餐", "{s}记盖浇饭", "{w}米饭套餐", "{p}便民快餐", "{w}自选快餐"],
        hours: &["1-7 06:30-20:30", "1-7 09:00-21:00"],
        capacity: Some((24, 90)),
        floor_m2: (60, 240),
        holder: "92",
        scope: HOT,
    },
    Form {
        title: "火锅店",
        weight: 8,
        names: &["{w}火锅", "{s}记铜锅涮肉", "{w}鱼头火锅", "{w}羊蝎子"],
        hours: &["1-7 11:00-22:30", "1-7 16:00-01:00"],
        capacity: Some((60, 220)),
        floor_m2: (150, 680),
        holder: "92",
        scope: HOT_COLD,
    },
    Form {
        title: "烧烤店",
        weight: 8,
        names: &["{w}烧烤", "{s}记烤串", "{w}炭火烤肉", "{s}哥烧烤"],
        hours: &["1-7 17:00-02:00", "1-7 16:30-01:30", "1-7 17:00-00:30"],
        capacity: Some((30, 120)),
        floor_m2: (60, 260),
        holder: "92",
        scope: HOT,
    },
    Form {
        title: "早餐店",
        weight: 10,
        names: &["{s}记包子铺", "{w}早点", "{s}记豆浆油条", "{w}胡辣汤", "{s}家馄饨"],
        hours: &["1-7 05:30-10:30", "1-7 05:00-13:00"],
        capacity: Some((12, 40)),
        floor_m2: (51, 90),
        holder: "92",
        scope: HOT,
    },
    Form {
        title: "饮品店",
        weight: 9,
        names: &["{w}茶饮", "{w}果汁铺", "{w}咖啡馆", "{w}甜品站"],
        hours: &["1-7 09:30-22:30", "1-7 10:00-22:00"],
        capacity: Some((6, 30)),
        floor_m2: (51, 110),
        holder: "92",
        scope: "自制饮品制售",
    },
    Form {
        title: "烘焙店",
        weight: 9,
        names: &["{w}烘焙坊", "{w}蛋糕房", "{s}记糕点"],
        hours: &["1-7 07:30-21:30"],
        capacity: Some((4, 16)),
        floor_m2: (51, 130),
        holder: "92",
        scope: "热食类食品制售；糕点类食品制售（含冷加工糕点）",
    },
];

pub const SMALL_CATERING: &[Form] = &[Form {
    title: "小餐饮店",
    weight: 1,
    names: &["{s}记凉皮", "{s}记炒饼", "{w}麻辣烫", "{s}家米线", "{w}小吃", "{s}记锅贴", "{w}馄饨铺", "{s}记卤味饭"],
    hours: &["1-7 06:00-14:00", "1-7 10:00-21:00", "1-7 16:00-23:30", "1-6 06:30-20:00"],
    capacity: Some((6, 20)),
    floor_m2: (15, 49),
    holder: "92",
    scope: HOT,
}];

pub const SALES: &[Form] = &[
    Form {
        title: "便利店",
        weight: 30,
        names: &["{w}便利店", "{p}{w}便利店", "{s}记小卖部"],
        hours: &["1-7 07:00-23:00", "1-7 06:30-22:30", "1-7 00:00-24:00"],
        capacity: None,
        floor_m2: (30, 120),
        holder: "92",
        scope: "预包装食品销售",
    },
    Form {
        title: "超市",
        weight: 16,
        names: &["{w}超市", "{p}{w}生活超市", "{w}购物中心"],
        hours: &["1-7 08:00-21:30", "1-7 07:30-22:00"],
        capacity: None,
        floor_m2: (200, 3600),
        holder: "91",
        scope: "预包装食品销售；散装食品销售（含散装熟食）",
    },
    Form {
        title: "生鲜店",
        weight: 18,
        names: &["{w}生鲜", "{s}记鲜果", "{w}水产店", "{s}家鲜肉铺"],
        hours: &["1-7 06:00-20:30", "1-7 07:00-21:00"],
        capacity: None,
        floor_m2: (30, 180),
        holder: "92",
        scope: "散装食品销售；预包装食品销售",
    },
    Form {
        title: "熟食店",
        weight: 10,
        names: &["{s}记熟食", "{s}记烧鸡", "{w}卤味"],
        hours: &["1-7 08:00-20:30"],
        capacity: None,
        floor_m2: (18, 60),
        holder: "92",
        scope: "散装食品销售（含散装熟食）",
    },
    Form {
        title: "粮油副食店",
        weight: 16,
        names: &["{s}记粮油", "{w}副食店", "{w}干货行", "{w}茶叶店"],
        hours: &["1-7 07:30-20:00", "1-6 08:00-18:30"],
        capacity: None,
        floor_m2: (25, 160),
        holder: "92",
        scope: "预包装食品销售；散装食品销售",
    },
];

pub const WHOLESALE: &[Form] = &[Form {
    title: "食品批发",
    weight: 1,
    names: &["{w}粮油批发部", "{w}冷冻食品批发部", "{s}记水产批发行", "{w}副食品批发商行", "{w}调味品批发部"],
    hours: &["1-7 03:00-12:00", "1-6 07:00-18:00"],
    capacity: None,
    floor_m2: (80, 900),
    holder: "91",
    scope: "预包装食品销售；散装食品销售（批发）",
}];

pub const MARKET: &[Form] = &[Form {
    title: "农贸市场",
    weight: 1,
    names: &["{p}农贸市场"],
    hours: &["1-7 05:00-18:30"],
    capacity: None,
    floor_m2: (1200, 6800),
    holder: "91",
    scope: "",
}];

pub const SCHOOL: &[Form] = &[
    Form {
        title: "小学食堂",
        weight: 5,
        names: &["{p}第一小学食堂", "{p}第二小学食堂", "{w}小学食堂", "{p}{w}小学食堂"],
        hours: &["1-5 06:30-17:00", "1-5 09:00-14:00"],
        capacity: Some((160, 1400)),
        floor_m2: (180, 900),
        holder: "12",
        scope: HOT,
    },
    Form {
        title: "中学食堂",
        weight: 3,
        names: &["{p}中学食堂", "{p}初级中学食堂", "{w}中学食堂", "{p}高级中学食堂"],
        hours: &["1-5 05:45-21:30", "1-6 05:45-21:00"],
        capacity: Some((320, 2600)),
        floor_m2: (400, 2400),
        holder: "12",
        scope: HOT_COLD,
    },
    Form {
        title: "培训学校食堂",
        weight: 1,
        names: &["{w}职业学校食堂", "{w}技工学校食堂"],
        hours: &["1-5 06:30-20:00"],
        capacity: Some((120, 900)),
        floor_m2: (150, 900),
        holder: "52",
        scope: HOT,
    },
];

pub const KINDERGARTEN: &[Form] = &[Form {
    title: "幼儿园食堂",
    weight: 1,
    names: &["{w}幼儿园食堂", "{p}{w}幼儿园食堂", "{p}中心幼儿园食堂"],
    hours: &["1-5 06:30-17:30", "1-5 07:00-17:00"],
    capacity: Some((60, 420)),
    floor_m2: (40, 180),
    holder: "52",
    scope: HOT,
}];

pub const NURSING: &[Form] = &[Form {
    title: "养老机构食堂",
    weight: 1,
    names: &["{w}养老院食堂", "{p}敬老院食堂", "{w}颐养中心食堂"],
    hours: &["1-7 05:45-18:30"],
    capacity: Some((40, 360)),
    floor_m2: (60, 300),
    holder: "52",
    scope: HOT,
}];

pub const CANTEEN: &[Form] = &[
    Form {
        title: "机关食堂",
        weight: 2,
        names: &["{p}便民服务中心食堂", "{p}机关食堂", "{w}路政务食堂"],
        hours: &["1-5 07:00-13:30"],
        capacity: Some((80, 420)),
        floor_m2: (120, 500),
        holder: "11",
        scope: HOT_COLD,
    },
    Form {
        title: "企业职工食堂",
        weight: 5,
        names: &["{w}纺织厂职工食堂", "{w}机械厂职工食堂", "{w}电子厂职工食堂", "{w}物流园食堂"],
        hours: &["1-6 06:30-19:00", "1-7 06:00-23:00"],
        capacity: Some((90, 1600)),
        floor_m2: (120, 1100),
        holder: "91",
        scope: HOT,
    },
    Form {
        title: "医院食堂",
        weight: 2,
        names: &["{p}医院食堂", "{w}康复医院食堂"],
        hours: &["1-7 06:00-19:00"],
        capacity: Some((150, 900)),
        floor_m2: (200, 800),
        holder: "12",
        scope: HOT,
    },
    Form {
        title: "工地食堂",
        weight: 2,
        names: &["{w}家园工地食堂", "{w}大桥项目部食堂"],
        hours: &["1-7 05:30-19:30"],
        capacity: Some((60, 380)),
        floor_m2: (60, 260),
        holder: "91",
        scope: HOT,
    },
];

pub const WORKSHOP: &[Form] = &[Form {
    title: "小作坊",
    weight: 1,
    names: &["{s}记豆腐坊", "{w}油坊", "{s}家馒头坊", "{s}记粉条坊", "{w}酱菜坊", "{s}记香油坊", "{w}糕点作坊", "{s}家酒坊"],
    hours: &["1-7 03:30-12:00", "1-6 06:00-17:00"],
    capacity: None,
    floor_m2: (30, 180),
    holder: "92",
    scope: "食品小作坊加工",
}];

pub const STALL: &[Form] = &[Form {
    title: "食品摊点",
    weight: 1,
    names: &["{s}记煎饼摊", "{s}记鸡蛋灌饼", "{s}家糖炒栗子", "{s}记烤红薯", "{s}家凉粉摊", "{s}记糖葫芦", "{s}记卷饼摊"],
    hours: &["1-7 05:30-09:30", "1-7 16:30-23:00", "1-7 17:00-00:30"],
    capacity: None,
    floor_m2: (3, 9),
    holder: "",
    scope: "现场制售小吃",
}];

/// With the food category that the production licence number begins with (总局令24 §11).
pub const PRODUCTION: &[(&str, Form)] = &[
    ("101", production("面粉厂", &["柳溪市{w}面粉有限公司", "柳溪市{w}挂面有限公司"], "粮食加工品")),
    ("103", production("调味品厂", &["柳溪市{w}调味品有限公司", "柳溪市{w}酿造有限公司"], "调味品")),
    ("104", production("肉制品厂", &["柳溪市{w}肉制品有限公司"], "肉制品")),
    ("106", production("饮料厂", &["柳溪市{w}饮品有限公司", "柳溪市{w}山泉水有限公司"], "饮料")),
    ("111", production("速冻食品厂", &["柳溪市{w}速冻食品有限公司"], "速冻食品")),
    ("114", production("茶叶厂", &["柳溪市{w}茶业有限公司"], "茶叶及相关制品")),
    ("116", production("蔬菜制品厂", &["柳溪市{w}酱菜有限公司"], "蔬菜制品")),
    ("123", production("淀粉制品厂", &["柳溪市{w}粉丝有限公司"], "淀粉及淀粉制品")),
    ("124", production("糕点厂", &["柳溪市{w}糕点有限公司"], "糕点")),
    ("125", production("豆制品厂", &["柳溪市{w}豆制品有限公司"], "豆制品")),
    ("126", production("蜂产品厂", &["柳溪市{w}蜂业有限公司"], "蜂产品")),
];

const fn production(title: &'static str, names: &'static [&'static str], scope: &'static str) -> Form {
    Form {
        title,
        weight: 1,
        names,
        hours: &["1-6 07:30-17:30", "1-7 00:00-24:00", "1-5 08:00-17:00"],
        capacity: None,
        floor_m2: (400, 6200),
        holder: "91",
        scope,
    }
}

pub const CENTRAL_KITCHEN: &[Form] = &[Form {
    title: "中央厨房",
    weight: 1,
    names: &["{w}餐饮中央厨房"],
    hours: &["1-7 02:00-16:00"],
    capacity: Some((1200, 5200)),
    floor_m2: (900, 3600),
    holder: "91",
    scope: "热食类食品制售；半成品制售（中央厨房）",
}];

pub const DELIVERY: &[Form] = &[Form {
    title: "集体用餐配送单位",
    weight: 1,
    names: &["{w}营养配餐有限公司", "{w}学生餐配送有限公司"],
    hours: &["1-5 03:30-14:00", "1-6 04:00-14:00"],
    capacity: Some((800, 4200)),
    floor_m2: (600, 2600),
    holder: "91",
    scope: "热食类食品制售（集体用餐配送）",
}];

pub const ONLINE: &[Form] = &[Form {
    title: "无堂食外卖店",
    weight: 1,
    names: &["{w}外卖厨房", "{s}记外送", "{w}夜宵铺"],
    hours: &["1-7 09:30-21:30", "1-7 16:00-03:00"],
    capacity: None,
    floor_m2: (51, 120),
    holder: "92",
    scope: HOT,
}];
