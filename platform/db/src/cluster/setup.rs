//! What stands on disk before PostgreSQL starts: the lock, the password, the cluster itself.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown,
};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::fcntl::{Flock, FlockArg};
use nix::unistd::User;

use super::SUPERUSER;
use super::error::{ClusterError, io};
use super::process::drop_to;

/// Side folders of unfinished clusters begin with this.
const MAKING: &str = "postgres.making";

/// Takes the folder for this server, or names who has it.
pub(super) fn lock(folder: &Path) -> Result<Flock<File>, ClusterError> {
    let path = folder.join("server.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(io(format!("cannot open {}", path.display())))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(mut lock) => {
            // only a courtesy to whoever is refused: the lock itself is the kernel's
            let _ = lock.set_len(0);
            let _ = write!(lock, "{}", std::process::id());
            Ok(lock)
        }
        Err((_, _)) => Err(ClusterError::InUse {
            folder: folder.display().to_string(),
            holder: fs::read_to_string(&path).unwrap_or_default().trim().to_owned(),
        }),
    }
}

/// The folder of PostgreSQL's binaries: the named one, else the newest that Debian installed, else from the PATH.
pub(super) fn find_binaries(named: Option<&Path>) -> Option<PathBuf> {
    let usable = |dir: &Path| dir.join("initdb").exists() && dir.join("postgres").exists();
    if let Some(dir) = named {
        return usable(dir).then(|| dir.to_owned());
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, dir)| usable(dir))
        .collect();
    versions.sort();
    if let Some((_, dir)) = versions.pop() {
        return Some(dir);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from))
        .find(|dir| usable(dir))
}

/// As whom PostgreSQL runs: nobody else when the server is not root's.
pub(super) fn unprivileged_user(folder: &Path) -> Result<Option<User>, ClusterError> {
    if !nix::unistd::geteuid().is_root() {
        return Ok(None);
    }
    let user = ["postgres", "nobody"]
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .ok_or(ClusterError::NoUser)?;
    let enterable = |dir: &Path| {
        fs::metadata(dir).is_ok_and(|meta| {
            let mode = meta.permissions().mode();
            mode & 0o001 != 0 || (meta.uid() == user.uid.as_raw() && mode & 0o100 != 0)
        })
    };
    if folder.ancestors().all(enterable) {
        Ok(Some(user))
    } else {
        Err(ClusterError::Unreachable { folder: folder.display().to_string(), user: user.name })
    }
}

/// Socket paths have at most 107 characters, so the socket lives under /tmp, named after the folder.
pub(super) fn socket_dir(folder: &Path, user: Option<&User>) -> Result<PathBuf, ClusterError> {
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.as_os_str().as_encoded_bytes());
    let dir = std::env::temp_dir().join(format!("luochui-{}", name.simple()));
    let what = || format!("cannot make the socket folder {}", dir.display());
    if !dir.exists() {
        fs::DirBuilder::new().mode(0o700).create(&dir).map_err(io(what()))?;
    }
    own(&dir, user).map_err(io(what()))?;
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).map_err(io(what()))?;
    Ok(dir)
}

/// The superuser's password, made on the first start. It is on disk before the cluster that is made with it.
pub(super) fn password(folder: &Path) -> Result<String, ClusterError> {
    let path = folder.join("postgres.password");
    if let Ok(known) = fs::read_to_string(&path)
        && !known.trim().is_empty()
    {
        return Ok(known.trim().to_owned());
    }
    let fresh = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
    let making = folder.join("postgres.password.making");
    let _ = fs::remove_file(&making);
    write_secret(&making, &fresh)
        .and_then(|()| fs::rename(&making, &path))
        .map_err(io(format!("cannot write {}", path.display())))?;
    Ok(fresh)
}

/// Removes what a killed first start left. Not fatal: such a folder is only in the way.
pub(super) fn clear_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(MAKING) {
            let path = entry.path();
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

/// Makes the cluster: first beside its place under a name of its own (an `initdb` that outlived a killed server may
/// still be writing to the last one), then moved there.
pub(super) fn init(data: &Path, bin: &Path, user: Option<&User>, password: &str) -> Result<(), ClusterError> {
    let name = format!("{MAKING}.{}", uuid::Uuid::new_v4().simple());
    let making = data.with_file_name(&name);
    fs::create_dir_all(&making).map_err(io(format!("cannot make {}", making.display())))?;
    own(&making, user).map_err(io("cannot give the folder to PostgreSQL's user"))?;
    let password_file = data.with_file_name(format!("{name}.pw"));
    write_secret(&password_file, password).map_err(io("cannot write the password file"))?;
    own(&password_file, user).map_err(io("cannot give the password file to PostgreSQL's user"))?;
    let mut initdb = Command::new(bin.join("initdb"));
    initdb
        .arg("--pgdata")
        .arg(&making)
        .args([
            "--username",
            SUPERUSER,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
        ])
        .arg("--pwfile")
        .arg(&password_file);
    drop_to(&mut initdb, user);
    let output = initdb.output();
    let _ = fs::remove_file(&password_file);
    let output = output.map_err(io(format!("cannot run {}/initdb", bin.display())))?;
    if !output.status.success() {
        return Err(ClusterError::Command {
            what: "initdb",
            output: String::from_utf8_lossy(&output.stderr).into(),
        });
    }
    fs::rename(&making, data).map_err(io("cannot put the new cluster in place"))
}

/// A file that only its owner can read from the first moment on, and that survives a power cut.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()
}

fn own(path: &Path, user: Option<&User>) -> std::io::Result<()> {
    match user {
        Some(user) => chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())),
        None => Ok(()),
    }
}
