//! A clip's frames: the backdrop, the cast in its light, the sensor.
//!
//! Owns the composition of a frame. Does not own writing files: see [`mod@super::write`].

use super::canvas::{Canvas, hull};
use super::car::{Car, CarLook};
use super::casting::Cast;
use super::chance::Dice;
use super::figure::{Figure, LightHere, knob};
use super::plan::ClipPlan;
use super::sensor::Sensor;
use super::shade::{Shade, headlights};
use super::stage::Stage;
use super::trace::Backdrop;
use super::vector::{V3, v3};
use crate::domain::pixels::RgbPicture;

/// A clip, ready to be drawn frame by frame in any order and from any thread.
pub struct Film {
    frames: usize,
    stage: Stage,
    cast: Cast,
    backdrop: Backdrop,
    sensor: Sensor,
}

/// What moves, as drawn in one frame.
enum Actor<'a> {
    Car(&'a Car<'a>),
    Person(&'a Figure, V3),
}

impl Film {
    /// Builds the scene of `plan` and everybody in it. Takes about a second.
    pub fn new(plan: &ClipPlan) -> Self {
        let stage = Stage::build(plan);
        let cast = Cast::draw(plan, &stage);
        let mut backdrop = Backdrop::trace(&stage);
        park(&stage, &mut backdrop);
        let sensor = Sensor::new(plan, stage.light.noise);
        Self { frames: plan.frames, stage, cast, backdrop, sensor }
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The picture of frame `frame`, the same whenever it is asked for.
    pub fn frame(&self, frame: usize) -> RgbPicture {
        let camera = &self.stage.camera;
        let mut canvas = Canvas {
            width: camera.width,
            height: camera.height,
            rgb: self.backdrop.lit.clone(),
            depth: &self.backdrop.depth,
        };
        let cars: Vec<_> = (self.cast.cars.iter())
            .filter_map(|c| c.moments.get(frame).copied().flatten().map(|m| (c, m)))
            .map(|(c, m)| Car { look: &c.look, place: m.place, heading: m.heading, driven: m.driven })
            .collect();
        let people: Vec<_> = (self.cast.people.iter())
            .filter_map(|p| p.moments.get(frame).copied().flatten().map(|m| (p, m)))
            .map(|(p, m)| (Figure::new(&p.look, &m.pose, m.place, m.heading, m.bag), m.place))
            .collect();
        cast_shadows(&self.stage, &self.backdrop, &mut canvas, &cars, people.iter().map(|p| &p.0));
        if self.stage.light.headlights {
            for car in &cars {
                headlights(&mut canvas, camera, &self.backdrop, car.place, car.heading);
            }
        }
        let distance = |place: V3| (place - camera.eye).length();
        let cars = cars.iter().map(|c| (distance(c.place), Actor::Car(c)));
        let people = people.iter().map(|(figure, place)| (distance(*place), Actor::Person(figure, *place)));
        let mut order: Vec<_> = cars.chain(people).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, actor) in order {
            match actor {
                Actor::Car(car) => {
                    car.draw(&mut canvas, camera, &self.light_at(car.place), self.stage.light.headlights);
                }
                Actor::Person(figure, place) => figure.draw(&mut canvas, camera, &self.light_at(place)),
            }
        }
        self.sensor.develop(&canvas.rgb, frame)
    }

    fn light_at(&self, place: V3) -> LightHere {
        light_at(&self.stage, &self.backdrop, place)
    }
}

/// The frames of `plan`, one after the other.
pub fn render(plan: &ClipPlan) -> impl Iterator<Item = RgbPicture> + use<> {
    let film = Film::new(plan);
    (0..film.frames()).map(move |frame| film.frame(frame))
}

/// Light at a place on the ground, in the shade of walls where the backdrop is.
fn light_at(stage: &Stage, backdrop: &Backdrop, place: V3) -> LightHere {
    let light = &stage.light;
    let camera = &stage.camera;
    if let Some((toward, colour)) = light.sun {
        let sunlit = camera.project(place).map_or(1.0, |dot| {
            let (x, y) = (dot.x.clamp(0.0, camera.width as f32 - 1.0), dot.y.clamp(0.0, camera.height as f32 - 1.0));
            let at = (y as usize * camera.width + x as usize) * 3 + 1;
            ((backdrop.lit[at] - backdrop.shaded[at]) / 12.0).clamp(0.0, 1.0)
        });
        return LightHere { ambient: light.ambient * 0.9, key: colour * sunlit, toward };
    }
    let chest = place + V3::UP * 1.1;
    match light.main_lamp(chest) {
        Some((_, key, toward)) => {
            let rest = light.of_lamps(chest, V3::UP) - key;
            LightHere { ambient: light.ambient + rest * 0.6 + key * 0.25, key: key * 1.1, toward }
        }
        None => LightHere { ambient: light.ambient, key: light.ambient * 0.4, toward: V3::UP },
    }
}

fn cast_shadows<'a>(
    stage: &Stage,
    backdrop: &Backdrop,
    canvas: &mut Canvas<'_>,
    cars: &[Car<'_>],
    people: impl Iterator<Item = &'a Figure>,
) {
    let camera = &stage.camera;
    let (mut key, mut contact) = (Shade::none(camera), Shade::none(camera));
    let people: Vec<_> = people.collect();
    for figure in &people {
        let (foot, radius) = figure.footprint();
        let (throw, strength) = thrower(stage, foot);
        if strength > 0.02 {
            figure.shadow(&throw, |a, b, radius| {
                if let (Some(a), Some(b)) = (knob(camera, a, radius), knob(camera, b, radius)) {
                    key.limb(a, b, 2.2, strength);
                }
            });
        }
        if let Some(at) = knob(camera, foot, radius * 1.5) {
            contact.spot(at, 0.5, 0.4);
        }
    }
    for car in cars {
        car_shadow(stage, canvas, car, &mut key, &mut contact);
    }
    darken(stage, backdrop, canvas, &key, &contact);
}

fn car_shadow(stage: &Stage, canvas: &mut Canvas<'_>, car: &Car<'_>, key: &mut Shade, contact: &mut Shade) {
    let camera = &stage.camera;
    let (throw, strength) = thrower(stage, car.place);
    let outline = car.outline();
    let flat =
        |places: Vec<V3>| hull(places.into_iter().filter_map(|p| camera.project(p)).map(|d| (d.x, d.y)).collect());
    let thrown = flat(outline.iter().filter_map(|p| throw(*p)).collect());
    key.area(canvas, &thrown, strength);
    let under = flat(outline[..4].iter().map(|p| v3(p.x, 0.0, p.z)).collect());
    contact.area(canvas, &under, 0.75);
    if let Some(at) = knob(camera, car.place, 2.7) {
        contact.spot(at, 0.42, 0.45);
    }
}

/// How shadows fall at `place`: where a point is thrown to, and how dark.
fn thrower(stage: &Stage, place: V3) -> (Box<dyn Fn(V3) -> Option<V3>>, f32) {
    if let Some((sun, _)) = stage.light.sun {
        return (Box::new(move |p: V3| Some(p - sun * (p.y / sun.y))), 1.0);
    }
    let Some((lamp, key, _)) = stage.light.main_lamp(place) else { return (Box::new(|_| None), 0.0) };
    let all = stage.light.ambient + stage.light.of_lamps(place, V3::UP);
    let lamp = lamp.place;
    let throw = move |p: V3| {
        // What is nearly as high as the lamp throws no shadow that ends.
        let drop = lamp.y - p.y;
        (drop > 0.8).then(|| lamp + (p - lamp) * (lamp.y / drop)).filter(|g| (*g - lamp).length() < 14.0)
    };
    (Box::new(throw), 0.75 * key.y / all.y.max(1e-4))
}

fn darken(stage: &Stage, backdrop: &Backdrop, canvas: &mut Canvas<'_>, key: &Shade, contact: &Shade) {
    let sun = stage.light.sun.is_some();
    key.apply(canvas, |rgb, at, dark| {
        for (c, value) in rgb.iter_mut().enumerate() {
            if sun {
                *value += (backdrop.shaded[at * 3 + c] - *value) * dark;
            } else {
                // Less light by the lamp's share, in picture values.
                *value *= (1.0 - dark).powf(1.0 / 2.2);
            }
        }
    });
    contact.apply(canvas, |rgb, _, dark| rgb.iter_mut().for_each(|value| *value *= 1.0 - 0.6 * dark));
}

/// Draws the standing cars into the backdrop, so that they hide people like walls do.
fn park(stage: &Stage, backdrop: &mut Backdrop) {
    let camera = &stage.camera;
    let looks: Vec<CarLook> = stage.parked.iter().map(|p| CarLook::any(&mut Dice::new(p.seed, 0))).collect();
    let mut cars: Vec<Car<'_>> = (stage.parked.iter().zip(&looks))
        .map(|(p, look)| Car { look, place: p.place, heading: p.heading, driven: p.place.x })
        .collect();
    cars.sort_by(|a, b| (b.place - camera.eye).length().total_cmp(&(a.place - camera.eye).length()));
    for shade in [false, true] {
        let mut rgb = std::mem::take(if shade { &mut backdrop.shaded } else { &mut backdrop.lit });
        if !shade {
            let mut canvas = Canvas { width: camera.width, height: camera.height, rgb, depth: &backdrop.depth };
            // `shaded` is still whole here, so that sun shadows can be taken from it.
            cast_shadows(stage, backdrop, &mut canvas, &cars, std::iter::empty());
            rgb = canvas.rgb;
        }
        for car in &cars {
            let lit = light_at_backdrop(stage, car.place, shade);
            let mut canvas = Canvas { width: camera.width, height: camera.height, rgb, depth: &backdrop.depth };
            car.draw(&mut canvas, camera, &lit, false);
            rgb = canvas.rgb;
        }
        *(if shade { &mut backdrop.shaded } else { &mut backdrop.lit }) = rgb;
    }
    for car in &cars {
        hide_behind(stage, backdrop, car);
    }
}

/// Light on a standing car; in the sun unless `shade`.
fn light_at_backdrop(stage: &Stage, place: V3, shade: bool) -> LightHere {
    let light = &stage.light;
    if let Some((toward, colour)) = light.sun {
        return LightHere { ambient: light.ambient * 0.9, key: if shade { V3::default() } else { colour }, toward };
    }
    let lamps = light.of_lamps(place + V3::UP, V3::UP);
    LightHere { ambient: light.ambient + lamps * 0.5, key: lamps * 0.7, toward: V3::UP }
}

fn hide_behind(stage: &Stage, backdrop: &mut Backdrop, car: &Car<'_>) {
    let camera = &stage.camera;
    let Some(middle) = camera.project(car.place + V3::UP * 0.7) else { return };
    let outline = car.outline();
    let dots = |places: &[V3]| hull(places.iter().filter_map(|p| camera.project(*p)).map(|d| (d.x, d.y)).collect());
    let depth = std::mem::take(&mut backdrop.depth);
    let mut canvas = Canvas { width: camera.width, height: camera.height, rgb: Vec::new(), depth: &depth };
    let mut covered = Vec::new();
    for part in [dots(&outline[..8]), dots(&outline[8..])] {
        canvas.each_in_convex(&part, 0.5, |_, at, cover| {
            if cover > 0.5 {
                covered.push(at);
            }
        });
    }
    backdrop.depth = depth;
    for at in covered {
        backdrop.depth[at] = backdrop.depth[at].min(middle.depth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::plan::{DemoSet, plan};

    #[test]
    fn the_same_plan_gives_the_same_bytes_and_another_seed_others() {
        let mut clip = plan(11, DemoSet::Training { clips: 2 }).remove(1);
        (clip.width, clip.height) = (160, 90);
        let first = Film::new(&clip);
        let second = Film::new(&clip);
        for frame in [0, 77] {
            let picture = first.frame(frame);
            assert_eq!(picture, second.frame(frame));
            assert_eq!(picture.data.len(), 160 * 90 * 3);
        }
        clip.seed += 1;
        assert_ne!(Film::new(&clip).frame(0), first.frame(0));
    }
}
