//! Who may bring what in, two at a time, and what a break leaves.

use super::*;
use crate::run;
use crate::store;
use shian_testkit::db_test;

db_test!(migrations(), async fn only_the_administrator_and_the_citys_officer_import_and_only_into_their_city(db) {
    let hall = hall(&db).await;
    let table = format!("{HEAD}{}", shop(42, "王记面馆"));
    let mine = hall.send("businesses", "a.csv", table.as_bytes()).await.json["id"].as_str().unwrap().to_owned();
    for (who, status) in [
        (None, StatusCode::UNAUTHORIZED),
        (principal("station.officer", Reach::Area { code: "990302001".into() }), StatusCode::FORBIDDEN),
        (principal("merchant.manager", Reach::Business { id: Id::named("x") }), StatusCode::FORBIDDEN),
    ] {
        hall.be(who);
        assert_eq!(hall.send("businesses", "a.csv", table.as_bytes()).await.status, status);
        for path in ["/api/imports", "/api/imports/choices", &format!("/api/imports/{mine}"), &format!("/api/imports/{mine}/errors.csv")] {
            assert_eq!(hall.get(path).await.status, status, "{path}");
        }
        assert_eq!(hall.start(&mine, json!({ "source": "other" })).await.status, status);
    }
    // Another city's officer: the administrator's import is not there, and 石桥 is not theirs to write.
    hall.be(principal("city.officer", Reach::Area { code: "9904".into() }));
    assert_eq!(hall.get(&format!("/api/imports/{mine}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(hall.start(&mine, json!({ "source": "other" })).await.status, StatusCode::NOT_FOUND);
    assert_eq!(hall.get("/api/imports").await.json["total"], 0);
    let import = hall.bring("businesses", "registration", table.as_bytes()).await;
    assert_eq!(counts(&import), [0, 0, 0, 1]);
    assert!(hall.errors(&import).await.contains("不在你的辖区"));
    // Their own city's officer may, and a business outside is not changed either.
    hall.be(principal("city.officer", Reach::Area { code: "9903".into() }));
    assert_eq!(counts(&hall.bring("businesses", "registration", table.as_bytes()).await), [1, 0, 0, 0]);
    hall.be(principal("city.officer", Reach::Area { code: "9904".into() }));
    let stolen = hall.bring("businesses", "supervision", table.replace("13800002206", "13800000000").as_bytes()).await;
    assert_eq!(counts(&stolen), [0, 0, 0, 1]);
});

db_test!(migrations(), async fn two_imports_of_one_table_at_once_make_each_business_once(db) {
    let hall = hall(&db).await;
    let rows: String = (1..=1200).map(|serial| shop(serial, &format!("面馆{serial}"))).collect();
    let table = format!("{HEAD}{rows}");
    let mut ids = Vec::new();
    for source in ["registration", "licensing"] {
        let sent = hall.send("businesses", "a.csv", table.as_bytes()).await.json;
        let id = sent["id"].as_str().unwrap().to_owned();
        hall.start(&id, json!({ "source": source })).await;
        ids.push(id);
    }
    let (one, two) = tokio::join!(hall.runner.run_due(), hall.runner.run_due());
    one.unwrap();
    two.unwrap();
    assert_eq!(hall.count().await, 1200);
    let mut added = 0;
    for id in ids {
        let import = hall.get(&format!("/api/imports/{id}")).await.json;
        assert_eq!(import["state"], "done", "{import}");
        added += counts(&import)[0];
    }
    assert_eq!(added, 1200);
});

db_test!(migrations(), async fn an_import_that_was_broken_off_goes_on_where_it_was(db) {
    let hall = hall(&db).await;
    let rows: String = (1..=1300).map(|serial| shop(serial, &format!("面馆{serial}"))).collect();
    let table = format!("{HEAD}{rows}");
    let sent = hall.send("businesses", "a.csv", table.as_bytes()).await.json;
    let id: crate::ImportId = sent["id"].as_str().unwrap().parse().unwrap();
    hall.start(&id.to_string(), json!({ "source": "registration" })).await;
    let open = || run::open_bytes(Bytes::from(table.clone().into_bytes()));
    let go_on = |batches| {
        let (db, clock, open) = (hall.db.clone(), Arc::clone(&hall.imports.clock), open());
        async move { run::run(&db, &clock, id, open, batches, &mut |_| {}).await.unwrap() }
    };
    assert_eq!(go_on(Some(1)).await, run::Ran::Paused);
    assert_eq!(hall.count().await, 500, "a batch is there as a whole");
    // One run is killed in the middle of its second batch: its transaction never was.
    let killed = tokio::spawn(go_on(None));
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    killed.abort();
    let _ = killed.await;
    go_on(None).await;
    let import = store::find(&mut db.read().await.unwrap(), id).await.unwrap();
    assert_eq!((import.counts.added, import.counts.same, import.rows_done), (1300, 0, 1300));
    assert_eq!(hall.count().await, 1300);
    assert_eq!(go_on(None).await, run::Ran::Elsewhere, "what is done is not done again");
});

db_test!(migrations(), async fn the_command_line_reads_from_disk_and_goes_on_after_a_break(db) {
    let hall = hall(&db).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("主体.csv");
    let rows: String = (1..=600).map(|serial| shop(serial, &format!("面馆{serial}"))).collect();
    std::fs::write(&path, format!("{HEAD}{rows}坏行\n")).unwrap();
    let columns = crate::Said::new();
    let wish = crate::Wish { source: "registration", columns: &columns, dry_run: false, remember: false };
    let clock = &hall.imports.clock;
    let mut steps = Vec::new();
    let import = crate::bring_in(&db, clock, crate::ImportKind::Businesses, &path, &wish, &mut |import| steps.push(import.rows_done)).await.unwrap();
    assert_eq!((import.counts.added, import.counts.refused, import.state), (600, 1, crate::State::Done));
    assert_eq!(steps, [500, 601]);
    assert!(crate::errors_file(&db, &import).await.unwrap().contains("602"));
    // As if it had been killed after its first batch.
    let mut tx = db.write().await.unwrap();
    tx.run("update import set state = 'running', line_done = 501, rows_done = 500, added = 500", vec![]).await.unwrap();
    tx.run("delete from import_issue", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let resumed = crate::bring_in(&db, clock, crate::ImportKind::Businesses, &path, &wish, &mut |_| {}).await.unwrap();
    assert_eq!((resumed.id, resumed.counts.added, resumed.counts.same, resumed.rows_done), (import.id, 500, 100, 601));
    let again = crate::bring_in(&db, clock, crate::ImportKind::Businesses, &path, &wish, &mut |_| {}).await.unwrap();
    assert_ne!(again.id, import.id);
    assert_eq!((again.counts.added, again.counts.same), (0, 600));
});
