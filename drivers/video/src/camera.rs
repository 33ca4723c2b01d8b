//! Keeps one camera connected, for ever.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use shian_media::CameraId;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error, warn};

use crate::backoff::Backoff;
use crate::config::{VideoConfig, seconds};
use crate::failure::Failure;
use crate::hub::Hub;

/// Spaces connections of all cameras out in time.
pub struct Gate {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Gate {
    pub fn new(per_second: f64) -> Self {
        Self { interval: seconds(1.0 / per_second.max(0.001)), next: Mutex::new(None) }
    }

    /// Waits for one's turn.
    async fn turn(&self) {
        let now = Instant::now();
        let mine = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let mine = next.map_or(now, |at| at.max(now));
            *next = Some(mine + self.interval);
            mine
        };
        sleep_until(mine).await;
    }
}

/// Runs one connection after the other, with a pause between. Never returns; ends when its task is aborted.
pub async fn keep<F>(id: CameraId, hub: Arc<Hub>, config: Arc<VideoConfig>, gate: Arc<Gate>, connect: impl Fn() -> F)
where
    F: Future<Output = Failure> + Send + 'static,
{
    let mut backoff = Backoff::new(seconds(config.backoff_min_s), seconds(config.backoff_max_s));
    let mut rng = StdRng::from_os_rng();
    loop {
        gate.turn().await;
        let began = Instant::now();
        // Its own task, so that a panic in it is caught here; the set ends it when this task is ended.
        let mut connection = JoinSet::new();
        connection.spawn(connect());
        let failure = match connection.join_next().await {
            Some(Ok(failure)) => failure,
            Some(Err(e)) => {
                error!(camera.id = %id, "the connection to camera {id} panicked: {e}");
                Failure::new("internal", "the connection ended by a fault of the server; it is in the log")
            }
            None => Failure::new("internal", "the connection did not begin"),
        };
        if began.elapsed() >= seconds(config.settled_after_s) {
            backoff.settled();
        }
        let pause = backoff.next(&mut rng);
        let reason = failure.reason;
        let text = format!("camera {id} is offline: {failure}; again in {:.1} s", pause.as_secs_f64());
        if hub.lost(failure) {
            warn!(camera.id = %id, reason, "{text}");
        } else {
            debug!(camera.id = %id, reason, "{text}");
        }
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use shian_base::Instant as Wall;
    use shian_base::{HandClock, Id};
    use shian_media::CameraState;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panic_in_a_connection_is_a_reason_and_the_next_one_follows() {
        let config = Arc::new(VideoConfig::default());
        let hub = Arc::new(Hub::new(config.clone(), HandClock::at(Wall::from_micros(0))));
        let tries = Arc::new(AtomicUsize::new(0));
        let connect = {
            let tries = tries.clone();
            move || {
                let number = tries.fetch_add(1, Ordering::SeqCst);
                async move {
                    assert!(number > 1, "a panic, as the test wants it");
                    std::future::pending().await
                }
            }
        };
        let gate = Arc::new(Gate::new(20.0));
        let task = tokio::spawn(keep(Id::named("camera"), hub.clone(), config, gate, connect));
        while tries.load(Ordering::SeqCst) < 3 {
            sleep(Duration::from_millis(100)).await;
        }
        let status = hub.status();
        assert_eq!((status.state, status.reason.as_str()), (CameraState::Offline, "internal"));
        assert!(!task.is_finished());
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_cameras_are_not_called_at_once() {
        let gate = Arc::new(Gate::new(20.0));
        let began = Instant::now();
        let turns: Vec<_> = (0..1000)
            .map(|_| {
                let gate = gate.clone();
                tokio::spawn(async move {
                    gate.turn().await;
                    Instant::now()
                })
            })
            .collect();
        let mut at = Vec::new();
        for turn in turns {
            at.push(turn.await.unwrap().duration_since(began).as_secs_f64());
        }
        let first_second = at.iter().filter(|t| **t < 1.0).count();
        assert!((18..=22).contains(&first_second), "{first_second}");
        assert!((49.0..51.0).contains(&at.iter().copied().fold(0.0, f64::max)));
    }
}
