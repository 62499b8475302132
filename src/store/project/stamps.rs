//! Names of backups, and which of them are kept.
//!
//! Owns the rule: the last five, and the last one of each of the last seven days that have any. Does not own files.

/// A backup by its name: `project-20260131T120000Z-42.db` was made at noon in UTC when the log had 42 rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    /// `20260131T120000Z`: letters in the order of time.
    time: String,
    /// Rows of the log.
    pub(super) rows: u64,
}

const LAST: usize = 5;
const DAYS: usize = 7;
const FORM: &str = "%Y%m%dT%H%M%SZ";

impl Stamp {
    /// Of a moment, in microseconds since 1970.
    pub(super) fn at(at_us: i64, rows: u64) -> Self {
        let moment = jiff::Timestamp::from_microsecond(at_us).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self { time: moment.strftime(FORM).to_string(), rows }
    }

    /// From a file's name; `None` for other files.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (time, rows) = name.strip_prefix("project-")?.strip_suffix(".db")?.split_once('-')?;
        let stamp = Self { time: time.to_owned(), rows: rows.parse().ok()? };
        stamp.at_us().is_some().then_some(stamp)
    }

    /// When, in microseconds since 1970.
    pub(super) fn at_us(&self) -> Option<i64> {
        let moment = jiff::civil::DateTime::strptime(FORM, &self.time).ok()?;
        Some(moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
    }

    /// The time, for names of other things.
    pub(super) fn time(&self) -> &str {
        &self.time
    }

    pub(super) fn file_name(&self) -> String {
        format!("project-{}-{}.db", self.time, self.rows)
    }

    fn day(&self) -> &str {
        self.time.get(..8).unwrap_or_default()
    }
}

/// The backups of a folder that need not be kept.
pub(super) fn superfluous(mut stamps: Vec<Stamp>) -> Vec<Stamp> {
    stamps.sort_unstable();
    let newest = stamps.len().saturating_sub(LAST);
    let mut days: Vec<String> = Vec::new();
    let mut kept = vec![false; stamps.len()];
    for (at, stamp) in stamps.iter().enumerate().rev() {
        let new_day = days.last().is_none_or(|day| day != stamp.day());
        if new_day {
            days.push(stamp.day().to_owned());
        }
        kept[at] = at >= newest || (new_day && days.len() <= DAYS);
    }
    stamps.into_iter().zip(kept).filter(|(_, kept)| !kept).map(|(stamp, _)| stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;
    const NOON: i64 = 1_769_860_800_000_000;

    #[test]
    fn names_tell_time_and_rows() {
        let stamp = Stamp::at(NOON, 42);
        assert_eq!(stamp.file_name(), "project-20260131T120000Z-42.db");
        assert_eq!(Stamp::parse(&stamp.file_name()), Some(stamp.clone()));
        assert_eq!(stamp.at_us(), Some(NOON));
        for name in ["project.db", "project-20260131T120000Z-.db", "project-20269931T120000Z-1.db", "mine.db"] {
            assert_eq!(Stamp::parse(name), None, "{name}");
        }
    }

    #[test]
    fn the_last_five_and_one_a_day_are_kept() {
        // Ten days with three backups each, an hour apart.
        let all: Vec<_> = (0..30).map(|i| Stamp::at(NOON + i / 3 * DAY + i % 3 * DAY / 24, i as u64)).collect();
        let gone: Vec<_> = superfluous(all.clone()).into_iter().map(|stamp| stamp.rows).collect();
        let kept: Vec<_> = (0..30).filter(|rows| !gone.contains(rows)).collect();
        assert_eq!(kept, [11, 14, 17, 20, 23, 25, 26, 27, 28, 29]);
        assert!(superfluous(all[..5].to_vec()).is_empty());
        assert_eq!(superfluous(all[..6].to_vec()), [all[0].clone()]);
    }
}
