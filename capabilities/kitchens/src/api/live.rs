//! GET /api/cameras/{id}/live, a WebSocket

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::json;
use shian_base::{Error, Result};
use shian_media::{CameraId, LiveEvent, LiveStream, MediaError};
use shian_web::{Answer, Caller, ProblemBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;

use super::{StreamCodec, in_sight};
use crate::{Kitchens, store};

/// A viewer that takes nothing for so long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(15);
/// How often it is asked whether the viewer may still look, and whether anybody is there.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// The live view of a camera.
///
/// The server sends the text `{"type":"init","mime","codec","width","height"}` and the binary init segment, then one
/// binary fragment a frame, the first a keyframe. `{"type":"drop"}` says that frames were left out up to the next
/// keyframe, another `init` that the stream changed, `{"type":"end","code","detail"}` that it is over
/// (`camera.offline`, `camera.removed`, `camera.closed_now`, `camera.too_many_viewers`, `session.ended`). Every view is logged.
/// Strangers see cameras declared public while the business is open.
#[utoipa::path(get, path = "/api/cameras/{id}/live", tag = "cameras", params(("id" = String, Path)),
    responses((status = 101, description = "A WebSocket"), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 429, body = ProblemBody)))]
pub(crate) async fn camera_live(
    State(kitchens): State<Arc<Kitchens>>,
    caller: Caller,
    Path(id): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let mut tx = kitchens.db.read().await?;
    let camera = in_sight(&mut tx, &caller, id.parse()?, kitchens.clock.now()).await?.id;
    drop(tx);
    let upgrade = upgrade.map_err(|error| Error::invalid("", "web.no_websocket", error.body_text()))?;
    let place = Place::take(&kitchens, &caller)?;
    // Viewers only listen.
    let upgrade = upgrade.max_message_size(4096);
    Ok(upgrade.on_upgrade(move |socket| view(kitchens, caller, camera, socket, place)))
}

/// A place among the viewers, given up when dropped.
struct Place {
    _viewer: OwnedSemaphorePermit,
    _stranger: Option<OwnedSemaphorePermit>,
}

impl Place {
    fn take(kitchens: &Kitchens, caller: &Caller) -> Result<Self> {
        let take = |places: &Arc<Semaphore>| {
            Arc::clone(places).try_acquire_owned().map_err(|_| Error::TooMany { retry_after_s: 10 })
        };
        let _stranger = if caller.person().is_none() { Some(take(&kitchens.strangers)?) } else { None };
        Ok(Self { _viewer: take(&kitchens.viewers)?, _stranger })
    }
}

async fn view(kitchens: Arc<Kitchens>, caller: Caller, camera: CameraId, socket: WebSocket, _place: Place) {
    let logged = log_begin(&kitchens, &caller, camera).await;
    let logged = match logged {
        Ok(logged) => logged,
        // A view that cannot be logged does not take place.
        Err(error) => {
            warn!(camera.id = %camera, "a live view could not be logged and was refused: {error}");
            let mut socket = Viewer(socket);
            let _ = socket.end("camera.unavailable", "the view could not be logged").await;
            return;
        }
    };
    let mut viewer = Viewer(socket);
    match kitchens.video.live(camera).await {
        Ok(stream) => {
            // An error means that the viewer is gone.
            let _ = show(&kitchens, &caller, camera, &mut viewer, stream).await;
        }
        Err(error) => {
            let code = match error {
                MediaError::Unknown => "camera.removed",
                MediaError::TooManyViewers => "camera.too_many_viewers",
                _ => "camera.offline",
            };
            let _ = viewer.end(code, &error.to_string()).await;
        }
    }
    if let Err(error) = log_end(&kitchens, logged).await {
        warn!(camera.id = %camera, "the end of a live view could not be logged: {error}");
    }
}

async fn show(
    kitchens: &Kitchens,
    caller: &Caller,
    camera: CameraId,
    viewer: &mut Viewer,
    mut stream: LiveStream,
) -> Result<(), Gone> {
    let mut check = tokio::time::interval(CHECK_EVERY);
    check.reset();
    let mut ended = caller.ended();
    loop {
        tokio::select! {
            () = &mut ended => return viewer.end("session.ended", "the session is over").await,
            event = stream.events.recv() => match event {
                Some(LiveEvent::Init { mime, codec, width, height, segment }) => {
                    let codec = StreamCodec::from(codec);
                    let init = json!({"type": "init", "mime": mime, "codec": codec, "width": width, "height": height});
                    viewer.say(init).await?;
                    viewer.hand(segment).await?;
                }
                Some(LiveEvent::Fragment(fragment)) => viewer.hand(fragment).await?,
                Some(LiveEvent::Dropped) => viewer.say(json!({"type": "drop"})).await?,
                Some(LiveEvent::End { code, detail }) => return viewer.end(code, &detail).await,
                None => return viewer.end("camera.offline", "the stream ended").await,
            },
            message = viewer.0.recv() => match message {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Err(Gone),
                Some(Ok(_)) => {}
            },
            _ = check.tick() => {
                if let Some((code, detail)) = no_longer(kitchens, caller, camera).await {
                    return viewer.end(code, &detail).await;
                }
                viewer.send(Message::Ping(Bytes::new())).await?;
            }
        }
    }
}

/// Why the viewer may not look any longer: the business closed, the camera was taken out or is no longer public.
async fn no_longer(kitchens: &Kitchens, caller: &Caller, camera: CameraId) -> Option<(&'static str, String)> {
    let mut tx = kitchens.db.read().await.ok()?;
    match in_sight(&mut tx, caller, camera, kitchens.clock.now()).await {
        Ok(_) => None,
        Err(Error::Refused { code, message, .. }) => Some((code, message)),
        Err(Error::NotFound | Error::Unauthenticated) => Some(("camera.removed", "the camera is not shown any more".into())),
        // A database that is busy is no reason to end a view.
        Err(_) => None,
    }
}

async fn log_begin(kitchens: &Kitchens, caller: &Caller, camera: CameraId) -> Result<shian_base::Id<store::ViewRow>> {
    let mut tx = kitchens.db.write().await?;
    let id = store::view_begins(&mut tx, camera, caller.person(), kitchens.clock.now()).await?;
    tx.commit().await?;
    Ok(id)
}

async fn log_end(kitchens: &Kitchens, id: shian_base::Id<store::ViewRow>) -> Result<()> {
    let mut tx = kitchens.db.write().await?;
    store::view_ends(&mut tx, id, kitchens.clock.now()).await?;
    tx.commit().await
}

struct Viewer(WebSocket);
/// The viewer went away or takes nothing any more.
struct Gone;

impl Viewer {
    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(SEND_TIMEOUT, self.0.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
    async fn say(&mut self, text: serde_json::Value) -> Result<(), Gone> {
        self.send(Message::Text(text.to_string().into())).await
    }
    async fn hand(&mut self, bytes: Bytes) -> Result<(), Gone> {
        self.send(Message::Binary(bytes)).await
    }
    async fn end(&mut self, code: &str, detail: &str) -> Result<(), Gone> {
        self.say(json!({"type": "end", "code": code, "detail": detail})).await?;
        self.send(Message::Close(None)).await
    }
}
