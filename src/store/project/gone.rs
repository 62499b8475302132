//! Judgements that no event stands for: rows of the queue all the same, so that nothing that was said gets out of sight.
//!
//! Owns which judgements those are, and keeping their rows true. Does not own the rows of events (`events`). Such a row
//! has the frames, the peak and the model of the judgement, and a pile of its own kind. A project does not know when
//! frames are shown; the times are those that the event had, or a share of the video's length where it never was here.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::error::Fault;
use super::events::{
    Bench, Bucket, PileKey, Relation, Tally, add_to_pile, ascending, insert_row, model_row, take_from_pile,
};
use crate::domain::interval::FrameSpan;
use crate::domain::queue::FlaggedEvent;
use crate::domain::review::Judgement;
use crate::domain::time::{MediaTime, TimeSpan};

/// When frames are shown, as far as rows of the queue say it.
pub(super) type Times = BTreeMap<FrameSpan, TimeSpan>;

/// The times of all rows of a video that were judged. To be read before any of them goes.
pub(super) fn times(connection: &Connection, video: i64) -> Result<Times, Fault> {
    let sql = "SELECT start, stop, queue.from_us, to_us FROM pile JOIN queue ON queue.pile = pile.id \
               WHERE pile.video = ?1 AND bucket > 0";
    let mut found = connection.prepare_cached(sql)?;
    let mut rows = found.query([video])?;
    let mut times = Times::new();
    while let Some(row) = rows.next()? {
        let time = |at: usize| row.get(at).map(MediaTime::from_micros);
        if let Some(span) = FrameSpan::new(row.get::<_, i64>(0)? as usize, row.get::<_, i64>(1)? as usize) {
            times.insert(span, TimeSpan::new(time(2)?, time(3)?));
        }
    }
    Ok(times)
}

/// Makes the rows of a video's judgements without an event what they should be, once its events are where they belong.
pub(super) fn settle(connection: &Connection, video: i64, bench: &Bench, times: &Times) -> Result<(), Fault> {
    let spoken = spoken(connection, video)?;
    let mut wanted = BTreeMap::new();
    for ((item, judgement), words) in
        bench.items.iter().zip(&bench.words).filter(|((item, _), _)| !spoken.contains(item))
    {
        let model = model_row(connection, judgement.model.as_deref().unwrap_or_default())?;
        let bucket = Bucket::of(Relation::Gone, judgement.verdict);
        wanted.insert(*item, (PileKey { video, model, bucket, words: *words }, judgement));
    }
    for there in rows(connection, video)? {
        let right = |(key, judgement): &(PileKey, &Judgement)| {
            *key == there.key && judgement.span == there.span && ascending(score(judgement)) == there.by_score
        };
        if wanted.get(&there.item).is_some_and(right) {
            wanted.remove(&there.item);
        } else {
            connection.prepare_cached("DELETE FROM queue WHERE id = ?1")?.execute([there.row])?;
            take_from_pile(connection, there.pile, there.length_us)?;
        }
    }
    for (item, (key, judgement)) in wanted {
        let event = FlaggedEvent {
            span: judgement.span,
            time: match times.get(&judgement.span) {
                Some(time) => *time,
                None => estimate(connection, video, judgement.span)?,
            },
            peak_frame: judgement.peak_frame,
            peak_score: score(judgement),
            uncertainty: 0.0,
        };
        let pile = add_to_pile(connection, key, Tally::of(&event))?;
        insert_row(connection, (video, pile), &event, Some(item))?;
    }
    Ok(())
}

/// The judgements of a video that speak for an event.
fn spoken(connection: &Connection, video: i64) -> Result<BTreeSet<i64>, Fault> {
    let sql = "SELECT DISTINCT judgement FROM pile JOIN queue ON queue.pile = pile.id \
               WHERE pile.video = ?1 AND bucket > 0 AND bucket < ?2 AND judgement NOT NULL";
    let mut found = connection.prepare_cached(sql)?;
    let items = found.query_map([video, Bucket::GONE.0], |row| row.get(0))?;
    Ok(items.collect::<Result<_, _>>()?)
}

/// The score that a judgement remembers; zero for one that is no number, which the queue could not sort.
fn score(judgement: &Judgement) -> f32 {
    if judgement.peak_score.is_finite() { judgement.peak_score } else { 0.0 }
}

/// A row that is there.
struct There {
    row: i64,
    item: i64,
    span: FrameSpan,
    by_score: f64,
    length_us: i64,
    pile: i64,
    key: PileKey,
}

fn rows(connection: &Connection, video: i64) -> Result<Vec<There>, Fault> {
    let sql = "SELECT queue.id, judgement, start, stop, queue.by_score, to_us - queue.from_us, pile.id, model, bucket, \
               words FROM pile JOIN queue ON queue.pile = pile.id WHERE pile.video = ?1 AND bucket >= ?2";
    let mut found = connection.prepare_cached(sql)?;
    let mut rows = found.query(params![video, Bucket::GONE.0])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let span = FrameSpan::new(row.get::<_, i64>(2)? as usize, row.get::<_, i64>(3)? as usize);
        all.push(There {
            row: row.get(0)?,
            item: row.get::<_, Option<i64>>(1)?.unwrap_or_default(),
            span: span.ok_or_else(|| Fault::Row("judged frames".to_owned()))?,
            by_score: row.get(4)?,
            length_us: row.get(5)?,
            pile: row.get(6)?,
            key: PileKey { video, model: row.get(7)?, bucket: Bucket(row.get(8)?), words: row.get(9)? },
        });
    }
    Ok(all)
}

/// When frames are shown if they are evenly spaced; at the start where the video's length is not known.
pub(super) fn estimate(connection: &Connection, video: i64, span: FrameSpan) -> Result<TimeSpan, Fault> {
    let sql = "SELECT coalesce(frames, 0), coalesce(duration_us, 0) FROM video WHERE id = ?1";
    let (frames, duration): (i64, i64) =
        connection.prepare_cached(sql)?.query_row([video], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let at = |frame: usize| {
        let frame = (frame as i64).min(frames);
        let at = i128::from(frame) * i128::from(duration) / i128::from(frames.max(1));
        MediaTime::from_micros(i64::try_from(at).unwrap_or(duration))
    };
    Ok(TimeSpan::new(at(span.start()), at(span.end())))
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::super::testing::{author, event, judge, judgement, known, project, video};
    use crate::domain::queue::{EventStatus, QueueFilter, QueueRow, QueueSort, StatusFilter};
    use crate::domain::review::Verdict;
    use crate::domain::time::MediaTime;

    fn rows(project: &Project, status: StatusFilter) -> Vec<QueueRow> {
        let filter = QueueFilter { status, ..QueueFilter::default() };
        project.queue_page(&filter, QueueSort::Score, None, 100).expect("reads")
    }

    /// A false alarm on one of two events, which then goes with a higher threshold.
    fn without_its_event() -> (tempfile::TempDir, Project) {
        let (folder, mut project) = project();
        project.see_videos(&[known(1, "a.mp4")]).expect("is noted");
        let events = [event(100, 200, 0.9, 0.0), event(301, 333, 0.6, 0.2)];
        project.replace_events(&video(1), "weights-1", "low", &events).expect("are noted");
        let said = judgement((301, 333), Verdict::FalseAlarm);
        project.append(&judge(video(1), 1, said), &author()).expect("is written");
        assert_eq!(rows(&project, StatusFilter::Gone), []);
        project.replace_events(&video(1), "weights-1", "high", &events[..1]).expect("are noted");
        (folder, project)
    }

    #[test]
    fn a_judgement_whose_event_is_gone_stays_in_the_queue() {
        let (_folder, mut project) = without_its_event();
        let gone = rows(&project, StatusFilter::Gone);
        let [row] = &gone[..] else { panic!("{gone:?}") };
        assert!(matches!(row.status, EventStatus::Gone(ruling) if ruling.verdict == Verdict::FalseAlarm), "{row:?}");
        assert_eq!((row.flagged.span.start(), row.flagged.span.end(), row.model.as_str()), (301, 333, "weights-1"));
        assert_eq!(row.flagged.time.start, MediaTime::from_micros(301 * 40_000), "as long as it was an event");
        assert_eq!(rows(&project, StatusFilter::Any).len(), 2);
        assert_eq!(rows(&project, StatusFilter::Judged), []);
        let counts = project.queue_counts(&QueueFilter::default()).expect("reads");
        assert_eq!((counts.events, counts.gone, counts.false_alarms, counts.unreviewed), (2, 1, 0, 1));
        // The same events again leave it as it is; its own event takes it back.
        project.replace_events(&video(1), "weights-1", "again", &[event(100, 200, 0.9, 0.0)]).expect("are noted");
        assert_eq!(rows(&project, StatusFilter::Gone)[0].flagged, row.flagged);
        let other = [event(296, 340, 0.7, 0.0)];
        project.replace_events(&video(1), "weights-2", "low", &other).expect("are noted");
        assert_eq!(rows(&project, StatusFilter::Gone), []);
        assert_eq!(rows(&project, StatusFilter::Judged).len(), 1);
    }

    #[test]
    fn it_goes_and_comes_with_its_verdict() {
        let (_folder, mut project) = without_its_event();
        let step = project.next_undo().expect("reads").expect("is there");
        let undone = project.undo(step, &author()).expect("is undone").step;
        assert_eq!(rows(&project, StatusFilter::Gone), []);
        project.undo(undone, &author()).expect("is done again");
        let again = rows(&project, StatusFilter::Gone);
        // A minute of 1500 frames: what a frame is shown at by its share.
        assert_eq!(again[0].flagged.time.start, MediaTime::from_micros(301 * 40_000));
        project.rebuild().expect("is made again");
        assert_eq!(rows(&project, StatusFilter::Gone), again);
    }
}
