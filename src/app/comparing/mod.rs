//! Two score curves side by side on the video on screen: of two models, encoders, settings, or of another program.
//!
//! Owns what is compared with what, where that stands, and what came out. Nothing here changes the model in use, stored
//! events or the queue: what is compared is only looked at. Does not own the arithmetic ([`crate::domain::compare`]), the
//! work ([`work`]), the thread (`services::comparer`), or which step follows which (`update::compare`).

pub mod form;
pub mod points;
pub mod sheet;
pub mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::compare::{CurveFigures, Difference, EventFlips};
use crate::domain::library::VideoId;
use crate::domain::score::{ScoredVideo, TsaSettings};
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::jobs::Progress;
use crate::media::OpenedVideo;

use super::learn::Overlay;
use super::models::SHIPPED;
use super::phase::Phase;
use form::CompareForm;

/// A model that can be compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OtherModel {
    /// The one in use, with other settings or another encoder.
    InUse,
    /// One of the project; `None` is the one that comes with the program.
    Project(Option<String>),
    /// Any file.
    File(PathBuf),
}

/// What the scores on screen are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Other {
    /// A model.
    Model {
        /// Which.
        model: OtherModel,
        /// A folder with a CLIP encoder; `None` is the encoder in use.
        encoder: Option<PathBuf>,
        /// Settings of attention; `None` takes those that a person chose for all, else the model's own.
        tsa: Option<TsaSettings>,
    },
    /// A file with scores of another program.
    Scores(PathBuf),
    /// Scores that a run of an ablation gave. Not to be written: the run is opened again from its folder.
    #[serde(skip)]
    Run(Arc<RunScores>),
}

/// Scores of the videos that a run of an ablation judged.
#[derive(Clone, Debug, PartialEq)]
pub struct RunScores {
    /// Which run, in a few words.
    pub name: String,
    /// One score per snippet of each video.
    pub videos: BTreeMap<VideoId, Vec<f32>>,
}

impl Other {
    /// A model as it comes.
    pub fn model(model: OtherModel) -> Self {
        Self::Model { model, encoder: None, tsa: None }
    }

    /// What it is, in a few words.
    pub fn text(&self) -> String {
        let file = |path: &PathBuf| {
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
        };
        match self {
            Self::Scores(path) => file(path),
            Self::Run(run) => run.name.clone(),
            Self::Model { model, encoder, tsa } => {
                let mut text = match model {
                    OtherModel::InUse => "model in use".to_owned(),
                    OtherModel::Project(None) => SHIPPED.to_owned(),
                    OtherModel::Project(Some(id)) => id.chars().take(8).collect(),
                    OtherModel::File(path) => file(path),
                };
                if let Some(folder) = encoder {
                    text = format!("{text}, {}", file(folder));
                }
                if let Some(tsa) = tsa {
                    text = format!("{text}, {}", tsa_text(tsa));
                }
                text
            }
        }
    }
}

/// Settings of attention in a few words.
pub fn tsa_text(tsa: &TsaSettings) -> String {
    if tsa.enabled {
        format!("r {:.2}, σ {:.2}, M {}", tsa.ratio, tsa.sigma, tsa.samples)
    } else {
        "no attention".to_owned()
    }
}

/// Handle of one piece of comparing; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompareTask(pub u64);

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct CompareOrder {
    /// Comes back with the answer.
    pub task: CompareTask,
    /// The video.
    pub video: Box<OpenedVideo>,
    /// Its content.
    pub id: VideoId,
    /// Its scores on screen.
    pub one: Arc<ScoredVideo>,
    /// What they are compared with.
    pub other: Other,
    /// Settings of attention that a person chose for all models.
    pub tsa: Option<TsaSettings>,
    /// Folder of the project, where its models are.
    pub project: Option<PathBuf>,
}

/// What is asked of the thread that compares.
#[derive(Clone, Debug)]
pub enum CompareRequest {
    /// Compare; what is being compared is given up.
    Compare(Box<CompareOrder>),
    /// Give up what is being compared.
    Stop,
}

/// What is reported about one task.
#[derive(Clone, Debug)]
pub enum CompareNews {
    /// It goes on: what is done, how far, and seconds to go.
    Working(&'static str, Progress, Option<f64>),
    /// It is done.
    Done(Arc<Compared>),
    /// It did not work; a sentence.
    Failed(String),
}

/// Two curves of one video.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The video.
    pub video: VideoId,
    /// What is compared with.
    pub other: Other,
    /// The scores that were on screen.
    pub one: Arc<ScoredVideo>,
    /// The other curve, as it is drawn over the one. Its threshold is the model's own, and 0 where it has none until the
    /// window knows which rule counts.
    pub overlay: Overlay,
    /// Where the other scores come from: encoder, model, settings; `None` for those of a file.
    pub origin: Option<Arc<ScoredVideo>>,
    /// The threshold that the other model's makers chose.
    pub threshold: Option<f32>,
    /// The other less the one.
    pub difference: Difference,
    /// Figures over the whole video.
    pub figures: CurveFigures,
    /// What should be known, a sentence each.
    pub notes: Vec<String>,
}

impl Compared {
    /// The scores on screen, one per snippet.
    pub fn one(&self) -> &[f32] {
        &self.one.snippets.scores
    }

    /// The other scores, one per snippet.
    pub fn other(&self) -> &[f32] {
        self.overlay.scores.values()
    }
}

/// The events of both curves, under rules of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// How the scores on screen become events.
    pub one_rule: EventRule,
    /// How the other ones do.
    pub other_rule: EventRule,
    /// Events of the other curve.
    pub events: Vec<AnomalySegment>,
    /// What differs.
    pub flips: EventFlips,
}

impl Judged {
    /// Finds the events of both: O(T).
    pub fn of(compared: &Compared, one_rule: EventRule, other_rule: EventRule) -> Self {
        let (one, events) = (one_rule.events(compared.one()), other_rule.events(compared.other()));
        let flips = EventFlips::of(&one, &events, (compared.one(), compared.other()));
        Self { one_rule, other_rule, events, flips }
    }
}

/// What the person wants of it.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareAction {
    /// Show the panel in which it is chosen what to compare with.
    Open,
    /// The form in it is this now.
    SetForm(Box<CompareForm>),
    /// Compare with this from now on, or with nothing any more.
    With(Option<Other>),
    /// Begin again after it did not work.
    Again,
    /// The other curve's events begin here; `None` goes back to its own threshold.
    Threshold(Option<f32>),
    /// Go to a difference in events, by its place.
    Watch(usize),
    /// Go to the difference this many places further.
    Step(isize),
    /// Write the scores of both into the project's folder of exports.
    Export,
    /// Pick these snippets of the video on screen, and no others.
    Pick(Vec<usize>),
    /// Pick the snippets of the event on screen.
    PickEvent,
    /// Pick none.
    PickNothing,
}

/// Videos whose comparison is kept, so that going back and forth costs nothing.
const KEPT: usize = 16;

/// All about comparing.
#[derive(Clone, Debug, Default)]
pub struct Comparing {
    /// What is chosen and typed before it is compared.
    pub form: CompareForm,
    /// What is compared with; `None` compares nothing.
    pub other: Option<Other>,
    /// Where it stands, for the video on screen.
    pub phase: Phase,
    /// Where the other curve's events begin, if a person chose it.
    pub threshold: Option<f32>,
    /// The difference that was gone to last.
    pub row: Option<usize>,
    /// What came out, the newest last.
    pub(super) kept: Vec<Arc<Compared>>,
    /// The events of the one on screen, and which of the kept ones they are of.
    pub(super) judged: Option<(Arc<Compared>, Arc<Judged>)>,
    /// What is being worked on, and for which scores.
    pub(super) working: Option<(CompareTask, Arc<ScoredVideo>)>,
    pub(super) tasks: u64,
}

impl Comparing {
    /// What came out for these scores, if that is known.
    pub fn of(&self, one: &Arc<ScoredVideo>) -> Option<&Arc<Compared>> {
        self.kept.iter().rev().find(|compared| Arc::ptr_eq(&compared.one, one))
    }

    /// The comparison on screen with its events.
    pub fn shown(&self) -> Option<(&Compared, &Judged)> {
        self.judged.as_ref().map(|(compared, judged)| (&**compared, &**judged))
    }

    /// The comparison of a video, if it is the one on screen.
    pub fn shown_of(&self, video: &VideoId) -> Option<(&Compared, &Judged)> {
        self.shown().filter(|(compared, _)| compared.video == *video)
    }

    pub(super) fn keep(&mut self, compared: Arc<Compared>) {
        self.kept.retain(|kept| kept.video != compared.video);
        self.kept.push(compared);
        if self.kept.len() > KEPT {
            self.kept.remove(0);
        }
    }
}
