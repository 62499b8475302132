//! The queue against a plain list that is filtered and sorted in memory.
//!
//! Owns the reference. Does not own speed, which `benches/queue.rs` measures.

use std::collections::BTreeMap;

use strum::IntoEnumIterator as _;
use tempfile::TempDir;

use super::super::testing::{author, event, judge, judgement, known, project, video};
use super::super::{Project, ProjectError};
use super::*;
use crate::domain::known_normal::{Case, Twin};
use crate::domain::library::VideoId;
use crate::domain::record::{Change, Step, Subject, Value};
use crate::domain::review::{Judgement, Standing, standing};

const NAMES: [&str; 4] = ["b yard.mp4", "A Gate.mp4", "c.mp4", "gate 2.mp4"];

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// Events, with few different scores so that many are equal, and verdicts on some of their frames.
fn filled(dice: &mut Dice) -> (TempDir, Project, BTreeMap<u64, (VideoId, Judgement)>) {
    let (folder, mut project) = project();
    let videos: Vec<_> = NAMES.iter().enumerate().map(|(at, name)| known(at as u8, name)).collect();
    project.see_videos(&videos).expect("are noted");
    let mut said = BTreeMap::new();
    for id in 1..=12 {
        let (of, start) = (video(dice.roll(4) as u8), dice.roll(30) * 8);
        let verdict = [Verdict::Anomaly, Verdict::FalseAlarm, Verdict::Unsure][dice.roll(3)];
        let mut judgement = judgement((start, start + 8 + dice.roll(3) * 8), verdict);
        judgement.note = ["", "Dark", "a fox at the gate"][dice.roll(3)].to_owned();
        judgement.class = (dice.roll(3) == 0).then(|| "Fight".to_owned());
        judgement.tags = if dice.roll(4) == 0 { vec!["night".to_owned()] } else { Vec::new() };
        said.insert(id, (of, judgement));
    }
    for turn in 0..2 {
        // The second turn replaces the first, and half of the verdicts come before the events, half after.
        for (id, (of, judgement)) in said.iter().filter(|(id, _)| **id % 2 == turn) {
            project.append(&judge(of.clone(), *id, judgement.clone()), &author()).expect("is written");
        }
        for at in 0..4 {
            for model in ["old", "new"] {
                let count = if at == 2 { 0 } else { dice.roll(12) };
                let mut one = || event_of(dice);
                let events: Vec<_> = (0..count).map(|_| one()).collect();
                project.replace_events(&video(at), model, "rule", &events).expect("are noted");
            }
        }
    }
    // Every third event of one model looks like something.
    let of = Case {
        item: ItemId(1),
        video: video(0),
        name: NAMES[0].to_owned(),
        span: FrameSpan::new(0, 8).expect("holds frames"),
        start: MediaTime::ZERO,
    };
    let twins = (0..400).step_by(3).map(|id| (EventId(id), Twin { of: of.clone(), similarity: 0.95 }));
    let twins = twins.filter(|(id, _)| model_of(&project, *id).as_deref() == Some("new")).collect();
    project.put_aside("new", &twins).expect("is written");
    (folder, project, said)
}

fn model_of(project: &Project, event: EventId) -> Option<String> {
    let all = rows(&project.connection, &[event.0 as i64]).expect("reads");
    all.into_iter().next().map(|row| row.model)
}

fn event_of(dice: &mut Dice) -> FlaggedEvent {
    let start = dice.roll(30) * 8;
    event(start, start + 8 + dice.roll(4) * 8, dice.roll(4) as f32 / 4.0, dice.roll(3) as f32)
}

/// All rows, each with its status found anew; and that judgements without an event are there, each once.
fn reference(project: &Project, said: &BTreeMap<u64, (VideoId, Judgement)>) -> Vec<QueueRow> {
    let mut found = project.connection.prepare("SELECT id FROM queue ORDER BY id").expect("is sound");
    let ids: Vec<i64> = found.query_map([], |row| row.get(0)).expect("runs").map(|id| id.expect("is one")).collect();
    let all = rows(&project.connection, &ids).expect("reads");
    let mut found = project.connection.prepare("SELECT event FROM known_normal").expect("is sound");
    let aside: Vec<u64> =
        found.query_map([], |row| row.get::<_, i64>(0)).expect("runs").map(|id| id.expect("is one") as u64).collect();
    let (gone, mut all): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| matches!(row.status, EventStatus::Gone(_)));
    for row in &mut all {
        let here: Vec<_> = said.iter().filter(|(_, (of, _))| *of == row.video).collect();
        let spans: Vec<_> = here.iter().map(|(_, (_, judgement))| judgement.span).collect();
        let ruling = |at: usize| Ruling { item: ItemId(*here[at].0), verdict: here[at].1.1.verdict };
        row.status = match standing(row.flagged.span, &spans) {
            Standing::Unjudged if aside.contains(&row.event.0) => EventStatus::KnownNormal,
            Standing::Unjudged => EventStatus::Unjudged,
            Standing::Judged(at) => EventStatus::Judged(ruling(at)),
            Standing::Inherited(at) => EventStatus::Inherited(ruling(at)),
            Standing::Changed(at) => EventStatus::Changed(ruling(at)),
        };
    }
    let spoken: Vec<u64> = all.iter().filter_map(|row| Some(row.status.ruling()?.item.0)).collect();
    let silent = said.iter().filter(|(id, _)| !spoken.contains(id));
    let expected: Vec<_> = silent
        .map(|(id, (of, judgement))| (*id, of.clone(), judgement.span, Some(judgement.verdict), judgement.peak_score))
        .collect();
    let facts = |row: &QueueRow| {
        let item = row.status.ruling().map_or(0, |ruling| ruling.item.0);
        (item, row.video.clone(), row.flagged.span, row.status.verdict(), row.flagged.peak_score)
    };
    let mut found: Vec<_> = gone.iter().map(facts).collect();
    found.sort_by_key(|(item, ..)| *item);
    assert_eq!(found, expected);
    all.extend(gone);
    all
}

fn admits(filter: &QueueFilter, row: &QueueRow, said: &BTreeMap<u64, (VideoId, Judgement)>) -> bool {
    let item = row.status.ruling().map(|ruling| ruling.item.0);
    let status = match filter.status {
        StatusFilter::Any => true,
        StatusFilter::Unreviewed => row.status == EventStatus::Unjudged,
        StatusFilter::Judged => matches!(row.status, EventStatus::Judged(_) | EventStatus::Inherited(_)),
        StatusFilter::Changed => matches!(row.status, EventStatus::Changed(_)),
        StatusFilter::Gone => matches!(row.status, EventStatus::Gone(_)),
        StatusFilter::KnownNormal => row.status == EventStatus::KnownNormal,
    };
    let words = item.map_or_else(String::new, |item| {
        let (_, judgement) = &said[&item];
        format!("{} {:?} {:?}", judgement.note, judgement.tags, judgement.class)
    });
    let text = format!("{} {words}", row.video_name).to_lowercase();
    status
        && filter.verdict.is_none_or(|verdict| row.status.verdict() == Some(verdict))
        && filter.video.as_ref().is_none_or(|video| *video == row.video)
        && filter.model.as_ref().is_none_or(|model| *model == row.model)
        && text.contains(&filter.text.to_lowercase())
}

fn sorted(mut rows: Vec<QueueRow>, sort: QueueSort) -> Vec<QueueRow> {
    rows.sort_by(|a, b| {
        let time = a.flagged.time.start.cmp(&b.flagged.time.start);
        let order = match sort {
            QueueSort::Score => b.flagged.peak_score.total_cmp(&a.flagged.peak_score),
            QueueSort::Uncertainty => b.flagged.uncertainty.total_cmp(&a.flagged.uncertainty),
            QueueSort::Video => a.video_name.to_lowercase().cmp(&b.video_name.to_lowercase()).then(time),
            QueueSort::Time => time,
        };
        // Videos were noted in the order of their hashes.
        order.then(a.video.cmp(&b.video)).then(a.event.cmp(&b.event))
    });
    rows
}

fn filters() -> Vec<QueueFilter> {
    let mut all = Vec::new();
    for status in StatusFilter::iter() {
        for verdict in [None, Some(Verdict::FalseAlarm), Some(Verdict::Unsure)] {
            for of in [None, Some(video(1)), Some(video(9))] {
                for text in ["", "GATE", "fight", "nothing such"] {
                    for model in [None, Some("new"), Some("unknown")] {
                        let (text, model) = (text.to_owned(), model.map(str::to_owned));
                        all.push(QueueFilter { status, verdict, video: of.clone(), text, model });
                    }
                }
            }
        }
    }
    all
}

/// Every question has the answer that the plain list gives.
fn compare(project: &Project, said: &BTreeMap<u64, (VideoId, Judgement)>, dice: &mut Dice) {
    let all = reference(project, said);
    for filter in filters() {
        let meant: Vec<_> = all.iter().filter(|row| admits(&filter, row, said)).cloned().collect();
        for sort in QueueSort::iter() {
            let expected = sorted(meant.clone(), sort);
            let (mut paged, limit) = (Vec::<QueueRow>::new(), 1 + dice.roll(9));
            loop {
                let page = project.queue_page(&filter, sort, paged.last(), limit).expect("reads");
                assert!(page.len() <= limit);
                paged.extend(page.iter().cloned());
                if page.len() < limit {
                    break;
                }
            }
            assert_eq!(paged, expected, "{filter:?} {sort}");
            let offset = dice.roll(expected.len() + 2);
            let page = project.queue_page_at(&filter, sort, offset as u64, limit).expect("reads");
            let part: Vec<_> = expected.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(page, part, "{filter:?} {sort} from {offset}");
            let row = &all[dice.roll(all.len())];
            let with = sorted(meant.iter().filter(|other| *other != row).chain([row]).cloned().collect(), sort);
            let before = with.iter().position(|other| other == row).expect("is there") as u64;
            assert_eq!(project.queue_place(&filter, sort, row).expect("reads"), before, "{filter:?} {sort}");
            let after = (offset > 0).then(|| expected.get(offset - 1)).flatten();
            let from = after.map_or(0, |_| offset);
            let open = |row: &QueueRow| matches!(row.status, EventStatus::Unjudged | EventStatus::Changed(_));
            let next = (from..expected.len()).find(|at| open(&expected[*at]));
            let next = next.map(|at| (at as u64, expected[at].clone()));
            assert_eq!(project.next_open(&filter, sort, after).expect("reads"), next, "{filter:?} {sort}");
        }
        let counts = project.queue_counts(&filter).expect("reads");
        let count = |wanted: &dyn Fn(&QueueRow) -> bool| meant.iter().filter(|row| wanted(row)).count() as u64;
        let changed = |row: &QueueRow| matches!(row.status, EventStatus::Changed(_));
        let gone = |row: &QueueRow| matches!(row.status, EventStatus::Gone(_));
        let says = |verdict| move |row: &QueueRow| row.status.verdict() == Some(verdict) && !changed(row) && !gone(row);
        let due = |row: &QueueRow| changed(row) || row.status == EventStatus::Unjudged;
        let left: i64 = meant.iter().filter(|row| due(row)).map(|row| row.flagged.time.length().micros()).sum();
        let mut videos: Vec<_> = meant.iter().map(|row| row.video.clone()).collect();
        videos.sort_unstable();
        videos.dedup();
        let expected = QueueCounts {
            events: meant.len() as u64,
            videos: videos.len() as u64,
            unreviewed: count(&|row| row.status == EventStatus::Unjudged),
            known_normal: count(&|row| row.status == EventStatus::KnownNormal),
            changed: count(&changed),
            anomalies: count(&says(Verdict::Anomaly)),
            false_alarms: count(&says(Verdict::FalseAlarm)),
            unsure: count(&says(Verdict::Unsure)),
            gone: count(&gone),
            left: MediaTime::from_micros(left),
        };
        assert_eq!(counts, expected, "{filter:?}");
    }
}

#[test]
fn every_filter_and_sort_gives_what_a_plain_list_gives() {
    for seed in 0..3 {
        let mut dice = Dice(seed);
        let (_folder, project, said) = filled(&mut dice);
        compare(&project, &said, &mut dice);
    }
}

#[test]
fn edits_undone_and_done_again_move_events() {
    let mut dice = Dice(77);
    let (_folder, mut project, mut said) = filled(&mut dice);
    let before = said.clone();
    let (id, (of, old)) = said.iter().next().map(|(id, entry)| (*id, entry.clone())).expect("is there");
    let new = Judgement { verdict: Verdict::Unsure, note: "nothing such".to_owned(), ..old.clone() };
    let subject = Subject::Judgement { video: of.clone(), id: ItemId(id) };
    let value = |judgement: &Judgement| Some(Value::Judgement(judgement.clone()));
    let changes = vec![Change { subject, before: value(&old), after: value(&new) }];
    let step = project.append(&Step::new("Unsure", changes), &author()).expect("is written").step;
    said.insert(id, (of, new));
    compare(&project, &said, &mut dice);
    project.undo(step, &author()).expect("is undone");
    compare(&project, &before, &mut dice);
    // A reader beside the writer sees the same, although it keeps piles in memory.
    let reader = Project::open(project.folder(), "Grace").expect("opens");
    compare(&reader, &before, &mut dice);
    let first = project.history(100, None).expect("reads").last().expect("is there").step;
    let Subject::Judgement { id, .. } = project.step(first).expect("reads").changes[0].subject else {
        panic!("is one")
    };
    project.undo(first, &author()).expect("is undone");
    let mut less = before;
    less.remove(&id.0);
    compare(&project, &less, &mut dice);
    compare(&reader, &less, &mut dice);
}

#[test]
fn a_place_holds_when_its_row_is_gone() {
    let (_folder, mut project) = project();
    project.see_videos(&[known(1, "a.mp4")]).expect("is noted");
    let scores = [0.9, 0.8, 0.7].map(|score| event((score * 100.0) as usize, 200, score, 0.0));
    project.replace_events(&video(1), "m", "rule 1", &scores).expect("are noted");
    assert_eq!(project.events_rule(&video(1), "m").expect("reads").as_deref(), Some("rule 1"));
    assert_eq!(project.events_rule(&video(1), "n").expect("reads"), None);
    let filter = QueueFilter::default();
    let first = project.queue_page(&filter, QueueSort::Score, None, 1).expect("reads").pop().expect("is there");
    project.replace_events(&video(1), "m", "rule 2", &scores[1..]).expect("are noted");
    let next = project.queue_page(&filter, QueueSort::Score, Some(&first), 1).expect("reads").pop().expect("is there");
    assert_eq!(next.flagged.peak_score, 0.8);
}

#[test]
fn events_that_make_no_sense_leave_the_old_ones() {
    let (_folder, mut project) = project();
    let good = event(0, 8, 0.5, 0.1);
    let unknown = project.replace_events(&video(1), "m", "rule", &[good]);
    assert!(matches!(unknown, Err(ProjectError::UnknownVideo { .. })));
    project.see_videos(&[known(1, "a.mp4")]).expect("is noted");
    project.replace_events(&video(1), "m", "rule", &[good]).expect("are noted");
    let bad = FlaggedEvent { uncertainty: f32::NAN, ..good };
    let refused = project.replace_events(&video(1), "m", "rule", &[bad]);
    assert!(matches!(refused, Err(ProjectError::NoNumber { .. })));
    assert_eq!(project.queue_counts(&QueueFilter::default()).expect("reads").events, 1);
}
