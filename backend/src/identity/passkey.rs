//! Passkeys (WebAuthn level 3). A browser signs for the site whose page it shows and for no other, so what is signed on a
//! look-alike page is of no use here. The person must be verified by the device: fingerprint, face or PIN.
//!
//! Challenges and credentials are texts to whoever keeps them. A challenge must stay on the server and be taken away
//! before its answer counts.

use serde::Serialize;
use serde::de::DeserializeOwned;
use webauthn_rs::prelude::{
    Credential, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::keys::sha256_hex;

/// A challenge is good for so many seconds: what browsers are told, and what WebAuthn level 3 recommends.
pub const CHALLENGE_SECONDS: i64 = 300;
/// Passkeys that a person can have. More would only help somebody who wants to fill the table.
pub const MAX_PASSKEYS: u32 = 10;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Passkeys need a site with a name: an address of numbers has none.
    #[error("passkeys cannot be used under {0}")]
    NoSite(String),
    /// What the browser sent is no answer at all.
    #[error("the answer of a browser cannot be read")]
    Unreadable,
    /// The answer does not prove what it should.
    #[error("a passkey was refused: {0}")]
    Refused(WebauthnError),
    /// What was kept cannot be read back.
    #[error("a stored {0} cannot be read")]
    Corrupt(&'static str),
}

/// A person as passkeys know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'a> {
    /// Always the same for one person, and of no meaning elsewhere.
    pub handle: [u8; 16],
    /// Login name: the device shows it where it lists passkeys.
    pub user_name: &'a str,
    /// Full name.
    pub name: &'a str,
}

/// What goes to the browser, and what stays here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// JSON for `navigator.credentials`, its binary values in base64url.
    pub options: String,
    /// The challenge, to be kept on the server.
    pub challenge: String,
}

/// A passkey as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of the credential id, in hex.
    pub digest: String,
    /// True when its provider copies it between devices.
    pub is_synced: bool,
    /// The credential: public key, counter, flags.
    pub credential: String,
}

/// This site, under the name of a company.
pub struct Site(Webauthn);

impl Site {
    /// The site at `public_url`, which shows itself as `company`.
    pub fn new(public_url: &str, company: &str) -> Result<Self, PasskeyError> {
        let no_site = || PasskeyError::NoSite(public_url.to_owned());
        let origin = Url::parse(public_url).map_err(|_| no_site())?;
        let name = origin.domain().ok_or_else(no_site)?.to_owned();
        let site = WebauthnBuilder::new(&name, &origin)
            .and_then(|builder| {
                builder
                    .rp_name(company)
                    .timeout(std::time::Duration::from_secs(CHALLENGE_SECONDS.unsigned_abs()))
                    .build()
            })
            .map_err(|_| no_site())?;
        Ok(Self(site))
    }

    /// Asks for a new passkey of a person who has these already.
    pub fn ask_to_add(&self, person: Person<'_>, known: &[String]) -> Result<Asked, PasskeyError> {
        let known = credentials(known)?;
        let ids = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (options, state) = self
            .0
            .start_passkey_registration(
                Uuid::from_bytes(person.handle),
                person.user_name,
                person.name,
                Some(ids),
            )
            .map_err(PasskeyError::Refused)?;
        Ok(Asked {
            options: text(&options)?,
            challenge: text(&state)?,
        })
    }

    /// Checks the browser's answer to [`Site::ask_to_add`].
    pub fn add(&self, challenge: &str, answer: &str) -> Result<Kept, PasskeyError> {
        let state: PasskeyRegistration = kept("challenge", challenge)?;
        let answer: RegisterPublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
        let passkey = self
            .0
            .finish_passkey_registration(&answer, &state)
            .map_err(PasskeyError::Refused)?;
        keep(passkey)
    }

    /// Asks a person who has these passkeys to sign with one of them.
    pub fn ask(&self, known: &[String]) -> Result<Asked, PasskeyError> {
        let (options, state) = self
            .0
            .start_passkey_authentication(&credentials(known)?)
            .map_err(PasskeyError::Refused)?;
        Ok(Asked {
            options: text(&options)?,
            challenge: text(&state)?,
        })
    }

    /// Checks the browser's answer to [`Site::ask`]. Returns the passkey that signed, as it is to be kept from now on.
    pub fn check(&self, challenge: &str, answer: &str, known: &[String]) -> Result<Kept, PasskeyError> {
        let state: PasskeyAuthentication = kept("challenge", challenge)?;
        let answer: PublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
        let result = self
            .0
            .finish_passkey_authentication(&answer, &state)
            .map_err(PasskeyError::Refused)?;
        for mut passkey in credentials(known)? {
            if passkey.update_credential(&result).is_some() {
                return keep(passkey);
            }
        }
        // It was removed while the page was open.
        Err(PasskeyError::Refused(WebauthnError::CredentialNotFound))
    }
}

fn credentials(known: &[String]) -> Result<Vec<Passkey>, PasskeyError> {
    known.iter().map(|text| kept("passkey", text)).collect()
}

fn kept<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, PasskeyError> {
    serde_json::from_str(text).map_err(|_| PasskeyError::Corrupt(what))
}

fn text(value: &impl Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).map_err(|_| PasskeyError::Corrupt("challenge"))
}

fn keep(passkey: Passkey) -> Result<Kept, PasskeyError> {
    let credential = text(&passkey)?;
    let passkey: Credential = passkey.into();
    Ok(Kept {
        digest: sha256_hex(&passkey.cred_id),
        is_synced: passkey.backup_state,
        credential,
    })
}

#[cfg(test)]
mod tests;
