//! Who said what is known, and when.
//!
//! Owns finding, for each subject, the step that said what it holds now. Does not own what it holds (`fold`).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::error::ProjectError;
use super::{Project, fold};
use crate::domain::library::VideoId;
use crate::domain::record::{Said, Subject};

impl Project {
    /// Who said what the subjects of these videos hold, and when. What was taken back and is there again was said by
    /// whoever said it, not by whoever brought it back.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn voices(&self, videos: &[VideoId]) -> Result<BTreeMap<Subject, Said>, ProjectError> {
        let wanted: HashSet<&str> = videos.iter().map(VideoId::as_str).collect();
        self.read(|connection| {
            let sql = "SELECT kind, video, key, after, who, at_us, undoes FROM log WHERE video <> '' ORDER BY seq";
            let mut found = connection.prepare_cached(sql)?;
            let mut rows = found.query([])?;
            let mut voices = BTreeMap::new();
            // What was said first-hand, by subject and what it said.
            let mut first_hand: HashMap<(Subject, String), Said> = HashMap::new();
            while let Some(row) = rows.next()? {
                if !wanted.contains(row.get_ref(1)?.as_str().unwrap_or_default()) {
                    continue;
                }
                let subject = fold::subject(row, 0)?;
                let Some(after) = row.get::<_, Option<String>>(3)? else {
                    voices.remove(&subject);
                    continue;
                };
                let mut said = Said { who: row.get(4)?, at_us: row.get(5)? };
                let held = (subject.clone(), after);
                if row.get::<_, Option<i64>>(6)?.is_none() {
                    first_hand.insert(held, said.clone());
                } else if let Some(first) = first_hand.get(&held) {
                    said.clone_from(first);
                }
                voices.insert(subject, said);
            }
            Ok(voices)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::{Change, Step, Value};
    use crate::store::project::Author;

    #[test]
    fn whoever_said_it_said_it_even_if_others_bring_it_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut project = Project::create(&folder.path().join("p"), "Ada").expect("is made");
        let [video, other] = [1, 2].map(|n| VideoId::from_hash([n; 32]));
        let note = Subject::VideoNote { video: video.clone() };
        let mut before = None;
        let mut say = |project: &mut Project, who: &str, text: &str| {
            let after = Some(Value::Note(text.to_owned()));
            let change = Change { subject: note.clone(), before: before.take(), after: after.clone() };
            before = after;
            project.append(&Step::new("Note", vec![change]), &by(who)).expect("is written").step
        };
        fn by(who: &str) -> Author {
            Author { who: who.to_owned(), model: None }
        }
        say(&mut project, "Ada", "dark");
        let second = say(&mut project, "Grace", "light");
        let who = |project: &Project, videos: &[VideoId]| {
            project.voices(videos).expect("reads").into_values().map(|said| said.who).collect::<Vec<_>>()
        };
        let videos = [video];
        assert_eq!(who(&project, &videos), ["Grace"]);
        let undo = project.undo(second, &by("Eve")).expect("is undone").step;
        assert_eq!(who(&project, &videos), ["Ada"]);
        let said = &project.voices(&videos).expect("reads")[&Subject::VideoNote { video: videos[0].clone() }];
        assert_eq!(said.at_us, project.history(9, None).expect("reads")[2].at_us);
        project.undo(undo, &by("Eve")).expect("is redone");
        assert_eq!(who(&project, &videos), ["Grace"]);
        assert!(who(&project, &[other]).is_empty());
    }
}
