//! 石桥所 and its people, with a database of its own: what the engine's stories act with.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use serde_json::Value as Json;
use shian_access::{Business, Person, Principal, Reach};
use shian_base::{Error, Id, Instant, Result};
use shian_db::{Db, Migration, Tx, args};
use shian_files::FileId;
use shian_law::LawBook;
use shian_matter::{
    ActBody, Acted, AlarmRow, Colleague, Counts, Done, MatterFile, MatterId, MatterRow, Matters, NewMatter, Opening, Parts, Party,
    Pile, PublicRectification, Staff, Suggestion, Swept, Wanted, Watch,
};
use shian_web::Live;

pub static MIGRATIONS: LazyLock<Vec<Migration>> =
    LazyLock::new(|| [shian_web::MIGRATIONS, shian_files::MIGRATIONS, shian_matter::MIGRATIONS].concat());

pub struct Office {
    pub db: Db,
    pub matters: Arc<Matters>,
    pub live: Live,
}

impl Office {
    pub fn on(db: Db) -> Self {
        Self::with_law(db, None)
    }
    pub fn with_law(db: Db, folder: Option<&std::path::Path>) -> Self {
        let law = Arc::new(LawBook::load(folder).unwrap());
        let live = Live::default();
        let parts = Parts {
            calendar: law.calendar(),
            forms: law.forms(),
            procedures: law.procedures(),
            numbering: law.numbering(),
            live: live.clone(),
            law,
        };
        let matters = Matters::new(parts, "2026-11-21".parse().unwrap()).unwrap();
        let matters = Arc::new(matters.with_staff(Arc::new(People)));
        Self { db, matters, live }
    }

    fn person(name: &str, post: &str, reach: Reach) -> Principal {
        Principal { person_id: Id::named(name), account: name.into(), name: name.into(), post: post.into(), reach }
    }
    pub fn business() -> Id<Business> {
        Id::named("王记面馆")
    }
    pub fn limin(&self) -> Principal {
        Self::person("李敏", "station.officer", Reach::Area { code: "990302001".into() })
    }
    pub fn zhaoqiang(&self) -> Principal {
        Self::person("赵强", "station.head", Reach::Area { code: "990302001".into() })
    }
    pub fn sunli(&self) -> Principal {
        Self::person("孙丽", "district.officer", Reach::Area { code: "990302".into() })
    }
    pub fn zhoukai(&self) -> Principal {
        Self::person("周凯", "station.officer", Reach::Area { code: "990303001".into() })
    }
    /// A second officer at 石桥所.
    pub fn chenhao(&self) -> Principal {
        Self::person("陈浩", "station.officer", Reach::Area { code: "990302001".into() })
    }
    /// An officer of the next station of the same district.
    pub fn qianwei(&self) -> Principal {
        Self::person("钱伟", "station.officer", Reach::Area { code: "990302002".into() })
    }
    pub fn wangji(&self) -> Principal {
        Self::person("王秀兰", "merchant.manager", Reach::Business { id: Self::business() })
    }
    pub fn other_merchant(&self) -> Principal {
        Self::person("别家店主", "merchant.manager", Reach::Business { id: Id::named("别家") })
    }

    pub async fn alert(&self, facts: Json, now: Instant) -> MatterId {
        let new = NewMatter {
            id: None,
            procedure: "alert-review".into(),
            title: "王记面馆：动物进入".into(),
            business: Some(Party { id: Self::business(), name: "王记面馆".into() }),
            area_code: "990302001".into(),
            area_name: "石桥所".into(),
            facts,
            opening: Opening { title: "识别：动物进入 0.93".into(), note: "连续 3/5 帧".into(), actor: None },
        };
        let mut tx = self.db.write().await.unwrap();
        let id = self.matters.open(&mut tx, new, now).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
    pub async fn act(&self, id: MatterId, act: &str, who: &Principal, body: ActBody, now: Instant) -> Result<Done> {
        let mut tx = self.db.write().await?;
        let done = self.matters.act(&mut tx, id, act, who, body, now).await?;
        tx.commit().await?;
        Ok(done)
    }
    pub async fn row(&self, id: MatterId, now: Instant) -> MatterRow {
        self.matters.row(&mut self.db.read().await.unwrap(), id, now).await.unwrap()
    }
    pub async fn file(&self, id: MatterId, who: &Principal, now: Instant) -> Result<MatterFile> {
        self.matters.file(&mut self.db.read().await?, id, who, now).await
    }
    pub async fn list(&self, who: &Principal, wanted: Wanted, now: Instant) -> (Vec<MatterRow>, i64) {
        self.matters.list(&mut self.db.read().await.unwrap(), &who.scope(), &wanted, now, 50, 0).await.unwrap()
    }
    pub async fn queue(&self, who: &Principal, now: Instant) -> (Vec<MatterRow>, i64) {
        self.pile(who, Pile::Mine, now).await
    }
    pub async fn pile(&self, who: &Principal, pile: Pile, now: Instant) -> (Vec<MatterRow>, i64) {
        let desk = self.matters.desk(&mut self.db.read().await.unwrap(), who, pile, now).await.unwrap();
        self.list(who, Wanted { desk: Some(desk), ..Wanted::default() }, now).await
    }
    pub async fn counts(&self, who: &Principal, now: Instant) -> Counts {
        self.matters.counts(&mut self.db.read().await.unwrap(), who, now).await.unwrap()
    }
    pub async fn public(&self) -> Vec<PublicRectification> {
        self.matters.public_rectifications(&mut self.db.read().await.unwrap(), Self::business()).await.unwrap()
    }
    pub async fn suggest(&self, facts: Json, now: Instant) -> Suggestion {
        let mut tx = self.db.read().await.unwrap();
        self.matters.suggest(&mut tx, "alert-review", Some(Self::business()), &facts, now).await.unwrap().unwrap()
    }
    pub async fn sweep(&self, now: Instant) -> Swept {
        self.matters.sweep(&self.db, now).await.unwrap()
    }
    pub async fn alarms(&self, who: &Principal) -> Vec<AlarmRow> {
        self.matters.alarms_for(&mut self.db.read().await.unwrap(), who).await.unwrap()
    }
    pub async fn seen(&self, who: &Principal, id: Id<shian_matter::Alarm>) -> Result<()> {
        let mut tx = self.db.write().await?;
        self.matters.alarm_seen(&mut tx, who, id, Instant::from_micros(0)).await?;
        tx.commit().await
    }
    pub async fn events(&self, kind: &str) -> i64 {
        let mut tx = self.db.read().await.unwrap();
        tx.one::<(i64,)>("select count(*) from live_event where kind = $1", args![kind]).await.unwrap().0
    }
    /// A photo that this person sent.
    pub async fn photo(&self, who: &Principal) -> FileId {
        let id = FileId::new();
        let mut tx = self.db.write().await.unwrap();
        tx.run(
            "insert into file (id, sha256, mime, name, size_bytes, person_id, created_at) values ($1, $2, $3, $4, 3, $5, 0)",
            args![id, "00", "image/jpeg", "整改.jpg", who.person_id],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }
    pub fn listen(&self) -> Arc<Ear> {
        let ear = Arc::new(Ear::default());
        self.matters.watch(ear.clone());
        ear
    }
}

/// The people and stations of the stories.
struct People;

fn staff() -> Vec<Colleague> {
    let people = [
        ("李敏", "station.officer", "990302001"),
        ("陈浩", "station.officer", "990302001"),
        ("赵强", "station.head", "990302001"),
        ("钱伟", "station.officer", "990302002"),
        ("孙丽", "district.officer", "990302"),
        ("周凯", "station.officer", "990303001"),
    ];
    people.map(|(name, post, area)| Colleague { id: Id::named(name), name: name.into(), post: post.into(), area_code: area.into() }).into()
}

#[async_trait]
impl Staff for People {
    async fn person(&self, _: &mut Tx, id: Id<Person>) -> Result<Option<Colleague>> {
        Ok(staff().into_iter().find(|colleague| colleague.id == id))
    }
    async fn over(&self, _: &mut Tx, area_code: &str) -> Result<Vec<Colleague>> {
        Ok(staff().into_iter().filter(|colleague| area_code.starts_with(&colleague.area_code)).collect())
    }
    async fn under(&self, _: &mut Tx, area_code: &str, _: i64) -> Result<Vec<Colleague>> {
        Ok(staff().into_iter().filter(|colleague| colleague.area_code.starts_with(area_code)).collect())
    }
    async fn offices(&self, _: &mut Tx, prefix: &str, length: usize) -> Result<Vec<shian_matter::Office>> {
        let known = [("990302001", "石桥所"), ("990302002", "柳园所"), ("990303001", "河西所")];
        let fits = known.into_iter().filter(|(code, _)| code.starts_with(prefix) && code.len() == length);
        Ok(fits.map(|(code, name)| shian_matter::Office { code: code.into(), name: name.into() }).collect())
    }
}

/// Notes what it hears of alert reviews, and refuses dismissals.
#[derive(Default)]
pub struct Ear {
    pub acts: Mutex<Vec<String>>,
}

#[async_trait]
impl Watch for Ear {
    fn procedure(&self) -> &str {
        "alert-review"
    }
    async fn acted(&self, _: &mut Tx, acted: &Acted) -> Result<()> {
        if acted.act == "dismiss" {
            return Err(Error::refused("test.no", "not here"));
        }
        let child = if acted.child.is_some() { " child" } else { "" };
        self.acts.lock().unwrap().push(format!("{} {}>{}{child}", acted.act, acted.from, acted.to));
        Ok(())
    }
}
