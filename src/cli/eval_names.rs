//! Which entries of its lists `eval` judges, and their classes, as files name them.
//!
//! Owns `--split` and `--classes`. Does not own which name means which video ([`crate::domain::video_name`]), nor classes
//! that come from ground truth or from names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::args::eval::EvalArgs;
use super::error::CliError;
use super::{files, lists};
use crate::domain::video_name::{Meant, Names};
use crate::formats::list::NamedFrames;

/// Entries of the lists that are to be judged, where not all are, and classes of entries; both by their names in the lists.
pub type Choice = (Option<BTreeSet<String>>, BTreeMap<String, Vec<String>>);

/// What `--split` and `--classes` say of the entries of all lists.
///
/// # Errors
/// A file cannot be read, names a video that is not among the entries, or one that may be any of several.
pub fn choice<'a>(args: &EvalArgs, entries: impl IntoIterator<Item = &'a NamedFrames>) -> Result<Choice, CliError> {
    // An entry that stands in several lists is one video.
    let names: BTreeSet<&str> = entries.into_iter().map(|entry| entry.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let split = args.split.as_deref().map(|path| split(path, &names)).transpose()?;
    let classes = args.classes.as_deref().map(|path| classes(path, &names)).transpose()?;
    Ok((split, classes.unwrap_or_default()))
}

/// For each name of the file at `path`, the one of `names` that it means, if any does.
fn meant<'a>(path: &Path, own: &[&str], names: &[&'a str]) -> Result<Vec<Option<&'a str>>, CliError> {
    let (all, own_names) = (Names::new(names.iter().copied()), Names::new(own.iter().copied()));
    let find = |name: &&str| match all.meant_among(name, &own_names) {
        Meant::One(at) => Ok(Some(names[at])),
        Meant::Nothing => Ok(None),
        Meant::Either(one, other) => {
            let reason = format!("{name} may mean {one} or {other}: name its folder as the list does");
            Err(CliError::input(path, reason))
        }
    };
    own.iter().map(find).collect()
}

/// The entries that the list at `path` names. Fewer videos than were named are not judged.
fn split(path: &Path, names: &[&str]) -> Result<BTreeSet<String>, CliError> {
    let entries = lists::named_frames(path)?;
    let own: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let found = meant(path, &own, names)?;
    let missing: Vec<&str> = own.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(own, _)| *own).collect();
    if let [first, ..] = missing[..] {
        let (count, all) = (missing.len(), own.len());
        let reason = format!("{count} of {all} videos are not among those to judge, such as {first}");
        return Err(CliError::input(path, reason));
    }
    Ok(found.into_iter().flatten().map(str::to_owned).collect())
}

/// `NAME CLASS` per line; a video may have several lines.
fn classes(path: &Path, names: &[&str]) -> Result<BTreeMap<String, Vec<String>>, CliError> {
    let text = files::text(path)?;
    let mut rows = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let Some((name, class)) = line.trim().rsplit_once([' ', '\t']) else {
            return Err(CliError::input(path, format!("line {}: expected a NAME and a CLASS behind a blank", at + 1)));
        };
        rows.push((name.trim_end(), class));
    }
    let own: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for ((_, class), name) in rows.iter().zip(meant(path, &own, names)?) {
        let Some(name) = name else { continue };
        let known = classes.entry(name.to_owned()).or_default();
        known.push((*class).to_owned());
        known.dedup();
    }
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_classes_tell_folders_apart() {
        let folder = tempfile::tempdir().expect("is made");
        let file = |text: &str| {
            let path = folder.path().join("names.txt");
            std::fs::write(&path, text).expect("is written");
            path
        };
        let names = ["1/c.mp4", "2/c.mp4", "d.mp4"];
        let one = split(&file("1/c\nd\n"), &names).expect("is read");
        assert_eq!(one.iter().collect::<Vec<_>>(), ["1/c.mp4", "d.mp4"]);
        let either = split(&file("c\n"), &names).expect_err("may mean both").to_string();
        assert!(either.contains("names.txt") && either.contains("1/c.mp4 or 2/c.mp4"), "{either}");
        assert!(split(&file("e\n"), &names).expect_err("is missing").to_string().contains("such as e"));
        let named = classes(&file("2/c Fight\n1/c Abuse\n1/c Arson\nx Fall\n"), &names).expect("is read");
        assert_eq!(
            (named["1/c.mp4"].join(" "), named["2/c.mp4"].join(" "), named.len()),
            ("Abuse Arson".into(), "Fight".into(), 2)
        );
    }
}
