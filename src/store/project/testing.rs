//! Small projects for the tests of this folder.
//!
//! Owns steps that are short to write. Does not own any expectation.

use tempfile::TempDir;

use super::{Author, Project};
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::queue::{FlaggedEvent, KnownVideo};
use crate::domain::record::{Change, ItemId, Step, Subject, Value};
use crate::domain::review::{Judgement, Verdict};
use crate::domain::time::{MediaTime, TimeSpan};

/// An empty project of Ada's.
pub(super) fn project() -> (TempDir, Project) {
    let folder = tempfile::tempdir().expect("a folder");
    let project = Project::create(folder.path(), "Ada").expect("is made");
    (folder, project)
}

pub(super) fn author() -> Author {
    Author { who: "Ada".to_owned(), model: Some("weights-1".to_owned()) }
}

pub(super) fn video(number: u8) -> VideoId {
    VideoId::from_hash([number; 32])
}

/// A verdict on some frames.
pub(super) fn judgement(span: (usize, usize), verdict: Verdict) -> Judgement {
    Judgement {
        span: FrameSpan::new(span.0, span.1).expect("holds frames"),
        verdict,
        class: None,
        tags: Vec::new(),
        note: String::new(),
        model: Some("weights-1".to_owned()),
        peak_frame: span.0,
        peak_score: 0.9,
    }
}

/// The step that gives a judgement this content, from nothing.
pub(super) fn judge(of: VideoId, id: u64, judgement: Judgement) -> Step {
    let subject = Subject::Judgement { video: of, id: ItemId(id) };
    Step::new("Verdict", vec![Change { subject, before: None, after: Some(Value::Judgement(judgement)) }])
}

/// A new false alarm of this number on sixteen frames.
pub(super) fn verdict_step(of: u8, id: u64) -> Step {
    let start = id as usize * 16;
    judge(video(of), id, judgement((start, start + 16), Verdict::FalseAlarm))
}

/// A note on a video, from what it was.
pub(super) fn note_step(of: u8, before: Option<&str>, after: &str) -> Step {
    let note = |text: &str| Value::Note(text.to_owned());
    let subject = Subject::VideoNote { video: video(of) };
    Step::new("Note", vec![Change { subject, before: before.map(note), after: Some(note(after)) }])
}

/// A video that is there, a minute long.
pub(super) fn known(number: u8, name: &str) -> KnownVideo {
    KnownVideo {
        id: video(number),
        name: name.to_owned(),
        size: 1000 + u64::from(number),
        path: name.into(),
        frames: Some(1500),
        duration: Some(MediaTime::from_micros(60_000_000)),
        present: true,
    }
}

/// An event on some frames at 25 a second.
pub(super) fn event(start: usize, end: usize, score: f32, uncertainty: f32) -> FlaggedEvent {
    let at = |frame: usize| MediaTime::from_micros(frame as i64 * 40_000);
    FlaggedEvent {
        span: FrameSpan::new(start, end).expect("holds frames"),
        time: TimeSpan::new(at(start), at(end)),
        peak_frame: start,
        peak_score: score,
        uncertainty,
    }
}
