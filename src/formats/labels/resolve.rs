//! From edges as a file writes them to frames of a real video: the dry run of an import.
//!
//! Owns the rules. Frame numbers: minus the base, and one more at the end where the end frame is inside. Times, which
//! include frame numbers of an even grid: the nearest moment at which the picture changes counts if it is at most
//! 1 ms away, so that what was exported comes back exactly, also rounded to milliseconds; otherwise the start is the
//! frame on screen then and the end lies behind the frame on screen then. Owns also the sentences about what does not
//! fit. Does not own what the person decides about it.

use std::collections::BTreeMap;
use std::fmt;

use super::{Convention, Edge, FileSpan, FileVideo, Rate, Unit, Zero};
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, VideoLabel};
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::domain::time::MediaTime;
use crate::formats::ground_truth::SpanEnd;

/// From here on a time is not taken for the edge of a frame.
const NEAR: MediaTime = MediaTime::from_micros(1_000);

/// What a file says about a video, on its frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    /// Normal or abnormal, by lane, as far as the file says so.
    pub video_labels: BTreeMap<String, VideoLabel>,
    /// The intervals that hold frames, in the file's order.
    pub labels: Vec<Label>,
    /// What does not fit.
    pub problems: Vec<Problem>,
}

/// Something that does not fit; its text is a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Of one interval.
    Span {
        /// Its place in the file's list for this video, from 0.
        index: usize,
        /// As written: class and edges.
        written: String,
        /// What is wrong.
        kind: SpanProblem,
    },
    /// The file counts another number of frames, by more than a snippet.
    Frames {
        /// In the file.
        file: usize,
        /// In the video.
        video: usize,
    },
    /// The file states another length, by more than a second and a hundredth.
    Duration {
        /// In the file, seconds.
        file: f64,
        /// Of the video, seconds.
        video: f64,
    },
    /// The file states another frame rate, by more than a hundredth.
    FrameRate {
        /// In the file, frames per second.
        file: f64,
        /// Of the video on average.
        video: f64,
    },
}

/// What is wrong with an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanProblem {
    /// Part of it lies outside the video; these frames are left.
    Clipped(FrameSpan),
    /// All of it lies outside: left out.
    Outside,
    /// It ends before it begins: left out.
    Inverted,
    /// It holds no frame: left out.
    Empty,
    /// An edge is infinite or no number: left out.
    NotFinite,
    /// Its confidence is not in 0..=1 and was left out.
    Confidence,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span { index, written, kind } => write!(f, "Interval {} ({written}) {kind}.", index + 1),
            Self::Frames { file, video } => {
                write!(f, "The file counts {file} frames and the video has {video}: it may be another video.")
            }
            Self::Duration { file, video } => {
                write!(f, "The file says {file:.3} s and the video lasts {video:.3} s: it may be another video.")
            }
            Self::FrameRate { file, video } => write!(
                f,
                "The file says {file:.3} frames per second and the video has {video:.3}: its edges may be elsewhere."
            ),
        }
    }
}

impl fmt::Display for SpanProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipped(left) => {
                write!(f, "lies partly outside the video; the frames {} to {} are taken", left.start(), left.last())
            }
            Self::Outside => f.write_str("lies outside the video and is left out"),
            Self::Inverted => f.write_str("ends before it begins and is left out"),
            Self::Empty => f.write_str("holds no frame and is left out"),
            Self::NotFinite => f.write_str("has an edge that is no number and is left out"),
            Self::Confidence => f.write_str("has a confidence that is not between 0 and 1; it is taken without one"),
        }
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(number) => write!(f, "frame {number}"),
            Self::Seconds(secs) => write!(f, "{secs} s"),
        }
    }
}

/// Places a file's intervals on the frames of a video. What is said without a lane goes to `lane`.
pub fn resolve(video: &FileVideo, convention: Convention, table: &FrameTable, lane: &str) -> Resolved {
    let mut video_labels = video.video_labels.clone();
    if let Some(label) = video.label {
        let said = video_labels.get(lane).copied().into_iter().chain([label]);
        video_labels.extend(VideoLabel::together(said).map(|label| (lane.to_owned(), label)));
    }
    let mut resolved = Resolved { video_labels, labels: Vec::new(), problems: whole(video, convention, table) };
    for (index, span) in video.spans.iter().enumerate() {
        let written = || format!("{}, {} to {}", span.class, span.start, span.end);
        let mut report = |kind| resolved.problems.push(Problem::Span { index, written: written(), kind });
        let frames = match place(span, convention, table) {
            Ok((frames, whole)) => {
                if !whole {
                    report(SpanProblem::Clipped(frames));
                }
                frames
            }
            Err(kind) => {
                report(kind);
                continue;
            }
        };
        let confidence = span.confidence.filter(|c| (0.0..=1.0).contains(c)).map(|c| c as f32);
        if span.confidence.is_some() && confidence.is_none() {
            report(SpanProblem::Confidence);
        }
        resolved.labels.push(Label {
            span: frames,
            class: span.class.clone(),
            lane: span.lane.as_deref().unwrap_or(lane).to_owned(),
            note: span.note.clone(),
            confidence,
        });
    }
    resolved
}

/// Signs that the file speaks of another video.
fn whole(video: &FileVideo, convention: Convention, table: &FrameTable) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (frames, length, rate) = (table.len(), table.span().length().secs_f64(), table.mean_fps());
    // Benchmarks cut their counts to whole snippets, and some drop one more.
    if let Some(file) = video.frames.filter(|file| file.abs_diff(frames) > SNIPPET_FRAMES) {
        problems.push(Problem::Frames { file, video: frames });
    }
    if let Some(file) = video.duration_secs.filter(|file| (file - length).abs() > f64::max(1.0, length / 100.0)) {
        problems.push(Problem::Duration { file, video: length });
    }
    let counts = convention.unit == Unit::Frames && convention.rate == Rate::Video;
    if let Some(file) = video.fps.filter(|file| counts && (file - rate).abs() > rate / 100.0) {
        problems.push(Problem::FrameRate { file, video: rate });
    }
    problems
}

/// An edge of a file as the number of the first frame behind it, or as a time of the container's clock.
#[derive(Clone, Copy)]
enum Placed {
    Frame(i64),
    Time(MediaTime),
}

/// The frames of an interval, and whether all of it lies in the video.
fn place(span: &FileSpan, convention: Convention, table: &FrameTable) -> Result<(FrameSpan, bool), SpanProblem> {
    let zero = if convention.zero == Zero::Clock { MediaTime::ZERO } else { table.span().start };
    let seconds = |secs: f64| {
        let time = Placed::Time(zero + MediaTime::from_secs_f64(secs));
        if secs.is_finite() { Ok(time) } else { Err(SpanProblem::NotFinite) }
    };
    let placed = |edge: Edge, inside: i64| match (edge, convention.rate) {
        (Edge::Seconds(secs), _) => seconds(secs),
        (Edge::Frame(n), Rate::Video) => Ok(Placed::Frame(n.saturating_sub(convention.base).saturating_add(inside))),
        (Edge::Frame(n), Rate::Even(fps)) => {
            seconds(n.saturating_sub(convention.base).saturating_add(inside) as f64 / fps)
        }
    };
    let start = placed(span.start, 0)?;
    let end = placed(span.end, i64::from(convention.end == SpanEnd::Inclusive))?;
    match (start, end) {
        (Placed::Frame(a), Placed::Frame(b)) if a > b => return Err(SpanProblem::Inverted),
        (Placed::Time(a), Placed::Time(b)) if a > b => return Err(SpanProblem::Inverted),
        (Placed::Frame(a), Placed::Frame(b)) if a == b => return Err(SpanProblem::Empty),
        (Placed::Time(a), Placed::Time(b)) if a == b => return Err(SpanProblem::Empty),
        _ => {}
    }
    let frames = table.len();
    let (first, starts_inside) = first_frame(start, table);
    let (past, ends_inside) = past_frame(end, table);
    if first >= frames || past == 0 {
        return Err(SpanProblem::Outside);
    }
    // A frame and a time in one interval may be the wrong way round too.
    let found = FrameSpan::new(first, past);
    let wrong = if first > past { SpanProblem::Inverted } else { SpanProblem::Empty };
    found.map(|found| (found, starts_inside && ends_inside)).ok_or(wrong)
}

/// The first frame of an interval, `len()` if it begins behind the video, and whether that is what was written.
fn first_frame(edge: Placed, table: &FrameTable) -> (usize, bool) {
    match edge {
        Placed::Frame(number) if number < 0 => (0, false),
        Placed::Frame(number) => (usize::try_from(number).unwrap_or(usize::MAX).min(table.len()), true),
        Placed::Time(time) => match near_edge(time, table) {
            Some(edge) => (edge, true),
            None if time >= table.span().end => (table.len(), true),
            None => (table.at(time), time >= table.span().start),
        },
    }
}

/// The first frame behind an interval, 0 if it ends before the video, and whether that is what was written.
fn past_frame(edge: Placed, table: &FrameTable) -> (usize, bool) {
    match edge {
        Placed::Frame(number) => {
            let past = usize::try_from(number).unwrap_or(if number < 0 { 0 } else { usize::MAX });
            (past.min(table.len()), past <= table.len())
        }
        Placed::Time(time) => match near_edge(time, table) {
            Some(edge) => (edge, true),
            None if time < table.span().start => (0, true),
            None => (table.at(time) + 1, time <= table.span().end),
        },
    }
}

/// The nearest moment at which the picture changes, as the number of the frame that begins then (`len()` for the end
/// of the video), if it is near enough.
fn near_edge(time: MediaTime, table: &FrameTable) -> Option<usize> {
    let shown = table.at(time);
    let span = table.frame_span(shown);
    let distance = |edge: MediaTime| MediaTime::from_micros((time - edge).micros().saturating_abs());
    let (before, after) = (distance(span.start), distance(span.end));
    let (edge, away) = if before <= after { (shown, before) } else { (shown + 1, after) };
    (away <= NEAR).then_some(edge)
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::*;

    /// Ten frames of 100 ms from 5 s on.
    fn table() -> FrameTable {
        let times = (0..10).map(|i| (MediaTime::from_micros(5_000_000 + i * 100_000), i == 0)).collect();
        FrameTable::new(times, None).expect("has frames")
    }

    fn placed(span: FileSpan, convention: Convention) -> (Vec<(usize, usize)>, Vec<SpanProblem>) {
        let video = FileVideo { spans: vec![span], ..FileVideo::named("a") };
        let resolved = resolve(&video, convention, &table(), "me");
        let spans = resolved.labels.iter().map(|l| (l.span.start(), l.span.end())).collect();
        let kind = |p: &Problem| if let Problem::Span { kind, .. } = p { Some(*kind) } else { None };
        (spans, resolved.problems.iter().filter_map(kind).collect())
    }

    fn frames(start: i64, end: i64, format: Format) -> (Vec<(usize, usize)>, Vec<SpanProblem>) {
        placed(FileSpan::frames(start, end, "x"), format.convention())
    }

    fn times(start: f64, end: f64) -> (Vec<(usize, usize)>, Vec<SpanProblem>) {
        placed(FileSpan::seconds(start, end, "x"), Format::Via3.convention())
    }

    fn clipped(start: usize, end: usize) -> SpanProblem {
        SpanProblem::Clipped(FrameSpan::new(start, end).expect("holds frames"))
    }

    #[test]
    fn frame_numbers_by_base_and_end_rule() {
        assert_eq!(frames(2, 5, Format::Ucf), (vec![(2, 5)], vec![]));
        let inclusive = Format::Ucf.convention().with_end(SpanEnd::Inclusive);
        assert_eq!(placed(FileSpan::frames(2, 5, "x"), inclusive).0, [(2, 6)]);
        assert_eq!(placed(FileSpan::frames(5, 5, "x"), inclusive).0, [(5, 6)]);
        assert_eq!(frames(1, 10, Format::FiftyOne), (vec![(0, 10)], vec![]));
        assert_eq!(frames(0, 10, Format::FiftyOne), (vec![(0, 10)], vec![clipped(0, 10)]));
        assert_eq!(frames(2, 11, Format::Ucf), (vec![(2, 10)], vec![clipped(2, 10)]));
        assert_eq!(frames(-3, i64::MAX, Format::LabelStudio), (vec![(0, 10)], vec![clipped(0, 10)]));
        assert_eq!(frames(10, 12, Format::Ucf), (vec![], vec![SpanProblem::Outside]));
        assert_eq!(frames(i64::MIN, 0, Format::Ucf), (vec![], vec![SpanProblem::Outside]));
        assert_eq!(frames(5, 4, Format::Ucf), (vec![], vec![SpanProblem::Inverted]));
        assert_eq!(frames(5, 5, Format::Ucf), (vec![], vec![SpanProblem::Empty]));
    }

    #[test]
    fn times_by_what_is_on_screen() {
        // On edges, within a millisecond of them, and between them.
        assert_eq!(times(0.2, 0.5), (vec![(2, 5)], vec![]));
        assert_eq!(times(0.1991, 0.5009), (vec![(2, 5)], vec![]));
        assert_eq!(times(0.1989, 0.5011), (vec![(1, 6)], vec![]));
        assert_eq!(times(0.25, 0.26), (vec![(2, 3)], vec![]));
        assert_eq!(times(0.0, 1.0), (vec![(0, 10)], vec![]));
        assert_eq!(times(-0.5, 0.5), (vec![(0, 5)], vec![clipped(0, 5)]));
        assert_eq!(times(0.5, 1e300), (vec![(5, 10)], vec![clipped(5, 10)]));
        assert_eq!(times(1.0, 2.0), (vec![], vec![SpanProblem::Outside]));
        assert_eq!(times(-2.0, -1.0), (vec![], vec![SpanProblem::Outside]));
        assert_eq!(times(0.5, 0.2), (vec![], vec![SpanProblem::Inverted]));
        assert_eq!(times(0.5, 0.5), (vec![], vec![SpanProblem::Empty]));
        assert_eq!(times(0.5, 0.5005), (vec![], vec![SpanProblem::Empty]));
        assert_eq!(times(f64::NAN, 0.5), (vec![], vec![SpanProblem::NotFinite]));
        assert_eq!(times(0.5, f64::INFINITY), (vec![], vec![SpanProblem::NotFinite]));
        let clock = Convention { zero: Zero::Clock, ..Format::Via3.convention() };
        assert_eq!(placed(FileSpan::seconds(5.2, 5.5, "x"), clock), (vec![(2, 5)], vec![]));
    }

    #[test]
    fn frames_of_a_grid_go_through_time() {
        // Label Studio at 24 frames per second over a video of 10: its frames 6 to 12 are the times 5/24 to 12/24.
        let at = |fps| Convention { rate: Rate::Even(fps), ..Format::LabelStudio.convention() };
        assert_eq!(placed(FileSpan::frames(6, 12, "x"), at(24.0)), (vec![(2, 5)], vec![]));
        assert_eq!(placed(FileSpan::frames(3, 5, "x"), at(10.0)), (vec![(2, 5)], vec![]));
        assert_eq!(placed(FileSpan::frames(3, 5, "x"), at(0.0)), (vec![], vec![SpanProblem::NotFinite]));
    }

    #[test]
    fn frames_and_times_in_one_interval() {
        let mixed = |start, end| placed(FileSpan::new(start, end, "x"), Format::Csv.convention());
        assert_eq!(mixed(Edge::Frame(2), Edge::Seconds(5.5)), (vec![(2, 5)], vec![]));
        assert_eq!(mixed(Edge::Frame(7), Edge::Seconds(5.5)), (vec![], vec![SpanProblem::Inverted]));
        assert_eq!(mixed(Edge::Seconds(5.5), Edge::Frame(5)), (vec![], vec![SpanProblem::Empty]));
    }

    #[test]
    fn signs_of_another_video_are_sentences() {
        let video = FileVideo {
            frames: Some(27),
            fps: Some(25.0),
            duration_secs: Some(9.0),
            spans: vec![FileSpan { confidence: Some(27.0), ..FileSpan::frames(2, 12, "fight") }],
            ..FileVideo::named("a")
        };
        let resolved = resolve(&video, Format::Ucf.convention(), &table(), "me");
        let sentences: Vec<String> = resolved.problems.iter().map(ToString::to_string).collect();
        assert_eq!(sentences[0], "The file counts 27 frames and the video has 10: it may be another video.");
        assert!(sentences[1].starts_with("The file says 9.000 s and the video lasts 1.000 s"));
        assert!(sentences[2].starts_with("The file says 25.000 frames per second and the video has 10.000"));
        assert_eq!(
            sentences[3],
            "Interval 1 (fight, frame 2 to frame 12) lies partly outside the video; the frames 2 to 9 are taken."
        );
        assert!(sentences[4].contains("confidence"));
        assert_eq!((resolved.labels[0].confidence, resolved.labels[0].lane.as_str()), (None, "me"));
        let near = FileVideo { frames: Some(26), duration_secs: Some(1.9), ..FileVideo::named("a") };
        assert!(resolve(&near, Format::Ucf.convention(), &table(), "me").problems.is_empty());
    }
}
