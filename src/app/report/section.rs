//! A part of a report that is a page and a screen of text at once: sentences and a table.
//!
//! Owns how a table is set in letters of one width and in HTML. Does not own what stands in it.

use std::fmt::Write as _;

use super::page::escape;

/// Sentences around a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// What the page's address ends with to get there, behind `#`.
    pub id: &'static str,
    /// Heading on the page; on a screen the first sentence has to do.
    pub title: &'static str,
    /// Sentences before the table.
    pub above: Vec<String>,
    /// The columns; none for a section of sentences. One in which no cell says anything is left out.
    pub columns: Vec<Column>,
    /// A cell for each column.
    pub rows: Vec<Vec<String>>,
    /// Sentences behind the table.
    pub below: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub name: &'static str,
    /// Whether its cells are numbers, which stand at the right.
    pub is_number: bool,
}

impl Column {
    /// Of words.
    pub const fn words(name: &'static str) -> Self {
        Self { name, is_number: false }
    }

    /// Of numbers.
    pub const fn number(name: &'static str) -> Self {
        Self { name, is_number: true }
    }
}

// Writing to a string cannot fail: its results are dropped below.
impl Section {
    /// Columns with anything in them, and their places.
    fn shown(&self) -> Vec<(usize, &Column)> {
        let is_used = |at: usize| self.rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
        self.columns.iter().enumerate().filter(|(at, _)| is_used(*at)).collect()
    }

    /// As lines for letters of one width.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for sentence in &self.above {
            writeln!(text, "{sentence}").ok();
        }
        let shown = self.shown();
        let all = std::iter::once(shown.iter().map(|(_, column)| column.name).collect::<Vec<_>>());
        let lines: Vec<Vec<&str>> =
            all.filter(|head| !head.is_empty()).chain(self.rows.iter().map(|row| cells(row, &shown))).collect();
        let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..shown.len()).map(width).collect();
        for line in &lines {
            let set = line.iter().zip(shown.iter().zip(&widths)).map(|(cell, ((_, column), &width))| {
                if column.is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            writeln!(text, "{}", set.collect::<Vec<_>>().join("  ").trim_end()).ok();
        }
        for sentence in &self.below {
            writeln!(text, "{sentence}").ok();
        }
        text
    }

    /// As a section of a page.
    pub fn html(&self) -> String {
        let mut html = format!("<section id=\"{}\"><h2>{}</h2>", self.id, escape(self.title));
        for sentence in &self.above {
            write!(html, "<p>{}</p>", escape(sentence)).ok();
        }
        let shown = self.shown();
        if !shown.is_empty() {
            let class = |column: &Column| if column.is_number { " class=\"n\"" } else { "" };
            html.push_str("<table class=\"figures\"><thead><tr>");
            for (_, column) in &shown {
                write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escape(column.name)).ok();
            }
            html.push_str("</tr></thead><tbody>");
            for row in &self.rows {
                html.push_str("<tr>");
                for ((_, column), cell) in shown.iter().zip(cells(row, &shown)) {
                    write!(html, "<td{}>{}</td>", class(column), escape(cell)).ok();
                }
                html.push_str("</tr>");
            }
            html.push_str("</tbody></table>");
        }
        for sentence in &self.below {
            write!(html, "<p>{}</p>", escape(sentence)).ok();
        }
        html + "</section>"
    }
}

/// The cells of a row in these columns.
fn cells<'a>(row: &'a [String], shown: &[(usize, &Column)]) -> Vec<&'a str> {
    shown.iter().map(|(at, _)| row.get(*at).map_or("", String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_says_the_same_as_text_and_as_a_table() {
        let section = Section {
            id: "events",
            title: "Events & more",
            above: vec!["2 events".to_owned()],
            columns: vec![
                Column::words("class"),
                Column::number("interval"),
                Column::number("F1"),
                Column::words("of"),
            ],
            rows: vec![
                ["a<b", "", "0.25", ""].map(str::to_owned).to_vec(),
                ["longer name", "", "1", "x"].map(str::to_owned).to_vec(),
            ],
            below: vec!["That is all.".to_owned()],
        };
        assert_eq!(
            section.text(),
            "2 events\n\
             class          F1  of\n\
             a<b          0.25\n\
             longer name     1  x\n\
             That is all.\n"
        );
        assert_eq!(
            section.html(),
            "<section id=\"events\"><h2>Events &amp; more</h2><p>2 events</p><table class=\"figures\"><thead><tr>\
             <th scope=\"col\">class</th><th scope=\"col\" class=\"n\">F1</th><th scope=\"col\">of</th></tr></thead><tbody>\
             <tr><td>a&lt;b</td><td class=\"n\">0.25</td><td></td></tr>\
             <tr><td>longer name</td><td class=\"n\">1</td><td>x</td></tr></tbody></table><p>That is all.</p></section>"
        );
        let sentences = Section { above: vec!["Only this.".to_owned()], ..Section::default() };
        assert_eq!(sentences.text(), "Only this.\n");
        assert!(!sentences.html().contains("<table"));
    }
}
