//! The picture of the empty scene, by ray tracing, once per clip.
//!
//! Owns the backdrop: how the scene looks in the sun and in the shade, and what hides what. Does not
//! own what moves: see [`super::figure`] and [`super::car`].

use rayon::prelude::*;

use super::material::Ground;
use super::solid::{blocked, nearest};
use super::stage::Stage;
use super::vector::{V3, grey, v3};

/// The empty scene, row after row from the top.
pub(super) struct Backdrop {
    /// Picture values where the sun shines unless a wall is in its way; three per pixel.
    pub lit: Vec<f32>,
    /// Picture values as if the sun were hidden; three per pixel.
    pub shaded: Vec<f32>,
    /// Share of light that is sent back; three per pixel.
    pub albedo: Vec<f32>,
    /// Distance along the viewing axis of what can hide people, in metres; infinite on the ground and in the sky.
    pub depth: Vec<f32>,
}

const SAMPLES: [(f32, f32); 4] = [(0.375, 0.125), (0.875, 0.375), (0.125, 0.625), (0.625, 0.875)];

struct Sample {
    lit: [f32; 3],
    shaded: [f32; 3],
    albedo: V3,
    depth: f32,
}

impl Backdrop {
    /// Looks at `stage`; rows are traced in parallel.
    pub fn trace(stage: &Stage) -> Self {
        let (width, height) = (stage.camera.width, stage.camera.height);
        let size = width * height;
        let mut backdrop = Self {
            lit: vec![0.0; size * 3],
            shaded: vec![0.0; size * 3],
            albedo: vec![0.0; size * 3],
            depth: vec![0.0; size],
        };
        let rows = (backdrop.lit.par_chunks_mut(width * 3))
            .zip(backdrop.shaded.par_chunks_mut(width * 3))
            .zip(backdrop.albedo.par_chunks_mut(width * 3))
            .zip(backdrop.depth.par_chunks_mut(width));
        rows.enumerate().for_each(|(y, (((lit, shaded), albedo), depth))| {
            for x in 0..width {
                let mut near = f32::INFINITY;
                for (dx, dy) in SAMPLES {
                    let s = sample(stage, x as f32 + dx, y as f32 + dy);
                    let share = 1.0 / SAMPLES.len() as f32;
                    let colour = [s.albedo.x, s.albedo.y, s.albedo.z];
                    for c in 0..3 {
                        lit[x * 3 + c] += s.lit[c] * share;
                        shaded[x * 3 + c] += s.shaded[c] * share;
                        albedo[x * 3 + c] += colour[c] * share;
                    }
                    near = near.min(s.depth);
                }
                depth[x] = near;
            }
        });
        backdrop
    }
}

fn sample(stage: &Stage, x: f32, y: f32) -> Sample {
    let camera = &stage.camera;
    let ray = camera.ray(x, y);
    let floor = if ray.y < -1e-4 { camera.eye.y / -ray.y } else { f32::INFINITY };
    let hit = nearest(&stage.solids, camera.eye, ray, 0.05, floor.min(250.0));
    let on_floor = (floor < 250.0).then_some((floor, V3::UP));
    let Some((at, normal)) = hit.map_or(on_floor, |h| Some((h.at, h.normal))) else {
        let sky = sky(stage, ray).display();
        return Sample { lit: sky, shaded: sky, albedo: V3::default(), depth: f32::INFINITY };
    };
    let p = camera.eye + ray * at;
    let (albedo, glow, mut near) = match hit {
        Some(h) => {
            let surface = h.material.surface(p, normal, stage.light.lit_windows);
            (surface.albedo, surface.glow, 0.8 + 0.2 * (p.y / 1.2).min(1.0))
        }
        None => (stage.ground.albedo(p.x, p.z), V3::default(), 1.0),
    };
    if hit.is_none() {
        near = stage.solids.iter().map(|s| s.contact_shade(p.x, p.z)).product::<f32>().max(0.4);
    }
    let light = &stage.light;
    let open = light.ambient * (near * (0.78 + 0.22 * normal.y));
    let mut shaded = albedo * (open + light.of_lamps(p, normal)) + glow;
    if hit.is_none() && matches!(stage.ground, Ground::Tiles { .. }) {
        shaded = shaded * 0.86 + mirrored(stage, p, ray) * 0.16;
    }
    let sun = light.sun.map_or_else(V3::default, |(direction, colour)| {
        let facing = normal.dot(direction);
        let seen = facing > 0.0 && !blocked(&stage.solids, p + normal * 0.02, direction);
        if seen { albedo * colour * facing } else { V3::default() }
    });
    let haze = 1.0 - (-at / 260.0).exp();
    let through = |c: V3| c.lerp(light.sky * 0.8, haze).display();
    let depth = if hit.is_some() { at } else { f32::INFINITY };
    Sample { lit: through(shaded + sun), shaded: through(shaded), albedo, depth }
}

fn sky(stage: &Stage, ray: V3) -> V3 {
    let up = (ray.unit().y * 3.0).clamp(0.0, 1.0);
    stage.light.sky.lerp(stage.light.sky * v3(0.6, 0.75, 1.0), up)
}

/// What a polished floor shows at `p`, seen along `ray`.
fn mirrored(stage: &Stage, p: V3, ray: V3) -> V3 {
    let up = v3(ray.x, -ray.y, ray.z);
    nearest(&stage.solids, p, up, 0.02, 250.0).map_or(grey(0.3), |hit| {
        let surface = hit.material.surface(p + up * hit.at, hit.normal, stage.light.lit_windows);
        surface.albedo * stage.light.ambient + surface.glow
    })
}
