//! Changes of a class that reach the labels of all videos.
//!
//! Owns the one step of each: the list of classes, and every label that has the name. Does not own which changes of the
//! list make sense (`domain::label`).

use crate::app::event::Event;
use crate::domain::label::{Label, SchemaEdit};
use crate::domain::record::{Change, Step, Subject, Value};
use crate::store::project::{Author, Project, ProjectError};

/// Gives a class another name, in every label too. Nothing is done if the name is taken.
pub(super) fn rename(project: &mut Project, from: &str, to: &str, who: String) -> Result<Option<Event>, ProjectError> {
    let edit = SchemaEdit::Rename { from: from.to_owned(), to: to.to_owned() };
    change(project, format!("Class {from} is now called {to}"), &edit, (from, Some(to)), who)
}

/// Takes a class off the list. Its labels get the class `into`; without one they are counted, and nothing is done if
/// there are any.
pub(super) fn remove(
    project: &mut Project,
    class: &str,
    into: Option<&str>,
    who: String,
) -> Result<Option<Event>, ProjectError> {
    let title = match into {
        Some(into) => format!("Removed class {class}, its labels are {into} now"),
        None => format!("Removed class {class}"),
    };
    let edit = SchemaEdit::Remove { class: class.to_owned(), into: into.map(str::to_owned) };
    change(project, title, &edit, (class, into), who)
}

fn change(
    project: &mut Project,
    title: String,
    edit: &SchemaEdit,
    (from, to): (&str, Option<&str>),
    who: String,
) -> Result<Option<Event>, ProjectError> {
    let Some(schema) = project.label_schema()?.edited(edit) else { return Ok(None) };
    let labels = project.labels_of_class(from)?;
    if to.is_none() && !labels.is_empty() {
        return Ok(Some(Event::ClassInUse { class: from.to_owned(), labels: labels.len() }));
    }
    let before = project.chosen_schema()?.map(Value::Schema);
    let mut changes = vec![Change { subject: Subject::Schema, before, after: Some(Value::Schema(schema)) }];
    changes.extend(labels.into_iter().zip(to.into_iter().cycle()).map(|((video, id, label), to)| Change {
        subject: Subject::Label { video, id },
        after: Some(Value::Label(Label { class: to.to_owned(), ..label.clone() })),
        before: Some(Value::Label(label)),
    }));
    let step = Step::new(title, changes);
    project.append(&step, &Author { who, model: None })?;
    Ok(Some(Event::StepRecorded { ticket: None, step: Box::new(step), said: None, undoes: false }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::interval::FrameSpan;
    use crate::domain::library::VideoId;
    use crate::domain::record::ItemId;

    /// A project with the classes Anomaly and Fight, and two labels of Fight in two videos.
    fn labelled() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut project = Project::create(folder.path(), "Ada").expect("is made");
        let mut schema = project.label_schema().expect("reads");
        schema.add("Fight");
        let mut changes = vec![Change { subject: Subject::Schema, before: None, after: Some(Value::Schema(schema)) }];
        changes.extend((1..=2).map(|number| {
            let label = Label {
                span: FrameSpan::new(0, 9).expect("holds frames"),
                class: "Fight".to_owned(),
                lane: "Ada".to_owned(),
                note: String::new(),
                confidence: None,
            };
            let subject = Subject::Label { video: VideoId::from_hash([number; 32]), id: ItemId(u64::from(number)) };
            Change { subject, before: None, after: Some(Value::Label(label)) }
        }));
        project.append(&Step::new("Labels", changes), &author()).expect("is written");
        (folder, project)
    }

    fn author() -> Author {
        Author { who: "Ada".to_owned(), model: None }
    }

    fn classes(project: &Project) -> Vec<String> {
        project.label_schema().expect("reads").classes.into_iter().map(|class| class.name).collect()
    }

    #[test]
    fn a_class_that_labels_have_goes_only_with_a_say_on_them_and_comes_back_with_an_undo() {
        let (_folder, mut project) = labelled();
        let remove = |project: &mut Project, into: Option<&str>| {
            remove(project, "Fight", into, "Ada".to_owned()).expect("reads and writes")
        };
        let refused = remove(&mut project, None);
        assert!(matches!(refused, Some(Event::ClassInUse { ref class, labels: 2 }) if class == "Fight"), "{refused:?}");
        assert!(remove(&mut project, Some("Fall")).is_none(), "there is no such class");
        assert_eq!(classes(&project), ["Anomaly", "Fight"]);
        let count = |project: &Project, class: &str| project.labels_of_class(class).expect("reads").len();
        let Some(Event::StepRecorded { step, .. }) = remove(&mut project, Some("Anomaly")) else { panic!("is done") };
        assert_eq!(step.changes.len(), 3);
        assert_eq!((classes(&project), count(&project, "Anomaly")), (vec!["Anomaly".to_owned()], 2));
        let last = project.next_undo().expect("reads").expect("is there");
        project.undo(last, &author()).expect("is undone");
        assert_eq!((classes(&project).len(), count(&project, "Fight")), (2, 2));
    }

    #[test]
    fn a_class_without_labels_just_goes() {
        let (_folder, mut project) = labelled();
        let removed = remove(&mut project, "Anomaly", None, "Ada".to_owned()).expect("reads and writes");
        assert!(matches!(removed, Some(Event::StepRecorded { .. })), "{removed:?}");
        assert_eq!(classes(&project), ["Fight"]);
        assert!(remove(&mut project, "Fight", None, "Ada".to_owned()).expect("reads").is_none(), "the last one stays");
    }

    #[test]
    fn another_name_reaches_the_labels_of_all_videos() {
        let (_folder, mut project) = labelled();
        assert!(rename(&mut project, "Fight", "Anomaly", "Ada".to_owned()).expect("reads").is_none(), "it is taken");
        rename(&mut project, "Fight", "Brawl", "Ada".to_owned()).expect("is written").expect("is done");
        assert_eq!(project.labels_of_class("Brawl").expect("reads").len(), 2);
        assert_eq!(classes(&project), ["Anomaly", "Brawl"]);
    }
}
