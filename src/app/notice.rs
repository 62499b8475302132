//! What the person is told outside of the panel it concerns.
//!
//! Owns the list of notices and how long each stays. Does not own how they look.

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something went as wanted.
    Info,
    /// It went on, but not fully as wanted.
    Warning,
    /// It did not work.
    Error,
}

/// One notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Handle, for closing it.
    pub id: u64,
    /// How much it matters.
    pub severity: Severity,
    /// One or two sentences.
    pub text: String,
    /// What it is about, if a newer notice about the same is to take its place.
    pub subject: Option<&'static str>,
    /// When it goes away by itself, on the clock of the window; errors stay until they are closed.
    pub until: Option<f64>,
}

/// Seconds that information stays at least.
const INFO_SECS: f64 = 6.0;
/// Seconds that it stays for each letter: as long as it takes to notice it and to read it twice.
const SECS_PER_LETTER: f64 = 0.1;
/// Seconds that a warning stays.
const WARNING_SECS: f64 = 12.0;
/// Older notices make room for newer ones beyond this number, so that a folder of broken files does not cover the window.
const MOST: usize = 3;

/// The notices on show, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    list: Vec<Notice>,
    next: u64,
    now: f64,
}

impl Notices {
    /// All that are on show.
    pub fn list(&self) -> &[Notice] {
        &self.list
    }

    /// Adds a notice; one with the same text is replaced.
    pub fn push(&mut self, severity: Severity, text: impl Into<String>) {
        self.add(severity, text.into(), None);
    }

    /// Adds a notice that replaces the one about the same subject.
    pub fn push_about(&mut self, subject: &'static str, severity: Severity, text: impl Into<String>) {
        self.add(severity, text.into(), Some(subject));
    }

    fn add(&mut self, severity: Severity, text: String, subject: Option<&'static str>) {
        self.list.retain(|n| n.text != text && (subject.is_none() || n.subject != subject));
        let until = match severity {
            Severity::Info => Some(self.now + INFO_SECS.max(SECS_PER_LETTER * text.chars().count() as f64)),
            Severity::Warning => Some(self.now + WARNING_SECS),
            Severity::Error => None,
        };
        self.list.push(Notice { id: self.next, severity, text, subject, until });
        self.next += 1;
        if self.list.len() > MOST {
            self.list.drain(..self.list.len() - MOST);
        }
    }

    /// Closes one.
    pub fn close(&mut self, id: u64) {
        self.list.retain(|n| n.id != id);
    }

    /// Lets the clock reach `now` seconds and drops what has expired.
    pub fn advance(&mut self, now: f64) {
        self.now = self.now.max(now);
        self.list.retain(|n| n.until.is_none_or(|until| until > self.now));
    }

    /// Seconds until the next one expires.
    pub fn next_expiry(&self) -> Option<f64> {
        self.list.iter().filter_map(|n| n.until).min_by(f64::total_cmp).map(|until| (until - self.now).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn information_expires_and_errors_stay() {
        let mut notices = Notices::default();
        notices.advance(100.0);
        notices.push(Severity::Info, "done");
        notices.push(Severity::Error, "broken");
        notices.push(Severity::Error, "broken");
        assert_eq!(notices.list().len(), 2);
        assert_eq!(notices.next_expiry(), Some(INFO_SECS));
        notices.advance(100.0 + INFO_SECS);
        assert_eq!(notices.list().len(), 1);
        assert_eq!(notices.next_expiry(), None);
        let id = notices.list()[0].id;
        notices.close(id);
        assert!(notices.list().is_empty());
    }

    #[test]
    fn a_newer_count_replaces_the_older() {
        let mut notices = Notices::default();
        notices.push(Severity::Error, "other");
        notices.push_about("refused", Severity::Error, "1 file");
        notices.push_about("refused", Severity::Error, "2 files");
        let texts: Vec<_> = notices.list().iter().map(|n| n.text.as_str()).collect();
        assert_eq!(texts, ["other", "2 files"]);
    }

    #[test]
    fn many_do_not_pile_up() {
        let mut notices = Notices::default();
        for i in 0..50 {
            notices.push(Severity::Error, format!("file {i}"));
        }
        assert_eq!(notices.list().len(), MOST);
        assert_eq!(notices.list()[MOST - 1].text, "file 49");
    }
}
