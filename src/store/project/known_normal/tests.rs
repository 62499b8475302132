//! What is remembered, what is put aside, and that both follow verdicts, models and new events.

use tempfile::TempDir;

use super::super::testing::{author, event, judge, judgement, known, project, video};
use super::*;
use crate::domain::queue::{QueueFilter, QueueRow, QueueSort, StatusFilter};

const MODEL: &str = "weights-1";

/// Two videos with two events each; the first event of the first was called a false alarm.
fn judged() -> (TempDir, Project) {
    let (folder, mut project) = project();
    project.see_videos(&[known(1, "a.mp4"), known(2, "b.mp4")]).expect("is noted");
    for number in [1, 2] {
        let events = [event(100, 200, 0.9, 0.0), event(301, 333, 0.6, 0.2)];
        project.replace_events(&video(number), MODEL, "low", &events).expect("are noted");
    }
    project.append(&judge(video(1), 1, judgement((100, 200), Verdict::FalseAlarm)), &author()).expect("is written");
    (folder, project)
}

fn rows(project: &Project, status: StatusFilter) -> Vec<QueueRow> {
    let filter = QueueFilter { status, ..QueueFilter::default() };
    project.queue_page(&filter, QueueSort::Score, None, 100).expect("reads")
}

/// Puts the first open event of a video aside as a twin of the first false alarm.
fn put_aside(project: &mut Project, number: u8) -> bool {
    let open = project.open_events(&video(number), MODEL).expect("reads");
    let of = project.known_normal_cases(MODEL).expect("reads").alarms.remove(0);
    let twins = open.first().map(|open| (open.event, Twin { of, similarity: 0.97 })).into_iter().collect();
    project.put_aside(MODEL, &twins).expect("is written")
}

#[test]
fn an_event_is_put_aside_with_its_reason_and_comes_back() {
    let (folder, mut project) = judged();
    assert!(put_aside(&mut project, 2));
    assert!(!put_aside(&mut project, 2), "nothing changes");
    let aside = rows(&project, StatusFilter::KnownNormal);
    let [row] = &aside[..] else { panic!("{aside:?}") };
    let twin = row.twin.as_ref().expect("says why");
    assert_eq!((row.status, twin.of.name.as_str(), twin.similarity), (EventStatus::KnownNormal, "a.mp4", 0.97));
    assert_eq!((twin.of.span.start(), twin.of.start), (100, MediaTime::from_micros(4_000_000)));
    let counts = project.queue_counts(&QueueFilter::default()).expect("reads");
    assert_eq!((counts.events, counts.unreviewed, counts.known_normal), (4, 2, 1));
    assert_eq!(counts.left, MediaTime::from_micros(2 * 32 * 40_000), "it need not be looked at");
    assert_eq!(rows(&project, StatusFilter::Unreviewed).len(), 2);
    let first = rows(&project, StatusFilter::Any).remove(0);
    let next = project.next_open(&QueueFilter::default(), QueueSort::Score, Some(&first)).expect("reads");
    assert_ne!(next.map(|(_, row)| row.event), Some(row.event), "it is passed over");
    // After a restart, and when everything derived is made again.
    drop(project);
    let mut project = Project::open(folder.path(), "Ada").expect("opens");
    assert_eq!(rows(&project, StatusFilter::KnownNormal), aside);
    project.rebuild().expect("is made again");
    assert_eq!(rows(&project, StatusFilter::KnownNormal), aside);
    assert!(project.put_aside(MODEL, &BTreeMap::new()).expect("is written"));
    assert_eq!(rows(&project, StatusFilter::KnownNormal), []);
    assert_eq!(rows(&project, StatusFilter::Unreviewed).len(), 3);
}

#[test]
fn a_verdict_counts_more_than_being_put_aside() {
    let (_folder, mut project) = judged();
    let open = project.open_events(&video(2), MODEL).expect("reads");
    assert!(put_aside(&mut project, 2));
    project.append(&judge(video(2), 2, judgement((100, 200), Verdict::Anomaly)), &author()).expect("is written");
    assert_eq!(rows(&project, StatusFilter::KnownNormal), []);
    // What was found before the verdict comes too late.
    let of = project.known_normal_cases(MODEL).expect("reads").alarms.remove(0);
    let late = [(open[0].event, Twin { of, similarity: 1.0 })].into();
    project.put_aside(MODEL, &late).expect("is written");
    assert_eq!(rows(&project, StatusFilter::KnownNormal), []);
    assert_eq!(rows(&project, StatusFilter::Judged).len(), 2);
}

#[test]
fn the_same_events_found_again_stay_aside_and_others_do_not() {
    let (_folder, mut project) = judged();
    assert!(put_aside(&mut project, 2));
    let again = [event(100, 200, 0.8, 0.0), event(400, 416, 0.6, 0.2)];
    project.replace_events(&video(2), MODEL, "again", &again).expect("are noted");
    assert_eq!(rows(&project, StatusFilter::KnownNormal).len(), 1);
    project.replace_events(&video(2), MODEL, "moved", &[event(96, 208, 0.8, 0.0)]).expect("are noted");
    assert_eq!(rows(&project, StatusFilter::KnownNormal), []);
    let left: i64 =
        project.connection.query_row("SELECT count(*) FROM known_normal", [], |row| row.get(0)).expect("counts");
    assert_eq!(left, 0, "its row goes with the event");
}

#[test]
fn a_false_alarm_is_remembered_until_its_verdict_goes_or_a_model_has_learned_it() {
    let (_folder, mut project) = judged();
    project.append(&judge(video(2), 2, judgement((301, 333), Verdict::Anomaly)), &author()).expect("is written");
    let items = |project: &Project, model: &str| {
        let cases = project.known_normal_cases(model).expect("reads");
        let items = |cases: &[Case]| cases.iter().map(|case| case.item.0).collect::<Vec<_>>();
        (items(&cases.alarms), items(&cases.anomalies), cases.learned)
    };
    assert_eq!(items(&project, MODEL), (vec![1], vec![2], 0));
    assert_eq!(items(&project, "next"), (vec![1], vec![2], 0), "it has not scored the video yet");
    project.replace_events(&video(1), "next", "low", &[event(110, 180, 0.7, 0.0)]).expect("are noted");
    assert_eq!(items(&project, "next"), (vec![1], vec![2], 0), "it flags much the same frames");
    project.replace_events(&video(1), "next", "low", &[event(301, 333, 0.7, 0.0)]).expect("are noted");
    assert_eq!(items(&project, "next"), (vec![], vec![2], 1), "an anomaly stays one");
    assert_eq!(items(&project, MODEL), (vec![1], vec![2], 0));
    let clear = judge(video(1), 1, judgement((100, 200), Verdict::FalseAlarm)).inverse();
    project.append(&clear, &author()).expect("is written");
    assert_eq!(items(&project, MODEL), (vec![], vec![2], 0));
}

#[test]
fn a_project_of_before_can_put_events_aside() {
    let (folder, project) = judged();
    let before = rows(&project, StatusFilter::Any);
    project.connection.execute_batch("DROP TABLE known_normal; PRAGMA user_version = 3").expect("is sound");
    drop(project);
    let mut project = Project::open(folder.path(), "Ada").expect("opens");
    assert_eq!(rows(&project, StatusFilter::Any), before);
    assert!(put_aside(&mut project, 2));
    assert_eq!(rows(&project, StatusFilter::KnownNormal).len(), 1);
}
