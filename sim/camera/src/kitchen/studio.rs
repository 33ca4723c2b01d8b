//! The studio: every shot is filmed once and kept, in memory and (if there is a folder) on disk.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, Semaphore};

use super::{
    film::{self, FPS},
    script::{GroundTruth, Scene},
};
use crate::{Clip, Codec};

/// What is to be filmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Shot {
    pub kitchen: u8,
    pub scene: Scene,
    /// In the smaller size, which has other parameter sets.
    pub is_small: bool,
}

/// A filmed shot.
#[derive(Debug)]
pub(crate) struct Footage {
    pub clip: Arc<Clip>,
    pub truth: Arc<GroundTruth>,
}

type Shots = Mutex<HashMap<Shot, Arc<OnceCell<Arc<Footage>>>>>;

pub(crate) struct Studio {
    cache: Option<PathBuf>,
    shots: Shots,
    previews: Shots,
    /// One shot after the other: the first is ready soonest that way.
    turns: Semaphore,
    preview_turns: Semaphore,
}

impl Studio {
    pub fn new(cache: Option<PathBuf>) -> Self {
        Self {
            cache,
            shots: Shots::default(),
            previews: Shots::default(),
            turns: Semaphore::new(1),
            preview_turns: Semaphore::new(1),
        }
    }

    /// The footage of a shot, filmed if need be.
    pub async fn footage(&self, shot: Shot) -> Result<Arc<Footage>> {
        let cache = self.cache.clone();
        once(&self.shots, &self.turns, shot, move || {
            load_or_shoot(cache.as_deref(), shot)
        })
        .await
    }

    /// The beginning of a shot, if the whole of it must be waited for.
    pub async fn preview(&self, shot: Shot) -> Result<Option<Arc<Footage>>> {
        let is_filmed = self
            .cache
            .as_ref()
            .is_some_and(|folder| folder.join(file_name(shot, "h264")).exists());
        let is_known = cell(&self.shots, shot).initialized();
        if is_filmed || is_known {
            return Ok(None);
        }
        let film =
            move || film::shoot_preview(shot).and_then(|film| footage(film.annexb, film.truth));
        once(&self.previews, &self.preview_turns, shot, film)
            .await
            .map(Some)
    }
}

async fn once(
    shots: &Shots,
    turns: &Semaphore,
    shot: Shot,
    film: impl FnOnce() -> Result<Footage> + Send + 'static,
) -> Result<Arc<Footage>> {
    let film = || async move {
        let _turn = turns.acquire().await?;
        anyhow::Ok(Arc::new(tokio::task::spawn_blocking(film).await??))
    };
    cell(shots, shot).get_or_try_init(film).await.cloned()
}

fn cell(shots: &Shots, shot: Shot) -> Arc<OnceCell<Arc<Footage>>> {
    shots
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(shot)
        .or_default()
        .clone()
}

fn load_or_shoot(cache: Option<&Path>, shot: Shot) -> Result<Footage> {
    // Held until the clip is kept, so that of several processes one films and the others read.
    let mut lock = None;
    if let Some(folder) = cache {
        if let Some(footage) = load(folder, shot) {
            return Ok(footage);
        }
        lock = lock_folder(folder).ok();
        if let Some(footage) = load(folder, shot) {
            return Ok(footage);
        }
    }
    let begun = std::time::Instant::now();
    let film = film::shoot(shot)?;
    tracing::debug!(
        "filmed {shot:?} in {:?}, {} bytes",
        begun.elapsed(),
        film.annexb.len()
    );
    if let Some(folder) = cache
        && let Err(error) = keep(folder, shot, &film)
    {
        tracing::warn!("cannot keep a clip in {}: {error:#}", folder.display());
    }
    drop(lock);
    footage(film.annexb, film.truth)
}

fn lock_folder(folder: &Path) -> Result<std::fs::File> {
    std::fs::create_dir_all(folder)?;
    let file = std::fs::File::create(folder.join("filming.lock"))?;
    file.lock()?;
    Ok(file)
}

fn footage(annexb: Vec<u8>, truth: GroundTruth) -> Result<Footage> {
    let clip = Clip::from_annexb(Codec::H264, &Bytes::from(annexb), FPS as f64)?;
    anyhow::ensure!(
        clip.frames().len() == truth.frames.len(),
        "as many pictures as were drawn"
    );
    Ok(Footage {
        clip: Arc::new(clip),
        truth: Arc::new(truth),
    })
}

fn load(folder: &Path, shot: Shot) -> Option<Footage> {
    let annexb = std::fs::read(folder.join(file_name(shot, "h264"))).ok()?;
    let truth =
        serde_json::from_slice(&std::fs::read(folder.join(file_name(shot, "json"))).ok()?).ok()?;
    footage(annexb, truth).ok()
}

fn keep(folder: &Path, shot: Shot, film: &film::Film) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    // Written aside and renamed, so that a reader never sees half a file; the pictures last, as they are read first.
    for (ending, bytes) in [
        ("json", serde_json::to_vec(&film.truth)?),
        ("h264", film.annexb.clone()),
    ] {
        let aside = folder.join(format!(
            "{}.{}",
            file_name(shot, ending),
            std::process::id()
        ));
        std::fs::write(&aside, bytes).with_context(|| format!("writing {}", aside.display()))?;
        std::fs::rename(&aside, folder.join(file_name(shot, ending)))?;
    }
    Ok(())
}

/// Named after the shot and after everything that draws it: whoever changes the drawing gets new files.
fn file_name(shot: Shot, ending: &str) -> String {
    let mut hash = Sha256::new();
    for source in [
        include_str!("animals.rs"),
        include_str!("canvas.rs"),
        include_str!("film.rs"),
        include_str!("person.rs"),
        include_str!("room.rs"),
        include_str!("script.rs"),
    ] {
        hash.update(source);
    }
    let version: String = hash
        .finalize()
        .iter()
        .take(6)
        .map(|b| format!("{b:02x}"))
        .collect();
    let Shot {
        kitchen,
        scene,
        is_small,
    } = shot;
    let scene = serde_json::to_value(scene)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default();
    let size = if is_small { "small" } else { "full" };
    format!("kitchen-{kitchen}-{scene}-{size}-{version}.{ending}")
}
