//! Processes of this machine, by `/proc`. Everything answers `None` where there is no `/proc`.

use std::fs;

/// Linux counts processor time for programs in hundredths of a second, whatever its own timer does.
const TICKS_A_SECOND: f64 = 100.0;
/// `LISTEN` in `/proc/net/tcp`.
const LISTENING: &str = "0A";

/// The fields of `/proc/<pid>/stat` behind the name, which may itself hold spaces and brackets.
fn stat(pid: i32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

fn ticks(fields: &[String], from: usize, to: usize) -> Option<f64> {
    fields.get(from..=to)?.iter().map(|field| field.parse::<f64>().ok()).sum()
}

/// The processor time of a process, in seconds.
pub(crate) fn cpu_s(pid: i32) -> Option<f64> {
    // utime and stime
    Some(ticks(&stat(pid)?, 11, 12)? / TICKS_A_SECOND)
}

/// The processor time of a process, of its living children and of those it has seen end.
pub(crate) fn family_cpu_s(pid: i32) -> Option<f64> {
    // utime, stime, cutime, cstime
    let own = ticks(&stat(pid)?, 11, 14)? / TICKS_A_SECOND;
    Some(own + children(pid).filter_map(cpu_s).sum::<f64>())
}

/// The living children of a process.
pub(crate) fn children(pid: i32) -> impl Iterator<Item = i32> {
    pids().filter(move |child| parent(*child) == Some(pid))
}

/// The parent of a process.
pub(crate) fn parent(pid: i32) -> Option<i32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// The resident memory of a process, in KiB.
pub(crate) fn resident_kib(pid: i32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How many sockets a process has open.
pub(crate) fn open_sockets(pid: i32) -> Option<usize> {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten();
    let links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    Some(links.filter(|link| link.to_string_lossy().starts_with("socket:")).count())
}

/// The process that listens on this port.
pub(crate) fn listening_on(port: u16) -> Option<i32> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| table.lines().filter_map(|line| listener(line, port)).collect::<Vec<_>>())
        .collect();
    let sockets: Vec<String> = inodes.iter().map(|inode| format!("socket:[{inode}]")).collect();
    pids().find(|pid| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
        links.any(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str()))
    })
}

/// The inode of a line of `/proc/net/tcp`, if it listens on this port.
fn listener(line: &str, port: u16) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, local_port) = fields.get(1)?.rsplit_once(':')?;
    let is_it = u16::from_str_radix(local_port, 16).ok()? == port && *fields.get(3)? == LISTENING;
    is_it.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_line_gives_its_inode() {
        let line = "   1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1";
        assert_eq!(listener(line, 3000).as_deref(), Some("4711"));
        assert_eq!(listener(line, 3001), None);
        assert_eq!(listener(&line.replace(" 0A ", " 01 "), 3000), None, "a connection is no listener");
        assert_eq!(listener("  sl  local_address rem_address   st", 3000), None);
    }
}
