//! What a role may do, as types: a use case that asks for [`Analyst`] cannot be called for a viewer.

use super::{Filter, Role, Same, Session};

/// The role does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role {}", .0.label())]
pub struct Forbidden(pub Role);

/// A session of somebody who investigates: reads everything and exports.
#[derive(Clone, Copy, Debug)]
pub struct Analyst<'a>(&'a Session);

/// A session of somebody who administers.
#[derive(Clone, Copy, Debug)]
pub struct Admin<'a>(&'a Session);

impl<'a> Analyst<'a> {
    /// The session as an analyst's, if it is one's, or an administrator's.
    pub fn of(session: &'a Session) -> Result<Self, Forbidden> {
        session.require(Role::Analyst).map(|()| Self(session))
    }

    /// The session.
    pub const fn session(self) -> &'a Session {
        self.0
    }
}

impl<'a> Admin<'a> {
    /// The session as an administrator's, if it is one's.
    pub fn of(session: &'a Session) -> Result<Self, Forbidden> {
        session.require(Role::Admin).map(|()| Self(session))
    }

    /// The session.
    pub const fn session(self) -> &'a Session {
        self.0
    }
}

impl Session {
    /// Each role may do what the lesser ones may.
    pub fn require(&self, least: Role) -> Result<(), Forbidden> {
        if self.user.role >= least {
            Ok(())
        } else {
            Err(Forbidden(least))
        }
    }

    /// The filter without what would tell more than this role may read: that rows share a device, a destination or a
    /// network, or have a finding that rests on them.
    #[must_use]
    pub fn permitted(&self, mut filter: Filter) -> Filter {
        if !self.reads_everything() {
            filter.code = None;
            let harmless = |same: &Same| matches!(same, Same::Requester | Same::Ticket);
            filter.same = filter.same.filter(|(same, _)| harmless(same));
        }
        filter
    }

    /// True when private data may be shown: everything but names, tickets and outcomes.
    pub fn reads_everything(&self) -> bool {
        self.require(Role::Analyst).is_ok()
    }
}
