//! Room for the video when a panel comes on show beside it.
//!
//! Owns how much of the window the video keeps, and which parts give way. This happens once, when the panel comes: what a
//! person drags afterwards stays as it is. Does not own what is drawn in too small a window; that is `ui::panels`.

use std::collections::BTreeSet;

use strum::IntoEnumIterator as _;

use super::{Arrangement, Layout, PanelKind, SIZES};

/// Height of the bar at the top of the window in points.
const BAR: f32 = 34.0;
/// Shares of width and height that the video keeps, with its controls.
const VIDEO: (f32, f32) = (0.4, 0.4);
/// Shares of width and height that a panel takes at most when it comes.
const NEWCOMER: (f32, f32) = (0.25, 0.35);
/// What parts keep in any case, so that nothing in them is cut: the inspector, the lists, the timeline.
const LEAST: [(PanelKind, f32); 3] =
    [(PanelKind::Inspector, 300.0), (PanelKind::Library, 190.0), (PanelKind::Timeline, 180.0)];

/// What gave way to a panel: the arrangement before, and as it was made then.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    to: PanelKind,
    before: Arrangement,
    after: Arrangement,
}

impl Layout {
    /// Makes room for a panel that has just come on show: it gets no more than its share, and the others give way until the
    /// video has its own.
    pub(super) fn make_room(&mut self, panel: PanelKind) {
        let before = self.panels.clone();
        let (width, height) = (self.window.0, self.window.1 - BAR);
        for (across, extent, video, most) in [(true, width, VIDEO.0, NEWCOMER.0), (false, height, VIDEO.1, NEWCOMER.1)]
        {
            let mut parts = Vec::new();
            self.panels.beside_video(across, &self.hidden, panel, &mut parts);
            give_way(&mut parts, extent * (1.0 - video), extent * most);
        }
        let after = self.panels.clone();
        self.given = (after != before).then(|| Box::new(Given { to: panel, before, after }));
    }

    /// Gives back what a panel took that is hidden again, unless something was moved since.
    pub(super) fn take_back(&mut self, panel: PanelKind) {
        if let Some(given) = self.given.take_if(|given| given.to == panel)
            && given.after == self.panels
        {
            self.panels = given.before;
        }
    }
}

/// A part beside the video: its size, what it keeps in any case, and whether it is the newcomer.
struct Beside<'a> {
    size: &'a mut f32,
    least: f32,
    new: bool,
}

/// Makes parts smaller that take more than `budget`: the newcomer down to `most`, the others in proportion to what they have
/// beyond what they keep.
fn give_way(parts: &mut [Beside<'_>], budget: f32, most: f32) {
    if parts.iter().map(|part| *part.size).sum::<f32>() <= budget {
        return;
    }
    let (mut kept, mut beyond) = (0.0, 0.0);
    for part in &mut *parts {
        if part.new {
            *part.size = part.size.min(most).round();
            kept += *part.size;
        } else {
            kept += part.least.min(*part.size);
            beyond += (*part.size - part.least).max(0.0);
        }
    }
    let factor = ((budget - kept) / beyond.max(1.0)).clamp(0.0, 1.0);
    for part in parts.iter_mut().filter(|part| !part.new && *part.size > part.least) {
        *part.size = (part.least + (*part.size - part.least) * factor).round();
    }
}

impl Arrangement {
    /// What is on show left and right of the video, or above and below it.
    fn beside_video<'a>(
        &'a mut self,
        across: bool,
        hidden: &BTreeSet<PanelKind>,
        panel: PanelKind,
        beside: &mut Vec<Beside<'a>>,
    ) {
        let along = matches!(self, Self::Row(_)) == across;
        match self {
            Self::Panel(_) => {}
            Self::Row(parts) | Self::Column(parts) => {
                for part in parts {
                    let shown = PanelKind::iter().any(|kind| part.content.holds(kind) && !hidden.contains(&kind));
                    if part.content.holds(PanelKind::Video) {
                        part.content.beside_video(across, hidden, panel, beside);
                    } else if let Some(size) = part.size.as_mut().filter(|_| along && shown) {
                        let least = LEAST.iter().filter(|(kind, _)| part.content.holds(*kind)).map(|(_, least)| *least);
                        let (least, new) = (least.fold(SIZES.0, f32::max), part.content.holds(panel));
                        beside.push(Beside { size, least, new });
                    }
                }
            }
            Self::Tabs { tabs, .. } => {
                for tab in tabs.iter_mut().filter(|tab| tab.holds(PanelKind::Video)) {
                    tab.beside_video(across, hidden, panel, beside);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Width and height of the video's part.
    fn video(layout: &Layout) -> (f32, f32) {
        let left = |across: bool, extent: f32| {
            let (mut panels, mut parts) = (layout.panels.clone(), Vec::new());
            panels.beside_video(across, &layout.hidden, PanelKind::Video, &mut parts);
            extent - parts.iter().map(|part| *part.size).sum::<f32>()
        };
        (left(true, layout.window.0), left(false, layout.window.1 - BAR))
    }

    #[test]
    fn the_picture_keeps_its_share_beside_inspector_and_bench() {
        let mut layout = Layout::default();
        layout.toggle(PanelKind::Attention);
        layout.bring(PanelKind::Evaluation);
        let (width, height) = video(&layout);
        assert!(width >= 1440.0 * 0.4 - 2.0 && height >= 866.0 * 0.4 - 2.0, "{width} x {height}");
        assert_eq!(layout.clone().repaired().panels, layout.panels, "nothing became too small");
        let mut parts = Vec::new();
        layout.panels.beside_video(true, &layout.hidden, PanelKind::Evaluation, &mut parts);
        let sizes: Vec<f32> = parts.iter().map(|part| *part.size).collect();
        assert!(parts.iter().all(|part| part.new || *part.size >= part.least), "{sizes:?}");
    }

    #[test]
    fn what_gave_way_comes_back_unless_a_person_moved_something() {
        let before = Layout::default();
        let mut layout = before.clone();
        layout.toggle(PanelKind::Attention);
        assert_ne!(layout.panels, before.panels);
        layout.toggle(PanelKind::Attention);
        assert_eq!(layout, before);
        layout.toggle(PanelKind::Attention);
        layout.panels.bring(PanelKind::Queue);
        let moved = layout.panels.clone();
        layout.toggle(PanelKind::Attention);
        assert_eq!(layout.panels, moved);
    }

    #[test]
    fn in_a_large_window_nothing_gives_way() {
        let mut layout = Layout { window: (3000.0, 2000.0), ..Layout::default() };
        let panels = layout.panels.clone();
        layout.toggle(PanelKind::Attention);
        layout.toggle(PanelKind::Compare);
        assert_eq!(layout.panels, panels);
    }
}
