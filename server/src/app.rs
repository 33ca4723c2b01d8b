//! Configuration → database → every module → one program that can be served, asked and stopped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use shian_access::Policy;
use shian_alerts::Alerts;
use shian_base::{Result, SharedClock};
use shian_db::{Db, Migration};
use shian_files::Files;
use shian_jobs::{Jobs, Runner, RunnerConfig};
use shian_kitchens::Kitchens;
use shian_law::LawBook;
use shian_matter::Matters;
use shian_media::{Video, Vision};
use shian_people::{CallerLayer, SessionWatch};
use shian_proof::Log;
use shian_video::RtspVideo;
use shian_vision::{ChildVision, VisionConfig};
use shian_web::{Live, Module, RecentErrors, RequestCounts, RequestWatch};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, info};

use crate::config::Config;
use crate::metrics::{CountedVision, LookCounts, Metrics};
use crate::staff::Registers;
use crate::{http, metrics, operate};

/// The running platform, without its listener.
pub struct App {
    pub db: Db,
    pub clock: SharedClock,
    pub config: Config,
    pub files: Files,
    pub log: Arc<Log>,
    pub law: Arc<LawBook>,
    pub matters: Arc<Matters>,
    pub alerts: Arc<Alerts>,
    pub kitchens: Arc<Kitchens>,
    pub vision: Arc<ChildVision>,
    pub runner: Runner,
    pub site: Router,
    pub openapi: utoipa::openapi::OpenApi,
    pub policy: Arc<Policy>,
    pub metrics: Metrics,
    pub errors: RecentErrors,
}

/// The modules with what they are wired to, before a database is opened for serving.
struct Wired {
    modules: Vec<Module>,
    law: Arc<LawBook>,
    matters: Arc<Matters>,
    alerts: Arc<Alerts>,
    kitchens: Arc<Kitchens>,
}

impl App {
    /// Opens the database, brings its schema up to date and wires every module. Nothing listens yet.
    pub async fn start(config: Config, clock: SharedClock) -> Result<Self> {
        let data = config.server.data.clone();
        make_private(&data)?;
        let vision = start_vision(&config, &data);
        let db = Db::open(&config.database_url()).await?;
        let files = Files::local(db.clone(), &data.join("files"))?;
        let (live, queue) = (Live::default(), Jobs::default());
        let video = RtspVideo::new(config.video.clone(), Arc::clone(&clock));
        let sessions = SessionWatch::new(db.clone(), Arc::clone(&clock), config.people.clone());
        let looks = Arc::<LookCounts>::default();
        let counted = Arc::new(CountedVision { inner: Arc::clone(&vision) as _, counts: Arc::clone(&looks) });
        let mut wired = wire(&config, &db, &clock, &files, &live, &queue, &sessions, video, counted)?;
        let log = Arc::new(Log::open(db.clone(), &data, &config.proof.witnesses)?);
        let migrations = migrations(&wired.modules);
        let migrated = db.migrate(&migrations, clock.now()).await?;
        if !migrated.run.is_empty() {
            info!("brought the schema up to date: {}", migrated.run.join(", "));
        }

        log.begin(&crate::proof::sources(&files), clock.now()).await?;
        let watch = RequestWatch {
            clock: Arc::clone(&clock),
            errors: RecentErrors::default(),
            counts: RequestCounts::default(),
        };
        let doctor = operate::examiner(&config, &db, &files, migrations, Some(Arc::clone(&vision)));
        wired.modules.push(shian_operations::module(shian_operations::Parts {
            db: db.clone(),
            clock: Arc::clone(&clock),
            jobs: queue.clone(),
            source: operate::source(&config, &db, false)?,
            config: config.backup.clone(),
            doctor: Arc::new(doctor),
            errors: watch.errors.clone(),
            started_at: clock.now(),
        }));
        let errors = watch.errors.clone();
        let metrics = Metrics {
            db: db.clone(),
            clock: Arc::clone(&clock),
            requests: watch.counts.clone(),
            looks,
            data,
            token: config.metrics.token.clone(),
        };

        let mut rules = shian_files::rules();
        let (mut routers, mut jobs, mut sweeps) = (Vec::new(), Vec::new(), Vec::new());
        for module in wired.modules.into_iter().chain([shian_proof::module(Arc::clone(&log), Arc::clone(&clock))]) {
            rules.extend(module.policy);
            routers.push(module.router);
            jobs.extend(module.jobs);
            sweeps.extend(module.sweeps);
        }
        let policy = Arc::new(Policy::new(rules)?);
        routers.push(shian_files::router(files.clone(), Arc::clone(&clock)));
        routers.push(shian_matter::bundle_router(Arc::clone(&wired.matters), Arc::clone(&log), Arc::clone(&clock)));
        routers.push(shian_web::events_router(db.clone(), live));
        let (api, openapi) = http::api(routers);
        let callers = CallerLayer {
            db: db.clone(),
            clock: Arc::clone(&clock),
            config: config.people.clone(),
            policy: Arc::clone(&policy),
            watch: sessions,
        };
        let api = api.merge(metrics::guarded_router(metrics.clone()));
        let site = http::site(api, &openapi, db.clone(), callers, watch);
        let runner = Runner::new(db.clone(), Arc::clone(&clock), queue, jobs, sweeps, RunnerConfig::default());
        let (law, matters, alerts, kitchens) = (wired.law, wired.matters, wired.alerts, wired.kitchens);
        Ok(Self { db, clock, config, files, log, law, matters, alerts, kitchens, vision, runner, site, openapi, policy, metrics, errors })
    }

    /// Serves until `stop` turns true, then lets requests and jobs that were begun come to their end.
    pub async fn serve(&self, listener: TcpListener, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut workers = JoinSet::new();
        workers.spawn(self.runner.clone().run(stop.clone()));
        workers.spawn(Arc::clone(&self.kitchens).run(stop.clone()));
        if !self.config.metrics.listen.is_empty() {
            let address = &self.config.metrics.listen;
            let listener = TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))?;
            let (router, mut ending) = (metrics::open_router(self.metrics.clone()), stop.clone());
            workers.spawn(async move {
                let stopped = async move { _ = ending.wait_for(|stopped| *stopped).await };
                if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                    error!("the metrics are served no longer: {error}");
                }
            });
        }
        let site = self.site.clone().into_make_service_with_connect_info::<SocketAddr>();
        let mut ending = stop.clone();
        let server = axum::serve(listener, site).with_graceful_shutdown(async move {
            let _ = ending.wait_for(|stopped| *stopped).await;
        });
        tokio::select! {
            ended = server => ended.context("serving")?,
            // Live views and event streams have no end of their own: after a moment they are cut.
            () = async { let _ = stop.wait_for(|s| *s).await; tokio::time::sleep(std::time::Duration::from_secs(2)).await } => {}
        }
        while let Some(ended) = workers.join_next().await {
            if let Err(panic) = ended {
                error!("a worker ended badly: {panic}");
            }
        }
        self.db.close().await;
        Ok(())
    }
}

/// The data folder holds what is nobody else's business on this machine; one that is there keeps its rights.
fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    Ok(made.with_context(|| format!("making the folder {}", folder.display()))?)
}

/// Every table of every module, in the order in which they refer to each other.
fn migrations(modules: &[Module]) -> Vec<Migration> {
    let kernel = [shian_jobs::MIGRATIONS, shian_web::MIGRATIONS, shian_files::MIGRATIONS];
    let of_modules = modules.iter().map(|module| module.migrations).chain([shian_operations::MIGRATIONS]);
    kernel.into_iter().chain(of_modules).flatten().copied().collect()
}

/// The same without a platform that runs.
pub(crate) fn known_migrations(db: &Db, clock: &SharedClock, data: &Path, vision: Arc<dyn Vision>) -> Result<Vec<Migration>> {
    let config = Config::default();
    let files = Files::local(db.clone(), data)?;
    let video = RtspVideo::new(config.video.clone(), Arc::clone(clock));
    let sessions = SessionWatch::new(db.clone(), Arc::clone(clock), config.people.clone());
    let wired = wire(&config, db, clock, &files, &Live::default(), &Jobs::default(), &sessions, video, vision)?;
    Ok(migrations(&wired.modules))
}

#[expect(clippy::too_many_arguments, reason = "the one place where everything meets")]
fn wire(
    config: &Config,
    db: &Db,
    clock: &SharedClock,
    files: &Files,
    live: &Live,
    jobs: &Jobs,
    sessions: &SessionWatch,
    video: Arc<dyn Video>,
    vision: Arc<dyn Vision>,
) -> Result<Wired> {
    let folder = Some(config.law.folder.as_str()).filter(|folder| !folder.is_empty()).map(Path::new);
    let law = Arc::new(LawBook::load(folder)?);
    let parts = shian_matter::Parts {
        law: Arc::clone(&law) as _,
        calendar: law.calendar(),
        forms: law.forms(),
        procedures: law.procedures(),
        numbering: law.numbering(),
        live: live.clone(),
    };
    let matters = Arc::new(Matters::new(parts, clock.now().day())?.with_staff(Arc::new(Registers)));
    let kitchens = Kitchens::new(shian_kitchens::Parts {
        db: db.clone(),
        clock: Arc::clone(clock),
        jobs: jobs.clone(),
        live: live.clone(),
        files: files.clone(),
        law: Arc::clone(&law),
        video: Arc::clone(&video),
        vision,
        config: config.kitchens.clone(),
    });
    let alerts = Alerts::new(shian_alerts::Parts {
        db: db.clone(),
        clock: Arc::clone(clock),
        jobs: jobs.clone(),
        live: live.clone(),
        law: Arc::clone(&law),
        matters: Arc::clone(&matters),
        video,
    });
    let overview = shian_overview::Parts {
        db: db.clone(),
        clock: Arc::clone(clock),
        matters: Arc::clone(&matters),
        alerts_pending: shian_overview::count(|tx, caller| Box::pin(shian_alerts::count_pending(tx, caller))),
        cameras: shian_overview::count(|tx, caller| Box::pin(shian_kitchens::count_cameras(tx, caller))),
        cameras_offline: shian_overview::count(|tx, caller| Box::pin(shian_kitchens::count_cameras_offline(tx, caller))),
    };
    let modules = vec![
        shian_area::module(db.clone()),
        shian_business::module(db.clone(), Arc::clone(clock)),
        shian_people::module(db.clone(), Arc::clone(clock), config.people.clone(), sessions.clone()),
        shian_law::module(Arc::clone(&law), Arc::clone(clock)),
        shian_matter::module(Arc::clone(&matters), db.clone(), Arc::clone(clock)),
        shian_matter::opening_module(Arc::clone(&matters), db.clone(), Arc::clone(clock), Arc::new(crate::parties::Register)),
        shian_kitchens::module(Arc::clone(&kitchens)),
        shian_alerts::module(Arc::clone(&alerts)),
        shian_overview::module(overview),
        shian_imports::module(shian_imports::Imports {
            db: db.clone(),
            clock: Arc::clone(clock),
            jobs: jobs.clone(),
            files: files.clone(),
        }),
    ];
    Ok(Wired { modules, law, matters, alerts, kitchens })
}

fn start_vision(config: &Config, data: &Path) -> Arc<ChildVision> {
    let program = std::env::current_exe().unwrap_or_else(|_| "shian".into());
    let mut settings = VisionConfig::new(vec![program.into(), "vision-worker".into()]);
    if config.vision.workers > 0 {
        settings.workers = config.vision.workers;
    }
    settings.models_dir = Some(data.join("models"));
    settings.quarantine_dir = Some(data.join("quarantine"));
    settings.onnxruntime = runtimes(config);
    ChildVision::start(settings)
}

/// Where ONNX Runtime is, or is said to be.
pub(crate) fn runtimes(config: &Config) -> Vec<PathBuf> {
    match config.vision.onnxruntime.as_str() {
        "" => beside_the_program(),
        path => vec![path.into()],
    }
}

/// Where the project's own scripts put ONNX Runtime, seen from the program in `target/release` or installed.
fn beside_the_program() -> Vec<PathBuf> {
    let Ok(program) = std::env::current_exe() else { return Vec::new() };
    let name = "libonnxruntime.so";
    let near = program.ancestors().skip(1).take(4);
    near.flat_map(|folder| [folder.join(name), folder.join("lib").join(name), folder.join(".local/onnxruntime").join(name)])
        .filter(|path| path.exists())
        .collect()
}
