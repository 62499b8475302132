//! Symbols of playback, drawn as shapes: fonts that have them cannot be relied on.
//!
//! Owns their outlines. Does not own the buttons they stand on.

use egui::{Color32, Painter, Rect, Shape, Stroke, pos2, vec2};

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// To the start.
    Start,
    /// To the end.
    End,
    /// One frame back.
    Back,
    /// One frame on.
    Forward,
    /// Playing.
    Play,
    /// At rest.
    Pause,
    /// The event before.
    PreviousEvent,
    /// The event after.
    NextEvent,
}

/// Draws `symbol` into the middle of `rect`, twelve points high.
pub fn symbol(painter: &Painter, rect: Rect, symbol: Symbol, color: Color32) {
    let (center, half) = (rect.center(), 6.0);
    let triangle = |x: f32, direction: f32, half: f32| {
        let tip = pos2(center.x + x + direction * half * 0.8, center.y);
        let base = center.x + x - direction * half * 0.8;
        let mut points = vec![pos2(base, center.y - half), tip, pos2(base, center.y + half)];
        if direction < 0.0 {
            points.reverse();
        }
        Shape::convex_polygon(points, color, Stroke::NONE)
    };
    let bar = |x: f32, width: f32| {
        let rect = Rect::from_center_size(center + vec2(x, 0.0), vec2(width, half * 2.0));
        Shape::rect_filled(rect, 0.0, color)
    };
    let diamond = |x: f32| {
        let at = center + vec2(x, 0.0);
        let (w, h) = (4.0, 5.0);
        let points = vec![at - vec2(0.0, h), at + vec2(w, 0.0), at + vec2(0.0, h), at - vec2(w, 0.0)];
        Shape::convex_polygon(points, color, Stroke::NONE)
    };
    painter.extend(match symbol {
        Symbol::Play => vec![triangle(0.0, 1.0, 7.0)],
        Symbol::Pause => vec![bar(-3.5, 4.0), bar(3.5, 4.0)],
        Symbol::Start => vec![bar(-5.0, 2.0), triangle(1.5, -1.0, half)],
        Symbol::End => vec![triangle(-1.5, 1.0, half), bar(5.0, 2.0)],
        Symbol::Back => vec![triangle(-2.0, -1.0, half), bar(5.0, 2.0)],
        Symbol::Forward => vec![bar(-5.0, 2.0), triangle(2.0, 1.0, half)],
        Symbol::PreviousEvent => vec![triangle(-5.0, -1.0, half), diamond(5.0)],
        Symbol::NextEvent => vec![diamond(-5.0), triangle(5.0, 1.0, half)],
    });
}
