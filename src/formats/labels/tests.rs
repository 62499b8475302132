//! All label formats together: what is written comes back, damage never panics.
//!
//! Owns the made-up videos and, for each format, the words for what it can hold. Does not own the cases of a single
//! format, which stand beside it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use strum::IntoEnumIterator as _;

use super::lines::plain;
use super::matching::match_names;
use super::resolve::{Problem, resolve};
use super::*;
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::label::Label;
use crate::domain::time::MediaTime;
use crate::domain::video_name::without_ending;

/// A video with its labels.
#[derive(Clone, Debug)]
struct Clip {
    name: String,
    table: FrameTable,
    video_labels: BTreeMap<String, VideoLabel>,
    labels: Vec<Label>,
}

impl Clip {
    fn export(&self) -> ExportVideo<'_> {
        let Self { name, table, video_labels, labels } = self;
        ExportVideo { name, table, size: (320, 240), video_labels, labels }
    }
}

/// Letters that mean something to one format or another.
const LETTERS: &str = "[a-zA-Z0-9#=_'\"&<> äß漢;:,.%+\\]\\[{}-]{1,12}";
const NOTES: &str = "[a-z0-9#='\"&<> ü漢;,\\n\\t\\r\\\\]{0,12}";
/// Frame rates whose frames do not begin at whole milliseconds, and one that does.
const RATES: [f64; 5] = [30_000.0 / 1001.0, 23.976, 10.0, 25.0, 59.94];

fn text() -> impl Strategy<Value = String> {
    LETTERS.prop_map(|text| if text.trim().is_empty() { "x".to_owned() } else { text.trim().to_owned() })
}

/// Text of one line, or of two.
fn lines() -> impl Strategy<Value = String> {
    (text(), proptest::option::weighted(0.2, text())).prop_map(|(first, second)| match second {
        Some(second) => format!("{first}\n\t{second}"),
        None => first,
    })
}

/// Even frames at one of the rates, or frames of 2 ms to 200 ms; the first well before or after zero.
fn table() -> impl Strategy<Value = FrameTable> {
    let even = (proptest::sample::select(RATES.as_slice()), 1_usize..80)
        .prop_map(|(rate, n)| (0..=n).map(|i| (i as f64 * 1e6 / rate).round() as i64).collect::<Vec<_>>());
    let uneven = proptest::collection::vec(2_000_i64..200_000, 1..80).prop_map(|gaps| {
        let at = gaps.iter().scan(0, |at, gap| Some(std::mem::replace(at, *at + gap)));
        at.chain([gaps.iter().sum()]).collect()
    });
    let first = prop_oneof![Just(0_i64), Just(80_000), -3_000_000_i64..90_000_000_000];
    (prop_oneof![even, uneven], first).prop_map(|(times, first)| {
        let (end, times) = times.split_last().expect("holds two times");
        let last = end - times.last().expect("holds a time");
        let entries = times.iter().map(|t| (MediaTime::from_micros(first + t), true)).collect();
        FrameTable::new(entries, Some(MediaTime::from_micros(last))).expect("has frames")
    })
}

fn label(frames: usize) -> impl Strategy<Value = Label> {
    let confidence = proptest::option::of(0.0_f32..=1.0);
    (0..frames, 0..frames, lines(), lines(), NOTES, confidence).prop_map(|(a, b, class, lane, note, confidence)| {
        let span = FrameSpan::from_inclusive(a.min(b), a.max(b)).expect("holds a frame");
        Label { span, class, lane, note, confidence }
    })
}

fn videos() -> impl Strategy<Value = Vec<Clip>> {
    let said = prop_oneof![Just(VideoLabel::Normal), Just(VideoLabel::Abnormal)];
    let whole = proptest::collection::btree_map(prop_oneof![Just(String::new()), lines()], said, 0..3);
    let one = table().prop_flat_map(move |table| {
        let labels = proptest::collection::vec(label(table.len()), 0..5);
        (Just(table), text(), any::<bool>(), whole.clone(), labels)
    });
    // Some fields are left empty in all videos, so that a loss of one field is not hidden by the sentence on another.
    (proptest::collection::vec(one, 1..4), proptest::array::uniform5(proptest::bool::weighted(0.35))).prop_map(
        |(mut all, [class, lane, note, confidence, whole])| {
            for video in &mut all {
                if !whole {
                    video.3.clear();
                }
                if !lane {
                    video.3 = nameless(&video.3);
                }
            }
            for label in all.iter_mut().flat_map(|video| &mut video.4) {
                if !class {
                    DEFAULT_CLASS.clone_into(&mut label.class);
                }
                if !lane {
                    label.lane.clear();
                }
                if !note {
                    label.note.clear();
                }
                label.confidence = label.confidence.filter(|_| confidence);
            }
            let made = all.into_iter().enumerate().map(|(i, (table, name, folder, video_labels, labels))| {
                let folder = if folder { "a b/" } else { "" };
                Clip { name: format!("{folder}{name}{i}.mp4"), table, video_labels, labels }
            });
            made.collect()
        },
    )
}

/// One label of nobody.
fn by_nobody(label: VideoLabel) -> BTreeMap<String, VideoLabel> {
    BTreeMap::from([(String::new(), label)])
}

/// What all say together, without their names.
fn nameless(said: &BTreeMap<String, VideoLabel>) -> BTreeMap<String, VideoLabel> {
    VideoLabel::together(said.values().copied()).map(by_nobody).unwrap_or_default()
}

/// What is left of a video, or `None` if the format leaves it out.
fn kept(format: Format, video: &Clip) -> Option<Clip> {
    let mut kept = video.clone();
    let stated = |labels: &[Label]| if labels.is_empty() { VideoLabel::Normal } else { VideoLabel::Abnormal };
    let (class, lane, note, confidence, whole) = match format {
        Format::Csv | Format::Json => (true, true, true, true, true),
        Format::Via3 | Format::FiftyOne => (true, true, true, true, false),
        Format::LabelStudio => (true, false, true, true, false),
        Format::Elan => (true, true, false, false, false),
        Format::ActivityNet | Format::Cvat | Format::Audacity => (true, false, false, false, false),
        Format::Ucf => (true, false, false, false, true),
        Format::Xd | Format::GtNpy => (false, false, false, false, true),
    };
    for label in &mut kept.labels {
        if !class {
            DEFAULT_CLASS.clone_into(&mut label.class);
        }
        if !lane {
            label.lane.clear();
        }
        if !note {
            label.note.clear();
        }
        label.confidence = label.confidence.filter(|_| confidence);
        if matches!(format, Format::Elan | Format::Cvat | Format::Audacity) {
            label.class = plain(&label.class).into_owned();
            label.lane = plain(&label.lane).into_owned();
            if format == Format::Elan && label.lane.is_empty() {
                "labels".clone_into(&mut label.lane);
            }
        }
    }
    if !whole {
        kept.video_labels.clear();
    } else if !matches!(format, Format::Csv | Format::Json) {
        kept.video_labels = nameless(&kept.video_labels);
    }
    let labelled = kept.export().is_labelled();
    match format {
        Format::Csv => return labelled.then_some(kept),
        Format::Via3 => return (!kept.labels.is_empty()).then_some(kept),
        Format::Xd => {
            kept.video_labels = by_nobody(VideoLabel::Abnormal);
            return (!kept.labels.is_empty()).then_some(kept);
        }
        Format::Ucf => {
            kept.labels.sort_by_key(|label| label.span);
            kept.labels.truncate(2);
            if let Some(first) = kept.labels.first() {
                let words: Vec<&str> = first.class.split_whitespace().collect();
                let word = words.join("_");
                let numeric = word.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
                let word = if numeric { format!("_{word}") } else { word };
                kept.labels.iter_mut().for_each(|label| label.class.clone_from(&word));
                kept.video_labels = by_nobody(VideoLabel::Abnormal);
            }
            return labelled.then_some(kept);
        }
        Format::GtNpy => {
            let marked = |frame| video.labels.iter().any(|label| label.span.contains(frame));
            let all: Vec<usize> = (0..video.table.len()).filter(|frame| marked(*frame)).collect();
            let runs = all.chunk_by(|a, b| a + 1 == *b);
            let span = |run: &[usize]| FrameSpan::new(run[0], run[0] + run.len()).expect("holds a frame");
            let class = DEFAULT_CLASS.to_owned();
            let (lane, note) = (String::new(), String::new());
            kept.labels = runs
                .map(|run| Label {
                    span: span(run),
                    class: class.clone(),
                    lane: lane.clone(),
                    note: note.clone(),
                    confidence: None,
                })
                .collect();
            kept.video_labels = by_nobody(stated(&kept.labels));
            return labelled.then_some(kept);
        }
        _ => {}
    }
    Some(kept)
}

fn sorted(labels: &[Label]) -> Vec<Label> {
    let mut labels = labels.to_vec();
    labels.sort_by(|a, b| (a.span, &a.class, &a.lane, &a.note).cmp(&(b.span, &b.class, &b.lane, &b.note)));
    labels
}

/// Writes, reads and resolves some videos of a format, under either end rule where there is a choice.
fn round_trip(format: Format, videos: &[Clip], end: SpanEnd) {
    let exported: Vec<_> = videos.iter().map(Clip::export).collect();
    let written = write(format, &exported, WriteOptions { end: Some(end), date: "" }).expect("is written");
    let options = ReadOptions { list: written.list.as_deref().map(str::as_bytes), video: Some(&videos[0].name) };
    let expected: Vec<Clip> = videos.iter().filter_map(|video| kept(format, video)).collect();
    let read = match read(format, &written.bytes, options) {
        Ok(read) => read,
        Err(err) => {
            assert!(expected.is_empty(), "{format}: {err}\n{}", String::from_utf8_lossy(&written.bytes));
            return;
        }
    };
    assert_eq!(read.videos.len(), expected.len(), "{format}\n{}", String::from_utf8_lossy(&written.bytes));
    let spans = read.videos.iter().map(|video| video.spans.len()).sum();
    assert_eq!(written_counts(format, &exported), (read.videos.len(), spans), "{format}");
    let names: Vec<&str> = read.videos.iter().map(|video| video.name.as_str()).collect();
    let library: Vec<&str> = expected.iter().map(|video| video.name.as_str()).collect();
    let matching = match_names(&names, &library);
    assert_eq!(matching.matched.len(), names.len(), "{format}: {names:?} {library:?}");
    let convention = if format == Format::Ucf { format.convention().with_end(end) } else { format.convention() };
    for (name, video, _) in matching.matched {
        let wanted = &expected[video];
        let exact = if format == Format::FiftyOne { without_ending(&wanted.name) } else { &wanted.name };
        assert_eq!(names[name], exact, "{format}");
        let found = resolve(&read.videos[name], convention, &wanted.table, "");
        assert_eq!(found.problems, [], "{format}");
        assert_eq!(found.video_labels, wanted.video_labels, "{format}");
        assert_eq!(
            sorted(&found.labels),
            sorted(&wanted.labels),
            "{format}\n{}",
            String::from_utf8_lossy(&written.bytes)
        );
    }
    // Nothing is lost that was not named before.
    if losses(format, &exported).is_empty() {
        assert_eq!(expected.len(), videos.len(), "{format}");
        for (before, after) in videos.iter().zip(&expected) {
            assert_eq!(sorted(&before.labels), sorted(&after.labels), "{format}");
            assert!(before.video_labels.is_empty() || before.video_labels == after.video_labels, "{format}");
        }
    }
    if format != Format::Ucf && format != Format::Xd && !expected.is_empty() {
        let labelled = format != Format::Audacity || !expected[0].labels.is_empty();
        let guess = Format::guess(&format!("x.{}", format.extension()), &written.bytes);
        assert!(!labelled || guess == Some(format), "{format} is taken for {guess:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_written_comes_back(videos in videos(), inclusive in any::<bool>()) {
        let end = if inclusive { SpanEnd::Inclusive } else { SpanEnd::Exclusive };
        for format in Format::iter() {
            if format.one_video() {
                for video in &videos {
                    round_trip(format, std::slice::from_ref(video), end);
                }
            } else {
                round_trip(format, &videos, end);
            }
        }
    }

    #[test]
    fn simple_labels_are_lost_nowhere_unnamed(mut videos in videos()) {
        // Plain labels that most formats hold: here the branch without losses is reached.
        for video in &mut videos {
            let frames = video.table.len();
            video.video_labels.clear();
            video.labels = vec![Label {
                span: FrameSpan::new(frames / 2, frames).expect("holds a frame"),
                class: DEFAULT_CLASS.to_owned(),
                lane: String::new(),
                note: String::new(),
                confidence: None,
            }];
            video.name = video.name.replace(' ', "_");
        }
        for format in Format::iter().filter(|format| !matches!(format, Format::Elan | Format::LabelStudio)) {
            let videos = if format.one_video() { &videos[..1] } else { &videos };
            let exported: Vec<_> = videos.iter().map(Clip::export).collect();
            prop_assert_eq!(losses(format, &exported), Vec::<String>::new(), "{}", format);
            round_trip(format, videos, SpanEnd::Exclusive);
        }
    }

    #[test]
    fn damaged_files_never_panic(
        videos in videos(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let table = &videos[0].table;
        for format in Format::iter() {
            let exported: Vec<_> = videos[..1].iter().map(Clip::export).collect();
            let mut written = write(format, &exported, WriteOptions::default()).expect("is written");
            if written.bytes.is_empty() {
                continue;
            }
            for (at, byte) in &changes {
                let at = at.index(written.bytes.len());
                written.bytes[at] = *byte;
            }
            if shorten {
                written.bytes.truncate(cut.index(written.bytes.len()));
            }
            Format::guess("x", &written.bytes);
            let options = ReadOptions { list: written.list.as_deref().map(str::as_bytes), video: Some("a") };
            match read(format, &written.bytes, options) {
                Ok(file) => {
                    for video in &file.videos {
                        let shown: Vec<String> = resolve(video, format.convention(), table, "").problems.iter().map(ToString::to_string).collect();
                        prop_assert!(shown.iter().all(|sentence| sentence.ends_with('.')));
                    }
                }
                Err(err) => prop_assert!(!err.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,120}") {
        let options = ReadOptions { list: Some(&bytes), video: Some("a") };
        for format in Format::iter() {
            read(format, &bytes, options).ok();
            read(format, text.as_bytes(), options).ok();
        }
        Format::guess("x", &bytes);
        Format::guess("x", text.as_bytes());
    }

    #[test]
    fn any_edges_are_placed_or_reported(
        table in table(),
        edges in (any::<f64>(), any::<f64>(), any::<i64>(), any::<i64>()),
        near in (-20_i64..100, -20_i64..100),
    ) {
        let spans = vec![
            FileSpan::seconds(edges.0, edges.1, "x"),
            FileSpan::frames(edges.2, edges.3, "x"),
            FileSpan::frames(near.0, near.1, "x"),
            FileSpan::seconds(near.0 as f64 / 7.0, near.1 as f64 / 7.0, "x"),
            FileSpan::new(Edge::Frame(near.0), Edge::Seconds(edges.1), "x"),
        ];
        let video = FileVideo { spans, ..FileVideo::named("a") };
        for format in Format::iter() {
            let found = resolve(&video, format.convention(), &table, "");
            prop_assert!(found.labels.iter().all(|label| label.span.end() <= table.len()));
            let gone = |p: &&Problem| !matches!(p, Problem::Span { kind: resolve::SpanProblem::Clipped(_), .. });
            prop_assert_eq!(found.labels.len() + found.problems.iter().filter(gone).count(), video.spans.len());
        }
    }
}

fn plain_video(name: &str, frames: i64, micros: i64) -> Clip {
    let entries = (0..frames).map(|i| (MediaTime::from_micros(i * micros), true)).collect();
    let table = FrameTable::new(entries, None).expect("has frames");
    Clip { name: name.to_owned(), table, video_labels: BTreeMap::new(), labels: Vec::new() }
}

fn marked(start: usize, end: usize, class: &str) -> Label {
    let span = FrameSpan::new(start, end).expect("holds frames");
    Label { span, class: class.to_owned(), lane: "kt".to_owned(), note: String::new(), confidence: None }
}

#[test]
fn losses_are_named_before_writing() {
    let mut one = plain_video("a b.mp4", 100, 40_000);
    one.video_labels = by_nobody(VideoLabel::Normal);
    one.labels = vec![marked(0, 5, "car accident"), marked(5, 9, "Riot"), marked(20, 30, "Riot")];
    one.labels[1].note = "why".to_owned();
    let two = plain_video("c.mp4", 10, 40_000);
    let exported = [one.export(), two.export()];
    let lost = |format| losses(format, &exported).join("\n");
    assert_eq!(
        lost(Format::Ucf),
        "Who marked an interval is not kept (1 lane).\n\
         Notes are not kept (1 interval).\n\
         1 video is without any label and left out: c.mp4.\n\
         a b.mp4: a line holds 2 intervals; the frames 20..30 are left out.\n\
         a b.mp4: it is labelled normal but has intervals, and is written as abnormal.\n\
         a b.mp4: a line holds one class; the interval of another gets \"car accident\".\n\
         a b.mp4: the class \"car accident\" is written as \"car_accident\", because it must be one word.\n\
         a b.mp4: other programs cut lines at blanks and will not find this name."
    );
    assert!(lost(Format::GtNpy).contains("a b.mp4: 3 intervals touch or overlap and become 2."));
    assert!(lost(Format::GtNpy).contains("Classes are not kept: 2 classes are in use."));
    assert!(lost(Format::Xd).contains("3 intervals will be read as \"Anomaly\""));
    assert!(lost(Format::Cvat).contains("The label normal or abnormal of whole videos is not kept (1 video)."));
    assert_eq!(lost(Format::Json), "");
    assert_eq!(lost(Format::Csv), "1 video is without any label and left out: c.mp4.");
    assert!(!lost(Format::LabelStudio).contains("evenly"));
    let times = [0, 40_000, 80_000, 400_000].map(|t| (MediaTime::from_micros(t), true));
    let gap = Clip { table: FrameTable::new(times.to_vec(), None).expect("has frames"), ..one.clone() };
    assert!(
        losses(Format::LabelStudio, &[gap.export()]).join("\n").contains("a b.mp4: its frames are not evenly spaced")
    );
    let mut fast = plain_video("f.mp4", 100, 500);
    fast.labels = vec![marked(3, 9, "x")];
    assert!(losses(Format::Elan, &[fast.export()])[0].contains("frames shorter than 2 ms"));
}

#[test]
fn whose_label_a_whole_video_has_is_kept_or_named_as_lost() {
    let mut video = plain_video("a.mp4", 100, 40_000);
    let said = [("Ada", VideoLabel::Normal), ("Grace", VideoLabel::Abnormal)];
    video.video_labels = said.map(|(lane, label)| (lane.to_owned(), label)).into();
    video.labels = vec![marked(3, 9, DEFAULT_CLASS)];
    video.labels[0].lane.clear();
    let lost = |format| losses(format, &[video.export()]);
    for format in [Format::Ucf, Format::Xd, Format::GtNpy] {
        let sentences = [
            "Who called a whole video normal or abnormal is not kept (2 lanes).",
            "a.mp4: some call it normal and some abnormal; abnormal is taken.",
        ];
        assert_eq!(lost(format), sentences, "{format}");
    }
    for format in [Format::Csv, Format::Json] {
        assert_eq!(lost(format), Vec::<String>::new(), "{format}");
        round_trip(format, std::slice::from_ref(&video), SpanEnd::Exclusive);
    }
    video.video_labels.remove("Ada");
    assert_eq!(losses(Format::Xd, &[video.export()]).len(), 1);
}

#[test]
fn names_that_would_not_come_back_are_refused() {
    let refused = |format, name: &str| {
        let mut video = plain_video(name, 10, 40_000);
        video.labels = vec![marked(0, 5, "x")];
        write(format, &[video.export()], WriteOptions::default()).is_err_and(|err| err.to_string().contains("rename"))
    };
    for (format, name) in [
        (Format::Ucf, "camera 1"),
        (Format::Xd, "camera 1"),
        (Format::Xd, "camera G"),
        (Format::GtNpy, "a\nb"),
        (Format::Ucf, " a"),
        (Format::Xd, ""),
    ] {
        assert!(refused(format, name), "{format} {name:?}");
    }
    assert!(!refused(Format::Ucf, "camera 1.mp4") && !refused(Format::GtNpy, "camera 1"));
    let (one, two) = (plain_video("a.mp4", 1, 1), plain_video("a.avi", 1, 1));
    let both = [one.export(), two.export()];
    assert!(matches!(write(Format::FiftyOne, &both, WriteOptions::default()), Err(FormatError::Name { .. })));
    for format in Format::iter().filter(|format| format.one_video()) {
        assert_eq!(write(format, &both, WriteOptions::default()), Err(FormatError::OneVideo(2)), "{format}");
    }
}

#[test]
fn every_format_says_what_it_is() {
    let mut ids = Vec::new();
    for format in Format::iter() {
        let id = format.to_string();
        assert_eq!(id.parse::<Format>(), Ok(format));
        assert_eq!(format.end_choices()[0].end, format.convention().end, "{id}");
        assert!(format.limits().iter().all(|limit| limit.ends_with('.')), "{id}");
        // The deepest of documents is an error, not the end of the stack.
        for deep in ["[", "{\"labels\":", "<a>"] {
            let deep = deep.repeat(100_000);
            assert!(
                read(format, deep.as_bytes(), ReadOptions { list: Some(b"a 1"), video: Some("a") }).is_err(),
                "{id}"
            );
            Format::guess("x", deep.as_bytes());
        }
        // Empty input gives a sentence, except where no labels are a valid file.
        let empty = read(format, b"", ReadOptions { list: Some(b"a 1"), video: Some("a") });
        assert_eq!(empty.is_ok(), format == Format::Audacity, "{id}");
        let name = format.name();
        assert!(!name.is_empty() && !format.extension().contains('.'));
        ids.push(id);
    }
    assert_eq!(ids.join(" "), "ucf xd gt-npy activitynet cvat elan via3 fiftyone label-studio audacity csv json");
}
