//! What an import would do, before it does anything.
//!
//! Owns the dry run: the videos that a file means, its intervals on their frames, and everything that does not fit.
//! Does not own the rules by which an edge is placed (`formats::labels::resolve`), nor opening videos: it is given the
//! way to their frames. [`super::step`] makes the edit of it.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::library::{Entry, Library};
use crate::domain::frames::FrameTable;
use crate::domain::label::{Label, VideoLabel};
use crate::domain::library::VideoId;
use crate::formats::labels::matching::Rule;
use crate::formats::labels::{Convention, FileVideo, Format, LabelFile, resolve};

/// A video that the file speaks of, with what it says on the video's frames.
#[derive(Clone, Debug)]
pub struct PlannedVideo {
    /// Which video, and where it is.
    pub entry: Entry,
    /// The names that the file gives it, mostly one, and how each was found.
    pub names: Vec<(String, Rule)>,
    /// Its frames.
    pub frames: Arc<FrameTable>,
    /// Normal or abnormal, by lane, as far as the file says so.
    pub video_labels: BTreeMap<String, VideoLabel>,
    /// The intervals that hold frames, in the order of the file.
    pub labels: Vec<Label>,
    /// What does not fit, a sentence each.
    pub problems: Vec<String>,
}

/// What an import would do.
#[derive(Clone, Debug)]
pub struct ImportPlan {
    /// The format that the file was read in.
    pub format: Format,
    /// What its numbers were taken to mean.
    pub convention: Convention,
    /// Whose intervals they are, where the file does not say.
    pub lane: String,
    /// Videos and intervals in the file.
    pub in_file: (usize, usize),
    /// Videos that labels go to, in the order of the file.
    pub matched: Vec<PlannedVideo>,
    /// Names that mean several videos equally well, with those.
    pub ambiguous: Vec<(String, Vec<PathBuf>)>,
    /// Names that mean no video.
    pub unmatched: Vec<String>,
    /// Names whose video cannot be opened, with the reason.
    pub unusable: Vec<(String, String)>,
    /// What was in the file and was not taken, a sentence each.
    pub warnings: Vec<String>,
}

/// Plans the import of `file`. Intervals that are nobody's go to `lane`. `open` gives the frames of a video, or a
/// sentence that says why there are none; it is asked once for each video.
pub fn plan(
    (format, file): (Format, LabelFile),
    convention: Convention,
    lane: &str,
    library: &Library,
    open: &mut dyn FnMut(&Entry) -> Result<Arc<FrameTable>, String>,
) -> ImportPlan {
    let names: Vec<&str> = file.videos.iter().map(|video| video.name.as_str()).collect();
    let found = library.find(&names);
    let named = |at: &usize| names[*at].to_owned();
    let mut plan = ImportPlan {
        format,
        convention,
        lane: lane.to_owned(),
        in_file: (file.videos.len(), file.videos.iter().map(|video| video.spans.len()).sum()),
        matched: Vec::new(),
        ambiguous: Vec::new(),
        unmatched: found.unmatched.iter().map(named).collect(),
        unusable: Vec::new(),
        warnings: file.warnings.clone(),
    };
    for (name, entries) in &found.ambiguous {
        let paths = entries.iter().map(|at| library.entry(*at).path.clone()).collect();
        plan.ambiguous.push((named(name), paths));
    }
    let mut places: HashMap<VideoId, Result<usize, String>> = HashMap::new();
    for (name, entry, rule) in found.matched {
        let (video, entry) = (&file.videos[name], library.entry(entry));
        let place = places.entry(entry.id.clone()).or_insert_with(|| {
            let frames = open(entry)?;
            plan.matched.push(PlannedVideo {
                entry: entry.clone(),
                names: Vec::new(),
                frames,
                video_labels: BTreeMap::new(),
                labels: Vec::new(),
                problems: Vec::new(),
            });
            Ok(plan.matched.len() - 1)
        });
        match place {
            Ok(at) => plan.matched[*at].take(video, rule, convention, lane),
            Err(reason) => plan.unusable.push((video.name.clone(), reason.clone())),
        }
    }
    plan
}

impl PlannedVideo {
    /// Adds what the file says under one name.
    fn take(&mut self, video: &FileVideo, rule: Rule, convention: Convention, lane: &str) {
        let placed = resolve::resolve(video, convention, &self.frames, lane);
        self.problems.extend(placed.problems.iter().map(ToString::to_string));
        self.labels.extend(placed.labels);
        for (lane, label) in placed.video_labels {
            let before = self.video_labels.insert(lane.clone(), label);
            if before.is_some_and(|before| before != label) {
                let both = "The file calls it normal and abnormal under several names; abnormal is taken.";
                self.problems.push(both.to_owned());
                self.video_labels.insert(lane, VideoLabel::Abnormal);
            }
        }
        self.names.push((video.name.clone(), rule));
    }
}

impl ImportPlan {
    /// Intervals that hold frames of a matched video.
    pub fn intervals(&self) -> usize {
        self.matched.iter().map(|video| video.labels.len()).sum()
    }

    /// The first interval of the first video and the last of the last, to be looked at before anything is written.
    pub fn ends(&self) -> Option<[(&PlannedVideo, &Label); 2]> {
        let first = self.matched.iter().find_map(|video| Some((video, video.labels.first()?)))?;
        let last = self.matched.iter().rev().find_map(|video| Some((video, video.labels.last()?)))?;
        Some([first, last])
    }

    /// What does not fit, each with the name of its video.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &str)> {
        self.matched.iter().flat_map(|video| video.problems.iter().map(|p| (video.entry.name.as_str(), p.as_str())))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::app::exchange::source::{Source, read};
    use crate::domain::interval::FrameSpan;
    use crate::domain::queue::KnownVideo;
    use crate::domain::time::MediaTime;
    use crate::formats::ground_truth::SpanEnd;

    pub(crate) fn known(number: u8, path: &str) -> KnownVideo {
        let path = PathBuf::from(path);
        let name = path.file_name().expect("has a name").to_string_lossy().into_owned();
        let id = VideoId::from_hash([number; 32]);
        KnownVideo { id, name, size: 9, path, frames: None, duration: None, present: true }
    }

    /// A hundred frames at 25 a second; the file called `broken.mp4` has none.
    pub(crate) fn open(entry: &Entry) -> Result<Arc<FrameTable>, String> {
        let times = (0..100).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect();
        let table = FrameTable::new(times, None).expect("has frames");
        if entry.name == "broken.mp4" { Err("it is broken".to_owned()) } else { Ok(Arc::new(table)) }
    }

    pub(crate) fn planned(text: &str, convention: Convention, known: &[KnownVideo]) -> ImportPlan {
        let source = Source { name: "a.txt".to_owned(), bytes: text.as_bytes().to_vec() };
        let read = read(None, &[source], None).expect("is read");
        plan((read.format, read.file), convention, "me", &Library::new(Vec::new(), known), &mut open)
    }

    #[test]
    fn everything_that_the_file_says_is_somewhere() {
        let videos = [known(1, "/v/a.mp4"), known(2, "/v/b.mp4"), known(3, "/w/b.mp4"), known(4, "/v/broken.mp4")];
        let text = "a.mp4 Fight 10 20 90 120\nb.mp4 Fight 1 2 -1 -1\nbroken Fight 1 2 -1 -1\nc Fight 1 2 -1 -1\n\
                    x/A Normal -1 -1 -1 -1\n";
        let plan = planned(text, Format::Ucf.convention().with_end(SpanEnd::Inclusive), &videos);
        assert_eq!((plan.format, plan.in_file, plan.intervals()), (Format::Ucf, (5, 5), 2));
        assert_eq!(plan.unmatched, ["c"]);
        assert_eq!(plan.ambiguous, [("b.mp4".to_owned(), vec!["/v/b.mp4".into(), "/w/b.mp4".into()])]);
        assert_eq!(plan.unusable, [("broken".to_owned(), "it is broken".to_owned())]);
        let [a] = plan.matched.as_slice() else { panic!("one video is matched") };
        assert_eq!((a.names.len(), a.video_labels["me"]), (2, VideoLabel::Abnormal));
        assert_eq!(a.labels[0].span, FrameSpan::from_inclusive(10, 20).expect("holds frames"));
        let problems: Vec<_> = plan.problems().collect();
        assert!(problems[0].1.contains("lies partly outside"), "{problems:?}");
        assert!(problems[1].0 == "a.mp4" && problems[1].1.contains("normal and abnormal"), "{problems:?}");
        let [(_, first), (_, last)] = plan.ends().expect("has intervals");
        assert_eq!((first.span.start(), last.span.end()), (10, 100));
    }
}
