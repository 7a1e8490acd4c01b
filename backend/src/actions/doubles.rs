//! What the tests of the connectors share: a subject, orders, and a clock that stands still.

use std::sync::Arc;

use secrecy::SecretString;
use shared::words::UnixMillis;

use super::{Order, Subject, Task};
use crate::ports::Clock;
use crate::testing::START;
use crate::verification::grant::ReceiptId;

/// Always [`START`].
pub struct Still;

impl Clock for Still {
    fn now(&self) -> UnixMillis {
        START
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(Still)
}

/// The password that the requester chose.
pub const PASSWORD: &str = "kR7#pQ2!vX9$mZ4";

pub fn reset() -> Task {
    Task::ResetPassword(SecretString::from(PASSWORD))
}

pub fn order(task: Task) -> Order {
    Order {
        task,
        subject: Subject {
            sys_id: "b".repeat(32),
            user_name: "mia.chen".into(),
            email: "mia.o'neil@acme.example".into(),
        },
        receipt: ReceiptId::from_random([7; 16]),
        is_released: false,
        ticket_number: "INC0010023".into(),
    }
}

pub fn released(task: Task) -> Order {
    Order {
        is_released: true,
        ..order(task)
    }
}
