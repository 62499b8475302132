//! The known-normal memory: events that look like a false alarm which a person has seen already.
//!
//! Owns what "looks like" means and when it is enough to put an event aside. An entry is a false alarm that stands;
//! nothing here is kept, so it goes with its verdict. Does not own which verdicts count and which events there are
//! (`store`), where features come from, or what becomes of an event that is put aside.
//!
//! - Features of one encoder all point much the same way: two snippets of different videos have a cosine of 0.8 as they
//!   are. So each number is first measured from its mean, in units of its own spread ([`Scale`]): those of the bags that
//!   the model carries, so that what looks alike is a matter of the model alone and not of what else is open.
//! - An event resembles a false alarm as much as the least alike of its snippets resembles the snippet of the false alarm
//!   that is most like it: one snippet that shows anything else is enough to tell them apart. All snippets of an event
//!   count, not only those above the threshold, so a fight within an ordinary scene is never its twin.
//! - A confirmed anomaly or a labelled interval is never put aside, and holds back what is as much like it: an entry
//!   speaks only for events that resemble it more than any anomaly resembles it, and more than they resemble any anomaly.
//!
//! - Numbers far from the mean are compressed (tanh): a number that is nearly always the same and once is not would else
//!   decide alone, and the same scene, encoded again, would be another one.
//!
//! The threshold was chosen on real surveillance footage, 120 videos, features of the built-in encoder, scale of the shipped
//! model. Every event without an annotated frame was taken for a false alarm at once, and every other event compared with all
//! of them but those of its own video. At thresholds of the score of 0.5, 0.59 (the model's own), 0.7 and 0.95 there are 60
//! events with an anomaly and 88, 78, 102 and 116 without; the anomaly most like a false alarm has 0.651, 0.716, 0.707 and
//! 0.729. At 0.77 no anomaly is put aside, and 16, 11, 24 and 26 of the false alarms are. Of the false alarms of 24 videos that
//! were encoded again with a lower quality, 20 of 32, 15 of 27, 17 of 29 and 26 of 35 are known again, and with another size and
//! brightness 29, 24, 26 and 32. Without compression, at 0.9 (the most like has 0.862), those are 6, 3, 5 and 14, and 9, 5, 7
//! and 19.

use std::collections::BTreeMap;

use super::interval::FrameSpan;
use super::library::VideoId;
use super::queue::EventStatus;
use super::record::ItemId;
use super::time::MediaTime;

/// From this cosine on an event is a twin; see above.
pub const THRESHOLD: f32 = 0.77;

/// Fewer rows say nothing of how much features vary.
const LEAST_ROWS: usize = 64;
/// Numbers that vary less than this share of what numbers vary on the whole are passed over: their spread is noise.
const LEAST_SPREAD: f64 = 0.01;

/// Where features lie and how far they spread, number by number.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    mean: Vec<f32>,
    weight: Vec<f32>,
}

impl Scale {
    /// Of some rows of `dim` numbers each; `None` where there are too few or all are the same.
    pub fn of<'a>(dim: usize, rows: impl IntoIterator<Item = &'a [f32]>) -> Option<Self> {
        let (mut count, mut sum, mut squares) = (0_usize, vec![0.0_f64; dim], vec![0.0_f64; dim]);
        // Measured from the first row: squares of numbers far from zero would leave nothing of a small spread.
        let mut origin: Option<&[f32]> = None;
        for row in rows.into_iter().filter(|row| row.len() == dim) {
            let origin = *origin.get_or_insert(row);
            count += 1;
            for (at, (value, from)) in row.iter().zip(origin).enumerate() {
                let far = f64::from(*value) - f64::from(*from);
                sum[at] += far;
                squares[at] += far * far;
            }
        }
        let origin = origin.filter(|_| count >= LEAST_ROWS)?;
        let n = count as f64;
        let spread: Vec<f64> =
            sum.iter().zip(&squares).map(|(sum, squares)| (squares / n - (sum / n).powi(2)).max(0.0).sqrt()).collect();
        let whole = (spread.iter().map(|spread| spread * spread).sum::<f64>() / dim as f64).sqrt();
        let least = whole * LEAST_SPREAD;
        let weight = spread.iter().map(|spread| if *spread > least { (1.0 / spread) as f32 } else { 0.0 }).collect();
        let mean = origin.iter().zip(&sum).map(|(from, sum)| (f64::from(*from) + sum / n) as f32).collect();
        (whole > 0.0).then_some(Self { mean, weight })
    }

    /// Numbers of a row.
    pub fn dim(&self) -> usize {
        self.mean.len()
    }

    /// Where these rows, one after the other, point to.
    pub fn directions(&self, rows: &[f32]) -> Directions {
        let dim = self.dim();
        let mut units = Vec::with_capacity(rows.len());
        for row in rows.chunks_exact(dim) {
            let start = units.len();
            units.extend(
                row.iter().zip(&self.mean).zip(&self.weight).map(|((value, mean), w)| ((value - mean) * w).tanh()),
            );
            let length = dot(&units[start..], &units[start..]).sqrt();
            // A row that is the mean itself points nowhere and is like nothing.
            let by = if length > 0.0 { 1.0 / length } else { 0.0 };
            units[start..].iter_mut().for_each(|value| *value *= by);
        }
        Directions { dim, units }
    }
}

/// Snippets as vectors of length one.
#[derive(Clone, Debug, PartialEq)]
pub struct Directions {
    dim: usize,
    units: Vec<f32>,
}

impl Directions {
    fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.units.chunks_exact(self.dim)
    }

    /// Cosine of each of these with the first of `other`, −1..=1, one after the other.
    pub fn cosines(&self, other: &Self) -> impl Iterator<Item = f32> {
        let to = other.units.get(..self.dim).unwrap_or(&[]);
        self.rows().map(move |row| dot(row, to).clamp(-1.0, 1.0))
    }

    /// How much all of these resemble something in `other`, −1..=1; `None` where that is less than `least`, or there is
    /// nothing to compare.
    pub fn resemblance(&self, other: &Self, least: f32) -> Option<f32> {
        let mut all = None;
        for row in self.rows() {
            let nearest = other.rows().map(|other| dot(row, other)).max_by(f32::total_cmp)?;
            if nearest < least {
                return None;
            }
            all = Some(all.map_or(nearest, |all: f32| all.min(nearest)));
        }
        all.map(|all| all.clamp(-1.0, 1.0))
    }
}

/// Eight sums side by side, which a processor adds at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    rest + sums.iter().sum::<f32>()
}

/// Frames of a video that were said to be something, as a person finds them again.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The verdict or label.
    pub item: ItemId,
    /// Its video.
    pub video: VideoId,
    /// The name of its file.
    pub name: String,
    /// Which frames.
    pub span: FrameSpan,
    /// When the first of them is shown.
    pub start: MediaTime,
}

/// Why an event is known to be normal: the false alarm that it looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin {
    /// The false alarm.
    pub of: Case,
    /// How much it looks like it.
    pub similarity: f32,
}

/// One false alarm of the memory.
#[derive(Clone, Debug)]
struct Entry {
    case: Case,
    directions: Directions,
    /// The anomaly that looks like it, if one does.
    like: Option<(usize, f32)>,
}

/// What there is to remember.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    threshold: f32,
    entries: Vec<Entry>,
    anomalies: Vec<(Case, Directions)>,
}

impl Memory {
    /// Of the false alarms that stand, with the anomalies that nothing may be taken from.
    pub fn new(threshold: f32, alarms: Vec<(Case, Directions)>, anomalies: Vec<(Case, Directions)>) -> Self {
        let entry = |(case, directions): (Case, Directions)| {
            let near = anomalies.iter().enumerate();
            let near = near.filter_map(|(at, (_, other))| Some((at, other.resemblance(&directions, threshold)?)));
            let like = near.max_by(|a, b| a.1.total_cmp(&b.1));
            Entry { case, directions, like }
        };
        let entries = alarms.into_iter().map(entry).collect();
        Self { threshold, entries, anomalies }
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The false alarm whose twin an event is. One about which anything was said is nobody's twin.
    pub fn twin(&self, status: EventStatus, event: &Directions) -> Option<Twin> {
        if !matches!(status, EventStatus::Unjudged | EventStatus::KnownNormal) {
            return None;
        }
        let alike = |entry: &Entry| {
            let similarity = event.resemblance(&entry.directions, self.threshold)?;
            entry.like.is_none_or(|(_, anomaly)| similarity > anomaly).then_some(similarity)
        };
        let found = self.entries.iter().filter_map(|entry| Some((entry, alike(entry)?)));
        let (entry, similarity) = found.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let held = self.anomalies.iter().any(|(_, anomaly)| event.resemblance(anomaly, similarity).is_some());
        (!held).then(|| Twin { of: entry.case.clone(), similarity })
    }

    /// What each entry does, by its verdict, when these are the twins that were found.
    pub fn facts<'a>(&self, twins: impl IntoIterator<Item = &'a Twin>) -> BTreeMap<ItemId, EntryFacts> {
        let like = |(at, similarity): (usize, f32)| Twin { of: self.anomalies[at].0.clone(), similarity };
        let entry = |entry: &Entry| (entry.case.item, EntryFacts { twins: 0, like: entry.like.map(like) });
        let mut facts: BTreeMap<_, _> = self.entries.iter().map(entry).collect();
        for twin in twins {
            if let Some(facts) = facts.get_mut(&twin.of.item) {
                facts.twins += 1;
            }
        }
        facts
    }
}

/// What an entry does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryFacts {
    /// Events that it puts aside.
    pub twins: usize,
    /// The anomaly that looks like it: only events that are more like the entry than that are put aside.
    pub like: Option<Twin>,
}

#[cfg(test)]
mod tests;
