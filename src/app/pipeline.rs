//! From a video file to scores: the one path that the window and the command line share.
//!
//! Owns the order of the work (cached features, decoding, encoding, scoring), its progress and its
//! cancellation. It is the only place where `media` and `model` meet. Does not own threads of the
//! program: callers run it on theirs. One short-lived thread decodes while this one encodes.

use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::domain::features::{FeatureError, FeatureMatrix};
use crate::domain::footage::{self, Footage};
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;
use crate::domain::noise;
use crate::domain::pixels::{EncoderInput, SnippetPixels};
use crate::domain::score::{ScoredVideo, SnippetScores, TsaSettings};
use crate::domain::snippet::SnippetGrid;
use crate::jobs::{Progress, Ticket};
use crate::media::{MediaError, OpenedVideo, SnippetSampler};
use crate::model::{ModelError, Scorer, SnippetEncoder};
use crate::store::{CacheEntry, FeatureCache, StoreError};

/// Share of the time that may go into provisional scores while encoding.
const PARTIAL_SHARE: f64 = 0.15;
/// Provisional scores come at most this often.
const PARTIAL_EVERY: Duration = Duration::from_millis(300);
/// Batches decoded ahead of the encoder.
const DECODE_AHEAD: usize = 2;

/// Why a video could not be scored.
#[derive(Debug, Error)]
pub enum PipelineError {
    /// The video could not be read.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The encoder or the model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The feature cache could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The encoder returned something that is not a feature.
    #[error("the encoder {encoder} gave unusable features for {file}: {source}")]
    Features {
        /// Which encoder.
        encoder: String,
        /// Which video.
        file: String,
        /// What is wrong with them.
        source: FeatureError,
    },
    /// Model and encoder do not belong together.
    #[error(
        "the model was trained on features of {wanted}, but the encoder is {found}: choose a matching model with --model or another --encoder"
    )]
    Mismatch {
        /// What the model wants.
        wanted: String,
        /// What the encoder gives.
        found: String,
    },
    /// The system refused a thread.
    #[error("no thread could be started for decoding: {0}")]
    Thread(#[from] std::io::Error),
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Which part of the work is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Decoding and encoding snippets.
    Encoding,
    /// Running the model over all features.
    Scoring,
}

/// Hears how the work goes. All methods are called on the thread that runs the work.
pub trait ScoringObserver {
    /// So many snippets of so many are through the present phase.
    fn progress(&mut self, phase: Phase, progress: Progress);

    /// Provisional scores of the snippets encoded so far. They change as more snippets come, since
    /// attention chooses among all.
    fn partial(&mut self, scores: SnippetScores);

    /// What decoding told besides, once all of it is known. Encoders that look at few frames tell nothing.
    fn footage(&mut self, _: Footage) {}

    /// Something the user should know; a sentence.
    fn note(&mut self, note: String);
}

/// An observer that hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl ScoringObserver for Silent {
    fn progress(&mut self, _: Phase, _: Progress) {}
    fn partial(&mut self, _: SnippetScores) {}
    fn note(&mut self, _: String) {}
}

/// What is to be encoded.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The video.
    pub video: &'a OpenedVideo,
    /// Its content hash, by which features are cached.
    pub id: &'a VideoId,
    /// Where features are kept; `None` keeps nothing.
    pub cache: Option<&'a FeatureCache>,
}

/// Features of all snippets of a video: cached ones are read, missing ones are made and kept.
///
/// # Errors
/// The video cannot be decoded, the encoder fails, the cache cannot be written, or the ticket went stale.
pub fn extract(
    source: Source<'_>,
    encoder: &mut dyn SnippetEncoder,
    observer: &mut dyn ScoringObserver,
    ticket: &Ticket,
) -> Result<FeatureMatrix, PipelineError> {
    encode_all(source, encoder, observer, ticket, &mut |_, _| Ok(()))
}

/// Scores all snippets of a video.
///
/// # Errors
/// As [`extract`], and when model and encoder do not belong together.
pub fn score(
    source: Source<'_>,
    encoder: &mut dyn SnippetEncoder,
    scorer: &Scorer,
    tsa: &TsaSettings,
    observer: &mut dyn ScoringObserver,
    ticket: &Ticket,
) -> Result<ScoredVideo, PipelineError> {
    check_match(scorer, encoder)?;
    let mut pace = PartialPace::default();
    let features = encode_all(source, encoder, observer, ticket, &mut |rows, observer| {
        if let Some(started) = pace.due() {
            let dim = scorer.info().dim;
            let features = matrix(source, rows.len() / dim, dim, rows.to_vec())?;
            observer.partial(scorer.score(&features, tsa, None, ticket)?);
            pace.spent(started);
        }
        Ok(())
    })?;
    let total = features.snippets();
    observer.progress(Phase::Scoring, Progress { done: 0, total, skipped: 0 });
    let snippets = scorer.score(&features, tsa, None, ticket)?;
    if ticket.is_stale() {
        return Err(PipelineError::Cancelled);
    }
    observer.progress(Phase::Scoring, Progress { done: total, total, skipped: 0 });
    Ok(ScoredVideo {
        snippets,
        tsa: *tsa,
        encoder: encoder.id().to_owned(),
        model: scorer.info().weights_id.clone(),
        device: scorer.device().label(),
        complete: true,
    })
}

/// How far the scores of a video scatter over other draws of the noise, from its kept features. The same video,
/// settings and seed give the same band. `rest` is called before each repetition and may wait.
///
/// `None` where nothing is drawn, or not all features are kept.
///
/// # Errors
/// The cache cannot be read, the model fails, or the ticket went stale.
pub fn scatter(
    source: Source<'_>,
    encoder: &dyn SnippetEncoder,
    scorer: &Scorer,
    tsa: &TsaSettings,
    rest: &dyn Fn(),
    ticket: &Ticket,
) -> Result<Option<NoiseBand>, PipelineError> {
    let Some(cache) = source.cache.filter(|_| tsa.enabled && tsa.sigma > 0.0) else { return Ok(None) };
    let (dim, total) = (encoder.dim(), SnippetGrid::new(source.video.frames.len()).count());
    let rows = cache.entry(source.id, encoder.id(), dim, total)?.take_rows();
    if rows.len() != total * dim {
        return Ok(None);
    }
    let features = matrix(source, total, dim, rows)?;
    let repetitions = noise::seeds(tsa.seed, total).into_iter().map(|seed| {
        rest();
        let scored = scorer.score(&features, &TsaSettings { seed, ..*tsa }, None, ticket)?;
        if ticket.is_stale() { Err(PipelineError::Cancelled) } else { Ok(scored.scores) }
    });
    Ok(noise::band(&repetitions.collect::<Result<Vec<_>, PipelineError>>()?))
}

/// Whether the model can read what the encoder writes.
///
/// # Errors
/// Names both when it cannot.
pub fn check_match(scorer: &Scorer, encoder: &dyn SnippetEncoder) -> Result<(), PipelineError> {
    let info = scorer.info();
    let same_encoder = info.encoder.as_deref().is_none_or(|id| id == encoder.id());
    if same_encoder && info.dim == encoder.dim() {
        return Ok(());
    }
    let wanted = info.encoder.clone().unwrap_or_else(|| "an unnamed encoder".to_owned());
    Err(PipelineError::Mismatch {
        wanted: format!("{wanted} ({} numbers)", info.dim),
        found: format!("{} ({} numbers)", encoder.id(), encoder.dim()),
    })
}

type AfterBatch<'a> = dyn FnMut(&[f32], &mut dyn ScoringObserver) -> Result<(), PipelineError> + 'a;

fn encode_all(
    source: Source<'_>,
    encoder: &mut dyn SnippetEncoder,
    observer: &mut dyn ScoringObserver,
    ticket: &Ticket,
    after_batch: &mut AfterBatch<'_>,
) -> Result<FeatureMatrix, PipelineError> {
    let total = SnippetGrid::new(source.video.frames.len()).count();
    let dim = encoder.dim();
    let mut entry = match source.cache {
        Some(cache) => Some(cache.entry(source.id, encoder.id(), dim, total)?),
        None => None,
    };
    let mut log = FootageLog::open(source, encoder.input(), total)?;
    let mut rows = entry.as_mut().map_or_else(Vec::new, CacheEntry::take_rows);
    let skipped = rows.len() / dim;
    observer.progress(Phase::Encoding, Progress { done: skipped, total, skipped });
    if skipped < total {
        let (input, batch) = (encoder.input(), encoder.batch().max(1));
        thread::scope(|scope| -> Result<(), PipelineError> {
            let (send, batches) = sync_channel(DECODE_AHEAD);
            let decoding = thread::Builder::new()
                .name("sample".to_owned())
                .spawn_scoped(scope, move || sample(source.video, input, skipped, batch, &send))?;
            for sampled in receive(batches, ticket) {
                let Sampled { pixels, damage } = sampled?;
                let new = encoder.encode(&pixels)?;
                log.add(rows.len() / dim, &pixels, &damage)?;
                if let Some(entry) = &mut entry {
                    entry.append(&new)?;
                }
                rows.extend(new);
                observer.progress(Phase::Encoding, Progress { done: rows.len() / dim, total, skipped });
                if rows.len() / dim < total {
                    after_batch(&rows, observer)?;
                }
            }
            for note in decoding.join().unwrap_or_default() {
                observer.note(note);
            }
            Ok(())
        })?;
    }
    if ticket.is_stale() {
        return Err(PipelineError::Cancelled);
    }
    if let Some(note) = encoder.take_note() {
        observer.note(note);
    }
    if let Some(footage) = Footage::from_rows(&log.rows, SnippetGrid::new(source.video.frames.len())) {
        observer.footage(footage);
    }
    // Not as many as there are rows: a decoding thread that died must not pass for a short video.
    matrix(source, total, dim, rows)
}

/// Snippets as they come from the decoding thread.
struct Sampled {
    pixels: Vec<SnippetPixels>,
    /// Frames of each that are damaged or missing.
    damage: Vec<Option<Range<usize>>>,
}

/// Collects what decoding tells besides, kept beside the features under a name of its own.
struct FootageLog {
    grid: SnippetGrid,
    /// From snippet 0 on.
    rows: Vec<f32>,
    entry: Option<CacheEntry>,
    listens: bool,
}

/// Under what the rows are kept; counts up when what they mean changes.
const FOOTAGE: &str = "footage-1";

impl FootageLog {
    fn open(source: Source<'_>, input: EncoderInput, total: usize) -> Result<Self, PipelineError> {
        let grid = SnippetGrid::new(source.video.frames.len());
        let listens = input == EncoderInput::LowResFrames;
        let mut entry = match source.cache.filter(|_| listens) {
            Some(cache) => Some(cache.entry(source.id, FOOTAGE, footage::NUMBERS, total)?),
            None => None,
        };
        let rows = entry.as_mut().map_or_else(Vec::new, CacheEntry::take_rows);
        Ok(Self { grid, rows, entry, listens })
    }

    /// Takes the snippets from `first` on, unless they are known or some before them are not.
    fn add(
        &mut self,
        first: usize,
        pixels: &[SnippetPixels],
        damage: &[Option<Range<usize>>],
    ) -> Result<(), PipelineError> {
        for (snippet, (pixels, damage)) in (first..).zip(pixels.iter().zip(damage)) {
            let SnippetPixels::LowRes(clip) = pixels else { continue };
            if !self.listens || snippet != self.rows.len() / footage::NUMBERS {
                continue;
            }
            let row = footage::row(footage::motion_energy(clip), damage.as_ref(), self.grid.range(snippet).start);
            if let Some(entry) = &mut self.entry {
                entry.append(&row)?;
            }
            self.rows.extend(row);
        }
        Ok(())
    }
}

/// Runs on the decoding thread; ends early when nobody listens any more. Returns what went wrong on the way.
fn sample(
    video: &OpenedVideo,
    input: EncoderInput,
    first: usize,
    batch: usize,
    send: &SyncSender<Result<Sampled, MediaError>>,
) -> Vec<String> {
    let mut sampler = match SnippetSampler::open(video, input, first) {
        Ok(sampler) => sampler,
        Err(err) => {
            // A closed channel means that the work was cancelled: there is nobody left to tell.
            send.send(Err(err)).ok();
            return Vec::new();
        }
    };
    loop {
        let (mut pixels, mut damage) = (Vec::with_capacity(batch), Vec::with_capacity(batch));
        while pixels.len() < batch {
            match sampler.next() {
                Ok(Some((_, snippet))) => {
                    pixels.push(snippet);
                    damage.push(sampler.take_damage());
                }
                Ok(None) => break,
                Err(err) => {
                    send.send(Err(err)).ok();
                    return sampler.notes();
                }
            }
        }
        let ended = pixels.len() < batch;
        if !pixels.is_empty() && send.send(Ok(Sampled { pixels, damage })).is_err() || ended {
            return sampler.notes();
        }
    }
}

/// The batches until the end or until the ticket is stale.
fn receive<T>(batches: Receiver<T>, ticket: &Ticket) -> impl Iterator<Item = T> {
    batches.into_iter().take_while(|_| !ticket.is_stale())
}

fn matrix(source: Source<'_>, snippets: usize, dim: usize, rows: Vec<f32>) -> Result<FeatureMatrix, PipelineError> {
    FeatureMatrix::new(1, snippets, dim, rows).map_err(|err| PipelineError::Features {
        encoder: format!("of {dim} numbers"),
        file: source.video.info.path.display().to_string(),
        source: err,
    })
}

/// Decides when provisional scores are worth their time.
#[derive(Debug, Default)]
struct PartialPace {
    last: Option<(Instant, Duration)>,
}

impl PartialPace {
    /// The time now, if the last scores are old enough and were cheap enough.
    fn due(&self) -> Option<Instant> {
        let now = Instant::now();
        let due = self.last.is_none_or(|(ended, cost)| {
            let rest = cost.mul_f64(1.0 / PARTIAL_SHARE - 1.0).max(PARTIAL_EVERY);
            now.duration_since(ended) >= rest
        });
        due.then_some(now)
    }

    fn spent(&mut self, started: Instant) {
        let now = Instant::now();
        self.last = Some((now, now.duration_since(started)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pixels::RgbPicture;
    use crate::domain::time::Rate;
    use crate::media::{self, VideoWriter};
    use crate::model::ComputeDevice;
    use crate::model::encoder::MotionEncoder;

    /// Collects what decoding tells.
    #[derive(Default)]
    struct Footages(Vec<Footage>);

    impl ScoringObserver for Footages {
        fn progress(&mut self, _: Phase, _: Progress) {}
        fn partial(&mut self, _: SnippetScores) {}
        fn footage(&mut self, footage: Footage) {
            self.0.push(footage);
        }
        fn note(&mut self, _: String) {}
    }

    /// A square that moves in the second half only, in twelve snippets.
    fn video(folder: &std::path::Path) -> OpenedVideo {
        let path = folder.join("a.mp4");
        let mut writer = VideoWriter::create(&path, 160, 120, Rate { num: 25, den: 1 }).unwrap();
        for frame in 0..192_usize {
            let mut picture = RgbPicture::black(160, 120);
            let left = 20 + frame.saturating_sub(96) % 96;
            for y in 40..80 {
                picture.data[(y * 160 + left) * 3..(y * 160 + left + 40) * 3].fill(220);
            }
            writer.push(&picture).unwrap();
        }
        writer.finish().unwrap();
        media::open(&path).unwrap()
    }

    #[test]
    fn scatter_and_motion_are_the_same_every_time() {
        let folder = tempfile::tempdir().unwrap();
        let video = video(folder.path());
        let cache = FeatureCache::open(folder.path().join("features")).unwrap();
        let id = VideoId::from_hash([1; 32]);
        let source = Source { video: &video, id: &id, cache: Some(&cache) };
        let scorer = Scorer::builtin(&ComputeDevice::cpu(None)).unwrap();
        let (mut encoder, ticket, tsa) = (MotionEncoder::new(), Ticket::unlimited(), TsaSettings::default());
        let band = |tsa: &TsaSettings| scatter(source, &MotionEncoder::new(), &scorer, tsa, &|| {}, &ticket).unwrap();
        assert_eq!(band(&tsa), None, "features are not there yet");

        let mut seen = Footages::default();
        let scored = score(source, &mut encoder, &scorer, &tsa, &mut seen, &ticket).unwrap();
        score(source, &mut encoder, &scorer, &tsa, &mut seen, &ticket).unwrap();
        let [first, second] = &seen.0[..] else { panic!("told each time") };
        assert_eq!(first, second, "the second comes from the cache");
        assert!(first.damaged.is_empty() && first.motion.len() == 12);
        assert!(first.motion[..6].iter().all(|m| *m < 0.1) && first.motion[6..].iter().all(|m| *m > 0.5), "{first:?}");

        let known = band(&tsa).expect("features are there");
        assert_eq!(band(&tsa).as_ref(), Some(&known));
        assert_eq!(known.low().len(), scored.snippets.len());
        assert!(known.low().iter().zip(known.high()).all(|(low, high)| low <= high));
        assert_eq!(band(&TsaSettings { sigma: 0.0, ..tsa }), None, "nothing is drawn");
        assert_eq!(band(&TsaSettings { enabled: false, ..tsa }), None);
    }
}
