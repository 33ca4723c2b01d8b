//! The register through its doors, on both engines.

mod administrators;
mod factors;
mod log;
mod passwords;
mod sessions;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::{Router, middleware};
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shian_access::{Person, Policy, Reach, Within, allow};
use shian_area::{Area, AreaKind, Areas};
use shian_base::{HandClock, Id};
use shian_db::{Db, Migration};
use shian_testkit::{clock, noon};
use shian_web::Live;
use tower::ServiceExt as _;

use crate::store::{AuditEntry, AuditWanted};
use crate::{CallerLayer, NewPerson, People, PeopleConfig, SessionWatch, module, say_who_calls};

const MIGRATIONS: &[Migration] = &[
    shian_web::MIGRATIONS[0],
    shian_area::MIGRATIONS[0],
    shian_business::MIGRATIONS[0],
    crate::MIGRATIONS[0],
    crate::MIGRATIONS[1],
];
const PASSWORD: &str = "for this test alone";

/// An office with one officer and the three administrators, asked through its routes.
struct Office {
    db: Db,
    clock: Arc<HandClock>,
    site: Router,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
    text: String,
}

impl Reply {
    fn cookie(&self) -> String {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.text);
        self.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
    }
    fn code(&self) -> &str {
        self.json["fields"][0]["code"].as_str().or(self.json["code"].as_str()).unwrap_or_default()
    }
}

fn person(account: &str) -> Id<Person> {
    Id::named(account)
}

impl Office {
    async fn open(db: Db) -> Self {
        Self::with(db, PeopleConfig::default()).await
    }

    async fn with(db: Db, config: PeopleConfig) -> Self {
        let mut tx = db.write().await.unwrap();
        let area = |code: &str, name: &str| Area {
            code: code.into(),
            name: name.into(),
            kind: AreaKind::of_code(code).unwrap(),
            parent: None,
            valid_from: "2020-01-01".parse().unwrap(),
            valid_to: None,
        };
        Areas::add(&mut tx, &[area("9903", "柳溪市"), area("990302", "河东区"), area("990302001", "石桥所")])
            .await
            .unwrap();
        let people = [
            ("admin", "方正", "admin", "9903"),
            ("anquan", "许安", "security.admin", "9903"),
            ("shenji", "沈吉", "audit.admin", "9903"),
            ("limin", "李敏", "station.officer", "990302001"),
        ]
        .map(|(account, name, post, code)| NewPerson {
            id: person(account),
            account: account.into(),
            name: name.into(),
            post: post.into(),
            reach: Reach::Area { code: code.into() },
            password: Some(PASSWORD.into()),
        });
        People::add(&mut tx, &people, noon()).await.unwrap();
        tx.commit().await.unwrap();
        Self::of(db, clock(), config)
    }

    /// The same office in a process of its own.
    fn beside(&self) -> Self {
        Self::of(self.db.clone(), Arc::clone(&self.clock), PeopleConfig::default())
    }

    fn of(db: Db, clock: Arc<HandClock>, config: PeopleConfig) -> Self {
        let watch = SessionWatch::new(db.clone(), clock.clone(), config.clone());
        let module = module(db.clone(), clock.clone(), config.clone(), watch.clone());
        // Something of one's duty, to see that it is refused or done.
        let rules = module.policy.into_iter().chain([allow("station.officer").to("areas.read").within(Within::Reach)]);
        let policy = Arc::new(Policy::new(rules).unwrap());
        let layer = CallerLayer { db: db.clone(), clock: clock.clone(), config, policy, watch };
        let routes = module.router.merge(shian_web::events_router(db.clone(), Live::default()));
        let routes = routes.merge(shian_area::module(db.clone()).router);
        let site = Router::from(routes).layer(middleware::from_fn_with_state(layer, say_who_calls));
        Self { db, clock, site }
    }

    async fn send(&self, method: &str, path: &str, cookie: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        request = request
            .header(header::USER_AGENT, "Firefox 石桥所")
            .extension(ConnectInfo(std::net::SocketAddr::from(([10, 0, 0, 7], 9))));
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
        let (head, body) = self.site.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Reply {
            status: head.status,
            headers: head.headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    async fn get(&self, path: &str, cookie: &str) -> Reply {
        self.send("GET", path, Some(cookie), None).await
    }

    async fn try_password(&self, account: &str, password: &str) -> Reply {
        self.send("POST", "/api/sessions", None, Some(json!({ "account": account, "password": password }))).await
    }

    async fn sign_in(&self, account: &str) -> String {
        self.try_password(account, PASSWORD).await.cookie()
    }

    /// An administrator does something with an account.
    async fn act(&self, cookie: &str, account: &str, act: &str) -> Reply {
        let path = format!("/api/people/{}/acts/{act}", person(account));
        self.send("POST", &path, Some(cookie), Some(json!({ "reason": "按规定办理" }))).await
    }

    async fn grant(&self, cookie: &str, account: &str, post: &str, area: &str) -> Reply {
        let path = format!("/api/people/{}/post", person(account));
        self.send("PUT", &path, Some(cookie), Some(json!({ "post": post, "area": area }))).await
    }

    /// The log, the oldest first.
    async fn log(&self) -> Vec<AuditEntry> {
        let mut tx = self.db.read().await.unwrap();
        let (mut entries, _) = People::audit(&mut tx, &AuditWanted::default(), 0, 1000).await.unwrap();
        entries.reverse();
        entries
    }

    async fn acts(&self) -> Vec<String> {
        self.log().await.into_iter().map(|entry| entry.act).collect()
    }
}
