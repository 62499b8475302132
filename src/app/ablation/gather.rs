//! From the open videos to folds with features.
//!
//! Owns which videos are in which fold, what is missing, and reading features: those that scoring kept, and those of other
//! encoders from their files. Does not own how videos are dealt out ([`crate::domain::folds`]).

use std::path::Path;

use super::run::{FoldVideo, Kind};
use super::work::{apart, distinct};
use super::{AblationError, AblationOrder, AblationVideo, seek};
use crate::app::feature_file::{self, FeatureFileError};
use crate::domain::features::FeatureMatrix;
use crate::domain::folds::deal;
use crate::domain::provenance::VideoRef;
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};
use crate::formats::features::{Layout, LayoutError};
use crate::jobs::{Progress, Ticket};
use crate::media::{self, MediaError};
use crate::store::FeatureCache;

/// Places of the videos of each fold; every fold has videos with and without an anomaly.
///
/// # Errors
/// A sentence says what is missing.
pub fn folds(order: &AblationOrder) -> Result<Vec<Vec<usize>>, AblationError> {
    let abnormal: Vec<bool> = order.videos.iter().map(|video| !video.truth.is_empty()).collect();
    let Some((of, count)) = deal(&abnormal, order.form.folds) else {
        let with = abnormal.iter().filter(|abnormal| **abnormal).count();
        return Err(AblationError::Input(format!(
            "two folds need at least two videos with an anomaly and two without: {with} with and {} without are open, scored \
             and have ground truth; open more",
            abnormal.len() - with
        )));
    };
    let mut folds = vec![Vec::new(); count];
    for (place, fold) in of.into_iter().enumerate() {
        folds[fold].push(place);
    }
    Ok(folds)
}

/// The features of each kind in these folds. `cache` is where scoring keeps features; `report` hears how many are read.
///
/// # Errors
/// A sentence names the features, the file or video, and what is wrong with it; or the ticket went stale.
pub fn kinds(
    order: &AblationOrder,
    folds: &[Vec<usize>],
    cache: Option<&Path>,
    report: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<Vec<Kind>, AblationError> {
    let form = &order.form;
    let input = |text: &str| AblationError::Input(text.to_owned());
    let own = form.own.then_some(order.encoder.as_str());
    for kind in &form.kinds {
        if kind.path.trim().is_empty() {
            return Err(input("choose the folder of every other kind of features, or take it away"));
        }
        if kind.name.trim().is_empty() {
            let place = kind.path.trim();
            return Err(AblationError::Input(format!("give the features in {place} a name, such as I3D")));
        }
    }
    if own.is_none() && form.kinds.is_empty() {
        return Err(input("choose at least one kind of features"));
    }
    distinct(own.into_iter().chain(form.kinds.iter().map(|kind| kind.name.trim())))?;
    let all = order.videos.len() * (form.kinds.len() + usize::from(form.own));
    let mut done = 0;
    let mut next = || {
        report(Progress { done, total: all, skipped: 0 });
        done += 1;
        if ticket.is_stale() { Err(AblationError::Media(MediaError::Stopped)) } else { Ok(()) }
    };
    let mut kinds = Vec::new();
    if let Some(name) = own {
        let cache = cache.and_then(|folder| FeatureCache::open(folder).ok());
        let cache = cache.ok_or_else(|| input("features are not kept on this machine: there is no folder for them"))?;
        let mut videos = Vec::new();
        for video in &order.videos {
            next()?;
            videos.push(kept(order, video, &cache)?);
        }
        kinds.push(folded(name, folds, videos));
    }
    for kind in &form.kinds {
        let name = kind.name.trim();
        let files = seek::files(name, &kind.path, &order.videos)?;
        let mut videos = Vec::new();
        for (video, path) in order.videos.iter().zip(&files) {
            next()?;
            videos.push(read(name, video, path, ticket)?);
        }
        uniform(name, &files, &videos)?;
        let kind = folded(name, folds, videos);
        apart(&kind)?;
        kinds.push(kind);
    }
    Ok(kinds)
}

fn labels(video: &AblationVideo) -> Vec<bool> {
    let mut labels = vec![false; video.frames];
    for frame in video.truth.iter().cloned().flatten() {
        if let Some(label) = labels.get_mut(frame) {
            *label = true;
        }
    }
    labels
}

/// What scoring kept of a video.
fn kept(order: &AblationOrder, video: &AblationVideo, cache: &FeatureCache) -> Result<FoldVideo, AblationError> {
    let snippets = SnippetGrid::new(video.frames).count();
    let rows = cache.complete(&video.id, &order.encoder, order.dim, snippets);
    let features = rows.and_then(|rows| FeatureMatrix::new(1, snippets, order.dim, rows).ok()).ok_or_else(|| {
        AblationError::file(&video.path, "its features are not kept any more; score it again (Model menu)")
    })?;
    let content = VideoRef::new(&video.path.to_string_lossy(), "video", video.id.as_str());
    let encoder = Some(order.encoder.clone());
    Ok(FoldVideo { name: video.name.clone(), content, features, labels: labels(video), encoder })
}

/// Features of another encoder, one row for each snippet of the video.
fn read(kind: &str, video: &AblationVideo, path: &Path, ticket: &Ticket) -> Result<FoldVideo, AblationError> {
    let snippets = SnippetGrid::new(video.frames).count();
    let fits = |features: &FeatureMatrix| features.snippets().abs_diff(snippets) <= 1;
    let features = match feature_file::read(path, None) {
        // The video says which axis is time, unless both could be.
        Err(FeatureFileError::Layout { source: LayoutError::Ambiguous { shape, .. }, .. }) => {
            let read = |layout| feature_file::read(path, Some(layout)).ok().filter(|features| fits(features));
            match (read(Layout::Tcd), read(Layout::Ctd)) {
                (Some(features), None) | (None, Some(features)) => Ok(features),
                _ => {
                    let reason =
                        format!("the shape {shape} can be read in two ways; write it as [T, d] or with 10 crops");
                    return Err(AblationError::file(path, reason));
                }
            }
        }
        other => other,
    };
    let features = features.map_err(|source| AblationError::Features { kind: kind.to_owned(), source })?;
    if !fits(&features) {
        return Err(AblationError::file(
            path,
            format!(
                "has {} rows, but {} has {snippets} snippets of {SNIPPET_FRAMES} frames; one row for each snippet is needed",
                features.snippets(),
                video.name
            ),
        ));
    }
    let hash = media::hash_file(path, ticket, &mut |_| ())?;
    let content = VideoRef::new(&path.to_string_lossy(), "features", hash.as_str());
    Ok(FoldVideo { name: video.name.clone(), content, features, labels: labels(video), encoder: None })
}

/// Refuses features of unequal width or number of crops: they are not of one encoder.
fn uniform(kind: &str, files: &[std::path::PathBuf], videos: &[FoldVideo]) -> Result<(), AblationError> {
    let shape = |video: &FoldVideo| (video.features.dim(), video.features.crops());
    let Some(first) = videos.first().map(shape) else { return Ok(()) };
    let other = videos.iter().position(|video| shape(video) != first);
    let Some(at) = other else { return Ok(()) };
    let (dim, crops) = shape(&videos[at]);
    Err(AblationError::file(
        &files[at],
        format!(
            "has {dim} numbers and {crops} crops for each snippet, but {} has {} and {}; the features {kind} must be of one encoder",
            files[0].display(),
            first.0,
            first.1
        ),
    ))
}

fn folded(name: &str, folds: &[Vec<usize>], videos: Vec<FoldVideo>) -> Kind {
    let mut videos: Vec<Option<FoldVideo>> = videos.into_iter().map(Some).collect();
    let take = |places: &Vec<usize>| places.iter().filter_map(|place| videos[*place].take()).collect();
    Kind { name: name.to_owned(), folds: folds.iter().map(take).collect() }
}
