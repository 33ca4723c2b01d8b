//! Who is following along, and whether their sessions still last: what is endless ends within a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use shian_base::{Result, SharedClock};
use shian_db::Db;
use shian_web::SessionEnd;
use tokio::sync::{Notify, watch};
use tracing::warn;

use crate::model::PeopleConfig;
use crate::store::People;

/// Another process may have ended a session: the database is asked this often while somebody follows along.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Watches over the sessions in which endless answers were begun. Cheap to clone.
#[derive(Clone)]
pub struct SessionWatch(Arc<Inner>);

struct Inner {
    db: Db,
    clock: SharedClock,
    config: PeopleConfig,
    /// By the hash of the token; whoever follows along holds a receiver, and losing its sender is the end.
    open: Mutex<HashMap<String, watch::Sender<()>>>,
    look: Notify,
}

impl SessionWatch {
    pub fn new(db: Db, clock: SharedClock, config: PeopleConfig) -> Self {
        Self(Arc::new(Inner { db, clock, config, open: Mutex::default(), look: Notify::new() }))
    }

    /// Something in this process ended sessions: look now.
    pub fn look(&self) {
        self.0.look.notify_one();
    }

    pub(crate) fn session(&self, token_hash: String) -> Arc<dyn SessionEnd> {
        Arc::new(Watched { watch: self.clone(), token_hash })
    }

    fn follow(&self, token_hash: &str) -> watch::Receiver<()> {
        let mut open = self.open();
        if open.is_empty() {
            // The task ends when nobody follows along any more, under this same lock.
            tokio::spawn(self.clone().run());
        }
        open.entry(token_hash.to_owned()).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    async fn run(self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.0.look.notified() => {}
            }
            let followed: Vec<String> = {
                let mut open = self.open();
                open.retain(|_, sender| sender.receiver_count() > 0);
                if open.is_empty() {
                    return;
                }
                open.keys().cloned().collect()
            };
            match self.still_lasting(&followed).await {
                Ok(lasting) => {
                    let mut open = self.open();
                    for over in followed.iter().filter(|hash| !lasting.contains(hash)) {
                        open.remove(over);
                    }
                    if open.is_empty() {
                        return;
                    }
                }
                // A database that is busy is no reason to sign everybody out.
                Err(error) => warn!("the sessions of those who follow along could not be checked: {error}"),
            }
        }
    }

    async fn still_lasting(&self, followed: &[String]) -> Result<Vec<String>> {
        let mut tx = self.0.db.read().await?;
        People::lasting(&mut tx, followed, &self.0.config, self.0.clock.now()).await
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<()>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watched {
    watch: SessionWatch,
    token_hash: String,
}

impl SessionEnd for Watched {
    fn ended(&self) -> BoxFuture<'static, ()> {
        let mut receiver = self.watch.follow(&self.token_hash);
        // Nothing is ever sent: the wait is over when the sender is gone.
        Box::pin(async move { while receiver.changed().await.is_ok() {} })
    }
}
