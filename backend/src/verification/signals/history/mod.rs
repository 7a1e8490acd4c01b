//! About what happened before.

pub mod agent_velocity;
pub mod destination_velocity;
pub mod device_velocity;
pub mod network_velocity;
pub mod recent_failures;
pub mod requester_velocity;
pub mod stronger_way_unused;
pub mod wave;
