//! A scatter plot: many points, of which one can be pointed at and some picked out.
//!
//! Owns drawing and gestures: a click on a point, a line or rectangle drawn around points, closer views. Does not own what
//! the points stand for, nor which are picked: it is told and answers.
//!
//! Points become one mesh that is kept while nothing changes, so tens of thousands cost little more than a few.

use std::sync::Arc;

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{
    Align2, Color32, CursorIcon, Key, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::theme::{Palette, Tokens};
use super::verdict;
use crate::domain::heat;
use crate::domain::lasso::Lasso;
use crate::domain::mark::{Form, Ink};

/// How near the pointer has to be to a point, in points of the screen.
const NEAR: f32 = 9.0;
/// With more points than this they are drawn smaller.
const MANY: usize = 3000;
/// Corners of the line that is drawn lie at least this far apart.
const CORNER: f32 = 3.0;
/// How much closer a view gets at most.
const CLOSEST: f32 = 200.0;

/// The corners of a form around a middle, as large as a disc of this radius.
pub fn outline(form: Form, middle: Pos2, radius: f32) -> Vec<Pos2> {
    form.outline(radius).map(|[x, y]| middle + vec2(x, y)).collect()
}

/// The colour of a mark.
pub fn ink(of: Ink, palette: &Palette) -> Color32 {
    let rgb = |[r, g, b]: [u8; 3]| Color32::from_rgb(r, g, b);
    match of {
        Ink::Score(score) => rgb(heat::of_point(&palette.heat.map(|c| [c.r(), c.g(), c.b()]), score)),
        Ink::Own(own) => rgb(own),
        Ink::Said(said) => verdict::color(said, palette),
        Ink::Event => palette.event,
        Ink::Higher => palette.higher,
        Ink::Lower => palette.lower,
        Ink::Weak => palette.text_faint,
    }
}

/// One point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Where, in the plot's own units.
    pub at: [f32; 2],
    /// Its colour.
    pub ink: Color32,
    /// Its form.
    pub form: Form,
    /// Whether it is picked out.
    pub picked: bool,
}

/// A straight line over the plot, in its own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guide {
    /// From here.
    pub from: [f32; 2],
    /// To here.
    pub to: [f32; 2],
    /// Its colour.
    pub ink: Color32,
    /// Whether it is dashed.
    pub dashed: bool,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Scatter<'a> {
    /// Its accessible name.
    pub name: &'a str,
    /// Lower left corner, in the plot's own units.
    pub low: [f32; 2],
    /// Upper right corner.
    pub high: [f32; 2],
    /// What x and y are.
    pub axes: [&'a str; 2],
    /// Whether the ends of both axes are written at them.
    pub ticks: bool,
    /// Lines below the points.
    pub guides: &'a [Guide],
    /// The point that stands for what is on screen, by its place.
    pub current: Option<usize>,
    /// Changes whenever the points do.
    pub key: u64,
    /// Side of the square.
    pub side: f32,
}

/// What the person did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScatterAnswer {
    /// The point under the pointer.
    pub hovered: Option<usize>,
    /// The point that was clicked.
    pub clicked: Option<usize>,
    /// The points that were surrounded; none of them means that nothing is to be picked.
    pub picked: Option<Vec<usize>>,
}

/// How points are surrounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// By a line drawn by hand.
    #[default]
    Lasso,
    /// By a rectangle.
    Rectangle,
}

/// What a plot remembers between frames.
#[derive(Clone, Debug, Default)]
pub struct ScatterState {
    /// How points are surrounded.
    pub tool: Tool,
    /// The line so far, on the screen.
    line: Vec<Pos2>,
    /// A closer view, in the plot's own units.
    view: Option<[[f32; 2]; 2]>,
    /// The corners of the plot that the view is a part of.
    whole: Option<[[f32; 2]; 2]>,
    mesh: Option<(MeshKey, Arc<Mesh>)>,
}

/// What a mesh was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct MeshKey {
    dots: u64,
    count: usize,
    rect: Rect,
    view: [[f32; 2]; 2],
}

impl ScatterState {
    /// Two buttons that choose how points are surrounded.
    pub fn tools_ui(&mut self, ui: &mut Ui) {
        for (tool, name, tip) in [
            (Tool::Lasso, "Lasso", "Drag a line around points to pick them"),
            (Tool::Rectangle, "Rectangle", "Drag a rectangle over points to pick them"),
        ] {
            if ui.selectable_label(self.tool == tool, name).on_hover_text(tip).clicked() {
                self.tool = tool;
            }
        }
        let whole = self.view.is_none();
        if ui.add_enabled(!whole, egui::Button::new("Whole plot")).on_hover_text("Show all points again").clicked() {
            self.view = None;
        }
    }
}

/// Draws the plot.
pub fn scatter_ui(
    ui: &mut Ui,
    scatter: &Scatter<'_>,
    dots: &[Dot],
    state: &mut ScatterState,
    tokens: &Tokens,
) -> (Response, ScatterAnswer) {
    let p = &tokens.palette;
    let room = if scatter.ticks { vec2(38.0, 30.0) } else { vec2(0.0, 16.0) };
    // The name of y stands above the plot, where it hides no point.
    let head = if scatter.axes[1].is_empty() { 0.0 } else { 17.0 };
    let (whole, response) = ui.allocate_exact_size(Vec2::splat(scatter.side.max(96.0)), Sense::click_and_drag());
    let rect = Rect::from_min_max(whole.min + vec2(room.x, head), whole.max - vec2(0.0, room.y));
    let picked = dots.iter().filter(|dot| dot.picked).count();
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Image, true, format!("{}: {} points, {picked} picked", scatter.name, dots.len()))
    });
    // Another plot has other units: a part of the last one may lie outside of it.
    if state.whole.replace([scatter.low, scatter.high]) != Some([scatter.low, scatter.high]) {
        state.view = None;
    }
    zoom(ui, &response, rect, scatter, state);
    let view = state.view.unwrap_or([scatter.low, scatter.high]);
    let place = |[x, y]: [f32; 2]| {
        let share = |v: f32, at: usize| (v - view[0][at]) / (view[1][at] - view[0][at]).max(f32::EPSILON);
        pos2(rect.left() + share(x, 0) * rect.width(), rect.bottom() - share(y, 1) * rect.height())
    };

    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, p.sunken);
    for guide in scatter.guides {
        let (ends, stroke) = ([place(guide.from), place(guide.to)], Stroke::new(1.0, guide.ink));
        if guide.dashed {
            painter.extend(Shape::dashed_line(&ends, stroke, 4.0, 4.0));
        } else {
            painter.line_segment(ends, stroke);
        }
    }
    let key = MeshKey { dots: scatter.key, count: dots.len(), rect, view };
    if state.mesh.as_ref().is_none_or(|(of, _)| *of != key) {
        state.mesh = Some((key, Arc::new(mesh(dots, rect, &place, picked > 0))));
    }
    if let Some((_, mesh)) = &state.mesh {
        painter.add(Shape::Mesh(Arc::clone(mesh)));
    }
    if let Some(dot) = scatter.current.and_then(|at| dots.get(at)) {
        painter.circle_stroke(place(dot.at), 6.0, Stroke::new(2.0, p.playhead));
    }
    axes_ui(ui.painter(), scatter, (rect, whole), view, tokens);

    let mut answer = ScatterAnswer::default();
    let pointer = response.hover_pos().filter(|at| rect.contains(*at));
    if let Some(pointer) = pointer.filter(|_| !response.dragged()) {
        answer.hovered = nearest(dots, pointer, &place);
        if let Some(dot) = answer.hovered.map(|at| dots[at]) {
            painter.circle_stroke(place(dot.at), 5.0, Stroke::new(1.5, p.text_strong));
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        } else {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
    }
    if response.clicked() {
        answer.clicked = answer.hovered;
        if answer.clicked.is_none() && picked > 0 {
            answer.picked = Some(Vec::new());
        }
    }
    answer.picked = answer.picked.or_else(|| surround(ui, &response, rect, state, dots, &place, tokens));
    let stroke = if response.has_focus() { Stroke::new(1.5, p.accent) } else { Stroke::new(1.0, p.outline) };
    ui.painter().rect_stroke(rect, 2.0, stroke, StrokeKind::Outside);
    (response, answer)
}

/// A closer view around the pointer, by the wheel with Ctrl or by two fingers; a double click shows all again.
fn zoom(ui: &Ui, response: &Response, rect: Rect, scatter: &Scatter<'_>, state: &mut ScatterState) {
    if response.double_clicked() {
        state.view = None;
    }
    let Some(pointer) = response.hover_pos().filter(|at| rect.contains(*at)) else { return };
    let by = ui.input(egui::InputState::zoom_delta);
    if by == 1.0 {
        return;
    }
    let share = [(pointer.x - rect.left()) / rect.width(), (rect.bottom() - pointer.y) / rect.height()];
    let whole = [scatter.low, scatter.high];
    state.view = closer(whole, state.view.unwrap_or(whole), share, by);
}

/// The part of `whole` that is `by` times closer than `view`, with what lies at `share` of it where it is; `None` is all.
fn closer(whole: [[f32; 2]; 2], view: [[f32; 2]; 2], share: [f32; 2], by: f32) -> Option<[[f32; 2]; 2]> {
    let [mut from, mut to] = whole;
    for at in 0..2 {
        let all = whole[1][at] - whole[0][at];
        let shown = view[1][at] - view[0][at];
        let size = (shown / by).clamp(all / CLOSEST, all);
        if size < all {
            // Of a smaller size there is room between the ends; of the whole one, rounding may leave none.
            let keep = view[0][at] + share[at] * shown;
            from[at] = (keep - share[at] * size).clamp(whole[0][at], whole[1][at] - size);
            to[at] = from[at] + size;
        }
    }
    ([from, to] != whole).then_some([from, to])
}

/// Follows the line that surrounds points; gives those within once it is closed.
fn surround(
    ui: &Ui,
    response: &Response,
    rect: Rect,
    state: &mut ScatterState,
    dots: &[Dot],
    place: &dyn Fn([f32; 2]) -> Pos2,
    tokens: &Tokens,
) -> Option<Vec<usize>> {
    let p = &tokens.palette;
    if response.drag_started() {
        state.line = ui.input(|i| i.pointer.press_origin()).filter(|at| rect.contains(*at)).into_iter().collect();
    }
    if state.line.is_empty() {
        return None;
    }
    if ui.input(|i| i.key_pressed(Key::Escape)) {
        state.line.clear();
        return None;
    }
    if let Some(at) = response.interact_pointer_pos().map(|at| rect.clamp(at)) {
        let far = state.line.last().is_none_or(|last| last.distance(at) >= CORNER);
        match state.tool {
            Tool::Lasso if far => state.line.push(at),
            Tool::Lasso => {}
            Tool::Rectangle => {
                state.line.truncate(1);
                state.line.push(at);
            }
        }
    }
    let corner = |at: &Pos2| [at.x, at.y];
    let lasso = match (state.tool, &state.line[..]) {
        (Tool::Rectangle, [a, b]) => Lasso::rectangle(corner(a), corner(b)),
        (_, line) => Lasso::new(line.iter().map(corner).collect()),
    };
    if response.drag_stopped() {
        state.line.clear();
        let within = |(at, dot): (usize, &Dot)| lasso.contains(corner(&place(dot.at))).then_some(at);
        return Some(dots.iter().enumerate().filter_map(within).collect());
    }
    let shown: Vec<Pos2> = lasso.corners().iter().map(|[x, y]| pos2(*x, *y)).collect();
    let painter = ui.painter().with_clip_rect(rect);
    painter.add(Shape::closed_line(shown, Stroke::new(1.5, p.accent)));
    None
}

fn nearest(dots: &[Dot], pointer: Pos2, place: &dyn Fn([f32; 2]) -> Pos2) -> Option<usize> {
    let far = |dot: &Dot| place(dot.at).distance_sq(pointer);
    let near = dots.iter().enumerate().map(|(at, dot)| (at, far(dot))).filter(|(_, far)| *far <= NEAR * NEAR);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// All points; those that are picked on top of the others, which are dimmed.
fn mesh(dots: &[Dot], rect: Rect, place: &dyn Fn([f32; 2]) -> Pos2, any_picked: bool) -> Mesh {
    let radius = if dots.len() > MANY { 1.5 } else { 2.6 };
    let mut mesh = Mesh::default();
    for wanted in [false, true] {
        for dot in dots.iter().filter(|dot| dot.picked == wanted) {
            let middle = place(dot.at);
            if !rect.expand(4.0).contains(middle) {
                continue;
            }
            let ink = match (any_picked, wanted) {
                (true, false) => dot.ink.gamma_multiply(0.28),
                (true, true) => dot.ink,
                _ => dot.ink.gamma_multiply(0.85),
            };
            let first = mesh.vertices.len() as u32;
            let corners = outline(dot.form, middle, if wanted { radius * 1.3 } else { radius });
            mesh.vertices.extend(corners.iter().map(|pos| Vertex { pos: *pos, uv: WHITE_UV, color: ink }));
            for corner in 1..corners.len() as u32 - 1 {
                mesh.indices.extend([first, first + corner, first + corner + 1]);
            }
        }
    }
    mesh
}

/// Names of the axes, and what lies at their ends.
fn axes_ui(
    painter: &Painter,
    scatter: &Scatter<'_>,
    (rect, whole): (Rect, Rect),
    view: [[f32; 2]; 2],
    tokens: &Tokens,
) {
    let p = &tokens.palette;
    let small = || tokens.small();
    let bottom = pos2(rect.center().x, whole.bottom());
    painter.text(bottom, Align2::CENTER_BOTTOM, scatter.axes[0], small(), p.text_weak);
    if !scatter.axes[1].is_empty() {
        painter.text(whole.left_top(), Align2::LEFT_TOP, scatter.axes[1], small(), p.text_weak);
    }
    if !scatter.ticks {
        return;
    }
    let figure = |value: f32| format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
    for share in [0.0, 0.5, 1.0] {
        let value = |at: usize| view[0][at] + share * (view[1][at] - view[0][at]);
        let align = [Align2::LEFT_TOP, Align2::CENTER_TOP, Align2::RIGHT_TOP][(share * 2.0) as usize];
        let at = pos2(rect.left() + share * rect.width(), rect.bottom() + 2.0);
        painter.text(at, align, figure(value(0)), tokens.small_figures(), p.text_faint);
        let align = [Align2::RIGHT_BOTTOM, Align2::RIGHT_CENTER, Align2::RIGHT_TOP][(share * 2.0) as usize];
        let at = pos2(rect.left() - 3.0, rect.bottom() - share * rect.height());
        painter.text(at, align, figure(value(1)), tokens.small_figures(), p.text_faint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(x: f32, y: f32, picked: bool) -> Dot {
        Dot { at: [x, y], ink: Color32::RED, form: Form::Disc, picked }
    }

    #[test]
    fn the_nearest_point_within_reach_is_meant() {
        let dots = [dot(0.0, 0.0, false), dot(8.0, 0.0, false), dot(100.0, 0.0, false)];
        let place = |[x, y]: [f32; 2]| pos2(x, y);
        assert_eq!(nearest(&dots, pos2(5.0, 0.0), &place), Some(1));
        assert_eq!(nearest(&dots, pos2(3.0, 1.0), &place), Some(0));
        assert_eq!(nearest(&dots, pos2(50.0, 0.0), &place), None);
    }

    #[test]
    fn zooming_out_ends_with_the_whole_plot_whatever_its_ends_are() {
        for step in 1..400_u16 {
            let (low, high) = (-f32::from(step) * 0.137, f32::from(step % 83) * 0.0719 + 0.01);
            let whole = [[low, low * 0.3], [high, high * 7.1]];
            let near = closer(whole, whole, [0.3, 0.8], 8.0).expect("is closer");
            assert!(near[0][0] >= low && near[1][0] <= high && near[1][0] - near[0][0] < (high - low) * 0.2);
            let far = (0..4).try_fold(near, |view, _| closer(whole, view, [0.6, 0.1], 0.4));
            assert_eq!((far, closer(whole, whole, [0.6, 0.1], 0.4)), (None, None), "{whole:?}");
        }
    }

    #[test]
    fn picked_points_lie_on_top_and_the_others_are_dimmed() {
        let dots = [dot(1.0, 1.0, true), dot(2.0, 2.0, false), dot(900.0, 1.0, false)];
        let rect = Rect::from_min_size(Pos2::ZERO, Vec2::splat(10.0));
        let mesh = mesh(&dots, rect, &|[x, y]| pos2(x, y), true);
        assert_eq!(mesh.vertices.len(), 16, "what lies outside is not drawn");
        assert_eq!(
            (mesh.vertices[15].color, mesh.vertices[0].color),
            (Color32::RED, Color32::RED.gamma_multiply(0.28))
        );
        assert!(mesh.is_valid());
    }
}
