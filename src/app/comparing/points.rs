//! The snippets of two curves as points: how high each is in one, and in the other.
//!
//! Owns which are shown, what each looks like, and how far the axes reach. Does not own the curves.

use super::{Compared, Judged};
use crate::app::survey::map::every;
use crate::domain::mark::{Form, Ink, Mark, Marks};

/// The points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScorePoints {
    /// One of so many snippets is shown.
    pub every: usize,
    /// The score on screen, and the other.
    pub places: Vec<[f32; 2]>,
    /// By which of both is at its threshold or above.
    pub marks: Marks,
}

impl ScorePoints {
    /// Those of two curves. What both or neither flag is plain, the others have the colour and form of their side.
    pub fn of(compared: &Compared, judged: &Judged) -> Self {
        let (one_at, other_at) = (judged.one_rule.threshold, judged.other_rule.threshold);
        let every = every(compared.one().len());
        let mut points = Self { every, ..Self::default() };
        for (one, other) in compared.one().iter().zip(compared.other()).step_by(every) {
            let (text, ink, form) = match (*one >= one_at, *other >= other_at) {
                (false, true) => ("flagged by the other alone", Ink::Higher, Form::Triangle),
                (true, false) => ("flagged on screen alone", Ink::Lower, Form::Square),
                (true, true) => ("flagged by both", Ink::Event, Form::Disc),
                (false, false) => ("flagged by neither", Ink::Weak, Form::Disc),
            };
            points.places.push([*one, *other]);
            points.marks.push_kind(text, |_| Mark { ink, form });
        }
        points
    }
}

/// What both axes reach over: all points with some room, equal on both, so that the diagonal stays one.
pub fn score_ends(points: impl Iterator<Item = [f32; 2]>) -> (f32, f32) {
    let all = points.flatten().filter(|value| value.is_finite());
    let (least, most) = all.fold((f32::MAX, f32::MIN), |(least, most), value| (least.min(value), most.max(value)));
    if least > most {
        return (0.0, 1.0);
    }
    let (middle, half) = (least.midpoint(most), ((most - least) * 0.55).max(0.05));
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_reach_over_all_points_and_no_further_than_scores_do() {
        assert_eq!(score_ends(std::iter::empty()), (0.0, 1.0));
        assert_eq!(score_ends([[0.0, 1.0], [f32::NAN, 0.5]].into_iter()), (0.0, 1.0));
        let (low, high) = score_ends([[0.4, 0.5]].into_iter());
        assert!(low < 0.4 && high > 0.5 && high - low < 0.2, "{low} {high}");
    }
}
