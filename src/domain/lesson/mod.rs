//! From verdicts to bags: what a model can learn from what was said about videos.
//!
//! Owns the rules by which verdicts, labels and marks become normal and abnormal bags, what stays out and why, which
//! videos are held out, and what is missing when there is too little. Does not own features, weights or the training
//! itself (`model`), nor whether the result is good enough ([`super::gate`]).
//!
//! - A false alarm is a normal bag: its snippets with [`LessonRules::context`] snippets around them, as far as the video
//!   has them and nothing there was judged an anomaly, left open, or flagged and not judged. Its own snippets weigh more.
//! - A confirmed anomaly or a labelled interval makes its video an abnormal bag; of a long video, a cut around it. Its own
//!   snippets weigh more too.
//! - The label of a whole video is a bag as it stands. A video that was looked through without a find is normal.
//! - All else was not judged and stays out.

mod bags;
mod hold_out;
mod missing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::interval::FrameSpan;
use super::label::VideoLabel;
use super::library::VideoId;
use super::record::{ItemId, ReviewState};

/// How verdicts become bags. Lengths are in snippets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LessonRules {
    /// Snippets around a judged stretch, both sides together.
    pub context: usize,
    /// A video of at most this many snippets with an anomaly is a bag as a whole; a longer one is cut, because a bag is
    /// averaged into 32 segments for training and a short anomaly would vanish in it.
    pub whole_up_to: usize,
    /// What a snippet of a false alarm weighs, where any other weighs 1.
    pub hard_negative: f32,
    /// The same for a snippet of a confirmed or labelled anomaly in an abnormal bag. The heaviest stand for their bag: without
    /// this those of the greatest magnitude would, which may be others, and what was confirmed would not be what is learned.
    pub confirmed: f32,
    /// Whether labelled intervals also say of single snippets what they are.
    pub intervals: bool,
    /// Share of the videos that are not trained on.
    pub held_out: f64,
    /// With a video's content it decides whether that video is held out.
    pub seed: u64,
}

impl Default for LessonRules {
    fn default() -> Self {
        Self {
            context: 32,
            whole_up_to: 128,
            hard_negative: 4.0,
            confirmed: 4.0,
            intervals: false,
            held_out: 0.2,
            seed: 0,
        }
    }
}

/// One video with all that was said about it.
#[derive(Clone, Copy, Debug)]
pub struct LessonVideo<'a> {
    /// Its file's name.
    pub name: &'a str,
    /// How many frames it has.
    pub frames: usize,
    /// What was said.
    pub review: &'a ReviewState,
    /// Events of the model in use that no verdict speaks for: they may be anomalies, and no normal bag may hold them.
    pub unjudged: &'a [FrameSpan],
}

/// How many bags a model carries of what it was trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayCount {
    /// Of videos in which nothing happens.
    pub normal: usize,
    /// Of videos in which something does.
    pub abnormal: usize,
}

/// What makes a bag what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Grounds {
    /// Verdicts on events in it.
    pub verdicts: Vec<ItemId>,
    /// Labelled intervals in it.
    pub intervals: Vec<ItemId>,
    /// Annotators who gave the whole video its label.
    pub lanes: Vec<String>,
    /// The video was looked through, and nothing was found.
    pub looked_through: bool,
}

impl Grounds {
    /// How many things were said.
    pub fn len(&self) -> usize {
        self.verdicts.len() + self.intervals.len() + self.lanes.len() + usize::from(self.looked_through)
    }

    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add(&mut self, other: Self) {
        self.verdicts.extend(other.verdicts);
        self.intervals.extend(other.intervals);
        self.lanes.extend(other.lanes);
        self.looked_through |= other.looked_through;
    }
}

/// "2 verdicts, 1 labelled interval".
impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize, what: &str| (n > 0).then(|| format!("{n} {what}{}", if n == 1 { "" } else { "s" }));
        let lanes = (!self.lanes.is_empty()).then(|| format!("the video's label by {}", self.lanes.join(", ")));
        let looked = self.looked_through.then(|| "looked through without a find".to_owned());
        let parts =
            [count(self.verdicts.len(), "verdict"), count(self.intervals.len(), "labelled interval"), lanes, looked];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// A stretch of one video that is normal throughout, or abnormal somewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LessonBag {
    /// Which video.
    pub video: VideoId,
    /// Its file's name.
    pub name: String,
    /// Which snippets, never none.
    pub snippets: Range<usize>,
    /// Normal or abnormal.
    pub kind: VideoLabel,
    /// Why.
    pub grounds: Grounds,
    /// What each snippet weighs: 1, or more in false alarms of normal bags and in known anomalies of abnormal ones.
    pub weights: Vec<f32>,
    /// What is known of single snippets, 0 for normal to 1 for anomalous; empty where nothing is, or it is not asked for.
    pub targets: Vec<Option<f32>>,
}

/// Something that was said and is not learned from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Of which video.
    pub video: VideoId,
    /// Its file's name.
    pub name: String,
    /// Which frames, unless it is about the whole video.
    pub span: Option<FrameSpan>,
    /// Why.
    pub why: Omission,
}

/// Why something stays out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum Omission {
    /// The reviewer could not say.
    #[strum(serialize = "the reviewer could not say")]
    Unsure,
    /// A false alarm where an anomaly was found too.
    #[strum(serialize = "a false alarm that shares snippets with an anomaly")]
    Contradicted,
    /// Frames that the video does not have.
    #[strum(serialize = "its frames are not in the video")]
    Outside,
    /// Annotators do not agree about the whole video.
    #[strum(serialize = "annotators call the whole video both normal and abnormal")]
    Disagreement,
    /// The label says normal, and something was found.
    #[strum(serialize = "the whole video is labelled normal, but an anomaly was found in it")]
    FoundInNormal,
}

/// What a model is to learn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LessonPlan {
    /// The rules it was made by.
    pub rules: LessonRules,
    /// Bags to train on, in the order of their videos' contents, whatever order the videos came in.
    pub train: Vec<LessonBag>,
    /// Bags of videos that are not trained on: they say when to stop.
    pub held_out: Vec<LessonBag>,
    /// What stays out.
    pub left_out: Vec<LeftOut>,
    /// What is missing to learn at all, a sentence each; empty if it can begin.
    pub missing: Vec<String>,
    /// What should be known before it begins, a sentence each.
    pub cautions: Vec<String>,
}

impl LessonPlan {
    /// The plan for these videos and a model that carries `replay`.
    pub fn new(videos: &[LessonVideo<'_>], rules: LessonRules, replay: ReplayCount) -> Self {
        let mut order: Vec<&LessonVideo<'_>> = videos.iter().collect();
        order.sort_by_key(|video| &video.review.video);
        let (mut bags, mut left_out) = (Vec::new(), Vec::new());
        for video in order {
            bags::of_video(video, &rules, &mut bags, &mut left_out);
        }
        let held = hold_out::videos(&bags, rules.held_out, rules.seed);
        let (held_out, train) = bags.into_iter().partition(|bag| held.contains(&bag.video));
        let mut plan = Self { rules, train, held_out, left_out, missing: Vec::new(), cautions: Vec::new() };
        plan.missing = missing::missing(&plan, replay);
        plan.cautions = missing::cautions(&plan, replay);
        plan
    }

    /// Whether there is enough to learn from.
    pub fn is_ready(&self) -> bool {
        self.missing.is_empty()
    }

    /// Bags of one kind that are trained on, by name and place.
    pub fn of_kind(&self, kind: VideoLabel) -> impl ExactSizeIterator<Item = &LessonBag> {
        let mut bags: Vec<&LessonBag> = self.train.iter().filter(|bag| bag.kind == kind).collect();
        bags.sort_by_key(|bag| (&bag.name, bag.snippets.start));
        bags.into_iter()
    }
}

/// The bag of one event alone, as if it had just been called a false alarm: what a ghost curve trains on. `None` if its
/// frames are not in the video or the rules leave it out.
///
/// `review` is what was said so far; a verdict on the same frames is passed over.
pub fn bag_of_false_alarm(video: &LessonVideo<'_>, event: FrameSpan, rules: &LessonRules) -> Option<LessonBag> {
    bags::of_event(video, event, rules)
}
