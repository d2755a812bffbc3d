//! The files of the project.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Source;

/// Folders that hold nothing of ours.
const FOREIGN: &[&str] =
    &["target", "node_modules", ".git", "data", "test-results", "playwright-report", ".sqlx"];

/// One file.
pub struct File {
    /// From the project's root, with slashes.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl File {
    /// Its code and texts apart. For Rust files.
    pub fn source(&self) -> Source {
        Source::read(&self.text)
    }

    /// Whether it holds tests or what only tests use.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.starts_with("platform/testkit/")
            || self.path.starts_with("tidy/")
            || self.path.ends_with("_tests.rs")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("/test_support.rs")
    }

    /// Whether it is below the folder.
    pub fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}

/// The project's root. Asked for at run time: a build folder that two clones share may hold the other's program.
pub fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&here).join("..")
}

/// A file by its path from the root; empty when there is none.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// All files with one of these endings, sorted; those that are not UTF-8 (pictures, fonts) are left out.
pub fn files(extensions: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root(), &root(), extensions, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(root: &Path, folder: &Path, extensions: &[&str], found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            if !FOREIGN.contains(&name.as_str()) {
                collect(root, &path, extensions, found);
            }
        } else if extensions.iter().any(|extension| name.ends_with(extension))
            && let Ok(text) = fs::read_to_string(&path)
        {
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
}
