//! A sweep carried out: attention, scores and events at each value of a control, and their form as a table.
//!
//! Owns the order of the work and the fields of the CSV. Does not own the model in use, which nothing here changes, nor
//! where files go.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;
use crate::domain::sweep::{Control, SweepStep};
use crate::jobs::{Progress, Ticket};
use crate::model::probe::Pass;
use crate::model::{ModelError, Probe, Scorer};

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
            events: rule.events(&scored.scores).len(),
            scores: scored.scores,
            membership: scored.attention,
        });
    }
    report(Progress { done: values.len(), total: values.len(), skipped: 0 });
    Ok(Sweep { control, steps })
}

impl Sweep {
    /// A row for each value and snippet, with a header.
    pub fn csv(&self) -> String {
        // Of kappa the share is what was asked for; kappa itself has a column of its own.
        let moved = if self.control == Control::Kappa { "ratio" } else { self.control.text() };
        let mut text = format!("{moved},kappa,snippet,p,score\n");
        for step in &self.steps {
            let value = self.control.of(&step.tsa);
            for (snippet, (p, score)) in step.membership.iter().zip(&step.scores).enumerate() {
                // Writing to a string cannot fail.
                writeln!(text, "{value},{},{snippet},{p},{score}", step.kappa).ok();
            }
        }
        text
    }

    /// A row for each value, with a header.
    pub fn summary_csv(&self) -> String {
        let mut text =
            "control,value,ratio,kappa,sigma,samples,seed,selection_entropy_bits,kappa_th_score,events,score_mean,score_max\n"
                .to_owned();
        for step in &self.steps {
            let tsa = &step.tsa;
            let mean = step.scores.iter().map(|v| f64::from(*v)).sum::<f64>() / step.scores.len().max(1) as f64;
            let most = step.scores.iter().copied().fold(0.0, f32::max);
            let threshold = step.threshold.map_or_else(String::new, |v| v.to_string());
            writeln!(
                text,
                "{},{},{},{},{},{},{},{},{threshold},{},{mean},{most}",
                self.control.text(),
                self.control.of(tsa),
                tsa.ratio,
                step.kappa,
                tsa.sigma,
                tsa.samples,
                tsa.seed,
                step.entropy,
                step.events
            )
            .ok();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::features::FeatureMatrix;
    use crate::model::ComputeDevice;

    #[test]
    fn every_value_has_its_rows_and_more_are_selected_as_kappa_grows() {
        let scorer = Scorer::builtin(&ComputeDevice::cpu(None)).expect("loads");
        let dim = scorer.info().dim;
        let values = (0..40 * dim).map(|i| (i as f32 * 0.37).sin()).collect();
        let features = FeatureMatrix::new(1, 40, dim, values).expect("fits");
        let ticket = Ticket::unlimited();
        let probe = Probe::new(&scorer, &features, 0, &ticket).expect("is made");
        let steps = Control::Kappa.steps(&TsaSettings::default(), (0.1, 0.9), 3);
        let mut reports = Vec::new();
        let rule = EventRule::default();
        let made =
            sweep((&probe, None), &scorer, (Control::Kappa, &steps), &rule, &mut |p| reports.push(p.done), &ticket)
                .expect("works");
        assert_eq!(reports, [0, 1, 2, 3]);
        assert_eq!(made.steps.iter().map(|s| s.kappa).collect::<Vec<_>>(), [4, 20, 36]);
        assert_eq!(made.csv().lines().count(), 1 + 3 * 40);
        let summary = made.summary_csv();
        let columns = |line: &str| line.split(',').count();
        assert!(summary.lines().all(|line| columns(line) == 12), "{summary}");
        let sum = |step: &SweepStep| step.membership.iter().sum::<f32>();
        assert!(made.steps.iter().all(|step| (sum(step) - step.kappa as f32).abs() < 1e-3));
    }
}
