//! Company sign-in: the requester signs in at the identity provider that the instance names (OpenID Connect), and what
//! the provider says must match the requester on file.

use serde::{Deserialize, Serialize};
use shared::agent_token::Requester;
use shared::words::{CheckKind, CheckResult};

use super::{Proof, Said};
use crate::verification::policy::Weights;

/// State of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanySignIn {
    /// Name of the provider as requesters know it; `None` when the instance has none.
    pub provider: Option<String>,
    /// Why the sign-in was not the requester's, once that is known.
    #[serde(default)]
    pub mismatch: Option<Mismatch>,
}

/// Why a sign-in was not the requester's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mismatch {
    /// The provider named another person than the requester on file.
    SomebodyElse,
    /// The provider did not say who it was.
    ClaimMissing,
}

/// Which field of the requester on file the provider's claim must equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFileField {
    /// `sys_user.sys_id`.
    SysId,
    /// `sys_user.user_name`.
    UserName,
    /// The company mailbox.
    Email,
}

impl OnFileField {
    /// Reads the name used in the configuration.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "sys_id" => Some(Self::SysId),
            "user_name" => Some(Self::UserName),
            "email" => Some(Self::Email),
            _ => None,
        }
    }

    /// Compares a claim with the requester on file. User names and mailboxes are compared without case, as ServiceNow
    /// does; an empty field matches nothing.
    pub fn compare(self, requester: &Requester, claim: Option<&str>) -> Result<(), Mismatch> {
        let on_file = match self {
            Self::SysId => &requester.sys_id,
            Self::UserName => &requester.user_name,
            Self::Email => &requester.email,
        };
        let claim = claim.map_or("", str::trim);
        if claim.is_empty() {
            return Err(Mismatch::ClaimMissing);
        }
        let equal = match self {
            Self::SysId => on_file == claim,
            Self::UserName | Self::Email => on_file.to_lowercase() == claim.to_lowercase(),
        };
        if equal && !on_file.is_empty() {
            Ok(())
        } else {
            Err(Mismatch::SomebodyElse)
        }
    }
}

impl Proof for CompanySignIn {
    fn kind(&self) -> CheckKind {
        CheckKind::CompanySignIn
    }

    /// The provider itself limits tries; what comes back is for the requester or it is not.
    fn max_wrong_answers(&self) -> u8 {
        1
    }

    fn can_be_asked(&self) -> bool {
        self.provider.is_some()
    }

    fn is_strong(&self) -> bool {
        true
    }

    fn said(&self, result: CheckResult, weights: &Weights) -> Said {
        match (result, self.mismatch) {
            (CheckResult::Passed, _) => Said::new(
                "company_sign_in_passed",
                weights.company_sign_in_proven,
                "The requester signed in at the company's identity provider.",
            ),
            (CheckResult::Failed, Some(Mismatch::ClaimMissing)) => Said::new(
                "company_sign_in_unnamed",
                weights.check_failed,
                "The company's identity provider did not say who signed in.",
            ),
            (CheckResult::Failed, _) => Said::new(
                "company_sign_in_somebody_else",
                weights.check_failed,
                "Somebody else than the requester signed in at the company's identity provider.",
            ),
            (CheckResult::Unavailable, _) => Said::new(
                "company_sign_in_unavailable",
                0,
                "Company sign-in is not set up, or the provider could not be reached.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{START, claims};

    #[test]
    fn the_claim_must_equal_the_field_on_file() {
        let requester = claims(START, "company-sign-in").requester;
        let user_name = |claim| OnFileField::UserName.compare(&requester, claim);
        assert_eq!(user_name(Some("Mia.Chen")), Ok(()));
        assert_eq!(user_name(Some("mia.chen2")), Err(Mismatch::SomebodyElse));
        assert_eq!(user_name(Some(" ")), Err(Mismatch::ClaimMissing));
        assert_eq!(user_name(None), Err(Mismatch::ClaimMissing));
        let upper = requester.sys_id.to_uppercase();
        assert_eq!(
            OnFileField::SysId.compare(&requester, Some(&upper)),
            Err(Mismatch::SomebodyElse)
        );
        let mut no_mailbox = requester;
        no_mailbox.email = String::new();
        assert_eq!(
            OnFileField::Email.compare(&no_mailbox, Some("x@y.example")),
            Err(Mismatch::SomebodyElse)
        );
    }
}
