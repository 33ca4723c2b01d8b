//! `camsim`: serves simulated cameras, or draws a single picture of one.

use std::{io::Write, net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};
use serde_json::json;
use shian_sim_camera::{Fleet, FleetConfig, KITCHENS, SCENES, Scene, SimCamera, draw_still};

#[derive(Parser)]
#[command(
    version,
    about = "Simulated RTSP cameras: drawn kitchens, ground truth, faults on demand"
)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Serves cameras until it is ended
    Serve {
        /// Where the cameras listen; port 0 takes a free one
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// Where faults are set (HTTP, loopback only)
        #[arg(long, default_value = "127.0.0.1:0")]
        control: SocketAddr,
        /// How many drawn kitchens
        #[arg(long, default_value_t = 4)]
        cameras: usize,
        /// A clip file (.h264, .h265, .mp4) served as one more camera; may be given several times
        #[arg(long = "file")]
        files: Vec<PathBuf>,
        /// A login all cameras ask for, as user:password
        #[arg(long)]
        login: Option<String>,
        /// Keeps the drawn clips here
        #[arg(long)]
        cache: Option<PathBuf>,
        /// Prints one line of JSON instead of a list
        #[arg(long)]
        json: bool,
    },
    /// Draws all scenes of all kitchens into a cache, so that nobody waits for them later
    Film {
        #[arg(long)]
        cache: PathBuf,
    },
    /// Draws one picture of a scene as a PPM file and prints what it shows as JSON
    Still {
        #[arg(long, default_value_t = 0)]
        kitchen: u8,
        /// As in the control door, e.g. after_hours_person
        #[arg(long)]
        scene: String,
        /// Seconds into the loop; may be given several times
        #[arg(long, default_value = "0", value_delimiter = ',')]
        at: Vec<f32>,
        /// Files are called OUT-SECONDS.ppm
        #[arg(long)]
        out: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match Arguments::parse().what {
        What::Serve {
            listen,
            control,
            cameras,
            files,
            login,
            cache,
            json,
        } => {
            let mut fleet_cameras: Vec<(SimCamera, String, String)> =
                (0..cameras).map(kitchen_camera).collect();
            for (n, path) in files.into_iter().enumerate() {
                let name = format!("file-{:03}", n + 1);
                fleet_cameras.push((SimCamera::file(&name, &path), name, "file".to_owned()));
            }
            let login = match &login {
                Some(login) => Some(login.split_once(':').context("--login is user:password")?),
                None => None,
            };
            let described: Vec<(String, String)> = fleet_cameras
                .iter()
                .map(|(_, name, scene)| (name.clone(), scene.clone()))
                .collect();
            let cameras = fleet_cameras
                .into_iter()
                .map(|(camera, ..)| match login {
                    Some((user, password)) => camera.with_login(user, password),
                    None => camera,
                })
                .collect();
            let started_at_us = shian_base::now_of_this_machine().micros();
            let fleet = Fleet::start(FleetConfig {
                listen,
                control: Some(control),
                cache,
                started_at_us,
                cameras,
            })
            .await?;
            print(&fleet, &described, json)?;
            fleet.run().await;
        }
        What::Film { cache } => {
            let shots = (0..KITCHENS).flat_map(|kitchen| SCENES.map(|scene| (kitchen, scene)));
            let named = |(kitchen, scene): (u8, Scene)| {
                (format!("kitchen-{kitchen}-{scene:?}"), kitchen, scene)
            };
            let cameras = shots
                .map(named)
                .map(|(name, kitchen, scene)| SimCamera::kitchen(&name, kitchen, scene));
            let config = FleetConfig {
                cache: Some(cache),
                ..FleetConfig::loopback(cameras.collect())
            };
            let fleet = Fleet::start(config).await?;
            for name in fleet.names() {
                let begun = std::time::Instant::now();
                fleet.ready(name).await?;
                println!("{name} {:.1} s", begun.elapsed().as_secs_f64());
            }
        }
        What::Still {
            kitchen,
            scene,
            at,
            out,
        } => {
            let scene: Scene = serde_json::from_value(json!(scene)).context("--scene")?;
            for at in at {
                let still = draw_still(kitchen, scene, at);
                ensure!(
                    still.rgb.len() == (still.width * still.height * 3) as usize,
                    "a whole picture"
                );
                let mut bytes = format!("P6\n{} {}\n255\n", still.width, still.height).into_bytes();
                bytes.extend(&still.rgb);
                let path = format!("{}-{at}.ppm", out.display());
                std::fs::write(&path, bytes).with_context(|| format!("writing {path}"))?;
                println!("{}", json!({"file": path, "truth": still.truth}));
            }
        }
    }
    Ok(())
}

/// The four kitchens in turn, each camera a little later in its loop than the one before.
fn kitchen_camera(n: usize) -> (SimCamera, String, String) {
    let name = format!("cam-{:03}", n + 1);
    let (scene, word) = if n % 3 == 2 {
        (Scene::Empty, "empty")
    } else {
        (Scene::Cooking, "cooking")
    };
    let kitchen = (n % usize::from(KITCHENS)) as u8;
    (
        SimCamera::kitchen(&name, kitchen, scene).with_phase_s(n as f64 * 1.7),
        name,
        word.to_owned(),
    )
}

fn print(fleet: &Fleet, described: &[(String, String)], json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        let cameras: Vec<_> = described
            .iter()
            .map(|(name, scene)| json!({"name": name, "url": fleet.url_with_login(name), "scene": scene}))
            .collect();
        let control = fleet.control_addr().map(|a| a.to_string());
        writeln!(
            out,
            "{}",
            json!({"rtsp": fleet.addr().to_string(), "control": control, "cameras": cameras})
        )?;
    } else {
        for (name, scene) in described {
            writeln!(out, "{}  {scene}", fleet.url_with_login(name))?;
        }
        if let Some(control) = fleet.control_addr() {
            writeln!(out, "faults: http://{control}/cameras")?;
        }
    }
    out.flush()?;
    Ok(())
}
