//! Each fault on its line, and none where there is none.

use super::*;

fn row(line: usize, name: &str, class: &str, spans: &[(i64, i64)]) -> TruthRow {
    TruthRow { class: Some(class.to_owned()), spans: spans.to_vec(), ..TruthRow::new(line, name) }
}

fn list(rows: &[(&str, usize)]) -> Vec<ListRow> {
    let row = |(at, (name, frames)): (usize, &(&str, usize))| ListRow {
        line: at + 1,
        name: (*name).to_owned(),
        frames: Some(*frames),
    };
    rows.iter().enumerate().map(row).collect()
}

fn check(rows: &[TruthRow], list: Option<&[ListRow]>, labels: Option<&[bool]>) -> TruthReport {
    TruthReport::of(TruthInput { rows, list, labels, inclusive: true })
}

fn exclusive(rows: &[TruthRow], list: &[ListRow], labels: &[bool]) -> TruthReport {
    TruthReport::of(TruthInput { rows, list: Some(list), labels: Some(labels), inclusive: false })
}

fn kinds(report: &TruthReport) -> Vec<(Kind, Place)> {
    report.findings.iter().map(|f| (f.kind, f.place)).collect()
}

#[test]
fn each_fault_is_found_on_its_line() {
    let rows = [
        row(1, "a", "Abuse", &[(9, 5)]),
        row(2, "b", "Abuse", &[(-2, 5)]),
        TruthRow { frames: Some(90), ..row(3, "c", "Abuse", &[(10, 90)]) },
        row(4, "d", "Abuse", &[(1, 9), (9, 20)]),
        row(5, "e", "Abuse", &[]),
        row(6, "f", "Normal", &[(1, 2)]),
        row(7, "a", "Normal", &[]),
        TruthRow { unreadable: Some("x".into()), ..row(8, "g", "Abuse", &[]) },
    ];
    let report = check(&rows, None, None);
    assert_eq!(
        kinds(&report),
        [
            (Kind::Unreadable, Place::Truth(8)),
            (Kind::Impossible, Place::Truth(1)),
            (Kind::Impossible, Place::Truth(2)),
            (Kind::Beyond, Place::Truth(3)),
            (Kind::Overlap, Place::Truth(4)),
            (Kind::Duplicate, Place::Truth(7)),
            (Kind::NoFrames, Place::Truth(5)),
            (Kind::NormalWithFrames, Place::Truth(6)),
        ]
    );
    assert!(report.findings[3].what.contains("by one frame"), "{}", report.findings[3].what);
    assert_eq!((report.videos, report.spans), (8, 6));
    let exclusive = TruthReport::of(TruthInput { rows: &rows[3..4], list: None, labels: None, inclusive: false });
    assert!(exclusive.findings.is_empty(), "spans that touch do not overlap where the end is not inside");
}

#[test]
fn labels_tell_which_reading_of_ends_is_meant() {
    let list = list(&[("a", 32), ("b", 32), ("Normal_1", 16)]);
    let rows = [row(1, "a.mp4", "Abuse", &[(4, 10)]), row(2, "b.mp4", "Abuse", &[(20, 40)])];
    let mut labels = vec![false; 80];
    labels[4..10].fill(true);
    labels[32 + 20..64].fill(true);
    let report = check(&rows, Some(&list), Some(&labels));
    assert_eq!(report.ends, Some(EndAgreement { compared: 2, inclusive: 1, exclusive: 2 }));
    assert_eq!(kinds(&report), [(Kind::Labels, Place::List(1)), (Kind::Cut, Place::Truth(2))]);
    let report = exclusive(&rows, &list, &labels);
    assert_eq!(kinds(&report), [(Kind::Cut, Place::Truth(2))]);
    // One video off by one among others is told as that.
    labels[10] = true;
    let three = [rows[0].clone(), rows[1].clone(), row(3, "c.mp4", "Abuse", &[(0, 4)])];
    let longer = [list.clone(), vec![ListRow { line: 4, name: "c".into(), frames: Some(16) }]].concat();
    let all = [labels.clone(), vec![true; 4], vec![false; 12]].concat();
    let report = exclusive(&three, &longer, &all);
    let off = report.findings.iter().find(|f| f.kind == Kind::Labels).expect("is found");
    assert!(off.place == Place::List(1) && off.what.contains("off by one"), "{off:?}");
    labels[70] = true;
    let report = check(&rows, Some(&list), Some(&labels));
    assert!(kinds(&report).contains(&(Kind::NormalWithFrames, Place::List(3))));
    let short = check(&rows, Some(&list), Some(&labels[1..]));
    assert!(kinds(&short).contains(&(Kind::Length, Place::Labels)) && short.ends.is_none());
}

#[test]
fn whole_snippets_explain_less_than_one_that_is_missing() {
    for (counted, end, kind, said) in [
        (8080, 8080, None, ""),
        (8080, 8081, Some(Kind::Cut), "by 1"),
        (8080, 8095, Some(Kind::Cut), "by 15"),
        (8080, 8096, Some(Kind::Beyond), "by 16: 1 whole snippet fewer than the 506 in the 8096 frames"),
        (8080, 8111, Some(Kind::Beyond), "by 31: 1 whole snippet fewer than the 506 in the 8111 frames"),
        (8080, 8112, Some(Kind::Beyond), "by 32: 2 whole snippets fewer than the 507"),
        // A list that does not count whole snippets cuts nothing to them.
        (8085, 8090, Some(Kind::Beyond), "by 5"),
    ] {
        let (rows, list) = ([row(1, "a", "Assault", &[(1185, end)])], list(&[("a", counted)]));
        let report = TruthReport::of(TruthInput { rows: &rows, list: Some(&list), labels: None, inclusive: false });
        assert_eq!(report.findings.first().map(|found| found.kind), kind, "{counted} {end}");
        let what = report.findings.first().map_or("", |found| found.what.as_str());
        assert!(what.contains(said), "{counted} {end}: {what}");
        assert_eq!(what.contains("does not explain"), said.contains("whole"), "{what}");
    }
}

#[test]
fn a_form_that_says_what_ends_mean_is_taken_at_its_word() {
    let list = list(&[("a", 32), ("b", 32)]);
    let own = |line, name| TruthRow { inclusive: true, ..row(line, name, "Abuse", &[(4, 10)]) };
    let rows = [own(1, "a"), own(2, "b")];
    // The labels are one frame shorter everywhere.
    let mut labels = vec![false; 64];
    labels[4..10].fill(true);
    labels[36..42].fill(true);
    for report in [check(&rows, Some(&list), Some(&labels)), exclusive(&rows, &list, &labels)] {
        assert_eq!(report.ends, None, "nothing is open");
        assert_eq!(kinds(&report), [(Kind::Labels, Place::List(1)), (Kind::Labels, Place::List(2))]);
        assert!(report.findings[0].what.contains("off by one"), "{}", report.findings[0].what);
    }
}

#[test]
fn videos_of_one_name_in_two_folders_are_told_apart() {
    let list = list(&[("1/c", 100), ("2/c", 50)]);
    let rows = [row(1, "1/c.mp4", "Abuse", &[(60, 69)]), row(2, "2/c.mp4", "Abuse", &[(10, 19)])];
    let mut labels = vec![false; 150];
    labels[60..70].fill(true);
    labels[110..120].fill(true);
    let fine = check(&rows, Some(&list), Some(&labels));
    assert!(fine.findings.is_empty(), "{fine:?}");
    let one = check(&rows[..1], Some(&list), None);
    assert_eq!(kinds(&one), [(Kind::Missing, Place::List(2))]);
}

#[test]
fn files_that_name_different_videos_are_told() {
    let list = list(&[("a", 100), ("x", 16), ("v__label_A", 16)]);
    let rows = [
        TruthRow { frames: Some(180), ..row(1, "a", "Abuse", &[(1, 5), (120, 130)]) },
        row(2, "y", "Abuse", &[(1, 5)]),
    ];
    let report = check(&rows, Some(&list), None);
    assert_eq!(
        kinds(&report),
        [
            (Kind::Beyond, Place::Truth(1)),
            (Kind::Missing, Place::Truth(2)),
            (Kind::Missing, Place::List(2)),
            (Kind::Length, Place::Truth(1)),
        ]
    );
}
