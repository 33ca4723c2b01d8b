//! Who is in the kitchen when: the scenes, each a loop.

use serde::{Deserialize, Serialize};

use super::{
    animals::Animal,
    canvas::{Bounds, Canvas, Colour},
    person::{Clothes, Facing, Gesture, Person},
    room::Plan,
};

/// What goes on in a drawn kitchen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    /// Nobody; a ventilator turns.
    Empty,
    /// Two cooks, one at the stove and one to and fro.
    Cooking,
    /// Somebody in street clothes, under the night lamp.
    AfterHoursPerson,
    /// A cook with a telephone, first held up and looked at, then at the ear.
    Phone,
    /// A cat walks about.
    Cat,
    /// A rat runs along.
    Rat,
    /// The camera delivers black.
    Black,
    /// The camera delivers the same picture again and again.
    Frozen,
    /// Something hangs before the lens.
    Covered,
}

/// All scenes, for lists and tests.
pub const SCENES: [Scene; 9] = [
    Scene::Empty,
    Scene::Cooking,
    Scene::AfterHoursPerson,
    Scene::Phone,
    Scene::Cat,
    Scene::Rat,
    Scene::Black,
    Scene::Frozen,
    Scene::Covered,
];

/// The exact contents of a clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroundTruth {
    pub scene: Scene,
    pub width: u32,
    pub height: u32,
    pub loop_s: f64,
    /// One for each picture of the clip.
    pub frames: Vec<TruthFrame>,
}

/// What is to be seen in one picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TruthFrame {
    /// From the start of the loop.
    pub at_s: f64,
    pub boxes: Vec<TruthBox>,
}

/// One thing, with its place in parts of the picture's width and height.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TruthBox {
    /// `person`, `cell phone`, `cat` or `rat`.
    pub label: String,
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

/// The length of a loop.
pub(crate) const LOOP_S: f32 = 24.0;

/// Draws the moving part of a scene over the empty room and tells what was drawn.
pub(crate) fn draw(
    canvas: &mut Canvas,
    plan: &Plan,
    kitchen: u8,
    scene: Scene,
    at_s: f32,
) -> Vec<TruthBox> {
    let mut seen = Seen {
        aspect: canvas.aspect(),
        boxes: Vec::new(),
    };
    let turn = at_s / LOOP_S * std::f32::consts::TAU;
    match scene {
        Scene::Black | Scene::Covered => {
            cover(canvas, scene == Scene::Black, turn);
            return Vec::new();
        }
        _ => plan.draw_ventilator(canvas, at_s * 5.3),
    }
    let flip = if plan.is_mirrored { -1.0 } else { 1.0 };
    let place = |x: f32| if plan.is_mirrored { seen.aspect - x } else { x };
    let facing = |is_right: bool| {
        if is_right == (flip > 0.0) {
            Facing::Right
        } else {
            Facing::Left
        }
    };
    match scene {
        Scene::Cooking | Scene::Frozen => {
            let at_s = if scene == Scene::Frozen { 5.0 } else { at_s };
            let turn = at_s / LOOP_S * std::f32::consts::TAU;
            let stove = Person {
                feet: (place(0.50 + 0.03 * (turn * 2.0).sin()), 0.90),
                height: 0.70,
                facing: facing(true),
                gesture: Gesture::Stir(at_s * 0.8),
                stride: None,
                clothes: cook(kitchen, 0),
                is_left_handed: false,
                seed: 3,
            };
            let sway = (turn - 0.6).sin();
            let x = 1.18 + 0.30 * sway;
            let is_right = (turn - 0.6).cos() > 0.0;
            let walker = Person {
                feet: (place(x), 0.955),
                height: 0.74,
                facing: facing(is_right),
                gesture: if is_right {
                    Gesture::Carry
                } else {
                    Gesture::Loose
                },
                stride: Some(x * 8.0),
                clothes: cook(kitchen, 1),
                is_left_handed: false,
                seed: 9,
            };
            steam(canvas, place(0.59), at_s);
            for person in [stove, walker] {
                seen.person(person.draw(canvas));
            }
        }
        Scene::AfterHoursPerson => {
            dim(canvas, 0.80);
            // In from the side, a look around, out again; out of the picture for the last two seconds only.
            let (x, stride, look) = match at_s {
                t if t < 4.0 => (0.12 + 0.19 * t, Some(t * 1.9), facing(true)),
                t if t < 10.0 => (0.88, None, Facing::Front),
                t if t < 13.0 => (0.88 + 0.14 * (t - 10.0), Some(t * 1.7), facing(true)),
                t if t < 18.0 => (1.30, None, Facing::Front),
                t => (1.30 - 0.235 * (t - 18.0), Some(t * 2.0), facing(false)),
            };
            let person = Person {
                feet: (place(x), 0.965),
                height: 0.80,
                facing: look,
                gesture: Gesture::Loose,
                stride,
                clothes: street_clothes(kitchen),
                is_left_handed: false,
                seed: 17,
            };
            seen.person(person.draw(canvas));
        }
        Scene::Phone => {
            let is_reading = at_s < LOOP_S * 0.875;
            let person = Person {
                feet: (place(0.95 + 0.03 * turn.sin()), 1.16),
                height: 1.08,
                facing: Facing::Front,
                gesture: if is_reading {
                    Gesture::Read((at_s * 2.0).sin())
                } else {
                    Gesture::Call
                },
                stride: None,
                clothes: cook(kitchen, 0),
                // The telephone is on the side of the stove, where nothing else stands.
                is_left_handed: !plan.is_mirrored,
                seed: 5,
            };
            seen.person(person.draw(canvas));
        }
        Scene::Cat => {
            let sway = (turn - 1.2).sin();
            let x = 0.89 + 0.44 * sway;
            let coat: Colour = [
                [0.78, 0.50, 0.25],
                [0.80, 0.62, 0.42],
                [0.85, 0.82, 0.78],
                [0.74, 0.46, 0.22],
            ][usize::from(kitchen % 4)];
            let cat = Animal {
                feet: (place(x), 0.93),
                length: 0.42,
                looks_left: ((turn - 1.2).cos() < 0.0) == (flip > 0.0),
                stride: x * 5.0,
            };
            let bounds = cat.draw_cat(canvas, coat);
            seen.thing("cat", bounds);
        }
        Scene::Rat => {
            // Along the skirting of the cabinets, with stops.
            let t = at_s + 0.8 * (at_s * 1.7).sin();
            let sway = (t / LOOP_S * 2.0 * std::f32::consts::TAU).sin();
            let rat = Animal {
                feet: (place(0.89 + 0.62 * sway), 0.80),
                length: 0.10,
                looks_left: ((t / LOOP_S * 2.0 * std::f32::consts::TAU).cos() < 0.0)
                    == (flip > 0.0),
                stride: sway * 30.0,
            };
            let bounds = rat.draw_rat(canvas);
            seen.thing("rat", bounds);
        }
        Scene::Empty | Scene::Black | Scene::Covered => {}
    }
    seen.boxes
}

struct Seen {
    aspect: f32,
    boxes: Vec<TruthBox>,
}

impl Seen {
    fn person(&mut self, seen: super::person::Seen) {
        self.thing("person", seen.person);
        if let Some(phone) = seen.phone {
            self.thing("cell phone", phone);
        }
    }

    /// Notes the part within the picture, if there is one worth the name.
    fn thing(&mut self, label: &str, bounds: Bounds) {
        let left = (bounds.left / self.aspect).clamp(0.0, 1.0);
        let right = (bounds.right / self.aspect).clamp(0.0, 1.0);
        let (top, bottom) = (bounds.top.clamp(0.0, 1.0), bounds.bottom.clamp(0.0, 1.0));
        if right - left > 0.005 && bottom - top > 0.005 {
            self.boxes.push(TruthBox {
                label: label.to_owned(),
                x: left,
                y: top,
                w: right - left,
                h: bottom - top,
            });
        }
    }
}

fn cook(kitchen: u8, number: u8) -> Clothes {
    let skins = [[0.80, 0.60, 0.48], [0.74, 0.54, 0.42], [0.84, 0.65, 0.53]];
    let trousers = [[0.15, 0.16, 0.20], [0.24, 0.25, 0.29], [0.12, 0.14, 0.22]];
    let pick = usize::from(kitchen + number);
    Clothes {
        skin: skins[pick % 3],
        hair: [0.07, 0.06, 0.055],
        top: if number == 0 {
            [0.93, 0.93, 0.92]
        } else {
            [0.86, 0.87, 0.89]
        },
        trousers: trousers[pick % 3],
        shoes: [0.07, 0.07, 0.08],
        apron: Some([[0.20, 0.25, 0.36], [0.45, 0.14, 0.13], [0.18, 0.30, 0.24]][pick % 3]),
        hat: (number == 0).then_some([0.95, 0.95, 0.94]),
    }
}

fn street_clothes(kitchen: u8) -> Clothes {
    let tops: [Colour; 4] = [
        [0.62, 0.16, 0.15],
        [0.16, 0.28, 0.50],
        [0.20, 0.36, 0.24],
        [0.55, 0.42, 0.18],
    ];
    Clothes {
        skin: [0.78, 0.58, 0.46],
        hair: [0.08, 0.07, 0.06],
        top: tops[usize::from(kitchen % 4)],
        trousers: [0.17, 0.22, 0.34],
        shoes: [0.30, 0.22, 0.16],
        apron: None,
        hat: None,
    }
}

fn steam(canvas: &mut Canvas, x: f32, at_s: f32) {
    for puff in 0..6 {
        let age = (at_s * 0.35 + puff as f32 / 6.0).fract();
        let drift = 0.03 * ((at_s * 0.9 + puff as f32) * 1.3).sin() * age;
        canvas.veil(
            (x + drift, 0.41 - 0.20 * age),
            0.03 + 0.05 * age,
            0.03 + 0.05 * age,
            [0.92, 0.93, 0.94],
            0.34 * (1.0 - age),
        );
    }
}

fn dim(canvas: &mut Canvas, by: f32) {
    for pixel in &mut canvas.pixels {
        *pixel = [
            pixel[0] * by * 0.96,
            pixel[1] * by * 0.98,
            pixel[2] * by * 1.04,
        ];
    }
}

/// Black, or cloth so near the lens that nothing but a little light comes through.
fn cover(canvas: &mut Canvas, is_black: bool, turn: f32) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    for (n, pixel) in canvas.pixels.iter_mut().enumerate() {
        let (x, y) = (
            (n % width as usize) as f32 / width,
            (n / width as usize) as f32 / height,
        );
        *pixel = if is_black {
            [0.004; 3]
        } else {
            let light = 0.20 + 0.10 * x + 0.05 * (1.0 - y) + 0.01 * turn.sin();
            [light * 1.05, light * 0.92, light * 0.80]
        };
    }
}
