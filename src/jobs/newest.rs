//! Requests of which the newest is the most wanted.
//!
//! Owns the order and the bound: what was asked for last comes first, what was asked for longest ago is
//! given up when there are too many. Does not own a lock or a thread.

use std::collections::VecDeque;

/// A bounded pile of requests, each in it at most once.
#[derive(Clone, Debug)]
pub struct Newest<T> {
    /// The newest at the back.
    waiting: VecDeque<T>,
    capacity: usize,
}

impl<T: PartialEq> Newest<T> {
    /// For at most `capacity` requests, at least one.
    pub fn new(capacity: usize) -> Self {
        Self { waiting: VecDeque::new(), capacity: capacity.max(1) }
    }

    /// Puts a request on top; one that waits already moves there. `false` if it was waiting.
    pub fn ask(&mut self, request: T) -> bool {
        let before = self.waiting.iter().position(|waiting| *waiting == request);
        if let Some(at) = before {
            self.waiting.remove(at);
        }
        self.waiting.push_back(request);
        if self.waiting.len() > self.capacity {
            self.waiting.pop_front();
        }
        before.is_none()
    }

    /// Puts a request below all others, unless the pile is full or it waits already.
    pub fn ask_last(&mut self, request: T) {
        if self.waiting.len() < self.capacity && !self.waiting.contains(&request) {
            self.waiting.push_front(request);
        }
    }

    /// Takes the newest request.
    pub fn take(&mut self) -> Option<T> {
        self.waiting.pop_back()
    }

    /// Gives up all requests.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drained<T: PartialEq>(mut pile: Newest<T>) -> Vec<T> {
        std::iter::from_fn(|| pile.take()).collect()
    }

    #[test]
    fn the_newest_comes_first_and_the_oldest_goes() {
        let mut pile = Newest::new(3);
        assert!([1, 2, 3, 4].into_iter().all(|n| pile.ask(n)));
        assert!(!pile.ask(2), "it waits already");
        pile.ask_last(9);
        assert_eq!(drained(pile.clone()), [2, 4, 3]);
        pile.take();
        pile.ask_last(9);
        assert_eq!(drained(pile.clone()), [4, 3, 9]);
        pile.clear();
        assert!(pile.is_empty());
    }

    proptest! {
        #[test]
        fn holds_the_last_different_ones(asked in proptest::collection::vec(0_u8..12, 0..60), capacity in 1_usize..8) {
            let mut pile = Newest::new(capacity);
            for request in &asked {
                pile.ask(*request);
            }
            // Forgotten requests do not come back, so the pile is a run of the last different ones.
            let mut expected: Vec<u8> = Vec::new();
            for request in asked.iter().rev() {
                if !expected.contains(request) {
                    expected.push(*request);
                }
            }
            expected.truncate(capacity);
            prop_assert_eq!(drained(pile), expected);
        }
    }
}
