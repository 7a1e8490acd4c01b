//! About the browser and the device.

pub mod automation;
pub mod headless;
pub mod inconsistent_platform;
pub mod known;
pub mod many_devices;
pub mod many_opens;
pub mod no_script;
pub mod shared;
pub mod software_renderer;
pub mod virtual_machine;
