//! What a point of a plot looks like, on screen and in a file alike.
//!
//! Owns the forms, and what a colour stands for. Does not own the colours of a theme.

use super::review::Verdict;

/// What a point looks like, beside its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A disc.
    #[default]
    Disc,
    /// A triangle that points up.
    Triangle,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
}

impl Form {
    /// Its corners around 0, as large as a disc of this radius, y down.
    pub fn outline(self, radius: f32) -> impl Iterator<Item = [f32; 2]> {
        use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, TAU};
        // Number of corners, the angle of the first, and the size that looks as large as a disc of 1.
        let (corners, turn, size) = match self {
            Self::Disc => (8, 0.0, 1.0),
            Self::Triangle => (3, -FRAC_PI_2, 1.5),
            Self::Square => (4, FRAC_PI_4, 1.25),
            Self::Diamond => (4, 0.0, 1.35),
        };
        (0..corners).map(move |corner| {
            let angle = turn + corner as f32 / corners as f32 * TAU;
            [angle.cos() * radius * size, angle.sin() * radius * size]
        })
    }
}

/// What the colour of a point stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// A score, 0..=1.
    Score(f32),
    /// Its own: red, green and blue.
    Own([u8; 3]),
    /// A verdict.
    Said(Verdict),
    /// An event.
    Event,
    /// Higher in the second of two.
    Higher,
    /// Lower in the second of two.
    Lower,
    /// Nothing in particular.
    Weak,
}

/// One point's look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Its colour.
    pub ink: Ink,
    /// Its form.
    pub form: Form,
}

/// One entry of the key: a look, what it means, and how many points have it.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkKind {
    /// The look.
    pub mark: Mark,
    /// What it means.
    pub text: String,
    /// How many points.
    pub count: usize,
}

/// Marks with the key to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// One for each point.
    pub marks: Vec<Mark>,
    /// Each look that stands for a kind; those of scores are not among them.
    pub kinds: Vec<MarkKind>,
}

impl Marks {
    /// Adds a point whose look is no kind.
    pub fn push(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Adds a point of the kind that is called so, which looks as `mark` says if it is the first.
    pub fn push_kind(&mut self, text: &str, mark: impl FnOnce(&[MarkKind]) -> Mark) {
        let at = self.kinds.iter().position(|kind| kind.text == text).unwrap_or_else(|| {
            let mark = mark(&self.kinds);
            self.kinds.push(MarkKind { mark, text: text.to_owned(), count: 0 });
            self.kinds.len() - 1
        });
        self.kinds[at].count += 1;
        self.marks.push(self.kinds[at].mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_about_as_large_as_a_disc() {
        let area = |form: Form| {
            let corners: Vec<[f32; 2]> = form.outline(1.0).collect();
            let next = corners.iter().cycle().skip(1);
            corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f32>() / 2.0
        };
        for form in [Form::Disc, Form::Triangle, Form::Square, Form::Diamond] {
            assert!((2.7..3.8).contains(&area(form)), "{form:?} {}", area(form));
        }
        let top = Form::Triangle.outline(1.0).next().expect("has corners");
        assert!(top[1] < -1.0, "it points up");
    }

    #[test]
    fn a_kind_keeps_the_look_of_its_first_point() {
        let mut marks = Marks::default();
        for (text, ink) in [("a", Ink::Event), ("b", Ink::Weak), ("a", Ink::Higher)] {
            marks.push_kind(text, |_| Mark { ink, form: Form::Disc });
        }
        assert_eq!(marks.marks.iter().map(|mark| mark.ink).collect::<Vec<_>>(), [Ink::Event, Ink::Weak, Ink::Event]);
        assert_eq!(marks.kinds.iter().map(|kind| kind.count).collect::<Vec<_>>(), [2, 1]);
    }
}
