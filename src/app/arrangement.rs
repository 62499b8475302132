//! Where the panels of the window stand.
//!
//! Owns the arrangement as a plain value that can be kept, and what makes one usable. Does not own how
//! panels are drawn or dragged; that is `ui::panels`.

mod room;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{EnumCount, EnumIter, IntoEnumIterator as _};

/// Least and greatest size of a part that is kept, in points.
const SIZES: (f32, f32) = (80.0, 4000.0);
/// How deep parts may be nested: far deeper than panels can be dragged, far less than a stack can hold.
const MAX_DEPTH: usize = 16;
/// Panels for studying models, which are hidden until somebody wants them.
const BENCH: [PanelKind; 5] =
    [PanelKind::Compare, PanelKind::Map, PanelKind::Similar, PanelKind::Evaluation, PanelKind::Ablation];
/// Their width in points.
const BENCH_WIDTH: f32 = 340.0;

/// Height at first of the panel of attention, in points.
const ATTENTION: f32 = 330.0;

/// A panel of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, EnumIter, Serialize, Deserialize)]
pub enum PanelKind {
    /// The list of files.
    Library,
    /// The events of all files.
    Queue,
    /// The models of the project, and learning.
    Model,
    /// The picture and the controls of playback.
    Video,
    /// What is known about what is on screen.
    Inspector,
    /// Curves over time.
    Timeline,
    /// What attention selects, draw by draw.
    Attention,
    /// Two score curves side by side.
    Compare,
    /// Snippets laid out by their features.
    Map,
    /// What resembles a snippet.
    Similar,
    /// How well the model does by ground truth.
    Evaluation,
    /// Features and attention, each with and without.
    Ablation,
}

impl PanelKind {
    /// Its title.
    pub fn text(self) -> &'static str {
        match self {
            Self::Library => "Library",
            Self::Queue => "Queue",
            Self::Model => "Models",
            Self::Video => "Video",
            Self::Inspector => "Inspector",
            Self::Timeline => "Timeline",
            Self::Attention => "Attention inspector",
            Self::Compare => "Compare",
            Self::Map => "Map",
            Self::Similar => "Similar",
            Self::Evaluation => "Evaluation",
            Self::Ablation => "Ablation",
        }
    }
}

/// A part of a row or column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Width in a row, height in a column, in points; `None` for the part that takes what the others leave.
    pub size: Option<f32>,
    /// What stands there.
    pub content: Arrangement,
}

/// How a rectangle is divided among panels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arrangement {
    /// One panel fills it.
    Panel(PanelKind),
    /// Parts beside each other, from the left.
    Row(Vec<Part>),
    /// Parts below each other, from the top.
    Column(Vec<Part>),
    /// Parts in the same place, of which one is in front.
    Tabs {
        /// Index of that one.
        front: usize,
        /// All of them.
        tabs: Vec<Self>,
    },
}

impl Default for Arrangement {
    /// Library with queue and models behind it, video and inspector beside each other, below them attention, which is
    /// hidden at first, and the timeline; at the right of all, over the whole height, the bench, hidden too.
    fn default() -> Self {
        let part = |size, kind| Part { size, content: Self::Panel(kind) };
        let stacked = [PanelKind::Library, PanelKind::Queue, PanelKind::Model];
        let lists = Self::Tabs { front: 0, tabs: stacked.map(Self::Panel).into() };
        let upper = Self::Row(vec![
            Part { size: Some(270.0), content: lists },
            part(None, PanelKind::Video),
            part(Some(310.0), PanelKind::Inspector),
        ]);
        let review = Self::Column(vec![
            Part { size: None, content: upper },
            part(Some(ATTENTION), PanelKind::Attention),
            part(Some(340.0), PanelKind::Timeline),
        ]);
        review.with_bench()
    }
}

impl Arrangement {
    /// Whether `panel` is in it.
    pub fn holds(&self, panel: PanelKind) -> bool {
        match self {
            Self::Panel(kind) => *kind == panel,
            Self::Row(parts) | Self::Column(parts) => parts.iter().any(|part| part.content.holds(panel)),
            Self::Tabs { tabs, .. } => tabs.iter().any(|tab| tab.holds(panel)),
        }
    }

    /// Whether `panel` is on show where it stands: not behind another tab.
    fn is_in_front(&self, panel: PanelKind) -> bool {
        match self {
            Self::Panel(kind) => *kind == panel,
            Self::Row(parts) | Self::Column(parts) => parts.iter().any(|part| part.content.is_in_front(panel)),
            Self::Tabs { front, tabs } => tabs.get(*front).is_some_and(|tab| tab.is_in_front(panel)),
        }
    }

    /// Puts `panel` in front of the other tabs in its place.
    fn bring(&mut self, panel: PanelKind) {
        match self {
            Self::Panel(_) => {}
            Self::Row(parts) | Self::Column(parts) => parts.iter_mut().for_each(|part| part.content.bring(panel)),
            Self::Tabs { front, tabs } => {
                *front = tabs.iter().position(|tab| tab.holds(panel)).unwrap_or(*front);
                for tab in tabs {
                    tab.bring(panel);
                }
            }
        }
    }

    /// Puts `panel` behind the tabs of `beside`.
    fn stack(&mut self, beside: PanelKind, panel: PanelKind) {
        match self {
            Self::Panel(kind) if *kind == beside => {
                *self = Self::Tabs { front: 0, tabs: vec![Self::Panel(beside), Self::Panel(panel)] };
            }
            Self::Panel(_) => {}
            Self::Row(parts) | Self::Column(parts) => {
                for part in parts {
                    part.content.stack(beside, panel);
                }
            }
            Self::Tabs { tabs, .. } if tabs.contains(&Self::Panel(beside)) => tabs.push(Self::Panel(panel)),
            Self::Tabs { tabs, .. } => tabs.iter_mut().for_each(|tab| tab.stack(beside, panel)),
        }
    }

    /// Puts a panel of attention above the timeline, where their axes lie below each other; else below everything.
    fn add_attention(&mut self) {
        let part = Part { size: Some(ATTENTION), content: Self::Panel(PanelKind::Attention) };
        if let Self::Column(parts) = self
            && let Some(at) = parts.iter().position(|part| part.content == Self::Panel(PanelKind::Timeline))
        {
            return parts.insert(at, part);
        }
        let rest = std::mem::replace(self, Self::Panel(PanelKind::Attention));
        *self = Self::Column(vec![Part { size: None, content: rest }, part]);
    }

    /// Itself with the panels of the bench that it does not hold: beside the others of the bench, else in a place of their
    /// own at the right.
    fn with_bench(mut self) -> Self {
        for panel in BENCH.into_iter().filter(|panel| !self.holds(*panel)).collect::<Vec<_>>() {
            if let Some(beside) = BENCH.into_iter().find(|other| self.holds(*other)) {
                self.stack(beside, panel);
            } else {
                let bench = Part { size: Some(BENCH_WIDTH), content: Self::Panel(panel) };
                self = Self::Row(vec![Part { size: None, content: self }, bench]);
            }
        }
        self
    }

    /// Itself with every size brought into range; the default where a panel is missing or stands twice. An arrangement
    /// from before there were panels for models, for attention or a bench gets them.
    pub fn repaired(mut self) -> Self {
        let mut seen = BTreeSet::new();
        if !self.holds(PanelKind::Model) {
            self.stack(PanelKind::Queue, PanelKind::Model);
        }
        if !self.holds(PanelKind::Attention) {
            self.add_attention();
        }
        self = self.with_bench();
        if self.repair(&mut seen, 0) && seen.len() == PanelKind::COUNT { self } else { Self::default() }
    }

    /// Mends sizes and collects panels; `false` where something cannot be mended.
    fn repair(&mut self, seen: &mut BTreeSet<PanelKind>, depth: usize) -> bool {
        match self {
            Self::Panel(kind) => seen.insert(*kind),
            _ if depth == MAX_DEPTH => false,
            Self::Row(parts) | Self::Column(parts) => {
                !parts.is_empty()
                    && parts.iter_mut().all(|part| {
                        let size = part.size.filter(|size| size.is_finite());
                        // The video takes what is left; a part of no stated size among others gets the least.
                        let rest = part.content.holds(PanelKind::Video);
                        part.size = (!rest).then(|| size.unwrap_or(SIZES.0).clamp(SIZES.0, SIZES.1));
                        part.content.repair(seen, depth + 1)
                    })
            }
            Self::Tabs { front, tabs } => {
                *front = (*front).min(tabs.len().saturating_sub(1));
                !tabs.is_empty() && tabs.iter_mut().all(|tab| tab.repair(seen, depth + 1))
            }
        }
    }
}

/// Everything about the shape of the window that is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Where the panels stand.
    pub panels: Arrangement,
    /// Panels that are not shown. The video always is.
    pub hidden: BTreeSet<PanelKind>,
    /// Size of the window in points.
    pub window: (f32, f32),
    /// What gave way to the panel that came last.
    #[serde(skip)]
    pub(crate) given: Option<Box<room::Given>>,
}

impl Default for Layout {
    fn default() -> Self {
        let hidden = BENCH.into_iter().chain([PanelKind::Attention]).collect();
        Self { panels: Arrangement::default(), hidden, window: (1440.0, 900.0), given: None }
    }
}

impl Layout {
    /// With everything brought into a range in which the window can be used.
    pub fn repaired(self) -> Self {
        let Self { panels, mut hidden, window, given } = self;
        // What there was no panel for when this was written is shown when it is wanted.
        hidden.extend(BENCH.into_iter().filter(|panel| !panels.holds(*panel)));
        hidden.remove(&PanelKind::Video);
        if !panels.holds(PanelKind::Attention) {
            // It is new to whoever has this layout, and takes room from what they arranged.
            hidden.insert(PanelKind::Attention);
        }
        let default = Self::default().window;
        let within =
            |size: f32, low: f32, high: f32, default| if size.is_finite() { size.clamp(low, high) } else { default };
        let window = (within(window.0, 800.0, 8000.0, default.0), within(window.1, 500.0, 5000.0, default.1));
        Self { panels: panels.repaired(), hidden, window, given }
    }

    /// Shows a panel that is hidden, in front of others in its place; hides one that is shown.
    pub fn toggle(&mut self, panel: PanelKind) {
        if panel == PanelKind::Video || self.hidden.contains(&panel) {
            self.bring(panel);
        } else {
            self.hidden.insert(panel);
            self.take_back(panel);
        }
    }

    /// Shows a panel, in front of others in its place.
    pub fn bring(&mut self, panel: PanelKind) {
        let came = self.hidden.remove(&panel);
        self.panels.bring(panel);
        if came {
            self.make_room(panel);
        }
    }

    /// Whether a panel can be seen.
    pub fn is_in_front(&self, panel: PanelKind) -> bool {
        !self.hidden.contains(&panel) && self.panels.is_in_front(panel)
    }

    /// Panels on show, whether in front or not.
    pub fn shown(&self) -> impl Iterator<Item = PanelKind> {
        PanelKind::iter().filter(|panel| !self.hidden.contains(panel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_by_default_needs_no_repair() {
        assert_eq!(Layout::default().repaired(), Layout::default());
    }

    #[test]
    fn a_panel_that_is_missing_or_stands_twice_gives_the_default() {
        let part = |kind| Part { size: Some(100.0), content: Arrangement::Panel(kind) };
        let twice = PanelKind::iter().chain([PanelKind::Library]).map(part).collect();
        let missing = vec![part(PanelKind::Video)];
        for wrong in [Arrangement::Row(twice), Arrangement::Column(missing), Arrangement::Row(Vec::new())] {
            assert_eq!(wrong.repaired(), Arrangement::default());
        }
        let mut deep = Arrangement::default();
        for _ in 0..MAX_DEPTH {
            deep = Arrangement::Tabs { front: 0, tabs: vec![deep] };
        }
        assert_eq!(deep.repaired(), Arrangement::default());
    }

    #[test]
    fn an_arrangement_without_the_models_gets_them_behind_the_queue() {
        let part = |kind| Part { size: Some(100.0), content: Arrangement::Panel(kind) };
        let older = PanelKind::iter().filter(|kind| *kind != PanelKind::Model).map(part).collect();
        let mended = Arrangement::Column(older).repaired();
        let Arrangement::Column(parts) = &mended else { panic!("{mended:?}") };
        assert!(parts.iter().any(|part| part.content.holds(PanelKind::Queue) && part.content.holds(PanelKind::Model)));
        assert!(mended.is_in_front(PanelKind::Queue) && !mended.is_in_front(PanelKind::Model));
        assert_eq!(mended.clone().repaired(), mended);
    }

    #[test]
    fn an_arrangement_without_attention_gets_it_hidden_above_the_timeline() {
        let Arrangement::Row(whole) = Arrangement::default() else { panic!("the bench stands beside it") };
        let Arrangement::Column(mut parts) = whole[0].content.clone() else { panic!("is a column") };
        parts.retain(|part| !part.content.holds(PanelKind::Attention));
        let older = Layout { panels: Arrangement::Column(parts), hidden: BTreeSet::new(), ..Layout::default() };
        assert_eq!(older.repaired(), Layout::default());
        let part = |kind| Part { size: Some(100.0), content: Arrangement::Panel(kind) };
        let row = PanelKind::iter().filter(|kind| *kind != PanelKind::Attention).map(part).collect();
        let mended = Arrangement::Row(row).repaired();
        assert!(matches!(&mended, Arrangement::Column(parts) if parts.len() == 2), "{mended:?}");
    }

    #[test]
    fn a_panel_behind_another_comes_to_the_front() {
        let mut layout = Layout::default();
        assert!(layout.is_in_front(PanelKind::Library) && !layout.is_in_front(PanelKind::Queue));
        layout.toggle(PanelKind::Queue);
        layout.bring(PanelKind::Queue);
        assert!(layout.is_in_front(PanelKind::Queue) && !layout.is_in_front(PanelKind::Library));
        for panel in [PanelKind::Evaluation, PanelKind::Ablation, PanelKind::Compare] {
            layout.toggle(panel);
            assert!(layout.is_in_front(panel), "what is asked for is seen");
        }
        assert!(layout.is_in_front(PanelKind::Video));
    }

    #[test]
    fn sizes_are_mended_and_the_video_takes_the_rest() {
        let part = |size, kind| Part { size, content: Arrangement::Panel(kind) };
        let odd = Arrangement::Row(vec![
            part(Some(f32::NAN), PanelKind::Library),
            part(Some(5.0), PanelKind::Video),
            part(Some(1e9), PanelKind::Inspector),
            part(None, PanelKind::Timeline),
            part(Some(300.0), PanelKind::Queue),
            part(Some(200.0), PanelKind::Attention),
        ]);
        let Arrangement::Row(with_bench) = odd.repaired() else { panic!("the bench stands beside it") };
        let Arrangement::Row(parts) = &with_bench[0].content else { panic!("it is still a row") };
        let sizes: Vec<_> = parts.iter().map(|p| p.size).collect();
        assert_eq!(sizes, [Some(SIZES.0), None, Some(SIZES.1), Some(SIZES.0), Some(300.0), Some(200.0)]);
    }

    #[test]
    fn the_video_cannot_be_hidden() {
        let mut layout = Layout::default();
        layout.toggle(PanelKind::Library);
        layout.toggle(PanelKind::Video);
        let first = Layout::default().hidden;
        assert_eq!(layout.hidden, first.into_iter().chain([PanelKind::Library]).collect());
        layout.toggle(PanelKind::Library);
        assert_eq!(layout.hidden, Layout::default().hidden);
        let hidden = PanelKind::iter().collect();
        assert!(Layout { hidden, ..Layout::default() }.repaired().shown().eq([PanelKind::Video]));
    }
}
