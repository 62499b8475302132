//! The map of snippets: their features laid out in a plane, so that what looks alike lies together.
//!
//! Owns how it is made of features that are kept, how many snippets it has at most, and its points as a table. Does not own
//! the directions (`domain::pca`), colours, or drawing.

use std::fmt::Write as _;

use super::SurveyVideo;
use crate::app::sheet::quoted;
use crate::domain::pca::Covariance;
use crate::domain::snippet::SnippetGrid;
use crate::jobs::{Progress, Ticket};
use crate::store::FeatureCache;

/// Points at most. Of more snippets every second, third, … is taken, counted through all videos.
pub const MOST: usize = 10_000;
/// Of how many snippets one is a point, where there are this many.
pub fn every(snippets: usize) -> usize {
    snippets.div_ceil(MOST).max(1)
}

/// Rows that are read at once.
const PIECE: usize = 256;

/// What a map is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapOrder {
    /// The videos.
    pub videos: Vec<SurveyVideo>,
    /// Whether these are all that are open, or the one on screen.
    pub all: bool,
    /// The encoder whose features count.
    pub encoder: String,
    /// Its numbers per snippet.
    pub dim: usize,
}

/// One snippet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapPoint {
    /// Of which video of the map, by its place.
    pub video: usize,
    /// Its place in the video.
    pub snippet: usize,
    /// Where it lies along the two directions in which features vary most.
    pub at: [f32; 2],
}

/// Snippets in a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMap {
    /// What it was made of.
    pub order: MapOrder,
    /// The snippets, in the order of videos and time.
    pub points: Vec<MapPoint>,
    /// Shares of all variance that x and y explain.
    pub shares: [f64; 2],
    /// Of how many snippets one is a point.
    pub every: usize,
    /// Snippets of all these videos.
    pub snippets: usize,
    /// Names of videos whose features are not kept.
    pub left_out: Vec<String>,
}

impl FeatureMap {
    /// The point that stands for a snippet of a video, by its place in `points`: itself, or where only some are points the one
    /// before it in the video, else the one behind it. Of some short videos no snippet is a point.
    pub fn point_of(&self, video: &crate::domain::library::VideoId, snippet: usize) -> Option<usize> {
        let video = self.order.videos.iter().position(|known| known.id == *video)?;
        let behind = self.points.partition_point(|point| (point.video, point.snippet) <= (video, snippet));
        let stands = |at: &usize| {
            let near = self.points.get(*at).filter(|point| point.video == video);
            near.is_some_and(|point| point.snippet.abs_diff(snippet) < self.every)
        };
        behind.checked_sub(1).filter(stands).or_else(|| Some(behind).filter(stands))
    }

    /// Lower left and upper right corner of all points, with a little room.
    pub fn bounds(&self) -> ([f32; 2], [f32; 2]) {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for point in &self.points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point.at[axis]);
                high[axis] = high[axis].max(point.at[axis]);
            }
        }
        for axis in 0..2 {
            let room = ((high[axis] - low[axis]) * 0.04).max(1e-3);
            (low[axis], high[axis]) = (low[axis] - room, high[axis] + room);
        }
        (low, high)
    }
}

/// Makes the map: memory for [`MOST`] rows and the covariance, however long the videos are. Tells how many snippets are
/// read, of as many as will be.
///
/// # Errors
/// A sentence without a full stop; it was cancelled, or there is nothing to lay out.
pub fn make(
    order: MapOrder,
    cache: &FeatureCache,
    progress: &mut dyn FnMut(&'static str, Progress),
    ticket: &Ticket,
) -> Result<FeatureMap, String> {
    let counts: Vec<usize> = order.videos.iter().map(|video| SnippetGrid::new(video.frames).count()).collect();
    let snippets: usize = counts.iter().sum();
    let every = every(snippets);
    let total = snippets.div_ceil(every);
    let (mut rows, mut places, mut left_out) = (Vec::<f32>::new(), Vec::new(), Vec::new());
    let mut covariance = Covariance::new(order.dim);
    let mut before = 0_usize;
    for (video, (known, count)) in order.videos.iter().zip(&counts).enumerate() {
        // The first of this video that is one of every so many of all.
        let first = before.next_multiple_of(every) - before;
        before += count;
        if first >= *count {
            continue;
        }
        let Some(mut kept) = cache.rows(&known.id, &order.encoder, order.dim, *count) else {
            left_out.push(known.name.clone());
            continue;
        };
        let (mut snippet, piece) = (first, if every == 1 { PIECE } else { 1 });
        while snippet < *count {
            if ticket.is_stale() {
                return Err("it was stopped".to_owned());
            }
            let read = kept.read(snippet, piece);
            if read.is_empty() {
                break;
            }
            for row in read.chunks_exact(order.dim) {
                covariance.add(row);
                places.push((video, snippet));
                rows.extend_from_slice(row);
                snippet += every;
            }
            progress("Reading features", Progress { done: places.len(), total, skipped: 0 });
        }
    }
    if places.len() < 2 {
        return Err("there are no features to lay out yet: they are kept once a video is scored".to_owned());
    }
    progress("Finding the directions", Progress { done: total, total, skipped: 0 });
    let pca = covariance.directions().ok_or("the features of all snippets are the same")?;
    let point = |((video, snippet), row): ((usize, usize), &[f32])| MapPoint { video, snippet, at: pca.project(row) };
    let points = places.into_iter().zip(rows.chunks_exact(order.dim)).map(point).collect();
    Ok(FeatureMap { order, points, shares: pca.shares(), every, snippets, left_out })
}

/// The points of a map with what is known of each, as a table.
#[derive(Clone, Debug)]
pub struct MapSheet {
    /// The map.
    pub map: std::sync::Arc<FeatureMap>,
    /// For each point: its score, what was said about it, and whether it is picked.
    pub known: Vec<PointFacts>,
}

/// What is known of a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointFacts {
    /// Its score, where the video is scored.
    pub score: Option<f32>,
    /// The verdict on it.
    pub verdict: Option<crate::domain::review::Verdict>,
    /// The class that was labelled there.
    pub label: Option<String>,
    /// Whether it is picked.
    pub picked: bool,
}

impl MapSheet {
    /// As CSV with a head; `pc1` and `pc2` are along the two directions.
    pub fn csv(&self) -> String {
        let mut text = "video,video_id,snippet,first_frame,last_frame,pc1,pc2,score,verdict,label,picked\n".to_owned();
        for (point, facts) in self.map.points.iter().zip(&self.known) {
            let video = &self.map.order.videos[point.video];
            let frames = SnippetGrid::new(video.frames).range(point.snippet);
            let score = facts.score.map(|score| score.to_string()).unwrap_or_default();
            let verdict = facts.verdict.map(|verdict| verdict.to_string()).unwrap_or_default();
            let label = facts.label.as_deref().map(quoted).unwrap_or_default();
            // Writing to a string cannot fail.
            writeln!(
                text,
                "{},{},{},{},{},{},{},{score},{verdict},{label},{}",
                quoted(&video.name),
                video.id,
                point.snippet,
                frames.start,
                frames.end.saturating_sub(1),
                point.at[0],
                point.at[1],
                u8::from(facts.picked)
            )
            .ok();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::VideoId;

    const DIM: usize = 3;

    fn video(n: u8, snippets: usize) -> SurveyVideo {
        SurveyVideo { id: VideoId::from_hash([n; 32]), name: format!("{n}.mp4"), frames: snippets * 16 }
    }

    fn keep(cache: &FeatureCache, video: &SurveyVideo, row: impl Fn(usize) -> [f32; DIM]) {
        let count = SnippetGrid::new(video.frames).count();
        let rows: Vec<f32> = (0..count).flat_map(row).collect();
        cache.entry(&video.id, "e", DIM, count).expect("opens").append(&rows).expect("has room");
    }

    fn order(videos: Vec<SurveyVideo>) -> MapOrder {
        MapOrder { videos, all: true, encoder: "e".to_owned(), dim: DIM }
    }

    #[test]
    fn what_is_alike_lies_together_and_what_is_not_kept_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let (a, b, gone) = (video(1, 40), video(2, 30), video(3, 5));
        let wave = |i: usize| (i as f32 * 0.7).sin();
        keep(&cache, &a, |i| [wave(i) * 0.1, 5.0, 1.0]);
        keep(&cache, &b, |i| [8.0 + wave(i) * 0.1, 5.0, 1.0 + wave(i + 3) * 0.05]);
        let mut told = Vec::new();
        let mut hear = |_: &'static str, progress: Progress| told.push((progress.done, progress.total));
        let map = make(order(vec![a.clone(), b, gone]), &cache, &mut hear, &Ticket::unlimited()).expect("is made");
        assert_eq!((map.points.len(), map.every, &map.left_out[..]), (70, 1, &["3.mp4".to_owned()][..]));
        assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0) && told.iter().all(|(done, of)| done <= of));
        assert!(map.shares[0] > 0.95, "{:?}", map.shares);
        let x = |video: usize| map.points.iter().filter(move |p| p.video == video).map(|p| p.at[0]);
        assert!(x(0).fold(f32::MIN, f32::max) < x(1).fold(f32::MAX, f32::min), "two scenes, two places");
        let at = map.point_of(&a.id, 7).expect("is a point");
        assert_eq!((map.points[at].video, map.points[at].snippet), (0, 7));
        assert_eq!(map.order.videos.len(), 3);
    }

    #[test]
    fn of_too_many_every_so_many_is_taken_and_stands_for_its_neighbours() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let long = video(1, MOST * 2 + 5);
        keep(&cache, &long, |i| [i as f32, (i % 7) as f32, 0.0]);
        let map = make(order(vec![long.clone()]), &cache, &mut |_, _| {}, &Ticket::unlimited()).expect("is made");
        assert_eq!((map.every, map.points.len(), map.snippets), (3, (MOST * 2 + 5).div_ceil(3), MOST * 2 + 5));
        let at = map.point_of(&long.id, 302).expect("has one");
        assert_eq!(map.points[at].snippet, 300);
        assert_eq!(map.point_of(&VideoId::from_hash([9; 32]), 0), None);
    }

    #[test]
    fn of_many_short_videos_no_more_are_taken_than_of_a_long_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let clip = |n: u16| {
            let [low, high] = n.to_le_bytes();
            let id = VideoId::from_hash(std::array::from_fn(|at| if at % 2 == 0 { low } else { high }));
            SurveyVideo { id, name: format!("{n}.mp4"), frames: 16 }
        };
        let mut videos: Vec<SurveyVideo> = (0..100).map(clip).collect();
        // As many as it takes for every third; the long one is not kept and counts all the same.
        videos.insert(50, SurveyVideo { frames: (MOST * 2 + 1) * 16, ..clip(999) });
        for (n, video) in videos.iter().enumerate().filter(|(at, _)| *at != 50) {
            keep(&cache, video, |_| [n as f32, (n % 7) as f32, 0.0]);
        }
        let map = make(order(videos.clone()), &cache, &mut |_, _| {}, &Ticket::unlimited()).expect("is made");
        assert_eq!((map.every, map.points.len(), &map.left_out[..]), (3, 34, &["999.mp4".to_owned()][..]));
        assert!(map.point_of(&videos[0].id, 0).is_some() && map.point_of(&videos[1].id, 0).is_none());
    }

    #[test]
    fn it_stops_and_says_when_there_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let nothing = make(order(vec![video(1, 4)]), &cache, &mut |_, _| {}, &Ticket::unlimited());
        assert!(nothing.expect_err("nothing is kept").contains("no features"));
        keep(&cache, &video(1, 4), |i| [i as f32; DIM]);
        let clock = crate::jobs::Generation::default();
        let ticket = clock.advance();
        clock.cancel();
        assert!(make(order(vec![video(1, 4)]), &cache, &mut |_, _| {}, &ticket).is_err());
    }

    #[test]
    fn the_table_has_a_row_for_each_point() {
        let order = order(vec![SurveyVideo { name: "a,b.mp4".to_owned(), ..video(1, 2) }]);
        let points = vec![MapPoint { video: 0, snippet: 1, at: [0.5, -2.0] }];
        let map = FeatureMap { order, points, shares: [0.5, 0.25], every: 1, snippets: 2, left_out: Vec::new() };
        let facts = PointFacts { score: Some(0.25), picked: true, ..PointFacts::default() };
        let text = MapSheet { map: map.into(), known: vec![facts] }.csv();
        let row = text.lines().nth(1).expect("has a row");
        assert!(row.starts_with("\"a,b.mp4\",0101") && row.ends_with(",1,16,31,0.5,-2,0.25,,,1"), "{row}");
    }
}
