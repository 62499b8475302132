//! Changes of scene between two frames.
//!
//! Owns the rule that tells a cut from motion. A cut looks like violent motion everywhere to every other
//! number of the descriptor, so pairs across one are left out. Does not own those numbers.

use super::image::Image;
use super::stats;

/// A cut changes the mean pixel by at least this, of 1.
const LEAST: f32 = 0.05;
/// ... and by this many times the median of the other pairs of the clip.
const TIMES: f32 = 4.0;
/// Blocks along each side of a frame; a cut changes more than half of them.
const BLOCKS: usize = 5;
/// A block counts as changed when its mean has moved by this, of 1.
const BLOCK_CHANGE: f32 = 0.04;

/// Mean absolute difference of two frames of the same size, of 1.
pub fn difference(a: &Image, b: &Image) -> f32 {
    let sum: f32 = a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).sum();
    sum / a.data.len().max(1) as f32
}

/// For each pair of successive frames, whether a cut lies between them.
pub fn find(frames: &[Image]) -> Vec<bool> {
    let changes: Vec<f32> = frames.windows(2).map(|w| difference(&w[0], &w[1])).collect();
    (0..changes.len())
        .map(|i| {
            let others: Vec<f32> = changes.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, c)| *c).collect();
            let usual = stats::quantile(&others, 0.5);
            changes[i] > LEAST && changes[i] > TIMES * usual && changed_blocks(&frames[i], &frames[i + 1]) > 0.5
        })
        .collect()
}

/// Share of blocks whose mean has changed: local motion changes few of them, however strong it is.
fn changed_blocks(a: &Image, b: &Image) -> f32 {
    let (w, h) = (a.width / BLOCKS, a.height / BLOCKS);
    let mut changed = 0;
    for by in 0..BLOCKS {
        for bx in 0..BLOCKS {
            let mut sum = 0.0;
            for y in by * h..(by + 1) * h {
                for x in bx * w..(bx + 1) * w {
                    sum += b.data[y * a.width + x] - a.data[y * a.width + x];
                }
            }
            changed += usize::from((sum / (w * h).max(1) as f32).abs() > BLOCK_CHANGE);
        }
    }
    changed as f32 / (BLOCKS * BLOCKS) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(phase: f32, shift: f32) -> Image {
        let value = |i: usize| {
            let (x, y) = ((i % 80) as f32 + shift, (i / 80) as f32);
            0.5 + 0.3 * (x * 0.07 + phase).sin() * (y * 0.09 + phase * 2.0).cos()
        };
        Image { width: 80, height: 60, data: (0..4800).map(value).collect() }
    }

    #[test]
    fn a_change_of_scene_is_found_and_motion_is_not() {
        let frames: Vec<Image> = (0..10_u8).map(|i| scene(if i < 6 { 0.0 } else { 2.5 }, f32::from(i) * 0.5)).collect();
        let cuts = find(&frames);
        assert_eq!(cuts.iter().position(|c| *c), Some(5));
        assert_eq!(cuts.iter().filter(|c| **c).count(), 1);
        assert_eq!(find(&frames[..1]), Vec::<bool>::new());
    }

    #[test]
    fn violent_local_motion_is_no_cut() {
        let mut frames = vec![scene(0.0, 0.0); 5];
        for y in 20..50 {
            for x in 20..50 {
                frames[3].data[y * 80 + x] = 1.0;
            }
        }
        assert_eq!(find(&frames), [false; 4]);
    }
}
