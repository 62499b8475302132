//! Labels: what a person says a video shows, and the classes there are to choose from.
//!
//! Owns labelled intervals, the label of a whole video, and the label schema. Does not own verdicts on a
//! model's events (`review`) or other tools' files (`formats`).

use serde::{Deserialize, Serialize};

use super::interval::FrameSpan;

/// An interval that an annotator marked. Labels may overlap, also within one lane and class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Which frames.
    pub span: FrameSpan,
    /// Name of the class; one of the schema's, or one that came with an import.
    pub class: String,
    /// Whose lane it stands in: the annotator's name.
    pub lane: String,
    /// Anything the annotator wrote about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How sure the annotator is, 0..=1, where they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

/// What a person says about a whole video, as weak supervision wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum VideoLabel {
    /// Nothing anomalous in it.
    Normal,
    /// Something anomalous somewhere.
    Abnormal,
}

impl VideoLabel {
    /// What several say together: abnormal if one of them says so, `None` if nobody says anything.
    pub fn together(said: impl IntoIterator<Item = Self>) -> Option<Self> {
        said.into_iter().reduce(|a, b| if a == Self::Abnormal { a } else { b })
    }
}

/// One class that labels can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelClass {
    /// Its name, unique in the schema.
    pub name: String,
    /// Its colour on the timeline, red, green, blue.
    pub color: [u8; 3],
    /// The digit key that assigns it, 1 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digit: Option<u8>,
}

/// The classes of a project, in the order in which they are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSchema {
    /// Never empty; names are unique.
    pub classes: Vec<LabelClass>,
}

/// One change of the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaEdit {
    /// A new class of this name.
    Add(String),
    /// Another name for a class.
    Rename {
        /// What it is called.
        from: String,
        /// What it is to be called.
        to: String,
    },
    /// No such class any more. What becomes of its labels is for the caller to see to.
    Remove {
        /// Its name.
        class: String,
        /// The class that its labels get; without one there must be none.
        into: Option<String>,
    },
    /// Another colour for a class.
    Color {
        /// Its name.
        class: String,
        /// Red, green, blue.
        color: [u8; 3],
    },
    /// Another digit key for a class, or none; the class that had it goes without.
    Digit {
        /// Its name.
        class: String,
        /// 1 to 9.
        digit: Option<u8>,
    },
}

/// Colours that people with the common forms of colour blindness tell apart (Okabe and Ito, 2008), without the
/// two that the theme uses for scores.
const COLORS: [[u8; 3]; 6] =
    [[230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [204, 121, 167], [213, 94, 0]];

impl Default for LabelSchema {
    /// One class, which is all that most footage needs at first.
    fn default() -> Self {
        Self { classes: vec![LabelClass { name: "Anomaly".to_owned(), color: COLORS[5], digit: Some(1) }] }
    }
}

impl LabelSchema {
    /// The class of this name.
    pub fn class(&self, name: &str) -> Option<&LabelClass> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The class that a digit key assigns.
    pub fn by_digit(&self, digit: u8) -> Option<&LabelClass> {
        self.classes.iter().find(|class| class.digit == Some(digit))
    }

    /// Adds a class unless there is one of this name, with the next colour and free digit.
    pub fn add(&mut self, name: &str) {
        if name.is_empty() || self.class(name).is_some() {
            return;
        }
        let digit = (1..=9).find(|d| self.by_digit(*d).is_none());
        let color = COLORS[self.classes.len() % COLORS.len()];
        self.classes.push(LabelClass { name: name.to_owned(), color, digit });
    }

    /// What the classes are after a change; `None` if that is nothing new, or cannot be because the class is not there or
    /// the name is taken.
    pub fn edited(&self, edit: &SchemaEdit) -> Option<Self> {
        let mut next = self.clone();
        match edit {
            SchemaEdit::Add(name) => next.add(name.trim()),
            SchemaEdit::Rename { from, to } => {
                let to = to.trim();
                if to.is_empty() || self.class(to).is_some() {
                    return None;
                }
                to.clone_into(&mut next.class_mut(from)?.name);
            }
            SchemaEdit::Remove { class, into } => {
                let known = |into: &String| into != class && self.class(into).is_some();
                if self.classes.len() < 2 || !into.as_ref().is_none_or(known) {
                    return None;
                }
                next.classes.retain(|other| other.name != *class);
            }
            SchemaEdit::Color { class, color } => next.class_mut(class)?.color = *color,
            SchemaEdit::Digit { class, digit } => {
                let digit = digit.filter(|digit| (1..=9).contains(digit));
                next.class(class)?;
                for other in next.classes.iter_mut().filter(|other| digit.is_some() && other.digit == digit) {
                    other.digit = None;
                }
                next.class_mut(class)?.digit = digit;
            }
        }
        (next != *self).then_some(next)
    }

    fn class_mut(&mut self, name: &str) -> Option<&mut LabelClass> {
        self.classes.iter_mut().find(|class| class.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_names_and_keys_of_their_own() {
        let mut schema = LabelSchema::default();
        for name in ["Fight", "Fall", "Fight", "", "Anomaly"] {
            schema.add(name);
        }
        let shown: Vec<_> = schema.classes.iter().map(|c| (c.name.as_str(), c.digit)).collect();
        assert_eq!(shown, [("Anomaly", Some(1)), ("Fight", Some(2)), ("Fall", Some(3))]);
        (0..12).for_each(|i| schema.add(&format!("class {i}")));
        assert_eq!(schema.by_digit(9).map(|c| c.name.as_str()), Some("class 5"));
        assert_eq!(schema.class("class 6").and_then(|c| c.digit), None);
    }

    #[test]
    fn a_change_of_classes_keeps_names_and_digits_unique() {
        let mut schema = LabelSchema::default();
        schema.add("Fight");
        let edit = |schema: &LabelSchema, edit: SchemaEdit| schema.edited(&edit);
        let rename = |to: &str| SchemaEdit::Rename { from: "Fight".to_owned(), to: to.to_owned() };
        for taken in ["Anomaly", "Fight", " "] {
            assert_eq!(edit(&schema, rename(taken)), None, "{taken}");
        }
        assert_eq!(edit(&schema, SchemaEdit::Add(" Fight ".to_owned())), None);
        let schema = edit(&schema, rename(" Brawl ")).expect("is free");
        let digit = |digit| SchemaEdit::Digit { class: "Brawl".to_owned(), digit };
        let schema = edit(&schema, digit(Some(1))).expect("is another");
        let shown: Vec<_> = schema.classes.iter().map(|c| (c.name.as_str(), c.digit)).collect();
        assert_eq!(shown, [("Anomaly", None), ("Brawl", Some(1))]);
        assert_eq!(edit(&schema, digit(Some(1))), None, "nothing new");
        let gone = SchemaEdit::Color { class: "Fight".to_owned(), color: [1, 2, 3] };
        assert_eq!(edit(&schema, gone), None);
        let remove = |class: &str, into: Option<&str>| SchemaEdit::Remove {
            class: class.to_owned(),
            into: into.map(str::to_owned),
        };
        for (class, into) in [("Fight", None), ("Brawl", Some("Brawl")), ("Brawl", Some("Fight"))] {
            assert_eq!(edit(&schema, remove(class, into)), None, "{class} into {into:?}");
        }
        let one = edit(&schema, remove("Brawl", Some("Anomaly"))).expect("is there");
        assert_eq!(one.classes.len(), 1);
        assert_eq!(edit(&one, remove("Anomaly", None)), None, "a project has a class");
    }
}
