//! Inspections, samples and penalties of other systems.

use super::*;
use shian_testkit::db_test;

db_test!(migrations(), async fn e15_records_of_other_systems_stand_in_the_file_of_the_business(db) {
    let hall = hall(&db).await;
    hall.bring("businesses", "registration", format!("{HEAD}{}{}", shop(42, "王记面馆"), shop(43, "福满楼")).as_bytes()).await;
    let inspections = format!(
        "被检查单位,信用代码,检查日期,检查类型,检查结果,检查部门\n\
         王记面馆,{},2026-03-02,日常监督检查,基本符合,石桥所\n\
         王记面馆,{},2026-12-02,日常监督检查,符合,石桥所\n\
         无此店,,2026-03-02,日常监督检查,符合,石桥所\n",
        code(42), code(42)
    );
    let import = hall.bring("inspections", "supervision", inspections.as_bytes()).await;
    assert_eq!(counts(&import), [1, 0, 0, 2], "{import}");
    let errors = hall.errors(&import).await;
    assert!(errors.contains("日期在今天之后") && errors.contains("库里没有这家主体"), "{errors}");
    assert_eq!(counts(&hall.bring("inspections", "supervision", inspections.as_bytes()).await), [0, 0, 1, 2]);

    let samples = "抽样单编号,单位名称,样品名称,抽样日期,检验结论\nXC-1,王记面馆,黄豆芽,2026-05-06,不合格\n";
    assert_eq!(counts(&hall.bring("samples", "supervision", samples.as_bytes()).await), [1, 0, 0, 0]);
    let mended = samples.replace("不合格", "不合格（6-苄基腺嘌呤）");
    assert_eq!(counts(&hall.bring("samples", "supervision", mended.as_bytes()).await), [0, 1, 0, 0]);
    let penalties = format!("决定书文号,统一代码,违法行为,处罚内容,决定日期\n河东市监处罚〔2026〕12号,{},经营不合格食品,警告,2026-06-07\n", code(42));
    assert_eq!(counts(&hall.bring("penalties", "supervision", penalties.as_bytes()).await), [1, 0, 0, 0]);
    // The same number for another business is a mistake, not a second record.
    let stolen = penalties.replace(&code(42), &code(43));
    assert_eq!(counts(&hall.bring("penalties", "other", stolen.as_bytes()).await), [0, 0, 0, 1]);

    let id = hall.business("王记面馆").await;
    let records = hall.get(&format!("/api/businesses/{id}/records")).await.json;
    let shown: Vec<(&str, &str)> = records.as_array().unwrap().iter().map(|r| (r["kind_title"].as_str().unwrap(), r["result"].as_str().unwrap())).collect();
    assert_eq!(shown, [("行政处罚", "警告"), ("抽样检验", "不合格（6-苄基腺嘌呤）"), ("监督检查", "基本符合")]);
    assert_eq!((&records[0]["source_title"], &records[0]["line"]), (&json!("日常监管"), &json!(2)));
    // Another station neither sees the business nor what is known of it.
    hall.be(principal("station.officer", Reach::Area { code: "990303001".into() }));
    for what in ["records", "sources"] {
        assert_eq!(hall.get(&format!("/api/businesses/{id}/{what}")).await.status, StatusCode::NOT_FOUND);
    }
});
