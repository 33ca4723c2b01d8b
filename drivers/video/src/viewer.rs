//! Carries events from the hub into one viewer's queue.

use std::sync::Arc;
use std::time::Duration;

use shian_media::LiveEvent;
use tokio::sync::mpsc;

use crate::hub::{Hub, Next, Place, Seat};

/// How often a viewer of a silent camera looks whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Runs until the viewer leaves or the stream ends. A viewer that does not read holds no more than its own queue.
pub async fn carry(hub: Arc<Hub>, seat: Seat, events: mpsc::Sender<LiveEvent>) {
    let _seat = seat;
    let mut news = hub.news();
    let mut place = Place::default();
    loop {
        news.mark_unchanged();
        match hub.next(&mut place) {
            Next::Events(new) => {
                for event in new {
                    if events.send(event).await.is_err() {
                        return;
                    }
                }
            }
            Next::Wait => tokio::select! {
                _ = tokio::time::timeout(LOOK_AGAIN, news.changed()) => {}
                _ = events.closed() => return,
            },
            Next::End(end) => {
                let _ = events.send(end).await;
                return;
            }
        }
    }
}
