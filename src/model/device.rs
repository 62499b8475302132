//! The device the model runs on, chosen once.
//!
//! Owns the choice among CUDA, Metal and CPU, its name for the window and the files, and telling an
//! exhausted device from other failures. All arithmetic is plain float32: candle leaves TF32 off unless
//! asked for, and nothing here asks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use candle_core::Device;

use super::ModelError;

/// A device and the reason for it.
#[derive(Clone, Debug)]
pub struct ComputeDevice {
    device: Device,
    label: String,
    note: Option<String>,
}

impl ComputeDevice {
    /// The named device (`cpu`, `cuda` or `metal`), or by default the first that works of CUDA, Metal, CPU.
    ///
    /// # Errors
    /// An unknown name, or a named device that this build or machine does not have.
    pub fn choose(force: Option<&str>) -> Result<Self, ModelError> {
        match force.map(str::to_ascii_lowercase).as_deref() {
            Some("cpu") => Ok(Self::cpu(None)),
            Some("cuda") => cuda().map_err(|why| ModelError::Device(format!("CUDA cannot be used: {why}"))),
            Some("metal") => metal().map_err(|why| ModelError::Device(format!("Metal cannot be used: {why}"))),
            Some(other) => Err(ModelError::Device(format!(
                "there is no device called \"{other}\"; the names are cpu, cuda and metal"
            ))),
            None => Ok(Self::best()),
        }
    }

    fn best() -> Self {
        let mut reasons = Vec::new();
        if cfg!(feature = "cuda") {
            match cuda() {
                Ok(device) => return device,
                Err(why) => reasons.push(format!("CUDA cannot be used: {why}")),
            }
        }
        if cfg!(feature = "metal") {
            match metal() {
                Ok(device) => return device,
                Err(why) => reasons.push(format!("Metal cannot be used: {why}")),
            }
        }
        if reasons.is_empty() {
            reasons.push("this program was built without GPU support (cargo features cuda, metal)".to_owned());
        }
        Self::cpu(Some(reasons.join("; ")))
    }

    /// The CPU, with a note why, if it was not the wish.
    pub fn cpu(note: Option<String>) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let plural = if threads == 1 { "" } else { "s" };
        Self { device: Device::Cpu, label: format!("CPU ({threads} thread{plural})"), note }
    }

    /// What it is, e.g. `CPU (2 threads)`: shown in the window and written into every file.
    pub fn label(&self) -> String {
        self.label.clone()
    }

    /// Why it is not a GPU, where the choice was left to the program.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether it is the CPU.
    pub fn is_cpu(&self) -> bool {
        self.device.is_cpu()
    }

    /// candle's handle.
    pub(crate) fn candle(&self) -> &Device {
        &self.device
    }

    /// Every device that this build can open here, for tests that have to hold on all of them.
    pub fn all_present() -> Vec<Self> {
        let mut devices = vec![Self::cpu(None)];
        devices.extend([cuda(), metal()].into_iter().flatten());
        devices
    }
}

fn cuda() -> Result<ComputeDevice, String> {
    if !cfg!(feature = "cuda") {
        return Err("this program was built without it (cargo feature cuda)".to_owned());
    }
    open("CUDA GPU 0", || Device::new_cuda(0))
}

fn metal() -> Result<ComputeDevice, String> {
    if !cfg!(feature = "metal") {
        return Err("this program was built without it (cargo feature metal)".to_owned());
    }
    open("Metal GPU 0", || Device::new_metal(0))
}

/// The driver's library is loaded when the device is opened, and the loader panics where there is none.
fn open(label: &str, open: impl FnOnce() -> candle_core::Result<Device>) -> Result<ComputeDevice, String> {
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Ok(device)) => Ok(ComputeDevice { device, label: label.to_owned(), note: None }),
        Ok(Err(error)) => Err(error.to_string().lines().next().unwrap_or_default().to_owned()),
        Err(_) => Err("its driver is not installed on this machine".to_owned()),
    }
}

/// Whether a failure means that the device's memory is used up, so that a smaller batch may succeed.
pub fn is_out_of_memory(error: &candle_core::Error) -> bool {
    let text = format!("{error} {error:?}").to_ascii_lowercase();
    ["out of memory", "out_of_memory", "outofmemory", "alloc_failed"].iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forced_device_is_given_or_refused_in_words() {
        let cpu = ComputeDevice::choose(Some("CPU")).expect("is everywhere");
        assert!(cpu.is_cpu() && cpu.label().starts_with("CPU (") && cpu.note().is_none());
        let err = ComputeDevice::choose(Some("tpu")).expect_err("is unknown").to_string();
        assert!(err.contains("tpu") && err.contains("cpu, cuda and metal"), "{err}");
        if !cfg!(feature = "cuda") {
            let err = ComputeDevice::choose(Some("cuda")).expect_err("is not built in").to_string();
            assert!(err.contains("cargo feature cuda"), "{err}");
        }
    }

    #[test]
    fn a_free_choice_that_ends_on_the_cpu_says_why() {
        let device = ComputeDevice::choose(None).expect("the CPU at least");
        assert_eq!(device.is_cpu(), device.note().is_some());
    }

    #[test]
    fn a_panicking_driver_is_a_reason_and_not_the_end() {
        let why = open("x", || panic!("no libcuda")).expect_err("panicked");
        assert!(why.contains("driver"), "{why}");
    }

    #[test]
    fn exhausted_memory_is_told_from_other_failures() {
        let full = candle_core::Error::Cuda("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")".into());
        assert!(is_out_of_memory(&full) && is_out_of_memory(&full.bt()));
        assert!(!is_out_of_memory(&candle_core::Error::Msg("shape mismatch".to_owned())));
    }
}
