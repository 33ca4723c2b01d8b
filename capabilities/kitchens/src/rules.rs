//! From looks to findings: when what a camera shows counts as a scene, and when that begins, goes on and ends.
//!
//! Pure: what is seen and when comes in, changes come out. One `Watch` remembers one camera.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};
use shian_base::Instant;
use shian_media::{CameraState, Detection, Quality};

/// What one camera has shown so far, as far as the rules need it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    scenes: BTreeMap<String, Progress>,
    away_since: Option<Instant>,
    /// The sequence number of the newest picture that was judged.
    newest: Option<u64>,
    sharpness: Usual,
    still: Option<Still>,
}

/// What is known of the camera at one moment.
#[derive(Clone, Debug)]
pub struct Observation<'a> {
    pub at: Instant,
    pub camera: CameraState,
    /// Whether the business is within its opening hours.
    pub open_now: bool,
    /// None when there was nothing to look at; the same picture given twice counts once.
    pub picture: Option<Picture<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// The keyframe's sequence number.
    pub sequence: u64,
    pub quality: Quality,
    /// What a model found; None when no model looked, which says nothing about what is there.
    pub detections: Option<&'a [Detection]>,
}

/// What became of a scene at this observation. A camera has at most one change per scene and observation.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Begins(Finding),
    /// It is seen again. May follow `Ends` when it comes back within the cool-down: then it is the same finding,
    /// with the same `first_at`, and no new alert.
    Continues(Finding),
    Ends {
        scene: String,
        first_at: Instant,
        last_at: Instant,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub scene: String,
    pub at: Instant,
    /// When the first of the confirming pictures was taken; names the finding within its scene.
    pub first_at: Instant,
    /// Everything that the model found in this picture; `about` marks what the finding is about.
    pub boxes: Vec<MarkedBox>,
    /// The best score among the boxes it is about; 1 for a scene that needs no model.
    pub score: f32,
    /// The score that was asked for; 0 for a scene that needs no model.
    pub threshold: f32,
    pub confirmed: Confirmed,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkedBox {
    #[serde(flatten)]
    pub detection: Detection,
    pub about: bool,
}

/// How many of how many pictures showed it, written `3/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub seen: u32,
    pub of: u32,
}

impl fmt::Display for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.seen, self.of)
    }
}

/// Everything that is watched for on one camera.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SceneRules {
    pub things: Vec<ThingRule>,
    pub light: LightRule,
    pub black: Option<BlackRule>,
    pub covered: Option<CoveredRule>,
    pub frozen: Option<FrozenRule>,
    pub offline: Option<OfflineRule>,
}

/// A scene that consists of things a model can find.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThingRule {
    pub scene: String,
    pub labels: Vec<String>,
    pub threshold: f32,
    /// It begins when so many …
    pub needed: u32,
    /// … of the last so many pictures show it.
    pub of: u32,
    /// Pictures older than this confirm nothing.
    pub window_s: i64,
    /// Coming back within this time after it was last seen is the same finding.
    pub cool_down_s: i64,
    /// Where it counts; empty is everywhere.
    pub zones: Vec<Zone>,
    pub place: Place,
    pub active: Active,
    /// Smallest width and height of a box, as fractions of the picture: below it, models guess.
    pub min_width: f32,
    pub min_height: f32,
    /// It counts only where one of these is found too, overlapping it; empty asks for nothing. A telephone on the
    /// wall is none in use.
    pub together_with: Vec<String>,
}

impl Default for ThingRule {
    fn default() -> Self {
        Self {
            scene: String::new(),
            labels: Vec::new(),
            threshold: 0.5,
            needed: 3,
            of: 5,
            window_s: 300,
            cool_down_s: 1800,
            zones: Vec::new(),
            place: Place::Foot,
            active: Active::Always,
            min_width: 0.01,
            min_height: 0.02,
            together_with: Vec::new(),
        }
    }
}

/// A polygon in fractions of the picture, origin top left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(pub Vec<(f32, f32)>);

/// Which point of a box must lie in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The middle of its lower edge: where somebody stands.
    Foot,
    Centre,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Active {
    Always,
    /// Only outside the opening hours.
    WhenClosed,
    /// Only within the opening hours.
    WhenOpen,
}

impl Active {
    fn is(self, open_now: bool) -> bool {
        match self {
            Self::Always => true,
            Self::WhenClosed => !open_now,
            Self::WhenOpen => open_now,
        }
    }
}

/// What is bright and what is dim. Dim pictures are flat and soft by nature and are judged by themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LightRule {
    pub dim_below_mean: f32,
}

impl Default for LightRule {
    fn default() -> Self {
        Self { dim_below_mean: 40.0 }
    }
}

/// How long something must be wrong before it counts, and how long right before it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Patience {
    /// So many different pictures in a row …
    pub pictures: u32,
    /// … over at least so many seconds.
    pub seconds: i64,
    /// So many good ones in a row end it.
    pub good_pictures: u32,
    pub cool_down_s: i64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { pictures: 3, seconds: 20, good_pictures: 2, cool_down_s: 600 }
    }
}

/// `camera_black`: the picture is nearly black all over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlackRule {
    pub mean_below: f32,
    pub deviation_below: f32,
    pub patience: Patience,
    /// With the lights out a closed kitchen is black and nothing is wrong.
    pub active: Active,
}

impl Default for BlackRule {
    fn default() -> Self {
        Self { mean_below: 16.0, deviation_below: 6.0, patience: Patience::default(), active: Active::WhenOpen }
    }
}

/// `camera_covered`: something is before the lens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoveredRule {
    /// A bright picture with less deviation is one flat surface.
    pub flat_deviation: f32,
    /// The same for a dim picture.
    pub flat_deviation_dim: f32,
    /// Less than this part of the camera's own usual sharpness is covered or out of focus.
    pub sharpness_part: f32,
    /// The usual sharpness is known after so many good pictures in this light …
    pub learn_pictures: u32,
    /// … and says something only above this value.
    pub least_usual_sharpness: f32,
    pub patience: Patience,
    pub active: Active,
}

impl Default for CoveredRule {
    fn default() -> Self {
        Self {
            flat_deviation: 8.0,
            flat_deviation_dim: 2.0,
            sharpness_part: 0.2,
            learn_pictures: 12,
            least_usual_sharpness: 1.0,
            patience: Patience::default(),
            active: Active::WhenOpen,
        }
    }
}

/// `camera_frozen`: new pictures arrive, but they are always the same one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrozenRule {
    /// A picture with less deviation shows too little to tell.
    pub least_deviation: f32,
    pub patience: Patience,
    pub active: Active,
}

impl Default for FrozenRule {
    fn default() -> Self {
        let patience = Patience { pictures: 6, seconds: 60, good_pictures: 1, cool_down_s: 600 };
        Self { least_deviation: 6.0, patience, active: Active::Always }
    }
}

/// `camera_offline`: no connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfflineRule {
    pub seconds: i64,
    pub cool_down_s: i64,
    pub active: Active,
}

impl Default for OfflineRule {
    fn default() -> Self {
        Self { seconds: 60, cool_down_s: 600, active: Active::Always }
    }
}

const BLACK: &str = "camera_black";
const COVERED: &str = "camera_covered";
const FROZEN: &str = "camera_frozen";
const OFFLINE: &str = "camera_offline";

impl Watch {
    /// Takes in one observation; observations come in the order of time.
    pub fn observe(&mut self, seen: &Observation, rules: &SceneRules) -> Vec<Change> {
        let mut changes = Vec::new();
        self.judge_connection(seen, rules.offline.as_ref(), &mut changes);
        if seen.camera == CameraState::Offline {
            // Nobody can say what goes on in front of a camera that is away.
            self.end_all_but_offline(&mut changes);
            return changes;
        }
        match seen.picture {
            Some(picture) if self.newest != Some(picture.sequence) => {
                self.newest = Some(picture.sequence);
                self.judge_picture(seen, &picture, rules, &mut changes);
                for rule in &rules.things {
                    self.judge_thing(seen, &picture, rule, &mut changes);
                }
            }
            _ => {}
        }
        // The hours change without a picture, and rules may have been taken away.
        let still_active = |scene: &str| rules.is_active(scene, seen.open_now);
        for (scene, progress) in &mut self.scenes {
            if !still_active(scene) {
                progress.forget();
                progress.end(scene, &mut changes);
            }
        }
        changes
    }

    /// Whether a model saw something that is neither confirmed nor gone: another picture soon would tell.
    pub fn is_unsure(&self) -> bool {
        self.scenes.values().any(|progress| !progress.is_going_on() && progress.window.iter().any(|(_, hit)| *hit))
    }

    fn judge_connection(&mut self, seen: &Observation, rule: Option<&OfflineRule>, changes: &mut Vec<Change>) {
        match seen.camera {
            CameraState::Online | CameraState::Degraded => self.away_since = None,
            CameraState::Offline => _ = self.away_since.get_or_insert(seen.at),
            // Every attempt to reach a camera that is away passes through here; it proves nothing.
            CameraState::Connecting => {}
        }
        let Some(rule) = rule.filter(|rule| rule.active.is(seen.open_now)) else { return };
        let progress = self.scenes.entry(OFFLINE.into()).or_default();
        match self.away_since {
            Some(since) if seen.at.seconds_since(since) >= rule.seconds => {
                let finding = plain_finding(OFFLINE, seen.at, since, Confirmed { seen: 1, of: 1 });
                progress.seen(finding, rule.cool_down_s, changes);
            }
            Some(_) => {}
            None => progress.end(OFFLINE, changes),
        }
    }

    fn end_all_but_offline(&mut self, changes: &mut Vec<Change>) {
        self.still = None;
        for (scene, progress) in self.scenes.iter_mut().filter(|(scene, _)| scene.as_str() != OFFLINE) {
            progress.forget();
            progress.end(scene, changes);
        }
    }

    fn judge_picture(&mut self, seen: &Observation, picture: &Picture, rules: &SceneRules, changes: &mut Vec<Change>) {
        let quality = &picture.quality;
        let defaults = (BlackRule::default(), CoveredRule::default());
        let black_rule = rules.black.as_ref().unwrap_or(&defaults.0);
        let covered_rule = rules.covered.as_ref().unwrap_or(&defaults.1);

        let is_black = quality.mean < black_rule.mean_below && quality.deviation < black_rule.deviation_below;
        let is_dim = quality.mean < rules.light.dim_below_mean;
        let flat = if is_dim { covered_rule.flat_deviation_dim } else { covered_rule.flat_deviation };
        let usual = self.sharpness.of(is_dim);
        let is_soft = usual.is_known(covered_rule.learn_pictures)
            && usual.mean >= covered_rule.least_usual_sharpness
            && quality.sharpness < usual.mean * covered_rule.sharpness_part;
        let is_covered = !is_black && (quality.deviation < flat || is_soft);
        if !is_black && !is_covered {
            usual.learn(quality.sharpness);
        }

        let same_since = match &mut self.still {
            Some(still) if still.fingerprint == quality.fingerprint => {
                still.pictures += 1;
                still.since
            }
            still => {
                *still = Some(Still { fingerprint: quality.fingerprint, since: seen.at, pictures: 1 });
                seen.at
            }
        };
        let same_pictures = self.still.as_ref().map_or(0, |still| still.pictures);

        if let Some(rule) = rules.black.as_ref().filter(|rule| rule.active.is(seen.open_now)) {
            self.scenes.entry(BLACK.into()).or_default().hold(BLACK, seen.at, is_black, &rule.patience, changes);
        }
        if let Some(rule) = rules.covered.as_ref().filter(|rule| rule.active.is(seen.open_now)) {
            self.scenes.entry(COVERED.into()).or_default().hold(COVERED, seen.at, is_covered, &rule.patience, changes);
        }
        if let Some(rule) = rules.frozen.as_ref().filter(|rule| rule.active.is(seen.open_now)) {
            // Black and flat pictures are all alike without being frozen.
            let tells = quality.deviation >= rule.least_deviation && !is_black && !is_covered;
            let progress = self.scenes.entry(FROZEN.into()).or_default();
            let patience = &rule.patience;
            let long = same_pictures >= patience.pictures && seen.at.seconds_since(same_since) >= patience.seconds;
            if tells && long {
                progress.good = 0;
                let confirmed = Confirmed { seen: same_pictures, of: same_pictures };
                progress.seen(plain_finding(FROZEN, seen.at, same_since, confirmed), patience.cool_down_s, changes);
            } else if same_pictures == 1 || !tells {
                progress.good += 1;
                if progress.good >= patience.good_pictures {
                    progress.end(FROZEN, changes);
                }
            }
        }
    }

    fn judge_thing(&mut self, seen: &Observation, picture: &Picture, rule: &ThingRule, changes: &mut Vec<Change>) {
        let Some(detections) = picture.detections else { return };
        if !rule.active.is(seen.open_now) {
            return;
        }
        let boxes: Vec<MarkedBox> = detections
            .iter()
            .map(|detection| MarkedBox { about: rule.counts(detection, detections), detection: detection.clone() })
            .collect();
        let score = boxes.iter().filter(|b| b.about).map(|b| b.detection.score).fold(0.0, f32::max);
        let is_hit = boxes.iter().any(|b| b.about);

        let progress = self.scenes.entry(rule.scene.clone()).or_default();
        progress.window.push_back((seen.at, is_hit));
        let of = rule.of.max(1);
        while progress.window.len() > of as usize
            || progress.window.front().is_some_and(|(at, _)| seen.at.seconds_since(*at) > rule.window_s)
        {
            progress.window.pop_front();
        }
        let hits = progress.window.iter().filter(|(_, hit)| *hit).count() as u32;
        let first_hit = progress.window.iter().find(|(_, hit)| *hit).map_or(seen.at, |(at, _)| *at);
        if hits == 0 {
            progress.end(&rule.scene, changes);
        }
        // What goes on is kept up by every sight of it; what begins or comes back must be confirmed.
        if is_hit && (progress.is_going_on() || hits >= rule.needed.clamp(1, of)) {
            let finding = Finding {
                scene: rule.scene.clone(),
                at: seen.at,
                first_at: first_hit,
                boxes,
                score,
                threshold: rule.threshold,
                confirmed: Confirmed { seen: hits, of },
            };
            progress.seen(finding, rule.cool_down_s, changes);
        }
    }
}

impl SceneRules {
    fn is_active(&self, scene: &str, open_now: bool) -> bool {
        let active = match scene {
            BLACK => self.black.as_ref().map(|rule| rule.active),
            COVERED => self.covered.as_ref().map(|rule| rule.active),
            FROZEN => self.frozen.as_ref().map(|rule| rule.active),
            OFFLINE => self.offline.as_ref().map(|rule| rule.active),
            _ => self.things.iter().find(|rule| rule.scene == scene).map(|rule| rule.active),
        };
        active.is_some_and(|active| active.is(open_now))
    }
}

impl ThingRule {
    fn counts(&self, detection: &Detection, all: &[Detection]) -> bool {
        let is_together = || {
            self.together_with.is_empty()
                || all.iter().any(|other| self.together_with.contains(&other.label) && overlap(detection, other))
        };
        self.labels.contains(&detection.label)
            && detection.score >= self.threshold
            && detection.w >= self.min_width
            && detection.h >= self.min_height
            && (self.zones.is_empty() || self.zones.iter().any(|zone| zone.holds(self.place.of(detection))))
            && is_together()
    }
}

impl Place {
    fn of(self, detection: &Detection) -> (f32, f32) {
        let x = detection.x + detection.w / 2.0;
        match self {
            Self::Foot => (x, detection.y + detection.h),
            Self::Centre => (x, detection.y + detection.h / 2.0),
        }
    }
}

impl Zone {
    /// A ray to the right crosses the edge an odd number of times. Fewer than three corners hold nothing.
    fn holds(&self, (x, y): (f32, f32)) -> bool {
        let corners = &self.0;
        if corners.len() < 3 {
            return false;
        }
        // A foot on the picture's lower edge belongs to a zone that reaches it.
        let (x, y) = (x.clamp(0.0, 0.9999), y.clamp(0.0, 0.9999));
        let mut inside = false;
        for (at, &(ax, ay)) in corners.iter().enumerate() {
            let (bx, by) = corners[(at + 1) % corners.len()];
            if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                inside = !inside;
            }
        }
        inside
    }
}

fn overlap(a: &Detection, b: &Detection) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

/// How far one scene has come on this camera.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// The last pictures and whether they showed it.
    window: VecDeque<(Instant, bool)>,
    /// For scenes that must hold: since when, on how many pictures in a row, and how many good ones after.
    since: Option<Instant>,
    bad: u32,
    good: u32,
    /// The newest finding; over or not, its cool-down may still run.
    finding: Option<Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    first_at: Instant,
    last_at: Instant,
    goes_on: bool,
}

impl Progress {
    fn is_going_on(&self) -> bool {
        self.finding.as_ref().is_some_and(|kept| kept.goes_on)
    }

    /// It is confirmed to be there now: a new finding, or the one that goes on or came back.
    fn seen(&mut self, mut finding: Finding, cool_down_s: i64, changes: &mut Vec<Change>) {
        match &mut self.finding {
            Some(kept) if kept.goes_on || finding.at.seconds_since(kept.last_at) < cool_down_s => {
                kept.goes_on = true;
                kept.last_at = finding.at;
                finding.first_at = kept.first_at;
                changes.push(Change::Continues(finding));
            }
            kept => {
                *kept = Some(Kept { first_at: finding.first_at, last_at: finding.at, goes_on: true });
                changes.push(Change::Begins(finding));
            }
        }
    }

    fn end(&mut self, scene: &str, changes: &mut Vec<Change>) {
        if let Some(kept) = self.finding.as_mut().filter(|kept| kept.goes_on) {
            kept.goes_on = false;
            changes.push(Change::Ends { scene: scene.into(), first_at: kept.first_at, last_at: kept.last_at });
        }
    }

    /// What was seen before confirms nothing any more; a finding's cool-down runs on.
    fn forget(&mut self) {
        self.window.clear();
        (self.since, self.bad, self.good) = (None, 0, 0);
    }

    fn hold(&mut self, scene: &str, at: Instant, is_wrong: bool, patience: &Patience, changes: &mut Vec<Change>) {
        if !is_wrong {
            (self.since, self.bad) = (None, 0);
            self.good += 1;
            if self.good >= patience.good_pictures {
                self.end(scene, changes);
            }
            return;
        }
        let since = *self.since.get_or_insert(at);
        self.good = 0;
        self.bad += 1;
        let confirmed = self.bad >= patience.pictures && at.seconds_since(since) >= patience.seconds;
        if confirmed || self.is_going_on() {
            let finding = plain_finding(scene, at, since, Confirmed { seen: self.bad, of: self.bad });
            self.seen(finding, patience.cool_down_s, changes);
        }
    }
}

fn plain_finding(scene: &str, at: Instant, first_at: Instant, confirmed: Confirmed) -> Finding {
    Finding { scene: scene.into(), at, first_at, boxes: Vec::new(), score: 1.0, threshold: 0.0, confirmed }
}

/// The camera's usual sharpness, by bright and by dim light.
#[derive(Clone, Debug, Default)]
struct Usual {
    bright: RunningMean,
    dim: RunningMean,
}

impl Usual {
    fn of(&mut self, is_dim: bool) -> &mut RunningMean {
        if is_dim { &mut self.dim } else { &mut self.bright }
    }
}

#[derive(Clone, Debug, Default)]
struct RunningMean {
    mean: f32,
    pictures: u32,
}

impl RunningMean {
    /// The plain mean at first, then one that follows slowly: a lens gets greasy over months, not minutes.
    fn learn(&mut self, value: f32) {
        self.pictures = self.pictures.saturating_add(1);
        self.mean += (value - self.mean) / self.pictures.min(100) as f32;
    }
    fn is_known(&self, after: u32) -> bool {
        self.pictures >= after
    }
}

#[derive(Clone, Debug)]
struct Still {
    fingerprint: u64,
    since: Instant,
    pictures: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A camera, its rules and a clock that moves ten seconds with every look.
    struct Bench {
        watch: Watch,
        rules: SceneRules,
        seconds: i64,
        sequence: u64,
        open: bool,
    }

    impl Bench {
        fn new(rules: SceneRules) -> Self {
            Self { watch: Watch::default(), rules, seconds: 0, sequence: 0, open: true }
        }
        fn things(rule: ThingRule) -> Self {
            Self::new(SceneRules { things: vec![rule], ..SceneRules::default() })
        }
        fn now(&self) -> Instant {
            Instant::from_micros(1_795_000_000_000_000).plus_seconds(self.seconds)
        }
        fn look(&mut self, quality: Quality, detections: &[Detection]) -> Vec<Change> {
            self.seconds += 10;
            self.sequence += 1;
            let picture = Picture { sequence: self.sequence, quality, detections: Some(detections) };
            self.observe(CameraState::Online, Some(picture))
        }
        fn observe(&mut self, camera: CameraState, picture: Option<Picture>) -> Vec<Change> {
            let seen = Observation { at: self.now(), camera, open_now: self.open, picture };
            self.watch.observe(&seen, &self.rules)
        }
        /// Looks at good pictures that show these things.
        fn see(&mut self, detections: &[Detection]) -> String {
            let quality = self.live();
            short(&self.look(quality, detections))
        }
        fn shows(&mut self, quality: Quality) -> String {
            short(&self.look(quality, &[]))
        }
        /// A good picture; no two have the same fingerprint.
        fn live(&self) -> Quality {
            Quality { mean: 110.0, deviation: 50.0, sharpness: 8.0, hash: 7, fingerprint: self.sequence + 1000 }
        }
    }

    fn short(changes: &[Change]) -> String {
        let words: Vec<String> = changes
            .iter()
            .map(|change| match change {
                Change::Begins(f) => format!("{} begins {}", f.scene, f.confirmed),
                Change::Continues(f) => format!("{} continues", f.scene),
                Change::Ends { scene, .. } => format!("{scene} ends"),
            })
            .collect();
        words.join(", ")
    }

    fn thing(label: &str, score: f32, x: f32, y: f32, w: f32, h: f32) -> Detection {
        Detection { label: label.into(), score, x, y, w, h }
    }
    fn cat() -> Detection {
        thing("cat", 0.8, 0.4, 0.4, 0.1, 0.1)
    }
    fn animal() -> ThingRule {
        ThingRule { scene: "animal".into(), labels: vec!["cat".into(), "dog".into()], ..ThingRule::default() }
    }

    #[test]
    fn a_thing_seen_on_three_of_five_pictures_begins_with_the_third() {
        let mut bench = Bench::things(animal());
        let cat = [cat()];
        assert_eq!(bench.see(&cat), "");
        assert_eq!(bench.see(&[]), "");
        assert_eq!(bench.see(&cat), "");
        assert_eq!(bench.see(&[]), "");
        assert_eq!(bench.see(&cat), "animal begins 3/5");
        assert_eq!(bench.see(&cat), "animal continues");
    }

    #[test]
    fn two_sights_within_any_five_pictures_are_not_enough() {
        let mut bench = Bench::things(animal());
        for _ in 0..10 {
            assert_eq!(bench.see(&[cat()]), "");
            assert_eq!(bench.see(&[cat()]), "");
            for _ in 0..3 {
                assert_eq!(bench.see(&[]), "");
            }
        }
    }

    #[test]
    fn a_finding_says_when_it_was_first_seen_and_what_it_is_about() {
        let mut bench = Bench::things(animal());
        let person = thing("person", 0.95, 0.1, 0.1, 0.2, 0.6);
        let quality = bench.live();
        bench.look(quality, &[cat()]);
        let first = bench.now();
        bench.look(quality, &[cat()]);
        let changes = bench.look(quality, &[person, cat()]);
        let [Change::Begins(finding)] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((finding.first_at, finding.at), (first, bench.now()));
        assert_eq!(finding.boxes.iter().map(|b| b.about).collect::<Vec<_>>(), [false, true]);
        assert_eq!((finding.score, finding.threshold), (0.8, 0.5));
        assert_eq!(finding.confirmed.to_string(), "3/5");
    }

    #[test]
    fn it_ends_when_none_of_the_last_pictures_shows_it() {
        let mut bench = Bench::things(animal());
        for _ in 0..3 {
            bench.see(&[cat()]);
        }
        for _ in 0..4 {
            assert_eq!(bench.see(&[]), "");
        }
        assert_eq!(bench.see(&[]), "animal ends");
        assert_eq!(bench.see(&[]), "");
    }

    #[test]
    fn coming_back_within_the_cool_down_continues_the_same_finding() {
        let mut bench = Bench::things(ThingRule { cool_down_s: 120, ..animal() });
        let quality = bench.live();
        bench.look(quality, &[cat()]);
        let first = bench.now();
        for _ in 0..2 {
            bench.see(&[cat()]);
        }
        for _ in 0..5 {
            bench.see(&[]);
        }
        assert_eq!(bench.see(&[cat()]), "");
        assert_eq!(bench.see(&[cat()]), "", "coming back is confirmed like a beginning");
        let changes = bench.look(quality, &[cat()]);
        let [Change::Continues(finding)] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(finding.first_at, first);
    }

    #[test]
    fn coming_back_after_the_cool_down_is_a_new_finding() {
        let mut bench = Bench::things(ThingRule { cool_down_s: 120, ..animal() });
        for _ in 0..3 {
            bench.see(&[cat()]);
        }
        for _ in 0..5 {
            bench.see(&[]);
        }
        bench.seconds += 120;
        assert_eq!([bench.see(&[cat()]), bench.see(&[cat()]), bench.see(&[cat()])], ["", "", "animal begins 3/5"]);
    }

    #[test]
    fn sights_long_ago_confirm_nothing() {
        let mut bench = Bench::things(ThingRule { window_s: 60, ..animal() });
        bench.see(&[cat()]);
        bench.see(&[cat()]);
        bench.seconds += 3600;
        assert_eq!(bench.see(&[cat()]), "");
    }

    #[test]
    fn the_same_picture_looked_at_again_counts_once() {
        let mut bench = Bench::things(animal());
        let (quality, detections) = (bench.live(), [cat()]);
        let picture = Picture { sequence: 9, quality, detections: Some(&detections) };
        for _ in 0..5 {
            bench.seconds += 10;
            assert!(bench.observe(CameraState::Online, Some(picture)).is_empty());
        }
    }

    #[test]
    fn a_picture_that_no_model_looked_at_says_nothing_about_things() {
        let mut bench = Bench::things(animal());
        for _ in 0..3 {
            bench.see(&[cat()]);
        }
        for _ in 0..10 {
            bench.seconds += 10;
            bench.sequence += 1;
            let picture = Picture { sequence: bench.sequence, quality: bench.live(), detections: None };
            assert!(bench.observe(CameraState::Online, Some(picture)).is_empty());
        }
    }

    #[test]
    fn low_scores_small_boxes_and_other_labels_do_not_count() {
        for odd in [
            thing("cat", 0.49, 0.4, 0.4, 0.1, 0.1),
            thing("cat", 0.9, 0.4, 0.4, 0.005, 0.1),
            thing("cat", 0.9, 0.4, 0.4, 0.1, 0.01),
            thing("person", 0.9, 0.4, 0.4, 0.1, 0.1),
        ] {
            let mut bench = Bench::things(animal());
            for _ in 0..6 {
                assert_eq!(bench.see(std::slice::from_ref(&odd)), "");
            }
        }
    }

    #[test]
    fn a_box_counts_by_where_it_stands() {
        let lower_half = Zone(vec![(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]);
        let rule = ThingRule { zones: vec![lower_half], labels: vec!["person".into()], ..animal() };
        // Head in the upper half, feet in the lower: inside by the foot, outside by the centre.
        let tall = thing("person", 0.9, 0.4, 0.0, 0.1, 0.8);
        let above = thing("person", 0.9, 0.4, 0.0, 0.1, 0.4);
        let edge = thing("person", 0.9, 0.4, 0.6, 0.1, 0.4);
        let begins = |rule: &ThingRule, seen: &Detection| {
            let mut bench = Bench::things(rule.clone());
            (0..3).map(|_| bench.see(std::slice::from_ref(seen))).any(|change| !change.is_empty())
        };
        assert!(begins(&rule, &tall) && begins(&rule, &edge) && !begins(&rule, &above));
        let by_centre = ThingRule { place: Place::Centre, ..rule };
        assert!(!begins(&by_centre, &tall) && begins(&by_centre, &edge));
    }

    #[test]
    fn a_zone_may_have_a_bay_and_a_line_is_no_zone() {
        let with_bay = Zone(vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.2), (0.0, 1.0)]);
        assert!(with_bay.holds((0.5, 0.1)) && with_bay.holds((0.1, 0.7)) && with_bay.holds((0.9, 0.7)));
        assert!(!with_bay.holds((0.5, 0.7)));
        assert!(!Zone(vec![(0.0, 0.0), (1.0, 1.0)]).holds((0.5, 0.5)));
    }

    #[test]
    fn a_telephone_counts_in_somebodys_reach_only() {
        let rule = ThingRule {
            scene: "phone".into(),
            labels: vec!["cell phone".into()],
            together_with: vec!["person".into()],
            ..ThingRule::default()
        };
        let phone = thing("cell phone", 0.7, 0.42, 0.5, 0.04, 0.05);
        let holder = thing("person", 0.4, 0.35, 0.2, 0.2, 0.7);
        let passer_by = thing("person", 0.9, 0.7, 0.2, 0.2, 0.7);
        let mut bench = Bench::things(rule);
        for _ in 0..5 {
            assert_eq!(bench.see(&[phone.clone(), passer_by.clone()]), "");
        }
        bench.see(&[phone.clone(), holder.clone()]);
        bench.see(&[phone.clone(), holder.clone()]);
        assert_eq!(bench.see(&[phone, holder]), "phone begins 3/5");
    }

    #[test]
    fn somebody_in_the_kitchen_counts_from_closing_time_and_ends_with_opening() {
        let rule = ThingRule {
            scene: "person_off_hours".into(),
            labels: vec!["person".into()],
            active: Active::WhenClosed,
            ..ThingRule::default()
        };
        let cook = [thing("person", 0.9, 0.4, 0.2, 0.2, 0.7)];
        let mut bench = Bench::things(rule);
        for _ in 0..5 {
            assert_eq!(bench.see(&cook), "", "work is done in opening hours");
        }
        bench.open = false;
        assert_eq!([bench.see(&cook), bench.see(&cook)], ["", ""], "what was seen while open confirms nothing");
        assert_eq!(bench.see(&cook), "person_off_hours begins 3/5");
        bench.open = true;
        bench.seconds += 10;
        assert_eq!(short(&bench.observe(CameraState::Online, None)), "person_off_hours ends", "no picture is needed");
        assert_eq!(bench.see(&cook), "");
    }

    fn device_rules() -> SceneRules {
        SceneRules {
            black: Some(BlackRule::default()),
            covered: Some(CoveredRule::default()),
            frozen: Some(FrozenRule::default()),
            offline: Some(OfflineRule::default()),
            ..SceneRules::default()
        }
    }
    fn quality(mean: f32, deviation: f32, sharpness: f32, fingerprint: u64) -> Quality {
        Quality { mean, deviation, sharpness, hash: 0, fingerprint }
    }

    #[test]
    fn a_black_picture_counts_after_three_pictures_and_twenty_seconds_and_two_good_ones_end_it() {
        let mut bench = Bench::new(device_rules());
        let black = quality(2.0, 1.0, 0.3, 5);
        assert_eq!([bench.shows(black), bench.shows(black)], ["", ""]);
        assert_eq!(bench.shows(black), "camera_black begins 3/3");
        assert_eq!(bench.shows(black), "camera_black continues");
        assert_eq!(bench.see(&[]), "");
        assert_eq!(bench.shows(black), "camera_black continues", "one good picture between is a flicker");
        assert_eq!([bench.see(&[]), bench.see(&[])], ["", "camera_black ends"]);
    }

    #[test]
    fn a_flash_of_black_is_nothing() {
        let mut bench = Bench::new(device_rules());
        for _ in 0..10 {
            assert_eq!(bench.shows(quality(2.0, 1.0, 0.3, 5)), "");
            assert_eq!(bench.shows(quality(2.0, 1.0, 0.3, 5)), "");
            assert_eq!(bench.see(&[]), "");
        }
    }

    #[test]
    fn a_closed_kitchen_with_the_lights_out_is_neither_black_nor_covered_nor_frozen() {
        let mut bench = Bench::new(device_rules());
        for _ in 0..20 {
            bench.see(&[]);
        }
        bench.open = false;
        for _ in 0..30 {
            assert_eq!(bench.shows(quality(1.5, 0.8, 0.2, 5)), "");
        }
    }

    #[test]
    fn a_low_light_kitchen_is_neither_black_nor_covered() {
        let mut bench = Bench::new(device_rules());
        for _ in 0..30 {
            bench.see(&[]);
        }
        // Lights down: dark, low contrast, and much softer than by day.
        for number in 0..30 {
            assert_eq!(bench.shows(quality(22.0, 5.0, 1.2, number)), "");
        }
        for number in 0..30 {
            assert_eq!(bench.shows(quality(13.0, 9.0, 0.9, number)), "", "dark, but lamps are seen");
        }
    }

    #[test]
    fn a_flat_bright_picture_is_covered() {
        let mut bench = Bench::new(device_rules());
        let cloth = |n| quality(120.0, 4.0, 0.5, n);
        assert_eq!([bench.shows(cloth(1)), bench.shows(cloth(2))], ["", ""]);
        assert_eq!(bench.shows(cloth(3)), "camera_covered begins 3/3");
    }

    #[test]
    fn a_camera_much_softer_than_usual_is_covered_once_its_usual_is_known() {
        let smeared = |n| quality(100.0, 30.0, 1.0, n);
        let mut bench = Bench::new(device_rules());
        for number in 0..5 {
            assert_eq!(bench.shows(smeared(number)), "", "a soft camera from the start is just a soft camera");
        }
        let mut bench = Bench::new(device_rules());
        for _ in 0..12 {
            bench.see(&[]);
        }
        assert_eq!([bench.shows(smeared(1)), bench.shows(smeared(2))], ["", ""]);
        assert_eq!(bench.shows(smeared(3)), "camera_covered begins 3/3");
        for number in 4..200 {
            assert_eq!(bench.shows(smeared(number)), "camera_covered continues", "it does not get used to it");
        }
    }

    #[test]
    fn steam_that_halves_the_sharpness_is_not_covered() {
        let mut bench = Bench::new(device_rules());
        for _ in 0..20 {
            bench.see(&[]);
        }
        for number in 0..20 {
            assert_eq!(bench.shows(quality(140.0, 25.0, 3.0, number)), "");
        }
    }

    #[test]
    fn the_same_picture_over_a_minute_is_frozen_and_any_other_ends_it() {
        let mut bench = Bench::new(device_rules());
        let still = quality(110.0, 50.0, 8.0, 42);
        for _ in 0..6 {
            assert_eq!(bench.shows(still), "");
        }
        assert_eq!(bench.shows(still), "camera_frozen begins 7/7");
        assert_eq!(bench.shows(still), "camera_frozen continues");
        assert_eq!(bench.see(&[]), "camera_frozen ends");
    }

    #[test]
    fn many_equal_pictures_within_seconds_are_not_frozen() {
        let mut bench = Bench::new(device_rules());
        for _ in 0..20 {
            bench.seconds -= 9;
            assert_eq!(bench.shows(quality(110.0, 50.0, 8.0, 42)), "");
        }
    }

    #[test]
    fn a_still_kitchen_with_a_noisy_picture_is_not_frozen() {
        let mut bench = Bench::new(device_rules());
        for number in 0..50 {
            assert_eq!(bench.shows(quality(110.0, 50.0, 8.0, number % 2)), "");
        }
    }

    #[test]
    fn a_camera_away_for_a_minute_is_offline_and_back_at_once() {
        let mut bench = Bench::new(device_rules());
        bench.see(&[]);
        assert_eq!(short(&bench.observe(CameraState::Offline, None)), "");
        bench.seconds += 59;
        // The driver keeps trying: a camera that is being called is not back.
        assert_eq!(short(&bench.observe(CameraState::Connecting, None)), "");
        bench.seconds += 1;
        assert_eq!(short(&bench.observe(CameraState::Offline, None)), "camera_offline begins 1/1");
        bench.seconds += 600;
        assert_eq!(short(&bench.observe(CameraState::Connecting, None)), "camera_offline continues");
        assert_eq!(short(&bench.observe(CameraState::Degraded, None)), "camera_offline ends");
    }

    #[test]
    fn a_camera_that_goes_away_ends_what_it_showed() {
        let mut rules = device_rules();
        rules.things = vec![animal()];
        let mut bench = Bench::new(rules);
        for _ in 0..3 {
            bench.see(&[cat()]);
        }
        assert_eq!(short(&bench.observe(CameraState::Offline, None)), "animal ends");
    }

    #[test]
    fn a_rule_taken_away_ends_its_finding() {
        let mut bench = Bench::things(animal());
        for _ in 0..3 {
            bench.see(&[cat()]);
        }
        bench.rules.things.clear();
        assert_eq!(bench.see(&[cat()]), "animal ends");
    }

    #[test]
    fn rules_read_from_text_with_defaults_for_what_is_left_out() {
        let rules: SceneRules = serde_json::from_str(
            r#"{"things":[{"scene":"animal","labels":["cat"],"zones":[[[0,0],[1,0],[1,1]]],"active":"when_closed"}],
                "black":{"mean_below":20},"frozen":{}}"#,
        )
        .unwrap();
        assert_eq!((rules.things[0].needed, rules.things[0].of), (3, 5));
        assert_eq!(rules.black.as_ref().map(|rule| rule.deviation_below), Some(6.0));
        assert_eq!((rules.frozen, rules.covered), (Some(FrozenRule::default()), None));
    }
}
