//! The library: every file that was opened in this run, and how far each has come.
//!
//! Owns the entries, their order, the filter and the selection. Does not own the queue's rules (see
//! [`super::update`]) nor what a file contains.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use strum::EnumIter;

use crate::domain::curve::{PlottedScores, ScoreCurves};
use crate::domain::event_cost::EventCost;
use crate::domain::interval::FrameSpan;
use crate::domain::known_normal::Twin;
use crate::domain::lane_data::LaneData;
use crate::domain::library::VideoId;
use crate::domain::review::Verdict;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::snippet::SnippetGrid;
use crate::jobs::Progress;
use crate::media::OpenedVideo;

use super::reviews::EventMark;

/// Handle of an entry, unique within a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u64);

/// How far the file itself has come.
#[derive(Clone, Debug)]
pub enum FileState {
    /// Known by name; its turn has not come.
    Found,
    /// Being probed and indexed.
    Opening,
    /// Can be played.
    Open(Box<OpenedVideo>),
    /// Cannot be played; the sentence says why.
    Refused(String),
}

/// What scoring is doing at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScoringPhase {
    /// The file is read once to identify its content.
    #[default]
    Identifying,
    /// Features are made from snippets.
    Encoding,
    /// The model runs over the features.
    Scoring,
}

impl ScoringPhase {
    /// For display, as a participle.
    pub fn text(self) -> &'static str {
        match self {
            Self::Identifying => "reading file",
            Self::Encoding => "encoding",
            Self::Scoring => "scoring",
        }
    }
}

/// How far scoring has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ScoringState {
    /// Not asked for.
    #[default]
    Idle,
    /// In the queue.
    Waiting,
    /// At work.
    Running {
        /// On what.
        phase: ScoringPhase,
        /// How far.
        progress: Progress,
        /// Seconds to go, once there is an estimate.
        remaining_secs: Option<f64>,
    },
    /// All snippets have their scores.
    Done,
    /// Stopped by the person.
    Cancelled,
    /// Did not work; the sentence says why.
    Failed(String),
}

impl ScoringState {
    /// Whether it waits or runs.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running { .. })
    }
}

/// One file.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Handle.
    pub id: EntryId,
    /// Where it is.
    pub path: PathBuf,
    /// Name for display.
    pub name: String,
    /// The file.
    pub file: FileState,
    /// Hash of its content, once scoring has read it.
    pub video_id: Option<VideoId>,
    /// Its scoring.
    pub scoring: ScoringState,
    /// Scores so far; older ones stay while newer ones are made.
    pub scored: Option<Arc<ScoredVideo>>,
    /// What these scores are drawn from.
    pub curves: ScoreCurves,
    /// Events of these scores under the present rule.
    pub events: Arc<[AnomalySegment]>,
    /// What was said about each of these events; kept by [`super::update`].
    pub marks: Vec<Option<EventMark>>,
    /// The false alarm that each of these events is put aside for; kept by [`super::update`].
    pub twins: Vec<Option<Twin>>,
    /// The frames that verdicts cover, whether they are an event now or not; kept by [`super::update`].
    pub judged: Vec<(FrameSpan, Verdict)>,
    /// What `marks` and `twins` were made from: [`Self::events_revision`], that of the reviews and that of the memory.
    pub(super) marked_at: (u64, u64, u64),
    /// How often they were made.
    pub(super) marked: u64,
    /// The events that the project's queue was told of, as their revision.
    pub(super) queued_at: u64,
    /// What these events cost their reader.
    cost: EventCost,
    /// What the timeline shows beside the scores.
    lanes: Arc<LaneData>,
    /// Whether it was asked how far the present scores scatter.
    pub scattered: bool,
    /// Frame to show when it is selected.
    pub position: usize,
    /// Highest score.
    peak: Option<f32>,
    /// How often scores or other lanes came.
    changes: u64,
    /// How often events were found.
    found: u64,
    sort_key: String,
}

impl Entry {
    fn new(id: EntryId, path: PathBuf) -> Self {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let sort_key = name.to_lowercase();
        Self {
            id,
            path,
            name,
            file: FileState::Found,
            video_id: None,
            scoring: ScoringState::Idle,
            scored: None,
            curves: ScoreCurves::default(),
            events: Arc::default(),
            marks: Vec::new(),
            twins: Vec::new(),
            judged: Vec::new(),
            marked_at: (0, 0, 0),
            marked: 0,
            queued_at: 0,
            found: 0,
            cost: EventCost::default(),
            lanes: Arc::default(),
            scattered: false,
            position: 0,
            peak: None,
            changes: 0,
            sort_key,
        }
    }

    /// The video, if it can be played.
    pub fn video(&self) -> Option<&OpenedVideo> {
        match &self.file {
            FileState::Open(video) => Some(video),
            FileState::Found | FileState::Opening | FileState::Refused(_) => None,
        }
    }

    /// Highest score so far.
    pub fn peak(&self) -> Option<f32> {
        self.peak
    }

    /// What the events cost their reader; nothing as long as the file is not open.
    pub fn cost(&self) -> EventCost {
        self.cost
    }

    /// What is known beside the scores.
    pub fn lanes(&self) -> &LaneData {
        &self.lanes
    }

    /// Fills lanes other than those of the scores.
    pub fn change_lanes(&mut self, change: impl FnOnce(&mut LaneData)) {
        change(Arc::make_mut(&mut self.lanes));
        self.changes += 1;
    }

    /// A number that no other scores or lanes of this run have, of this or another file.
    pub fn revision(&self) -> u64 {
        self.id.0 << 32 | self.changes
    }

    /// How often events were found: what was made of them is out of date when this is another number.
    pub fn events_revision(&self) -> u64 {
        self.found
    }

    /// The frames of each event; nothing as long as the file is not open.
    pub fn event_spans(&self) -> Vec<FrameSpan> {
        let Some(video) = self.video() else { return Vec::new() };
        let grid = SnippetGrid::new(video.frames.len());
        let span = |e: &AnomalySegment| FrameSpan::new(grid.range(e.first).start, grid.range(e.last).end);
        self.events.iter().filter_map(span).collect()
    }

    /// Changes whenever [`Self::marks`] or [`Self::twins`] do.
    pub fn marks_revision(&self) -> u64 {
        self.marked
    }

    /// What was said about an event, by its index.
    pub fn mark(&self, event: usize) -> Option<EventMark> {
        self.marks.get(event).copied().flatten()
    }

    /// The false alarm that an event is put aside for, by its index.
    pub fn twin(&self, event: usize) -> Option<&Twin> {
        self.twins.get(event)?.as_ref()
    }

    /// Events about which no verdict holds, put aside or not, by their index.
    pub fn is_unsettled(&self, event: usize) -> bool {
        event < self.events.len() && !self.mark(event).is_some_and(|mark| mark.settles())
    }

    /// Events that still need a look, by their index.
    pub fn is_open(&self, event: usize) -> bool {
        self.is_unsettled(event) && self.twin(event).is_none()
    }

    /// Takes new scores and finds their events.
    pub fn set_scores(&mut self, PlottedScores { scored, curves }: PlottedScores, rule: &EventRule) {
        self.peak = scored.snippets.scores.iter().copied().max_by(f32::total_cmp);
        self.scored = Some(scored);
        self.curves = curves;
        self.scattered = false;
        Arc::make_mut(&mut self.lanes).noise = None;
        self.changes += 1;
        self.find_events(rule);
    }

    /// Finds the events again, under another rule.
    pub fn find_events(&mut self, rule: &EventRule) {
        let events = self.scored.as_ref().map_or_else(Vec::new, |scored| rule.events(&scored.snippets.scores));
        self.events = events.into();
        self.found += 1;
        let scored = self.scored.as_ref().map_or(0, |s| s.snippets.len());
        self.cost = self.video().map_or_else(EventCost::default, |v| EventCost::of(&self.events, scored, &v.frames));
    }
}

/// Order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter)]
pub enum LibraryOrder {
    /// As they were opened.
    #[default]
    Added,
    /// By file name.
    Name,
    /// Highest score first, files without scores last.
    Score,
}

impl LibraryOrder {
    /// For display.
    pub fn text(self) -> &'static str {
        match self {
            Self::Added => "as opened",
            Self::Name => "by name",
            Self::Score => "by highest score",
        }
    }
}

/// All files with their order, filter and selection.
#[derive(Clone, Debug, Default)]
pub struct Library {
    entries: Vec<Entry>,
    next: u64,
    /// Order of the rows.
    pub order: LibraryOrder,
    /// Only names that contain this are shown, whatever the case.
    pub filter: String,
    selected: Option<EntryId>,
    /// What was typed to be opened and is being looked for.
    pub(super) typed: Option<String>,
    /// What was typed last of that which was found.
    pub opened: Option<String>,
}

impl Library {
    /// All files, as they were opened.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All files, to be changed.
    pub fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a file, unless it is there already. Returns its handle.
    pub fn add(&mut self, path: PathBuf) -> EntryId {
        if let Some(known) = self.find(&path) {
            return known;
        }
        let id = EntryId(self.next);
        self.next += 1;
        self.entries.push(Entry::new(id, path));
        id
    }

    /// The handle of the file at `path`.
    pub fn find(&self, path: &Path) -> Option<EntryId> {
        self.entries.iter().find(|e| e.path == path).map(|e| e.id)
    }

    /// Takes a file out of the list. The file itself is not touched.
    pub fn remove(&mut self, id: EntryId) {
        self.entries.retain(|e| e.id != id);
        if self.selected == Some(id) {
            self.selected = None;
        }
    }

    /// One file.
    pub fn get(&self, id: EntryId) -> Option<&Entry> {
        self.entries.iter().find(|e| e.id == id)
    }

    /// One file, to be changed.
    pub fn get_mut(&mut self, id: EntryId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.id == id)
    }

    /// The selected file's handle.
    pub fn selected_id(&self) -> Option<EntryId> {
        self.selected
    }

    /// The selected file.
    pub fn selected(&self) -> Option<&Entry> {
        self.get(self.selected?)
    }

    /// Selects a file, if it exists.
    pub fn select(&mut self, id: EntryId) {
        if self.get(id).is_some() {
            self.selected = Some(id);
        }
    }

    /// The rows to show, in order.
    pub fn visible(&self) -> Vec<&Entry> {
        let filter = self.filter.trim().to_lowercase();
        let mut rows: Vec<_> = self.entries.iter().filter(|e| e.sort_key.contains(&filter)).collect();
        match self.order {
            LibraryOrder::Added => {}
            LibraryOrder::Name => rows.sort_by(|a, b| a.sort_key.cmp(&b.sort_key)),
            LibraryOrder::Score => rows.sort_by(|a, b| {
                let key = |e: &Entry| e.peak.unwrap_or(f32::NEG_INFINITY);
                key(b).total_cmp(&key(a)).then_with(|| a.sort_key.cmp(&b.sort_key))
            }),
        }
        rows
    }

    /// The row `by` rows below the selected one; the first row when nothing visible is selected.
    pub fn neighbour(&self, by: isize) -> Option<EntryId> {
        let rows = self.visible();
        let at = self.selected.and_then(|id| rows.iter().position(|e| e.id == id));
        match at {
            Some(at) => at.checked_add_signed(by).and_then(|i| rows.get(i)).map(|e| e.id),
            None => rows.first().map(|e| e.id),
        }
    }

    /// How many files wait for their scores or are being scored.
    pub fn unfinished(&self) -> usize {
        self.entries.iter().filter(|e| e.scoring.is_pending()).count()
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::score::{SnippetScores, TsaSettings};

    use super::*;

    fn scored(scores: &[f32]) -> PlottedScores {
        PlottedScores::new(ScoredVideo {
            snippets: SnippetScores {
                scores: scores.to_vec(),
                attention: vec![0.5; scores.len()],
                magnitudes: vec![1.0; scores.len()],
            },
            tsa: TsaSettings::default(),
            encoder: String::new(),
            model: String::new(),
            device: String::new(),
            complete: true,
        })
    }

    fn library() -> (Library, [EntryId; 3]) {
        let mut library = Library::default();
        let ids = ["/v/Beta.mp4", "/v/alpha.mp4", "/v/gamma.mkv"].map(|p| library.add(PathBuf::from(p)));
        (library, ids)
    }

    #[test]
    fn a_file_is_listed_once() {
        let (mut library, ids) = library();
        assert_eq!(library.add(PathBuf::from("/v/alpha.mp4")), ids[1]);
        assert_eq!(library.entries().len(), 3);
    }

    #[test]
    fn rows_are_ordered_and_filtered() {
        let (mut library, [beta, alpha, gamma]) = library();
        let rule = EventRule::default();
        library.get_mut(gamma).unwrap().set_scores(scored(&[0.1, 0.9]), &rule);
        library.get_mut(beta).unwrap().set_scores(scored(&[0.2]), &rule);
        let rows = |l: &Library| l.visible().iter().map(|e| e.id).collect::<Vec<_>>();
        assert_eq!(rows(&library), [beta, alpha, gamma]);
        library.order = LibraryOrder::Name;
        assert_eq!(rows(&library), [alpha, beta, gamma]);
        library.order = LibraryOrder::Score;
        assert_eq!(rows(&library), [gamma, beta, alpha]);
        library.filter = " MP4 ".into();
        assert_eq!(rows(&library), [beta, alpha]);
        assert_eq!(library.get(gamma).unwrap().events.len(), 1);
    }

    #[test]
    fn neighbours_end_at_the_ends() {
        let (mut library, [beta, alpha, gamma]) = library();
        assert_eq!(library.neighbour(1), Some(beta));
        library.select(alpha);
        assert_eq!((library.neighbour(-1), library.neighbour(1)), (Some(beta), Some(gamma)));
        library.select(gamma);
        assert_eq!(library.neighbour(1), None);
        library.remove(gamma);
        assert_eq!(library.selected_id(), None);
    }
}
