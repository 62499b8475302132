//! Which graphics adapters this machine offers, for `lookback doctor`.
//!
//! Owns the listing only. Which one draws is the window library's choice.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Name, kind and driver of each adapter that the program could draw with.
pub fn adapters() -> Vec<String> {
    // The program draws with these only; others would be asked in vain and complain aloud.
    let backends = wgpu::Backends::PRIMARY;
    let wanted = wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
    let instance = wgpu::Instance::new(wanted);
    let listing = pin!(instance.enumerate_adapters(backends));
    // Outside a browser the list is there at once; nothing has to be waited for.
    match listing.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => found.iter().map(|adapter| describe(&adapter.get_info())).collect(),
        Poll::Pending => Vec::new(),
    }
}

fn describe(info: &wgpu::AdapterInfo) -> String {
    let driver = [info.driver.as_str(), info.driver_info.as_str()].join(" ");
    format!("{} ({:?}, {:?}, {})", info.name, info.backend, info.device_type, driver.trim())
}
