//! Why a sign-in did not come about. No text here holds a secret, a code or a token.

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// There was no answer, or none that can be read. Nothing is wrong with the person: ask for another way.
    #[error("the identity provider cannot be reached: {0}")]
    Unreachable(String),
    /// Provider and settings do not fit together; an operator must look.
    #[error("the identity provider and its settings do not fit together: {0}")]
    SetUp(String),
    /// The provider ended the sign-in, mostly because the person did: the error code of RFC 6749, section 4.1.2.1.
    #[error("the identity provider ended the sign-in: {0}")]
    Declined(String),
    /// What came back does not prove anything.
    #[error("the sign-in was refused: {0}")]
    Rejected(Rejection),
}

/// What is wrong with an answer of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The answer names another issuer than the one that was asked, or none though it must (RFC 9207).
    #[error("it comes from another provider")]
    MixUp,
    /// The code is not known, was used before, or belongs to another client or another browser (PKCE).
    #[error("its code is void")]
    Code,
    /// There is no ID token.
    #[error("it holds no ID token")]
    NoIdToken,
    /// The ID token is signed by nobody, by a key that is not the provider's, or by an algorithm that is not allowed.
    #[error("its signature is not the provider's")]
    Signature,
    /// The ID token is of another issuer.
    #[error("its issuer is another")]
    Issuer,
    /// The ID token is for another client.
    #[error("its audience is another")]
    Audience,
    /// The ID token has ended, or has not begun.
    #[error("its time is over")]
    Time,
    /// The ID token belongs to another sign-in.
    #[error("its nonce is another")]
    Nonce,
    /// The person did not sign in anew, or too long ago.
    #[error("the person did not sign in anew")]
    NotFresh,
    /// The person signed in by weaker means than the settings ask for (`acr`, `amr`).
    #[error("the means of the sign-in are too weak")]
    TooWeak,
    /// Anything else.
    #[error("its claims cannot be used")]
    Claims,
}

impl Rejection {
    /// A stable name, for evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MixUp => "mix_up",
            Self::Code => "code",
            Self::NoIdToken => "no_id_token",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Time => "time",
            Self::Nonce => "nonce",
            Self::NotFresh => "not_fresh",
            Self::TooWeak => "too_weak",
            Self::Claims => "claims",
        }
    }
}

impl From<Rejection> for OidcError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
