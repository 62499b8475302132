//! The fixed camera: places in the world to places in the picture and back.
//!
//! Owns perspective. Does not own what is drawn, nor what the sensor adds (see [`super::sensor`]).

use super::vector::{V3, v3};

/// A pinhole camera.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    pub eye: V3,
    pub right: V3,
    pub up: V3,
    pub forward: V3,
    /// Focal length in pixels.
    pub focal: f32,
    pub width: usize,
    pub height: usize,
}

/// Where a place appears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dot {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the top edge.
    pub y: f32,
    /// Metres along the viewing axis.
    pub depth: f32,
}

impl Camera {
    /// At height `eye.y`, turned to the right by `yaw` and down by `pitch` radians, `view` radians wide.
    pub fn new(eye: V3, yaw: f32, pitch: f32, view: f32, (width, height): (usize, usize)) -> Self {
        let forward = v3(yaw.sin() * pitch.cos(), -pitch.sin(), yaw.cos() * pitch.cos());
        let right = v3(yaw.cos(), 0.0, -yaw.sin());
        let focal = width as f32 / 2.0 / (view / 2.0).tan();
        Self { eye, right, up: forward.cross(right), forward, focal, width, height }
    }

    /// `None` for what is behind the camera or right at it.
    pub fn project(&self, place: V3) -> Option<Dot> {
        let to = place - self.eye;
        let depth = to.dot(self.forward);
        (depth > 0.3).then(|| Dot {
            x: self.width as f32 / 2.0 + self.focal * to.dot(self.right) / depth,
            y: self.height as f32 / 2.0 - self.focal * to.dot(self.up) / depth,
            depth,
        })
    }

    /// Direction (not of unit length) from the eye through a place of the picture.
    pub fn ray(&self, x: f32, y: f32) -> V3 {
        let (dx, dy) = (x - self.width as f32 / 2.0, self.height as f32 / 2.0 - y);
        self.forward + self.right * (dx / self.focal) + self.up * (dy / self.focal)
    }

    /// `direction` in the camera's own axes: right, up, towards the viewer.
    pub fn turned(&self, direction: V3) -> V3 {
        v3(direction.dot(self.right), direction.dot(self.up), -direction.dot(self.forward))
    }

    /// Whether `place` is in the picture, at least `margin` of its height from every edge.
    pub fn sees(&self, place: V3, margin: f32) -> bool {
        let m = margin * self.height as f32;
        self.project(place)
            .is_some_and(|d| d.x >= m && d.y >= m && d.x <= self.width as f32 - m && d.y <= self.height as f32 - m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ray_leads_back_to_what_it_was_projected_from() {
        let camera = Camera::new(v3(0.5, 6.0, 0.0), 0.4, 0.35, 1.1, (640, 360));
        let place = v3(7.0, 0.0, 15.0);
        let dot = camera.project(place).expect("is in front");
        let ray = camera.ray(dot.x, dot.y);
        let hit = camera.eye + ray * (camera.eye.y / -ray.y);
        assert!((hit - place).length() < 1e-3, "{hit:?}");
        assert!(camera.sees(place, 0.0));
        assert_eq!(camera.project(v3(0.0, 0.0, -20.0)), None);
    }
}
