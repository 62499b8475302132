//! A car park: a walkway in front, two rows of slots with a lane between them.

use super::{Area, Lane, ParkedCar, Stage};
use crate::demo::camera::Camera;
use crate::demo::chance::Dice;
use crate::demo::light::Light;
use crate::demo::material::{Ground, Material};
use crate::demo::plan::Daylight;
use crate::demo::solid::Solid;
use crate::demo::vector::{ground, v3};

const KERB: f32 = 11.0;
const ROWS: [f32; 2] = [11.6, 22.6];

pub(super) fn build(daylight: Daylight, size: (usize, usize), dice: &mut Dice) -> Stage {
    let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
    let camera = Camera::new(
        v3(0.0, dice.between(5.6, 6.2), -1.6),
        side * dice.between(0.1, 0.28),
        dice.between(0.38, 0.42),
        dice.between(0.88, 0.96),
        size,
    );
    let mut stage = Stage {
        camera,
        light: Light::outdoors(daylight, dice),
        ground: Ground::Parking { kerb: KERB, rows: ROWS, seed: dice.seed() as u32 >> 8 },
        solids: Vec::new(),
        walks: Vec::new(),
        lanes: Vec::new(),
        strays: Vec::new(),
        roads: vec![Area::new(-200.0, KERB, 200.0, 28.0)],
        open: Area::new(-8.0, 7.2, 8.0, 10.0),
        seats: Vec::new(),
        parked: Vec::new(),
    };
    let hedge = Material::Leaves(v3(0.06, 0.11, 0.04));
    stage.solids.push(Solid::block(v3(-60.0, 0.0, 28.4), v3(60.0, 1.1, 29.4), hedge));
    stage.houses(-75.0, 75.0, 36.0, dice);
    for x in [-18.0, -6.0, 6.0, 18.0] {
        stage.street_lamp(ground(x + dice.between(-1.0, 1.0), 28.0), 6.5, daylight);
    }
    for x in [-8.5, 8.5] {
        stage.street_lamp(ground(x, KERB - 0.3), 5.8, daylight);
    }
    stage.bench(ground(-side * 2.6, KERB - 0.9), false);
    for row in ROWS {
        // A gap in the near row lets the lane be seen, and people walk through it.
        for slot in -12..12 {
            let x = (slot as f32 + 0.52) * 2.7;
            let taken = if row == ROWS[0] { x.abs() > 5.0 && dice.chance(0.55) } else { dice.chance(0.72) };
            if taken {
                let heading = if dice.chance(0.5) { 0.0 } else { std::f32::consts::PI };
                let place = ground(x + dice.between(-0.12, 0.12), row + 2.5 + dice.between(-0.25, 0.25));
                stage.parked.push(ParkedCar { place, heading, seed: dice.seed() });
            }
        }
    }
    for z in [7.0, 7.9, 8.8, 9.6] {
        stage.walks.push(vec![ground(-18.0, z), ground(18.0, z)]);
    }
    stage.walks.push(vec![ground(-16.0, 8.4), ground(-1.2, 9.6), ground(0.4, 18.0), ground(24.0, 20.8)]);
    stage.walks.push(vec![ground(17.0, 7.6), ground(1.6, 9.4), ground(-0.6, 17.6), ground(-24.0, 18.4)]);
    stage.lanes.push(Lane { path: vec![ground(-50.0, 18.3), ground(50.0, 18.3)], speed: 4.2 });
    stage.lanes.push(Lane { path: vec![ground(50.0, 20.9), ground(-50.0, 20.9)], speed: 4.6 });
    for from in [1.0, -1.0] {
        let at = |x: f32, z: f32| ground(from * x, z);
        let path = vec![
            at(-34.0, 9.4),
            at(-18.0, 9.2),
            at(-6.0, 9.0),
            at(-1.0, 8.9),
            at(5.0, 8.8),
            at(14.0, 9.2),
            at(34.0, 9.4),
        ];
        stage.strays.push((path, 3));
    }
    stage
}
