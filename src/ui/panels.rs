//! Panels that can be dragged, resized, stacked as tabs and hidden.
//!
//! Owns the tiles between frames, the header by which a panel is dragged, and the translation between tiles and
//! the arrangement that is kept. Does not own what the panels show.

use std::collections::BTreeMap;

use egui::{
    Align2, Color32, CursorIcon, Frame, Id, Margin, Panel, Rect, Role, Sense, Stroke, Style, Ui, Vec2, Visuals,
    WidgetInfo, WidgetText, pos2, vec2,
};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles,
    Tree, UiResponse,
};

use crate::app::action::Action;
use crate::app::arrangement::{Arrangement, Layout, PanelKind, Part};

use super::root::{LocalUi, ViewContext};
use super::{
    ablation_panel, attention_panel, compare_panel, evaluation_panel, inspector, library_panel, map_panel, model_panel,
    queue_panel, similar_panel, stage, transport_bar,
};

/// Between panels; also what can be gripped to resize them.
const GAP: f32 = 3.0;
/// Height of a panel's header.
const HEADER: f32 = 24.0;
/// Least size of a part, either way: small enough for any window, large enough to be gripped.
const LEAST: f32 = 96.0;
/// Least size that the others leave for the video.
const LEAST_VIDEO: Vec2 = vec2(360.0, 220.0);

/// Tiles, and what they were made from.
#[derive(Debug, Default)]
pub struct PanelsState {
    tree: Option<Tree<PanelKind>>,
    /// The layout that the tiles show.
    shown: Layout,
    /// Where each panel was drawn last.
    areas: BTreeMap<PanelKind, Rect>,
}

impl PanelsState {
    /// Where a panel was drawn last; `None` if it was not.
    pub fn area(&self, panel: PanelKind) -> Option<Rect> {
        self.areas.get(&panel).copied()
    }
}

/// Draws all panels over the space that is left.
pub fn panels_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    let layout = &view.state.prefs.layout;
    let mut panels = std::mem::take(&mut local.panels);
    let current = panels.tree.take().filter(|_| same(layout, &panels.shown));
    let mut tree = current.unwrap_or_else(|| build(layout));
    panels.shown.clone_from(layout);
    if let Some(root) = tree.root() {
        fit(&mut tree.tiles, root, ui.available_size());
    }

    ui.painter().rect_filled(ui.available_rect_before_wrap(), 0, view.tokens.palette.hairline);
    panels.areas.clear();
    let stacked = tree.tiles.tiles().filter_map(|tile| match tile {
        Tile::Container(Container::Tabs(tabs)) => Some(tabs.children.clone()),
        _ => None,
    });
    let stacked = stacked.flatten().collect();
    tree.ui(&mut Drawing { view, local, stacked, areas: &mut panels.areas }, ui);

    // Not while something is dragged: that would be kept at every pixel.
    if !ui.input(|i| i.pointer.any_down())
        && let Some(arrangement) = tree.root().and_then(|root| arrangement(&tree.tiles, root))
        && arrangement != layout.panels
    {
        panels.shown.panels = arrangement;
        view.actions.send(Action::SetLayout(panels.shown.clone()));
    }
    panels.tree = Some(tree);
    local.panels = panels;
}

/// Whether two layouts put the panels in the same places.
fn same(a: &Layout, b: &Layout) -> bool {
    a.panels == b.panels && a.hidden == b.hidden
}

/// Tiles as the layout says.
fn build(layout: &Layout) -> Tree<PanelKind> {
    let mut tiles = Tiles::default();
    let root = insert(&mut tiles, &layout.panels);
    let hidden: Vec<_> = layout.hidden.iter().filter_map(|panel| tiles.find_pane(panel)).collect();
    for tile in hidden {
        tiles.set_visible(tile, false);
    }
    Tree::new(Id::unique("panels"), root, tiles)
}

fn insert(tiles: &mut Tiles<PanelKind>, arrangement: &Arrangement) -> TileId {
    let mut linear = |dir, parts: &Vec<Part>| {
        let mut linear = Linear::new(dir, Vec::new());
        for part in parts {
            let child = insert(tiles, &part.content);
            linear.add_child(child);
            linear.shares.set_share(child, part.size.unwrap_or(LEAST));
        }
        tiles.insert_container(linear)
    };
    match arrangement {
        Arrangement::Panel(kind) => tiles.insert_pane(*kind),
        Arrangement::Row(parts) => linear(LinearDir::Horizontal, parts),
        Arrangement::Column(parts) => linear(LinearDir::Vertical, parts),
        Arrangement::Tabs { front, tabs } => {
            let children: Vec<_> = tabs.iter().map(|tab| insert(tiles, tab)).collect();
            let front = children.get(*front).copied();
            let mut tabs = Tabs::new(children);
            tabs.active = front.or(tabs.active);
            tiles.insert_container(tabs)
        }
    }
}

/// What the tiles below `id` say. Sizes are whole points, so that a repaint changes nothing.
fn arrangement(tiles: &Tiles<PanelKind>, id: TileId) -> Option<Arrangement> {
    let container = match tiles.get(id)? {
        Tile::Pane(kind) => return Some(Arrangement::Panel(*kind)),
        Tile::Container(container) => container,
    };
    let children: Vec<_> = container.children().copied().collect();
    let parts = |sizes: &dyn Fn(TileId) -> f32| {
        let parts = children.iter().filter_map(|child| {
            let content = arrangement(tiles, *child)?;
            let size = (!content.holds(PanelKind::Video)).then(|| sizes(*child).round());
            Some(Part { size, content })
        });
        parts.collect::<Vec<_>>()
    };
    Some(match container {
        Container::Linear(linear) => {
            let parts = parts(&|child| linear.shares[child]);
            if linear.dir == LinearDir::Horizontal { Arrangement::Row(parts) } else { Arrangement::Column(parts) }
        }
        Container::Tabs(tabs) => {
            let front = children.iter().position(|child| tabs.is_active(*child)).unwrap_or(0);
            Arrangement::Tabs { front, tabs: children.iter().filter_map(|c| arrangement(tiles, *c)).collect() }
        }
        // No gesture makes one.
        Container::Grid(_) => Arrangement::Row(parts(&|_| LEAST)),
    })
}

/// Makes shares of points: the part with the video takes what the others leave, however large the window is.
fn fit(tiles: &mut Tiles<PanelKind>, id: TileId, size: Vec2) {
    let Some(Tile::Container(container)) = tiles.get(id) else { return };
    let children: Vec<_> = container.children().copied().filter(|c| tiles.is_visible_in_layout(*c)).collect();
    let Container::Linear(linear) = container else {
        for child in children {
            fit(tiles, child, size);
        }
        return;
    };
    let horizontal = linear.dir == LinearDir::Horizontal;
    let (along, least_video) = if horizontal { (size.x, LEAST_VIDEO.x) } else { (size.y, LEAST_VIDEO.y) };
    let room = along - GAP * children.len().saturating_sub(1) as f32;
    let rest = children.iter().position(|child| holds_video(tiles, *child));
    let mut sizes: Vec<f32> = children.iter().map(|child| linear.shares[*child].max(1.0)).collect();
    if let Some(rest) = rest {
        sizes[rest] = 0.0;
    }
    let (taken, free) = (sizes.iter().sum::<f32>(), room - if rest.is_some() { least_video } else { 0.0 });
    // Parts moved here lately have shares of elsewhere; too large ones give way to the video.
    let scale = if rest.is_none() || taken > free { (free / taken.max(1.0)).max(0.0) } else { 1.0 };
    for size in &mut sizes {
        *size *= scale;
    }
    if let Some(rest) = rest {
        sizes[rest] = (room - sizes.iter().sum::<f32>()).max(1.0);
    }
    if let Some(Tile::Container(Container::Linear(linear))) = tiles.get_mut(id) {
        for (child, size) in children.iter().zip(&sizes) {
            linear.shares.set_share(*child, *size);
        }
    }
    for (child, along) in children.into_iter().zip(sizes) {
        fit(tiles, child, if horizontal { vec2(along, size.y) } else { vec2(size.x, along) });
    }
}

fn holds_video(tiles: &Tiles<PanelKind>, id: TileId) -> bool {
    match tiles.get(id) {
        Some(Tile::Pane(kind)) => *kind == PanelKind::Video,
        Some(Tile::Container(container)) => container.children().any(|child| holds_video(tiles, *child)),
        None => false,
    }
}

/// Draws panels into tiles.
struct Drawing<'a, 'b> {
    view: &'a ViewContext<'b>,
    local: &'a mut LocalUi,
    /// Tiles that have a tab, which serves as their header.
    stacked: Vec<TileId>,
    areas: &'a mut BTreeMap<PanelKind, Rect>,
}

impl Behavior<PanelKind> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile: TileId, panel: &mut PanelKind) -> UiResponse {
        let palette = &self.view.tokens.palette;
        self.areas.insert(*panel, ui.max_rect());
        ui.painter().rect_filled(ui.max_rect(), 0, palette.panel);
        // The video has no header of its own: others move around it.
        let headed = *panel != PanelKind::Video && !self.stacked.contains(&tile);
        let dragged = headed && header_ui(self.view, *panel, ui);
        let side =
            Frame::new().inner_margin(Margin { left: 10, right: 10, top: if headed { 2 } else { 8 }, bottom: 8 });
        if let Some((host, height)) = self.local.notices_room
            && host == *panel
            && *panel != PanelKind::Video
            && ui.available_height() > height + LEAST
        {
            ui.set_max_height(ui.available_height() - height);
        }
        match panel {
            PanelKind::Library => {
                side.show(ui, |ui| library_panel::library_ui(self.view, self.local, ui));
            }
            PanelKind::Queue => {
                side.show(ui, |ui| queue_panel::queue_ui(self.view, ui));
            }
            PanelKind::Model => {
                side.show(ui, |ui| model_panel::model_ui(self.view, &mut self.local.models, ui));
            }
            PanelKind::Compare => {
                side.show(ui, |ui| compare_panel::compare_ui(self.view, &mut self.local.compare, ui));
            }
            PanelKind::Map => {
                side.show(ui, |ui| map_panel::map_ui(self.view, &mut self.local.map, ui));
            }
            PanelKind::Evaluation => {
                side.show(ui, |ui| evaluation_panel::evaluation_ui(self.view, ui));
            }
            PanelKind::Ablation => {
                side.show(ui, |ui| ablation_panel::ablation_ui(self.view, &mut self.local.ablation, ui));
            }
            PanelKind::Similar => {
                side.show(ui, |ui| similar_panel::similar_ui(self.view, ui));
            }
            PanelKind::Inspector => {
                side.show(ui, |ui| inspector::inspector_ui(self.view, self.local, ui));
            }
            PanelKind::Timeline => stage::timeline_ui(self.view, &mut self.local.stage, ui),
            PanelKind::Attention => attention_panel::attention_ui(self.view, self.local, ui),
            PanelKind::Video => {
                let bar = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(10, 5));
                let view = self.view;
                Panel::bottom("transport")
                    .frame(bar)
                    .resizable(false)
                    .show(ui, |ui| transport_bar::transport_ui(view, ui));
                // What lies over the picture leaves the buttons free.
                self.areas.insert(*panel, ui.available_rect_before_wrap());
                stage::video_ui(view, &mut self.local.stage, ui);
            }
        }
        if dragged { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, panel: &PanelKind) -> WidgetText {
        panel.text().into()
    }

    fn gap_width(&self, _: &Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        LEAST
    }

    fn tab_bar_height(&self, _: &Style) -> f32 {
        HEADER
    }

    fn tab_bar_color(&self, _: &Visuals) -> Color32 {
        self.view.tokens.palette.sunken
    }

    fn tab_bg_color(&self, _: &Visuals, _: &Tiles<PanelKind>, _: TileId, state: &TabState) -> Color32 {
        if state.active { self.view.tokens.palette.panel } else { Color32::TRANSPARENT }
    }

    fn resize_stroke(&self, _: &Style, state: ResizeState) -> Stroke {
        let palette = &self.view.tokens.palette;
        match state {
            ResizeState::Idle => Stroke::NONE,
            ResizeState::Hovering => Stroke::new(GAP, palette.outline),
            ResizeState::Dragging => Stroke::new(GAP, palette.accent),
        }
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { flatten_tabs_in_tabs: true, ..SimplificationOptions::default() }
    }

    // Ctrl+Tab would act on whatever lies under the pointer, without a word.
    fn cycle_tabs_with_keyboard(&self) -> bool {
        false
    }
}

/// Title, grip and the button that hides the panel; whether a drag begins.
fn header_ui(view: &ViewContext<'_>, panel: PanelKind, ui: &mut Ui) -> bool {
    let palette = &view.tokens.palette;
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEADER));
    let grip =
        ui.interact(rect, ui.scope_id().with("header"), Sense::click_and_drag()).on_hover_cursor(CursorIcon::Grab);
    let name = format!("Move {}", panel.text());
    grip.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let grip = grip.on_hover_text("Drag to the edge of another panel, or onto it to share its place");
    let ink = if grip.hovered() { palette.text } else { palette.text_faint };
    let left = pos2(rect.left() + 10.0, rect.center().y);
    for (column, row) in [(0.0, -4.0), (0.0, 0.0), (0.0, 4.0), (4.0, -4.0), (4.0, 0.0), (4.0, 4.0)] {
        ui.painter().circle_filled(left + vec2(column + 1.0, row), 1.0, ink);
    }
    let at = left + vec2(13.0, 0.0);
    ui.painter().text(at, Align2::LEFT_CENTER, panel.text(), view.tokens.small(), palette.text_weak);

    let place = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), Vec2::splat(16.0));
    let close = ui.interact(place, ui.scope_id().with("hide"), Sense::CLICK);
    let name = format!("Hide {}", panel.text());
    close.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let close = close.on_hover_text("Hide this panel; the View menu brings it back");
    let ink = if close.hovered() || close.has_focus() { palette.text_strong } else { palette.text_faint };
    let (arm, stroke) = (3.5, Stroke::new(1.2, ink));
    ui.painter().line_segment([place.center() - Vec2::splat(arm), place.center() + Vec2::splat(arm)], stroke);
    ui.painter().line_segment([place.center() - vec2(arm, -arm), place.center() + vec2(arm, -arm)], stroke);
    if close.clicked() {
        view.actions.send(Action::TogglePanel(panel));
    }
    grip.drag_started()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use strum::IntoEnumIterator as _;

    use super::*;

    /// Any arrangement of the panels, two levels deep, as it is after repair.
    fn any_arrangement() -> impl Strategy<Value = Arrangement> {
        let order = Just(PanelKind::iter().collect::<Vec<_>>()).prop_shuffle();
        (order, 1_usize..4, 0_u8..3, 0_u8..3, 80_u16..900).prop_map(|(order, cut, outer, inner, size)| {
            let group = |kind: u8, members: Vec<Arrangement>| match kind {
                0 => Arrangement::Row(parts(members, size)),
                1 => Arrangement::Column(parts(members, size)),
                _ => Arrangement::Tabs { front: members.len() - 1, tabs: members },
            };
            let panels: Vec<_> = order.into_iter().map(Arrangement::Panel).collect();
            let mut members = panels[..cut].to_vec();
            members.push(group(inner, panels[cut..].to_vec()));
            group(outer, members).repaired()
        })
    }

    fn parts(members: Vec<Arrangement>, size: u16) -> Vec<Part> {
        members.into_iter().map(|content| Part { size: Some(f32::from(size)), content }).collect()
    }

    proptest! {
        #[test]
        fn tiles_say_what_they_were_built_from(panels in any_arrangement()) {
            let layout = Layout { panels, ..Layout::default() };
            let tree = build(&layout);
            let root = tree.root().expect("has a root");
            prop_assert_eq!(arrangement(&tree.tiles, root), Some(layout.panels));
        }

        #[test]
        fn shares_fill_the_window_and_leave_the_video_its_least(
            panels in any_arrangement(), width in 900.0_f32..3000.0, height in 560.0_f32..2000.0,
        ) {
            let layout = Layout { panels, hidden: BTreeSet::new(), ..Layout::default() };
            let mut tree = build(&layout);
            let root = tree.root().expect("has a root");
            fit(&mut tree.tiles, root, vec2(width, height));
            for (_, tile) in tree.tiles.iter() {
                let Tile::Container(Container::Linear(linear)) = tile else { continue };
                prop_assert!(linear.children.iter().all(|child| linear.shares[*child] >= 0.0));
            }
            if let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get(root) {
                let (room, least) = match linear.dir {
                    LinearDir::Horizontal => (width, LEAST_VIDEO.x),
                    LinearDir::Vertical => (height, LEAST_VIDEO.y),
                };
                let gaps = GAP * (linear.children.len() - 1) as f32;
                let sum: f32 = linear.children.iter().map(|child| linear.shares[*child]).sum();
                prop_assert!((sum + gaps - room).abs() < 0.5, "{} of {}", sum + gaps, room);
                let video = linear.children.iter().find(|child| holds_video(&tree.tiles, **child));
                prop_assert!(linear.shares[*video.expect("is somewhere")] >= least - 0.5);
            }
        }
    }

    #[test]
    fn what_is_hidden_takes_no_room() {
        let mut layout = Layout::default();
        layout.toggle(PanelKind::Timeline);
        let mut tree = build(&layout);
        let root = tree.root().expect("has a root");
        fit(&mut tree.tiles, root, vec2(1400.0, 900.0));
        let upper = tree.tiles.parent_of(tree.tiles.find_pane(&PanelKind::Video).expect("is there"));
        let column = upper.and_then(|upper| tree.tiles.parent_of(upper)).and_then(|column| tree.tiles.get(column));
        let Some(Tile::Container(Container::Linear(column))) = column else { panic!("a column") };
        assert_eq!(column.shares[upper.expect("a row")], 900.0);
    }
}
