//! What the system lets one process have.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::{Result, fault};

/// Files besides sockets: databases, ledgers, the runtime's own.
const SPARE_FILES: u64 = 200;
/// A source address has 28 232 ports for connections to one address; well below that the next address is used.
const SOCKETS_AN_ADDRESS: u32 = 20_000;

/// Lets this process, and the servers it starts from now on, open so many sockets.
pub(crate) fn allow_sockets(count: usize) -> Result<()> {
    let wanted = count as u64 + SPARE_FILES;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft >= wanted {
        return Ok(());
    }
    setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted)).map_err(|error| {
        fault(format!("{wanted} open files are needed and {hard} allowed ({error}): raise `ulimit -Hn`"))
    })
}

/// Where the next socket comes from: 127.0.0.1, then 127.0.0.2 …, where it goes to this machine.
pub(crate) fn source_of_next(to: SocketAddr) -> Option<SocketAddr> {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    to.ip().is_loopback().then(|| source(OPENED.fetch_add(1, Ordering::Relaxed)))
}

fn source(number: u32) -> SocketAddr {
    // 127.0.0.1 to 127.0.0.200, over and over: by then the first sockets have long been closed
    let host = u8::try_from(number / SOCKETS_AN_ADDRESS % 200).unwrap_or_default();
    SocketAddr::from((Ipv4Addr::new(127, 0, 0, host + 1), 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_change_before_their_ports_run_out() {
        assert_eq!(source(0), source(SOCKETS_AN_ADDRESS - 1));
        assert_eq!(source(SOCKETS_AN_ADDRESS).ip(), Ipv4Addr::new(127, 0, 0, 2));
        assert_eq!(source(200 * SOCKETS_AN_ADDRESS).ip(), Ipv4Addr::new(127, 0, 0, 1));
    }
}
