//! What goes on in the town while it runs: kitchens open and close, and now and then something happens.

use std::time::Duration;

use shian_sim_camera::{Fault, Scene};
use shian_town::CameraPlan;
use tokio::sync::watch;
use tracing::warn;

use super::{Demo, scene_named, sim_name};

/// How often the town looks at its clock.
const BEAT: Duration = Duration::from_secs(5);
/// Beats between two things that happen, and how long each lasts.
const BETWEEN_BEATS: u64 = 18;
const LASTS_BEATS: u64 = 8;

/// What happens, in turn: the business, the camera, the scene.
const EPISODES: &[(&str, Scene)] = &[
    ("camera/福满楼酒家/烹饪区", Scene::Phone),
    ("camera/石桥中心小学食堂/库房", Scene::Cat),
    ("camera/柳岸豆花馆/烹饪区", Scene::Covered),
    ("camera/石桥中心小学食堂/粗加工", Scene::Phone),
    ("camera/老街羊汤/烹饪区", Scene::Cat),
    ("camera/石桥中心小学食堂/餐具洗消", Scene::Black),
];

impl Demo {
    /// Lives on until `stop` turns true.
    pub async fn live_on(self, mut stop: watch::Receiver<bool>) {
        for beat in 1_u64.. {
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                _ = stop.wait_for(|stopped| *stopped) => return,
            }
            let now = self.clock.now();
            let episode = EPISODES[(beat / BETWEEN_BEATS) as usize % EPISODES.len()];
            let happening = beat % BETWEEN_BEATS < LASTS_BEATS && beat >= BETWEEN_BEATS;
            for camera in self.plan.cameras.iter().filter(|camera| camera.is_connected) {
                let scene = match happening && camera.id_name == episode.0 {
                    true => episode.1,
                    false => scene_named(camera.scene_at(&self.plan, now)),
                };
                self.show(camera, scene);
            }
        }
    }

    fn show(&self, camera: &CameraPlan, scene: Scene) {
        let name = sim_name(camera);
        if self.fleet.ground_truth(&name).is_none_or(|truth| truth.scene == scene) {
            return;
        }
        if let Err(error) = self.fleet.set_fault(&name, Fault::Scene { scene }) {
            warn!("the simulated camera {name} does not change its scene: {error}");
        }
    }
}
