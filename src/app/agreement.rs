//! The agreement of annotators over a project: every pair of readers, over all videos that both have read.
//!
//! Owns which videos count, the report and the words for its figures. Does not own the figures (`domain::agreement`),
//! nor how the report is asked for or shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::agreement::{Comparison, Measure, readers};
use crate::domain::disagreement::{Disagreement, disagreements};
use crate::domain::frames::FrameTable;
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::domain::time::TimeSpan;
use crate::jobs::Progress;

/// What counts as reading a video, in a sentence that stands beside every report.
pub const WHO_COUNTS: &str = "An annotator has read a video once they marked an interval in it, or said normal or \
                              abnormal of the whole. Only videos that both have read are compared.";

/// Where the report in the window stands.
#[derive(Clone, Debug, Default)]
pub enum Agreement {
    /// Nobody asked for it.
    #[default]
    Unread,
    /// Videos are being opened for the times of their frames.
    Reading(Progress),
    /// It is there.
    Ready(Arc<AgreementReport>),
    /// It cannot be made; the sentence says why.
    Failed(String),
}

/// The agreement over a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgreementReport {
    /// Every two readers that have a video in common, by name, or the two that were asked for.
    pub pairs: Vec<PairReport>,
    /// Videos that cannot be opened, and why: they count in frames, not in seconds.
    pub untimed: Vec<(String, String)>,
    /// Videos of which not even the number of frames is known, and why.
    pub left_out: Vec<(String, String)>,
}

/// Two readers.
#[derive(Clone, Debug, PartialEq)]
pub struct PairReport {
    /// Their names.
    pub between: [String; 2],
    /// Over all videos.
    pub total: Comparison,
    /// Video by video.
    pub videos: Vec<VideoReport>,
}

/// One video that both have read.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoReport {
    /// Which.
    pub id: VideoId,
    /// Its file's name.
    pub name: String,
    /// The figures.
    pub figures: Comparison,
    /// Where they disagree, with the time of each where it is known.
    pub disagreements: Vec<(Disagreement, Option<TimeSpan>)>,
}

/// Compares every two readers, or those named, over these videos. Only videos that some two have read are opened.
pub fn report(
    videos: &[(KnownVideo, ReviewState)],
    between: Option<[&str; 2]>,
    open: &mut dyn FnMut(&KnownVideo) -> Result<Arc<FrameTable>, String>,
) -> AgreementReport {
    let mut report = AgreementReport::default();
    let mut pairs: BTreeMap<[&str; 2], PairReport> = BTreeMap::new();
    for (known, review) in videos {
        let both = pairs_of(review, between);
        if both.is_empty() {
            continue;
        }
        let table = open(known);
        let frames = match (&table, known.frames) {
            (Ok(table), _) => table.len(),
            (Err(reason), Some(frames)) => {
                report.untimed.push((known.name.clone(), reason.clone()));
                frames
            }
            (Err(reason), None) => {
                report.left_out.push((known.name.clone(), reason.clone()));
                continue;
            }
        };
        let table = table.as_deref().ok();
        for pair in both {
            let figures = Comparison::of(review, pair, frames, table);
            let found = disagreements(&pair, review.labels.values(), frames);
            let timed = |stretch: Disagreement| {
                let time = table.map(|table| table.frames_span(stretch.span.start(), stretch.span.last()));
                (stretch, time)
            };
            let entry = pairs.entry(pair).or_insert_with(|| PairReport {
                between: pair.map(str::to_owned),
                total: Comparison::default(),
                videos: Vec::new(),
            });
            entry.total.add(&figures);
            let disagreements = found.into_iter().map(timed).collect();
            entry.videos.push(VideoReport { id: known.id.clone(), name: known.name.clone(), figures, disagreements });
        }
    }
    report.pairs = pairs.into_values().collect();
    report
}

/// Every two that have read a video, or only those named.
fn pairs_of<'a>(review: &'a ReviewState, between: Option<[&'a str; 2]>) -> Vec<[&'a str; 2]> {
    let readers = readers(review);
    if let Some(pair) = between {
        pair.iter().all(|who| readers.contains(who)).then_some(pair).into_iter().collect()
    } else {
        let after = |first: &&'a str| readers.iter().copied().skip_while(move |who| who <= first).collect::<Vec<_>>();
        readers.iter().flat_map(|first| after(first).into_iter().map(move |second| [*first, second])).collect()
    }
}

/// A figure for display.
pub fn measure_text(measure: Measure) -> String {
    measure.map_or_else(|_| "not defined".to_owned(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::interval::FrameSpan;
    use crate::domain::label::{Label, VideoLabel};
    use crate::domain::record::ItemId;
    use crate::domain::time::MediaTime;

    /// A video of 100 frames with labels of these lanes and frames.
    fn video(number: u8, frames: Option<usize>, labels: &[(&str, usize, usize)]) -> (KnownVideo, ReviewState) {
        let id = VideoId::from_hash([number; 32]);
        let name = format!("{number}.mp4");
        let known = KnownVideo {
            id: id.clone(),
            path: PathBuf::from(&name),
            name,
            size: 9,
            frames,
            duration: None,
            present: true,
        };
        let mut review = ReviewState::new(id);
        for (at, (lane, start, end)) in labels.iter().enumerate() {
            let span = FrameSpan::new(*start, *end).expect("holds frames");
            let (class, lane, note) = ("Fight".to_owned(), (*lane).to_owned(), String::new());
            review.labels.insert(ItemId(at as u64), Label { span, class, lane, note, confidence: None });
        }
        (known, review)
    }

    #[test]
    fn every_two_readers_are_compared_over_what_both_have_read() {
        let mut quiet = video(3, Some(100), &[("Ada", 10, 20)]);
        quiet.1.video_labels.insert("Bob".to_owned(), VideoLabel::Normal);
        let videos = [
            video(1, Some(100), &[("Ada", 10, 20), ("Bob", 12, 20), ("Eve", 50, 60)]),
            video(2, Some(100), &[("Ada", 10, 20)]),
            quiet,
            video(4, None, &[("Ada", 10, 20), ("Bob", 10, 20)]),
        ];
        let table = FrameTable::new((0..100).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect(), None);
        let table = Arc::new(table.expect("has frames"));
        let mut opened = Vec::new();
        let found = report(&videos, None, &mut |known| {
            opened.push(known.name.clone());
            if known.name == "1.mp4" { Ok(Arc::clone(&table)) } else { Err("it is not there".to_owned()) }
        });
        assert_eq!(opened, ["1.mp4", "3.mp4", "4.mp4"], "of the second video nobody else said anything");
        let names = |list: &[(String, String)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!((names(&found.untimed), names(&found.left_out)), (vec!["3.mp4".into()], vec!["4.mp4".into()]));
        let pairs: Vec<_> = found.pairs.iter().map(|pair| (pair.between.join(" "), pair.total.videos)).collect();
        assert_eq!(pairs, [("Ada Bob".to_owned(), 2), ("Ada Eve".to_owned(), 1), ("Bob Eve".to_owned(), 1)]);
        let [first, quiet] = &found.pairs[0].videos[..] else { panic!("two videos") };
        let told = |video: &VideoReport| {
            let all = video.disagreements.iter();
            all.map(|(d, time)| (d.span.start(), d.span.end(), time.map(|t| t.start.micros()))).collect::<Vec<_>>()
        };
        assert_eq!((told(first), told(quiet)), (vec![(10, 12, Some(400_000))], vec![(10, 20, None)]));
        let total = found.pairs[0].total.any();
        assert_eq!((total.events, total.matched, total.timed), ([2, 1], 1, 1));

        let named = report(&videos, Some(["Eve", "Bob"]), &mut |_| Ok(Arc::clone(&table)));
        assert_eq!(named.pairs.len(), 1);
        assert_eq!(named.pairs[0].between, ["Eve", "Bob"], "in the order in which they were named");
    }
}
