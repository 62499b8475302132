//! Ordinary life: walkers, groups, people who stop, sit, telephone or tie a shoe, and traffic.

use super::{Cast, any_way, go, hold};
use crate::demo::car::CarLook;
use crate::demo::chance::Dice;
use crate::demo::figure::Look;
use crate::demo::perform::{Drive, Script};
use crate::demo::plan::{ClipPlan, FRAME_RATE};
use crate::demo::pose::Act;
use crate::demo::stage::Stage;
use crate::demo::vector::V3;

/// Adds what is normal. Nobody is put where they would run into somebody else.
pub(super) fn fill(cast: &mut Cast, plan: &ClipPlan, stage: &Stage, dice: &mut Dice) {
    traffic(cast, plan, stage, dice);
    seated(cast, plan, stage, dice);
    if dice.chance(0.25 + 0.3 * plan.busy) {
        talkers(cast, plan, stage, dice);
    }
    let secs = plan.frames as f32 / FRAME_RATE as f32;
    let walkers = (secs / 40.0 * (5.0 + 11.0 * plan.busy)) as usize;
    for _ in 0..walkers {
        // A walker who would collide gets another try elsewhere, or stays away.
        for _ in 0..6 {
            if walker(cast, plan, stage, dice) {
                break;
            }
        }
    }
}

fn traffic(cast: &mut Cast, plan: &ClipPlan, stage: &Stage, dice: &mut Dice) {
    for lane in &stage.lanes {
        let speed = lane.speed * dice.between(0.85, 1.1);
        let length: f32 = lane.path.windows(2).map(|w| (w[1] - w[0]).length()).sum();
        let mut at = -length / speed;
        loop {
            at += dice.between(3.5, 9.0 + 14.0 * (1.0 - plan.busy));
            let start = (at * FRAME_RATE as f32) as i64;
            if start >= plan.frames as i64 {
                break;
            }
            let drive = Drive { start, path: lane.path.clone(), speed, stop: None };
            let moments = drive.perform(plan.frames);
            let meets = cast.cars.iter().any(|other| {
                moments.iter().zip(&other.moments).any(|(a, b)| {
                    a.zip(*b).is_some_and(|(a, b)| {
                        (a.place - b.place).length() < if (a.heading - b.heading).cos() < -0.9 { 2.2 } else { 7.0 }
                    })
                })
            });
            // Incidents were cast before the traffic: cars keep clear of the people in them.
            let hits = cast.people.iter().any(|p| {
                moments
                    .iter()
                    .zip(&p.moments)
                    .any(|(a, b)| a.zip(*b).is_some_and(|(a, b)| (a.place - b.place).length() < 3.0))
            });
            let look = CarLook::any(dice);
            if !meets && !hits {
                cast.add_car(look, &drive, plan.frames);
            }
        }
    }
}

fn seated(cast: &mut Cast, plan: &ClipPlan, stage: &Stage, dice: &mut Dice) {
    for (place, heading) in &stage.seats {
        if dice.chance(0.25 + 0.25 * plan.busy) {
            let secs = plan.frames as f32 / FRAME_RATE as f32 + 1.0;
            let script = Script { start: 0, from: *place, steps: vec![hold(secs, Act::Sit, Some(*heading))] };
            let look = Look::any(dice);
            cast.add(look, &script, plan.frames);
        }
    }
}

fn talkers(cast: &mut Cast, plan: &ClipPlan, stage: &Stage, dice: &mut Dice) {
    for _ in 0..5 {
        let spot = stage.spot(dice);
        let secs = plan.frames as f32 / FRAME_RATE as f32 + 1.0;
        let axis = dice.between(0.0, 3.0);
        let script = |side: f32| {
            let from = spot.moved(axis, 0.0, side * 0.5);
            Script { start: 0, from, steps: vec![hold(secs, Act::Talk, Some((spot - from).heading()))] }
        };
        let both = [script(-1.0), script(1.0)];
        if both.iter().all(|s| !cast.collides(&s.perform(plan.frames))) {
            for s in &both {
                let look = Look::any(dice);
                cast.add(look, s, plan.frames);
            }
            return;
        }
    }
}

fn walker(cast: &mut Cast, plan: &ClipPlan, stage: &Stage, dice: &mut Dice) -> bool {
    let way = any_way(stage, dice);
    let heading = way.first().zip(way.last()).map_or(0.0, |(a, b)| (*b - *a).heading());
    let aside = dice.between(-0.35, 0.35);
    let speed = dice.between(1.0, 1.65);
    let length: f32 = way.windows(2).map(|w| (w[1] - w[0]).length()).sum();
    let secs = plan.frames as f32 / FRAME_RATE as f32;
    let start = (dice.between(-length / speed, secs - 3.0) * FRAME_RATE as f32) as i64;
    let members = if dice.chance(0.22) { dice.count(2, 3) } else { 1 };
    let pause = dice.chance(0.3).then(|| (dice.count(1, way.len() - 1), pause(dice)));
    let slow = dice.between(0.15, 0.85);
    let scripts: Vec<_> = (0..members)
        .map(|i| {
            let path: Vec<V3> =
                way.iter().map(|p| p.moved(heading, aside + i as f32 * 0.72, (i % 2) as f32 * 0.25)).collect();
            let mut steps = Vec::new();
            for leg in 1..path.len() {
                if let Some((at, (act, secs))) = pause
                    && at == leg
                {
                    steps.push(go(path[leg - 1].lerp(path[leg], slow), speed));
                    steps.push(hold(secs, act, None));
                }
                steps.push(go(path[leg], speed));
            }
            Script { start, from: path[0], steps }
        })
        .collect();
    let acted: Vec<_> = scripts.iter().map(|s| s.perform(plan.frames)).collect();
    if acted.iter().any(|moments| cast.collides(moments)) {
        return false;
    }
    for script in &scripts {
        let look = Look::any(dice);
        cast.add(look, script, plan.frames);
    }
    true
}

fn pause(dice: &mut Dice) -> (Act, f32) {
    let act = *dice.pick(&[Act::Stand, Act::Phone, Act::Phone, Act::Crouch]);
    let secs = if act == Act::Crouch { dice.between(3.0, 5.0) } else { dice.between(3.0, 9.0) };
    (act, secs)
}
