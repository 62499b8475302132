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
    /// Sound is heard.
    Sound,
    /// Sound would be heard at another speed or in the other direction.
    SoundResting,
    /// Sound is off.
    Muted,
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
    let speaker = || {
        let at = |x: f32, y: f32| center + vec2(x, y);
        let magnet = Rect::from_min_max(at(-7.5, -2.5), at(-4.0, 2.5));
        let cone = vec![at(-4.5, -2.5), at(0.0, -6.5), at(0.0, 6.5), at(-4.5, 2.5)];
        vec![Shape::rect_filled(magnet, 0.0, color), Shape::convex_polygon(cone, color, Stroke::NONE)]
    };
    let wave = |radius: f32| {
        let points = (-4..=4).map(|i| {
            let (sin, cos) = (i as f32 / 4.0 * 0.9).sin_cos();
            center + vec2(cos * radius, sin * radius)
        });
        Shape::line(points.collect(), Stroke::new(1.5, color))
    };
    let stroke = |from: (f32, f32), to: (f32, f32)| {
        Shape::line_segment([center + from.into(), center + to.into()], Stroke::new(1.5, color))
    };
    painter.extend(match symbol {
        Symbol::Sound => [speaker(), vec![wave(4.0), wave(7.5)]].concat(),
        Symbol::SoundResting => speaker(),
        Symbol::Muted => [speaker(), vec![stroke((3.0, -3.0), (9.0, 3.0)), stroke((3.0, 3.0), (9.0, -3.0))]].concat(),
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
