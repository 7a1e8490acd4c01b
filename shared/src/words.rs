//! The vocabulary: one type for each word that the product uses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// A plain number on the wire, so that the widget needs no date library: `Intl.DateTimeFormat` reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The moment `seconds` after this one (before it, if negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as JWT and webhook headers want them.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds from this moment to `later`, rounded up; 0 when `later` has come.
    pub fn seconds_until(self, later: Self) -> u32 {
        let millis = later.millis_since(self).max(0);
        u32::try_from((millis + 999) / 1000).unwrap_or(u32::MAX)
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` lies later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Makes an enum of plain words: `as_str` is the wire, database and URL form; `label` is what people read.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $wire:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable form on the wire, in the database and in URLs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire),+ }
            }

            /// The form that people read.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// Reads the wire form; `None` for anything else.
            pub fn parse(wire: &str) -> Option<Self> {
                match wire { $($wire => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How a message reaches the requester.
    Channel {
        /// To an email address.
        Email = "email", "Email";
        /// To a phone number, as a text message.
        Sms = "sms", "Text message";
    }
}

words! {
    /// A predefined self-service action that a ticket may ask for.
    Action {
        /// The requester chooses a new password.
        PasswordReset = "password_reset", "Password reset";
        /// A locked account is opened again.
        AccountUnlock = "account_unlock", "Account unlock";
        /// Registered second factors are removed, so that new ones can be enrolled.
        MfaReset = "mfa_reset", "MFA reset";
    }
}

words! {
    /// Where a verification stands. The last five are final.
    Status {
        /// Created; the link is being handed to the mail server or the SMS gateway.
        Sending = "sending", "Sending";
        /// The link was accepted for delivery.
        Sent = "sent", "Link sent";
        /// The link was opened, by the requester or by a mail scanner: nothing is proven by it.
        Opened = "opened", "Opened";
        /// The requester has begun and is answering the checks.
        InProgress = "in_progress", "In progress";
        /// Decided: the outcome is Passed.
        Passed = "passed", "Passed";
        /// Decided: the outcome is Failed.
        Failed = "failed", "Failed";
        /// The time ran out before a decision.
        Expired = "expired", "Expired";
        /// The agent stopped it before a decision.
        Cancelled = "cancelled", "Cancelled";
        /// The link could not be delivered.
        Undeliverable = "undeliverable", "Not delivered";
    }
}

impl Status {
    /// True when nothing can change this verification any more.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Passed | Self::Failed | Self::Expired | Self::Cancelled | Self::Undeliverable
        )
    }
}

words! {
    /// What a decided verification came to.
    Outcome {
        /// The requester is who they say, within the policy.
        Passed = "passed", "Passed";
        /// They are not, or it could not be shown.
        Failed = "failed", "Failed";
    }
}

words! {
    /// The level of a risk score.
    RiskLevel {
        /// Nothing of weight speaks against the requester.
        Verified = "verified", "Verified";
        /// Something does; a person should look at the reasons.
        Medium = "medium", "Medium";
        /// Too much does.
        High = "high", "High";
    }
}

words! {
    /// What the agent should do now. The texts of the first and the last are fixed by the product's document.
    Recommendation {
        /// Passed with the level Verified.
        Proceed = "proceed", "User verified successfully - Proceed with action";
        /// Passed with the level Medium.
        ProceedWithCare = "proceed_with_care", "Verified with medium risk - Review the reasons before you proceed";
        /// Failed.
        Reject = "reject", "High risk detected - Reject this request";
    }
}

words! {
    /// Something that is proven or refuted.
    CheckKind {
        /// The requester enters the number that the agent reads out.
        CallNumber = "call_number", "Call number";
        /// The requester enters a code sent to a contact that ServiceNow has on file.
        OnFileCode = "on_file_code", "On-file code";
        /// The requester signs with a passkey that they enrolled after an earlier pass.
        Passkey = "passkey", "Passkey";
        /// The requester enters a code of an authenticator app that they enrolled after an earlier pass.
        AuthenticatorApp = "authenticator_app", "Authenticator app";
        /// The requester enters a one-time recovery code that they were given with the authenticator app.
        RecoveryCode = "recovery_code", "Recovery code";
        /// The requester signs in at the company's own identity provider.
        CompanySignIn = "company_sign_in", "Company sign-in";
        /// The manager on file says that the request is genuine.
        ManagerApproval = "manager_approval", "Manager approval";
    }
}

words! {
    /// How much must be proven before the outcome may be Passed. The ticket's policy names it, the backend's policy
    /// says which checks that means.
    Assurance {
        /// The ordinary amount.
        Standard = "standard", "Standard";
        /// More, for privileged people and actions.
        High = "high", "High";
    }
}

words! {
    /// Where the action stands that a pass has granted.
    ActionState {
        /// Granted: the requester may perform it in the portal until the grant's time is over.
        Granted = "granted", "Granted";
        /// Granted to a privileged account: a second person must release it first.
        AwaitingRelease = "awaiting_release", "Waiting for a second person";
        /// Granted, and the agent performs it by hand and confirms.
        Manual = "manual", "To be done by the agent";
        /// Being performed now; after a crash it stays so until what happened is known.
        Performing = "performing", "Being performed";
        /// Done, with a receipt.
        Performed = "performed", "Performed";
        /// The directory refused it or could not be reached; nothing is known to have changed.
        Failed = "failed", "Failed";
        /// Not known whether the directory changed anything: a person must look.
        Unknown = "unknown", "Result not known";
        /// Taken back before it was used.
        Revoked = "revoked", "Revoked";
        /// Not used in time.
        Expired = "expired", "Expired";
    }
}

words! {
    /// What became of the ticket after its action was performed, as the instance told.
    TicketEnd {
        /// Left to its agent.
        Open = "open", "ticket left open";
        /// Resolved by the app.
        Resolved = "resolved", "ticket resolved";
        /// Resolved and closed by the app.
        Closed = "closed", "ticket closed";
    }
}

words! {
    /// How a check ended.
    CheckResult {
        /// Proven.
        Passed = "passed", "Passed";
        /// Refuted.
        Failed = "failed", "Failed";
        /// Could not be asked, for example because no contact is on file.
        Unavailable = "unavailable", "Not available";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_texts_of_the_product_document_stay_as_they_are() {
        assert_eq!(
            Recommendation::Proceed.label(),
            "User verified successfully - Proceed with action"
        );
        assert_eq!(
            Recommendation::Reject.label(),
            "High risk detected - Reject this request"
        );
        let levels: Vec<_> = RiskLevel::ALL.iter().map(|level| level.label()).collect();
        assert_eq!(levels, ["Verified", "Medium", "High"]);
        assert_eq!(Outcome::Passed.label(), "Passed");
        assert_eq!(Outcome::Failed.label(), "Failed");
    }

    #[test]
    fn every_word_reads_back_from_its_wire_form() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(*status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!(Status::parse("Passed"), None);
    }

    #[test]
    fn exactly_the_last_five_states_are_final() {
        let last: Vec<_> = Status::ALL.iter().filter(|status| status.is_final()).collect();
        assert_eq!(last.len(), 5);
    }
}
