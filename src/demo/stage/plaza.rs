//! A paved square: planter and trees in the middle, a road and houses at the far side.

use super::{Area, Lane, Stage};
use crate::demo::camera::Camera;
use crate::demo::chance::Dice;
use crate::demo::light::Light;
use crate::demo::material::{Ground, Material};
use crate::demo::plan::Daylight;
use crate::demo::solid::Solid;
use crate::demo::vector::{grey, ground, v3};

const NEAR: f32 = 25.0;
const FAR: f32 = 31.5;

pub(super) fn build(daylight: Daylight, size: (usize, usize), dice: &mut Dice) -> Stage {
    let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
    let camera = Camera::new(
        v3(0.0, dice.between(6.0, 6.6), -0.5),
        side * dice.between(0.05, 0.2),
        dice.between(0.41, 0.45),
        dice.between(0.82, 0.9),
        size,
    );
    let mut stage = Stage {
        camera,
        light: Light::outdoors(daylight, dice),
        ground: Ground::Plaza { near: NEAR, far: FAR, seed: dice.seed() as u32 >> 8 },
        solids: Vec::new(),
        walks: Vec::new(),
        lanes: Vec::new(),
        strays: Vec::new(),
        roads: vec![Area::new(-200.0, NEAR, 200.0, FAR)],
        open: Area::new(-6.5, 8.5, 6.5, 15.5),
        seats: Vec::new(),
        parked: Vec::new(),
    };
    stage.houses(-75.0, 75.0, FAR + 4.5, dice);
    for x in [-22.0, -10.0, 2.0, 14.0, 26.0] {
        stage.street_lamp(ground(x, NEAR - 0.8), 5.8, daylight);
    }
    for (x, z) in [(-9.5, 12.5), (10.5, 13.5), (-2.0, 20.5)] {
        stage.street_lamp(ground(x, z), 5.0, daylight);
    }
    // The planter with its tree stands off the middle, so that the middle stays open.
    let centre = ground(side * 3.6, 19.2);
    let stone = Material::Plain(grey(0.46));
    stage.solids.push(Solid::block(centre + v3(-1.7, 0.0, -1.7), centre + v3(1.7, 0.5, 1.7), stone));
    stage.solids.push(Solid::block(
        centre + v3(-1.5, 0.5, -1.5),
        centre + v3(1.5, 0.56, 1.5),
        Material::Leaves(v3(0.07, 0.12, 0.05)),
    ));
    let height = dice.between(4.6, 5.4);
    stage.tree(centre + v3(0.0, 0.5, 0.0), height, dice);
    stage.bench(centre + v3(-0.2, 0.0, -2.3), false);
    stage.bench(ground(-side * 5.6, 17.6), false);
    for x in [-17.0, -7.5, 12.5, 21.0] {
        let height = dice.between(4.6, 5.8);
        stage.tree(ground(x + dice.between(-1.0, 1.0), NEAR - 2.2), height, dice);
    }
    // Bollards keep the road apart.
    for i in -12..13 {
        stage.solids.push(Solid::post(ground(i as f32 * 2.6, NEAR - 0.35), 0.09, 0.8, Material::Plain(grey(0.2))));
    }
    let ways = [
        [(-19.0, 12.0), (0.0, 11.0), (19.0, 13.5)],
        [(19.0, 9.5), (0.0, 10.0), (-19.0, 16.5)],
        [(-14.0, 7.0), (-2.0, 13.5), (11.0, 24.0)],
        [(15.0, 7.5), (1.0, 14.5), (-13.0, 23.5)],
        [(-24.0, 22.8), (0.0, 22.6), (24.0, 22.8)],
        [(24.0, 16.4), (2.0, 16.0), (-22.0, 19.0)],
        [(0.0, 3.5), (-side * 1.0, 12.0), (-side * 3.0, 24.0)],
        [(-30.0, 33.0), (0.0, 33.2), (30.0, 33.0)],
    ];
    stage.walks.extend(ways.iter().map(|way| way.iter().map(|(x, z)| ground(*x, *z)).collect()));
    stage.lanes.push(Lane { path: vec![ground(-80.0, 26.7), ground(80.0, 26.7)], speed: 9.0 });
    stage.lanes.push(Lane { path: vec![ground(80.0, 29.8), ground(-80.0, 29.8)], speed: 10.0 });
    for from in [1.0, -1.0] {
        let at = |x: f32, z: f32| ground(from * x, z);
        let path = vec![
            at(-50.0, 26.7),
            at(-16.0, 26.7),
            at(-10.0, 23.0),
            at(-6.0, 18.0),
            at(-1.0, 14.0),
            at(6.0, 11.5),
            at(13.0, 10.0),
            at(30.0, 9.0),
        ];
        stage.strays.push((path, 4));
    }
    stage
}
