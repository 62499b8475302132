//! From a planned import to the one step that carries it out.
//!
//! Owns what of a plan is new to the project: labels that are there already are not written twice, so that a file can be
//! imported again after it grew. Does not own writing the step (`store`).

use super::plan::ImportPlan;
use crate::domain::label::Label;
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::{Change, ItemId, ReviewState, Step, Subject, Value};

/// An import, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// All of it; without changes if the project says all of it already.
    pub step: Step,
    /// Intervals that are new.
    pub intervals: usize,
    /// Labels of whole videos that are new or another.
    pub video_labels: usize,
    /// Intervals and labels that the project had.
    pub present: usize,
}

impl ImportPlan {
    /// What the history calls the import of these files.
    pub fn title(&self, files: &[String]) -> String {
        let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let from = if let [one] = files { one.clone() } else { count(files.len(), "file") };
        format!("Import of {} from {from}", count(self.intervals(), "interval"))
    }

    /// The step that carries this plan out: undone, it takes all of it back. `title` is what the history calls it,
    /// numbers of new labels count from `next`, `state` tells what the project says about a video.
    ///
    /// # Errors
    /// Those of `state`.
    pub fn import<E>(
        &self,
        title: String,
        next: ItemId,
        state: &mut dyn FnMut(&VideoId) -> Result<ReviewState, E>,
    ) -> Result<Import, E> {
        let mut import = Import { step: Step::new(title, Vec::new()), intervals: 0, video_labels: 0, present: 0 };
        let ItemId(mut next) = next;
        for planned in &self.matched {
            let video = &planned.entry.id;
            let state = state(video)?;
            let mut there: Vec<&Label> = state.labels.values().collect();
            for label in &planned.labels {
                // Each label there stands for one of the file: two equal ones of the file stay two.
                if let Some(at) = there.iter().position(|other| *other == label) {
                    there.swap_remove(at);
                    import.present += 1;
                    continue;
                }
                let subject = Subject::Label { video: video.clone(), id: ItemId(next) };
                next += 1;
                let after = Some(Value::Label(label.clone()));
                import.step.changes.push(Change { subject, before: None, after });
                import.intervals += 1;
            }
            for (lane, label) in &planned.video_labels {
                let subject = Subject::VideoLabel { video: video.clone(), lane: lane.clone() };
                let (before, after) = (state.get(&subject), Some(Value::VideoLabel(*label)));
                if before == after {
                    import.present += 1;
                    continue;
                }
                import.step.changes.push(Change { subject, before, after });
                import.video_labels += 1;
            }
        }
        Ok(import)
    }

    /// The matched videos that were given as files, for the project to know them, and to know them there.
    pub fn given_videos(&self) -> Vec<KnownVideo> {
        let given = self.matched.iter().filter(|video| video.entry.given);
        given
            .map(|video| KnownVideo {
                id: video.entry.id.clone(),
                name: video
                    .entry
                    .path
                    .file_name()
                    .map_or_else(|| video.entry.name.clone(), |name| name.to_string_lossy().into_owned()),
                size: video.entry.size,
                path: video.entry.path.clone(),
                frames: Some(video.frames.len()),
                duration: Some(video.frames.span().length()),
                present: true,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::{known, planned};
    use super::*;
    use crate::domain::label::VideoLabel;
    use crate::formats::labels::Format;

    const TEXT: &str = "a Fight 10 20 30 40\nb Normal -1 -1 -1 -1\n";

    fn import(text: &str, states: &[ReviewState], next: u64) -> Import {
        let plan = planned(text, Format::Ucf.convention(), &[known(1, "/v/a.mp4"), known(2, "/v/b.mp4")]);
        let mut state = |video: &VideoId| {
            let found = states.iter().find(|state| state.video == *video).cloned();
            Ok::<_, String>(found.unwrap_or_else(|| ReviewState::new(video.clone())))
        };
        plan.import("Import".to_owned(), ItemId(next), &mut state).expect("is made")
    }

    fn after(step: &Step, video: u8) -> ReviewState {
        let mut state = ReviewState::new(VideoId::from_hash([video; 32]));
        state.apply_step(step).expect("applies");
        state
    }

    #[test]
    fn one_step_holds_all_and_takes_all_back() {
        let made = import(TEXT, &[], 7);
        assert_eq!((made.intervals, made.video_labels, made.present), (2, 2, 0));
        let a = after(&made.step, 1);
        assert_eq!(a.labels.keys().map(|id| id.0).collect::<Vec<_>>(), [7, 8]);
        assert_eq!(a.labels[&ItemId(7)].lane, "me");
        let mut b = after(&made.step, 2);
        assert_eq!(b.video_labels["me"], VideoLabel::Normal);
        b.apply_step(&made.step.inverse()).expect("is undone");
        assert_eq!(b, ReviewState::new(b.video.clone()));
    }

    #[test]
    fn what_is_there_is_not_written_twice() {
        let first = import(TEXT, &[], 1);
        let states = [after(&first.step, 1), after(&first.step, 2)];
        let again = import(TEXT, &states, 3);
        assert_eq!((again.step.changes.len(), again.present), (0, 4));
        let grown = import("a Fight 10 20 10 20\nb Fight 1 2 -1 -1\n", &states, 3);
        assert_eq!((grown.intervals, grown.video_labels, grown.present), (2, 1, 2));
        let changed = after(&first.step, 2);
        let mut changed = changed;
        changed.apply_step(&grown.step).expect("starts from what is there");
        assert_eq!(changed.video_labels["me"], VideoLabel::Abnormal);
    }
}
