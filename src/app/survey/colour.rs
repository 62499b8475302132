//! What the points of a map look like: coloured by score, label, video or verdict.
//!
//! Owns which kinds there are, and the colours of those that have none of their own. Does not own what is known of a point
//! ([`super::facts`]) or how it is drawn.

use super::FeatureMap;
use super::map::PointFacts;
use crate::app::bench::MapColour;
use crate::domain::label::LabelSchema;
use crate::domain::mark::{Form, Ink, Mark, MarkKind, Marks};
use crate::domain::review::Verdict;

/// Videos and classes that have a colour of their own; further ones begin again, videos with another form.
const KEYS: usize = 7;
/// Colours of kinds, by Okabe and Ito, in pairs that also differ in lightness.
const KINDS: [[u8; 3]; KEYS] =
    [[230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [0, 114, 178], [213, 94, 0], [204, 121, 167]];

/// One mark for each point, of which `facts` are known.
pub fn marks(by: MapColour, map: &FeatureMap, facts: &[PointFacts], schema: &LabelSchema) -> Marks {
    let mut all = Marks::default();
    let weak = |_: &[MarkKind]| Mark { ink: Ink::Weak, form: Form::Disc };
    for (point, facts) in map.points.iter().zip(facts) {
        match by {
            MapColour::Score => {
                all.push(Mark { ink: facts.score.map_or(Ink::Weak, Ink::Score), form: Form::Disc });
            }
            MapColour::Video => {
                let form = [Form::Disc, Form::Triangle, Form::Square, Form::Diamond][point.video / KEYS % 4];
                all.push_kind(&map.order.videos[point.video].name, |kinds| Mark { ink: next(kinds), form });
            }
            MapColour::Label => match &facts.label {
                Some(class) => {
                    let own = schema.classes.iter().find(|known| known.name == *class).map(|known| known.color);
                    let ink = |kinds: &[MarkKind]| own.map_or_else(|| next(kinds), Ink::Own);
                    all.push_kind(class, |kinds| Mark { ink: ink(kinds), form: Form::Triangle });
                }
                None => all.push_kind("no label", weak),
            },
            MapColour::Verdict => match facts.verdict {
                Some(said) => all.push_kind(said.words(), |_| Mark { ink: Ink::Said(said), form: of_verdict(said) }),
                None => all.push_kind("not judged", weak),
            },
        }
    }
    all
}

/// The colour that the fewest kinds have yet, the first of those.
fn next(kinds: &[MarkKind]) -> Ink {
    let taken = kinds.iter().filter(|kind| KINDS.iter().any(|own| kind.mark.ink == Ink::Own(*own))).count();
    Ink::Own(KINDS[taken % KEYS])
}

fn of_verdict(said: Verdict) -> Form {
    match said {
        Verdict::Anomaly => Form::Triangle,
        Verdict::FalseAlarm => Form::Square,
        Verdict::Unsure => Form::Diamond,
    }
}
