//! What a token may read.

use super::super::Role;

macro_rules! scopes {
    ($($(#[$meta:meta])* $variant:ident = $word:literal, $label:literal, $role:ident;)+) => {
        /// What a token may read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $($(#[$meta])* $variant,)+
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The form in the database, in requests and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What people read.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// The least role that may read this on the pages.
            pub const fn role(self) -> Role {
                match self { $(Self::$variant => Role::$role),+ }
            }

            /// Reads the form of [`Scope::as_str`].
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

scopes! {
    /// The list and the details, as a viewer sees them.
    VerificationsRead = "verifications:read", "List and details, without private data", Viewer;
    /// With it list and details are those of an analyst.
    VerificationsPrivate = "verifications:private", "Private data in list, details and overview", Analyst;
    /// Exports, which hold what an analyst sees of the list.
    VerificationsExport = "verifications:export", "Exports", Analyst;
    /// Signed reports.
    ReportsRead = "reports:read", "Signed reports", Analyst;
    /// Figures over time.
    OverviewRead = "overview:read", "Overview", Viewer;
    /// Figures of each agent.
    AgentsRead = "agents:read", "Figures of agents", Analyst;
    /// The console's log.
    AuditRead = "audit:read", "Audit log", Admin;
}
