//! Where readers of a video disagree: the stretches in which not all of them say the same.
//!
//! Owns finding them, in the order of their frames, with what each reader says there. Does not own how far readers
//! agree in all (`agreement`). Costs n log n in the labels, times the classes that lie over each other; frames are
//! never counted.

use std::collections::BTreeMap;

use super::interval::FrameSpan;
use super::label::Label;

/// Frames over which readers say different things, each of them the same all along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Which frames.
    pub span: FrameSpan,
    /// The classes that each reader marks there, by name; none where they mark nothing.
    pub said: Vec<Vec<String>>,
}

impl Disagreement {
    /// Whether all mark something, and only the classes differ.
    pub fn is_about_class(&self) -> bool {
        self.said.iter().all(|classes| !classes.is_empty())
    }

    /// Who says what: "Ada: Fight; Bob: nothing".
    pub fn sentence<S: AsRef<str>>(&self, readers: &[S]) -> String {
        let parts = readers.iter().zip(&self.said).map(|(reader, classes)| {
            let said = if classes.is_empty() { "nothing".to_owned() } else { classes.join(" and ") };
            format!("{}: {said}", reader.as_ref())
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}

/// Where `readers` disagree in a video of `frames` frames; labels of others do not count. In order and apart from
/// each other, but two may touch.
pub fn disagreements<'a, S: AsRef<str>>(
    readers: &[S],
    labels: impl IntoIterator<Item = &'a Label>,
    frames: usize,
) -> Vec<Disagreement> {
    // Where a label begins (1) or ends (-1), of which reader and class.
    let mut edges: Vec<(usize, usize, &str, i32)> = Vec::new();
    for label in labels {
        let reader = readers.iter().position(|reader| reader.as_ref() == label.lane);
        let span = FrameSpan::new(label.span.start(), label.span.end().min(frames));
        if let (Some(reader), Some(span)) = (reader, span) {
            edges.push((span.start(), reader, &label.class, 1));
            edges.push((span.end(), reader, &label.class, -1));
        }
    }
    edges.sort_unstable();
    // Of each class that anyone marks at this moment: how many labels of each reader.
    let mut open: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    let mut found: Vec<Disagreement> = Vec::new();
    let mut from = 0;
    for (frame, reader, class, step) in edges {
        if let Some(span) = FrameSpan::new(from, frame) {
            note(&mut found, span, &open, readers.len());
            from = frame;
        }
        let counts = open.entry(class).or_insert_with(|| vec![0; readers.len()]);
        counts[reader] += step;
        if counts.iter().all(|count| *count == 0) {
            open.remove(class);
        }
    }
    found
}

/// Adds a span if not all say the same in it; to the one before if nothing has changed since.
fn note(found: &mut Vec<Disagreement>, span: FrameSpan, open: &BTreeMap<&str, Vec<i32>>, readers: usize) {
    if open.values().all(|counts| counts.iter().all(|count| *count > 0)) {
        return;
    }
    let of = |reader: usize| {
        let classes = open.iter().filter(move |(_, counts)| counts[reader] > 0);
        classes.map(|(class, _)| (*class).to_owned()).collect()
    };
    let said: Vec<Vec<String>> = (0..readers).map(of).collect();
    match found.last_mut().filter(|last| last.span.end() == span.start() && last.said == said) {
        Some(last) => last.span = last.span.hull(span),
        None => found.push(Disagreement { span, said }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const READERS: [&str; 3] = ["Ada", "Bob", "Eve"];
    const CLASSES: [&str; 2] = ["Fall", "Fight"];

    fn label((start, length, class, lane): (usize, usize, usize, usize)) -> Label {
        Label {
            span: FrameSpan::new(start, start + length).expect("holds frames"),
            class: CLASSES[class].to_owned(),
            lane: READERS[lane].to_owned(),
            note: String::new(),
            confidence: None,
        }
    }

    #[test]
    fn a_stretch_says_who_says_what() {
        let labels = [(10, 10, 1, 0), (15, 10, 1, 1), (15, 3, 0, 1), (30, 5, 0, 0), (30, 5, 1, 1)].map(label);
        let found = disagreements(&READERS[..2], &labels, 100);
        let told: Vec<_> = found
            .iter()
            .map(|d| (d.span.start(), d.span.end(), d.is_about_class(), d.sentence(&READERS[..2])))
            .collect();
        let expected = [
            (10, 15, false, "Ada: Fight; Bob: nothing"),
            (15, 18, true, "Ada: Fight; Bob: Fall and Fight"),
            (20, 25, false, "Ada: nothing; Bob: Fight"),
            (30, 35, true, "Ada: Fall; Bob: Fight"),
        ];
        assert_eq!(told, expected.map(|(start, end, class, text)| (start, end, class, text.to_owned())));
        assert_eq!(disagreements(&READERS[..1], &labels, 100), []);
        assert_eq!(disagreements(&READERS[..2], &labels, 12).last().map(|d| d.span.end()), Some(12));
    }

    proptest! {
        #[test]
        fn comparing_every_frame_gives_the_same(
            written in proptest::collection::vec((0_usize..40, 1_usize..14, 0_usize..2, 0_usize..3), 0..14),
            readers in 1_usize..4,
        ) {
            let labels: Vec<Label> = written.into_iter().map(label).collect();
            let (readers, frames) = (&READERS[..readers], 50);
            let said = |reader: &str, frame: usize| -> BTreeSet<String> {
                let there = labels.iter().filter(|l| l.lane == reader && l.span.contains(frame));
                there.map(|l| l.class.clone()).collect()
            };
            let found = disagreements(readers, &labels, frames);
            for pair in found.windows(2) {
                prop_assert!(pair[0].span.end() <= pair[1].span.start());
                prop_assert!(pair[0].span.end() < pair[1].span.start() || pair[0].said != pair[1].said);
            }
            for frame in 0..frames {
                let all: Vec<BTreeSet<String>> = readers.iter().map(|reader| said(reader, frame)).collect();
                let here = found.iter().find(|d| d.span.contains(frame));
                prop_assert_eq!(here.is_some(), all.iter().any(|one| *one != all[0]), "frame {}", frame);
                if let Some(here) = here {
                    let told: Vec<BTreeSet<String>> =
                        here.said.iter().map(|classes| classes.iter().cloned().collect()).collect();
                    prop_assert_eq!(told, all);
                }
            }
        }
    }
}
