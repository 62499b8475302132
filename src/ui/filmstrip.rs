//! Small pictures of the video on screen, as textures.
//!
//! Owns the textures, bounded in bytes, and how a picture that is still coming is shown. Does not own the
//! making of pictures: see `app::services::Thumbs`.

use std::cell::RefCell;
use std::fmt;

use egui::{
    Align2, Color32, ColorImage, CornerRadius, Painter, Rect, Response, Role, Sense, TextureHandle, TextureOptions, Ui,
    WidgetInfo, pos2, vec2,
};

use super::theme::Tokens;
use super::widgets::chip::chip;
use crate::app::library::EntryId;
use crate::app::services::Thumbs;
use crate::domain::pixels::Thumb;
use crate::domain::shelf::Shelf;

/// Bytes of textures kept.
const BYTES: usize = 8 << 20;

/// Narrower pictures that stand in for another are only dimmed.
const LABELLED: f32 = 110.0;

/// The textures of one video.
#[derive(Default)]
pub struct Stills(RefCell<Option<(EntryId, Shelf<TextureHandle>)>>);

impl fmt::Debug for Stills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stills")
    }
}

/// A small picture that can be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Still {
    /// What to draw. Kept alive by the collection.
    pub texture: egui::TextureId,
    /// Width divided by height.
    pub aspect: f32,
    /// Which frame it shows; not the one asked for while that is still being made.
    pub frame: usize,
}

/// Where views get small pictures from.
#[derive(Clone, Copy, Debug)]
pub struct Filmstrip<'a> {
    thumbs: &'a Thumbs,
    stills: &'a Stills,
    entry: EntryId,
}

impl<'a> Filmstrip<'a> {
    /// Pictures of `entry`, which is the video on screen.
    pub fn new(thumbs: &'a Thumbs, stills: &'a Stills, entry: EntryId) -> Self {
        Self { thumbs, stills, entry }
    }

    /// The picture of `frame`, or the nearest one until that is made. Never waits.
    pub fn ask(&self, ctx: &egui::Context, frame: usize) -> Option<Still> {
        self.thumbs.ask(frame).map(|thumb| self.still(ctx, &thumb))
    }

    /// The nearest picture there is to `frame`. Asks for nothing.
    pub fn nearest(&self, ctx: &egui::Context, frame: usize) -> Option<Still> {
        self.thumbs.nearest(frame).map(|thumb| self.still(ctx, &thumb))
    }

    fn still(&self, ctx: &egui::Context, thumb: &Thumb) -> Still {
        let (width, height) = (thumb.picture.width, thumb.picture.height);
        let mut stills = self.stills.0.borrow_mut();
        let (entry, shelf) = stills.get_or_insert_with(|| (self.entry, Shelf::new(BYTES)));
        if *entry != self.entry {
            *entry = self.entry;
            shelf.clear();
        }
        let texture = if let Some(texture) = shelf.get(thumb.frame) {
            texture.id()
        } else {
            let image = ColorImage::from_rgb([width, height], &thumb.picture.data);
            let texture = ctx.load_texture(format!("still {}", thumb.frame), image, TextureOptions::LINEAR);
            let id = texture.id();
            shelf.put(thumb.frame, texture, width * height * 4);
            id
        };
        Still { texture, aspect: width as f32 / height as f32, frame: thumb.frame }
    }

    /// Draws the picture of `frame`, `width` points wide; a dark tile until there is any. A nearby picture that
    /// stands in is dimmed and says so.
    pub fn tile_ui(&self, ui: &mut Ui, frame: usize, width: f32, sense: Sense, tokens: &Tokens) -> Response {
        let still = self.ask(ui.ctx(), frame);
        let aspect = still.as_ref().map_or(16.0 / 9.0, |still| still.aspect);
        // Upright pictures would else be taller than the window.
        let size = if aspect >= 1.0 { vec2(width, width / aspect) } else { vec2(width * aspect, width) };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let said = if let Some(still) = &still {
            let exact = still.frame == frame;
            paint(ui.painter(), rect, still, if exact { Color32::WHITE } else { Color32::GRAY });
            if !exact && rect.width() >= LABELLED {
                let p = &tokens.palette;
                let text = format!("#{} stands in", still.frame);
                let at = rect.left_bottom() + vec2(3.0, -3.0);
                chip(ui.painter(), at, Align2::LEFT_BOTTOM, text, tokens.small(), (p.on_scrim, p.scrim));
            }
            format!("Picture of frame {}", still.frame)
        } else {
            ui.painter().rect_filled(rect, CornerRadius::same(3), tokens.palette.video);
            format!("Picture of frame {frame} is coming")
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
        response
    }
}

/// Draws a still over `rect`.
pub fn paint(painter: &Painter, rect: Rect, still: &Still, tint: Color32) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(still.texture, rect, whole, tint);
}
