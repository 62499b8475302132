//! The known-normal memory at work: which events of a project look like its false alarms.
//!
//! Owns how it is put together, from the project and the features that are kept, and what the window knows of it. Does not
//! own what looks like what ([`crate::domain::known_normal`]), what is remembered (`store`), nor the thread
//! (`services::known_normal`).

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::interval::FrameSpan;
use crate::domain::known_normal::{Case, Directions, EntryFacts, Memory, Scale, THRESHOLD, Twin};
use crate::domain::library::VideoId;
use crate::domain::queue::{EventId, KnownVideo};
use crate::domain::record::ItemId;
use crate::domain::snippet::SnippetGrid;
use crate::jobs::Ticket;
use crate::store::project::{Cases, OpenEvent, ProjectError};
use crate::store::{FeatureCache, Project};

/// Rows of the project's own features that a scale is made of, where the model carries no bags.
const ROWS: usize = 4096;

/// What is to be looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallOrder {
    /// Folder of the project.
    pub project: PathBuf,
    /// The model whose events are meant.
    pub model: String,
    /// The encoder whose features count.
    pub encoder: String,
    /// Its numbers per snippet.
    pub dim: usize,
    /// Whether anything is to be put aside at all.
    pub on: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// For what.
    pub order: RecallOrder,
    /// The events that are put aside, and why.
    pub twins: BTreeMap<EventId, Twin>,
    /// Those of each video.
    videos: BTreeMap<VideoId, BTreeMap<FrameSpan, EventId>>,
    /// What each false alarm does, by its verdict.
    pub entries: BTreeMap<ItemId, EntryFacts>,
    /// False alarms that the model has learned, so that they are remembered no more.
    pub learned: usize,
}

impl Recalled {
    /// Nothing is put aside.
    pub fn nothing(order: RecallOrder) -> Self {
        Self { order, twins: BTreeMap::new(), videos: BTreeMap::new(), entries: BTreeMap::new(), learned: 0 }
    }

    /// Puts an event of a video aside.
    pub(super) fn add(&mut self, event: EventId, (video, span): (&VideoId, FrameSpan), twin: Twin) {
        self.videos.entry(video.clone()).or_default().insert(span, event);
        self.twins.insert(event, twin);
    }

    /// The false alarms that events of a video look like, given by their frames; none at all for a video without any.
    pub fn twins_of(&self, video: &VideoId, spans: &[FrameSpan]) -> Vec<Option<Twin>> {
        let Some(known) = self.videos.get(video) else { return Vec::new() };
        spans.iter().map(|span| self.twins.get(known.get(span)?).cloned()).collect()
    }
}

/// The memory as the window knows it.
#[derive(Clone, Debug, Default)]
pub struct KnownNormal {
    /// What was found last.
    pub recalled: Option<Arc<Recalled>>,
    /// How often that changed.
    pub(super) changes: u64,
    /// Whether it is to be looked through again.
    pub(super) due: bool,
}

impl KnownNormal {
    /// What a false alarm does, by its verdict.
    pub fn entry(&self, item: ItemId) -> Option<&EntryFacts> {
        self.recalled.as_ref()?.entries.get(&item)
    }
}

/// Looks through all events of a project. `scale` is asked for only where there is something to compare; without one,
/// the features of the project are their own scale. Events of videos whose features are not kept are left alone.
///
/// # Errors
/// The project cannot be read.
pub fn recall(
    order: RecallOrder,
    cache: &FeatureCache,
    scale: impl FnOnce() -> Option<Scale>,
    ticket: &Ticket,
) -> Result<Recalled, ProjectError> {
    let mut recalled = Recalled::nothing(order);
    if !recalled.order.on {
        return Ok(recalled);
    }
    let Some(said) = Said::read(&recalled.order, &mut recalled.learned)? else { return Ok(recalled) };
    let shelf = Shelf { cache, order: &recalled.order };
    let scale = scale().filter(|scale| scale.dim() == recalled.order.dim).or_else(|| own_scale(&shelf, &said));
    let Some(scale) = scale else { return Ok(recalled) };
    let directions = |cases: &[Case]| -> Vec<(Case, Directions)> {
        // In the order of videos, so that each is read once.
        cases
            .chunk_by(|a, b| a.video == b.video)
            .filter_map(|cases| Some((cases, said.frames.get(&cases[0].video)?)))
            .filter_map(|(cases, frames)| Some((cases, shelf.rows(&cases[0].video, *frames)?)))
            .flat_map(|(cases, rows)| {
                cases.iter().filter_map(move |case| Some((case.clone(), rows.cut(case.span)?))).collect::<Vec<_>>()
            })
            .map(|(case, rows)| (case, scale.directions(&rows)))
            .collect()
    };
    let memory = Memory::new(THRESHOLD, directions(&said.cases.alarms), directions(&said.cases.anomalies));
    let mut found = Vec::new();
    if !memory.is_empty() {
        for (video, events) in &said.events {
            if ticket.is_stale() {
                break;
            }
            let Some(rows) = video.frames.and_then(|frames| shelf.rows(&video.id, frames)) else { continue };
            for OpenEvent { event, span, status } in events {
                let twin = rows.cut(*span).and_then(|rows| memory.twin(*status, &scale.directions(&rows)));
                if let Some(twin) = twin {
                    found.push((*event, (&video.id, *span), twin));
                }
            }
        }
    }
    for (event, place, twin) in found {
        recalled.add(event, place, twin);
    }
    recalled.entries = memory.facts(recalled.twins.values());
    Ok(recalled)
}

/// What the project says.
struct Said {
    cases: Cases,
    /// How many frames videos have.
    frames: BTreeMap<VideoId, usize>,
    events: Vec<(KnownVideo, Vec<OpenEvent>)>,
}

impl Said {
    /// Beside whoever writes to the project, which is held no longer than this takes. `None` where no false alarm stands.
    fn read(order: &RecallOrder, learned: &mut usize) -> Result<Option<Self>, ProjectError> {
        let project = Project::open(&order.project, "Lookback")?;
        let cases = project.known_normal_cases(&order.model)?;
        *learned = cases.learned;
        if cases.alarms.is_empty() {
            return Ok(None);
        }
        let videos = project.videos()?.into_iter();
        let frames = videos.filter_map(|video| Some((video.id, video.frames?))).collect();
        let open = project.videos_with_open_events(&order.model)?.into_iter();
        let events = open.map(|video| {
            let events = project.open_events(&video.id, &order.model)?;
            Ok((video, events))
        });
        Ok(Some(Self { cases, frames, events: events.collect::<Result<_, ProjectError>>()? }))
    }
}

/// The features that are kept.
struct Shelf<'a> {
    cache: &'a FeatureCache,
    order: &'a RecallOrder,
}

impl Shelf<'_> {
    fn rows(&self, video: &VideoId, frames: usize) -> Option<Rows> {
        let (grid, dim) = (SnippetGrid::new(frames), self.order.dim);
        let values = self.cache.complete(video, &self.order.encoder, dim, grid.count())?;
        Some(Rows { grid, dim, values })
    }
}

/// Features of one video.
struct Rows {
    grid: SnippetGrid,
    dim: usize,
    values: Vec<f32>,
}

impl Rows {
    /// Those of the snippets that share frames with `span`.
    fn cut(&self, span: FrameSpan) -> Option<Vec<f32>> {
        let Range { start, end } = self.grid.touched(span)?;
        Some(self.values.get(start * self.dim..end * self.dim)?.to_vec())
    }
}

/// A scale of the project's own features, of as many videos as it takes.
fn own_scale(shelf: &Shelf<'_>, said: &Said) -> Option<Scale> {
    let mut values: Vec<f32> = Vec::new();
    for (video, frames) in &said.frames {
        if values.len() >= ROWS * shelf.order.dim {
            break;
        }
        values.extend(shelf.rows(video, *frames).map(|rows| rows.values).unwrap_or_default());
    }
    Scale::of(shelf.order.dim, values.chunks_exact(shelf.order.dim.max(1)))
}
