//! What the timeline shows beside the scores, as it comes in.

use std::ops::Range;

use crate::app::library::EntryId;
use crate::app::state::{AppState, JobId};
use crate::domain::curve::Curve;
use crate::domain::lane_data::NoiseBand;
use crate::domain::time::TimeSpan;

/// Where nothing was recorded.
pub(super) fn gaps(state: &mut AppState, id: EntryId, gaps: Vec<TimeSpan>) {
    if let Some(entry) = state.library.get_mut(id) {
        entry.change_lanes(|lanes| lanes.gaps = gaps);
    }
}

/// What decoding told besides.
pub(super) fn seen(state: &mut AppState, job: JobId, motion: Curve, damaged: &[Range<usize>]) {
    let Some(running) = state.running.filter(|r| r.id == job) else { return };
    let Some(entry) = state.library.get_mut(running.entry) else { return };
    let Some(table) = entry.video().map(|video| std::sync::Arc::clone(&video.frames)) else { return };
    let span = |frames: &Range<usize>| table.frames_span(frames.start, frames.end.saturating_sub(1));
    entry.change_lanes(|lanes| {
        lanes.damaged = damaged.iter().map(span).collect();
        lanes.motion = Some(motion);
    });
}

/// How far scores scatter. An answer for scores that are no longer the present ones changes nothing.
pub(super) fn scattered(state: &mut AppState, job: JobId, band: Option<Box<NoiseBand>>) {
    let Some(done) = state.scattering.filter(|s| s.id == job) else { return };
    state.scattering = None;
    if let Some(entry) = state.library.get_mut(done.entry) {
        entry.scattered = true;
        if let Some(band) = band {
            entry.change_lanes(|lanes| lanes.noise = Some(*band));
        }
    }
}
