//! Small pictures of frames of any open video, as textures.
//!
//! Owns the textures, bounded in number. Does not own the making of pictures: see `app::services::PeakPictures`.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use egui::{ColorImage, Context, CornerRadius, Painter, Rect, TextureHandle, TextureOptions, pos2};

use super::theme::Palette;
use crate::app::services::PeakPictures;
use crate::domain::library::VideoId;

/// Textures kept: several screens of rows.
const KEPT: usize = 200;

/// The textures.
#[derive(Default)]
pub struct PeakTextures(RefCell<Kept>);

#[derive(Default)]
struct Kept {
    textures: BTreeMap<(VideoId, usize), TextureHandle>,
    /// The oldest first.
    order: VecDeque<(VideoId, usize)>,
}

impl fmt::Debug for PeakTextures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeakTextures")
    }
}

/// Where views get them from.
#[derive(Clone, Copy, Debug)]
pub struct Peaks<'a> {
    pictures: &'a PeakPictures,
    textures: &'a PeakTextures,
}

impl<'a> Peaks<'a> {
    /// Pictures, and where their textures are kept.
    pub fn new(pictures: &'a PeakPictures, textures: &'a PeakTextures) -> Self {
        Self { pictures, textures }
    }

    /// Draws the picture of a frame into `rect`, cut to fill it; a dark tile as long as there is none.
    pub fn paint(&self, ctx: &Context, painter: &Painter, rect: Rect, (video, frame): (&VideoId, usize), p: &Palette) {
        painter.rect_filled(rect, CornerRadius::same(2), p.video);
        let key = (video.clone(), frame);
        let mut kept = self.textures.0.borrow_mut();
        if !kept.textures.contains_key(&key) {
            let Some(thumb) = self.pictures.ask(video, frame) else { return };
            let image = ColorImage::from_rgb([thumb.picture.width, thumb.picture.height], &thumb.picture.data);
            let texture = ctx.load_texture("peak", image, TextureOptions::LINEAR);
            kept.textures.insert(key.clone(), texture);
            kept.order.push_back(key.clone());
            while kept.order.len() > KEPT {
                let Some(oldest) = kept.order.pop_front() else { break };
                kept.textures.remove(&oldest);
            }
        }
        if let Some(texture) = kept.textures.get(&key) {
            painter.image(texture.id(), rect, cut(texture.size_vec2(), rect), egui::Color32::WHITE);
        }
    }
}

/// The middle of a picture that has the shape of `rect`, in texture coordinates.
fn cut(size: egui::Vec2, rect: Rect) -> Rect {
    let (have, want) = (size.x / size.y.max(1.0), rect.width() / rect.height().max(1.0));
    let (x, y) = if have > want { (want / have, 1.0) } else { (1.0, have / want) };
    Rect::from_center_size(pos2(0.5, 0.5), egui::vec2(x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_fill_their_tile_without_being_squeezed() {
        let tile = Rect::from_min_size(pos2(5.0, 5.0), egui::vec2(60.0, 40.0));
        let wide = cut(egui::vec2(300.0, 100.0), tile);
        assert!((wide.width() - 0.5).abs() < 1e-5 && wide.height() == 1.0);
        let tall = cut(egui::vec2(100.0, 200.0), tile);
        assert!((tall.height() - 1.0 / 3.0).abs() < 1e-5 && tall.width() == 1.0);
    }
}
