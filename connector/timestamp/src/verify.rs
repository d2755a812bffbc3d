//! Which time an answer proves for a text, and whose word that is.

use std::time::Duration;

use cms::cert::x509::Certificate;
use cms::cert::x509::ext::pkix::{ExtendedKeyUsage, SubjectKeyIdentifier};
use cms::cert::x509::name::Name;
use cms::signed_data::{SignedAttributes, SignerIdentifier, SignerInfo};
use der::asn1::{Any, AnyRef, Int, ObjectIdentifier, OctetString};
use der::{Decode as _, Encode as _, Tag, Tagged as _};
use kernel::UnixMs;
use ring::digest::{self, Algorithm};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::ring as algorithms;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};

use crate::Roots;
use crate::formats::{
    COMMON_NAME, CONTENT_TYPE, EssCertId, EssCertIdV2, MESSAGE_DIGEST, Response, SHA_256, SHA_384, SHA_512,
    SIGNED_DATA, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SignedData, SigningCertificate, Status,
    TIME_STAMPING, TST_INFO, TstInfo, time_of,
};

/// `granted`, and `grantedWithMods`.
const GRANTED_MAX: u8 = 1;
/// No name that is shown is longer.
const NAME_CHARS_MAX: usize = 200;

/// What an answer proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The time that the authority tells: by then the text was there.
    pub at: UnixMs,
    /// The authority, as its certificate names it.
    pub authority: String,
}

/// Why an answer proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampFault {
    /// It is no answer of a time-stamping authority.
    #[error("not readable as an answer of a time-stamping authority: {0}")]
    Unreadable(&'static str),
    /// The authority refused.
    #[error("the authority refused, with status {status}: {text}")]
    Refused {
        /// Its number.
        status: u8,
        /// Its words.
        text: String,
    },
    /// It is a time stamp of something else.
    #[error("it is a time stamp of another text")]
    OtherText,
    /// It answers another question: an old answer, sent again.
    #[error("it does not answer this question")]
    OtherQuestion,
    /// The signature does not hold, or is not bound to its certificate.
    #[error("its signature does not hold: {0}")]
    NotSigned(&'static str),
    /// The certificate is not for time stamps, was not valid then, or leads to no trusted root.
    #[error("its certificate is not to be trusted: {0}")]
    NotTrusted(String),
    /// The time is far from ours.
    #[error("its time is {0} ms from ours")]
    FarFromNow(i64),
}

/// Checks an answer for a text. Nothing is asked and no clock is read.
///
/// # Errors
/// The first [`StampFault`].
pub fn check(reply: &[u8], text: &str, roots: &Roots) -> Result<Stamp, StampFault> {
    check_answer(reply, text, roots, None)
}

/// As [`check`]; with a nonce it must also be the answer to the question that held it.
pub(crate) fn check_answer(
    reply: &[u8],
    text: &str,
    roots: &Roots,
    nonce: Option<&Int>,
) -> Result<Stamp, StampFault> {
    let signed = granted(reply)?;
    let content = signed.content.econtent.as_ref().ok_or(StampFault::Unreadable("no content"))?;
    let is_stamp = signed.content.econtent_type == TST_INFO && content.tag() == Tag::OctetString;
    let said = is_stamp.then(|| TstInfo::from_der(content.value()).ok()).flatten();
    let said = said.ok_or(StampFault::Unreadable("no time stamp in it"))?;
    let imprint = &said.message_imprint;
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    if imprint.hash_algorithm.oid != SHA_256 || imprint.hashed_message.as_bytes() != hash.as_ref() {
        return Err(StampFault::OtherText);
    }
    if nonce.is_some() && nonce != said.nonce.as_ref() {
        return Err(StampFault::OtherQuestion);
    }
    let at = time_of(&said.gen_time).ok_or(StampFault::Unreadable("no time"))?;
    let (signer, certificates) = signer(&signed)?;
    check_signature(signer, content.value(), &certificates[0])?;
    check_chain(&certificates, at, roots)?;
    let certificate = certificate(&certificates[0])?;
    Ok(Stamp { at, authority: name_of(&certificate.tbs_certificate.subject) })
}

fn granted(reply: &[u8]) -> Result<SignedData, StampFault> {
    let unreadable = |_| StampFault::Unreadable("no DER of that form");
    let Response { status, token } = Response::from_der(reply).map_err(unreadable)?;
    let token = match (status.status <= GRANTED_MAX, token) {
        (true, Some(token)) => token,
        (true, None) => return Err(StampFault::Unreadable("granted, and no time stamp")),
        (false, _) => return Err(refused(status)),
    };
    if token.content_type != SIGNED_DATA {
        return Err(StampFault::Unreadable("not signed"));
    }
    token.content.decode_as::<SignedData>().map_err(unreadable)
}

fn refused(status: Status) -> StampFault {
    let mut text = status.text.unwrap_or_default().join("; ");
    let failures = status.failure.map(|bits| {
        let set = bits.bits().enumerate().filter(|(_, bit)| *bit).map(|(at, _)| at.to_string());
        set.collect::<Vec<_>>().join(", ")
    });
    if let Some(failures) = failures {
        text = format!("{text} (failure {failures})");
    }
    StampFault::Refused { status: status.status, text: text.chars().take(NAME_CHARS_MAX).collect() }
}

/// The one signer, and the certificates: the signer's first.
fn signer(signed: &SignedData) -> Result<(&SignerInfo, Vec<CertificateDer<'static>>), StampFault> {
    let [signer] = signed.signers.0.as_slice() else {
        return Err(StampFault::Unreadable("not exactly one signer"));
    };
    let mut certificates: Vec<CertificateDer<'static>> = Vec::new();
    let mut own = None;
    for kept in signed.certificates.iter().flat_map(|set| set.iter()) {
        let Ok(bytes) = kept.to_der() else { continue };
        if own.is_none() && Certificate::from_der(&bytes).is_ok_and(|read| is_of(&signer.sid, &read)) {
            own = Some(CertificateDer::from(bytes));
        } else {
            certificates.push(CertificateDer::from(bytes));
        }
    }
    certificates.insert(0, own.ok_or(StampFault::NotSigned("the signer's certificate is missing"))?);
    Ok((signer, certificates))
}

fn is_of(sid: &SignerIdentifier, certificate: &Certificate) -> bool {
    let tbs = &certificate.tbs_certificate;
    match sid {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == tbs.issuer && named.serial_number == tbs.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            tbs.get::<SubjectKeyIdentifier>().is_ok_and(|own| own.is_some_and(|(_, own)| own == *named))
        }
    }
}

fn certificate(of: &CertificateDer<'_>) -> Result<Certificate, StampFault> {
    Certificate::from_der(of).map_err(|_| StampFault::Unreadable("a certificate"))
}

/// The attributes must be of this content and of this certificate, and signed by its key.
fn check_signature(
    signer: &SignerInfo,
    content: &[u8],
    certificate: &CertificateDer<'_>,
) -> Result<(), StampFault> {
    let attributes = signer.signed_attrs.as_ref().ok_or(StampFault::NotSigned("no signed attributes"))?;
    let (hash, candidates) =
        algorithms_of(signer.digest_alg.oid).ok_or(StampFault::NotSigned("an unknown or weak hash"))?;
    let kind = attribute(attributes, CONTENT_TYPE).and_then(|value| value.decode_as().ok());
    if kind != Some(TST_INFO) {
        return Err(StampFault::NotSigned("it is not about a time stamp"));
    }
    let digested = attribute(attributes, MESSAGE_DIGEST);
    let digested = digested.and_then(|value| value.decode_as::<OctetString>().ok());
    if digested.is_none_or(|digested| digested.as_bytes() != digest::digest(hash, content).as_ref()) {
        return Err(StampFault::NotSigned("it is not about this time stamp"));
    }
    if !names_certificate(attributes, certificate) {
        return Err(StampFault::NotSigned("it does not name its certificate"));
    }
    let message = attributes.to_der().map_err(|_| StampFault::NotSigned("its attributes"))?;
    let key = EndEntityCert::try_from(certificate).map_err(not_trusted)?;
    let holds = |algorithm: &&dyn SignatureVerificationAlgorithm| {
        key.verify_signature(*algorithm, &message, signer.signature.as_bytes()).is_ok()
    };
    match candidates.iter().any(holds) {
        true => Ok(()),
        false => Err(StampFault::NotSigned("it is not that key's")),
    }
}

/// The value of an attribute that stands there once, with one value.
fn attribute(attributes: &SignedAttributes, kind: ObjectIdentifier) -> Option<&Any> {
    let mut of_kind = attributes.iter().filter(|attribute| attribute.oid == kind);
    match (of_kind.next(), of_kind.next()) {
        (Some(one), None) => one.values.get(0).filter(|_| one.values.len() == 1),
        _ => None,
    }
}

/// Whether the signature is bound to this certificate (RFC 5035): another one of the same key would not do.
fn names_certificate(attributes: &SignedAttributes, certificate: &CertificateDer<'_>) -> bool {
    let first = |kind| {
        let list = attribute(attributes, kind)?.decode_as::<SigningCertificate>().ok()?;
        list.certificates.into_iter().next()
    };
    let is_hash = |hash: &OctetString, by: &'static Algorithm| {
        hash.as_bytes() == digest::digest(by, certificate).as_ref()
    };
    if let Some(entry) = first(SIGNING_CERTIFICATE_V2) {
        // without a named hash it is SHA-256
        return match entry.decode_as::<EssCertIdV2>() {
            Ok(entry) => algorithms_of(entry.algorithm.oid).is_some_and(|(by, _)| is_hash(&entry.hash, by)),
            Err(_) => entry.decode_as::<EssCertId>().is_ok_and(|entry| is_hash(&entry.hash, &digest::SHA256)),
        };
    }
    first(SIGNING_CERTIFICATE)
        .and_then(|entry| entry.decode_as::<EssCertId>().ok())
        .is_some_and(|entry| is_hash(&entry.hash, &digest::SHA1_FOR_LEGACY_USE_ONLY))
}

/// The hash, and the signatures over it that may be meant: which one, the key says.
fn algorithms_of(
    hash: ObjectIdentifier,
) -> Option<(&'static Algorithm, Vec<&'static dyn SignatureVerificationAlgorithm>)> {
    match hash {
        SHA_256 => Some((
            &digest::SHA256,
            vec![
                algorithms::RSA_PKCS1_2048_8192_SHA256,
                algorithms::ECDSA_P256_SHA256,
                algorithms::ECDSA_P384_SHA256,
            ],
        )),
        SHA_384 => Some((
            &digest::SHA384,
            vec![
                algorithms::RSA_PKCS1_2048_8192_SHA384,
                algorithms::ECDSA_P256_SHA384,
                algorithms::ECDSA_P384_SHA384,
            ],
        )),
        SHA_512 => Some((&digest::SHA512, vec![algorithms::RSA_PKCS1_2048_8192_SHA512])),
        _ => None,
    }
}

/// The certificate is for time stamps and for nothing else, and led to a root when it signed.
fn check_chain(
    certificates: &[CertificateDer<'static>],
    at: UnixMs,
    roots: &Roots,
) -> Result<(), StampFault> {
    let own = certificate(&certificates[0])?;
    let usage = own.tbs_certificate.get::<ExtendedKeyUsage>().ok().flatten();
    // RFC 3161 §2.3: critical, and alone
    if usage.is_none_or(|(critical, usage)| !critical || usage.0 != [TIME_STAMPING]) {
        return Err(StampFault::NotTrusted("it is not for time stamps alone".to_owned()));
    }
    let then = u64::try_from(at.0).map_err(|_| StampFault::Unreadable("no time of ours"))?;
    let then = UnixTime::since_unix_epoch(Duration::from_millis(then));
    // those between it and the root need not say what they are for
    let purpose = KeyUsage::required_if_present(TIME_STAMPING.as_bytes());
    let end = EndEntityCert::try_from(&certificates[0]).map_err(not_trusted)?;
    let chain =
        end.verify_for_usage(ALL_VERIFICATION_ALGS, &roots.0, &certificates[1..], then, purpose, None, None);
    chain.map(|_| ()).map_err(not_trusted)
}

fn not_trusted(error: webpki::Error) -> StampFault {
    StampFault::NotTrusted(error.to_string())
}

/// The common name, or else the whole.
fn name_of(subject: &Name) -> String {
    let parts = subject.0.iter().flat_map(|part| part.0.iter());
    let common = parts.filter(|part| part.oid == COMMON_NAME).find_map(|part| words(&part.value));
    let name = common.unwrap_or_else(|| subject.to_string());
    name.chars().filter(|char| !char.is_control()).take(NAME_CHARS_MAX).collect()
}

/// Names are in several kinds of strings; authorities in China use BMPString still.
fn words(value: &Any) -> Option<String> {
    let bytes = AnyRef::from(value).value();
    match value.tag() {
        Tag::BmpString => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}
