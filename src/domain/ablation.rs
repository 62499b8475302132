//! Features and attention, each with and without: the values of an ablation (CLIP-TSA, Table 5) on one's own data.
//!
//! Owns the runs that an ablation consists of, mean and spread over seeds, and the published numbers that are shown beside.
//! Does not own training, scoring or files.

use serde::{Deserialize, Serialize};

use super::metrics::DetectionMetrics;

/// One run: one training, judged on the fold that it did not see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// Name of the features.
    pub features: String,
    /// Whether Temporal Self-Attention selects snippets.
    pub attention: bool,
    /// Seed of weights, order, noise and dropout.
    pub seed: u64,
    /// The fold that is judged, from 1.
    pub fold: usize,
}

impl Cell {
    /// Folders from the ablation's own down to this run's, as they are called on disk.
    pub fn folders(&self) -> [String; 4] {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        [
            self.features.chars().map(plain).collect(),
            format!("tsa-{}", if self.attention { "on" } else { "off" }),
            format!("seed-{}", self.seed),
            format!("fold-{}", self.fold),
        ]
    }
}

/// All runs, in the order in which they are done: both settings of attention and all features for a seed, then the next
/// seed, so that an unfinished ablation has comparable parts.
pub fn cells(features: &[String], seeds: &[u64], folds: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for seed in seeds {
        for fold in 1..=folds {
            for name in features {
                for attention in [false, true] {
                    cells.push(Cell { features: name.clone(), attention, seed: *seed, fold });
                }
            }
        }
    }
    cells
}

/// A mean over seeds and how far seeds lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the sample; `None` for a single seed.
    pub deviation: Option<f64>,
}

impl Spread {
    /// Of these values; `None` without any.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let deviation = (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
        (!values.is_empty()).then_some(Self { mean, deviation })
    }
}

/// Figures of one seed, all folds pooled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedFigures {
    /// The seed.
    pub seed: u64,
    /// Over the frames of all folds.
    #[serde(flatten)]
    pub metrics: DetectionMetrics,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AblationRow {
    /// Name of the features.
    pub features: String,
    /// Whether attention was on.
    pub attention: bool,
    /// Of each seed.
    pub seeds: Vec<SeedFigures>,
    /// Over the seeds.
    pub roc_auc: Option<Spread>,
    /// Over the seeds.
    pub pr_auc_trapezoid: Option<Spread>,
    /// Over the seeds.
    pub average_precision: Option<Spread>,
}

impl AblationRow {
    /// A row of these seeds.
    pub fn new(features: &str, attention: bool, seeds: Vec<SeedFigures>) -> Self {
        let over = |of: fn(&DetectionMetrics) -> f64| {
            Spread::of(&seeds.iter().map(|seed| of(&seed.metrics)).collect::<Vec<_>>())
        };
        Self {
            features: features.to_owned(),
            attention,
            roc_auc: over(|m| m.roc_auc),
            pr_auc_trapezoid: over(|m| m.pr_auc_trapezoid),
            average_precision: over(|m| m.average_precision),
            seeds,
        }
    }
}

/// What attention adds to one kind of features: the differences seed by seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// Name of the features.
    pub features: String,
    /// ROC-AUC with attention less that without.
    pub roc_auc: Option<Spread>,
    /// Average precision with attention less that without.
    pub average_precision: Option<Spread>,
}

/// What attention adds, for each kind of features that has seeds with and without.
pub fn gains(rows: &[AblationRow]) -> Vec<Gain> {
    let gain = |on: &AblationRow| {
        let off = rows.iter().find(|row| row.features == on.features && !row.attention)?;
        let pairs: Vec<_> = on
            .seeds
            .iter()
            .filter_map(|with| Some((with, off.seeds.iter().find(|without| without.seed == with.seed)?)))
            .collect();
        let over = |of: fn(&DetectionMetrics) -> f64| {
            Spread::of(
                &pairs.iter().map(|(with, without)| of(&with.metrics) - of(&without.metrics)).collect::<Vec<_>>(),
            )
        };
        Some(Gain {
            features: on.features.clone(),
            roc_auc: over(|m| m.roc_auc),
            average_precision: over(|m| m.average_precision),
        })
    };
    rows.iter().filter(|row| row.attention).filter_map(gain).collect()
}

/// A published figure, which nothing here computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Published {
    /// Features.
    pub features: &'static str,
    /// Whether attention was on.
    pub attention: bool,
    /// Frame ROC-AUC on UCF-Crime, in percent.
    pub ucf_crime_auc: f64,
    /// Frame ROC-AUC on `ShanghaiTech`, in percent.
    pub shanghaitech_auc: f64,
    /// Average precision on XD-Violence, in percent.
    pub xd_violence_ap: f64,
}

/// What is said of [`PUBLISHED`] wherever it is shown.
pub const PUBLISHED_NOTE: &str = "published (Joo et al., ICIP 2023, Tables 2 to 4; not computed here, other videos, checkpoints chosen by test score)";

/// Joo et al., CLIP-TSA, ICIP 2023, Tables 2 to 4. Their checkpoints were chosen by test score.
pub const PUBLISHED: [Published; 4] = [
    Published {
        features: "CLIP",
        attention: true,
        ucf_crime_auc: 87.58,
        shanghaitech_auc: 98.32,
        xd_violence_ap: 82.19,
    },
    Published {
        features: "CLIP",
        attention: false,
        ucf_crime_auc: 86.29,
        shanghaitech_auc: 98.18,
        xd_violence_ap: 80.43,
    },
    Published {
        features: "C3D",
        attention: true,
        ucf_crime_auc: 83.94,
        shanghaitech_auc: 97.19,
        xd_violence_ap: 77.66,
    },
    Published {
        features: "I3D",
        attention: true,
        ucf_crime_auc: 84.66,
        shanghaitech_auc: 97.98,
        xd_violence_ap: 78.19,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(seed: u64, auc: f64) -> SeedFigures {
        let metrics = DetectionMetrics {
            roc_auc: auc,
            pr_auc_trapezoid: auc / 2.0,
            average_precision: auc / 2.0,
            frames: 10,
            positives: 2,
        };
        SeedFigures { seed, metrics }
    }

    #[test]
    fn every_combination_is_run_once_and_has_its_own_folder() {
        let features = ["built in".to_owned(), "i3d".to_owned()];
        let cells = cells(&features, &[3, 4], 5);
        let folders: std::collections::BTreeSet<_> = cells.iter().map(Cell::folders).collect();
        assert_eq!((cells.len(), folders.len()), (40, 40));
        assert_eq!(cells[0].folders().join("/"), "built-in/tsa-off/seed-3/fold-1");
        assert!(cells[..20].iter().all(|cell| cell.seed == 3), "seed after seed");
    }

    #[test]
    fn spread_is_over_seeds_and_gains_are_seed_by_seed() {
        let spread = Spread::of(&[1.0, 3.0]).expect("has values");
        assert_eq!((spread.mean, spread.deviation), (2.0, Some(2.0_f64.sqrt())));
        assert_eq!(Spread::of(&[1.0]).map(|s| s.deviation), Some(None));
        assert_eq!(Spread::of(&[]), None);
        // Seeds differ by 0.2, the gain is 0.05 in each: its spread is that of the gain.
        let rows = [
            AblationRow::new("clip", false, vec![seed(0, 0.6), seed(1, 0.8)]),
            AblationRow::new("clip", true, vec![seed(1, 0.85), seed(0, 0.65), seed(2, 0.1)]),
            AblationRow::new("c3d", true, vec![seed(0, 0.5)]),
        ];
        let gains = gains(&rows);
        let gain = gains[0].roc_auc.expect("has both");
        assert!(gains.len() == 1 && (gain.mean - 0.05).abs() < 1e-12 && gain.deviation.is_some_and(|d| d < 1e-12));
    }
}
