//! Moving things as wholes: how big, how fast for their size, how steady.
//!
//! Owns finding regions that differ from the still scene, following them through the frames of a snippet,
//! and the numbers of the foremost of them. Does not own the finding of motion (`flow`), which is handed in.
//!
//! A person who runs covers more of their own height per second than one who walks, at any distance from
//! the camera; a car is wider than high; a struggle changes its outline and stays where it is. None of this
//! shows in sums over fixed cells.

use super::image::Image;
use super::stats::{self, compress};

/// Difference from the still scene that makes a pixel part of a thing, of 1.
const APART: f32 = 0.05;
/// Fewer pixels are noise.
const LEAST_PIXELS: usize = 14;
/// A thing must be seen in so many frames.
const LEAST_FRAMES: usize = 4;
/// A thing moves at most so many pixels from frame to frame ...
const REACH: f32 = 9.0;
/// ... and its area changes at most so many times.
const GROWTH: f32 = 2.5;
/// Things described one by one in each order.
const FOREMOST: usize = 3;
/// Numbers per thing.
const NUMBERS: usize = 14;
/// Numbers that [`describe`] adds.
pub const LENGTH: usize = 3 * FOREMOST * NUMBERS + 9;

/// A region in one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Region {
    area: f32,
    width: f32,
    height: f32,
    centre: (f32, f32),
    foot: f32,
    /// Mean difference from the still scene.
    contrast: f32,
    /// Mean speed of the motion inside, in pixels of the frame.
    inner: f32,
    /// Cut off by the picture's border: neither its size nor its speed can be trusted.
    cut: bool,
}

/// Adds [`LENGTH`] numbers for `frames` of one scene, with the `speeds` of each frame to the next at half the
/// size; `pace` makes ways from frame to frame those at 25 frames per second, as the speeds are already.
pub fn describe(frames: &[Image], speeds: &[&Image], pace: f32, out: &mut Vec<f32>) {
    let Some(first) = frames.first() else {
        out.extend([0.0; LENGTH]);
        return;
    };
    let size = (first.width as f32, first.height as f32);
    let still = median(frames);
    // The last frame has no next one; its motion is that of the frame before.
    let speed_of = |i: usize| speeds.get(i).or_else(|| speeds.last()).copied();
    let regions: Vec<Vec<Region>> = frames.iter().enumerate().map(|(i, f)| regions(f, &still, speed_of(i))).collect();
    let mut things: Vec<Thing> = tracks(&regions).iter().map(|t| Thing::new(t, size, frames.len(), pace)).collect();
    let order = |things: &mut Vec<Thing>, by: &dyn Fn(&Thing) -> f32, out: &mut Vec<f32>| {
        things.sort_by(|a, b| by(b).total_cmp(&by(a)));
        for i in 0..FOREMOST {
            match things.get(i) {
                Some(thing) => thing.numbers(out),
                None => out.extend([0.0; NUMBERS]),
            }
        }
    };
    order(&mut things, &Thing::haste, out);
    order(&mut things, &|t| t.area, out);
    order(&mut things, &Thing::struggle, out);
    let upright = |t: &&Thing| t.width < 0.9 * t.height;
    let wide = |t: &&Thing| !upright(t);
    let most = |of: &dyn Fn(&Thing) -> f32, which: &dyn Fn(&&Thing) -> bool| {
        things.iter().filter(|t| which(t)).map(of).fold(0.0, f32::max)
    };
    out.extend([
        compress(most(&Thing::haste, &upright), 10.0),
        compress(most(&Thing::struggle, &upright), 20.0),
        compress(most(&|t| t.height, &upright), 2.0),
        compress(most(&|t| t.area, &wide), 10.0),
        compress(most(&|t| t.foot, &wide), 1.0),
        compress(most(&|t| t.speed, &wide), 20.0),
        compress(most(&Thing::struggle, &wide), 20.0),
        things.iter().filter(upright).count() as f32 * 0.1,
        things.iter().filter(wide).count() as f32 * 0.1,
    ]);
}

/// The middle value of each pixel over time: the scene without what passes through it.
fn median(frames: &[Image]) -> Image {
    let mut out = frames[0].clone();
    let mut column = vec![0.0; frames.len()];
    for (i, value) in out.data.iter_mut().enumerate() {
        for (slot, frame) in column.iter_mut().zip(frames) {
            *slot = frame.data[i];
        }
        *value = *column.select_nth_unstable_by(frames.len() / 2, f32::total_cmp).1;
    }
    out
}

/// Connected regions of `frame` that differ from `still`.
fn regions(frame: &Image, still: &Image, speed: Option<&Image>) -> Vec<Region> {
    let (w, h) = (frame.width, frame.height);
    let apart =
        Image { width: w, height: h, data: frame.data.iter().zip(&still.data).map(|(a, b)| (a - b).abs()).collect() };
    // Closes gaps inside a person, such as between a coat and the trousers.
    let smooth = apart.smoothed(1, &mut Vec::new());
    let mut open: Vec<bool> = smooth.data.iter().map(|d| *d > APART).collect();
    let mut found = Vec::new();
    let mut region: Vec<usize> = Vec::new();
    for start in 0..open.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        region.clear();
        region.push(start);
        let mut next = 0;
        while let Some(&i) = region.get(next) {
            next += 1;
            let (x, y) = (i % w, i / w);
            let around = [
                (x > 0).then(|| i - 1),
                (x + 1 < w).then_some(i + 1),
                (y > 0).then(|| i.wrapping_sub(w)),
                (y + 1 < h).then_some(i + w),
            ];
            for j in around.into_iter().flatten() {
                if std::mem::take(&mut open[j]) {
                    region.push(j);
                }
            }
        }
        if region.len() >= LEAST_PIXELS {
            found.push(measure(&region, &apart, speed));
        }
    }
    found
}

fn measure(region: &[usize], apart: &Image, speed: Option<&Image>) -> Region {
    let width = apart.width;
    let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
    let (mut sx, mut sy, mut contrast, mut inner) = (0.0, 0.0, 0.0, 0.0);
    for &i in region {
        let (x, y) = (i % width, i / width);
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
        sx += x as f32;
        sy += y as f32;
        contrast += apart.data[i];
        inner += speed.map_or(0.0, |s| 2.0 * s.data[(y / 2) * s.width + x / 2]);
    }
    let area = region.len() as f32;
    Region {
        area,
        width: (right + 1 - left) as f32,
        height: (bottom + 1 - top) as f32,
        centre: (sx / area, sy / area),
        foot: (bottom + 1) as f32,
        contrast: contrast / area,
        inner: inner / area,
        cut: left == 0 || top == 0 || right + 1 == width || bottom + 1 == apart.height,
    }
}

/// Regions joined through time to the nearest like one of the next frame.
fn tracks(frames: &[Vec<Region>]) -> Vec<Vec<Region>> {
    let (mut done, mut live): (Vec<Vec<Region>>, Vec<Vec<Region>>) = (Vec::new(), Vec::new());
    for regions in frames {
        let mut free: Vec<Option<Region>> = regions.iter().copied().map(Some).collect();
        let mut next = Vec::new();
        // Long tracks choose first: what has been followed is surer than what has just appeared.
        live.sort_by_key(|t| std::cmp::Reverse(t.len()));
        for mut track in live {
            let last = track[track.len() - 1];
            let distance = |r: &Region| (r.centre.0 - last.centre.0).hypot(r.centre.1 - last.centre.1);
            let alike = |r: &Region| r.area < last.area * GROWTH && last.area < r.area * GROWTH;
            let nearest = (0..free.len())
                .filter_map(|i| free[i].filter(|r| alike(r)).map(|r| (i, distance(&r))))
                .filter(|(_, d)| *d <= REACH)
                .min_by(|a, b| a.1.total_cmp(&b.1));
            match nearest.and_then(|(i, _)| free[i].take()) {
                Some(region) => {
                    track.push(region);
                    next.push(track);
                }
                None => done.push(track),
            }
        }
        next.extend(free.into_iter().flatten().map(|r| vec![r]));
        live = next;
    }
    done.extend(live);
    done.retain(|t| t.len() >= LEAST_FRAMES);
    done
}

/// A region over its time. Lengths in shares of the picture's height, so that both axes have one scale on a
/// 4:3 picture.
#[derive(Debug)]
struct Thing {
    frames: f32,
    area: f32,
    width: f32,
    height: f32,
    centre: f32,
    foot: f32,
    speed: f32,
    /// Upwards is negative.
    rise: f32,
    /// Net way by length of the path, 0..=1.
    straight: f32,
    /// How much area and outline change, relative.
    unrest: f32,
    /// Change of width by height from the first to the last third: falling widens.
    widening: f32,
    contrast: f32,
    fill: f32,
    /// Mean speed inside and how much it changes, in picture heights per frame.
    inner: f32,
    bursts: f32,
    /// Share of its frames in which the border does not cut it.
    whole: f32,
}

impl Thing {
    fn new(track: &[Region], size: (f32, f32), frames: usize, pace: f32) -> Self {
        let mean = |of: &dyn Fn(&Region) -> f32| stats::mean(&track.iter().map(of).collect::<Vec<_>>());
        let third = (track.len() / 3).max(1);
        // Means of thirds: a path of single positions trembles with the outline.
        let end = |part: &[Region]| {
            let n = part.len() as f32;
            let sum = part.iter().fold((0.0, 0.0), |s, r| (s.0 + r.centre.0 / n, s.1 + r.centre.1 / n));
            (sum, part.iter().map(|r| r.width / r.height).sum::<f32>() / n)
        };
        let ((a, before), (b, after)) = (end(&track[..third]), end(&track[track.len() - third..]));
        let steps = (track.len() - third).max(1) as f32;
        let net = (b.0 - a.0).hypot(b.1 - a.1);
        let path: f32 =
            track.windows(2).map(|w| (w[1].centre.0 - w[0].centre.0).hypot(w[1].centre.1 - w[0].centre.1)).sum();
        let relative = |of: &dyn Fn(&Region) -> f32| {
            let values: Vec<f32> = track.iter().map(of).collect();
            stats::unrest(&values) / stats::mean(&values).max(1.0)
        };
        let unit = 1.0 / size.1;
        Self {
            frames: track.len() as f32 / frames as f32,
            area: mean(&|r| r.area) * unit * unit,
            width: mean(&|r| r.width) * unit,
            height: mean(&|r| r.height) * unit,
            centre: mean(&|r| r.centre.0) / size.0,
            foot: mean(&|r| r.foot) * unit,
            speed: net / steps * unit * pace,
            rise: (b.1 - a.1) / steps * unit * pace,
            straight: (net / (path + 1.0)).min(1.0),
            unrest: relative(&|r| r.area) + relative(&|r| r.width) + relative(&|r| r.height),
            widening: after - before,
            contrast: mean(&|r| r.contrast),
            fill: mean(&|r| r.area / (r.width * r.height)),
            inner: mean(&|r| r.inner) * unit,
            bursts: stats::deviation(&track.iter().map(|r| r.inner).collect::<Vec<_>>()) * unit,
            whole: mean(&|r| f32::from(u8::from(!r.cut))),
        }
    }

    /// Heights per frame on a straight way, as far as it has been seen whole and long enough to be sure.
    fn haste(&self) -> f32 {
        self.speed / self.height * self.straight * self.frames * self.whole
    }

    /// Motion inside that does not lead anywhere, in heights per frame.
    fn struggle(&self) -> f32 {
        (self.inner - self.speed).max(0.0) / self.height * self.frames * self.whole
    }

    fn numbers(&self, out: &mut Vec<f32>) {
        out.extend([
            self.frames * 0.5,
            compress(self.area, 10.0),
            compress(self.height, 2.0),
            compress(self.width / self.height, 0.5),
            self.foot,
            (self.centre - 0.5) * 0.5,
            compress(self.speed / self.height, 10.0),
            compress(self.rise / self.height, 10.0),
            self.straight * 0.7,
            compress(self.unrest, 1.0),
            compress(self.widening, 1.0),
            (self.contrast * 2.0).min(1.0) * self.fill,
            compress(self.inner / self.height, 10.0),
            compress(self.bursts / self.height, 20.0),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bright box of 8 × 20 pixels that moves by `step` per frame over a plain ground.
    fn film(step: f32) -> Vec<Image> {
        (0..16_u8)
            .map(|i| {
                let mut frame = Image::filled(160, 120, 0.3);
                let left = (20.0 + step * f32::from(i)) as usize;
                for y in 50..70 {
                    frame.data[y * 160 + left..y * 160 + left + 8].fill(0.8);
                }
                frame
            })
            .collect()
    }

    fn fastest(step: f32) -> Thing {
        let frames = film(step);
        let still = median(&frames);
        let found: Vec<_> = frames.iter().map(|f| regions(f, &still, None)).collect();
        let tracks = tracks(&found);
        let things = tracks.iter().map(|t| Thing::new(t, (160.0, 120.0), 16, 1.0));
        things.max_by(|a, b| a.speed.total_cmp(&b.speed)).expect("something moves")
    }

    #[test]
    fn a_box_is_followed_and_measured() {
        let thing = fastest(3.0);
        assert!((thing.speed * 120.0 - 3.0).abs() < 0.3, "speed {}", thing.speed * 120.0);
        assert!((thing.height * 120.0 - 21.0).abs() < 2.0 && thing.width < 0.6 * thing.height);
        assert!(thing.straight > 0.6 && thing.frames > 0.9);
        assert!(fastest(1.5).speed < 0.6 * thing.speed);
    }

    #[test]
    fn motion_inside_that_leads_nowhere_is_struggle() {
        let frames = film(3.0);
        let still = median(&frames);
        let of = |speed: f32| {
            let speed = Image::filled(80, 60, speed);
            let found: Vec<_> = frames.iter().map(|f| regions(f, &still, Some(&speed))).collect();
            Thing::new(&tracks(&found)[0], (160.0, 120.0), 16, 1.0)
        };
        // Speeds come at half the size: 1.5 there are the 3 pixels that the box moves.
        let (passing, struggling) = (of(1.5), of(4.5));
        assert!((passing.inner * 120.0 - 3.0).abs() < 1e-4 && passing.whole == 1.0);
        assert!(struggling.struggle() > 5.0 * passing.struggle().max(1e-3));
        assert!((passing.haste() - struggling.haste()).abs() < 1e-6 && passing.haste() > 0.0);
    }

    #[test]
    fn nothing_gives_nothing_of_the_same_length() {
        for frames in [Vec::new(), vec![Image::filled(160, 120, 0.5); 16]] {
            let mut out = Vec::new();
            describe(&frames, &[], 1.0, &mut out);
            assert_eq!(out, [0.0; LENGTH]);
        }
        let mut out = Vec::new();
        describe(&film(3.0), &[], 1.0, &mut out);
        assert_eq!(out.len(), LENGTH);
        assert!(out.iter().any(|v| *v > 0.1));
    }
}
