//! How far two annotators agree: kappa, overlap, events found by both, and how far their edges lie apart.
//!
//! Owns who counts as a reader of a video, and the figures of one video and of several together. Does not own where
//! readers disagree (`disagreement`). What cannot be computed is a value with its reason, never a number that is none.
//!
//! An annotator has read a video once they marked an interval in it, or said normal or abnormal of the whole: who finds
//! nothing says so. Only videos that both have read are compared; of others nothing is known. The mark that a video was
//! looked through is nobody's in particular and says nothing here.
//!
//! What one annotator marks is taken as events: the labels of a class, those that overlap being one; all classes
//! together are taken in the same way. Two events match if they share at least half of the frames that they cover
//! together. Events of one annotator do not overlap, so one that shares more than that with another can match no third;
//! only where two events are the exact halves of a third is there a choice, and then the earlier one is taken. So the
//! matching is one to one, no other has more pairs or shares more frames, and it is the same from both sides.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::frames::FrameTable;
use super::interval::FrameSpan;
use super::label::VideoLabel;
use super::record::ReviewState;
use super::time::MediaTime;

/// The annotators that have read a video.
pub fn readers(review: &ReviewState) -> BTreeSet<&str> {
    let marked = review.labels.values().map(|label| label.lane.as_str());
    marked.chain(review.video_labels.keys().map(String::as_str)).collect()
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Undefined {
    /// Of no frames or videos at all.
    #[error("nothing was read by both")]
    Nothing,
    /// Kappa: neither ever says yes, and chance alone would make them agree completely.
    #[error("neither marked anything, so even chance would agree everywhere")]
    NoneMarked,
    /// Kappa: both always say yes, and chance alone would make them agree completely.
    #[error("both marked everything, so even chance would agree everywhere")]
    AllMarked,
    /// Overlap: there is nothing to overlap.
    #[error("neither marked anything")]
    NoMarks,
    /// Edges: there are no two of the same event.
    #[error("no interval of one matches one of the other")]
    NoPairs,
    /// Seconds: frames have no times.
    #[error("no video with matching intervals could be opened, so their frames have no times")]
    NoTimes,
}

/// A figure, or why there is none.
pub type Measure = Result<f64, Undefined>;

/// How often two say yes to the same things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// Things that both were asked about.
    pub total: u64,
    /// Both said yes.
    pub both: u64,
    /// Only the first said yes.
    pub only_first: u64,
    /// Only the second said yes.
    pub only_second: u64,
}

impl Cells {
    /// How often they said the same.
    pub fn same(self) -> u64 {
        self.total - self.only_first - self.only_second
    }

    /// Cohen's kappa, at most 1; 0 is what chance would give.
    ///
    /// # Errors
    /// Chance alone would agree completely, or there is nothing.
    pub fn kappa(self) -> Measure {
        let [total, first, second] =
            [self.total, self.both + self.only_first, self.both + self.only_second].map(i128::from);
        let expected = first * second + (total - first) * (total - second);
        match total * total - expected {
            _ if total == 0 => Err(Undefined::Nothing),
            0 if first == 0 => Err(Undefined::NoneMarked),
            0 => Err(Undefined::AllMarked),
            room => Ok((i128::from(self.same()) * total - expected) as f64 / room as f64),
        }
    }

    /// 2·both / (first + second), 0 to 1.
    ///
    /// # Errors
    /// Neither said yes to anything.
    pub fn f1(self) -> Measure {
        share(2 * self.both, 2 * self.both + self.only_first + self.only_second)
    }

    fn add(&mut self, other: Self) {
        self.total += other.total;
        self.both += other.both;
        self.only_first += other.only_first;
        self.only_second += other.only_second;
    }
}

fn share(part: u64, whole: u64) -> Measure {
    if whole == 0 { Err(Undefined::NoMarks) } else { Ok(part as f64 / whole as f64) }
}

/// Mean, median and largest of absolute differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// The middle one; between the middle two of an even number.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (max, middle) = (*values.last()?, values.len() / 2);
        let median =
            if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
        Some(Self { mean: values.iter().sum::<f64>() / values.len() as f64, median, max })
    }
}

/// How far one edge of matching events lies apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EdgeDifference {
    /// In frames.
    pub frames: Result<Spread, Undefined>,
    /// In seconds, over those pairs whose frames have times.
    pub secs: Result<Spread, Undefined>,
}

/// The figures of one class, or of all classes together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Frames that both have read, and who marked how many.
    pub cells: Cells,
    /// Of frames: Cohen's kappa.
    pub kappa: Measure,
    /// Of frames: 2·|A∩B| / (|A| + |B|).
    pub frame_f1: Measure,
    /// How many events each marked.
    pub events: [u64; 2],
    /// How many match.
    pub matched: u64,
    /// Those whose frames have times.
    pub timed: u64,
    /// 2·matched / (events of both).
    pub event_f1: Measure,
    /// First frames of matching events.
    pub start: EdgeDifference,
    /// Ends of matching events.
    pub end: EdgeDifference,
}

/// Two events that match: how far their edges lie apart, start and end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair {
    frames: [usize; 2],
    times: Option<[MediaTime; 2]>,
}

/// What is added up of one class.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    both: u64,
    only_first: u64,
    only_second: u64,
    events: [u64; 2],
    pairs: Vec<Pair>,
}

impl Tally {
    /// Of events that are in order and do not overlap.
    fn of(first: &[FrameSpan], second: &[FrameSpan], table: Option<&FrameTable>) -> Self {
        let frames = |events: &[FrameSpan]| events.iter().map(|event| event.len() as u64).sum::<u64>();
        let mut tally = Self { events: [first.len() as u64, second.len() as u64], ..Self::default() };
        let (mut a, mut b, mut taken) = (0, 0, [None; 2]);
        while let (Some(x), Some(y)) = (first.get(a), second.get(b)) {
            let shared = x.intersection(*y).map_or(0, FrameSpan::len);
            tally.both += shared as u64;
            if 2 * shared >= x.len() + y.len() - shared && taken[0] != Some(a) && taken[1] != Some(b) {
                taken = [Some(a), Some(b)];
                tally.pairs.push(Pair::of(*x, *y, table));
            }
            // The one that ends first meets nothing later.
            if x.end() <= y.end() { a += 1 } else { b += 1 }
        }
        tally.only_first = frames(first) - tally.both;
        tally.only_second = frames(second) - tally.both;
        tally
    }

    fn add(&mut self, other: &Self) {
        self.both += other.both;
        self.only_first += other.only_first;
        self.only_second += other.only_second;
        for (sum, more) in self.events.iter_mut().zip(other.events) {
            *sum += more;
        }
        self.pairs.extend(&other.pairs);
    }

    fn figures(&self, total: u64) -> Figures {
        let Self { both, only_first, only_second, events, pairs } = self;
        let cells = Cells { total, both: *both, only_first: *only_first, only_second: *only_second };
        let difference = |edge: usize| {
            let secs: Vec<f64> = pairs.iter().filter_map(|pair| Some(pair.times?[edge].secs_f64())).collect();
            let missing = if pairs.is_empty() { Undefined::NoPairs } else { Undefined::NoTimes };
            EdgeDifference {
                frames: Spread::of(pairs.iter().map(|pair| pair.frames[edge] as f64).collect())
                    .ok_or(Undefined::NoPairs),
                secs: Spread::of(secs).ok_or(missing),
            }
        };
        Figures {
            cells,
            kappa: cells.kappa(),
            frame_f1: cells.f1(),
            events: *events,
            matched: pairs.len() as u64,
            timed: pairs.iter().filter(|pair| pair.times.is_some()).count() as u64,
            event_f1: share(2 * pairs.len() as u64, events.iter().sum()),
            start: difference(0),
            end: difference(1),
        }
    }
}

impl Pair {
    fn of(x: FrameSpan, y: FrameSpan, table: Option<&FrameTable>) -> Self {
        let apart = |a: MediaTime, b: MediaTime| if a > b { a - b } else { b - a };
        let times = table.map(|table| {
            let [x, y] = [x, y].map(|span| table.frames_span(span.start(), span.last()));
            [apart(x.start, y.start), apart(x.end, y.end)]
        });
        Self { frames: [x.start().abs_diff(y.start()), x.end().abs_diff(y.end())], times }
    }
}

/// What two annotators say about videos that both have read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// How many.
    pub videos: usize,
    /// Their frames.
    pub frames: u64,
    /// Whole videos, as far as both said normal or abnormal; yes is abnormal.
    pub whole: Cells,
    any: Tally,
    classes: BTreeMap<String, Tally>,
}

impl Comparison {
    /// Of a video that has `frames` frames, with their times if these are known.
    pub fn of(review: &ReviewState, between: [&str; 2], frames: usize, table: Option<&FrameTable>) -> Self {
        let mut all: [Vec<FrameSpan>; 2] = Default::default();
        let mut by_class: BTreeMap<&str, [Vec<FrameSpan>; 2]> = BTreeMap::new();
        for label in review.labels.values() {
            let span = FrameSpan::new(label.span.start(), label.span.end().min(frames));
            let side = between.iter().position(|who| *who == label.lane);
            if let (Some(side), Some(span)) = (side, span) {
                all[side].push(span);
                by_class.entry(&label.class).or_default()[side].push(span);
            }
        }
        let tally = |sides: [Vec<FrameSpan>; 2]| {
            let [first, second] = sides.map(events);
            Tally::of(&first, &second, table)
        };
        let whole = |who: &str| review.video_labels.get(who).map(|label| *label == VideoLabel::Abnormal);
        let whole = match (whole(between[0]), whole(between[1])) {
            (Some(first), Some(second)) => Cells {
                total: 1,
                both: u64::from(first && second),
                only_first: u64::from(first && !second),
                only_second: u64::from(second && !first),
            },
            _ => Cells::default(),
        };
        Self {
            videos: 1,
            frames: frames as u64,
            whole,
            any: tally(all),
            classes: by_class.into_iter().map(|(class, sides)| (class.to_owned(), tally(sides))).collect(),
        }
    }

    /// Counts other videos as well.
    pub fn add(&mut self, other: &Self) {
        self.videos += other.videos;
        self.frames += other.frames;
        self.whole.add(other.whole);
        self.any.add(&other.any);
        for (class, tally) in &other.classes {
            self.classes.entry(class.clone()).or_default().add(tally);
        }
    }

    /// Regardless of class.
    pub fn any(&self) -> Figures {
        self.any.figures(self.frames)
    }

    /// Of each class that one of them used, by name.
    pub fn classes(&self) -> impl Iterator<Item = (&str, Figures)> {
        self.classes.iter().map(|(class, tally)| (class.as_str(), tally.figures(self.frames)))
    }
}

/// Intervals in order, those that overlap made one.
fn events(mut spans: Vec<FrameSpan>) -> Vec<FrameSpan> {
    spans.sort_unstable();
    spans.dedup_by(|later, event| {
        let one = later.start() < event.end();
        if one {
            *event = event.hull(*later);
        }
        one
    });
    spans
}

#[cfg(test)]
mod tests;
