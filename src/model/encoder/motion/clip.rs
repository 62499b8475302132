//! From the pairs of a snippet to its 512 numbers.
//!
//! Owns the order of the parts, what is taken over time, and the scaling of each part to the order of 1.
//! Does not own the measuring of a pair.
//!
//! Parts, in order: courses of the picture's signals; directions by speed, mean and deviation; motion
//! boundaries; the windows (`windows`); the main moving blob; the look of the scene; the circumstances (cuts,
//! length).

use super::cuts;
use super::flow::{FlowFinder, Pyramid};
use super::image::Image;
use super::look;
use super::pair::{BANDS, DIRECTIONS, Pair, SIGNALS};
use super::stats::{self, compress, course};
use super::windows;
use crate::domain::pixels::{GREY_HEIGHT, GREY_WIDTH, GreyClip};

/// The time between frames to which all speeds are brought: 25 frames per second.
const STANDARD_GAP: f32 = 0.04;
/// Scales of the signals, from how large they are in street scenes.
const SIGNAL_SCALES: [f32; SIGNALS] = [25.0, 4.0, 8.0, 4.0, 1.0, 0.5, 4.0, 8.0, 16.0, 16.0, 2.0];
/// Which way things go says less than how they go.
const DIRECTIONS_WEIGHT: f32 = 0.7;

/// All numbers of `clip`; fewer than 512, the rest is zero.
pub fn describe(clip: &GreyClip, finder: &mut FlowFinder) -> Vec<f32> {
    let frames: Vec<Image> = clip.frames.iter().map(|f| Image::from_bytes(GREY_WIDTH, GREY_HEIGHT, f)).collect();
    let cuts = cuts::find(&frames);
    let pyramids: Vec<Pyramid> = frames.iter().map(|f| Pyramid::new(f, &mut finder.scratch)).collect();
    let mut pairs = Vec::with_capacity(cuts.len());
    for (i, _) in cuts.iter().enumerate().filter(|(_, cut)| !**cut) {
        let flow = finder.between(&pyramids[i], &pyramids[i + 1]);
        let gap = clip.gaps.get(i).copied().filter(|g| g.is_finite() && *g > 0.0).unwrap_or(STANDARD_GAP);
        let pace = (STANDARD_GAP / gap).clamp(0.2, 4.0);
        pairs.push(Pair::new(&pyramids[i].levels[0], &pyramids[i + 1].levels[0], flow, pace));
    }
    let mut out = Vec::with_capacity(super::DIM);
    signals(&pairs, &mut out);
    directions(&pairs, &mut out);
    windows::describe(&pairs, &mut out);
    blob(&pairs, &mut out);
    // After a cut the longer scene is the one that the motion is of.
    look::describe(longest_scene(&frames, &cuts), &mut out);
    let cut = cuts.iter().filter(|c| **c).count() as f32;
    out.extend([cut.min(1.0) * 0.5, pairs.len() as f32 / 15.0]);
    out
}

/// The longest run of frames without a cut.
fn longest_scene<'a>(frames: &'a [Image], cuts: &[bool]) -> &'a [Image] {
    let mut bounds = vec![0];
    bounds.extend(cuts.iter().enumerate().filter(|(_, c)| **c).map(|(i, _)| i + 1));
    bounds.push(frames.len());
    let longest = bounds.windows(2).max_by_key(|w| w[1] - w[0]);
    longest.map_or(frames, |w| &frames[w[0]..w[1]])
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

fn blob(pairs: &[Pair], out: &mut Vec<f32>) {
    let blobs: Vec<_> = pairs.iter().map(|p| p.blob).filter(|b| b.area > 0.0).collect();
    let course_of = |of: &dyn Fn(&super::pair::Blob) -> f32, scale: f32, out: &mut Vec<f32>| {
        let values: Vec<f32> = blobs.iter().map(of).collect();
        let (mean, most) = (stats::mean(&values), stats::quantile(&values, 1.0));
        let third = values.len() / 3;
        // From the first third to the last: falling flattens, arriving grows.
        let trend = stats::mean(&values[values.len() - third..]) - stats::mean(&values[..third]);
        out.extend([mean, most, trend].map(|v| compress(v, scale)));
    };
    course_of(&|b| b.area, 8.0, out);
    course_of(&|b| b.size.0, 2.0, out);
    course_of(&|b| b.size.1, 2.0, out);
    // Width by height on the screen, where the small frame is stretched to 4:3.
    course_of(&|b| b.size.0 * 4.0 / (b.size.1 * 3.0 + 0.01), 0.5, out);
    course_of(&|b| b.centre.0 - 0.5, 1.0, out);
    course_of(&|b| b.centre.1 - 0.5, 1.0, out);
    course_of(&|b| b.speed, 0.5, out);
    course_of(&|b| b.disorder, 0.5, out);
    // Speed in heights of the thing: running differs from walking at any distance from the camera.
    course_of(&|b| b.speed / (b.size.1 * GREY_HEIGHT as f32), 8.0, out);
    course_of(&|b| b.disorder / (b.size.1 * GREY_HEIGHT as f32), 8.0, out);
    course_of(&|b| b.area / (b.size.0 * b.size.1 + 1e-3), 1.0, out);
    course_of(&|b| b.rest, 8.0, out);
    course_of(&|b| b.count, 0.1, out);
    let path: Vec<f32> =
        blobs.windows(2).map(|w| (w[1].centre.0 - w[0].centre.0).hypot(w[1].centre.1 - w[0].centre.1)).collect();
    out.extend([compress(stats::quantile(&path, 0.5), 20.0), compress(stats::mean(&path), 10.0)]);
}
