//! A sweep carried out: attention, scores and events at each value of a control.
//!
//! Owns the order of the work, and the four files that are made of it. Does not own the model in use, which nothing here
//! changes, the fields of the tables ([`sheet`]), nor where files go.

pub mod sheet;

use std::sync::Arc;

use crate::domain::curve::Curve;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;
use crate::domain::sweep::{Control, SweepStep};
use crate::jobs::{Progress, Ticket};
use crate::model::probe::Pass;
use crate::model::{ModelError, Probe, Scorer};
use crate::plots::{ChartError, SweepChart, sweep_png, sweep_svg};
use sheet::SweepSheet;

/// A sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What was moved.
    pub control: Control,
    /// Its values, in order.
    pub steps: Vec<SweepStep>,
}

/// Carries a sweep out over `values`. The noise is the same for every value, unless the seed is what moves.
///
/// # Errors
/// Settings out of range, a failing device, or a stale ticket.
pub fn sweep(
    (probe, order): (&Probe, Option<&Arc<[u32]>>),
    scorer: &Scorer,
    (control, values): (Control, &[TsaSettings]),
    rule: &EventRule,
    report: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<Sweep, ModelError> {
    let mut steps = Vec::with_capacity(values.len());
    for (done, tsa) in values.iter().enumerate() {
        report(Progress { done, total: values.len(), skipped: 0 });
        let attention = Arc::new(probe.attention(tsa, order.map(|order| &order[..]))?);
        let (scored, _) = Pass::new(Arc::clone(&attention), order.cloned()).run(probe, scorer, ticket)?;
        steps.push(SweepStep {
            tsa: *tsa,
            kappa: attention.kappa,
            entropy: attention.total_entropy(),
            threshold: attention.threshold().map(|[_, mean, _]| mean),
            events: rule.events(&scored.scores),
            scores: Curve::new(scored.scores),
            membership: Curve::new(scored.attention),
        });
    }
    report(Progress { done: values.len(), total: values.len(), skipped: 0 });
    Ok(Sweep { control, steps })
}

impl Sweep {
    /// Finds the events again under another rule: O(steps T).
    pub fn follow(&mut self, rule: &EventRule) {
        for step in &mut self.steps {
            step.events = rule.events(step.scores.values());
        }
    }
}

/// What is kept of a sweep in a folder, name and content: both tables, and the picture in its own size on white.
///
/// # Errors
/// The picture cannot be drawn.
pub fn files(sheet: &SweepSheet<'_>, chart: &SweepChart<'_>) -> Result<[(&'static str, Vec<u8>); 4], ChartError> {
    Ok([
        ("sweep.csv", sheet.csv().into_bytes()),
        ("summary.csv", sheet.summary_csv().into_bytes()),
        ("sweep.png", sweep_png(chart, chart.size())?),
        ("sweep.svg", sweep_svg(chart, chart.size())?.into_bytes()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::features::FeatureMatrix;
    use crate::model::ComputeDevice;

    #[test]
    fn every_value_is_computed_and_more_are_selected_as_kappa_grows() {
        let scorer = Scorer::builtin(&ComputeDevice::cpu(None)).expect("loads");
        let dim = scorer.info().dim;
        let values = (0..40 * dim).map(|i| (i as f32 * 0.37).sin()).collect();
        let features = FeatureMatrix::new(1, 40, dim, values).expect("fits");
        let ticket = Ticket::unlimited();
        let probe = Probe::new(&scorer, &features, 0, &ticket).expect("is made");
        let steps = Control::Kappa.steps(&TsaSettings::default(), (0.1, 0.9), 3);
        let mut reports = Vec::new();
        let rule = EventRule::default();
        let mut made =
            sweep((&probe, None), &scorer, (Control::Kappa, &steps), &rule, &mut |p| reports.push(p.done), &ticket)
                .expect("works");
        assert_eq!(reports, [0, 1, 2, 3]);
        assert_eq!(made.steps.iter().map(|s| s.kappa).collect::<Vec<_>>(), [4, 20, 36]);
        let sum = |step: &SweepStep| step.membership.values().iter().sum::<f32>();
        assert!(made.steps.iter().all(|step| (sum(step) - step.kappa as f32).abs() < 1e-3));
        // Under a rule that flags everything each step is one event.
        made.follow(&EventRule { threshold: 0.0, ..rule });
        assert!(made.steps.iter().all(|step| step.events.len() == 1 && step.events[0].last == 39));
    }
}
