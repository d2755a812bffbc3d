//! Photos in a folder: `<first two characters of the id>/<id>/<name>`.
//!
//! A file is written beside its place and renamed, so that a reader never sees half a picture and a kill in between
//! leaves nothing that looks whole.
#![deny(missing_docs)]
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::fs;
use uuid::Uuid;
use vehicle::{PhotoStore, StoreError};

/// Photos in a folder of the server's disk.
#[derive(Clone, Debug)]
pub struct FolderStore {
    folder: PathBuf,
}

impl FolderStore {
    /// Photos under this folder, which is made when needed.
    pub fn new(folder: impl Into<PathBuf>) -> FolderStore {
        FolderStore { folder: folder.into() }
    }

    fn path(&self, photo_id: Uuid, name: &str) -> io::Result<PathBuf> {
        // names are ours, but a path is not made of anything that could climb out of the folder
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a photo's file name"));
        }
        let id = photo_id.simple().to_string();
        // the end of a UUIDv7 is random: folders fill evenly
        let shelf = &id[id.len() - 2..];
        Ok(self.folder.join(shelf).join(&id).join(name))
    }

    async fn write(&self, photo_id: Uuid, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(photo_id, name)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).await?;
        let making = folder.join(format!("{name}.{}.making", Uuid::now_v7().simple()));
        let mut file = fs::File::create(&making).await?;
        tokio::io::AsyncWriteExt::write_all(&mut file, bytes).await?;
        // the row that names the file is durable, so the file has to be
        file.sync_all().await?;
        fs::rename(&making, &path).await
    }

    async fn read(&self, photo_id: Uuid, name: &str) -> io::Result<Option<Bytes>> {
        match fs::read(self.path(photo_id, name)?).await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl PhotoStore for FolderStore {
    async fn put(&self, photo_id: Uuid, name: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.write(photo_id, name, &bytes).await.map_err(|source| StoreError { photo_id, source })
    }

    async fn get(&self, photo_id: Uuid, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.read(photo_id, name).await.map_err(|source| StoreError { photo_id, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_what_it_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path().join("photos"));
        let photo = Uuid::now_v7();
        assert_eq!(store.get(photo, "thumb").await.unwrap(), None);
        store.put(photo, "thumb", Bytes::from_static(b"first")).await.unwrap();
        store.put(photo, "thumb", Bytes::from_static(b"second")).await.unwrap();
        assert_eq!(store.get(photo, "thumb").await.unwrap(), Some(Bytes::from_static(b"second")));
        assert_eq!(store.get(photo, "large").await.unwrap(), None);
        let mut left = std::fs::read_dir(store.path(photo, "thumb").unwrap().parent().unwrap()).unwrap();
        assert_eq!(left.next().unwrap().unwrap().file_name(), "thumb");
        assert!(left.next().is_none());
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path());
        for name in ["../x", "", "a/b", "/etc/passwd"] {
            assert!(store.put(Uuid::now_v7(), name, Bytes::new()).await.is_err());
        }
    }
}
