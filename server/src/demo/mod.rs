//! The demo town 柳溪市: seeded once, with cameras that are real RTSP servers on loopback.

mod past;
mod story;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use rand::Rng as _;
use serde_json::json;
use shian_access::{Principal, post_title};
use shian_base::{Id, Instant, Result, SharedClock};
use shian_db::{Tx, args};
use shian_kitchens::NewCamera;
use shian_people::{NewPerson, People};
use shian_sim_camera::{Fleet, FleetConfig, Scene, SimCamera};
use shian_town::{CameraPlan, PersonPlan, Town, TownPlan};
use tracing::{info, warn};

use crate::app::App;
use crate::config::Config;

/// The town as it runs beside the server.
pub struct Demo {
    plan: TownPlan,
    fleet: Fleet,
    control: Option<SocketAddr>,
    password: String,
    clock: SharedClock,
}

/// The settings of the demo: cameras are looked at each second and reached again soon, so that a visitor need not wait.
pub fn config(mut config: Config) -> Config {
    config.kitchens.look_every_s = 1;
    // The cameras are on this machine: one that was not ready yet need not be spared.
    config.video.backoff_max_s = 4.0;
    config
}

impl Demo {
    /// Seeds the town when the database is empty, and starts its cameras.
    pub async fn raise(app: &App) -> Result<Self> {
        let now = app.clock.now();
        let data = &app.config.server.data;
        let plan = Town::plan(now.day())?;
        let password = password(data)?;
        install_model(app);
        let fleet = start_cameras(&plan, data, now).await?;
        let mut tx = app.db.write().await?;
        if is_empty(&mut tx).await? {
            shian_town::seed(&mut tx, &plan).await?;
            people(&mut tx, &plan, &password, now).await?;
            past::findings(&mut tx, app, &plan).await?;
        }
        cameras(&mut tx, &plan, &fleet, now).await?;
        tx.commit().await?;
        let control = fleet.control_addr();
        Ok(Self { plan, fleet, control, password, clock: Arc::clone(&app.clock) })
    }

    /// Prints where the ports are and who can sign in.
    pub fn announce(&self, address: SocketAddr, as_json: bool) -> Result<()> {
        let named = || self.plan.people.iter().filter(|person| person.named);
        // "localhost" works in every browser and, unlike 0.0.0.0, is an address one can go to.
        let url = format!("http://localhost:{}", address.port());
        if as_json {
            let accounts: Vec<_> = named()
                .map(|p| json!({ "account": p.account, "password": self.password, "post": p.post, "name": p.name }))
                .collect();
            println!("{}", json!({ "url": url, "accounts": accounts, "cameras_control": self.control.map(|c| c.to_string()) }));
            return Ok(());
        }
        println!("\n  柳溪市 is up.\n");
        println!("  公众端  {url}/");
        println!("  监管端  {url}/regulator/");
        println!("  企业端  {url}/merchant/\n");
        println!("  password of every demo account: {}\n", self.password);
        for person in named() {
            println!("  {:<12} {}　{}{}", person.account, person.name, post_title(person.post), self.place(person));
        }
        println!("\n  shian camera add --business 王记面馆 --url rtsp://user:pass@host/path   brings in a real camera");
        println!("  ctrl-c ends the town; its data stay in the data folder\n");
        Ok(())
    }

    fn place(&self, person: &PersonPlan) -> String {
        let name = match &person.reach {
            shian_access::Reach::Area { code } => {
                self.plan.areas.iter().find(|area| area.code == *code).map(|area| area.name.clone())
            }
            shian_access::Reach::Business { id } => self.plan.business(*id).map(|new| new.business.name.clone()),
            shian_access::Reach::Nothing => None,
        };
        name.map(|name| format!(" · {name}")).unwrap_or_default()
    }
}

/// A person of the plan as they would be signed in.
fn principal(person: &PersonPlan) -> Principal {
    Principal {
        person_id: person.id,
        account: person.account.clone(),
        name: person.name.clone(),
        post: person.post.into(),
        reach: person.reach.clone(),
    }
}

async fn is_empty(tx: &mut Tx) -> Result<bool> {
    Ok(tx.maybe::<(String,)>("select id from business limit 1", args![]).await?.is_none())
}

/// The demo's one password, made when its folder is made, so that no two demos share one.
fn password(data: &Path) -> Result<String> {
    let path = data.join("demo-password");
    if let Ok(kept) = std::fs::read_to_string(&path) {
        return Ok(kept.trim().to_owned());
    }
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let tail: String = (0..8).map(|_| LETTERS[random.random_range(0..LETTERS.len())] as char).collect();
    let made = format!("liuxi-{tail}");
    std::fs::write(&path, &made).with_context(|| format!("writing {}", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).context("closing the password's file")?;
    }
    Ok(made)
}

async fn people(tx: &mut Tx, plan: &TownPlan, password: &str, now: Instant) -> Result<()> {
    let people: Vec<NewPerson> = plan
        .people
        .iter()
        .map(|person| NewPerson {
            id: person.id,
            account: person.account.clone(),
            name: person.name.clone(),
            post: person.post.into(),
            reach: person.reach.clone(),
            // Those without a story have accounts that nobody can sign in with until a password is set.
            password: person.named.then(|| password.to_owned()),
        })
        .collect();
    People::add(tx, &people, now).await
}

async fn start_cameras(plan: &TownPlan, data: &Path, now: Instant) -> Result<Fleet> {
    let connected = plan.cameras.iter().filter(|camera| camera.is_connected);
    let films = films();
    let cameras = connected
        .enumerate()
        .map(|(index, camera)| {
            let name = sim_name(camera);
            let phase = index as f64 * 1.7;
            match films.iter().find(|(of, _)| *of == camera.id_name) {
                Some((_, film)) => SimCamera::file(&name, film).with_phase_s(phase),
                None => {
                    SimCamera::kitchen(&name, camera.kitchen, scene_named(camera.scene_at(plan, now))).with_phase_s(phase)
                }
            }
            .with_login("shian", "kitchen-camera")
        })
        .collect();
    let config = FleetConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        control: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        // Drawing a loop takes some seconds; tests that raise many towns share what was drawn.
        cache: Some(std::env::var_os("SHIAN_CAMERA_FILMS").map_or_else(|| data.join("camera-films"), PathBuf::from)),
        started_at_us: now.micros(),
        cameras,
    };
    Ok(Fleet::start(config).await.context("starting the simulated cameras")?)
}

/// Recorded clips that stand in for drawn kitchens where the folder of shared material is present: an
/// H.265 camera, since the drawn ones are H.264.
fn films() -> Vec<(&'static str, PathBuf)> {
    let Some(shared) = shared_folder() else { return Vec::new() };
    let film = shared.join("thirdparty/video-rtsp-samples/srs/avatar.h265");
    if film.exists() { vec![("camera/同庆楼火锅/H.265 样片", film)] } else { Vec::new() }
}

/// The folder of shared test material, if it lies beside the checkout.
pub fn shared_folder() -> Option<PathBuf> {
    let named = std::env::var_os("SHIAN_SHARED").map(PathBuf::from);
    named.into_iter().chain([PathBuf::from("../shared")]).find(|folder| folder.join("thirdparty").is_dir())
}

/// Installs the person detector where its files are at hand; otherwise the screens say that there is none.
fn install_model(app: &App) {
    use shian_media::Vision as _;
    const MODEL: &str = "fastestdet-coco";
    if app.vision.models().iter().any(|model| model.id == MODEL) {
        return;
    }
    let Some(folder) = shared_folder().map(|shared| shared.join("thirdparty/model-fastestdet-coco")) else {
        info!("no model package is at hand: cameras are watched for picture faults only");
        return;
    };
    match app.vision.install(MODEL, &folder) {
        Ok(model) => info!("installed the model package {} {}", model.id, model.version),
        Err(error) => warn!("the model package {MODEL} could not be installed: {error}"),
    }
}

/// Puts the cameras on the register, or gives them their address of this run.
async fn cameras(tx: &mut Tx, plan: &TownPlan, fleet: &Fleet, now: Instant) -> Result<()> {
    for camera in &plan.cameras {
        let id = Id::named(&camera.id_name);
        // A port that nobody listens on: this camera was unplugged before the story begins.
        let unplugged = || "rtsp://shian:kitchen-camera@127.0.0.1:9/unplugged".to_owned();
        let url = if camera.is_connected { fleet.url_with_login(&sim_name(camera)) } else { unplugged() };
        if shian_kitchens::move_camera(tx, id, &url).await? {
            continue;
        }
        let new = NewCamera {
            id: Some(id),
            business_id: camera.business,
            name: camera.name.into(),
            zone: camera.zone.into(),
            url,
            is_public: camera.is_public,
            added_by: None,
        };
        shian_kitchens::add_camera(tx, new, now).await?;
    }
    Ok(())
}

/// The simulator's scene of this name; an unknown one is the everyday one.
fn scene_named(name: &str) -> Scene {
    serde_json::from_value(name.into()).unwrap_or(Scene::Cooking)
}

/// The camera's path on the simulator: ASCII, as real cameras have.
fn sim_name(camera: &CameraPlan) -> String {
    let id: shian_media::CameraId = Id::named(&camera.id_name);
    format!("cam-{}", &id.to_string()[..8])
}

