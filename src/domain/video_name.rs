//! What videos are called in files: endings, names without folders and endings, and which of several a name means.
//!
//! Owns the one list of endings and the rule by which names of lists, ground truth and splits find each other. Does not own
//! identity by content ([`super::provenance`]), nor how names in other tools' labels are matched, which is shown to a person
//! rule by rule (`formats::labels::matching`).

use std::collections::BTreeMap;

/// Endings of video files, lower case, the commonest first.
pub const VIDEO_ENDINGS: [&str; 34] = [
    "mp4", "avi", "mkv", "mov", "webm", "ts", "3g2", "3gp", "asf", "av1", "dav", "divx", "dv", "flv", "gif", "h264",
    "h265", "hevc", "ivf", "m2ts", "m2v", "m4v", "mjpeg", "mjpg", "mpeg", "mpg", "mts", "mxf", "nut", "obu", "ogv",
    "vob", "wmv", "y4m",
];

/// Endings of files with features of a video, lower case.
pub const FEATURE_ENDINGS: [&str; 3] = ["npy", "safetensors", "txt"];

/// Whether `endings` has this one, without regard to capitals.
pub fn is_one_of(endings: &[&str], ending: &str) -> bool {
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// A name without the ending of a video or of its features. Names hold dots of their own, so others stay.
pub fn without_ending(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if is_one_of(&VIDEO_ENDINGS, ending) || is_one_of(&FEATURE_ENDINGS, ending) => stem,
        _ => name,
    }
}

/// A name without folders and without ending: `Abuse/Abuse028_x264.MP4` is `Abuse028_x264`.
pub fn plain_name(name: &str) -> &str {
    without_ending(name.rsplit(['/', '\\']).next().unwrap_or(name))
}

/// How many folders of both names are the same, counted from the file upwards.
fn common_folders(one: &str, other: &str) -> usize {
    folders(one).zip(folders(other)).take_while(|(a, b)| a == b).count()
}

/// The innermost first.
fn folders(name: &str) -> impl Iterator<Item = &str> {
    name.rsplit(['/', '\\']).skip(1)
}

/// Which of several names another one means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant<'a> {
    /// This one, by its place.
    One(usize),
    /// None of them.
    Nothing,
    /// These two, and perhaps more, equally well.
    Either(&'a str, &'a str),
}

impl Meant<'_> {
    /// Its place, where one is meant.
    pub fn one(self) -> Option<usize> {
        if let Self::One(place) = self { Some(place) } else { None }
    }
}

/// Names of videos in their order, to be found by other names.
#[derive(Clone, Debug, Default)]
pub struct Names<'a> {
    by_plain_name: BTreeMap<&'a str, Vec<(usize, &'a str)>>,
}

impl<'a> Names<'a> {
    /// Takes names in, with their folders and endings.
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_plain_name: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (place, name) in names.into_iter().enumerate() {
            by_plain_name.entry(plain_name(name)).or_default().push((place, name));
        }
        Self { by_plain_name }
    }

    fn alike(&self, name: &str) -> &[(usize, &'a str)] {
        self.by_plain_name.get(plain_name(name)).map_or(&[], Vec::as_slice)
    }

    /// How many folders those have in common with `name` that have the most; `None` if none is called so.
    fn closest(&self, name: &str) -> Option<usize> {
        self.alike(name).iter().map(|(_, own)| common_folders(own, name)).max()
    }

    /// The one that is called as `name` is, without folders and endings; of several, the one whose folders agree furthest.
    pub fn meant(&self, name: &str) -> Meant<'a> {
        let Some(most) = self.closest(name) else { return Meant::Nothing };
        let mut best = self.alike(name).iter().filter(|(_, own)| common_folders(own, name) == most);
        match (best.next(), best.next()) {
            (Some((place, _)), None) => Meant::One(*place),
            (Some((_, one)), Some((_, other))) => Meant::Either(one, other),
            (None, _) => Meant::Nothing,
        }
    }

    /// The same, unless another one of `all`, of which `name` is one, has more folders in common with it: `1/a` does not
    /// mean `2/a` where there is a name that does.
    pub fn meant_among(&self, name: &str, all: &Names<'_>) -> Meant<'a> {
        let is_anothers = |own: &str| all.closest(own).is_some_and(|most| most > common_folders(own, name));
        match self.meant(name) {
            Meant::One(place) => {
                let own = self.alike(name).iter().find(|(at, _)| *at == place);
                if own.is_some_and(|(_, own)| is_anothers(own)) { Meant::Nothing } else { Meant::One(place) }
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_across_folders_and_endings() {
        assert_eq!(plain_name("Abuse/Abuse028_x264.mp4"), plain_name("features/Abuse028_x264.npy"));
        assert_eq!(plain_name("A.Beautiful.Mind.2001__#00-25-20_label_A"), "A.Beautiful.Mind.2001__#00-25-20_label_A");
        for name in ["x\\cam.MP4", "cam.Npy", "cam.m4v", "cam.mpg", "1/cam.WMV", "cam"] {
            assert_eq!(plain_name(name), "cam", "{name}");
        }
    }

    #[test]
    fn no_ending_is_there_twice_or_with_capitals() {
        let all: Vec<&str> = VIDEO_ENDINGS.iter().chain(&FEATURE_ENDINGS).copied().collect();
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|ending| *ending == ending.to_lowercase()));
    }

    #[test]
    fn folders_tell_names_apart_and_one_alone_is_meant_from_anywhere() {
        let both = Names::new(["1/c.mp4", "2/c.mp4", "d"]);
        assert_eq!((both.meant("/v/2/c.npy"), both.meant("x/d.avi")), (Meant::One(1), Meant::One(2)));
        assert_eq!((both.meant("c"), both.meant("e")), (Meant::Either("1/c.mp4", "2/c.mp4"), Meant::Nothing));
        assert_eq!(Names::new(["1/c.mp4"]).meant("elsewhere/c.npy"), Meant::One(0));
    }

    #[test]
    fn what_another_name_means_better_is_left_to_it() {
        let (list, asked) = (Names::new(["1/c"]), Names::new(["1/c.mp4", "2/c.mp4"]));
        assert_eq!(list.meant("2/c.mp4"), Meant::One(0));
        assert_eq!(list.meant_among("2/c.mp4", &asked), Meant::Nothing);
        assert_eq!(list.meant_among("1/c.mp4", &asked), Meant::One(0));
        assert_eq!(list.meant_among("2/c.mp4", &Names::new(["2/c.mp4"])), Meant::One(0));
    }
}
