//! What surfaces look like: walls with windows, shop fronts, leaves, paving, asphalt with markings.
//!
//! Owns procedural colour. Does not own shape or light.

use super::chance::{cell_noise, rough_noise, smooth_noise};
use super::vector::{V3, grey, v3};

/// What a surface sends back (share of the light that falls on it) and what it gives off itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Surface {
    pub albedo: V3,
    pub glow: V3,
}

/// What a solid is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Material {
    /// One colour with a little grain.
    Plain(V3),
    /// A house: windows above, shops below. Sizes in metres.
    Facade { wall: V3, bay: f32, storey: f32, seed: u32 },
    /// A lit shop window wall, indoors; bays along z.
    Shops { seed: u32 },
    /// Indoor ceiling with light panels.
    Ceiling,
    /// Leaves.
    Leaves(V3),
    /// Something that shines by night.
    Bulb(V3),
}

/// The ground of a scene.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ground {
    /// Road between `near` and `far` (z), walkways on both sides, a crossing at `crossing` (x).
    Street { near: f32, far: f32, crossing: f32, seed: u32 },
    /// Paving, with a road between `near` and `far`.
    Plaza { near: f32, far: f32, seed: u32 },
    /// Walkway up to `kerb`, then asphalt with slots: rows begin at `rows` and are 5 m deep.
    Parking { kerb: f32, rows: [f32; 2], seed: u32 },
    /// Polished tiles.
    Tiles { seed: u32 },
}

impl Material {
    /// The surface at `p`, whose outer side is `n`; `lit` is the share of windows with light behind them.
    pub fn surface(self, p: V3, n: V3, lit: f32) -> Surface {
        let along = if n.z.abs() > 0.5 { p.x } else { p.z };
        match self {
            Self::Plain(colour) => {
                let grain = 0.9 + 0.2 * rough_noise(p.x * 3.0 + p.z * 2.1, p.y * 3.0 + p.z, 11);
                Surface { albedo: colour * grain, ..Surface::default() }
            }
            Self::Facade { .. } if n.y > 0.5 => Surface { albedo: grey(0.25), ..Surface::default() },
            Self::Facade { wall, bay, storey, seed } => facade(along, p.y, wall, bay, storey, seed, lit),
            Self::Shops { seed } => shops(p.z, p.y, seed),
            Self::Ceiling => {
                let (u, v) = ((p.x / 2.4).rem_euclid(1.0), (p.z / 4.0).rem_euclid(1.0));
                let panel = (0.3..0.7).contains(&u) && (0.2..0.8).contains(&v);
                if panel { Surface { albedo: grey(0.8), glow: v3(0.9, 0.88, 0.82) } } else { plain(grey(0.55)) }
            }
            Self::Leaves(colour) => {
                let clump = smooth_noise(p.x * 2.2 + p.z, p.y * 2.2 - p.z * 0.7, 5);
                let leaf = cell_noise((p.x * 9.0) as i32, (p.y * 9.0 + p.z * 7.0) as i32, 6);
                plain(colour * (0.45 + 0.6 * clump + 0.35 * leaf))
            }
            Self::Bulb(glow) => Surface { albedo: grey(0.7), glow },
        }
    }
}

fn plain(albedo: V3) -> Surface {
    Surface { albedo, ..Surface::default() }
}

fn facade(along: f32, height: f32, wall: V3, bay: f32, storey: f32, seed: u32, lit: f32) -> Surface {
    let (column, floor) = ((along / bay).floor(), (height / storey).floor());
    let (u, v) = (along / bay - column, height / storey - floor);
    let luck = |k: u32| cell_noise(column as i32, floor as i32, seed + k);
    let dirt = 0.86 + 0.28 * rough_noise(along * 0.8, height * 0.8, seed);
    if floor < 1.0 {
        // Ground floor: broad shop windows under a band of signs.
        if v > 0.82 {
            let sign = v3(luck(1), 0.3 + 0.4 * luck(2), luck(3)) * 0.5;
            return Surface { albedo: sign, glow: sign * (0.35 * lit) };
        }
        let pane = (0.06..0.94).contains(&u) && v > 0.1;
        let door = luck(4) < 0.3 && (0.36..0.64).contains(&u);
        if door && v < 0.75 {
            return plain(v3(0.16, 0.10, 0.07));
        }
        if pane && v < 0.78 {
            let inside = v3(0.10, 0.11, 0.12) + grey(0.08 * rough_noise(along * 2.0, height * 2.5, seed + 9));
            let warm = v3(0.85, 0.65, 0.38) * (0.7 * lit * (0.4 + luck(5)) * (1.1 - v));
            return Surface { albedo: inside, glow: warm };
        }
        return plain(wall * (0.75 * dirt));
    }
    let frame = (0.24..0.76).contains(&u) && (0.24..0.84).contains(&v);
    let glass = (0.28..0.72).contains(&u) && (0.28..0.80).contains(&v) && (u - 0.5).abs() > 0.015;
    if glass {
        let curtain = luck(6) < 0.4 && v > 0.28 + 0.5 * luck(7);
        let albedo = if curtain { grey(0.42) } else { v3(0.09, 0.12, 0.16) * (0.7 + 0.9 * v) };
        let glow = if luck(8) < lit { v3(0.95, 0.70, 0.36) * (0.25 + 0.5 * luck(9)) } else { V3::default() };
        return Surface { albedo, glow };
    }
    if frame {
        return plain(grey(0.62) * dirt);
    }
    let band = if v < 0.05 { 0.8 } else { 1.0 };
    let joint = if (height * 4.0).rem_euclid(1.0) < 0.12 { 0.92 } else { 1.0 };
    plain(wall * (dirt * band * joint))
}

fn shops(along: f32, height: f32, seed: u32) -> Surface {
    let column = (along / 5.0).floor();
    let u = along / 5.0 - column;
    let luck = |k: u32| cell_noise(column as i32, 0, seed + k);
    let tint = v3(0.35 + 0.5 * luck(1), 0.3 + 0.5 * luck(2), 0.3 + 0.5 * luck(3));
    if !(0.07..0.93).contains(&u) {
        return plain(v3(0.62, 0.58, 0.52));
    }
    if height > 3.3 {
        return plain(grey(0.66));
    }
    if height > 2.7 {
        let letters = (0.3..0.7).contains(&u)
            && (2.85..3.15).contains(&height)
            && cell_noise((along * 6.0) as i32, 0, seed + 4) > 0.35;
        return if letters {
            Surface { albedo: grey(0.9), glow: v3(0.6, 0.6, 0.55) }
        } else {
            Surface { albedo: tint, glow: tint * 0.15 }
        };
    }
    if height < 0.35 {
        return plain(grey(0.2));
    }
    // Behind the glass: shelves with goods.
    let shelf = (height / 0.55).floor();
    let good = cell_noise((along / 0.28).floor() as i32, shelf as i32, seed + 5);
    let on_board = (height / 0.55 - shelf) < 0.1;
    let item = (height / 0.55 - shelf) < 0.25 + 0.6 * good;
    let colour = if on_board {
        grey(0.55)
    } else if item {
        v3(good, cell_noise((along / 0.28) as i32, shelf as i32, seed + 6), 0.5 * luck(2) + 0.3) * 0.6
    } else {
        tint * 0.5
    };
    Surface { albedo: colour, glow: colour * 0.3 }
}

impl Ground {
    /// Share of light that the ground sends back at (`x`, `z`).
    pub fn albedo(self, x: f32, z: f32) -> V3 {
        match self {
            Self::Street { near, far, crossing, seed } => {
                if z < near || z > far {
                    let beyond = z > far;
                    let edge = if beyond { z - far } else { near - z };
                    return if edge < 0.18 { grey(0.44) } else { slabs(x, z, 0.75, v3(0.34, 0.33, 0.31), seed) };
                }
                let across = (z - near) / (far - near);
                let bars = (x - crossing).abs() < 1.9 && ((z - near) * 1.0).rem_euclid(1.1) < 0.55;
                let middle = (across - 0.40).abs() < 0.011 && (x / 6.0).rem_euclid(1.0) < 0.5;
                let line = (across - 0.74).abs() < 0.008;
                let near_crossing = (x - crossing).abs() < 2.6;
                let paint = bars || ((middle || line) && !near_crossing);
                painted(asphalt(x, z, seed), x, z, paint)
            }
            Self::Plaza { near, far, seed } => {
                if z > near && z < far {
                    let middle = (z - f32::midpoint(near, far)).abs() < 0.08 && (x / 6.0).rem_euclid(1.0) < 0.5;
                    return painted(asphalt(x, z, seed), x, z, middle);
                }
                if (z - near).abs() < 0.2 || (z - far).abs() < 0.2 {
                    return grey(0.45);
                }
                let band = (x / 6.0).rem_euclid(1.0) < 0.08 || (z / 6.0).rem_euclid(1.0) < 0.08;
                let base = if band { v3(0.24, 0.20, 0.18) } else { v3(0.44, 0.40, 0.35) };
                slabs(x, z, 1.0, base, seed)
            }
            Self::Parking { kerb, rows, seed } => {
                if z < kerb {
                    return if z > kerb - 0.18 { grey(0.44) } else { slabs(x, z, 0.8, v3(0.36, 0.34, 0.32), seed) };
                }
                let slot = |row: f32| {
                    let inside = (row..row + 5.0).contains(&z);
                    inside && (x / 2.7).rem_euclid(1.0) < 0.04
                };
                let arrow = {
                    let lane = f32::midpoint(rows[0] + 5.0, rows[1]);
                    (z - lane).abs() < 0.07 && (x / 9.0).rem_euclid(1.0) < 0.2
                };
                painted(asphalt(x, z, seed), x, z, slot(rows[0]) || slot(rows[1]) || arrow)
            }
            Self::Tiles { seed } => {
                let (i, j) = ((x / 0.9).floor(), (z / 0.9).floor());
                let (u, v) = (x / 0.9 - i, z / 0.9 - j);
                let joint = u < 0.03 || v < 0.03;
                let dark = (i + j) as i64 % 2 == 0;
                let own = 0.94 + 0.12 * cell_noise(i as i32, j as i32, seed);
                let base = if dark { v3(0.50, 0.47, 0.43) } else { v3(0.60, 0.57, 0.52) };
                if joint { grey(0.30) } else { base * own }
            }
        }
    }
}

fn slabs(x: f32, z: f32, size: f32, base: V3, seed: u32) -> V3 {
    let row = (z / size).floor();
    let x = x + if row as i64 % 2 == 0 { 0.0 } else { size / 2.0 };
    let column = (x / size).floor();
    let (u, v) = (x / size - column, z / size - row);
    let joint = u < 0.04 || v < 0.04;
    let own = 0.90 + 0.2 * cell_noise(column as i32, row as i32, seed);
    let stain = 0.82 + 0.36 * rough_noise(x * 0.5, z * 0.5, seed + 3);
    base * (if joint { 0.72 } else { own } * stain)
}

fn asphalt(x: f32, z: f32, seed: u32) -> V3 {
    let grain = 0.9 + 0.2 * cell_noise((x * 14.0) as i32, (z * 14.0) as i32, seed);
    let patch = 0.75 + 0.5 * rough_noise(x * 0.25, z * 0.5, seed + 1);
    v3(0.115, 0.117, 0.125) * (grain * patch)
}

fn painted(base: V3, x: f32, z: f32, paint: bool) -> V3 {
    let worn = rough_noise(x * 2.5, z * 2.5, 77) < 0.68;
    if paint && worn { v3(0.62, 0.62, 0.58) } else { base }
}
