//! The arguments of the commands that work on a project: `import`, `export`, `agreement`, `verify`, `relocate` and
//! `report`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together: see each command.

use std::path::PathBuf;

use clap::Args;
use strum::IntoEnumIterator as _;

use super::eval::SpanEndName;
use super::{EngineArgs, threshold};
use crate::formats::labels::Format;

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| {
        let all: Vec<String> = Format::iter().map(|format| format.to_string()).collect();
        format!("expected one of: {}", all.join(", "))
    })
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(fps) if fps.is_finite() && fps > 0.0 => Ok(fps),
        _ => Err("expected a number above 0".to_owned()),
    }
}

/// Arguments of `import`.
#[derive(Args, Debug)]
#[command(after_help = "\
Formats: ucf, xd, gt-npy, activitynet, cvat, elan, via3, fiftyone, label-studio, audacity, csv, json

Videos are found by name: as written, then without folders, extension and capitals. An import is one
step of the project's history and is taken back as one. Labels that the project holds already are
not written twice.

Examples:
  lookback import annotation.txt --videos recordings/ --dry-run     what would happen
  lookback import annotation.txt --end inclusive --videos recordings/
  lookback import gt.npy --list gt.list --project case/             a project of its own
  lookback import eaf/*.eaf                                         a file for each video, one step
  lookback import --undo 12                                         take an import back")]
pub struct ImportArgs {
    /// Label files, all of one format
    #[arg(value_name = "FILE", required_unless_present = "undo")]
    pub files: Vec<PathBuf>,
    /// Their format; told by their content if not given
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub format: Option<Format>,
    /// Folder of the project, made if there is none; the window's by default
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
    /// The list of names and frame counts that belongs to a gt.npy; the file of the same name ending in .list by default
    #[arg(long, value_name = "LIST")]
    pub list: Option<PathBuf>,
    /// Whether the frame that is written as the end belongs to the interval; as usual in the format by default
    #[arg(long, value_name = "RULE")]
    pub end: Option<SpanEndName>,
    /// Frame rate at which the file counts frames, where it is a setting of the other tool and not the video's own
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub fps: Option<f64>,
    /// Whose labels they are, where the file does not say; you by default
    #[arg(long, value_name = "NAME")]
    pub lane: Option<String>,
    /// Video, or folder of videos, that the file may speak of, besides those of the project; may be repeated. Those that
    /// it speaks of are added to the project
    #[arg(long, value_name = "PATH")]
    pub videos: Vec<PathBuf>,
    /// Say what would happen and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take back the import that is this step of the project
    #[arg(long, value_name = "STEP", conflicts_with_all = ["files", "format", "list", "end", "fps", "lane", "videos", "dry_run"])]
    pub undo: Option<u64>,
    /// Print JSON, with all names
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `export`.
#[derive(Args, Debug)]
#[command(after_help = "\
Formats: ucf, xd, gt-npy, activitynet, cvat, elan, via3, fiftyone, label-studio, audacity, csv, json

What the format cannot hold is printed before the file is written. cvat, elan and audacity hold one
video a file: for several videos, -o is a folder. A gt-npy gets its list beside it, ending in .list.

Examples:
  lookback export --format csv -o labels.csv
  lookback export --format ucf --end inclusive --lane Ada -o annotation.txt
  lookback export --format gt-npy --verdicts -o gt.npy
  lookback export --format elan -o eaf/")]
pub struct ExportArgs {
    /// Format of the file
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub format: Format,
    /// Folder of the project; the window's by default
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
    /// Only the labels of this annotator
    #[arg(long, value_name = "NAME", conflicts_with = "verdicts")]
    pub lane: Option<String>,
    /// Events judged as anomalies instead of labels; reviewed videos without any count as normal
    #[arg(long)]
    pub verdicts: bool,
    /// Whether the frame that is written as the end belongs to the interval; as usual in the format by default
    #[arg(long, value_name = "RULE")]
    pub end: Option<SpanEndName>,
    /// File to write; a folder for several videos in a format that holds one
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `agreement`.
#[derive(Args, Debug)]
#[command(after_help = "\
An annotator has read a video once they marked an interval in it, or said normal or abnormal of the
whole; only videos that both have read are compared. Kappa is Cohen's, of frames: 1 is complete
agreement, 0 what chance would give; where chance alone would agree on every frame it is not
defined. Intervals match, one with one, if they share at least half of the frames that they cover
together. Seconds come from the times of the frames in the videos.

Examples:
  lookback agreement                                   every two readers of the window's project
  lookback agreement case/ --between Ada Grace
  lookback agreement case/ --csv > agreement.csv       a row for each class and video")]
pub struct AgreementArgs {
    /// Folder of the project, or the report of an evaluation; the window's project by default
    pub project: Option<PathBuf>,
    /// The same, as other commands take it
    #[arg(long = "project", value_name = "FOLDER", conflicts_with = "project")]
    pub named: Option<PathBuf>,
    /// Only these two annotators
    #[arg(long, value_name = "NAME", num_args = 2)]
    pub between: Vec<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV
    #[arg(long)]
    pub csv: bool,
}

/// Arguments of `verify`.
#[derive(Args, Debug)]
#[command(after_help = "\
Every row of the record is checked against the one before it, everything that is shown against the
record, and every video file against its hash.

Of a report that `eval --report` wrote, the files that it names are checked and all figures are
computed again.

Exit codes: 0 all is as it was written, 1 something is not or a video is missing, 2 there is no
project to check.

Examples:
  lookback verify                        the window's project
  lookback verify case/ --json
  lookback verify case/ --record-only    without reading the videos
  lookback verify run.html               the report of an evaluation")]
pub struct VerifyArgs {
    /// Folder of the project, or the report of an evaluation; the window's project by default
    pub project: Option<PathBuf>,
    /// The same, as other commands take it
    #[arg(long = "project", value_name = "FOLDER", conflicts_with = "project")]
    pub named: Option<PathBuf>,
    /// Leave the videos of a project out, or the figures of a report
    #[arg(long)]
    pub record_only: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `relocate`.
#[derive(Args, Debug)]
#[command(
    override_usage = "\
lookback relocate [OPTIONS] PROJECT FOLDER
       lookback relocate [OPTIONS] --project PROJECT FOLDER",
    after_help = "\
Videos that are no longer where the project saw them are searched for in the folder, at any depth.
Size and name say which files are worth reading, the content says which file is the video. Nothing
is moved: the project only learns where its videos are now. Those that are not found stay in the
project with all that was said about them.

Examples:
  lookback relocate case/ /mnt/archive --dry-run    what would be found
  lookback relocate case/ /mnt/archive"
)]
pub struct RelocateArgs {
    /// Folder of the project, unless it is named by --project, and folder to search
    #[arg(value_name = "FOLDER", num_args = 1..=2, required = true)]
    pub folders: Vec<PathBuf>,
    /// Folder of the project
    #[arg(long = "project", value_name = "PROJECT")]
    pub named: Option<PathBuf>,
    /// Say what would be found and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `report`.
#[derive(Args, Debug)]
#[command(after_help = "\
The report holds every event with its verdict, a picture of its peak and the curve of its video, the
labels, and what is needed to check all this: hashes of videos, model and record, settings,
versions. case.html needs no other file; case.csv has the same as a table. Videos are scored again,
from cached features where there are any.

Examples:
  lookback report -o case-17/                            all videos about which anything was said
  lookback report --videos door.mp4 --videos yard.mp4 -o case-17/
  lookback report --project case/ --threshold 0.4 -o case-17/")]
pub struct ReportArgs {
    /// Folder of the project; the window's by default
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
    /// Name of a video of the project; may be repeated. All videos about which anything was said by default
    #[arg(long, value_name = "NAME")]
    pub videos: Vec<String>,
    /// Folder to write into
    #[arg(short, long, value_name = "FOLDER")]
    pub output: PathBuf,
    /// Headline
    #[arg(long, value_name = "TEXT", default_value = "Case report")]
    pub title: String,
    /// Score from which a snippet starts an event; as in the window by default
    #[arg(long, value_name = "SCORE", value_parser = threshold)]
    pub threshold: Option<f32>,
    /// What computes.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Neither read nor keep cached features
    #[arg(long)]
    pub no_cache: bool,
}
