//! Live events: announced in a transaction, sent to every screen that may know, resumable by id.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::future::BoxFuture;
use futures::stream::{self, Stream, StreamExt as _};
use serde_json::{Value, json};
use shian_access::Business;
use shian_base::{Id, Instant, Result};
use shian_db::{Db, FromRow, Row, Tx, args};
use tokio::sync::broadcast;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Answer, Caller};

/// The kind of thing a live event's id names.
pub enum LiveEventRow {}

/// Something a screen would want to know at once.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    pub id: Id<LiveEventRow>,
    pub at: Instant,
    /// Such as `alert.raised`.
    pub kind: String,
    /// The act one must be allowed, where it happened, to be told.
    pub needs: String,
    pub area_code: String,
    pub business_id: Option<Id<Business>>,
    /// Ids and titles for the screen; nothing secret.
    pub data: Value,
}

impl LiveEvent {
    pub fn new(at: Instant, kind: &str, needs: &str, area_code: &str, business_id: Option<Id<Business>>, data: Value) -> Self {
        Self { id: Id::new(), at, kind: kind.into(), needs: needs.into(), area_code: area_code.into(), business_id, data }
    }

    fn for_caller(&self, caller: &Caller) -> bool {
        caller.scope(&self.needs).is_ok_and(|scope| scope.covers(&self.area_code, self.business_id))
    }

    fn to_sse(&self) -> Event {
        let mut data = json!({
            "id": self.id, "at": self.at, "kind": self.kind, "area_code": self.area_code, "business_id": self.business_id,
        });
        if let (Some(all), Some(own)) = (data.as_object_mut(), self.data.as_object()) {
            all.extend(own.clone());
        }
        Event::default().id(self.id.to_string()).event(&self.kind).data(data.to_string())
    }
}

impl FromRow for LiveEvent {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            kind: row.get("kind")?,
            needs: row.get("needs")?,
            area_code: row.get("area_code")?,
            business_id: row.get("business_id")?,
            data: row.json("data")?,
        })
    }
}

/// The door to the events. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    sender: broadcast::Sender<LiveEvent>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::channel(1024).0 }
    }
}

/// How many missed events a screen is told when it comes back; one that missed more reloads.
const REPLAY_MAX: i64 = 500;
/// After so long the screen is asked anew who it is.
const ASKED_ANEW: Duration = Duration::from_secs(120);
/// How long missed events are kept.
const KEPT_SECONDS: i64 = 24 * 3600;

impl Live {
    /// Writes the event in the caller's transaction; the screens are told when that is committed.
    pub async fn announce(&self, tx: &mut Tx, event: LiveEvent) -> Result<()> {
        tx.run(
            "insert into live_event (id, at, kind, needs, area_code, business_id, data)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![event.id, event.at, &event.kind, &event.needs, &event.area_code, event.business_id, &event.data],
        )
        .await?;
        let sender = self.sender.clone();
        tx.after_commit(move || {
            // No receiver is no error: nobody is looking.
            let _ = sender.send(event);
        });
        Ok(())
    }

    /// Everything announced from now on, for this process's own use.
    pub fn subscribe(&self) -> broadcast::Receiver<LiveEvent> {
        self.sender.subscribe()
    }

    /// Forgets events that no screen will ask for any more.
    pub async fn forget_old(&self, tx: &mut Tx, now: Instant) -> Result<u64> {
        tx.run("delete from live_event where at < $1", args![now.plus_seconds(-KEPT_SECONDS)]).await
    }
}

#[derive(Clone)]
struct Deps {
    db: Db,
    live: Live,
}

pub fn events_router(db: Db, live: Live) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(events)).with_state(Deps { db, live })
}

/// Live events as server-sent events.
///
/// A connection that was lost resumes with `Last-Event-ID` and is told what it missed. The event
/// `reload` says that too much was missed: read the lists again. `signed_out` says that the session is over;
/// it is the last.
#[utoipa::path(get, path = "/api/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last event this screen received")),
    responses((status = 200, content_type = "text/event-stream", description = "An endless stream of events"),
              (status = 401, body = crate::ProblemBody)))]
async fn events(
    State(deps): State<Deps>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    caller.principal()?;
    // Subscribed before the replay is read, so that nothing falls in between; what comes twice is dropped by id.
    let receiver = deps.live.subscribe();
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<Id<LiveEventRow>>().ok());
    let mut missed: Vec<LiveEvent> = Vec::new();
    let mut too_many = false;
    if let Some(last) = last {
        let mut tx = deps.db.read().await?;
        missed = tx
            .all(
                "select id, at, kind, needs, area_code, business_id, data from live_event
                 where id > $1 order by id limit $2",
                args![last, REPLAY_MAX + 1],
            )
            .await?;
        too_many = missed.len() as i64 > REPLAY_MAX;
    }
    if too_many {
        missed.clear();
    }
    let replayed: HashSet<_> = missed.iter().map(|event| event.id).chain(last).collect();
    let replay: Vec<Event> = std::iter::once(Event::default().event("hello").retry(Duration::from_millis(500)).data("{}"))
        .chain(too_many.then(|| Event::default().event("reload").data("{}")))
        .chain(missed.iter().filter(|event| event.for_caller(&caller)).map(LiveEvent::to_sse))
        .collect();
    let listener = Listener { ended: caller.ended(), receiver, caller, replayed };
    let live = stream::unfold(Some(listener), |listener| async move { listener?.next().await });
    // The stream ends now and then; the screen comes back by itself, and is asked anew who it is.
    let events = stream::iter(replay).chain(live).map(Ok).take_until(tokio::time::sleep(ASKED_ANEW));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// One screen that follows along.
struct Listener {
    ended: BoxFuture<'static, ()>,
    receiver: broadcast::Receiver<LiveEvent>,
    caller: Caller,
    /// What it was told already.
    replayed: HashSet<Id<LiveEventRow>>,
}

impl Listener {
    /// What the screen is told next, and who goes on listening; nobody once the session is over.
    async fn next(mut self) -> Option<(Event, Option<Self>)> {
        loop {
            let received = tokio::select! {
                biased;
                () = &mut self.ended => return Some((Event::default().event("signed_out").data("{}"), None)),
                received = self.receiver.recv() => received,
            };
            match received {
                Ok(event) if self.replayed.contains(&event.id) => {}
                Ok(event) if event.for_caller(&self.caller) => return Some((event.to_sse(), Some(self))),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    return Some((Event::default().event("reload").data("{}"), Some(self)));
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}
