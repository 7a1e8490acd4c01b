//! How a company appears to its people: its name, how to reach its service desk, colour and logo. What administrators
//! have saved in the console stands over the configuration.
//!
//! Kept in memory, because every page and every message asks for it: read when the service starts, and again after
//! each change.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Service, ServiceError};
use crate::config::{Branding, Config, Instance, Logo, branding};
use crate::keys::sha256_hex;
use crate::store::console::look::{self as store, SavedLogo, SavedLook};
use crate::verification::InstanceId;

/// How a company appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The company, as requesters know it.
    pub company: String,
    /// How requesters reach their service desk on a known way.
    pub support_contact: String,
    /// Colour, logo and sender's name.
    pub branding: Arc<Branding>,
    /// Digest of the logo's file, if this service has it itself.
    pub logo_digest: Option<String>,
}

impl Look {
    fn new(company: String, support_contact: String, branding: Arc<Branding>) -> Self {
        let logo_digest = match &branding.logo {
            Some(Logo::Embedded { bytes, .. }) => Some(sha256_hex(bytes)),
            Some(Logo::Url(_)) | None => None,
        };
        Self {
            company,
            support_contact,
            branding,
            logo_digest,
        }
    }

    /// What the configuration says.
    pub fn configured(instance: &Instance) -> Self {
        Self::new(
            instance.company.clone(),
            instance.support_contact.clone(),
            Arc::clone(&instance.branding),
        )
    }

    /// The same with what administrators have saved. What cannot be shown (any more) is left as it is configured.
    pub fn with(instance: &Instance, saved: SavedLook) -> Self {
        let mut branding = (*instance.branding).clone();
        let colour = saved.colour.and_then(|text| text.parse().ok());
        if let Some(colour) = colour.filter(|colour| branding::judge_colour(*colour).is_ok()) {
            branding.colour = Some(colour);
        }
        match saved.logo {
            SavedLogo::Configured => {}
            SavedLogo::None => branding.logo = None,
            SavedLogo::Own(bytes) => {
                if let Ok(logo) = branding::read_logo(bytes) {
                    branding.logo = Some(logo);
                }
            }
        }
        Self::new(
            saved.company.unwrap_or_else(|| instance.company.clone()),
            saved
                .support_contact
                .unwrap_or_else(|| instance.support_contact.clone()),
            Arc::new(branding),
        )
    }

    /// The logo, if it is one that this service has itself.
    pub fn own_logo(&self) -> Option<(&'static str, &[u8])> {
        match &self.branding.logo {
            Some(Logo::Embedded { media_type, bytes }) => Some((media_type, bytes)),
            Some(Logo::Url(_)) | None => None,
        }
    }
}

/// The looks of all instances.
#[derive(Debug)]
pub struct Looks(RwLock<BTreeMap<InstanceId, Arc<Look>>>);

impl Looks {
    /// As they are configured.
    pub fn configured(config: &Config) -> Self {
        let looks = config.instances.values();
        let look = |instance: &Instance| (instance.id.clone(), Arc::new(Look::configured(instance)));
        Self(RwLock::new(looks.map(look).collect()))
    }

    fn get(&self, of: &InstanceId) -> Option<Arc<Look>> {
        // The map is never left half-changed, so a poisoned lock is as good as any.
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(of)
            .cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Look>> {
        let looks = self.0.read().unwrap_or_else(PoisonError::into_inner);
        looks.values().cloned().collect()
    }

    fn put(&self, of: InstanceId, look: Look) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(of, Arc::new(look));
    }
}

impl Service {
    /// How the instance `id` appears.
    pub fn look(&self, id: &InstanceId) -> Result<Arc<Look>, ServiceError> {
        self.looks.get(id).ok_or(ServiceError::NotFound)
    }
}

/// Reads what administrators have saved, for all instances.
pub async fn load(service: &Service) -> Result<(), ServiceError> {
    let saved = service
        .store
        .read(|tx| store::list(tx).map_err(ServiceError::from))
        .await?;
    for (id, saved) in saved {
        if let Ok(instance) = service.instance(&id) {
            service.looks.put(id, Look::with(instance, saved));
        }
    }
    Ok(())
}

/// Takes over what was saved for one instance just now; nothing saved is the configuration.
pub(super) fn took(service: &Service, of: &InstanceId, saved: SavedLook) -> Result<(), ServiceError> {
    let look = Look::with(service.instance(of)?, saved);
    service.looks.put(of.clone(), look);
    Ok(())
}
