//! The snippets of a project that resemble one of them most.
//!
//! Owns the search: all videos whose features are kept, read piece by piece, with the best kept in a list of bounded length.
//! Resembling is the cosine of features on the scale of the model's bags, as for the known-normal memory
//! ([`crate::domain::known_normal`], which says why features as they are would all resemble each other). Does not own the
//! thread, nor pictures.

use std::path::PathBuf;

use super::SurveyVideo;
use crate::domain::interval::FrameSpan;
use crate::domain::known_normal::Scale;
use crate::domain::library::VideoId;
use crate::domain::nearest::{Best, peaks};
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::domain::review::Verdict;
use crate::domain::snippet::SnippetGrid;
use crate::jobs::{Progress, Ticket};
use crate::store::{FeatureCache, Project};

/// Snippets that are found at most.
pub const MOST: usize = 24;
/// Snippets of one video that are both found lie further apart than this: five seconds at 25 frames per second.
const APART: usize = 8;
/// Rows that are read at once: 4 MB of 512 numbers.
const PIECE: usize = 2048;
/// Rows that a scale is made of, where the model carries no bags.
const SCALE_ROWS: usize = 4096;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarOrder {
    /// The snippet's video.
    pub of: SurveyVideo,
    /// The snippet.
    pub snippet: usize,
    /// Videos that are open; they need not be in the project.
    pub open: Vec<SurveyVideo>,
    /// Folder of the project; without one, only open videos are looked through.
    pub project: Option<PathBuf>,
    /// Whether the snippet's own video is left out.
    pub others_only: bool,
    /// The model whose bags are the scale.
    pub model: String,
    /// The encoder whose features count.
    pub encoder: String,
    /// Its numbers per snippet.
    pub dim: usize,
}

/// A snippet that resembles it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its video.
    pub video: SurveyVideo,
    /// Its place in it.
    pub snippet: usize,
    /// Its frames.
    pub span: FrameSpan,
    /// Cosine of both on the model's scale, −1..=1.
    pub similarity: f32,
    /// What was said about its frames.
    pub verdict: Option<Verdict>,
    /// The class of a label there.
    pub label: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// What was looked for.
    pub order: SimilarOrder,
    /// The most alike first.
    pub found: Vec<Found>,
    /// Videos that were looked through.
    pub videos: usize,
    /// Snippets that were compared.
    pub snippets: usize,
    /// Videos whose features are not kept.
    pub left_out: usize,
    /// Where files of videos are that are not open: for their pictures.
    pub places: Vec<(VideoId, PathBuf)>,
}

/// Looks through everything. Tells how many videos are done. `scale` is the model's; without one, the features that are
/// compared are their own scale.
///
/// # Errors
/// A sentence without a full stop: the project cannot be read, the snippet's features are not kept, or it was stopped.
pub fn find(
    order: SimilarOrder,
    cache: &FeatureCache,
    scale: Option<Scale>,
    progress: &mut dyn FnMut(&'static str, Progress),
    ticket: &Ticket,
) -> Result<Similar, String> {
    let project = match &order.project {
        Some(folder) => Some(Project::open(folder, "Lookback").map_err(|err| err.to_string())?),
        None => None,
    };
    let known = project.as_ref().map_or(Ok(Vec::new()), Project::videos).map_err(|err| err.to_string())?;
    let places = known.iter().map(|video| (video.id.clone(), video.path.clone())).collect();
    let videos = all_videos(&order, known);
    let query = cache
        .rows(&order.of.id, &order.encoder, order.dim, SnippetGrid::new(order.of.frames).count())
        .map(|mut rows| rows.read(order.snippet, 1))
        .filter(|row| !row.is_empty())
        .ok_or("the features of this snippet are not kept: they are once its video is scored")?;
    let scale = scale.filter(|scale| scale.dim() == order.dim).or_else(|| own_scale(&order, &videos, cache));
    let scale = scale.ok_or("there are too few features yet to tell what is alike")?;
    let query = scale.directions(&query);

    let (mut best, mut left_out, mut looked, mut snippets) = (Best::new(MOST), 0, 0, 0);
    for (done, video) in videos.iter().enumerate() {
        progress("Comparing snippets", Progress { done, total: videos.len(), skipped: 0 });
        let count = SnippetGrid::new(video.frames).count();
        let Some(mut rows) = cache.rows(&video.id, &order.encoder, order.dim, count) else {
            left_out += 1;
            continue;
        };
        let mut similarities = Vec::with_capacity(count);
        loop {
            if ticket.is_stale() {
                return Err("it was stopped".to_owned());
            }
            let piece = rows.read(similarities.len(), PIECE);
            if piece.is_empty() {
                break;
            }
            similarities.extend(scale.directions(&piece).cosines(&query));
        }
        (looked, snippets) = (looked + 1, snippets + similarities.len());
        if video.id == order.of.id {
            // A snippet resembles itself and those beside it: that is no news. Behind a damaged row there is none of them.
            let end = (order.snippet + APART + 1).min(similarities.len());
            similarities[order.snippet.saturating_sub(APART).min(end)..end].fill(f32::NAN);
        }
        for near in peaks(&similarities, APART, MOST) {
            best.offer(near.similarity, (done, near.snippet));
        }
    }
    progress("Comparing snippets", Progress { done: videos.len(), total: videos.len(), skipped: 0 });
    let found = best.into_list().into_iter().filter_map(|(similarity, (video, snippet))| {
        let video = videos[video].clone();
        let span = SnippetGrid::new(video.frames).span(snippet, snippet)?;
        let review = project.as_ref().and_then(|project| project.review_state(&video.id).ok());
        let (verdict, label) = review.map(|review| said(&review, span)).unwrap_or_default();
        Some(Found { video, snippet, span, similarity, verdict, label })
    });
    let found = found.collect();
    Ok(Similar { order, found, videos: looked, snippets, left_out, places })
}

/// What was said about frames.
pub fn said(review: &ReviewState, span: FrameSpan) -> (Option<Verdict>, Option<String>) {
    let verdict = review.judgements.values().filter(|judgement| judgement.span.overlaps(span));
    let label = review.labels.values().find(|label| label.span.overlaps(span));
    (verdict.min_by_key(|judgement| judgement.span.len()).map(|j| j.verdict), label.map(|label| label.class.clone()))
}

/// Those of the project and those that are open, each once; in the order of their content, so that the same search finds
/// the same.
fn all_videos(order: &SimilarOrder, known: Vec<KnownVideo>) -> Vec<SurveyVideo> {
    let of_project = known.into_iter().filter_map(|video| {
        let frames = video.frames?;
        Some(SurveyVideo { id: video.id, name: video.name, frames })
    });
    let mut videos: Vec<SurveyVideo> = of_project.chain(order.open.iter().cloned()).chain([order.of.clone()]).collect();
    videos.sort_by(|a, b| a.id.cmp(&b.id));
    videos.dedup_by(|a, b| a.id == b.id);
    videos.retain(|video| !order.others_only || video.id != order.of.id);
    videos
}

/// A scale of the features themselves, of as many videos as it takes.
fn own_scale(order: &SimilarOrder, videos: &[SurveyVideo], cache: &FeatureCache) -> Option<Scale> {
    let mut values: Vec<f32> = Vec::new();
    for video in videos.iter().chain([&order.of]) {
        if values.len() >= SCALE_ROWS * order.dim {
            break;
        }
        let count = SnippetGrid::new(video.frames).count();
        if let Some(mut rows) = cache.rows(&video.id, &order.encoder, order.dim, count) {
            values.extend(rows.read(0, SCALE_ROWS));
        }
    }
    Scale::of(order.dim, values.chunks_exact(order.dim.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIM: usize = 4;

    fn video(n: u8, snippets: usize) -> SurveyVideo {
        SurveyVideo { id: VideoId::from_hash([n; 32]), name: format!("{n}.mp4"), frames: snippets * 16 }
    }

    fn noise(n: u8, i: usize, axis: usize) -> f32 {
        ((usize::from(n) * 7919 + i * 104_729 + axis * 1_299_709) % 1000) as f32 / 500.0 - 1.0
    }

    fn order(of: &SurveyVideo, snippet: usize, open: &[SurveyVideo]) -> SimilarOrder {
        SimilarOrder {
            of: of.clone(),
            snippet,
            open: open.to_vec(),
            project: None,
            others_only: false,
            model: "m".to_owned(),
            encoder: "e".to_owned(),
            dim: DIM,
        }
    }

    #[test]
    fn what_is_found_is_what_comparing_all_finds() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let videos = [video(3, 120), video(1, 60), video(2, 90), video(9, 10)];
        let mut rows: Vec<Vec<[f32; DIM]>> = Vec::new();
        for (at, video) in videos.iter().enumerate().take(3) {
            let count = SnippetGrid::new(video.frames).count();
            let own: Vec<[f32; DIM]> =
                (0..count).map(|i| std::array::from_fn(|axis| noise(at as u8, i, axis))).collect();
            let flat: Vec<f32> = own.iter().flatten().copied().collect();
            cache.entry(&video.id, "e", DIM, count).expect("opens").append(&flat).expect("has room");
            rows.push(own);
        }
        let scale = Scale::of(DIM, rows.iter().flatten().map(|row| &row[..])).expect("varies");
        let found =
            find(order(&videos[0], 50, &videos), &cache, Some(scale.clone()), &mut |_, _| {}, &Ticket::unlimited())
                .expect("is found");
        assert_eq!((found.videos, found.left_out, found.snippets, found.found.len()), (3, 1, 270, MOST));
        let cosine = |row: &[f32]| {
            let (a, b) = (scale.directions(row), scale.directions(&rows[0][50]));
            a.cosines(&b).next().expect("one row")
        };
        for near in &found.found {
            let at = videos.iter().position(|video| video.id == near.video.id).expect("is one of them");
            assert!((near.similarity - cosine(&rows[at][near.snippet])).abs() < 1e-6);
            assert!(at != 0 || near.snippet.abs_diff(50) > APART, "neither itself nor its neighbours");
        }
        // Whatever is better than the last that was found lies beside something that was found.
        let last = found.found.last().expect("some").similarity;
        for (at, video) in videos.iter().enumerate().take(3) {
            for (snippet, row) in rows[at].iter().enumerate() {
                let own = at == 0 && snippet.abs_diff(50) <= APART;
                let beside = found.found.iter().any(|n| n.video.id == video.id && n.snippet.abs_diff(snippet) <= APART);
                assert!(own || beside || cosine(row) <= last + 1e-6, "{at} {snippet}");
            }
        }
        let others = SimilarOrder { others_only: true, ..order(&videos[0], 50, &videos) };
        let found = find(others, &cache, None, &mut |_, _| {}, &Ticket::unlimited()).expect("is found");
        assert!(found.found.iter().all(|near| near.video.id != videos[0].id) && found.videos == 2);
    }

    #[test]
    fn a_damaged_row_before_the_snippet_hides_what_lies_behind_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let (damaged, whole) = (video(1, 200), video(2, 40));
        let mut all = Vec::new();
        for (n, video) in [(1, &damaged), (2, &whole)] {
            let count = SnippetGrid::new(video.frames).count();
            let rows: Vec<f32> =
                (0..count).flat_map(|i| std::array::from_fn::<_, DIM, _>(|axis| noise(n, i, axis))).collect();
            cache.entry(&video.id, "e", DIM, count).expect("opens").append(&rows).expect("has room");
            all.extend(rows);
        }
        let scale = Scale::of(DIM, all.chunks_exact(DIM)).expect("varies");
        let file = std::fs::read_dir(folder.path().join(damaged.id.as_str())).expect("is there").next();
        let path = file.expect("is kept").expect("is read").path();
        let mut bytes = std::fs::read(&path).expect("is read");
        let row = noise(1, 3, 0).to_le_bytes();
        let at = bytes.windows(4).position(|four| four == row).expect("is in it");
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).expect("is written");
        let videos = [damaged, whole];
        let found = find(order(&videos[0], 100, &videos), &cache, Some(scale), &mut |_, _| {}, &Ticket::unlimited());
        let found = found.expect("is found");
        assert_eq!((found.videos, found.snippets), (2, 43), "the three rows before the damaged one");
    }

    #[test]
    fn what_is_missing_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let nothing = find(order(&video(1, 9), 0, &[]), &cache, None, &mut |_, _| {}, &Ticket::unlimited());
        assert!(nothing.expect_err("nothing is kept").contains("not kept"));
    }
}
