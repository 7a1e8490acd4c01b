//! Throw-away certificates for the servers that tests start on this machine.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It could not be made.
    #[error("could not make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// It could not be written.
    #[error("could not write a certificate: {0}")]
    Write(#[from] io::Error),
}

/// Makes a certificate authority and, signed by it, a certificate for this machine, and writes `ca.pem`, `cert.pem`
/// and `key.pem` into `folder`. `whose` stands in the authority's name. Returns the authority as PEM.
pub fn write(folder: &Path, whose: &str) -> Result<String, CertificateError> {
    let ca_key = KeyPair::generate()?;
    let mut ca_params = CertificateParams::new(Vec::<String>::new())?;
    ca_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    ca_params.distinguished_name.push(
        DnType::CommonName,
        format!("Throw-away authority of a test {whose}"),
    );
    let ca_pem = ca_params.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca_params, ca_key);

    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    let certificate = params.signed_by(&key, &issuer)?;

    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
    };
    write("ca.pem", &ca_pem, 0o644)?;
    write("cert.pem", &certificate.pem(), 0o644)?;
    write("key.pem", &key.serialize_pem(), 0o600)?;
    Ok(ca_pem)
}
