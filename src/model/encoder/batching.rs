//! Batches that fit into the device's memory.
//!
//! Owns what happens when it does not suffice: half the batch, again and again, then the CPU. Does not
//! own the network that is run.

use crate::model::ModelError;

/// What a batch is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The chosen device.
    Chosen,
    /// The CPU, because the chosen device has too little memory.
    Cpu,
}

/// How a run of one batch can end.
#[derive(Debug)]
pub enum RunError {
    /// Too little memory: a smaller batch may succeed.
    OutOfMemory,
    /// Anything else.
    Other(ModelError),
}

/// The batch size in force, and where to run.
#[derive(Debug)]
pub struct Batching {
    size: usize,
    place: Place,
    note: Option<String>,
}

impl Batching {
    /// Starts with `size` at once on the chosen device.
    pub fn new(size: usize) -> Self {
        Self { size: size.max(1), place: Place::Chosen, note: None }
    }

    /// The size in force.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The note on the last change of device, once.
    pub fn take_note(&mut self) -> Option<String> {
        self.note.take()
    }

    /// Runs `items` in batches and joins the results in order.
    ///
    /// Once reduced, size and place stay so: memory that is short now is short for the next video as well.
    ///
    /// # Errors
    /// The first failure that is not about memory, or too little memory on the CPU for a single item.
    pub fn run<T>(
        &mut self,
        items: &[T],
        mut run: impl FnMut(Place, &[T]) -> Result<Vec<f32>, RunError>,
    ) -> Result<Vec<f32>, ModelError> {
        let (mut out, mut done) = (Vec::new(), 0);
        while done < items.len() {
            let end = items.len().min(done + self.size);
            match run(self.place, &items[done..end]) {
                Ok(rows) => {
                    out.extend(rows);
                    done = end;
                }
                Err(RunError::Other(error)) => return Err(error),
                Err(RunError::OutOfMemory) if end - done > 1 => self.size = (end - done) / 2,
                Err(RunError::OutOfMemory) if self.place == Place::Chosen => {
                    self.place = Place::Cpu;
                    self.note = Some("the device has too little memory for the encoder; it runs on the CPU".to_owned());
                }
                Err(RunError::OutOfMemory) => {
                    return Err(ModelError::Device("there is too little memory to encode even one snippet".to_owned()));
                }
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs 0..10 with room for `chosen` and `cpu` items at once; returns the sizes and places tried.
    #[expect(clippy::type_complexity, reason = "what came out, and every attempt on the way to it")]
    fn try_with(chosen: usize, cpu: usize) -> (Batching, Result<Vec<f32>, ModelError>, Vec<(Place, usize)>) {
        let mut batching = Batching::new(8);
        let mut tried = Vec::new();
        let items: Vec<f32> = (0_u8..10).map(f32::from).collect();
        let result = batching.run(&items, |place, batch| {
            tried.push((place, batch.len()));
            let room = if place == Place::Cpu { cpu } else { chosen };
            if batch.len() > room { Err(RunError::OutOfMemory) } else { Ok(batch.to_vec()) }
        });
        (batching, result, tried)
    }

    #[test]
    fn halves_until_it_fits_and_stays_there() {
        let (mut batching, result, tried) = try_with(3, 0);
        let sizes: Vec<_> = tried.iter().map(|t| t.1).collect();
        assert_eq!(sizes, [8, 4, 2, 2, 2, 2, 2]);
        assert_eq!(result.expect("fits").len(), 10);
        assert_eq!((batching.size(), batching.take_note()), (2, None));
    }

    #[test]
    fn falls_back_to_the_cpu_with_a_note() {
        let (mut batching, result, tried) = try_with(0, 9);
        assert_eq!(result.expect("fits"), (0_u8..10).map(f32::from).collect::<Vec<_>>());
        assert_eq!(
            tried[..5],
            [(Place::Chosen, 8), (Place::Chosen, 4), (Place::Chosen, 2), (Place::Chosen, 1), (Place::Cpu, 1)]
        );
        assert!(batching.take_note().is_some_and(|note| note.contains("CPU")));
        assert_eq!(batching.take_note(), None);
    }

    #[test]
    fn gives_up_in_words() {
        let (_, result, _) = try_with(0, 0);
        assert!(result.expect_err("nothing fits").to_string().contains("memory"));
        let err = Batching::new(4).run(&[1], |_, _| Err(RunError::Other(ModelError::Cancelled)));
        assert!(matches!(err, Err(ModelError::Cancelled)));
    }
}
