//! Solid shapes of a scene and where rays meet them.
//!
//! Owns intersection. Does not own colour (see [`super::material`]) or light.

use super::chance::cell_noise;
use super::material::Material;
use super::vector::{V3, v3};

/// A shape that does not move.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A box along the axes.
    Block { low: V3, high: V3 },
    /// An upright round post.
    Post { foot: V3, radius: f32, height: f32 },
    /// An egg with leafy holes.
    Crown { centre: V3, radii: V3 },
}

/// A shape and what it is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solid {
    pub shape: Shape,
    pub material: Material,
}

/// Where a ray meets a solid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// In lengths of the ray's direction.
    pub at: f32,
    /// Outwards, unit length.
    pub normal: V3,
    pub material: Material,
}

impl Solid {
    /// A box from its lowest to its highest corner.
    pub fn block(low: V3, high: V3, material: Material) -> Self {
        Self { shape: Shape::Block { low, high }, material }
    }

    /// An upright post on `foot`.
    pub fn post(foot: V3, radius: f32, height: f32, material: Material) -> Self {
        Self { shape: Shape::Post { foot, radius, height }, material }
    }

    /// The first meeting beyond `from`.
    fn meet(&self, eye: V3, ray: V3, from: f32) -> Option<(f32, V3)> {
        match self.shape {
            Shape::Block { low, high } => meet_block(eye, ray, low, high).filter(|hit| hit.0 > from),
            Shape::Post { foot, radius, height } => {
                let o = eye - foot;
                let (a, b) = (ray.x * ray.x + ray.z * ray.z, o.x * ray.x + o.z * ray.z);
                let root = b * b - a * (o.x * o.x + o.z * o.z - radius * radius);
                if root <= 0.0 || a < 1e-9 {
                    return None;
                }
                let at = (-b - root.sqrt()) / a;
                let p = o + ray * at;
                (at > from && p.y > 0.0 && p.y < height).then(|| (at, v3(p.x / radius, 0.0, p.z / radius)))
            }
            Shape::Crown { centre, radii } => {
                let shrink = v3(1.0 / radii.x, 1.0 / radii.y, 1.0 / radii.z);
                let (o, d) = ((eye - centre) * shrink, ray * shrink);
                let (a, b) = (d.dot(d), o.dot(d));
                let root = b * b - a * (o.dot(o) - 1.0);
                if root <= 0.0 {
                    return None;
                }
                let spread = root.sqrt();
                // Rays may slip between the leaves of the near side and be caught by the far side.
                [((-b - spread) / a, 0.38), ((-b + spread) / a, 0.3)].into_iter().find_map(|(at, hole)| {
                    let p = o + d * at;
                    let leaf = p * radii * 6.0;
                    let solid = cell_noise((leaf.x + 100.0) as i32, (leaf.y + leaf.z * 1.3 + 100.0) as i32, 3) > hole;
                    (at > from && solid).then(|| (at, (p * shrink).unit()))
                })
            }
        }
    }

    /// How dark the ground at (`x`, `z`) is because this solid stands close by; 1 is not at all.
    pub fn contact_shade(&self, x: f32, z: f32) -> f32 {
        let distance = match self.shape {
            Shape::Block { low, high } if low.y < 0.5 => {
                let (dx, dz) = ((low.x - x).max(x - high.x).max(0.0), (low.z - z).max(z - high.z).max(0.0));
                (dx * dx + dz * dz).sqrt()
            }
            Shape::Post { foot, radius, .. } => {
                (((x - foot.x).powi(2) + (z - foot.z).powi(2)).sqrt() - radius).max(0.0) * 3.0
            }
            _ => return 1.0,
        };
        if distance > 2.0 { 1.0 } else { 1.0 - 0.45 * (-distance / 0.35).exp() }
    }
}

fn meet_block(eye: V3, ray: V3, low: V3, high: V3) -> Option<(f32, V3)> {
    let (mut enter, mut leave, mut normal) = (f32::NEG_INFINITY, f32::INFINITY, V3::UP);
    let axes = [
        (eye.x, ray.x, low.x, high.x, v3(1.0, 0.0, 0.0)),
        (eye.y, ray.y, low.y, high.y, V3::UP),
        (eye.z, ray.z, low.z, high.z, v3(0.0, 0.0, 1.0)),
    ];
    for (o, d, l, h, axis) in axes {
        let d = if d.abs() < 1e-9 { 1e-9 } else { d };
        let (a, b) = ((l - o) / d, (h - o) / d);
        let (first, second) = if a < b { (a, b) } else { (b, a) };
        if first > enter {
            enter = first;
            normal = axis * -d.signum();
        }
        leave = leave.min(second);
    }
    (enter < leave).then_some((enter, normal))
}

/// The nearest meeting of a ray with any solid, beyond `from` and before `to`.
pub(super) fn nearest(solids: &[Solid], eye: V3, ray: V3, from: f32, to: f32) -> Option<Hit> {
    let mut best: Option<Hit> = None;
    for solid in solids {
        if let Some((at, normal)) = solid.meet(eye, ray, from)
            && at < best.map_or(to, |b| b.at)
        {
            best = Some(Hit { at, normal, material: solid.material });
        }
    }
    best
}

/// Whether anything stands between `eye` and infinity along `ray`.
pub(super) fn blocked(solids: &[Solid], eye: V3, ray: V3) -> bool {
    solids.iter().any(|solid| solid.meet(eye, ray, 0.02).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::vector::grey;

    #[test]
    fn rays_meet_boxes_and_posts_in_order() {
        let stone = Material::Plain(grey(0.5));
        let solids = [
            Solid::block(v3(-1.0, 0.0, 10.0), v3(1.0, 4.0, 12.0), stone),
            Solid::post(v3(0.0, 0.0, 5.0), 0.5, 4.0, stone),
        ];
        let eye = v3(0.0, 2.0, 0.0);
        let hit = nearest(&solids, eye, v3(0.0, 0.0, 1.0), 0.0, 100.0).expect("the post");
        assert!((hit.at - 4.5).abs() < 1e-4);
        let hit = nearest(&solids, eye, v3(0.08, 0.0, 1.0), 0.0, 100.0).expect("the post's side or the box");
        assert!(hit.at <= 10.0 && hit.normal.z < 0.0);
        assert!(nearest(&solids, eye, v3(1.0, 0.0, 1.0), 0.0, 100.0).is_none());
        assert!(blocked(&solids, eye, v3(0.0, 0.0, 1.0)) && !blocked(&solids, eye, V3::UP));
    }
}
