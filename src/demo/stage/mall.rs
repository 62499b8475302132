//! A shopping passage, indoors.

use super::{Area, Stage};
use crate::demo::camera::Camera;
use crate::demo::chance::Dice;
use crate::demo::light::{Lamp, Light};
use crate::demo::material::{Ground, Material};
use crate::demo::plan::Daylight;
use crate::demo::solid::Solid;
use crate::demo::vector::{grey, ground, v3};

const HALF: f32 = 5.5;
const END: f32 = 44.0;
const CEILING: f32 = 5.2;

pub(super) fn build(daylight: Daylight, size: (usize, usize), dice: &mut Dice) -> Stage {
    let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
    let camera = Camera::new(
        v3(side * dice.between(1.0, 2.6), dice.between(3.8, 4.2), -1.0),
        -side * dice.between(0.08, 0.2),
        dice.between(0.30, 0.34),
        dice.between(0.86, 0.94),
        size,
    );
    let mut stage = Stage {
        camera,
        light: Light::indoors(daylight),
        ground: Ground::Tiles { seed: dice.seed() as u32 >> 8 },
        solids: Vec::new(),
        walks: Vec::new(),
        lanes: Vec::new(),
        strays: Vec::new(),
        roads: Vec::new(),
        open: Area::new(-3.4, 8.0, 3.4, 15.0),
        seats: Vec::new(),
        parked: Vec::new(),
    };
    let seed = dice.seed() as u32 >> 8;
    let wall =
        |x0: f32, x1: f32, seed: u32| Solid::block(v3(x0, 0.0, -6.0), v3(x1, CEILING, END), Material::Shops { seed });
    stage.solids.push(wall(HALF, HALF + 2.0, seed));
    stage.solids.push(wall(-HALF - 2.0, -HALF, seed + 100));
    let end = Material::Facade { wall: grey(0.5), bay: 2.75, storey: 3.6, seed };
    stage.solids.push(Solid::block(v3(-HALF, 0.0, END), v3(HALF, CEILING, END + 1.0), end));
    stage.solids.push(Solid::block(v3(-HALF, CEILING, -6.0), v3(HALF, CEILING + 0.5, END), Material::Ceiling));
    for z in [12.0, 22.0, 32.0] {
        for x in [-HALF + 0.35, HALF - 0.35] {
            stage.solids.push(Solid::post(ground(x, z), 0.3, CEILING, Material::Plain(v3(0.55, 0.52, 0.47))));
        }
    }
    // Plants and benches stand in the middle, far enough not to hide what happens in front.
    for z in [17.5, 28.0] {
        let pot = Material::Plain(v3(0.28, 0.2, 0.15));
        stage.solids.push(Solid::block(v3(-0.45, 0.0, z - 0.45), v3(0.45, 0.6, z + 0.45), pot));
        stage.tree(ground(0.0, z), 2.3, dice);
        stage.bench(ground(0.0, z - 1.1), false);
    }
    for z in 0..10 {
        let place = v3(0.0, CEILING - 0.1, 3.0 + z as f32 * 4.0);
        stage.light.lamps.push(Lamp { place, colour: stage.light.ambient * 0.42, reach: 4.5 });
    }
    for x in [-4.2, -2.9, 2.0, 3.2, 4.4] {
        stage.walks.push(vec![ground(x * 0.8, 1.0), ground(x, 16.0), ground(x, END - 0.5)]);
        stage.walks.push(vec![ground(x, END - 0.5), ground(x * 0.9, 18.0), ground(x * 0.6, 1.0)]);
    }
    // In and out of shops.
    stage.walks.push(vec![ground(-2.0, 1.0), ground(-1.5, 9.0), ground(HALF + 0.6, 14.5)]);
    stage.walks.push(vec![ground(-HALF - 0.6, 12.4), ground(0.6, 11.0), ground(3.0, 1.0)]);
    stage
}
