//! From the pairs of a snippet to its 512 numbers.
//!
//! Owns the order of the parts, what is taken over time, and the scaling of each part to the order of 1.
//! Does not own the measuring of a pair.
//!
//! Parts, in order: courses of the picture's signals; directions by speed, mean and deviation; motion
//! boundaries; bands of the picture (`bands`); the windows (`windows`); the moving objects (`objects`); the look of the scene; the circumstances (cuts,
//! length).

use std::ops::Range;

use super::bands;
use super::cuts;
use super::flow::{FlowFinder, Pyramid};
use super::image::Image;
use super::look;
use super::objects;
use super::pair::{BANDS, DIRECTIONS, Pair, SIGNALS};
use super::stats::{self, compress, course};
use super::windows;
use crate::domain::pixels::{GREY_HEIGHT, GREY_WIDTH, GreyClip};

/// The time between frames to which all speeds are brought: 25 frames per second.
const STANDARD_GAP: f32 = 0.04;
/// Scales of the signals, from how large they are in street scenes.
const SIGNAL_SCALES: [f32; SIGNALS] = [25.0, 4.0, 8.0, 4.0, 1.0, 0.5, 4.0, 8.0, 16.0, 16.0, 2.0];
/// The moving objects one by one say most in drawn scenes and next to nothing in real footage, where they are rarely told
/// apart: enough to be used, not enough to outweigh the rest. A single one may count for 4 before that.
const OBJECTS: (f32, f32) = (4.0, 0.3);
/// Which way things go says less than how they go.
const DIRECTIONS_WEIGHT: f32 = 0.7;

/// All numbers of `clip`; fewer than 512, the rest is zero.
pub fn describe(clip: &GreyClip, finder: &mut FlowFinder) -> Vec<f32> {
    let frames: Vec<Image> = clip.frames.iter().map(|f| Image::from_bytes(GREY_WIDTH, GREY_HEIGHT, f)).collect();
    let cuts = cuts::find(&frames);
    // Motion is measured at half the size: finer costs four times as much and finds little more.
    let pyramids: Vec<Pyramid> = frames.iter().map(|f| Pyramid::new(&f.halved(), &mut finder.scratch)).collect();
    let (mut pairs, mut paces) = (Vec::with_capacity(cuts.len()), Vec::with_capacity(cuts.len()));
    for (i, _) in cuts.iter().enumerate().filter(|(_, cut)| !**cut) {
        let flow = finder.between(&pyramids[i], &pyramids[i + 1]);
        let gap = clip.gaps.get(i).copied().filter(|g| g.is_finite() && *g > 0.0).unwrap_or(STANDARD_GAP);
        let pace = (STANDARD_GAP / gap).clamp(0.2, 4.0);
        pairs.push(Pair::new(&pyramids[i].levels[0], &pyramids[i + 1].levels[0], flow, pace));
        paces.push(pace);
    }
    let mut out = Vec::with_capacity(super::DIM);
    signals(&pairs, &mut out);
    directions(&pairs, &mut out);
    bands::describe(&pairs, &mut out);
    windows::describe(&pairs, &mut out);
    // After a cut the longer scene is the one that the motion is of.
    let scene = longest_scene(&cuts, frames.len());
    let skipped = cuts[..scene.start].iter().filter(|c| **c).count();
    let inner = scene.start - skipped..scene.end.max(1) - 1 - skipped;
    let speeds: Vec<&Image> = pairs[inner.clone()].iter().map(|p| &p.speed).collect();
    let pace = if inner.is_empty() { 1.0 } else { stats::mean(&paces[inner]) };
    let start = out.len();
    objects::describe(&frames[scene.clone()], &speeds, pace, &mut out);
    out[start..].iter_mut().for_each(|v| *v = v.clamp(-OBJECTS.0, OBJECTS.0) * OBJECTS.1);
    look::describe(&frames[scene], &mut out);
    let cut = cuts.iter().filter(|c| **c).count() as f32;
    out.extend([cut.min(1.0) * 0.5, pairs.len() as f32 / 15.0]);
    out
}

/// The longest run of frames, of `frames`, without a cut.
fn longest_scene(cuts: &[bool], frames: usize) -> Range<usize> {
    let mut bounds = vec![0];
    bounds.extend(cuts.iter().enumerate().filter(|(_, c)| **c).map(|(i, _)| i + 1));
    bounds.push(frames);
    bounds.windows(2).map(|w| w[0]..w[1]).max_by_key(Range::len).unwrap_or(0..frames)
}

/// `of` for each pair, in order.
pub fn over_time(pairs: &[Pair], of: impl Fn(&Pair) -> f32) -> Vec<f32> {
    pairs.iter().map(of).collect()
}

fn signals(pairs: &[Pair], out: &mut Vec<f32>) {
    for (i, scale) in SIGNAL_SCALES.iter().enumerate() {
        out.extend(course(&over_time(pairs, |p| p.signals[i])).map(|v| compress(v, *scale)));
    }
}

fn directions(pairs: &[Pair], out: &mut Vec<f32>) {
    let start = out.len();
    for band in 0..BANDS {
        for direction in 0..DIRECTIONS {
            let share = over_time(pairs, |p| p.directions[band][direction]);
            out.extend([compress(stats::mean(&share), 16.0), compress(stats::deviation(&share), 16.0)]);
        }
    }
    for component in 0..2 {
        for direction in 0..DIRECTIONS {
            out.push(compress(stats::mean(&over_time(pairs, |p| p.boundaries[component][direction])), 32.0));
        }
    }
    let all = |d: usize| stats::mean(&over_time(pairs, |p| p.directions.iter().map(|band| band[d]).sum()));
    out.push(stats::evenness(&(0..DIRECTIONS).map(all).collect::<Vec<_>>()));
    out[start..].iter_mut().for_each(|v| *v *= DIRECTIONS_WEIGHT);
}
