//! Which class a video belongs to by its name, as two benchmarks write it.
//!
//! Owns the names of UCF-Crime (`Abuse028_x264`, `Normal_Videos_003_x264`, 13 classes of anomalies; Sultani et al., 2018) and
//! the label codes of XD-Violence (`…_label_B1-G-0`; Wu et al., 2020). Classes that a file names are read in `formats`.

use super::NORMAL;

/// UCF-Crime's classes of anomalies.
pub const UCF_CRIME: [&str; 13] = [
    "Abuse",
    "Arrest",
    "Arson",
    "Assault",
    "Burglary",
    "Explosion",
    "Fighting",
    "RoadAccidents",
    "Robbery",
    "Shooting",
    "Shoplifting",
    "Stealing",
    "Vandalism",
];

/// XD-Violence's codes and what they mean; `0` fills up to three places.
pub const XD_VIOLENCE: [(&str, &str); 7] = [
    ("A", NORMAL),
    ("B1", "Fighting"),
    ("B2", "Shooting"),
    ("B4", "Riot"),
    ("B5", "Abuse"),
    ("B6", "Car accident"),
    ("G", "Explosion"),
];

/// What XD-Violence's code means.
pub fn xd_class(code: &str) -> Option<&'static str> {
    XD_VIOLENCE.iter().find(|(known, _)| *known == code).map(|(_, class)| *class)
}

/// Classes of a video by its name, which may have folders in front and an ending; empty where the name follows no known
/// custom. A video of XD-Violence may have several.
pub fn of_name(name: &str) -> Vec<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    if let Some((_, codes)) = base.rsplit_once("_label_") {
        // The name may go on with an ending, or with the number of a crop.
        let codes = codes.split(['.', '_']).next().unwrap_or(codes);
        return codes.split('-').filter_map(xd_class).map(str::to_owned).collect();
    }
    let letters = base.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    if letters == NORMAL {
        return vec![NORMAL.to_owned()];
    }
    let numbered = base[letters.len()..].starts_with(|c: char| c.is_ascii_digit());
    UCF_CRIME.iter().filter(|class| numbered && **class == letters).map(|class| (*class).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_benchmarks() {
        for (name, classes) in [
            ("Abuse/Abuse028_x264.mp4", &["Abuse"][..]),
            ("RoadAccidents010_x264", &["RoadAccidents"]),
            ("Testing_Normal_Videos_Anomaly/Normal_Videos_872_x264.mp4", &["Normal"]),
            ("Normal001.mp4", &["Normal"]),
            ("v=S-7rRLrxnVQ__#1_label_B4-0-0", &["Riot"]),
            ("Bad.Boys.1995__#01-11-04_01-12-16_label_G-B2-B6.mp4", &["Explosion", "Shooting", "Car accident"]),
            ("A.Beautiful.Mind.2001__#00-25-20_00-29-20_label_A__0.npy", &["Normal"]),
            ("Abuse.mp4", &[]),
            ("camera7.mp4", &[]),
            ("", &[]),
        ] {
            assert_eq!(of_name(name), classes, "{name}");
        }
    }
}
