//! Whom an operator believes: the roots that an authority's certificate has to lead to.

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, TrustAnchor};

/// Certificates that are trusted because somebody has put them into a file.
#[derive(Clone, Debug)]
pub struct Roots(pub(crate) Vec<TrustAnchor<'static>>);

/// The file holds no roots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// It is no PEM, or not all of it.
    #[error("a certificate in it cannot be read")]
    Broken,
    /// There is none in it.
    #[error("there is no certificate in it")]
    Empty,
}

impl Roots {
    /// The certificates of a PEM file. Other sections of it mean nothing here.
    ///
    /// # Errors
    /// [`RootsError`] where one is broken, or none is there: a root that was left out would be missed much later.
    pub fn from_pem(pem: &[u8]) -> Result<Roots, RootsError> {
        let mut anchors = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| RootsError::Broken)?;
            let anchor = webpki::anchor_from_trusted_cert(&certificate).map_err(|_| RootsError::Broken)?;
            anchors.push(anchor.to_owned());
        }
        if anchors.is_empty() { Err(RootsError::Empty) } else { Ok(Roots(anchors)) }
    }
}
