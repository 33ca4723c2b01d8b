//! Many cameras behind one RTSP server.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::OnceCell,
    task::JoinSet,
};

use crate::{
    Clip, Codec, Fault, GroundTruth, Scene, SimCamera, TruthFrame,
    camera::{CameraState, Reel, Source, Timebase},
    control,
    kitchen::{Footage, Shot, Studio},
    session::{self, House},
};

/// What a fleet is to be.
#[derive(Debug, Clone)]
pub struct FleetConfig {
    /// Where the cameras listen, all on one port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where faults are set at run time (loopback only); `None`: no such door.
    pub control: Option<SocketAddr>,
    /// A folder that keeps the drawn clips, so that they are drawn and coded only once.
    pub cache: Option<PathBuf>,
    /// The wall clock at the start in µs since 1970 UTC, for RTCP sender reports; 0: none are sent.
    pub started_at_us: i64,
    pub cameras: Vec<SimCamera>,
}

impl FleetConfig {
    /// A free loopback port, no control door, no cache, no sender reports.
    pub fn loopback(cameras: Vec<SimCamera>) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            listen,
            control: None,
            cache: None,
            started_at_us: 0,
            cameras,
        }
    }
}

/// Running cameras; dropping the fleet ends them.
pub struct Fleet {
    inner: Arc<Inner>,
    addr: SocketAddr,
    control_addr: Option<SocketAddr>,
    tasks: JoinSet<()>,
}

/// What the library's functions and the control door both reach.
pub(crate) struct Inner {
    house: Arc<House>,
    /// In the order given.
    names: Vec<String>,
    addr: SocketAddr,
    library: Library,
    runtime: Handle,
}

impl Fleet {
    /// Starts to listen and returns; cameras whose clips are not ready yet answer 503 meanwhile.
    pub async fn start(config: FleetConfig) -> Result<Fleet> {
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("listening on {}", config.listen))?;
        let addr = listener.local_addr()?;
        let time = Timebase::begin();
        let names: Vec<String> = config.cameras.iter().map(|c| c.name.clone()).collect();
        let mut own_ports = Vec::new();
        let mut cameras = HashMap::new();
        for camera in config.cameras {
            let (name, has_own_port) = (camera.name.clone(), camera.has_own_port);
            ensure!(
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)),
                "\"{name}\" cannot be part of a URL"
            );
            let state = Arc::new(CameraState::new(camera, time));
            if has_own_port {
                let own = TcpListener::bind((config.listen.ip(), 0))
                    .await
                    .context("opening a camera's own port")?;
                state.set_own_addr(own.local_addr()?);
                own_ports.push((own, state.clone()));
            }
            ensure!(
                cameras.insert(name.clone(), state).is_none(),
                "two cameras are called \"{name}\""
            );
        }
        let house = Arc::new(House {
            cameras,
            started_at_us: config.started_at_us,
        });
        let inner = Arc::new(Inner {
            house: house.clone(),
            names,
            addr,
            library: Library {
                files: Mutex::default(),
                studio: Studio::new(config.cache),
            },
            runtime: Handle::current(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, house.clone()));
        for (own, camera) in own_ports {
            tasks.spawn(accept_on_own_port(own, house.clone(), camera));
        }
        for name in &inner.names {
            tasks.spawn(inner.clone().bring_on_air(name.clone()));
        }
        let control_addr = match config.control {
            Some(wanted) => {
                let (door, bound) = control::open(wanted, inner.clone()).await?;
                tasks.spawn(door);
                Some(bound)
            }
            None => None,
        };
        Ok(Fleet {
            inner,
            addr,
            control_addr,
            tasks,
        })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn control_addr(&self) -> Option<SocketAddr> {
        self.control_addr
    }

    /// The cameras' names in the order given.
    pub fn names(&self) -> &[String] {
        &self.inner.names
    }

    /// The address of a camera, without its login. An unknown name gives an address that is answered 404.
    pub fn url(&self, name: &str) -> String {
        self.inner.url(name)
    }

    /// The address with the login in it, if the camera asks for one.
    pub fn url_with_login(&self, name: &str) -> String {
        let url = self.url(name);
        match self
            .inner
            .house
            .cameras
            .get(name)
            .and_then(|c| c.login.as_ref())
        {
            Some(login) => url.replacen(
                "rtsp://",
                &format!(
                    "rtsp://{}:{}@",
                    escaped(&login.user),
                    escaped(&login.password)
                ),
                1,
            ),
            None => url,
        }
    }

    /// Waits until a camera's whole loop is there (a drawn one shows its first seconds before), or tells why it
    /// never will be.
    pub async fn ready(&self, name: &str) -> Result<()> {
        let camera = self.inner.camera(name)?;
        let (mut on_air, mut failure) = (camera.on_air.subscribe(), camera.failure.subscribe());
        tokio::select! {
            shown = on_air.wait_for(|p| p.as_ref().is_some_and(|p| !p.is_preview)) => drop(shown?),
            failed = failure.wait_for(Option::is_some) => bail!("{}", failed?.as_deref().unwrap_or_default()),
        }
        Ok(())
    }

    /// Switches a fault on. Several may be on at once; one of the same kind is replaced. Must be called within (or
    /// from a thread beside) the runtime that started the fleet, which draws other scenes in the background.
    pub fn set_fault(&self, name: &str, fault: Fault) -> Result<()> {
        self.inner.set_fault(name, fault)
    }

    /// Ends all faults and brings the camera's own scene back.
    pub fn clear(&self, name: &str) -> Result<()> {
        self.inner.clear(name)
    }

    /// The clip that is on air.
    pub fn clip(&self, name: &str) -> Option<Arc<Clip>> {
        let camera = self.inner.camera(name).ok()?;
        Some(camera.programme(camera.time.now())?.clip.clone())
    }

    /// The scene that is on air.
    pub fn scene(&self, name: &str) -> Option<Scene> {
        let camera = self.inner.camera(name).ok()?;
        camera.programme(camera.time.now())?.scene
    }

    /// What is to be seen at this moment; `None` for clips nobody drew.
    pub fn truth_now(&self, name: &str) -> Option<TruthFrame> {
        self.inner.camera(name).ok()?.truth_now()
    }

    /// What is to be seen in every picture of the loop on air.
    pub fn ground_truth(&self, name: &str) -> Option<GroundTruth> {
        self.inner.ground_truth(name)
    }

    /// How many clients are being sent pictures.
    pub fn viewers(&self, name: &str) -> usize {
        self.inner.camera(name).map_or(0, |c| c.viewers())
    }

    /// Runs until the server breaks down.
    pub async fn run(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Inner {
    pub fn camera(&self, name: &str) -> Result<&Arc<CameraState>> {
        self.house
            .cameras
            .get(name)
            .with_context(|| format!("no camera is called \"{name}\""))
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn url(&self, name: &str) -> String {
        let own = self.house.cameras.get(name).and_then(|c| c.own_addr());
        format!("rtsp://{}/{name}", own.unwrap_or(self.addr))
    }

    pub fn set_fault(self: &Arc<Self>, name: &str, fault: Fault) -> Result<()> {
        let camera = self.camera(name)?;
        let codec = camera.programme(camera.time.now()).map(|p| p.clip.codec);
        let is_own = matches!(camera.source, Source::Kitchen { .. });
        match fault {
            Fault::Scene { .. } | Fault::ParameterChange if codec == Some(Codec::H265) => {
                bail!("\"{name}\" sends H.265 and the drawn scenes are H.264")
            }
            Fault::ParameterChange if !is_own && codec.is_none() => {
                bail!("\"{name}\" is not ready yet")
            }
            _ => {}
        }
        camera.add_fault(fault);
        let (kitchen, home) = match camera.source {
            Source::Kitchen { kitchen, scene } => (kitchen, scene),
            _ => (0, Scene::Empty),
        };
        let shot = match fault {
            Fault::Scene { scene } => Shot {
                kitchen,
                scene,
                is_small: false,
            },
            Fault::ParameterChange => {
                let scene = camera
                    .programme(camera.time.now())
                    .and_then(|p| p.scene)
                    .unwrap_or(home);
                Shot {
                    kitchen,
                    scene,
                    is_small: true,
                }
            }
            _ => return Ok(()),
        };
        self.show_later(
            camera.clone(),
            Source::Kitchen {
                kitchen,
                scene: shot.scene,
            },
            shot.is_small,
        );
        Ok(())
    }

    pub fn clear(self: &Arc<Self>, name: &str) -> Result<()> {
        let camera = self.camera(name)?;
        let is_away = camera
            .condition
            .borrow()
            .faults
            .all()
            .iter()
            .any(|f| matches!(f, Fault::Scene { .. } | Fault::ParameterChange));
        camera.clear_faults();
        if is_away {
            self.show_later(camera.clone(), camera.source.clone(), false);
        }
        Ok(())
    }

    pub fn ground_truth(&self, name: &str) -> Option<GroundTruth> {
        let camera = self.camera(name).ok()?;
        Some(
            camera
                .programme(camera.time.now())?
                .truth
                .as_ref()?
                .as_ref()
                .clone(),
        )
    }

    async fn bring_on_air(self: Arc<Self>, name: String) {
        let Ok(camera) = self.camera(&name) else {
            return;
        };
        let camera = camera.clone();
        let order = camera.order_scene();
        self.show(camera.clone(), camera.source.clone(), false, order)
            .await;
    }

    fn show_later(self: &Arc<Self>, camera: Arc<CameraState>, source: Source, is_small: bool) {
        // The number is taken now, so that of two orders the later one wins whichever is drawn first.
        let order = camera.order_scene();
        self.runtime
            .spawn(self.clone().show(camera, source, is_small, order));
    }

    async fn show(
        self: Arc<Self>,
        camera: Arc<CameraState>,
        source: Source,
        is_small: bool,
        order: u64,
    ) {
        let filed = |clip| Reel {
            clip,
            truth: None,
            scene: None,
            is_preview: false,
        };
        let found = match source {
            Source::Kitchen { kitchen, scene } => {
                let shot = Shot {
                    kitchen,
                    scene,
                    is_small,
                };
                let reel = |footage: Arc<Footage>, is_preview| {
                    let (clip, truth) = (footage.clip.clone(), Some(footage.truth.clone()));
                    Reel {
                        clip,
                        truth,
                        scene: Some(scene),
                        is_preview,
                    }
                };
                if let Ok(Some(preview)) = self.library.studio.preview(shot).await {
                    camera.put_on_air(order, reel(preview, true));
                }
                self.library
                    .studio
                    .footage(shot)
                    .await
                    .map(|footage| reel(footage, false))
            }
            Source::File(path) => self.library.file(path).await.map(filed),
            Source::Clip(clip)
            | Source::Replay {
                clip: Some(clip), ..
            } => Ok(filed(clip)),
            Source::Replay { clip: None, .. } => return,
        };
        match found {
            Ok(reel) => camera.put_on_air(order, reel),
            Err(error) => {
                tracing::warn!(camera.name = %camera.name, "no pictures for {}: {error:#}", camera.name);
                camera.failure.send_replace(Some(format!("{error:#}")));
            }
        }
    }
}

/// Clips, each read or drawn once for all cameras that show it.
struct Library {
    files: Mutex<HashMap<PathBuf, Arc<OnceCell<Arc<Clip>>>>>,
    studio: Studio,
}

impl Library {
    async fn file(&self, path: PathBuf) -> Result<Arc<Clip>> {
        let cell = self
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(path.clone())
            .or_default()
            .clone();
        let read = || async move {
            anyhow::Ok(Arc::new(
                tokio::task::spawn_blocking(move || Clip::read(&path)).await??,
            ))
        };
        cell.get_or_try_init(read).await.cloned()
    }
}

async fn accept(listener: TcpListener, house: Arc<House>) {
    let mut sessions = JoinSet::new();
    loop {
        let stream = next_connection(&listener).await;
        while sessions.try_join_next().is_some() {}
        sessions.spawn(session::serve(stream, house.clone(), None));
    }
}

/// As [`accept`], but closed while the camera refuses connections.
async fn accept_on_own_port(listener: TcpListener, house: Arc<House>, camera: Arc<CameraState>) {
    let mut sessions = JoinSet::new();
    let mut condition = camera.condition.subscribe();
    let Ok(addr) = listener.local_addr() else {
        return;
    };
    let mut open = Some(listener);
    loop {
        let refuses = condition.borrow_and_update().faults.has(Fault::Refuse);
        match &open {
            Some(_) if refuses => open = None,
            None if !refuses => match TcpListener::bind(addr).await {
                Ok(listener) => open = Some(listener),
                Err(error) => {
                    tracing::warn!("cannot open {addr} again: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            },
            _ => {}
        }
        tokio::select! {
            changed = condition.changed() => if changed.is_err() { return },
            stream = async {
                match &open {
                    Some(listener) => next_connection(listener).await,
                    None => std::future::pending().await,
                }
            } => {
                while sessions.try_join_next().is_some() {}
                sessions.spawn(session::serve(stream, house.clone(), Some(camera.clone())));
            }
        }
    }
}

async fn next_connection(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // Out of file descriptors or a client gone again: neither is helped by trying at full speed.
            Err(error) => {
                tracing::warn!("cannot take a connection: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
