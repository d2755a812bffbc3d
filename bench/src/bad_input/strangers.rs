//! Handshakes of those who may not have a socket.

use tokio_tungstenite::tungstenite::Error;

use super::Ground;
use super::outcome::Outcomes;
use crate::Result;
use crate::socket::{self, Handshake};

/// Tries them.
pub(super) async fn try_all(ground: &Ground, outcomes: &mut Outcomes) -> Result<()> {
    let (addr, ours) = (ground.target.addr, ground.target.origin.as_str());
    let ours_with_a_tail = format!("{ours}.evil.example");
    let session = Some(ground.seats[0].session.as_str());
    let shake = |origin, session| Handshake { addr, origin, session, buffer: None };
    for (name, handshake, expected) in [
        ("no session", shake(Some(ours), None), "401"),
        ("a session that never was", shake(Some(ours), Some("AAAAAAAAAAAAAAAAAAAAAA")), "401"),
        ("a session that is no session", shake(Some(ours), Some("x")), "401"),
        ("from another site", shake(Some("https://evil.example"), session), "403"),
        ("from a site that begins like ours", shake(Some(&ours_with_a_tail), session), "403"),
        ("from a page without origin", shake(Some("null"), session), "403"),
        ("cookie, but no origin", shake(None, session), "403"),
    ] {
        let came = match socket::shake(&handshake).await {
            Ok(_) => "a socket".to_owned(),
            Err(Error::Http(answer)) => answer.status().as_u16().to_string(),
            Err(error) => error.to_string(),
        };
        outcomes.note(format!("handshake: {name}"), &[expected], came);
    }
    Ok(())
}
