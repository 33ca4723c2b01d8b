//! Films a scene: draws picture after picture and codes them as H.264.

use anyhow::{Context, Result};
use rusty_h264::{Encoder, EncoderConfig, Preset, YuvFrame};

use super::{
    canvas::{Canvas, hash},
    room::{self, Plan},
    script::{self, GroundTruth, LOOP_S, Scene, TruthFrame},
    studio::Shot,
};

pub(crate) const FPS: usize = 10;
/// A key picture every second: whoever looks at key pictures only sees enough, and a viewer waits little.
const PICTURES_PER_KEY: usize = FPS;
/// How many values the table of grain holds.
const GRAINS: usize = 1 << 14;
const PICTURES: usize = LOOP_S as usize * FPS;

/// A drawn picture, three bytes (red, green, blue) for each pixel.
#[derive(Debug, Clone)]
pub struct Still {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
    pub truth: TruthFrame,
}

/// Draws one picture of a scene, as it is before coding.
pub fn draw_still(kitchen: u8, scene: Scene, at_s: f32) -> Still {
    let shot = Shot {
        kitchen,
        scene,
        is_small: false,
    };
    let set = Set::new(shot);
    let (canvas, truth) = set.draw((at_s.max(0.0) * FPS as f32) as usize % PICTURES);
    let rgb = canvas
        .pixels
        .iter()
        .flatten()
        .map(|c| (c * 255.0 + 0.5) as u8)
        .collect();
    Still {
        width: set.width as u32,
        height: set.height as u32,
        rgb,
        truth,
    }
}

/// The coded pictures (Annex B) and what they show.
pub(crate) struct Film {
    pub annexb: Vec<u8>,
    pub truth: GroundTruth,
}

/// Draws and codes a whole loop; half of the cores are left to those who watch meanwhile.
pub(crate) fn shoot(shot: Shot) -> Result<Film> {
    shoot_first(shot, PICTURES, (cores() / 2).max(1))
}

/// The first two seconds of a loop, to have something to show soon.
pub(crate) fn shoot_preview(shot: Shot) -> Result<Film> {
    shoot_first(shot, 2 * PICTURES_PER_KEY, cores())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get())
}

fn shoot_first(shot: Shot, pictures: usize, hands: usize) -> Result<Film> {
    let set = Set::new(shot);
    let groups = pictures / PICTURES_PER_KEY;
    let hands = hands.min(groups);
    let share = groups.div_ceil(hands) * PICTURES_PER_KEY;
    // Every part begins with a key picture, so the parts can be coded side by side and joined.
    let parts: Vec<Result<(Vec<u8>, Vec<TruthFrame>)>> = std::thread::scope(|scope| {
        let set = &set;
        let workers: Vec<_> = (0..pictures)
            .step_by(share)
            .map(|first| scope.spawn(move || set.code(first..(first + share).min(pictures))))
            .collect();
        workers
            .into_iter()
            .map(|w| {
                w.join()
                    .unwrap_or_else(|_| anyhow::bail!("drawing broke off"))
            })
            .collect()
    });
    let (mut annexb, mut frames) = (Vec::new(), Vec::with_capacity(pictures));
    for part in parts {
        let (bytes, truths) = part?;
        annexb.extend(bytes);
        frames.extend(truths);
    }
    let truth = GroundTruth {
        scene: shot.scene,
        width: set.width as u32,
        height: set.height as u32,
        loop_s: pictures as f64 / FPS as f64,
        frames,
    };
    Ok(Film { annexb, truth })
}

struct Set {
    shot: Shot,
    plan: Plan,
    room: Canvas,
    width: usize,
    height: usize,
    grain: Vec<f32>,
}

impl Set {
    fn new(shot: Shot) -> Self {
        let (width, height) = if shot.is_small {
            (640, 360)
        } else {
            (960, 540)
        };
        let plan = room::plan(shot.kitchen);
        let room = plan.draw(width, height);
        let grain = (0..GRAINS)
            .map(|n| (hash(n as i32, 0, 1) - 0.5) * 2.6)
            .collect();
        Self {
            shot,
            plan,
            room,
            width,
            height,
            grain,
        }
    }

    fn draw(&self, picture: usize) -> (Canvas, TruthFrame) {
        let mut canvas = self.room.clone();
        // A frozen camera repeats one picture.
        let at_s = if self.shot.scene == Scene::Frozen {
            0.0
        } else {
            picture as f32 / FPS as f32
        };
        let boxes = script::draw(
            &mut canvas,
            &self.plan,
            self.shot.kitchen,
            self.shot.scene,
            at_s,
        );
        (
            canvas,
            TruthFrame {
                at_s: picture as f64 / FPS as f64,
                boxes,
            },
        )
    }

    fn code(&self, pictures: std::ops::Range<usize>) -> Result<(Vec<u8>, Vec<TruthFrame>)> {
        // Constrained Baseline: cheapest to code and played by everything.
        let mut config = EncoderConfig::baseline(self.width, self.height);
        config.preset = Preset::Fast;
        config.gop_size = PICTURES_PER_KEY as u32;
        config.min_keyint = PICTURES_PER_KEY as u32;
        config.scenecut = 0;
        config.bframes = 0;
        config.framerate = FPS as f32;
        config.level_idc = 31;
        config.qp = 27;
        let mut encoder = Encoder::new(config)
            .ok()
            .context("the encoder refuses its settings")?;
        let (mut bytes, mut truths) = (Vec::new(), Vec::new());
        for picture in pictures {
            let (canvas, truth) = self.draw(picture);
            let moment = if self.shot.scene == Scene::Frozen {
                0
            } else {
                picture
            };
            bytes.extend(encoder.encode(&as_yuv(&canvas, &self.grain, moment)));
            truths.push(truth);
        }
        bytes.extend(encoder.flush());
        Ok((bytes, truths))
    }
}

/// ITU-R BT.601, limited range, with a sensor's grain on the brightness.
fn as_yuv(canvas: &Canvas, grain: &[f32], moment: usize) -> YuvFrame {
    let (width, height) = (canvas.width, canvas.height);
    let mut yuv = YuvFrame::black(width, height);
    for row in 0..height {
        // Every row of every picture takes its grain from another place of the table.
        let place = (hash(row as i32, moment as i32, 2) * GRAINS as f32) as usize;
        for column in 0..width {
            let [r, g, b] = canvas.pixels[row * width + column];
            let y = 16.0 + 65.481 * r + 128.553 * g + 24.966 * b + grain[(place + column) % GRAINS];
            yuv.y[row * width + column] = (y + 0.5).clamp(16.0, 235.0) as u8;
        }
    }
    for row in 0..height / 2 {
        for column in 0..width / 2 {
            let mut sum = [0.0f32; 3];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let pixel = canvas.pixels[(2 * row + dy) * width + 2 * column + dx];
                for channel in 0..3 {
                    sum[channel] += pixel[channel] / 4.0;
                }
            }
            let [r, g, b] = sum;
            let at = row * (width / 2) + column;
            yuv.u[at] = (128.5 - 37.797 * r - 74.203 * g + 112.0 * b).clamp(16.0, 240.0) as u8;
            yuv.v[at] = (128.5 + 112.0 * r - 93.786 * g - 18.214 * b).clamp(16.0, 240.0) as u8;
        }
    }
    yuv
}
