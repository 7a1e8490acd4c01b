//! The one cryptographic library: aws-lc, for TLS, tokens and signatures.

/// Makes aws-lc the provider of rustls and jsonwebtoken. May be called any number of times; call it before the first
/// connection or token. Both libraries refuse to guess, or panic, as soon as some dependency switches on a second
/// provider, so nothing is left to guess.
pub fn install() {
    // An error means that a provider is there already, by an earlier call of this function.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

#[cfg(test)]
mod tests {
    #[test]
    fn installing_twice_is_no_fault() {
        super::install();
        super::install();
        assert!(rustls::crypto::CryptoProvider::get_default().is_some());
    }
}
