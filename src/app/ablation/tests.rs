//! Tests of whole ablations.

use std::path::Path;

use super::run::{DoneRun, FoldVideo, Kind};
use super::summary::{Summary, rows};
use super::work::{Ablation, AblationWatch, settings};
use super::{AblationError, AblationForm, AblationOrder, AblationVideo, elsewhere, gather};
use crate::domain::ablation::Cell;
use crate::domain::features::FeatureMatrix;
use crate::domain::library::VideoId;
use crate::domain::provenance::VideoRef;
use crate::formats::npy;
use crate::jobs::{Generation, Ticket};
use crate::model::ComputeDevice;
use crate::model::train::{Preset, StepReport, TrainSettings};

/// Numbers per snippet.
const DIM: usize = 8;

fn matrix(seed: usize, snippets: usize) -> FeatureMatrix {
    let values = (0..snippets * DIM).map(|at| ((at * 7 + seed * 13) as f32 * 0.37).sin()).collect();
    FeatureMatrix::new(1, snippets, DIM, values).expect("fits")
}

/// Two folds, each with a video with an anomaly and one without.
fn kind(name: &str) -> Kind {
    let video = |number: usize| {
        let mut labels = vec![false; 320];
        if number.is_multiple_of(2) {
            labels[160..240].fill(true);
        }
        let content = VideoRef::new(&format!("{number}.mp4"), "video", &format!("{number:064}"));
        FoldVideo { name: format!("{number}.mp4"), content, features: matrix(number, 20), labels, encoder: None }
    };
    Kind { name: name.to_owned(), folds: vec![vec![video(0), video(1)], vec![video(2), video(3)]] }
}

fn short(steps: usize) -> TrainSettings {
    let own = settings(Preset::Paper, Some(steps));
    TrainSettings { batch: 2, tsa: crate::domain::score::TsaSettings { samples: 5, ..own.tsa }, ..own }
}

/// Counts, and calls the work off in the middle of a run.
struct Watch {
    generation: Generation,
    ticket: Ticket,
    /// The run and the step after which it is called off.
    stop: Option<(usize, usize)>,
    run: usize,
    steps: Vec<(usize, usize)>,
    found: usize,
}

impl Watch {
    fn new(stop: Option<(usize, usize)>) -> Self {
        let generation = Generation::default();
        let ticket = generation.advance();
        Self { generation, ticket, stop, run: 0, steps: Vec::new(), found: 0 }
    }
}

impl AblationWatch for Watch {
    fn begins(&mut self, _: &Cell, done: usize, _: usize, _: usize) {
        self.run = done;
    }

    fn step(&mut self, report: &StepReport) {
        self.steps.push((self.run, report.step));
        if self.stop == Some((self.run, report.step)) {
            self.generation.cancel();
        }
    }

    fn ends(&mut self, _: &DoneRun, found: bool) {
        self.found += usize::from(found);
    }
}

fn run(folder: &Path, kinds: &[Kind], settings: &TrainSettings, watch: &mut Watch) -> Result<Summary, AblationError> {
    let ticket = watch.ticket.clone();
    let ablation = Ablation { folder, kinds, seeds: &[0], settings };
    ablation.carry_out(&ComputeDevice::cpu(None), watch, &ticket)
}

#[test]
fn what_was_called_off_goes_on_where_it_was_to_the_same_figures() {
    let (kinds, settings) = ([kind("made")], short(3));
    let whole = tempfile::tempdir().expect("is made");
    let expected = run(whole.path(), &kinds, &settings, &mut Watch::new(None)).expect("is done");
    assert_eq!((expected.runs, expected.rows.len(), expected.rows[0].seeds.len()), (4, 2, 1));

    let folder = tempfile::tempdir().expect("is made");
    let mut watch = Watch::new(Some((1, 2)));
    let ended = run(folder.path(), &kinds, &settings, &mut watch).expect_err("is called off");
    assert!(ended.is_cancelled());
    assert_eq!(watch.steps.last(), Some(&(1, 2)), "not a step more");
    let ablation = Ablation { folder: folder.path(), kinds: &kinds, seeds: &[0], settings: &settings };
    let found = ablation.found().expect("is read");
    assert_eq!(found.len(), 1);
    let rows = rows(&ablation.names(), &[0], 2, &found.iter().collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.seeds.is_empty() && row.roc_auc.is_none()), "a seed counts once it is complete");
    assert!(!folder.path().join("ablation.json").exists(), "it is not done");

    let mut watch = Watch::new(None);
    let summary = run(folder.path(), &kinds, &settings, &mut watch).expect("is done");
    assert_eq!((watch.found, watch.steps[0]), (1, (1, 3)), "the third step of the second run comes first");
    assert_eq!(summary.rows, expected.rows);
    let done = ablation.found().expect("is read");
    assert!(done.iter().all(|run| run.losses.len() == 3), "the log goes on too");
    assert!(folder.path().join("index.html").exists() && folder.path().join("ablation.json").exists());
}

#[test]
fn a_training_that_was_called_off_with_other_videos_begins_anew() {
    let (folder, settings) = (tempfile::tempdir().expect("is made"), short(3));
    run(folder.path(), &[kind("made")], &settings, &mut Watch::new(Some((0, 2)))).expect_err("is called off");
    let mut others = kind("made");
    others.folds[1][0].content = VideoRef::new("other.mp4", "video", &"e".repeat(64));
    let mut watch = Watch::new(None);
    run(folder.path(), &[others], &settings, &mut watch).expect("is done");
    assert_eq!(watch.steps[0], (0, 1));
    // What is done now is not taken for the first one's.
    let refused = run(folder.path(), &[kind("made")], &settings, &mut Watch::new(None)).expect_err("is another's");
    assert!(matches!(refused, AblationError::OtherRun { .. }) && refused.to_string().contains("run.json"), "{refused}");
}

fn order(folder: &Path, videos: usize) -> AblationOrder {
    let video = |number: usize| {
        let name = format!("v{number}.mp4");
        let truth = if number.is_multiple_of(2) { std::iter::once(32..64).collect() } else { Vec::new() };
        let id = VideoId::from_hash([number as u8; 32]);
        AblationVideo { id, path: folder.join("videos").join(&name), name, frames: 330, truth }
    };
    let kinds = vec![super::KindForm { name: "I3D".to_owned(), path: folder.join("i3d").display().to_string() }];
    let form = AblationForm { own: false, kinds, ..AblationForm::default() };
    let videos = (0..videos).map(video).collect();
    AblationOrder { videos, encoder: "builtin".to_owned(), dim: DIM, form, folder: folder.join("runs") }
}

fn write(folder: &Path, name: &str, shape: &[usize], value: f32) {
    let values = vec![value; shape.iter().product()];
    crate::disk::replace(&folder.join("i3d").join(name), &npy::write(shape, &values)).expect("is written");
}

#[test]
fn features_of_other_encoders_are_read_into_the_folds_and_what_does_not_fit_is_named() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    let order = order(folder, 5);
    let folds = gather::folds(&order).expect("has both kinds");
    assert_eq!(folds.len(), 2, "two videos have no anomaly");
    for number in 0..5 {
        // Twenty-one snippets of 330 frames; a list of the field counts whole ones only, or has crops.
        let shape: &[usize] = if number == 3 { &[20, 10, DIM] } else { &[10, 21, DIM] };
        write(folder, &format!("v{number}_i3d.npy"), shape, number as f32);
    }
    let read = || gather::kinds(&order, &folds, None, &mut |_| (), &Ticket::unlimited());
    let kinds = read().expect("are read");
    let mut names: Vec<_> = kinds[0].folds.iter().flatten().map(|video| video.name.clone()).collect();
    names.sort();
    assert_eq!(
        (kinds.len(), names),
        (1, ["v0.mp4", "v1.mp4", "v2.mp4", "v3.mp4", "v4.mp4"].map(str::to_owned).to_vec())
    );
    let video = &kinds[0].folds.iter().flatten().find(|video| video.name == "v3.mp4").expect("is there").features;
    assert_eq!((video.crops(), video.snippets(), video.row(0, 0)[0]), (10, 20, 3.0));

    let refused = || read().expect_err("does not fit").to_string();
    write(folder, "v2_i3d.npy", &[10, 32, DIM], 0.5);
    let text = refused();
    assert!(text.contains("v2_i3d.npy") && text.contains("32 rows") && text.contains("v2.mp4"), "{text}");
    write(folder, "v2_i3d.npy", &[10, 21, DIM + 1], 0.5);
    let text = refused();
    assert!(text.contains("v2_i3d.npy") && text.contains("one encoder"), "{text}");
    // The same content twice would be trained on and judged.
    write(folder, "v2_i3d.npy", &[10, 21, DIM], 0.0);
    let text = refused();
    assert!(text.contains("I3D") && text.contains("in the folds 1 and 2"), "{text}");
    std::fs::remove_file(folder.join("i3d/v2_i3d.npy")).expect("is there");
    assert!(refused().contains("v2.npy"));
}

#[test]
fn too_few_videos_and_names_that_are_missing_are_told() {
    let folder = tempfile::tempdir().expect("is made");
    let order = order(folder.path(), 3);
    let text = gather::folds(&order).expect_err("one has no anomaly").to_string();
    assert!(text.contains("2 with and 1 without"), "{text}");
    let kinds = |form: AblationForm| {
        let order = AblationOrder { form, ..order.clone() };
        gather::kinds(&order, &[], None, &mut |_| (), &Ticket::unlimited()).expect_err("cannot be").to_string()
    };
    let with = |name: &str, path: &str| AblationForm {
        kinds: vec![super::KindForm { name: name.to_owned(), path: path.to_owned() }],
        ..order.form.clone()
    };
    assert!(kinds(with("", "/x")).contains("a name"));
    assert!(kinds(with("C3D", " ")).contains("choose the folder"));
    assert!(kinds(AblationForm { kinds: Vec::new(), ..order.form.clone() }).contains("at least one"));
    let twice = AblationForm { own: true, ..with("builtin", "/x") };
    assert!(kinds(twice).contains("share the folder of builtin"));
}

#[test]
fn a_free_folder_is_named_beside_the_one_that_is_taken() {
    let folder = tempfile::tempdir().expect("is made");
    let first = folder.path().join("ablation");
    assert_eq!(elsewhere(&first), folder.path().join("ablation-2"));
    std::fs::create_dir_all(folder.path().join("ablation-2")).expect("is made");
    assert_eq!(elsewhere(&folder.path().join("ablation-2")), folder.path().join("ablation-3"));
}
