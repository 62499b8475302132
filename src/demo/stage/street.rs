//! A street: walkway, road, walkway, houses; seen at a slant.

use super::{Area, Lane, ParkedCar, Stage};
use crate::demo::camera::Camera;
use crate::demo::chance::Dice;
use crate::demo::light::Light;
use crate::demo::material::{Ground, Material};
use crate::demo::plan::Daylight;
use crate::demo::solid::Solid;
use crate::demo::vector::{grey, ground, v3};

const NEAR: f32 = 10.0;
const FAR: f32 = 17.5;
const FRONT: f32 = 21.5;

pub(super) fn build(daylight: Daylight, size: (usize, usize), dice: &mut Dice) -> Stage {
    let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
    let camera = Camera::new(
        v3(0.0, dice.between(5.2, 6.0), -2.6),
        side * dice.between(0.25, 0.42),
        dice.between(0.37, 0.41),
        dice.between(0.92, 1.0),
        size,
    );
    let crossing = side * dice.between(6.5, 9.5);
    let mut stage = Stage {
        camera,
        light: Light::outdoors(daylight, dice),
        ground: Ground::Street { near: NEAR, far: FAR, crossing, seed: dice.seed() as u32 >> 8 },
        solids: Vec::new(),
        walks: Vec::new(),
        lanes: Vec::new(),
        strays: Vec::new(),
        roads: vec![Area::new(-200.0, NEAR, 200.0, FAR)],
        open: Area::new(-12.0, 5.4, 12.0, 9.2),
        seats: Vec::new(),
        parked: Vec::new(),
    };
    stage.houses(-70.0, 70.0, FRONT, dice);
    for i in -3..4 {
        let x = i as f32 * 10.0 + 3.0;
        stage.street_lamp(ground(x + 5.0, FAR + 0.5), 5.6, daylight);
        if (x - crossing).abs() > 3.0 {
            let height = dice.between(4.6, 6.0);
            stage.tree(ground(x, FAR + 0.9), height, dice);
        }
    }
    // On the camera's side lamps stand out of the way, but light the walkway.
    for x in [-9.0, 1.0, 11.0] {
        stage.street_lamp(ground(x * 1.2 - side * 4.0, NEAR - 0.5), 6.4, daylight);
    }
    stage.bench(ground(side * dice.between(2.5, 4.5), NEAR - 0.9), false);
    let bin = ground(side * dice.between(5.4, 6.0), NEAR - 0.7);
    stage.solids.push(Solid::post(bin, 0.25, 0.9, Material::Plain(v3(0.05, 0.12, 0.08))));
    stage.solids.push(Solid::block(
        bin + v3(-0.26, 0.9, -0.26),
        bin + v3(0.26, 0.96, 0.26),
        Material::Plain(grey(0.08)),
    ));
    let mut x = -40.0;
    while x < 40.0 {
        x += dice.between(5.2, 8.0);
        if (x - crossing).abs() > 5.0 && dice.chance(0.6) {
            stage.parked.push(ParkedCar {
                place: ground(x, FAR - 1.05),
                heading: -std::f32::consts::FRAC_PI_2,
                seed: dice.seed(),
            });
        }
    }
    for z in [5.6, 6.6, 7.6, 8.4] {
        stage.walks.push(vec![ground(-24.0, z), ground(24.0, z)]);
    }
    for z in [18.9, 19.8, 20.6] {
        stage.walks.push(vec![ground(-34.0, z), ground(34.0, z)]);
    }
    stage.walks.push(vec![
        ground(-side * 16.0, 7.4),
        ground(crossing, 8.8),
        ground(crossing, 18.6),
        ground(side * 36.0, 19.6),
    ]);
    stage.walks.push(vec![
        ground(side * 22.0, 6.4),
        ground(crossing, 8.9),
        ground(crossing, 18.4),
        ground(-side * 30.0, 20.2),
    ]);
    stage.lanes.push(Lane { path: vec![ground(-70.0, 11.6), ground(70.0, 11.6)], speed: 8.5 });
    stage.lanes.push(Lane { path: vec![ground(70.0, 14.2), ground(-70.0, 14.2)], speed: 9.5 });
    let stray = |from: f32| {
        let at = |x: f32, z: f32| ground(from * x, z);
        let path = vec![
            at(-40.0, 11.6),
            at(-9.0, 11.6),
            at(-4.5, 9.2),
            at(-1.0, 8.2),
            at(3.0, 8.0),
            at(9.0, 8.1),
            at(16.0, 9.4),
            at(24.0, 11.6),
            at(60.0, 11.6),
        ];
        (path, 4)
    };
    stage.strays.push(stray(1.0));
    stage.strays.push(stray(-1.0));
    stage
}
