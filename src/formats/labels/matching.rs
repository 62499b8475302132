//! Which video a name in a file means.
//!
//! Owns the rules by which names are compared: first as they stand, then without folders, without extension, and
//! without regard to capitals. The first rule that finds anything decides. Does not own what is done about names
//! that find none or several.

use std::collections::HashMap;

use crate::domain::video_name::without_ending;

/// How a name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::EnumIter)]
pub enum Rule {
    /// Letter by letter.
    #[strum(serialize = "the same name")]
    Exact,
    /// The part behind the last slash.
    #[strum(serialize = "without folders")]
    Folders,
    /// That without the extension of a media file.
    #[strum(serialize = "without extension")]
    Extension,
    /// That without regard to capitals.
    #[strum(serialize = "without regard to capitals")]
    Capitals,
}

impl Rule {
    /// What of a name this rule compares.
    fn key(self, name: &str) -> String {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        match self {
            Self::Exact => name.to_owned(),
            Self::Folders => file.to_owned(),
            Self::Extension => without_ending(file).to_owned(),
            Self::Capitals => without_ending(file).to_lowercase(),
        }
    }
}

/// The names of a file beside those of the library; all numbers are places in the two slices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Name in the file, video, and the rule that joined them.
    pub matched: Vec<(usize, usize, Rule)>,
    /// Names that mean several videos equally well, with those.
    pub ambiguous: Vec<(usize, Vec<usize>)>,
    /// Names that mean no video.
    pub unmatched: Vec<usize>,
}

impl Matching {
    /// Videos that several names of the file mean, with those names: what they say is joined.
    pub fn repeated(&self) -> Vec<(usize, Vec<usize>)> {
        let mut names: HashMap<usize, Vec<usize>> = HashMap::new();
        for (name, video, _) in &self.matched {
            names.entry(*video).or_default().push(*name);
        }
        let mut repeated: Vec<_> = names.into_iter().filter(|(_, names)| names.len() > 1).collect();
        repeated.sort_unstable();
        repeated
    }
}

/// Finds the video for each name of a file.
pub fn match_names(names: &[&str], videos: &[&str]) -> Matching {
    use strum::IntoEnumIterator as _;
    let mut found = Matching::default();
    let mut left: Vec<usize> = (0..names.len()).collect();
    for rule in Rule::iter() {
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, video) in videos.iter().enumerate() {
            by_key.entry(rule.key(video)).or_default().push(at);
        }
        left.retain(|name| match by_key.get(&rule.key(names[*name])).map(Vec::as_slice) {
            None => true,
            Some([video]) => {
                found.matched.push((*name, *video, rule));
                false
            }
            Some(several) => {
                found.ambiguous.push((*name, several.to_vec()));
                false
            }
        });
    }
    found.unmatched = left;
    found.matched.sort_unstable();
    found.ambiguous.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_finds_anything_decides() {
        let videos = ["fold0/Fight.mp4", "fold1/Fight.mp4", "A.Beautiful.Mind.2001__#00", "b.MKV", "v=S__#1_label_B4"];
        let names = [
            "fold1/Fight.mp4",
            "Fight",
            "x\\A.Beautiful.Mind.2001__#00.mp4",
            "B",
            "v=S__#1_label_B4.mp4",
            "A.Beautiful.Mind",
            "b",
        ];
        let found = match_names(&names, &videos);
        assert_eq!(
            found.matched,
            [
                (0, 1, Rule::Exact),
                (2, 2, Rule::Extension),
                (3, 3, Rule::Capitals),
                (4, 4, Rule::Extension),
                (6, 3, Rule::Extension)
            ]
        );
        assert_eq!(found.ambiguous, [(1, vec![0, 1])]);
        assert_eq!(found.unmatched, [5]);
        assert_eq!(found.repeated(), [(3, vec![3, 6])]);
    }
}
