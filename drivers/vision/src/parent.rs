//! The server's side: keeps the workers alive, hands them pictures and survives whatever becomes of them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use shian_media::{Codec, Look, LookRequest, ModelInfo, Vision, VisionError};
use tokio::sync::oneshot;
use tracing::{info, warn};

use crate::config::VisionConfig;
use crate::decode::Encoding;
use crate::limits::Limits;
use crate::model::{ModelError, ModelPackage, ModelStore};
use crate::process::WorkerProcess;
use crate::protocol::{Answer, LONGEST_BODY_BYTES, Order, Seen};
use crate::quarantine::Quarantine;
use crate::queue::{Next, Queue};

/// Looks at pictures in child processes. Dropping it ends them.
pub struct ChildVision {
    shared: Arc<Shared>,
}

struct Shared {
    config: VisionConfig,
    queue: Queue<Job>,
    quarantine: Quarantine,
    installed: Mutex<Vec<ModelPackage>>,
    readiness: Mutex<Readiness>,
    readiness_changed: Condvar,
    /// Workers that could not be started at the last attempt.
    broken: AtomicUsize,
    process_ids: Vec<AtomicU32>,
}

/// What the newest worker said when it was ready.
#[derive(Default)]
struct Readiness {
    /// The generation it belongs to; none when no worker has come up yet.
    generation: Option<u64>,
    runtime_title: Option<String>,
    models: Vec<ModelInfo>,
    notes: Vec<String>,
}

struct Job {
    request: LookRequest,
    answer: oneshot::Sender<Result<Look, VisionError>>,
}

/// Loading a large model with the pure-Rust engine takes seconds.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a caller of `start` or `reload` waits for the first worker.
const READY_TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(30);
const OPEN_FILES: u64 = 64;
const NICE: i32 = 5;

impl ChildVision {
    /// Starts the workers and waits, some seconds at most, until the first is ready or all have failed.
    pub fn start(config: VisionConfig) -> Arc<Self> {
        let count = config.worker_count();
        let shared = Arc::new(Shared {
            queue: Queue::new(config.queue),
            quarantine: Quarantine::new(config.quarantine_after, config.quarantine_for, config.quarantine_dir.clone()),
            installed: Mutex::default(),
            readiness: Mutex::default(),
            readiness_changed: Condvar::new(),
            broken: AtomicUsize::new(0),
            process_ids: (0..count).map(|_| AtomicU32::new(0)).collect(),
            config,
        });
        shared.read_packages();
        for number in 0..count {
            let kept = shared.clone();
            // A thread of its own: a worker dies with the thread that started it (PR_SET_PDEATHSIG).
            let thread =
                std::thread::Builder::new().name(format!("vision-{number}")).spawn(move || keep(&kept, number));
            if let Err(error) = thread {
                warn!("vision worker {number} has no thread: {error}");
                shared.broken.fetch_add(1, Ordering::SeqCst);
            }
        }
        shared.wait_for_generation(0);
        Arc::new(Self { shared })
    }

    /// Installs a package of the catalogue and lets the workers use it.
    pub fn install(&self, package_id: &str, from: &Path) -> Result<ModelInfo, ModelError> {
        let Some(dir) = &self.shared.config.models_dir else {
            return Err(ModelError::Unknown(package_id.to_owned()));
        };
        let package = ModelStore::open(dir)?.install(package_id, from)?;
        self.reload();
        let loaded = self.models().into_iter().find(|model| model.id == package.id);
        loaded.ok_or_else(|| {
            let notes = self.shared.readiness().notes.join("; ");
            ModelError::Invalid {
                path: dir.join(&package.id),
                why: format!("installed, but no worker could use it: {notes}"),
            }
        })
    }

    /// Reads the installed packages again and restarts every worker with them, each after the look it is at.
    pub fn reload(&self) {
        self.shared.read_packages();
        let generation = self.shared.queue.renew();
        self.shared.wait_for_generation(generation);
    }

    /// The installed packages with their scene maps, whether or not a worker could load them.
    pub fn packages(&self) -> Vec<ModelPackage> {
        self.shared.installed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What executes the models, such as `onnxruntime 1.31.1` or `rten`; none before a worker came up.
    pub fn runtime(&self) -> Option<String> {
        self.shared.readiness().runtime_title.clone()
    }

    /// The process ids of the workers that run now.
    pub fn worker_process_ids(&self) -> Vec<u32> {
        self.shared.process_ids.iter().map(|id| id.load(Ordering::SeqCst)).filter(|&id| id != 0).collect()
    }
}

impl Drop for ChildVision {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

#[async_trait]
impl Vision for ChildVision {
    async fn look(&self, request: LookRequest) -> Result<Look, VisionError> {
        if request.picture.annex_b.len() > LONGEST_BODY_BYTES {
            return Err(VisionError::Undecodable(format!("more than {LONGEST_BODY_BYTES} bytes")));
        }
        if self.shared.quarantine.holds(&request.stream) {
            return Err(VisionError::Quarantined);
        }
        if self.shared.all_broken() {
            return Err(VisionError::Busy);
        }
        let (answer, seen) = oneshot::channel();
        self.shared.queue.push(Job { request, answer }).map_err(|_| VisionError::Busy)?;
        seen.await.unwrap_or(Err(VisionError::Busy))
    }

    fn models(&self) -> Vec<ModelInfo> {
        self.shared.readiness().models.clone()
    }
}

impl Shared {
    fn readiness(&self) -> MutexGuard<'_, Readiness> {
        self.readiness.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst) >= self.process_ids.len()
    }

    fn read_packages(&self) {
        let Some(dir) = &self.config.models_dir else { return };
        let packages = match ModelStore::open(dir) {
            Ok(store) => {
                for error in store.refused() {
                    warn!("a model package is not used: {error}");
                }
                store.packages().to_vec()
            }
            Err(error) => {
                warn!("the model packages cannot be read: {error}");
                Vec::new()
            }
        };
        *self.installed.lock().unwrap_or_else(PoisonError::into_inner) = packages;
    }

    fn wait_for_generation(&self, generation: u64) {
        let pending = |r: &mut Readiness| r.generation.is_none_or(|g| g < generation) && !self.all_broken();
        drop(self.readiness_changed.wait_timeout_while(self.readiness(), READY_TIMEOUT, pending));
    }

    fn start_worker(&self, number: usize, generation: u64) -> std::io::Result<WorkerProcess> {
        let packages = self.installed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let dir = self.config.models_dir.clone().unwrap_or_default();
        let begin = Order::Begin {
            limits: Limits { address_space_bytes: self.config.address_space_bytes, open_files: OPEN_FILES, nice: NICE },
            onnxruntime: self.config.onnxruntime_candidates(),
            ffmpeg: self.config.ffmpeg.clone(),
            models: packages.iter().map(|package| (absolute(&dir.join(&package.id)), package.clone())).collect(),
        };
        let mut worker = WorkerProcess::start(&self.config.worker_command, &self.config.worker_env)?;
        let (Answer::Ready { runtime, runtime_title, models, notes }, _) = worker.ask(&begin, &[], START_TIMEOUT)?
        else {
            return Err(std::io::Error::other("the worker did not say that it is ready"));
        };
        self.process_ids[number].store(worker.id(), Ordering::SeqCst);
        let mut readiness = self.readiness();
        if readiness.generation.is_none_or(|newest| newest < generation) {
            for note in &notes {
                info!("vision: {note}");
            }
            readiness.generation = Some(generation);
            readiness.runtime_title = Some(runtime_title);
            readiness.models =
                packages.into_iter().filter(|p| models.contains(&p.id)).map(|p| model_info(p, &runtime)).collect();
            readiness.notes = notes;
        }
        self.readiness_changed.notify_all();
        Ok(worker)
    }
}

/// Keeps one worker alive until the driver is dropped.
fn keep(shared: &Shared, number: usize) {
    let mut failures = 0u32;
    let mut was_broken = false;
    while !shared.queue.is_closed() {
        let generation = shared.queue.generation();
        match shared.start_worker(number, generation) {
            Ok(mut worker) => {
                if std::mem::take(&mut was_broken) {
                    shared.broken.fetch_sub(1, Ordering::SeqCst);
                }
                if serve(shared, &mut worker, generation, &mut failures) {
                    failures = 0;
                } else {
                    failures += 1;
                }
                shared.process_ids[number].store(0, Ordering::SeqCst);
            }
            Err(error) => {
                failures += 1;
                warn!("vision worker {number} does not start: {error}");
                if !std::mem::replace(&mut was_broken, true) {
                    shared.broken.fetch_add(1, Ordering::SeqCst);
                }
                shared.readiness_changed.notify_all();
                if shared.all_broken() {
                    // Nobody will look at what waits: dropping the answer's sender says so at once.
                    shared.queue.drain();
                }
            }
        }
        // The first restart is immediate; a picture may kill a worker, and the next camera must not wait for that.
        if failures > 1 {
            let rest = Duration::from_millis(100) * 2u32.pow((failures - 2).min(9));
            shared.queue.rest(generation, rest.min(LONGEST_REST));
        }
    }
}

/// Gives the worker one job after the other; false when it died of one.
fn serve(shared: &Shared, worker: &mut WorkerProcess, generation: u64, failures: &mut u32) -> bool {
    loop {
        let job = match shared.queue.next(generation) {
            Next::Job(job) => job,
            Next::Renew | Next::Closed => return true,
        };
        if job.answer.is_closed() {
            continue;
        }
        if !worker.is_alive() {
            // It died idle, so this picture is not to blame; the next worker takes it.
            warn!("an idle vision worker died");
            if let Err(job) = shared.queue.push(job) {
                let _ = job.answer.send(Err(VisionError::Busy));
            }
            return false;
        }
        let request = job.request;
        let encoding = match request.picture.codec {
            Codec::H264 => Encoding::H264,
            Codec::H265 => Encoding::H265,
        };
        let order = Order::Look { encoding, detect: request.detect, jpeg_max_side: request.jpeg_max_side };
        let picture = &request.picture.annex_b;
        // A caller that gave up is no reason to stop: its receiver is gone, and `send` says so.
        match worker.ask(&order, picture, shared.config.look_timeout) {
            Ok((Answer::Seen(seen), jpeg)) => {
                *failures = 0;
                shared.quarantine.pass(&request.stream);
                let _ = job.answer.send(Ok(shared.look(seen, jpeg, request.jpeg_max_side.is_some())));
            }
            Ok((Answer::Undecodable(why), _)) => {
                *failures = 0;
                shared.quarantine.pass(&request.stream);
                let _ = job.answer.send(Err(VisionError::Undecodable(why)));
            }
            Ok((Answer::Ready { .. }, _)) | Err(_) => {
                let extension = if encoding == Encoding::H265 { "h265" } else { "h264" };
                shared.quarantine.strike(&request.stream, picture, extension);
                let _ = job.answer.send(Err(VisionError::Crashed));
                return false;
            }
        }
    }
}

impl Shared {
    fn look(&self, seen: Seen, jpeg: Vec<u8>, wants_jpeg: bool) -> Look {
        let model = seen.model.and_then(|id| self.readiness().models.iter().find(|model| model.id == id).cloned());
        Look {
            jpeg: wants_jpeg.then(|| Bytes::from(jpeg)),
            width: seen.width,
            height: seen.height,
            quality: seen.quality,
            detections: seen.detections,
            model,
            decode_micros: seen.decode_micros,
            infer_micros: seen.infer_micros,
        }
    }
}

fn model_info(package: ModelPackage, runtime: &str) -> ModelInfo {
    ModelInfo {
        id: package.id,
        title: package.title,
        version: package.version,
        licence: package.licence,
        sha256: package.sha256,
        runtime: runtime.to_owned(),
        threshold: package.threshold,
        labels: package.labels,
        scenes: package.scenes.into_keys().collect(),
    }
}

/// The child may be started elsewhere one day; a relative path would then mean another place.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
