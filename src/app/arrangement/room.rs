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
const VIDEO: (f32, f32) = (0.45, 0.4);
/// Shares of width and height that a panel takes at most when it comes.
const NEWCOMER: (f32, f32) = (0.25, 0.3);

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
            let mut sizes = Vec::new();
            self.panels.beside_video(across, &self.hidden, panel, &mut sizes);
            give_way(&mut sizes, extent * (1.0 - video), extent * most);
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

/// Scales what takes more than `budget`; newcomers, which are marked, only down to `most`.
fn give_way(sizes: &mut [(&mut f32, bool)], budget: f32, most: f32) {
    if sizes.iter().map(|(size, _)| **size).sum::<f32>() <= budget {
        return;
    }
    for (size, _) in sizes.iter_mut().filter(|(_, new)| *new) {
        **size = size.min(most).round();
    }
    let sum = |new: bool| sizes.iter().filter(|(_, is)| *is == new).map(|(size, _)| **size).sum::<f32>();
    let (newcomers, others) = (sum(true), sum(false));
    let factor = ((budget - newcomers) / others.max(1.0)).clamp(0.0, 1.0);
    for (size, _) in sizes.iter_mut().filter(|(_, new)| !new) {
        **size = (**size * factor).round().max(SIZES.0);
    }
}

impl Arrangement {
    /// Sizes of what is on show left and right of the video, or above and below it, and whether it is `panel`.
    fn beside_video<'a>(
        &'a mut self,
        across: bool,
        hidden: &BTreeSet<PanelKind>,
        panel: PanelKind,
        sizes: &mut Vec<(&'a mut f32, bool)>,
    ) {
        let along = matches!(self, Self::Row(_)) == across;
        match self {
            Self::Panel(_) => {}
            Self::Row(parts) | Self::Column(parts) => {
                for part in parts {
                    let shown = PanelKind::iter().any(|kind| part.content.holds(kind) && !hidden.contains(&kind));
                    if part.content.holds(PanelKind::Video) {
                        part.content.beside_video(across, hidden, panel, sizes);
                    } else if let Some(size) = part.size.as_mut().filter(|_| along && shown) {
                        sizes.push((size, part.content.holds(panel)));
                    }
                }
            }
            Self::Tabs { tabs, .. } => {
                for tab in tabs.iter_mut().filter(|tab| tab.holds(PanelKind::Video)) {
                    tab.beside_video(across, hidden, panel, sizes);
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
            let (mut panels, mut sizes) = (layout.panels.clone(), Vec::new());
            panels.beside_video(across, &layout.hidden, PanelKind::Video, &mut sizes);
            extent - sizes.iter().map(|(size, _)| **size).sum::<f32>()
        };
        (left(true, layout.window.0), left(false, layout.window.1 - BAR))
    }

    #[test]
    fn the_picture_keeps_its_share_beside_inspector_and_bench() {
        let mut layout = Layout::default();
        layout.toggle(PanelKind::Attention);
        layout.bring(PanelKind::Evaluation);
        let (width, height) = video(&layout);
        assert!(width >= 1440.0 * 0.45 - 2.0 && height >= 866.0 * 0.4 - 2.0, "{width} x {height}");
        assert_eq!(layout.clone().repaired().panels, layout.panels, "nothing became too small");
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
