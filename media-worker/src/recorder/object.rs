//! One object: an encrypted file that carries `.part` until it is whole, so that what a crash leaves open is known by its name.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use domain::objects::crypt::{DataKey, Encryptor, Sealed};
use uuid::Uuid;

pub struct OpenObject {
    pub sequence: i32,
    pub path: PathBuf,
    pub key: String,
    pub opened: Instant,
    /// Timestamp of the first media in it.
    pub first_media: Duration,
    part: PathBuf,
    encryptor: Encryptor<BufWriter<File>>,
}

/// Where objects go and under which names and key.
pub struct ObjectPlace {
    pub directory: PathBuf,
    /// Stands before `<track>/<sequence>.mkv` in the key.
    pub key_prefix: String,
    pub data_key: DataKey,
}

impl ObjectPlace {
    pub fn open(&self, track: Uuid, sequence: i32, first_media: Duration) -> io::Result<OpenObject> {
        let name = format!("{}/{sequence}.mkv", track.simple());
        let path = self.directory.join(&name);
        let part = path.with_extension("mkv.part");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let key = format!("{}{name}", self.key_prefix);
        let file = BufWriter::new(File::create(&part)?);
        let encryptor = Encryptor::new(&self.data_key, &key, file)?;
        Ok(OpenObject { sequence, path, key, opened: Instant::now(), first_media, part, encryptor })
    }
}

impl OpenObject {
    pub fn write(&mut self, plaintext: &[u8]) -> io::Result<()> {
        self.encryptor.write_all(plaintext)
    }

    /// Whole and durable when it answers.
    pub fn close(self) -> io::Result<ClosedObject> {
        let (out, sealed) = self.encryptor.finish()?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.path.parent().map_or(Ok(()), sync_folder)?;
        Ok(ClosedObject { sequence: self.sequence, path: self.path, key: self.key, sealed })
    }

    /// Nobody could open it: it has no last chunk.
    pub fn throw_away(self) {
        if let Err(error) = fs::remove_file(&self.part) {
            tracing::warn!(path = %self.part.display(), %error, "an unfinished object stays in the spool");
        }
    }
}

pub struct ClosedObject {
    pub sequence: i32,
    pub path: PathBuf,
    pub key: String,
    pub sealed: Sealed,
}

/// A new name is durable once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
