//! How verdicts are named and coloured, everywhere alike.
//!
//! Owns the letters, which are the keys, and the colours. Does not own what a verdict is.

use egui::Color32;

use super::theme::Palette;
use crate::app::reviews::EventMark;
use crate::domain::review::{Ground, Verdict};

/// Its letter: the key that gives it.
pub fn letter(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Anomaly => "A",
        Verdict::FalseAlarm => "X",
        Verdict::Unsure => "U",
    }
}

/// Its colour, for text and marks.
pub fn color(verdict: Verdict, palette: &Palette) -> Color32 {
    match verdict {
        Verdict::Anomaly => palette.error,
        Verdict::FalseAlarm => palette.good,
        Verdict::Unsure => palette.warn,
    }
}

/// The verdict on an event, how it came about, and whether it is on disk.
pub fn sentence(mark: EventMark) -> String {
    let ground = match mark.ground {
        Ground::Judged => "",
        Ground::Inherited => ", inherited from most of its frames",
        Ground::Changed => " on a few of its frames: look again",
    };
    let pending = if mark.pending { " (being saved)" } else { "" };
    format!("{}{ground}{pending}", mark.verdict.words())
}
