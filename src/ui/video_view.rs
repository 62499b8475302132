//! The picture.
//!
//! Owns fitting it into the space, the overlay, and what stands there when there is no picture. Does
//! not own decoding: it shows the best picture at hand.

use std::sync::Arc;
use std::time::Duration;

use egui::emath::GuiRounding as _;
use egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};

use super::filmstrip::{self, Still};
use super::picture_gestures::{area, gestures};
use super::theme::Tokens;
use super::verdict;
use super::widgets::chip::chip;
use crate::app::clock::RecordingClock;
use crate::app::picture::{Deinterlace, PictureView};
use crate::app::reviews::EventMark;
use crate::domain::frame::{Delay, Detail, Frame, Playing};
use crate::domain::score::SnippetScores;
use crate::domain::segment::EventRule;
use crate::domain::snippet::SnippetGrid;
use crate::gpu::video::{Look, Rows, picture_as};

/// Seconds that an older picture may stand in before it is said. Shorter delays are not worth a flicker.
const GRACE: f64 = 0.4;
/// From the edge of the picture to the overlay.
const INSET: Vec2 = Vec2::splat(10.0);
/// This view's textures among those of the window.
const SLOT: u32 = 0;

/// What is to be shown.
#[derive(Clone, Copy, Debug)]
pub enum VideoContent<'a> {
    /// No video is open; the text says how to open one.
    Empty(&'a str),
    /// The video cannot be shown; the text says why.
    Failed(&'a str),
    /// A picture, or none yet.
    Video {
        /// The best picture at hand.
        playing: &'a Playing,
        /// How frames make snippets.
        grid: SnippetGrid,
        /// Scores so far.
        snippets: Option<&'a SnippetScores>,
        /// Colours the score.
        rule: &'a EventRule,
        /// How the picture is looked at.
        picture: PictureView,
        /// A small picture nearer to the frame that is asked for than the best one at hand, while that is decoded.
        stand_in: Option<Still>,
        /// When the recording was made, if that was stated.
        clock: Option<RecordingClock>,
        /// What was said about the event on screen.
        mark: Option<EventMark>,
    },
}

/// Memory between frames.
#[derive(Clone, Debug, Default)]
pub struct VideoViewState {
    /// Since when, in egui's time, an older picture stands in.
    behind_since: Option<f64>,
}

/// Fills the space left in `ui`. The response tells clicks on the picture; with it, how it is to be looked at from now on.
pub fn video_ui(
    ui: &mut Ui,
    content: &VideoContent<'_>,
    overlay: bool,
    tokens: &Tokens,
    state: &mut VideoViewState,
) -> (Response, Option<PictureView>) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let mut wanted = None;
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 0, tokens.palette.video);
    let said = match content {
        VideoContent::Empty(hint) => {
            paint_empty(&painter, rect, hint, tokens);
            (*hint).to_owned()
        }
        VideoContent::Failed(reason) => {
            paint_message(&painter, rect, "This video cannot be shown", reason, tokens);
            (*reason).to_owned()
        }
        VideoContent::Video { playing, grid, snippets, rule, picture: looked_at, stand_in, clock, mark } => {
            let late = is_late(ui, playing.delay, state);
            match &playing.frame {
                _ if let Some(still) = stand_in => {
                    let size =
                        playing.frame.as_ref().map_or_else(|| (f64::from(still.aspect), 1.0), |f| f.display_size());
                    let area = area(rect, size, looked_at).round_to_pixels(ui.pixels_per_point());
                    wanted = gestures(ui, &response, rect, area, looked_at);
                    filmstrip::paint(&painter, area, still, Color32::WHITE);
                    let text = if still.frame == playing.wanted {
                        format!("#{}, sharper in a moment", still.frame)
                    } else {
                        format!("#{} stands in → #{}", still.frame, playing.wanted)
                    };
                    let colors = (tokens.palette.on_scrim, tokens.palette.scrim);
                    let at = lower_left(area.intersect(rect));
                    chip(&painter, at, Align2::LEFT_BOTTOM, text, tokens.figures(), colors);
                }
                None if late => paint_message(&painter, rect, "Decoding …", "", tokens),
                None => {}
                Some(frame) => {
                    let area = area(rect, frame.display_size(), looked_at).round_to_pixels(ui.pixels_per_point());
                    wanted = gestures(ui, &response, rect, area, looked_at);
                    match picture_as(area, SLOT, Arc::clone(frame), look(looked_at)) {
                        Ok(shape) => {
                            painter.add(shape);
                        }
                        Err(err) => {
                            paint_message(&painter, rect, "This frame cannot be shown", &err.to_string(), tokens);
                        }
                    }
                    if overlay {
                        let caption = Caption {
                            playing,
                            frame,
                            grid: *grid,
                            snippets: *snippets,
                            rule,
                            late,
                            clock: *clock,
                            mark: *mark,
                        };
                        caption.paint(&painter, area.intersect(rect), tokens);
                        paint_look(&painter, area.intersect(rect), looked_at, tokens);
                    }
                }
            }
            playing.frame.as_ref().map_or_else(String::new, |f| format!("frame {} at {}", f.number, f.time))
        }
    };
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Image, ui.is_enabled(), "Video");
        info.current_text_value = Some(said.clone());
        info
    });
    (response, wanted)
}

/// Where the position is written.
fn lower_left(area: Rect) -> Pos2 {
    area.left_bottom() + vec2(INSET.x, -INSET.y)
}

fn look(view: &PictureView) -> Look {
    let rows = match view.deinterlace {
        Deinterlace::Off => Rows::AsStored,
        Deinterlace::Blend => Rows::Blended,
        Deinterlace::Upper => Rows::Even,
        Deinterlace::Lower => Rows::Odd,
    };
    Look { brightness: view.brightness, contrast: view.contrast, gamma: view.gamma, rows }
}

/// Says that the picture is not shown as it is, so that nobody takes it for the recording.
fn paint_look(painter: &Painter, area: Rect, view: &PictureView, tokens: &Tokens) {
    let plain = PictureView::default();
    let mut said = Vec::new();
    if view.zoom != plain.zoom {
        said.push(format!("{:.1}×", view.zoom));
    }
    if (view.brightness, view.contrast, view.gamma) != (plain.brightness, plain.contrast, plain.gamma) {
        said.push("light changed".to_owned());
    }
    if view.deinterlace != plain.deinterlace {
        said.push(view.deinterlace.text().to_owned());
    }
    if !said.is_empty() {
        let at = area.left_top() + INSET;
        let colors = (tokens.palette.on_scrim, tokens.palette.scrim);
        chip(painter, at, Align2::LEFT_TOP, said.join(" · "), tokens.figures(), colors);
    }
}

/// The largest rectangle of the shape of `size` in the middle of `space`.
pub fn fitted(space: Rect, size: (f64, f64)) -> Rect {
    let size = vec2(size.0 as f32, size.1 as f32);
    if !(size.x.is_normal() && size.y.is_normal() && size.min_elem() > 0.0) {
        return space;
    }
    let scale = (space.width() / size.x).min(space.height() / size.y).max(0.0);
    Rect::from_center_size(space.center(), size * scale)
}

/// Whether the right picture has been missing for longer than [`GRACE`]. Asks to be drawn again when that ends.
fn is_late(ui: &Ui, delay: Delay, state: &mut VideoViewState) -> bool {
    if delay == Delay::UpToDate {
        state.behind_since = None;
        return false;
    }
    let now = ui.input(|i| i.time);
    let behind = now - *state.behind_since.get_or_insert(now);
    if behind < GRACE {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(GRACE - behind));
    }
    behind >= GRACE
}

/// What the overlay says of the picture that is on screen, which may be an older one than asked for.
struct Caption<'a> {
    playing: &'a Playing,
    frame: &'a Frame,
    grid: SnippetGrid,
    snippets: Option<&'a SnippetScores>,
    rule: &'a EventRule,
    late: bool,
    clock: Option<RecordingClock>,
    mark: Option<EventMark>,
}

impl Caption<'_> {
    fn paint(&self, painter: &Painter, area: Rect, tokens: &Tokens) {
        let p = &tokens.palette;
        let font = tokens.figures();
        let plain = (p.on_scrim, p.scrim);
        // Below: recorders write their clock into the top of the picture.
        let at = lower_left(area);
        let mut text = format!("{}   #{}", self.frame.time, self.frame.number);
        if let Some(date) = self.clock.and_then(|clock| clock.at(self.frame.time).text()) {
            text = format!("{text}   {date}");
        }
        if self.stands_in() {
            text = format!("{text} → #{}", self.playing.wanted);
        }
        let place = chip(painter, at, Align2::LEFT_BOTTOM, text, font.clone(), plain);

        let snippet = self.grid.snippet_of(self.frame.number);
        let score = self.snippets.and_then(|s| s.scores.get(snippet));
        let at = pos2(area.right() - INSET.x, area.top() + INSET.y);
        let next = match score {
            Some(score) => {
                let colors = level(*score, self.rule, tokens);
                let text = format!("score {score:.2}");
                let rect = chip(painter, at, Align2::RIGHT_TOP, text, font.clone(), colors);
                rect.left_top() - vec2(6.0, 0.0)
            }
            None => at,
        };
        chip(painter, next, Align2::RIGHT_TOP, format!("snippet {snippet}"), font.clone(), plain);

        if let Some(mark) = self.mark {
            let mut at = area.right_bottom() - INSET;
            let ink = verdict::color(mark.verdict, &Tokens::of(egui::Theme::Dark).palette);
            let text = verdict::sentence(mark);
            let width = painter.layout_no_wrap(text.clone(), font.clone(), ink).size().x;
            // In a narrow picture it goes above the time, which a sentence would cover.
            if at.x - width - 2.0 * INSET.x < place.right() {
                at.y = place.top() - 6.0;
            }
            chip(painter, at, Align2::RIGHT_BOTTOM, text, font.clone(), (ink, p.scrim));
        }
        self.paint_warning(painter, place.left_top() - vec2(0.0, 6.0), font, tokens);
    }

    /// Whether this is another picture than the one asked for, at a place that a person chose.
    fn stands_in(&self) -> bool {
        // While it plays, a frame that is late by a moment is no news.
        self.playing.delay == Delay::Decoding && (self.late || self.frame.number.abs_diff(self.playing.wanted) > 2)
    }

    fn paint_warning(&self, painter: &Painter, at: Pos2, font: FontId, tokens: &Tokens) {
        let p = &tokens.palette;
        let Playing { delay, detail, crowded, .. } = *self.playing;
        let warn = Color32::from_rgb(0xff, 0xc0, 0x40);
        let (text, ink) = match (delay, detail) {
            (Delay::Unavailable, _) if self.late => ("no picture here: the last good one", warn),
            (Delay::Decoding, _) if self.late && crowded => ("slow: not all frames back to the key frame fit", warn),
            (Delay::Decoding, _) if self.late => ("decoding …", p.on_scrim),
            _ if self.frame.damaged => ("damaged picture", warn),
            (_, Detail::Keys) => ("key frames only", p.on_scrim),
            (_, Detail::References) => ("some frames left out", p.on_scrim),
            (_, Detail::All) => return,
        };
        chip(painter, at, Align2::LEFT_BOTTOM, text.to_owned(), font, (ink, p.scrim));
    }
}

/// Ink and ground of a score: an event, within the hysteresis, or neither. The figure says it as well.
fn level(score: f32, rule: &EventRule, tokens: &Tokens) -> (Color32, Color32) {
    let dark = Tokens::of(egui::Theme::Dark);
    let ground = if score >= rule.threshold {
        dark.palette.event
    } else if score >= rule.low() {
        dark.palette.score
    } else {
        return (tokens.palette.on_scrim, tokens.palette.scrim);
    };
    (Color32::BLACK, ground)
}

/// A frame with a play mark, and how to begin.
fn paint_empty(painter: &Painter, rect: Rect, hint: &str, tokens: &Tokens) {
    // The ground is dark in both themes, so the ink is that of the dark one.
    let p = &Tokens::of(egui::Theme::Dark).palette;
    let center = rect.center() - vec2(0.0, 30.0);
    let icon = Rect::from_center_size(center, vec2(84.0, 56.0));
    painter.rect_stroke(icon, 8, Stroke::new(2.0, p.text_faint), egui::StrokeKind::Inside);
    let mark = vec![center + vec2(-8.0, -12.0), center + vec2(14.0, 0.0), center + vec2(-8.0, 12.0)];
    painter.add(Shape::convex_polygon(mark, p.text_faint, Stroke::NONE));
    let font = FontId::proportional(tokens.sizes.heading);
    let line =
        painter.text(icon.center_bottom() + vec2(0.0, 18.0), Align2::CENTER_TOP, "No video is open", font, p.text);
    paint_wrapped(painter, line.center_bottom() + vec2(0.0, 6.0), rect, hint, tokens);
}

fn paint_message(painter: &Painter, rect: Rect, title: &str, text: &str, tokens: &Tokens) {
    let p = &Tokens::of(egui::Theme::Dark).palette;
    let font = FontId::proportional(tokens.sizes.heading);
    let line = painter.text(rect.center() - vec2(0.0, 12.0), Align2::CENTER_BOTTOM, title, font, p.text_strong);
    paint_wrapped(painter, line.center_bottom() + vec2(0.0, 8.0), rect, text, tokens);
}

fn paint_wrapped(painter: &Painter, top: Pos2, rect: Rect, text: &str, tokens: &Tokens) {
    let p = &Tokens::of(egui::Theme::Dark).palette;
    let width = (rect.width() - 48.0).clamp(40.0, 560.0);
    let mut job = egui::text::LayoutJob::simple(text.to_owned(), tokens.body(), p.text_weak, width);
    job.halign = egui::Align::Center;
    let galley = painter.layout_job(job);
    painter.galley(top, galley, p.text_weak);
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    #[test]
    fn pictures_keep_their_shape() {
        let space = Rect::from_min_size(pos2(10.0, 20.0), vec2(200.0, 100.0));
        assert_eq!(fitted(space, (100.0, 100.0)), Rect::from_center_size(space.center(), vec2(100.0, 100.0)));
        assert_eq!(fitted(space, (1920.0, 480.0)), Rect::from_center_size(space.center(), vec2(200.0, 50.0)));
        assert_eq!(fitted(space, (f64::NAN, 1.0)), space);
        assert_eq!(fitted(space, (0.0, 1.0)), space);
    }

    #[test]
    fn delays_are_told_only_after_the_grace() {
        let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let sink = std::rc::Rc::clone(&seen);
        let mut state = VideoViewState::default();
        let mut harness = Harness::builder().with_step_dt(0.15).build_ui(move |ui| {
            sink.borrow_mut().push(is_late(ui, Delay::Decoding, &mut state));
        });
        harness.run_steps(6);
        let seen = seen.borrow();
        assert_eq!(seen[..3], [false; 3]);
        assert_eq!(seen.last(), Some(&true));
    }

    #[test]
    fn empty_view_has_a_name_and_says_how_to_begin() {
        let mut state = VideoViewState::default();
        let tokens = Tokens::of(egui::Theme::Dark);
        let harness = Harness::builder().build_ui(move |ui| {
            video_ui(ui, &VideoContent::Empty("Drop a file here"), true, tokens, &mut state);
        });
        let view = harness.get_by_label("Video");
        assert_eq!(view.accesskit_node().value().as_deref(), Some("Drop a file here"));
    }
}
