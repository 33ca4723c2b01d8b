//! A person: joints of a body in proportion, clothes over it, and a gesture.

use super::canvas::{Body, Bounds, Canvas, Colour, Limb, Point, mix, noise, times};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facing {
    Front,
    Back,
    Left,
    Right,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Gesture {
    /// Arms hanging, swinging with the steps.
    Loose,
    /// Both hands before the body, one moving round.
    Stir(f32),
    /// A telephone at the ear.
    Call,
    /// A telephone held before the chest, the head bent to it.
    Read(f32),
    /// Both hands carry a pot.
    Carry,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Clothes {
    pub skin: Colour,
    pub hair: Colour,
    pub top: Colour,
    pub trousers: Colour,
    pub shoes: Colour,
    pub apron: Option<Colour>,
    pub hat: Option<Colour>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    /// Between the feet, on the floor.
    pub feet: Point,
    pub height: f32,
    pub facing: Facing,
    pub gesture: Gesture,
    /// In steps; `None` stands.
    pub stride: Option<f32>,
    pub clothes: Clothes,
    /// For one seen from the front or behind: the other way round.
    pub is_left_handed: bool,
    pub seed: u32,
}

/// Where a person and what it holds are to be seen.
pub(crate) struct Seen {
    pub person: Bounds,
    pub phone: Option<Bounds>,
}

impl Person {
    pub fn draw(&self, canvas: &mut Canvas) -> Seen {
        canvas.shade(
            (self.feet.0 + 0.02 * self.height, self.feet.1),
            0.26 * self.height,
            0.07 * self.height,
            0.45,
        );
        match self.facing {
            Facing::Front | Facing::Back => self.draw_upright(canvas),
            Facing::Left | Facing::Right => self.draw_from_the_side(canvas),
        }
    }

    /// From body lengths (right and up from between the feet) to the picture.
    fn place(&self, x: f32, y: f32) -> Point {
        let is_turned = self.facing == Facing::Left || self.is_left_handed;
        let side = if is_turned { -1.0 } else { 1.0 };
        (
            self.feet.0 + side * x * self.height,
            self.feet.1 - y * self.height,
        )
    }

    fn limb(&self, from: (f32, f32, f32), to: (f32, f32, f32)) -> Limb {
        Limb {
            from: self.place(from.0, from.1),
            from_radius: from.2 * self.height,
            to: self.place(to.0, to.1),
            to_radius: to.2 * self.height,
        }
    }

    fn cloth(&self, limbs: Vec<Limb>, colour: Colour) -> Body<'static> {
        let (height, seed) = (self.height, self.seed);
        let (x0, y0) = self.feet;
        let paint = move |x: f32, y: f32| {
            let fold = noise((x - x0) / height * 26.0, (y - y0) / height * 9.0, seed);
            times(colour, 0.86 + 0.24 * fold)
        };
        Body::painted(limbs, paint)
            .rippled(0.9, seed)
            .joined(0.02 * height)
    }

    fn skin(&self, limbs: Vec<Limb>) -> Body<'static> {
        Body::new(limbs, self.clothes.skin)
            .joined(0.008 * self.height)
            .glossy(0.12)
    }

    fn draw_upright(&self, canvas: &mut Canvas) -> Seen {
        let c = &self.clothes;
        let is_front = self.facing == Facing::Front;
        let step = self
            .stride
            .map_or(0.0, |s| (s * std::f32::consts::PI).sin());
        let mut all: Vec<Body> = Vec::new();

        // Legs: the one that swings forward is nearer, so its foot is lower and its knee bends.
        for side in [-1.0f32, 1.0] {
            let lift = (step * side).max(0.0);
            let knee = (side * (0.056 + 0.01 * lift), 0.285 + 0.02 * lift);
            let ankle = (side * 0.055, 0.045 + 0.055 * lift);
            all.push(self.skin(vec![
                self.limb((ankle.0, ankle.1 + 0.03, 0.022), (ankle.0, ankle.1, 0.022)),
            ]));
            all.push(
                Body::new(
                    vec![self.limb(
                        (ankle.0, ankle.1 - 0.018, 0.027),
                        (ankle.0 + side * 0.014, ankle.1 - 0.03, 0.024),
                    )],
                    c.shoes,
                )
                .glossy(0.2),
            );
            all.push(self.cloth(
                vec![
                    self.limb((side * 0.052, 0.50, 0.066), (knee.0, knee.1, 0.047)),
                    self.limb((knee.0, knee.1, 0.047), (ankle.0, ankle.1 + 0.02, 0.036)),
                ],
                c.trousers,
            ));
        }
        // Trunk.
        let trunk = vec![
            self.limb((-0.078, 0.785, 0.042), (0.078, 0.785, 0.042)),
            self.limb((-0.052, 0.755, 0.066), (-0.042, 0.62, 0.064)),
            self.limb((0.052, 0.755, 0.066), (0.042, 0.62, 0.064)),
            self.limb((-0.042, 0.62, 0.064), (-0.05, 0.49, 0.07)),
            self.limb((0.042, 0.62, 0.064), (0.05, 0.49, 0.07)),
        ];
        let neck = self.skin(vec![self.limb((0.0, 0.81, 0.036), (0.0, 0.875, 0.031))]);
        if !is_front {
            all.push(neck);
            all.push(self.cloth(trunk, c.top));
        } else {
            all.push(self.cloth(trunk, c.top));
            all.push(neck);
            let collar = mix(c.top, [0.0; 3], 0.25);
            all.push(Body::new(
                vec![self.limb((-0.045, 0.825, 0.012), (0.0, 0.785, 0.009))],
                collar,
            ));
            all.push(Body::new(
                vec![self.limb((0.045, 0.825, 0.012), (0.0, 0.785, 0.009))],
                collar,
            ));
            all.push(Body::new(
                vec![self.limb((0.0, 0.785, 0.003), (0.0, 0.52, 0.003))],
                times(c.top, 0.72),
            ));
        }
        if let Some(apron) = c.apron {
            if is_front {
                all.push(self.cloth(
                    vec![
                        self.limb((-0.025, 0.70, 0.04), (-0.035, 0.40, 0.055)),
                        self.limb((0.025, 0.70, 0.04), (0.035, 0.40, 0.055)),
                    ],
                    apron,
                ));
            } else {
                all.push(Body::new(
                    vec![self.limb((-0.095, 0.585, 0.008), (0.095, 0.585, 0.008))],
                    apron,
                ));
            }
        }
        let (arms, hands) = self.arms_upright(step);
        let sleeves_behind = !is_front && !matches!(self.gesture, Gesture::Loose);
        if sleeves_behind {
            // Hands before a body seen from behind are hidden by it.
            let place = all.len() - 2;
            for body in arms.into_iter().rev() {
                all.insert(place.min(all.len()), body);
            }
        } else {
            all.extend(arms);
        }
        self.head_upright(&mut all, is_front);
        let mut bounds = whole(&all);
        for body in &all {
            canvas.body(body);
        }
        let mut phone = None;
        if let Some(held) = self.phone_upright() {
            phone = Some(held.draw(canvas));
        }
        for hand in hands {
            bounds = bounds.joined(hand.bounds());
            canvas.body(&hand);
        }
        Seen {
            person: bounds,
            phone,
        }
    }

    /// Sleeves, and the hands that lie over everything.
    fn arms_upright(&self, step: f32) -> (Vec<Body<'static>>, Vec<Body<'static>>) {
        let mut sleeves = Vec::new();
        let mut hands = Vec::new();
        for side in [-1.0f32, 1.0] {
            let (elbow, wrist) = match self.gesture {
                Gesture::Loose => {
                    let swing = 0.03 * step * side;
                    (
                        (side * 0.155, 0.615 + 0.3 * swing),
                        (side * 0.165, 0.475 + swing),
                    )
                }
                Gesture::Stir(phase) => {
                    let round = phase * std::f32::consts::TAU;
                    if side > 0.0 {
                        (
                            (0.165, 0.64),
                            (0.085 + 0.02 * round.cos(), 0.60 + 0.014 * round.sin()),
                        )
                    } else {
                        ((-0.165, 0.64), (-0.09, 0.585))
                    }
                }
                Gesture::Call if side > 0.0 => ((0.185, 0.70), (0.088, 0.868)),
                Gesture::Call => ((-0.158, 0.62), (-0.15, 0.48)),
                Gesture::Read(sway) if side > 0.0 => {
                    ((0.165, 0.62), (0.178 + 0.004 * sway, 0.715 + 0.003 * sway))
                }
                Gesture::Read(_) => ((-0.158, 0.62), (-0.15, 0.48)),
                Gesture::Carry => ((side * 0.16, 0.63), (side * 0.09, 0.60)),
            };
            sleeves.push(self.cloth(
                vec![
                    self.limb((side * 0.115, 0.782, 0.046), (elbow.0, elbow.1, 0.036)),
                    self.limb(
                        (elbow.0, elbow.1, 0.036),
                        (
                            mid(elbow.0, wrist.0, 0.75),
                            mid(elbow.1, wrist.1, 0.75),
                            0.03,
                        ),
                    ),
                ],
                self.clothes.top,
            ));
            let fore = self.limb(
                (
                    mid(elbow.0, wrist.0, 0.72),
                    mid(elbow.1, wrist.1, 0.72),
                    0.022,
                ),
                (wrist.0, wrist.1, 0.02),
            );
            let (dx, dy) = (wrist.0 - elbow.0, wrist.1 - elbow.1);
            let length = (dx * dx + dy * dy).sqrt().max(0.01);
            let tip = (wrist.0 + dx / length * 0.035, wrist.1 + dy / length * 0.035);
            let hand = self.limb((wrist.0, wrist.1, 0.023), (tip.0, tip.1, 0.019));
            let mut limbs = vec![fore, hand];
            if let Some(phone) = self.phone_upright().filter(|_| side > 0.0) {
                limbs = vec![fore];
                limbs.extend(phone.fingers(self.height));
            }
            let body = self.skin(limbs);
            if matches!(self.gesture, Gesture::Loose) || self.facing == Facing::Back {
                sleeves.push(body);
            } else {
                hands.push(body);
            }
        }
        (sleeves, hands)
    }

    /// Where the telephone is, how long and how tilted. It is held towards the camera, hence large.
    fn phone_upright(&self) -> Option<Phone> {
        if self.facing == Facing::Back {
            return None;
        }
        let (x, y, length, tilt) = match self.gesture {
            Gesture::Call => (0.1, 0.88, 0.18, -0.4),
            Gesture::Read(sway) => (0.172 + 0.004 * sway, 0.79 + 0.003 * sway, PHONE_LENGTH, 0.2),
            _ => return None,
        };
        Some(Phone {
            centre: self.place(x, y),
            length: length * self.height,
            tilt,
            side: if self.is_left_handed { -1.0 } else { 1.0 },
        })
    }

    fn head_upright(&self, all: &mut Vec<Body<'static>>, is_front: bool) {
        let c = &self.clothes;
        let bow = if matches!(self.gesture, Gesture::Read(_)) {
            -0.012
        } else {
            0.0
        };
        let at = |y: f32| y + bow;
        let is_hatted = c.hat.is_some();
        if !is_front {
            all.push(self.skin(vec![
                self.limb((0.0, at(0.895), 0.046), (0.0, at(0.935), 0.053)),
            ]));
            for side in [-1.0, 1.0] {
                all.push(self.skin(vec![self.limb(
                    (side * 0.054, at(0.91), 0.010),
                    (side * 0.056, at(0.93), 0.011),
                )]));
            }
            all.push(self.hair(vec![
                self.limb((0.0, at(0.905), 0.046), (0.0, at(0.942), 0.058)),
            ]));
        } else {
            all.push(self.hair(vec![
                self.limb((0.0, at(0.925), 0.056), (0.0, at(0.948), 0.060)),
            ]));
            for side in [-1.0, 1.0] {
                all.push(self.skin(vec![self.limb(
                    (side * 0.052, at(0.905), 0.010),
                    (side * 0.055, at(0.925), 0.011),
                )]));
            }
            all.push(self.skin(vec![
                self.limb((0.0, at(0.873), 0.030), (0.0, at(0.90), 0.044)),
                self.limb((0.0, at(0.90), 0.046), (0.0, at(0.94), 0.050)),
            ]));
            let dark = times(c.skin, 0.55);
            for side in [-1.0, 1.0] {
                all.push(Body::new(
                    vec![self.limb(
                        (side * 0.012, at(0.917), 0.0045),
                        (side * 0.029, at(0.917), 0.0045),
                    )],
                    [0.12, 0.08, 0.07],
                ));
                all.push(Body::new(
                    vec![self.limb(
                        (side * 0.010, at(0.930), 0.0035),
                        (side * 0.032, at(0.932), 0.003),
                    )],
                    c.hair,
                ));
            }
            all.push(Body::new(
                vec![self.limb((0.0, at(0.912), 0.004), (0.002, at(0.893), 0.0075))],
                mix(c.skin, dark, 0.25),
            ));
            all.push(Body::new(
                vec![self.limb((-0.014, at(0.874), 0.0035), (0.014, at(0.874), 0.0035))],
                [0.55, 0.25, 0.22],
            ));
            // A fringe, so that the hair goes round the face.
            all.push(self.hair(vec![
                self.limb((-0.036, at(0.955), 0.017), (0.036, at(0.958), 0.017)),
                self.limb((-0.048, at(0.93), 0.009), (-0.040, at(0.955), 0.014)),
                self.limb((0.048, at(0.93), 0.009), (0.040, at(0.955), 0.014)),
            ]));
        }
        if let Some(hat) = c.hat.filter(|_| is_hatted) {
            all.push(self.cloth(
                vec![
                    self.limb((-0.042, at(0.962), 0.022), (0.042, at(0.962), 0.022)),
                    self.limb((-0.03, at(0.985), 0.034), (0.03, at(0.985), 0.034)),
                ],
                hat,
            ));
        }
    }

    fn hair(&self, limbs: Vec<Limb>) -> Body<'static> {
        let (hair, seed) = (self.clothes.hair, self.seed);
        let height = self.height;
        Body::painted(limbs, move |x, y| {
            times(
                hair,
                0.75 + 0.5 * noise(x / height * 120.0, y / height * 40.0, seed),
            )
        })
        .rippled(0.5, seed + 3)
        .joined(0.01 * height)
    }

    fn draw_from_the_side(&self, canvas: &mut Canvas) -> Seen {
        let c = &self.clothes;
        let swing = self
            .stride
            .map_or(0.12, |s| (s * std::f32::consts::PI).sin());
        let mut all: Vec<Body> = Vec::new();
        let far = 0.78;

        // The far leg first, then the near one.
        for (side, dim) in [(-1.0f32, far), (1.0, 1.0)] {
            let forward = 0.36 * swing * side;
            let lifted = (-(self
                .stride
                .map_or(0.0, |s| (s * std::f32::consts::PI).cos()))
                * side)
                .max(0.0);
            let knee = (
                0.235 * forward.sin() + 0.02 * lifted,
                0.50 - 0.235 * forward.cos(),
            );
            let shin = forward - 0.75 * lifted * 0.8 - 0.06;
            let ankle = (
                knee.0 + 0.225 * shin.sin(),
                (knee.1 - 0.225 * shin.cos()).max(0.04),
            );
            all.push(
                Body::new(
                    vec![self.limb(
                        (ankle.0 - 0.012, ankle.1 - 0.017, 0.023),
                        (ankle.0 + 0.066, ankle.1 - 0.024, 0.016),
                    )],
                    times(c.shoes, dim),
                )
                .glossy(0.2),
            );
            all.push(self.cloth(
                vec![
                    self.limb((-0.004, 0.505, 0.07), (knee.0, knee.1, 0.049)),
                    self.limb((knee.0, knee.1, 0.049), (ankle.0, ankle.1 + 0.012, 0.035)),
                ],
                times(c.trousers, dim),
            ));
        }
        let (near, remote) = self.arms_from_the_side(swing);
        all.extend(self.arm_from_the_side(remote, far));
        all.push(self.skin(vec![
            self.limb((-0.004, 0.81, 0.036), (0.012, 0.875, 0.032)),
        ]));
        all.push(self.cloth(
            vec![
                self.limb((-0.006, 0.775, 0.062), (0.004, 0.69, 0.074)),
                self.limb((0.004, 0.69, 0.074), (0.0, 0.60, 0.066)),
                self.limb((0.0, 0.60, 0.066), (-0.01, 0.50, 0.075)),
            ],
            c.top,
        ));
        if let Some(apron) = c.apron {
            all.push(self.cloth(
                vec![
                    self.limb((0.05, 0.70, 0.026), (0.052, 0.60, 0.026)),
                    self.limb((0.052, 0.60, 0.026), (0.05, 0.36, 0.04)),
                ],
                apron,
            ));
        }
        // Head in profile.
        let dark = times(c.skin, 0.6);
        all.push(self.skin(vec![
            self.limb((0.024, 0.872, 0.026), (0.014, 0.90, 0.044)),
            self.limb((0.012, 0.905, 0.05), (0.012, 0.94, 0.05)),
            self.limb((0.058, 0.91, 0.007), (0.068, 0.899, 0.009)),
        ]));
        all.push(Body::new(
            vec![self.limb((0.046, 0.918, 0.005), (0.054, 0.917, 0.004))],
            [0.12, 0.08, 0.07],
        ));
        all.push(Body::new(
            vec![self.limb((0.045, 0.875, 0.003), (0.055, 0.876, 0.003))],
            [0.55, 0.25, 0.22],
        ));
        all.push(self.hair(vec![
            self.limb((-0.016, 0.90, 0.034), (-0.008, 0.94, 0.05)),
            self.limb((-0.006, 0.95, 0.05), (0.024, 0.962, 0.036)),
        ]));
        all.push(Body::new(
            vec![self.limb((0.0, 0.905, 0.009), (0.002, 0.922, 0.011))],
            mix(c.skin, dark, 0.3),
        ));
        if let Some(hat) = c.hat {
            all.push(self.cloth(
                vec![
                    self.limb((-0.04, 0.958, 0.022), (0.05, 0.966, 0.018)),
                    self.limb((-0.026, 0.985, 0.034), (0.034, 0.987, 0.032)),
                ],
                hat,
            ));
        }
        let mut phone = None;
        if matches!(self.gesture, Gesture::Call) {
            let case = Body::new(
                vec![self.limb((0.018, 0.875, 0.014), (0.004, 0.945, 0.014))],
                [0.05, 0.05, 0.06],
            )
            .glossy(0.5);
            phone = Some(case.bounds());
            all.push(case);
        }
        if matches!(self.gesture, Gesture::Carry) {
            let pot = [0.62, 0.64, 0.67];
            all.push(
                Body::new(
                    vec![
                        self.limb((0.17, 0.60, 0.05), (0.25, 0.60, 0.05)),
                        self.limb((0.15, 0.655, 0.008), (0.27, 0.655, 0.008)),
                    ],
                    pot,
                )
                .glossy(0.4),
            );
        }
        all.extend(self.arm_from_the_side(near, 1.0));
        if matches!(self.gesture, Gesture::Read(_)) {
            let case = Body::new(
                vec![self.limb((0.175, 0.70, 0.011), (0.155, 0.775, 0.011))],
                [0.05, 0.05, 0.06],
            )
            .glossy(0.5);
            phone = Some(case.bounds());
            all.push(case);
        }
        let bounds = whole(&all);
        for body in &all {
            canvas.body(body);
        }
        Seen {
            person: bounds,
            phone,
        }
    }

    /// Elbow and wrist of the near and of the far arm.
    fn arms_from_the_side(&self, swing: f32) -> ([Point; 2], [Point; 2]) {
        match self.gesture {
            Gesture::Loose => {
                let hang = |forward: f32| {
                    let elbow = (0.165 * forward.sin(), 0.775 - 0.165 * forward.cos());
                    let fore = forward + 0.3;
                    [
                        elbow,
                        (elbow.0 + 0.14 * fore.sin(), elbow.1 - 0.14 * fore.cos()),
                    ]
                };
                (hang(-0.5 * swing), hang(0.5 * swing))
            }
            Gesture::Stir(phase) => {
                let round = phase * std::f32::consts::TAU;
                let near = [
                    (0.035, 0.62),
                    (0.17 + 0.02 * round.cos(), 0.615 + 0.012 * round.sin()),
                ];
                (near, [(0.05, 0.63), (0.185, 0.60)])
            }
            Gesture::Call => (
                [(0.075, 0.67), (0.03, 0.855)],
                [(0.0, 0.615), (0.02, 0.475)],
            ),
            Gesture::Read(_) => ([(0.03, 0.63), (0.16, 0.70)], [(0.045, 0.64), (0.165, 0.69)]),
            Gesture::Carry => ([(0.03, 0.62), (0.155, 0.625)], [(0.05, 0.62), (0.2, 0.625)]),
        }
    }

    fn arm_from_the_side(&self, [elbow, wrist]: [Point; 2], dim: f32) -> Vec<Body<'static>> {
        let top = times(self.clothes.top, dim * 0.96);
        let sleeve = self.cloth(
            vec![
                self.limb((-0.008, 0.775, 0.046), (elbow.0, elbow.1, 0.036)),
                self.limb(
                    (elbow.0, elbow.1, 0.036),
                    (
                        mid(elbow.0, wrist.0, 0.75),
                        mid(elbow.1, wrist.1, 0.75),
                        0.029,
                    ),
                ),
            ],
            top,
        );
        let (dx, dy) = (wrist.0 - elbow.0, wrist.1 - elbow.1);
        let length = (dx * dx + dy * dy).sqrt().max(0.01);
        let hand = Body::new(
            vec![
                self.limb(
                    (
                        mid(elbow.0, wrist.0, 0.75),
                        mid(elbow.1, wrist.1, 0.75),
                        0.021,
                    ),
                    (wrist.0, wrist.1, 0.02),
                ),
                self.limb(
                    (wrist.0, wrist.1, 0.022),
                    (
                        wrist.0 + dx / length * 0.035,
                        wrist.1 + dy / length * 0.035,
                        0.018,
                    ),
                ),
            ],
            times(self.clothes.skin, dim),
        );
        vec![hand, sleeve]
    }
}

/// In body heights: twice a telephone's length, as it is held out to the camera.
const PHONE_LENGTH: f32 = 0.2;

struct Phone {
    centre: Point,
    length: f32,
    tilt: f32,
    side: f32,
}

impl Phone {
    /// From the telephone's own lengths (its middle is nought, it is one long) to the picture.
    fn at(&self, x: f32, y: f32) -> Point {
        let (sin, cos) = self.tilt.sin_cos();
        (
            self.centre.0 + self.side * self.length * (x * cos - y * sin),
            self.centre.1 + self.length * (x * sin + y * cos),
        )
    }

    fn draw(&self, canvas: &mut Canvas) -> Bounds {
        let wide = 0.29;
        let frame = |x: f32, y: f32, cut: f32| {
            [
                (-x + cut, -y),
                (x - cut, -y),
                (x, -y + cut),
                (x, y - cut),
                (x - cut, y),
                (-x + cut, y),
                (-x, y - cut),
                (-x, -y + cut),
            ]
            .map(|(x, y)| self.at(x, y))
        };
        let outline = frame(wide, 0.5, 0.06);
        canvas.polygon(&outline, |_, _| [0.90, 0.90, 0.91]);
        let top = self.centre.1 - self.length / 2.0;
        let length = self.length;
        canvas.polygon(&frame(wide - 0.04, 0.5 - 0.08, 0.02), |x, y| {
            let glare = ((y - top) / length - 0.2 - 0.3 * (x * 9.0).fract()).clamp(0.0, 1.0);
            mix([0.10, 0.11, 0.13], [0.06, 0.07, 0.08], glare)
        });
        Bounds::of(outline.map(|corner| (corner, 0.0)))
    }

    /// Four fingers round one edge, the thumb along the other.
    fn fingers(&self, body_height: f32) -> Vec<Limb> {
        let radius = 0.0125 * body_height;
        let limb = |from: (f32, f32), to: (f32, f32), radius: f32| Limb {
            from: self.at(from.0, from.1),
            from_radius: radius,
            to: self.at(to.0, to.1),
            to_radius: radius * 0.85,
        };
        let mut all: Vec<Limb> = (0..4)
            .map(|n| {
                limb(
                    (0.34, -0.06 + 0.15 * n as f32),
                    (0.22, -0.08 + 0.15 * n as f32),
                    radius,
                )
            })
            .collect();
        all.push(limb((-0.26, 0.46), (-0.29, 0.12), 1.25 * radius));
        all.push(limb((0.06, 0.62), (-0.22, 0.46), 1.5 * radius));
        all
    }
}

fn whole(bodies: &[Body]) -> Bounds {
    let mut bodies = bodies.iter().map(Body::bounds);
    let first = bodies.next().unwrap_or(Bounds {
        left: 0.0,
        top: 0.0,
        right: 0.0,
        bottom: 0.0,
    });
    bodies.fold(first, Bounds::joined)
}

fn mid(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}
