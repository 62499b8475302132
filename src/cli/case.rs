//! `lookback report`: what a project says about videos, beside what the model says.
//!
//! Owns the choice of videos and what scores them. Does not own the report (`app::report::casework`).

use super::args::exchange::ReportArgs;
use super::engine::{self, Extractor};
use super::error::CliError;
use super::labels::{count, listed};
use super::progress::cancelled_by_interrupt;
use super::score::{Judge, score_video};
use super::{files, project};
use crate::app::exchange::{self, Library};
use crate::app::folders::Folders;
use crate::app::pipeline;
use crate::app::prefs::Prefs;
use crate::app::report::casework::CaseWork;
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::store::Project;

/// Runs the command.
///
/// # Errors
/// There is no project or nothing to report on, the model cannot be used, or a file cannot be written.
pub fn run(args: &ReportArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref())?;
    let ticket = cancelled_by_interrupt()?;
    let device = engine::device(args.engine.device)?;
    let mut judge = Judge::new(engine::scorer(&args.engine, &device)?);
    // The rule under which verdicts were given in the window.
    let prefs = Folders::standard().config.as_deref().map(Prefs::read).unwrap_or_default().prefs;
    judge.rule = prefs.rule.unwrap_or(judge.rule);
    judge.rule.threshold = args.threshold.unwrap_or(judge.rule.threshold);
    let project = project::open(&folder)?;
    let chosen = choose(&project, &args.videos)?;
    let mut work = CaseWork::begin(&project, &chosen, &project::reviewer(), judge.rule)?;
    drop(project);
    let mut extractor = Extractor::open(&args.engine.encoder, &device, !args.no_cache)?;
    pipeline::check_match(judge.scorer(), extractor.encoder())?;

    for (video, review) in chosen {
        if video.path.as_os_str().is_empty() {
            let reason = format!("{}: the project knows no file of it.", video.name);
            work.add_absent(video, review, reason);
            continue;
        }
        match score_video(&video.path, &mut extractor, &judge, &ticket) {
            Ok((extracted, _)) if extracted.id != video.id => {
                let reason = format!("{} is no longer the video that was reviewed.", video.path.display());
                work.add_absent(video, review, reason);
            }
            Ok((extracted, scored)) => {
                work.add((extracted.video, extracted.id), scored, extracted.notes, review);
            }
            Err(CliError::Cancelled) => return Err(CliError::Cancelled),
            Err(err) => work.add_absent(video, review, format!("{err}.")),
        }
    }
    let page = work.write(&args.output, &args.title)?;
    let (videos, findings) = work.counts();
    files::print(
        &(listed("without pictures and curve", work.without_pictures().into_iter())
            + &format!(
                "written    {}, {} to {}\n",
                count(videos, "video"),
                count(findings, "finding"),
                page.display()
            )),
    )
}

/// The videos of the report: those that were named, or all about which anything is known.
fn choose(project: &Project, names: &[String]) -> Result<Vec<(KnownVideo, ReviewState)>, CliError> {
    if names.is_empty() {
        let all = exchange::reviews(project)?;
        let nothing = || CliError::Input(format!("{} says nothing about any video", project.folder().display()));
        return if all.is_empty() { Err(nothing()) } else { Ok(all) };
    }
    let known = project.videos()?;
    let found = Library::new(Vec::new(), &known).find(&names.iter().map(String::as_str).collect::<Vec<_>>());
    if let Some(at) = found.unmatched.first() {
        let reason = format!("{} holds no video {:?}", project.folder().display(), names[*at]);
        return Err(CliError::Input(reason));
    }
    if let Some((at, several)) = found.ambiguous.first() {
        let paths: Vec<String> = several.iter().map(|at| known[*at].path.display().to_string()).collect();
        let reason = format!("{:?} may be {}; name it with its folder", names[*at], paths.join(" or "));
        return Err(CliError::Input(reason));
    }
    let mut places: Vec<usize> = found.matched.iter().map(|(_, video, _)| *video).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|at| Ok((known[at].clone(), project.review_state(&known[at].id)?))).collect()
}
