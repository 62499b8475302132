//! What a killed program leaves behind: every edit that it reported as done, and nothing that was not one.
//!
//! Starts this very program as the child that edits, kills it at random moments, and looks at the project each time.
//! A kill ends the process between any two instructions; that the disk keeps what it was told to keep is not tested.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lookback::domain::interval::FrameSpan;
use lookback::domain::label::Label;
use lookback::domain::library::VideoId;
use lookback::domain::queue::{FlaggedEvent, KnownVideo, QueueFilter};
use lookback::domain::record::{Change, ItemId, ReviewState, Step, StepId, Subject, Value};
use lookback::domain::review::{Judgement, Verdict};
use lookback::domain::time::{MediaTime, TimeSpan};
use lookback::store::Project;
use lookback::store::project::Author;

/// Makes a process of this test the child.
const CHILD: &str = "LOOKBACK_TEST_KILLED_EDITOR";
const ROUNDS: usize = 200;
/// The longest that the first child lives after its start. It is adapted to the machine: most children are to report
/// something, some are to be killed while they open the project.
const LONGEST_MS: f64 = 120.0;
const VIDEOS: u8 = 3;

struct Dice(u64);

impl Dice {
    /// Other numbers in each process: the moments of the kills are meant to differ from run to run.
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("is after 1970");
        Self(now.as_nanos() as u64 ^ u64::from(std::process::id()).rotate_left(32))
    }

    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn video(number: u8) -> VideoId {
    VideoId::from_hash([number; 32])
}

fn author() -> Author {
    Author { who: "Ada".to_owned(), model: None }
}

/// A gesture of up to four changes, and what it leaves for the next one.
fn gesture(states: &mut BTreeMap<u8, ReviewState>, item: &mut u64, dice: &mut Dice) -> Step {
    let mut changes = Vec::new();
    for _ in 0..=dice.roll(4) {
        let of = dice.roll(usize::from(VIDEOS)) as u8;
        let state = states.entry(of).or_insert_with(|| ReviewState::new(video(of)));
        let span = FrameSpan::new(dice.roll(50) * 16, 800 + dice.roll(50) * 16).expect("holds frames");
        let (subject, after) = match dice.roll(5) {
            0 => (Subject::VideoNote { video: video(of) }, Some(Value::Note(format!("note {}", dice.roll(1000))))),
            1 => (Subject::Reviewed { video: video(of) }, (!state.reviewed).then_some(Value::Reviewed)),
            2 if !state.judgements.is_empty() => {
                let at = dice.roll(state.judgements.len());
                let id = *state.judgements.keys().nth(at).expect("is there");
                (Subject::Judgement { video: video(of), id }, None)
            }
            3 => {
                *item += 1;
                let label = Label {
                    span,
                    class: "Fight".to_owned(),
                    lane: "Ada".to_owned(),
                    note: String::new(),
                    confidence: Some(0.1),
                };
                (Subject::Label { video: video(of), id: ItemId(*item) }, Some(Value::Label(label)))
            }
            _ => {
                *item += 1;
                let judgement = Judgement {
                    span,
                    verdict: Verdict::FalseAlarm,
                    class: None,
                    tags: Vec::new(),
                    note: "x".repeat(dice.roll(500)),
                    model: None,
                    peak_frame: span.start(),
                    peak_score: 0.7,
                };
                (Subject::Judgement { video: video(of), id: ItemId(*item) }, Some(Value::Judgement(judgement)))
            }
        };
        let change = Change { before: state.get(&subject), subject, after };
        state.apply(&change).expect("finds what is there");
        changes.push(change);
    }
    Step::new(format!("edit {:016x}", dice.roll(usize::MAX)), changes)
}

/// Not a test by itself: the process that the next test kills.
#[test]
fn edits_until_killed() {
    let Some(folder) = env::var_os(CHILD).map(PathBuf::from) else { return };
    let mut project = Project::open(&folder, "Ada").expect("opens");
    assert!(project.held_by().is_none(), "the lock of a killed process does not last");
    let mut dice = Dice::new();
    let mut item = project.next_item().expect("reads").0;
    let read = |project: &Project| -> BTreeMap<u8, ReviewState> {
        (0..VIDEOS).map(|of| (of, project.review_state(&video(of)).expect("reads"))).collect()
    };
    let mut states = read(&project);
    let mut out = std::io::stdout();
    // Far more than it gets to.
    for _ in 0..1_000_000 {
        let (done, title) = if dice.roll(6) == 0
            && let Some(last) = project.next_undo().expect("reads")
        {
            let done = project.undo(last, &author()).expect("is undone");
            states = read(&project);
            (done, project.step(last).expect("reads").title)
        } else {
            let step = gesture(&mut states, &mut item, &mut dice);
            (project.append(&step, &author()).expect("is written"), step.title)
        };
        // One line for each edit that is done, and not a moment before.
        writeln!(out, "\ndone {} {} {} {title}", done.step, done.last_seq, done.head).expect("is read");
        out.flush().expect("is read");
    }
}

/// An edit that a child reported.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    last_seq: u64,
    head: String,
    title: String,
}

/// Starts a child, kills it after some time, and gives what it reported.
fn round(folder: &Path, lives: Duration) -> Vec<(StepId, Report)> {
    let mut child = Command::new(env::current_exe().expect("is known"))
        .args(["--exact", "edits_until_killed", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("is piped"));
    // Reads on a thread of its own, so that a full pipe does not hold up the child.
    let reader = std::thread::Builder::new()
        .spawn(move || lines.lines().map(|line| line.expect("is text")).collect::<Vec<_>>())
        .expect("starts");
    std::thread::sleep(lives);
    assert!(child.try_wait().expect("is known").is_none(), "the child ended before it was killed");
    child.kill().expect("is running");
    child.wait().expect("ends");
    let reports = reader.join().expect("ends");
    let parse = |line: String| {
        // A line that was cut short was not reported.
        let mut words = line.strip_prefix("done ")?.splitn(4, ' ').map(str::to_owned);
        let step = StepId(words.next()?.parse().ok()?);
        let report = Report { last_seq: words.next()?.parse().ok()?, head: words.next()?, title: words.next()? };
        (report.title.len() == "edit 0123456789abcdef".len()).then_some((step, report))
    };
    reports.into_iter().filter_map(parse).collect()
}

fn prepare(folder: &Path) {
    let mut project = Project::create(folder, "Ada").expect("is made");
    let at = |frame: usize| MediaTime::from_micros(frame as i64 * 40_000);
    for of in 0..VIDEOS {
        let known = KnownVideo {
            id: video(of),
            name: format!("{of}.mp4"),
            size: 1,
            path: format!("{of}.mp4").into(),
            frames: None,
            duration: None,
            present: true,
        };
        project.see_videos(&[known]).expect("is noted");
        let events: Vec<_> = (0..20)
            .map(|i| FlaggedEvent {
                span: FrameSpan::new(i * 80, i * 80 + 48).expect("holds frames"),
                time: TimeSpan::new(at(i * 80), at(i * 80 + 48)),
                peak_frame: i * 80,
                peak_score: 0.5,
                uncertainty: 0.1,
            })
            .collect();
        project.replace_events(&video(of), "weights", "rule", &events).expect("are noted");
    }
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    let mut dice = Dice::new();
    let mut reported: BTreeMap<StepId, Report> = BTreeMap::new();
    let (mut unreported, mut idle, mut longest) = (BTreeSet::new(), 0, LONGEST_MS);
    let mut known = StepId(0);
    for number in 0..ROUNDS {
        let reports = round(folder.path(), Duration::from_micros(dice.roll((longest * 1000.0) as usize) as u64));
        idle += usize::from(reports.is_empty());
        longest *= if reports.is_empty() { 1.1 } else { 0.96 };
        let project = Project::open(folder.path(), "Ada").expect("opens");
        assert!(project.held_by().is_none());
        // What is new in this round, oldest first.
        let mut new = project.history(reports.len() + 2, None).expect("reads");
        new.retain(|entry| entry.step > known);
        new.reverse();
        assert!(new.len() <= reports.len() + 1, "round {number}: {} edits, {} reported", new.len(), reports.len());
        for (entry, (step, report)) in new.iter().zip(&reports) {
            assert_eq!((entry.step, &entry.title), (*step, &report.title), "round {number}");
            assert_eq!(entry.step.0 + entry.changes - 1, report.last_seq, "round {number}: the edit is whole");
        }
        assert!(new.len() >= reports.len(), "round {number}: {} edits, {} reported", new.len(), reports.len());
        unreported.extend(new.iter().skip(reports.len()).map(|entry| entry.step));
        known = new.last().map_or(known, |entry| entry.step);
        reported.extend(reports);
        if number % 20 == 19 {
            let found = project.verify().expect("reads");
            assert!(found.is_sound(), "round {number}: {:?}", found.problems);
        }
    }

    let project = Project::open(folder.path(), "Ada").expect("opens");
    let found = project.verify().expect("reads");
    assert!(found.is_sound(), "{:?}", found.problems);
    let history = project.history(usize::MAX >> 1, None).expect("reads");
    let all: BTreeSet<_> = history.iter().map(|entry| entry.step).collect();
    let expected: BTreeSet<_> = reported.keys().copied().chain(unreported.iter().copied()).collect();
    assert_eq!(all, expected, "every edit is there, and nothing else is");
    if let Some((_, last)) = reported.last_key_value().filter(|(_, last)| last.last_seq == found.rows) {
        assert_eq!(last.head, found.head.to_string());
    }
    // The tables show what the steps add up to by the rule of the domain.
    let mut states: Vec<_> = (0..VIDEOS).map(|of| ReviewState::new(video(of))).collect();
    for step in &all {
        for change in project.step(*step).expect("reads").changes {
            for state in &mut states {
                state.apply(&change).expect("applies");
            }
        }
    }
    for state in &states {
        assert_eq!(project.review_state(&state.video).expect("reads"), *state);
    }
    let counts = project.queue_counts(&QueueFilter::default()).expect("reads");
    assert_eq!(counts.events - counts.gone, u64::from(VIDEOS) * 20);
    assert!(reported.len() > ROUNDS, "the children did work: {} edits", reported.len());
    println!(
        "{ROUNDS} kills, {} before the first report; {} edits reported, {} more in flight; {} rows",
        idle,
        reported.len(),
        unreported.len(),
        found.rows
    );
}
