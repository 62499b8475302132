//! Scores that another program made: numbers in, one score per snippet out.
//!
//! Owns the forms that are read (JSON and CSV as `lookback score` writes them, NPY, plain numbers) and how scores per frame
//! become scores per snippet. Does not own file access, nor what is done with the scores.

use thiserror::Error;

use super::npy::{self, NpyError};
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};

/// Why a file does not give the scores of a video.
#[derive(Debug, Error, PartialEq)]
pub enum ScoresError {
    /// Another ending.
    #[error("is no file of scores: .json, .csv, .npy and .txt are read")]
    Kind,
    /// An NPY file that cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// Text that is not what its ending says.
    #[error("{0}")]
    Text(String),
    /// Of the videos in the file none is the one that is wanted.
    #[error("has no scores of {wanted}; it has those of {}", found.join(", "))]
    OtherVideos {
        /// Name of the video.
        wanted: String,
        /// Names in the file, the first few.
        found: Vec<String>,
    },
    /// Not as many numbers as the video has snippets or frames.
    #[error("has {found} scores, but {wanted} has {snippets} snippets and {frames} frames")]
    Count {
        /// Numbers in the file.
        found: usize,
        /// Name of the video.
        wanted: String,
        /// Snippets of the video.
        snippets: usize,
        /// Its frames.
        frames: usize,
    },
    /// A number that is no score.
    #[error("score {place} is {value}; scores from 0 to 1 are needed")]
    Range {
        /// Its place, from 0.
        place: usize,
        /// The number.
        value: f32,
    },
}

/// The video whose scores are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Name of its file.
    pub name: &'a str,
    /// Hash of its content.
    pub id: &'a str,
    /// How many frames it has.
    pub frames: usize,
}

/// One score per snippet, 0..=1, from the bytes of a file whose name ends in `extension`.
///
/// A file has a number for each snippet, or one for each frame, of which each snippet gets the mean. Lists of the field
/// often count whole snippets only, so frames beyond the last whole snippet may be missing: its snippet then gets the mean
/// of those that are there, or the score of the snippet before it. Files that hold several videos name them.
///
/// # Errors
/// What is wrong with the file, without its name.
pub fn read(bytes: &[u8], extension: &str, wanted: Wanted<'_>) -> Result<Vec<f32>, ScoresError> {
    let values = match extension.to_ascii_lowercase().as_str() {
        "npy" => npy::read(bytes)?.values,
        "json" => json(bytes, wanted)?,
        "csv" => csv(bytes, wanted)?,
        "txt" => numbers(text(bytes)?)?,
        _ => return Err(ScoresError::Kind),
    };
    per_snippet(&values, SnippetGrid::new(wanted.frames), wanted.name)
}

fn text(bytes: &[u8]) -> Result<&str, ScoresError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ScoresError::Text("is not a text file (UTF-8)".to_owned()))?;
    Ok(text.trim_start_matches('\u{feff}'))
}

fn numbers(text: &str) -> Result<Vec<f32>, ScoresError> {
    text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).map(number).collect()
}

fn number(word: &str) -> Result<f32, ScoresError> {
    word.parse().map_err(|_| ScoresError::Text(format!("holds {word:?}, which is not a number")))
}

/// A list of numbers, or what `lookback score --json` prints: one object for each video.
fn json(bytes: &[u8], wanted: Wanted<'_>) -> Result<Vec<f32>, ScoresError> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Written {
        Numbers(Vec<f32>),
        Videos(Vec<Sheet>),
        Video(Sheet),
    }
    #[derive(serde::Deserialize)]
    struct Sheet {
        source: String,
        #[serde(default)]
        video_id: Option<String>,
        snippets: Vec<Snippet>,
    }
    #[derive(serde::Deserialize)]
    struct Snippet {
        score: f32,
    }
    let form = "is neither a list of numbers nor what `lookback score --json` writes";
    let written = serde_json::from_str(text(bytes)?).map_err(|_| ScoresError::Text(form.to_owned()))?;
    let videos = match written {
        Written::Numbers(numbers) => return Ok(numbers),
        Written::Videos(videos) => videos,
        Written::Video(video) => vec![video],
    };
    let is_it = |video: &Sheet| video.video_id.as_deref() == Some(wanted.id);
    let by_content = videos.iter().position(is_it);
    let at = by_content.or_else(|| videos.iter().position(|video| base(&video.source) == wanted.name));
    match at {
        Some(at) => Ok(videos[at].snippets.iter().map(|snippet| snippet.score).collect()),
        None => Err(others(wanted, videos.iter().map(|video| video.source.as_str()))),
    }
}

/// A table with a column `score`, and one called `source` or `video` where it holds several videos; without a head, the
/// first column.
fn csv(bytes: &[u8], wanted: Wanted<'_>) -> Result<Vec<f32>, ScoresError> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text(bytes)?.as_bytes());
    let (mut columns, mut scores) = (None, Vec::new());
    let mut sources: Vec<String> = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|err| ScoresError::Text(format!("is no CSV file: {err}")))?;
        let Some((score, source)) = columns else {
            let place =
                |names: &[&str]| row.iter().position(|cell| names.contains(&cell.trim().to_ascii_lowercase().as_str()));
            let headless = row.get(0).is_some_and(|cell| cell.trim().parse::<f32>().is_ok());
            match place(&["score", "scores"]) {
                Some(score) => columns = Some((score, place(&["source", "video"]))),
                None if headless => {
                    columns = Some((0, None));
                    scores.push(number(row[0].trim())?);
                }
                None => return Err(ScoresError::Text("has no column called score".to_owned())),
            }
            continue;
        };
        let of = source.and_then(|at| row.get(at)).map(base);
        if let Some(of) = of
            && sources.last().is_none_or(|last| last != of)
        {
            sources.push(of.to_owned());
        }
        if of.is_none_or(|of| of == wanted.name) {
            scores.push(number(row.get(score).unwrap_or_default().trim())?);
        }
    }
    if scores.is_empty() && !sources.is_empty() {
        return Err(others(wanted, sources.iter().map(String::as_str)));
    }
    Ok(scores)
}

/// The name of a file in a path of any system.
fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn others<'a>(wanted: Wanted<'_>, found: impl Iterator<Item = &'a str>) -> ScoresError {
    let mut found: Vec<String> = found.take(5).map(|source| base(source).to_owned()).collect();
    if found.is_empty() {
        found.push("no video".to_owned());
    }
    ScoresError::OtherVideos { wanted: wanted.name.to_owned(), found }
}

fn per_snippet(values: &[f32], grid: SnippetGrid, name: &str) -> Result<Vec<f32>, ScoresError> {
    if let Some(place) = values.iter().position(|value| !(0.0..=1.0).contains(value)) {
        return Err(ScoresError::Range { place, value: values[place] });
    }
    let (snippets, frames) = (grid.count(), grid.frames());
    if values.len() == snippets {
        return Ok(values.to_vec());
    }
    let whole = frames / SNIPPET_FRAMES * SNIPPET_FRAMES;
    if values.len() < whole.max(1) || values.len() > frames {
        return Err(ScoresError::Count { found: values.len(), wanted: name.to_owned(), snippets, frames });
    }
    let mut scores: Vec<f32> = Vec::with_capacity(snippets);
    for snippet in 0..snippets {
        let range = grid.range(snippet);
        let there = values.get(range.start.min(values.len())..range.end.min(values.len())).unwrap_or_default();
        let mean = there.iter().map(|value| f64::from(*value)).sum::<f64>() / there.len() as f64;
        let before = scores.last().copied().unwrap_or_default();
        scores.push(if there.is_empty() { before } else { mean as f32 });
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'static> = Wanted { name: "a.mp4", id: "77", frames: 40 };

    fn parse(text: &str, extension: &str) -> Result<Vec<f32>, ScoresError> {
        read(text.as_bytes(), extension, WANTED)
    }

    #[test]
    fn one_number_per_snippet_in_every_form() {
        let expected = Ok(vec![0.25, 0.5, 1.0]);
        assert_eq!(parse("0.25\n0.5\n1\n", "txt"), expected);
        assert_eq!(parse("[0.25, 0.5, 1.0]", "JSON"), expected);
        assert_eq!(parse("0.25\n0.5\n1\n", "csv"), expected);
        assert_eq!(parse("snippet,score\n0,0.25\n1,0.5\n2,1\n", "csv"), expected);
        assert_eq!(read(&npy::write(&[3, 1], &[0.25, 0.5, 1.0]), "npy", WANTED), expected);
    }

    #[test]
    fn the_video_is_found_by_content_or_by_name() {
        let video = |source: &str, id: &str, score: f32| {
            format!(
                r#"{{"source": "{source}", "video_id": "{id}", "snippets": [{{"score": {score}}}, {{"score": 0}}, {{"score": 1}}]}}"#
            )
        };
        let both = format!("[{}, {}]", video("x/a.mp4", "11", 0.25), video("old name.mp4", "77", 0.75));
        assert_eq!(parse(&both, "json"), Ok(vec![0.75, 0.0, 1.0]), "its content counts more than its name");
        assert_eq!(parse(&video("C:\\\\x\\\\a.mp4", "11", 0.25), "json"), Ok(vec![0.25, 0.0, 1.0]));
        let wrong = parse(&video("b.mp4", "11", 0.25), "json").expect_err("is of another video");
        assert!(wrong.to_string().contains("a.mp4") && wrong.to_string().contains("b.mp4"), "{wrong}");
        let table = "source,score\nb.mp4,1\nx/a.mp4,0.25\nx/a.mp4,0.5\nx/a.mp4,0.75\n";
        assert_eq!(parse(table, "csv"), Ok(vec![0.25, 0.5, 0.75]));
        assert!(matches!(parse("source,score\nb.mp4,1\n", "csv"), Err(ScoresError::OtherVideos { .. })));
    }

    #[test]
    fn frames_become_snippets_by_their_mean() {
        let frames = |count: usize| -> String { (0..count).map(|i| if i < 8 { "1 " } else { "0 " }).collect() };
        assert_eq!(parse(&frames(40), "txt"), Ok(vec![0.5, 0.0, 0.0]));
        // Only whole snippets are counted.
        assert_eq!(parse(&frames(32), "txt"), Ok(vec![0.5, 0.0, 0.0]));
        assert!(matches!(
            parse(&frames(31), "txt"),
            Err(ScoresError::Count { found: 31, snippets: 3, frames: 40, .. })
        ));
        assert!(parse(&frames(41), "txt").is_err());
    }

    #[test]
    fn what_is_no_score_is_named() {
        assert_eq!(parse("0.5 1.5 0", "txt"), Err(ScoresError::Range { place: 1, value: 1.5 }));
        assert!(matches!(parse("0.5 NaN 0", "txt"), Err(ScoresError::Range { place: 1, .. })));
        assert!(parse("0.5 high 0", "txt").expect_err("is a word").to_string().contains("high"));
        assert_eq!(parse("", "pdf"), Err(ScoresError::Kind));
        assert!(matches!(parse("", "txt"), Err(ScoresError::Count { found: 0, .. })));
        assert!(matches!(parse("frame,value\n1,2\n", "csv"), Err(ScoresError::Text(_))));
    }
}
