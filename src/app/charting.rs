//! Charts of what is on screen, as files.
//!
//! Owns which charts there are at the moment and what is asked of one before it is written; its three forms are `data`'s,
//! the curves of an evaluation `curves`'. Does not own how charts look (`plots`) or where they are written (`services`).

mod curves;
mod data;

use std::path::PathBuf;
use std::sync::Arc;

use strum::{EnumIter, IntoEnumIterator as _};

pub use self::curves::{CurveData, CurveFiles, NamedPoint, evaluation_charts};
pub use self::data::{AttentionData, ChartData, ScatterData, TimelineData};
use super::arrangement::PanelKind;
use super::comparing::points::{ScorePoints, score_ends};
use super::comparing::sheet::{CSV_HEADER as COMPARE_HEADER, CompareSheet};
use super::examination::{self, ExamCurve};
use super::learn::LearnPhase;
use super::snapshot::file_stem;
use super::state::AppState;
use super::survey::colour;
use super::survey::facts::point_facts;
use super::survey::map::MapSheet;
use crate::domain::threshold::threshold_text;
use crate::plots::{AttentionChart, ChartError, ScoreAxes};
pub use crate::plots::{ChartLook, ChartSize, ChartTheme};

/// The charts that can be on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter)]
pub enum ChartKind {
    /// Scores with events and ground truth, attention, magnitude of the video on screen.
    #[default]
    Timeline,
    /// The losses of learning.
    Losses,
    /// True against false positives.
    Roc,
    /// Precision against recall.
    PrecisionRecall,
    /// Missed anomalies against false alarms per hour.
    Det,
    /// Share of anomalous frames against their score.
    Reliability,
    /// `V_hat` and the curves beside it, as far as they show.
    Attention,
    /// The sweep of a control of attention.
    Sweep,
    /// Snippet scores of two models.
    Scatter,
    /// Snippets by their features.
    Map,
}

impl ChartKind {
    /// What it is called.
    pub fn text(self) -> &'static str {
        match self {
            Self::Timeline => "Score timeline",
            Self::Losses => "Loss curves of learning",
            Self::Roc => "ROC curve of the evaluation",
            Self::PrecisionRecall => "Precision-recall curve of the evaluation",
            Self::Det => "DET curve of the evaluation",
            Self::Reliability => "Calibration of the evaluation",
            Self::Attention => "Attention heat map",
            Self::Sweep => "Sweep of attention",
            Self::Scatter => "Scatter of the comparison",
            Self::Map => "Map of snippets",
        }
    }

    /// What its files are called, beside the name of the video or alone.
    pub fn stem(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Losses => "loss",
            Self::Roc => "roc",
            Self::PrecisionRecall => "precision-recall",
            Self::Det => "det",
            Self::Reliability => "calibration",
            Self::Attention => "attention",
            Self::Sweep => "sweep",
            Self::Scatter => "scatter",
            Self::Map => "map",
        }
    }

    /// The curve that it draws of an evaluation.
    fn of_evaluation(self) -> Option<ExamCurve> {
        match self {
            Self::Timeline | Self::Losses | Self::Attention | Self::Sweep | Self::Scatter | Self::Map => None,
            Self::Roc => Some(ExamCurve::Roc),
            Self::PrecisionRecall => Some(ExamCurve::PrecisionRecall),
            Self::Det => Some(ExamCurve::Det),
            Self::Reliability => Some(ExamCurve::Reliability),
        }
    }
}

/// A plot that is as high as it is wide, with the room for its labels.
const SQUARE: ChartSize = ChartSize { width: 760, height: 720 };

/// What is asked for before charts are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartForm {
    /// Which one.
    pub kind: ChartKind,
    /// Which files.
    pub files: ChartFiles,
    /// How large, and on what.
    pub look: ChartLook,
    /// The chart that was in front when the form opened last.
    front: Option<ChartKind>,
}

/// Which files are made of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartFiles {
    /// Pixels.
    pub png: bool,
    /// Lines, with letters as outlines.
    pub svg: bool,
    /// The numbers.
    pub csv: bool,
}

impl Default for ChartForm {
    fn default() -> Self {
        let look = ChartLook { size: ChartSize::REPORT, theme: ChartTheme::Light };
        Self { kind: ChartKind::default(), files: ChartFiles { png: true, svg: false, csv: false }, look, front: None }
    }
}

impl ChartForm {
    /// Asks for another chart. A size that nobody chose follows the chart.
    pub fn turned_to(mut self, state: &AppState, kind: ChartKind) -> Self {
        if self.look.size == fitting(state, self.kind) {
            self.look.size = fitting(state, kind);
        }
        self.kind = kind;
        self
    }

    /// What stands in the way of writing; a sentence.
    pub fn problem(&self, state: &AppState) -> Option<&'static str> {
        let ChartFiles { png, svg, csv } = self.files;
        if !is_there(state, self.kind) {
            Some(match self.kind {
                ChartKind::Timeline => "Open a video and let it be scored first.",
                ChartKind::Losses => "Learn from verdicts first: there are no curves yet.",
                ChartKind::Attention => "Open the attention inspector on a scored video first.",
                ChartKind::Sweep => "Sweep a control in the attention inspector first.",
                ChartKind::Scatter => "Compare the scores on screen with others first.",
                ChartKind::Map => "Map the snippets of a video first.",
                _ => "Open the panel “Evaluation” with videos that are scored and have ground truth first.",
            })
        } else if !(png || svg || csv) {
            Some("Choose at least one kind of file.")
        } else if !self.look.size.is_possible() {
            Some("Both sides must have 120 to 16384 pixels.")
        } else {
            None
        }
    }
}

/// A chart to write.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartOrder {
    /// What it shows.
    pub data: ChartData,
    /// Which files.
    pub files: ChartFiles,
    /// How it looks.
    pub look: ChartLook,
    /// Names of the files, without extension.
    pub stem: String,
    /// Where to; `None` for the folder of pictures.
    pub folder: Option<PathBuf>,
}

/// The charts that are on screen now.
pub fn present(state: &AppState) -> Vec<ChartKind> {
    ChartKind::iter().filter(|kind| is_there(state, *kind)).collect()
}

fn is_there(state: &AppState, kind: ChartKind) -> bool {
    match kind {
        // A blind reader is not shown the model's opinion in a file either.
        ChartKind::Timeline => {
            !state.prefs.blind.hides_model() && state.shown().is_some_and(|entry| entry.scored.is_some())
        }
        ChartKind::Roc | ChartKind::PrecisionRecall | ChartKind::Det | ChartKind::Reliability => {
            curve(state, kind).is_some()
        }
        ChartKind::Attention | ChartKind::Sweep => study(state, kind).is_some(),
        // Their tables are made when they are asked for: this is called in every frame.
        ChartKind::Scatter => !state.prefs.blind.hides_model() && is_compared(state),
        ChartKind::Map => !state.prefs.blind.hides_model() && state.survey.map.is_some(),
        ChartKind::Losses => {
            matches!(&state.learn.phase, LearnPhase::Running { progress, .. } if !progress.losses.is_empty())
        }
    }
}

fn is_compared(state: &AppState) -> bool {
    let shown = state.shown().and_then(|entry| entry.video_id.as_ref());
    state.session.is_some() && shown.is_some_and(|video| state.comparing.shown_of(video).is_some())
}

/// The chart of the panel in front: of those for studying models first, as they are opened to look at one thing.
fn in_front(state: &AppState) -> ChartKind {
    let layout = &state.prefs.layout;
    let of_panel = |kind: &ChartKind| {
        let panel = match kind {
            ChartKind::Scatter => PanelKind::Compare,
            ChartKind::Map => PanelKind::Map,
            ChartKind::Losses => PanelKind::Model,
            ChartKind::Sweep if state.inspect.shows_sweep => PanelKind::Attention,
            ChartKind::Attention if !state.inspect.shows_sweep => PanelKind::Attention,
            kind if kind.of_evaluation() == Some(state.examination.curve) => PanelKind::Evaluation,
            _ => return false,
        };
        layout.is_in_front(panel)
    };
    let there = present(state);
    let bench =
        there.iter().rev().find(|kind| of_panel(kind) && !matches!(kind, ChartKind::Attention | ChartKind::Sweep));
    bench.or_else(|| there.iter().find(|kind| of_panel(kind))).copied().unwrap_or_default()
}

/// The form as it opens: the chart that was chosen last, unless another has come to the front since.
pub(super) fn suggest(state: &mut AppState) {
    let front = in_front(state);
    if state.chart.front.replace(front) != Some(front) {
        let form = state.chart.clone().turned_to(state, front);
        state.chart = form;
    }
}

/// A size that suits a chart as it is on screen: squares for what is compared along both axes, and room for what stands
/// below each other.
pub fn fitting(state: &AppState, kind: ChartKind) -> ChartSize {
    match kind {
        ChartKind::Timeline | ChartKind::Losses => ChartSize::REPORT,
        ChartKind::Attention => AttentionChart::SIZE,
        ChartKind::Sweep => state.inspect.swept.as_ref().map_or(ChartSize::REPORT, |swept| swept.chart().size()),
        ChartKind::Roc
        | ChartKind::PrecisionRecall
        | ChartKind::Det
        | ChartKind::Reliability
        | ChartKind::Scatter
        | ChartKind::Map => SQUARE,
    }
}

/// A curve of the evaluation, as long as scores, truth and rule are those that it is of; `None` where there is none, or a blind
/// reader must not see it.
fn curve(state: &AppState, kind: ChartKind) -> Option<CurveData> {
    let examined = state.examination.examined.as_ref().filter(|_| !state.prefs.blind.hides_model())?;
    if examined.key != examination::key(state) {
        return None;
    }
    CurveData::of(examined.evaluation.as_ref().ok()?, kind.of_evaluation()?)
}

/// A chart of one of the panels for studying models, with the name of its files.
fn study(state: &AppState, kind: ChartKind) -> Option<(ChartData, String)> {
    if state.prefs.blind.hides_model() {
        return None;
    }
    match kind {
        ChartKind::Attention => {
            let (entry, inspect) = (state.shown()?, &state.inspect);
            let data = AttentionData {
                name: entry.name.clone(),
                looked: Arc::clone(inspect.looked.as_ref()?),
                grid: Arc::clone(inspect.grid.as_ref().filter(|grid| !grid.is_empty())?),
                // Of a trial that is not scored yet the last ones would be those of other settings.
                top_alpha: inspect
                    .exact
                    .as_ref()
                    .filter(|_| inspect.is_exact)
                    .map_or_else(Vec::new, |exact| exact.top_alpha.clone()),
                omega_alone: inspect.look.omega_alone,
            };
            Some((ChartData::Attention(Box::new(data)), file_stem(&entry.name)))
        }
        ChartKind::Sweep => {
            let shown = state.shown()?.video_id.as_ref();
            let swept = state.inspect.swept.as_ref().filter(|swept| shown == Some(&swept.order.subject.video))?;
            Some((ChartData::Sweep(Arc::clone(swept)), file_stem(&swept.order.name)))
        }
        ChartKind::Scatter => {
            let (entry, session) = (state.shown()?, state.session.as_ref()?);
            let (compared, judged) = state.comparing.shown_of(entry.video_id.as_ref()?)?;
            let points = ScorePoints::of(compared, judged);
            let ends = score_ends(points.places.iter().copied());
            let sheet = CompareSheet::new(entry.name.clone(), compared, judged, session.frames());
            let data = ScatterData {
                title: entry.name.clone(),
                axes: (
                    format!("score on screen, threshold {}", threshold_text(judged.one_rule.threshold)),
                    format!("{}, threshold {}", compared.overlay.name, threshold_text(judged.other_rule.threshold)),
                ),
                places: points.places.iter().copied().map(place).collect(),
                marks: points.marks,
                scores: Some(ScoreAxes { ends, levels: (judged.one_rule.threshold, judged.other_rule.threshold) }),
                csv: COMPARE_HEADER.to_owned() + &sheet.csv(),
            };
            Some((ChartData::Scatter(Box::new(data)), file_stem(&entry.name)))
        }
        _ => {
            let map = Arc::clone(state.survey.map.as_ref()?);
            let known = point_facts(state);
            let share = |at: usize| format!("component {}, {:.0} % of the variance", at + 1, map.shares[at] * 100.0);
            let by = state.prefs.bench.map_colour;
            let marks = colour::marks(by, &map, &known, state.reviews.schema());
            let places = map.points.iter().map(|point| place(point.at)).collect();
            let (axes, videos) = ((share(0), share(1)), map.order.videos.len());
            let title = if let [one] = &map.order.videos[..] { one.name.clone() } else { format!("{videos} videos") };
            let name = if map.order.videos.len() == 1 { file_stem(&title) } else { "videos".to_owned() };
            let csv = MapSheet { map, known }.csv();
            let title = format!("{title}, coloured by {}", by.words());
            let data = ScatterData { title, axes, places, marks, scores: None, csv };
            Some((ChartData::Scatter(Box::new(data)), name))
        }
    }
}

fn place([x, y]: [f32; 2]) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

/// What `form` asks for; `None` where that is not on screen.
pub fn order(state: &AppState, form: &ChartForm) -> Option<ChartOrder> {
    if form.problem(state).is_some() {
        return None;
    }
    let (data, name) = match form.kind {
        ChartKind::Timeline => {
            let (entry, session) = (state.shown()?, state.session.as_ref()?);
            let truth = entry.lanes().truth.as_deref().unwrap_or_default();
            let data = TimelineData {
                name: entry.name.clone(),
                frames: session.frames().clone(),
                scored: Arc::clone(entry.scored.as_ref()?),
                rule: state.rule,
                events: Arc::clone(&entry.events),
                truth: truth.iter().map(|span| (span.start, span.end.saturating_sub(1))).collect(),
            };
            (ChartData::Timeline(Box::new(data)), file_stem(&entry.name))
        }
        ChartKind::Losses => {
            let LearnPhase::Running { progress, .. } = &state.learn.phase else { return None };
            (ChartData::Losses(Arc::clone(progress)), "learning".to_owned())
        }
        ChartKind::Attention | ChartKind::Sweep | ChartKind::Scatter | ChartKind::Map => study(state, form.kind)?,
        kind => (ChartData::Curve(curve(state, kind)?), "evaluation".to_owned()),
    };
    Some(ChartOrder {
        data,
        files: form.files,
        look: form.look,
        stem: format!("{name}_{}", form.kind.stem()),
        folder: state.prefs.snapshot_folder.clone(),
    })
}

impl ChartOrder {
    /// The files: extension and bytes.
    ///
    /// # Errors
    /// The chart cannot be drawn.
    pub fn files(&self) -> Result<Vec<(&'static str, Vec<u8>)>, ChartError> {
        let mut made = Vec::new();
        if self.files.png {
            made.push(("png", self.data.png(self.look)?));
        }
        if self.files.svg {
            made.push(("svg", self.data.svg(self.look)?.into_bytes()));
        }
        if self.files.csv {
            made.push(("csv", self.data.csv().into_bytes()));
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::learn::RunProgress;
    use crate::model::train::Losses;
    use crate::plots::DetectionView;

    fn run() -> RunProgress {
        let losses = (1..=4).map(|i| Losses { total: 2.0 / i as f32, bce: 0.5, ..Losses::default() }).collect();
        RunProgress { steps: 4, losses, judged: vec![(0, 0.9), (4, 0.25)], ..RunProgress::default() }
    }

    fn order(files: ChartFiles) -> ChartOrder {
        let look = ChartLook { size: ChartSize { width: 400, height: 300 }, theme: ChartTheme::Dark };
        ChartOrder { data: ChartData::Losses(Arc::new(run())), files, look, stem: "x".to_owned(), folder: None }
    }

    #[test]
    fn every_kind_of_file_is_made_that_was_asked_for() {
        let made = order(ChartFiles { png: true, svg: true, csv: true }).files().expect("draws");
        assert_eq!(made.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["png", "svg", "csv"]);
        assert!(made[0].1.starts_with(b"\x89PNG"));
        let svg = String::from_utf8_lossy(&made[1].1).into_owned();
        assert!(svg.contains("held-out videos") && svg.contains("cross entropy"), "{svg}");
        let points = [0.0, 0.4, 1.0].map(|x| NamedPoint { threshold: 1.0 - x as f32, at: (x, x) }).to_vec();
        let curve = CurveData { view: DetectionView::Roc, name: "AUC".to_owned(), points, turn: None };
        let curve =
            ChartOrder { data: ChartData::Curve(curve), ..order(ChartFiles { png: true, svg: true, csv: true }) };
        let made = curve.files().expect("draws");
        assert_eq!(String::from_utf8_lossy(&made[2].1).lines().nth(2), Some("0.6,0.4,0.4"));
        let some = order(ChartFiles { png: false, svg: false, csv: true }).files().expect("draws");
        assert_eq!(some.len(), 1);
    }

    #[test]
    fn every_chart_has_a_size_that_can_be_drawn_and_suits_it() {
        let state = AppState::default();
        assert!(ChartKind::iter().all(|kind| fitting(&state, kind).is_possible()));
        assert_eq!(fitting(&state, ChartForm::default().kind), ChartForm::default().look.size);
        assert_eq!(fitting(&state, ChartKind::Attention), AttentionChart::SIZE);
    }

    #[test]
    fn a_size_that_nobody_chose_follows_the_chart() {
        let state = AppState::default();
        let turned = ChartForm::default().turned_to(&state, ChartKind::Attention);
        assert_eq!((turned.kind, turned.look.size), (ChartKind::Attention, AttentionChart::SIZE));
        let (mut chosen, slide) = (turned, ChartSize { width: 1920, height: 1080 });
        chosen.look.size = slide;
        assert_eq!(chosen.turned_to(&state, ChartKind::Roc).look.size, slide);
    }

    #[test]
    fn what_is_missing_is_said() {
        let (state, form) = (AppState::default(), ChartForm::default());
        assert!(present(&state).is_empty());
        assert!(form.problem(&state).expect("nothing is open").contains("Open a video"));
        assert_eq!(super::order(&state, &form), None);
    }
}
