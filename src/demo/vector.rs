//! Three numbers that belong together: places and directions in metres, and colours in linear light.
//!
//! Owns their arithmetic and the step from linear light to the values of a picture. Does not own
//! perspective: see [`super::camera`].

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A place, a direction or a colour. Places: x to the right, y up, z away from the camera.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct V3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// A [`V3`] in short.
pub(super) const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

/// A place on the ground.
pub(super) const fn ground(x: f32, z: f32) -> V3 {
    V3 { x, y: 0.0, z }
}

/// A grey of linear light.
pub(super) const fn grey(value: f32) -> V3 {
    V3 { x: value, y: value, z: value }
}

/// The direction on the ground of `heading` radians, from z towards x.
pub(super) fn toward(heading: f32) -> V3 {
    v3(heading.sin(), 0.0, heading.cos())
}

impl V3 {
    pub const UP: Self = v3(0.0, 1.0, 0.0);

    pub fn dot(self, o: Self) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    pub fn cross(self, o: Self) -> Self {
        v3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub fn unit(self) -> Self {
        self * (1.0 / self.length().max(1e-9))
    }

    pub fn lerp(self, o: Self, share: f32) -> Self {
        self + (o - self) * share
    }

    /// The heading of this direction, as [`toward`] takes it.
    pub fn heading(self) -> f32 {
        self.x.atan2(self.z)
    }

    /// This place moved on the ground: `right` of and `ahead` along `heading`.
    pub fn moved(self, heading: f32, right: f32, ahead: f32) -> Self {
        let f = toward(heading);
        self + f * ahead + v3(f.z, 0.0, -f.x) * right
    }

    /// Linear light as picture values, 0..=255: a soft shoulder, then the display's gamma.
    pub fn display(self) -> [f32; 3] {
        [self.x, self.y, self.z].map(|c| {
            let c = c.max(0.0);
            let c = if c < 0.6 { c } else { 0.6 + 0.4 * (1.0 - (-(c - 0.6) / 0.4).exp()) };
            255.0 * c.powf(1.0 / 2.2)
        })
    }
}

impl Add for V3 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        v3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl AddAssign for V3 {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Sub for V3 {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        v3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Neg for V3 {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

impl Mul<f32> for V3 {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        v3(self.x * k, self.y * k, self.z * k)
    }
}

/// Component by component: a colour seen in coloured light.
impl Mul for V3 {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        v3(self.x * o.x, self.y * o.y, self.z * o.z)
    }
}
