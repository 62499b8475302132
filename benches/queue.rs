//! How long the review queue takes to answer: `cargo bench --bench queue`.
//!
//! Makes a project of 10,000 videos and 1,000,000 events of two models in a temporary folder, a quarter of them judged
//! and one in fifty of those gone since, puts one of each video aside, then asks for the first page of every filter and
//! sort, for pages in the middle, for counts, and for edits. Prints the middle, the 95th percentile and the longest of
//! each kind, on the wall and at work. Arguments: videos, events per video.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use lookback::domain::interval::FrameSpan;
use lookback::domain::known_normal::Twin;
use lookback::domain::library::VideoId;
use lookback::domain::queue::{FlaggedEvent, KnownVideo, QueueFilter, QueueSort, StatusFilter};
use lookback::domain::record::{Change, ItemId, Step, Subject, Value};
use lookback::domain::review::{Judgement, Verdict};
use lookback::domain::time::{MediaTime, TimeSpan};
use lookback::store::Project;
use lookback::store::project::Author;
use strum::IntoEnumIterator as _;

const PAGE: usize = 100;
/// Frames from the start of one event to the next.
const PITCH: usize = 160;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn video(number: usize) -> VideoId {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
    VideoId::from_hash(bytes)
}

/// Every other camera watches at night, and its scores are the lowest of all: looking for "night" by score meets
/// half a million other events first.
fn name(number: usize) -> String {
    let kind = if number.is_multiple_of(2) { "day" } else { "night" };
    format!("camera {:03} {kind} {number:05}.mp4", number % 500)
}

fn event(of: usize, at: usize, dice: &mut Dice) -> FlaggedEvent {
    let start = at * PITCH;
    let end = start + 16 * (1 + dice.roll(8));
    let time = |frame: usize| MediaTime::from_micros(frame as i64 * 40_000);
    let score = if of.is_multiple_of(2) { 0.6 } else { 0.5 } + dice.roll(1000) as f32 / 10_000.0;
    FlaggedEvent {
        span: FrameSpan::new(start, end).expect("holds frames"),
        time: TimeSpan::new(time(start), time(end)),
        peak_frame: start,
        peak_score: score,
        uncertainty: dice.roll(5000) as f32 / 5000.0,
    }
}

/// A verdict on one event in four; "unsure" about hardly any.
fn judged(of: usize, at: usize, dice: &mut Dice) -> Option<Judgement> {
    if dice.roll(4) > 0 {
        return None;
    }
    let start = at * PITCH;
    let verdict = match dice.roll(20_000) {
        0 => Verdict::Unsure,
        1..2000 => Verdict::Anomaly,
        _ => Verdict::FalseAlarm,
    };
    let note = if dice.roll(1000) == 0 { format!("a fox, number {of}") } else { String::new() };
    Some(Judgement {
        span: FrameSpan::new(start, start + 16 * (1 + dice.roll(4))).expect("holds frames"),
        verdict,
        class: (verdict == Verdict::Anomaly).then(|| "Fight".to_owned()),
        tags: Vec::new(),
        note,
        model: Some("weights".to_owned()),
        peak_frame: start,
        peak_score: 0.5,
    })
}

fn author() -> Author {
    Author { who: "Bench".to_owned(), model: None }
}

fn step(judgements: &[(VideoId, u64, Judgement)]) -> Step {
    let change = |(video, id, judgement): &(VideoId, u64, Judgement)| Change {
        subject: Subject::Judgement { video: video.clone(), id: ItemId(*id) },
        before: None,
        after: Some(Value::Judgement(judgement.clone())),
    };
    Step::new("Verdicts", judgements.iter().map(change).collect())
}

fn fill(project: &mut Project, videos: usize, events: usize) {
    let known: Vec<_> = (0..videos)
        .map(|number| KnownVideo {
            id: video(number),
            name: name(number),
            size: number as u64,
            path: name(number).into(),
            frames: Some(events * PITCH),
            duration: None,
            present: true,
        })
        .collect();
    project.see_videos(&known).expect("are noted");
    let (mut dice, mut id) = (Dice(1), 0);
    for chunk in (0..videos).collect::<Vec<_>>().chunks(100) {
        let mut judgements = Vec::new();
        for of in chunk {
            for at in 0..events {
                if let Some(judgement) = judged(*of, at, &mut dice) {
                    id += 1;
                    judgements.push((video(*of), id, judgement));
                }
            }
        }
        if !judgements.is_empty() {
            project.append(&step(&judgements), &author()).expect("is written");
        }
    }
    for of in 0..videos {
        let mut flagged: Vec<_> = (0..events).map(|at| event(of, at, &mut dice)).collect();
        // What was said about these has no event any more.
        flagged.retain(|_| dice.roll(50) > 0);
        let (old, new) = flagged.split_at(flagged.len() / 2);
        project.replace_events(&video(of), "old weights", "rule", old).expect("are noted");
        project.replace_events(&video(of), "weights", "rule", new).expect("are noted");
    }
}

fn filters(videos: usize) -> Vec<QueueFilter> {
    let mut all = Vec::new();
    for status in StatusFilter::iter() {
        for verdict in [None].into_iter().chain(Verdict::iter().map(Some)) {
            for of in [None, Some(video(videos / 2))] {
                for text in ["", "night", "camera 123", "fox", "fight", "nothing such"] {
                    for model in [None, Some("weights".to_owned())] {
                        let text = text.to_owned();
                        all.push(QueueFilter { status, verdict, video: of.clone(), text, model });
                    }
                }
            }
        }
    }
    all
}

/// Time that this thread has been at work, where the system tells. Beside other programs that says more than the time
/// on the wall.
fn worked() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Times of one kind of question, on the wall and at work.
struct Times {
    what: &'static str,
    all: Vec<(Duration, String)>,
    work: Vec<Duration>,
}

impl Times {
    fn of(what: &'static str) -> Self {
        Self { what, all: Vec::new(), work: Vec::new() }
    }

    fn take<T>(&mut self, name: impl FnOnce() -> String, work: impl FnOnce() -> T) -> T {
        let (before, start) = (worked(), Instant::now());
        let done = black_box(work());
        self.all.push((start.elapsed(), name()));
        self.work.extend(worked().zip(before).map(|(after, before)| after.saturating_sub(before)));
        done
    }

    fn print(mut self) {
        self.all.sort();
        self.work.sort();
        let place = |count: usize, share: f64| (count.saturating_sub(1) as f64 * share) as usize;
        let mut line = format!("{:20}{:>6}", self.what, self.all.len());
        for share in [0.5, 0.95, 1.0] {
            let wall = self.all.get(place(self.all.len(), share)).map_or(0.0, |(time, _)| milliseconds(*time));
            let work = self.work.get(place(self.work.len(), share)).map_or(f64::NAN, |time| milliseconds(*time));
            // Writing to a string cannot fail.
            write!(line, "{wall:>10.2}{work:>8.2}").ok();
        }
        println!("{line}   {}", self.all.last().map_or("", |(_, name)| name.as_str()));
    }
}

/// Puts one event of every video aside, so that the questions that follow meet such events too.
fn put_aside(project: &mut Project, videos: usize) {
    let (mut remembered, mut aside) = (Times::of("what is remembered"), Times::of("put aside, all"));
    let cases = remembered.take(String::new, || project.known_normal_cases("weights").expect("reads"));
    let of = cases.alarms.first().expect("some are judged");
    let twin = |number: usize| {
        let open = project.open_events(&video(number), "weights").expect("reads");
        Some((open.first()?.event, Twin { of: of.clone(), similarity: 0.95 }))
    };
    let twins: BTreeMap<_, _> = (0..videos).filter_map(twin).collect();
    assert!(aside.take(String::new, || project.put_aside("weights", &twins).expect("is written")));
    assert!(!aside.take(String::new, || project.put_aside("weights", &twins).expect("is written")));
    remembered.print();
    aside.print();
}

fn main() {
    // Cargo adds an argument of its own.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (videos, events) = (numbers.next().unwrap_or(10_000), numbers.next().unwrap_or(100));
    let folder = tempfile::tempdir().expect("a folder");
    let start = Instant::now();
    let mut project = Project::create(folder.path(), "Bench").expect("is made");
    fill(&mut project, videos, events);
    println!("\n{videos} videos, {} events, made in {:.0} s", videos * events, start.elapsed().as_secs_f64());
    drop(project);
    let mut opening = Times::of("open");
    let mut project = opening.take(String::new, || Project::open(folder.path(), "Bench").expect("opens"));
    println!("{:20}{:>6}{:>10}  work{:>12}  work{:>12}  work   longest", "milliseconds", "times", "p50", "p95", "max");
    opening.print();
    put_aside(&mut project, videos);

    let mut cold = Times::of("first question");
    cold.take(String::new, || project.queue_counts(&QueueFilter::default()).expect("reads"));
    cold.print();

    let mut first = Times::of("first page");
    let mut next = Times::of("next page");
    let mut middle = Times::of("page in the middle");
    let mut placing = Times::of("place of a row");
    let mut counting = Times::of("counts");
    for filter in filters(videos) {
        let counts = counting.take(|| format!("{filter:?}"), || project.queue_counts(&filter).expect("reads"));
        for sort in QueueSort::iter() {
            let name = || format!("{sort} {filter:?}");
            let page = first.take(name, || project.queue_page(&filter, sort, None, PAGE).expect("reads"));
            assert_eq!(page.len() as u64, counts.events.min(PAGE as u64));
            if let Some(last) = page.last() {
                next.take(name, || project.queue_page(&filter, sort, Some(last), PAGE).expect("reads"));
                let offset = counts.events / 2;
                let page = middle.take(name, || project.queue_page_at(&filter, sort, offset, PAGE).expect("reads"));
                let place = placing.take(name, || project.queue_place(&filter, sort, &page[0]).expect("reads"));
                assert_eq!(place, offset);
            }
        }
    }
    first.print();
    next.print();
    middle.print();
    placing.print();
    counting.print();

    let (mut verdicts, mut undo, mut rescore) = (Times::of("verdict"), Times::of("undo"), Times::of("replace events"));
    let mut dice = Dice(2);
    let free = project.next_item().expect("reads").0;
    for turn in 0..200 {
        let of = dice.roll(videos);
        let Some(judgement) = (0..1000).find_map(|_| judged(of, dice.roll(events), &mut dice)) else { continue };
        let step = step(&[(video(of), free + turn, judgement)]);
        let done = verdicts.take(String::new, || project.append(&step, &author()).expect("is written"));
        undo.take(String::new, || project.undo(done.step, &author()).expect("is undone"));
        let flagged: Vec<_> = (events / 2..events).map(|at| event(of, at, &mut dice)).collect();
        rescore
            .take(String::new, || project.replace_events(&video(of), "weights", "rule", &flagged).expect("are noted"));
    }
    verdicts.print();
    undo.print();
    rescore.print();
}
