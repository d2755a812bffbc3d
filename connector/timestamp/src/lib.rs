//! A time from outside: an authority's signature under a hash and a time (RFC 3161, 可信时间戳).
//!
//! [`HttpAuthority`] asks for one. [`check`] needs no connection: it says which time an answer proves for a text, and whose
//! word that is. The formats are `der`'s and `cms`', chains of certificates are `webpki`'s work; what stands in `verify.rs`
//! is which of an answer's claims must hold.
//!
//! A time stamp stays good when the certificate that signed it has run out: chains are checked for the moment that it tells.
//! Revocation is not looked up: an authority whose key was stolen has to be taken out of the roots.
#![deny(missing_docs)]

mod authority;
mod formats;
mod roots;
mod verify;

pub use authority::HttpAuthority;
pub use roots::{Roots, RootsError};
pub use verify::{Stamp, StampFault, check};
