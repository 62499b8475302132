//! Which snippets each noisy draw selects, kept so that any part of the soft one-hot stack can be had at once.
//!
//! Owns one bit per draw and snippet, and how many picks lie before each block of them. `V_hat[j, t]` is the share of
//! draws whose j-th earliest pick is snippet t (CLIP-TSA, section 3.2); the kappa x T matrix is never built. Does not own
//! how snippets are selected.

use std::ops::Range;

/// Bits of a word.
const WORD: usize = 64;
/// Words of a block: the picks before each block are known.
const BLOCK: usize = 8;

/// The selections of M draws over T snippets: M T / 8 bytes, and an eighth of that to find ranks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picks {
    snippets: usize,
    draws: usize,
    /// Words of a draw: whole blocks.
    stride: usize,
    /// Bit t of a draw says whether snippet t is selected; draw after draw.
    words: Vec<u64>,
    /// Picks before each block; draw after draw.
    before: Vec<u32>,
}

impl Picks {
    /// Words that a draw over `snippets` takes.
    pub fn stride(snippets: usize) -> usize {
        snippets.div_ceil(WORD * BLOCK) * BLOCK
    }

    /// Takes the bits of whole draws, [`Self::stride`] words each: bit t % 64 of word t / 64 is snippet t. Bits beyond the
    /// last snippet must be 0, words that are no whole draw are left out.
    pub fn new(snippets: usize, words: Vec<u64>) -> Self {
        let stride = Self::stride(snippets);
        let draws = words.len().checked_div(stride).unwrap_or(0);
        let mut before = Vec::with_capacity(words.len() / BLOCK);
        for draw in words.chunks_exact(stride.max(1)) {
            let mut count = 0;
            for block in draw.chunks_exact(BLOCK) {
                before.push(count);
                count += block.iter().map(|word| word.count_ones()).sum::<u32>();
            }
        }
        Self { snippets, draws, stride, words, before }
    }

    /// T.
    pub fn snippets(&self) -> usize {
        self.snippets
    }

    /// Draws that differ: M, or 1 where there is no noise.
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// Memory in bytes.
    pub fn bytes(&self) -> usize {
        self.words.len() * size_of::<u64>() + self.before.len() * size_of::<u32>()
    }

    fn words_of(&self, draw: usize) -> &[u64] {
        &self.words[draw * self.stride..(draw + 1) * self.stride]
    }

    /// How many snippets before `snippet` the draw selects: O(1).
    pub fn rank(&self, draw: usize, snippet: usize) -> usize {
        let snippet = snippet.min(self.snippets);
        let (word, bit) = (snippet / WORD, snippet % WORD);
        let words = self.words_of(draw);
        let block = (word / BLOCK).min(words.len().saturating_sub(1) / BLOCK);
        let blocks = self.stride / BLOCK;
        let Some(before) = self.before.get(draw * blocks + block) else { return 0 };
        let whole: u32 = words[block * BLOCK..word].iter().map(|word| word.count_ones()).sum();
        let part = words.get(word).map_or(0, |word| (word & ((1 << bit) - 1)).count_ones());
        (before + whole + part) as usize
    }

    /// Calls `each(j, t)` for the picks of a draw within `columns`, earliest first; j counts from 0 over the whole draw.
    pub fn each(&self, draw: usize, columns: Range<usize>, mut each: impl FnMut(usize, usize)) {
        let end = columns.end.min(self.snippets);
        if columns.start >= end {
            return;
        }
        let mut j = self.rank(draw, columns.start);
        let words = self.words_of(draw);
        for (at, word) in words.iter().enumerate().take(end.div_ceil(WORD)).skip(columns.start / WORD) {
            let mut bits = *word;
            if at == columns.start / WORD {
                bits &= !0 << (columns.start % WORD);
            }
            if (at + 1) * WORD > end {
                bits &= (1 << (end % WORD)) - 1;
            }
            while bits != 0 {
                each(j, at * WORD + bits.trailing_zeros() as usize);
                bits &= bits - 1;
                j += 1;
            }
        }
    }

    /// p, `[T]`: the share of draws in which each snippet is selected. Sums to kappa.
    pub fn membership(&self) -> Vec<f32> {
        let mut counts = vec![0_u32; self.snippets];
        for draw in 0..self.draws {
            self.each(draw, 0..self.snippets, |_, t| counts[t] += 1);
        }
        counts.into_iter().map(|count| count as f32 / self.draws.max(1) as f32).collect()
    }

    /// The rows of `V_hat`, j counted from 0, that are not all 0 within `columns`.
    pub fn rows_within(&self, columns: &Range<usize>) -> Range<usize> {
        let first = (0..self.draws).map(|draw| self.rank(draw, columns.start)).min();
        let end = (0..self.draws).map(|draw| self.rank(draw, columns.end)).max();
        let (first, end) = (first.unwrap_or(0), end.unwrap_or(0));
        first..end.max(first)
    }

    /// The part of `V_hat` in `rows` and `columns`, `[rows][columns]`: O(M columns).
    pub fn v_hat(&self, rows: &Range<usize>, columns: &Range<usize>) -> Vec<f32> {
        let mut counts = vec![0_u32; rows.len() * columns.len()];
        for draw in 0..self.draws {
            self.each(draw, columns.clone(), |j, t| {
                if rows.contains(&j) {
                    counts[(j - rows.start) * columns.len() + t - columns.start] += 1;
                }
            });
        }
        counts.into_iter().map(|count| count as f32 / self.draws.max(1) as f32).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Draws as lists of picked snippets.
    pub fn picks(snippets: usize, draws: &[Vec<usize>]) -> Picks {
        let stride = Picks::stride(snippets);
        let mut words = vec![0_u64; stride * draws.len()];
        for (draw, picked) in draws.iter().enumerate() {
            for t in picked {
                words[draw * stride + t / WORD] |= 1 << (t % WORD);
            }
        }
        Picks::new(snippets, words)
    }

    /// Any draws that select equally many of a few hundred snippets.
    pub fn any_draws() -> impl Strategy<Value = (usize, Vec<Vec<usize>>)> {
        (1_usize..1300).prop_flat_map(|snippets| {
            let kappa = 1..=snippets;
            kappa.prop_flat_map(move |kappa| {
                let all: Vec<usize> = (0..snippets).collect();
                let draw = proptest::sample::subsequence(all, kappa);
                (Just(snippets), proptest::collection::vec(draw, 1..5))
            })
        })
    }

    proptest! {
        #[test]
        fn rows_sum_to_one_columns_to_p_and_p_to_kappa((snippets, draws) in any_draws()) {
            let picks = picks(snippets, &draws);
            let kappa = draws[0].len();
            let v_hat = picks.v_hat(&(0..kappa), &(0..snippets));
            for row in v_hat.chunks_exact(snippets) {
                prop_assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            }
            let p = picks.membership();
            for (t, p) in p.iter().enumerate() {
                let column: f32 = (0..kappa).map(|j| v_hat[j * snippets + t]).sum();
                prop_assert!((column - p).abs() < 1e-4);
            }
            prop_assert!((p.iter().sum::<f32>() - kappa as f32).abs() < 1e-2);
        }

        #[test]
        fn a_window_is_a_slice_of_the_whole(
            (snippets, draws) in any_draws(), a in 0_usize..1300, b in 0_usize..1300, c in 0_usize..1300, d in 0_usize..1300,
        ) {
            let picks = picks(snippets, &draws);
            let kappa = draws[0].len();
            let columns = a.min(b).min(snippets)..a.max(b).min(snippets);
            let rows = c.min(d).min(kappa)..c.max(d).min(kappa);
            let whole = picks.v_hat(&(0..kappa), &(0..snippets));
            let window = picks.v_hat(&rows, &columns);
            let mut at = 0;
            for j in rows {
                for t in columns.clone() {
                    prop_assert_eq!(window[at], whole[j * snippets + t]);
                    at += 1;
                }
            }
            let inside = picks.rows_within(&columns);
            let filled = (0..kappa).filter(|j| columns.clone().any(|t| whole[j * snippets + t] > 0.0));
            prop_assert!(filled.into_iter().all(|j| inside.contains(&j)));
        }

        #[test]
        fn ranks_count_what_lies_before((snippets, draws) in any_draws(), t in 0_usize..1400) {
            let picks = picks(snippets, &draws);
            for (draw, picked) in draws.iter().enumerate() {
                prop_assert_eq!(picks.rank(draw, t), picked.iter().filter(|at| **at < t).count());
            }
        }
    }

    #[test]
    fn nothing_is_selected_of_nothing() {
        let none = Picks::new(0, Vec::new());
        assert_eq!((none.draws(), none.rows_within(&(0..0)), none.membership()), (0, 0..0, Vec::new()));
        assert_eq!(none.v_hat(&(0..0), &(0..0)), Vec::<f32>::new());
    }
}
