//! What travels: the structures of RFC 3161 and of what it takes from CMS and ESS, as far as they are looked at.
//!
//! Certificates and times are kept as they came. `cms` would read every certificate of an answer, and fail over one that it
//! does not understand; `der` knows no fractions of a second, which authorities may give.

use cms::cert::x509::ext::Extensions;
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignerInfos};
use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString, SetOfVec};
use der::{Sequence, Tag, Tagged as _};
use kernel::UnixMs;
use time::{Date, Duration, Month, Time, UtcDateTime};

/// `id-ct-TSTInfo`: the content of a time stamp.
pub(crate) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// `id-signedData`.
pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// `id-aa-signingCertificate`: which certificate signed, by SHA-1.
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// `id-aa-signingCertificateV2`: by any hash.
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(crate) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
pub(crate) const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
/// `id-kp-timeStamping`.
pub(crate) const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Which hash of what is to be stamped.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct MessageImprint {
    pub(crate) hash_algorithm: AlgorithmIdentifierOwned,
    pub(crate) hashed_message: OctetString,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Request {
    pub(crate) version: u8,
    pub(crate) message_imprint: MessageImprint,
    pub(crate) nonce: Int,
    /// Without it many authorities leave their certificate out, and nobody could check the answer alone.
    pub(crate) cert_req: bool,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Response {
    pub(crate) status: Status,
    #[asn1(optional = "true")]
    pub(crate) token: Option<ContentInfo>,
}

/// Whether it is granted.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Status {
    pub(crate) status: u8,
    #[asn1(optional = "true")]
    pub(crate) text: Option<Vec<String>>,
    #[asn1(optional = "true")]
    pub(crate) failure: Option<BitString>,
}

/// As `cms` has it, but with certificates unread.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct SignedData {
    pub(crate) version: CmsVersion,
    pub(crate) digest_algorithms: DigestAlgorithmIdentifiers,
    pub(crate) content: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) certificates: Option<SetOfVec<Any>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    pub(crate) revocations: Option<SetOfVec<Any>>,
    pub(crate) signers: SignerInfos,
}

/// What the authority says and signs.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct TstInfo {
    pub(crate) version: u8,
    pub(crate) policy: ObjectIdentifier,
    pub(crate) message_imprint: MessageImprint,
    pub(crate) serial_number: Int,
    /// A GeneralizedTime.
    pub(crate) gen_time: Any,
    #[asn1(optional = "true")]
    pub(crate) accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    pub(crate) ordering: bool,
    #[asn1(optional = "true")]
    pub(crate) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) authority: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) extensions: Option<Extensions>,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Accuracy {
    #[asn1(optional = "true")]
    pub(crate) seconds: Option<u64>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) micros: Option<u16>,
}

/// `SigningCertificate` and `SigningCertificateV2`, whose lists begin with the certificate that signed.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct SigningCertificate {
    pub(crate) certificates: Vec<Any>,
    #[asn1(optional = "true")]
    pub(crate) policies: Option<Any>,
}

/// The first version of an entry: the hash is SHA-1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct EssCertId {
    pub(crate) hash: OctetString,
    #[asn1(optional = "true")]
    pub(crate) issuer_serial: Option<Any>,
}

/// The second version, where another hash than SHA-256 is named.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct EssCertIdV2 {
    pub(crate) algorithm: AlgorithmIdentifierOwned,
    pub(crate) hash: OctetString,
    #[asn1(optional = "true")]
    pub(crate) issuer_serial: Option<Any>,
}

/// `20261127071852Z`, or with a fraction of a second (RFC 3161 §2.4.2).
pub(crate) fn time_of(value: &Any) -> Option<UnixMs> {
    if value.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(value.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let number = |from: usize, to: usize| whole[from..to].parse::<u16>().ok();
    let small = |from: usize| number(from, from + 2).and_then(|number| u8::try_from(number).ok());
    let month = Month::try_from(small(4)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, small(6)?).ok()?;
    let time = Time::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    let at = UtcDateTime::new(date, time) + Duration::milliseconds(millis.parse().ok()?);
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(UnixMs)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<i64> {
        time_of(&Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap()).map(|at| at.0)
    }

    #[test]
    fn times_have_fractions_or_none() {
        assert_eq!(read("19700101000001Z"), Some(1_000));
        assert_eq!(read("20261127071852Z"), Some(1_795_763_932_000));
        assert_eq!(read("20261127071852.25Z"), Some(1_795_763_932_250));
        assert_eq!(read("20261127071852.123456Z"), Some(1_795_763_932_123));
        for bad in [
            "20261127071852",
            "20261327071852Z",
            "2026112707185Z",
            "20261127071852.Z",
            "20261127071852.-1Z",
            "Z",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(time_of(&Any::new(Tag::UtcTime, "261127071852Z".as_bytes()).unwrap()), None);
    }
}
