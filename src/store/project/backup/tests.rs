//! What happens to a project when its disk or its file goes wrong.
//!
//! Owns the damage. Every test also looks at what must not have changed.

use std::io::{Seek as _, SeekFrom, Write as _};

use tempfile::TempDir;

use super::super::testing::{author, note_step, project, verdict_step, video};
use super::*;

/// A closed project with some rows, and a backup of it that is one row older.
fn closed() -> (TempDir, PathBuf, PathBuf) {
    let (folder, mut project) = project();
    let mut step = verdict_step(1, 1);
    step.changes.extend((2..400).flat_map(|id| verdict_step(1, id).changes));
    project.append(&step, &author()).expect("is written");
    let backup = project.backup().run().expect("is made");
    project.append(&verdict_step(1, 400), &author()).expect("is written");
    let path = folder.path().join(DATABASE);
    (folder, path, backup)
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).expect("opens");
    file.seek(SeekFrom::Start(at)).expect("is there");
    file.write_all(bytes).expect("is written");
}

/// Every kind of damage: a sentence, the backup offered, the bytes as they were; and the way out works.
#[test]
fn damage_is_told_and_nothing_is_overwritten() {
    type Damage = fn(&Path);
    let kinds: [(&str, Damage); 5] = [
        ("is empty", |path| fs::write(path, "").expect("is written")),
        ("not a database", |path| fs::write(path, "this is not a database at all").expect("is written")),
        ("not a database", |path| overwrite(path, 0, &[7; 64])),
        // Somewhere in the middle of the log's pages.
        ("damaged", |path| {
            let size = fs::metadata(path).expect("is there").len();
            overwrite(path, size / 2 / 4096 * 4096, &[0xa5; 4096]);
        }),
        ("damaged", |path| {
            let size = fs::metadata(path).expect("is there").len();
            let file = fs::OpenOptions::new().write(true).open(path).expect("opens");
            file.set_len(size / 2 / 4096 * 4096).expect("is cut");
        }),
    ];
    for (part, damage) in kinds {
        let (folder, path, backup) = closed();
        damage(&path);
        let bytes = fs::read(&path).expect("is there");
        let error = Project::open(folder.path(), "Ada").expect_err("is damaged");
        let text = error.to_string();
        assert!(text.contains(part) && text.contains("project.db"), "{text}");
        assert!(text.contains(&backup.display().to_string()), "{text}");
        assert_eq!(fs::read(&path).expect("is there"), bytes, "{part}: it was left alone");
        assert!(matches!(Project::create(folder.path(), "Ada"), Err(ProjectError::Exists { .. })));

        let restored = Project::restore(folder.path(), &backup, "Ada").expect("is restored");
        assert_eq!(restored.verify().expect("reads").problems, []);
        assert_eq!(restored.review_state(&video(1)).expect("reads").judgements.len(), 399);
        let aside: Vec<_> = fs::read_dir(folder.path().join("damaged")).expect("lists").flatten().collect();
        assert_eq!(fs::read(aside[0].path().join(DATABASE)).expect("is there"), bytes, "it was kept");
        assert!(backup.exists());
    }
}

#[test]
fn a_backup_that_is_damaged_is_neither_offered_nor_restored() {
    let (folder, path, good) = closed();
    let bad = folder.path().join("backups").join(Stamp::at(now_us() + 1_000_000, 400).file_name());
    fs::copy(&good, &bad).expect("is copied");
    overwrite(&bad, 3 * 4096, &[0xa5; 4096]);
    assert_eq!(Project::newest_good_backup(folder.path()), Some(good));
    let bytes = fs::read(&path).expect("is there");
    let error = Project::restore(folder.path(), &bad, "Ada").expect_err("is damaged");
    assert!(error.to_string().contains("damaged"), "{error}");
    assert_eq!(fs::read(&path).expect("is there"), bytes);
    assert!(!folder.path().join("damaged").exists());
    fs::write(folder.path().join("backups/notes.txt"), "mine").expect("is written");
    assert_eq!(Project::open(folder.path(), "Ada").expect("opens").verify().expect("reads").rows, 400);
}

#[test]
fn without_a_backup_the_way_out_says_so() {
    let (folder, project) = project();
    drop(project);
    fs::write(folder.path().join(DATABASE), "").expect("is written");
    let error = Project::open(folder.path(), "Ada").expect_err("is empty");
    assert!(error.to_string().contains("no good copy"), "{error}");
}

#[test]
fn a_project_that_is_open_is_not_restored_over() {
    let (folder, project) = project();
    let backup = project.backup().run().expect("is made");
    let error = Project::restore(folder.path(), &backup, "Grace").expect_err("is open");
    assert!(error.to_string().contains("Ada"), "{error}");
}

#[test]
fn backups_are_due_after_work_and_old_ones_go() {
    let (folder, mut project) = project();
    assert!(project.backup_due().expect("reads").is_none(), "nothing was written");
    project.append(&verdict_step(1, 1), &author()).expect("is written");
    project.backup_due().expect("reads").expect("there is none yet").run().expect("is made");
    project.append(&verdict_step(1, 2), &author()).expect("is written");
    assert!(project.backup_due().expect("reads").is_none(), "the last one is new");
    let mut step = verdict_step(2, 1000);
    step.changes.extend((1..ROWS).flat_map(|id| verdict_step(2, 1000 + id).changes));
    project.append(&step, &author()).expect("is written");
    let second = project.backup_due().expect("reads").expect("much was written").run().expect("is made");
    assert_eq!(
        Stamp::parse(second.file_name().and_then(|n| n.to_str()).expect("is text")).expect("is one").rows,
        ROWS + 2
    );
    assert!(project.backup_due().expect("reads").is_none());

    // The last one is old: one new row is enough.
    for stamp in stamps(folder.path()) {
        fs::remove_file(backups(folder.path()).join(stamp.file_name())).expect("is removed");
    }
    let old = Stamp::at(now_us() - AGE_US - 1_000_000, ROWS + 2);
    fs::copy(folder.path().join(DATABASE), backups(folder.path()).join(old.file_name())).expect("is copied");
    assert!(project.backup_due().expect("reads").is_none(), "nothing was written since");
    project.append(&verdict_step(1, 3), &author()).expect("is written");
    assert!(project.backup_due().expect("reads").is_some());

    for rows in 0..7 {
        let name = Stamp::at(rows * 1_000_000, rows as u64).file_name();
        fs::write(backups(folder.path()).join(name), "old").expect("is written");
    }
    project.backup().run().expect("is made");
    // Of one day in 1970 the last; the last five are four of them and ours.
    assert_eq!(stamps(folder.path()).len(), 5);
    let names: Vec<_> = fs::read_dir(backups(folder.path())).expect("lists").flatten().map(|f| f.file_name()).collect();
    assert_eq!(names.len(), 5, "no part is left: {names:?}");
}

#[test]
fn a_backup_does_not_wait_for_an_edit_nor_see_half_of_it() {
    let (_folder, mut project) = project();
    project.append(&verdict_step(1, 1), &author()).expect("is written");
    let job = project.backup();
    let thread = std::thread::Builder::new().spawn(move || job.run()).expect("starts");
    for id in 2..40 {
        project.append(&verdict_step(1, id), &author()).expect("is written");
    }
    let copy = thread.join().expect("ends").expect("is made");
    let other = tempfile::tempdir().expect("a folder");
    fs::copy(copy, other.path().join(DATABASE)).expect("is copied");
    let copied = Project::open(other.path(), "Ada").expect("opens");
    let found = copied.verify().expect("reads");
    assert!(found.is_sound() && found.rows >= 1, "{found:?}");
}

#[test]
fn a_full_disk_loses_nothing() {
    let (_folder, mut project) = project();
    project.append(&note_step(1, None, "first"), &author()).expect("is written");
    let pages: i64 = project.connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("is known");
    let limit = |project: &Project, pages: i64| {
        // It answers with the limit, which a plain update would take for an error.
        let set = format!("PRAGMA max_page_count = {pages}");
        project.connection.query_row(&set, [], |row| row.get::<_, i64>(0)).expect("is set");
    };
    limit(&project, pages);
    let big = "x".repeat(100_000);
    let error = project.append(&note_step(1, Some("first"), &big), &author()).expect_err("has no room");
    assert!(matches!(error, ProjectError::Full { .. }) && error.to_string().contains("disk"), "{error}");
    assert_eq!(project.review_state(&video(1)).expect("reads").note.as_deref(), Some("first"));
    assert_eq!(project.verify().expect("reads").problems, []);
    limit(&project, 1_000_000);
    let second = project.append(&note_step(1, Some("first"), &big), &author()).expect("has room");
    assert_eq!(second.first_seq, 2);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_with_a_way_out() {
    for kind in [std::io::ErrorKind::PermissionDenied, std::io::ErrorKind::ReadOnlyFilesystem] {
        let error = ProjectError::io(Path::new("case/project.lock"), kind.into());
        assert!(error.to_string().contains("read-only") && error.to_string().contains("copy"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path, _) = closed();
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("is ours");
    fs::remove_file(folder.path().join("project.lock")).expect("is there");
    mode(0o555);
    // Rights do not bind the superuser.
    if File::create(folder.path().join("probe")).is_err() {
        let bytes = fs::read(&path).expect("is there");
        let error = Project::open(folder.path(), "Ada").expect_err("is read-only");
        assert!(matches!(error, ProjectError::ReadOnly { .. }), "{error}");
        assert_eq!(fs::read(&path).expect("is there"), bytes);
    }
    mode(0o755);
}
