//! Files: announced, uploaded, then sent with a message. What is confidential lies encrypted.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{FileType, messages::writing_leg};
use crate::{
    Error, Platform, Result,
    calls::Change,
    db::schema::message_file,
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, LegId, MessageFileId, MessageId},
    limits,
    objects::{
        SealedFile,
        crypt::{self, DataKey},
    },
    people::{Actor, tokens},
    uploads::{UploadPlace, UploadTarget},
    validate,
};

/// Bytes of a file at most.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
const LABEL: &str = "message file link v1";

/// A file in the chat beside a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = message_file, check_for_backend(Pg))]
pub struct MessageFile {
    pub id: MessageFileId,
    pub message_id: Option<MessageId>,
    pub name: String,
    pub content_type: FileType,
    pub bytes: i64,
}

/// What a party says of a file before it brings it.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub name: String,
    pub content_type: String,
    pub bytes: i64,
}

/// The file that a token of this hash is for.
pub(crate) async fn upload_place(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<UploadPlace>> {
    let found: Option<(MessageFileId, Option<String>, DateTime<Utc>)> = message_file::table
        .filter(message_file::upload_token_hash.eq(hash))
        .select((message_file::id, message_file::key, message_file::upload_until))
        .first(connection)
        .await
        .optional()?;
    Ok(found.map(|(id, key, until)| match key {
        None if until > now => UploadPlace::Open(UploadTarget::MessageFile(id)),
        _ => UploadPlace::Over,
    }))
}

/// Joins an uploaded file to the message that is just being sent.
///
/// # Errors
/// NOT_FOUND for one that this party did not bring to this call, INVALID for one that is not uploaded, was sent or is too old.
pub(super) async fn attach(
    change: &mut Change,
    leg: LegId,
    id: MessageFileId,
    message: MessageId,
) -> Result<()> {
    type Row = (Option<MessageId>, Option<String>, DateTime<Utc>);
    let found: Option<Row> = message_file::table
        .find(id)
        .filter(message_file::call_id.eq(change.call.id).and(message_file::leg_id.eq(leg)))
        .select((message_file::message_id, message_file::key, message_file::created_at))
        .for_no_key_update()
        .first(change.unit.connection())
        .await
        .optional()?;
    let invalid = |says: &str| Err(Refusal::invalid("fileId", says).into());
    match found {
        None => return Err(Refusal::not_found("file").at("fileId").into()),
        Some((Some(_), ..)) => return invalid("This file was sent already. Add it again to send it twice."),
        Some((_, None, _)) => {
            return invalid("The file is not uploaded yet. Wait until it is, then send it.");
        }
        Some((.., at)) if at + limits::FILE_UNSENT <= change.now() => {
            return invalid("This file was added too long ago. Add it again.");
        }
        Some(_) => {}
    }
    diesel::update(message_file::table.find(id))
        .set(message_file::message_id.eq(message))
        .execute(change.unit.connection())
        .await?;
    Ok(())
}

impl NewFile {
    fn checked(self) -> Result<(String, FileType, i64)> {
        let name = validate::name("name", &self.name)?;
        let Ok(content_type) = self.content_type.parse() else {
            let says = "Pictures (PNG, JPEG, GIF, WebP), PDF and plain text can be sent here.";
            return Err(Refusal::invalid("contentType", says).into());
        };
        if self.bytes < 1 {
            return Err(Refusal::invalid("bytes", "The file is empty.").into());
        }
        if self.bytes > MOST_BYTES as i64 {
            return Err(
                Refusal::invalid("bytes", "A file may have 10 MB at most. Send a smaller one.").into()
            );
        }
        Ok((name, content_type, self.bytes))
    }
}

impl Platform {
    /// Announces a file that the party is about to upload; with it the token for that.
    ///
    /// # Errors
    /// As for writing a message; INVALID for name, type or size, LIMIT_REACHED for a call with a hundred files.
    pub async fn create_message_file(
        &self,
        actor: &Actor,
        call: CallId,
        new: NewFile,
    ) -> Result<(MessageFile, String)> {
        let (name, content_type, bytes) = new.checked()?;
        let mut change = self.change(call).await?;
        change.belongs_to(actor)?;
        let leg = writing_leg(&change, actor)?;
        let brought: i64 = message_file::table
            .filter(message_file::call_id.eq(call))
            .count()
            .get_result(change.unit.connection())
            .await?;
        if brought >= limits::FILES_A_CALL {
            return refuse(RefusalCode::LimitReached, "There are too many files in this chat already.");
        }
        let (token, now) = (tokens::random(), change.now());
        let made = diesel::insert_into(message_file::table)
            .values((
                message_file::id.eq(MessageFileId::new()),
                message_file::call_id.eq(call),
                message_file::leg_id.eq(leg),
                message_file::name.eq(name),
                message_file::content_type.eq(content_type),
                message_file::bytes.eq(bytes),
                message_file::upload_token_hash.eq(tokens::hash(&token)),
                message_file::upload_until.eq(now + limits::UPLOAD),
                message_file::created_at.eq(now),
            ))
            .returning(MessageFile::as_returning())
            .get_result(change.unit.connection())
            .await?;
        change.unit.commit().await?;
        Ok((made, token))
    }

    /// Stores what was uploaded, encrypted. False when the address was used or expired meanwhile.
    pub async fn take_file_upload(
        &self,
        id: MessageFileId,
        content_type: FileType,
        content: Bytes,
    ) -> Result<bool> {
        let key = format!("chat/{}/{}", id.0.simple(), tokens::random());
        let (data_key, bytes) = (DataKey::generate(), content.len() as i64);
        let wrapped = data_key.wrap(&self.config.secret);
        let name = key.clone();
        let sealing = move || crypt::encrypt(&data_key, &name, content.as_ref(), Vec::new());
        let sealed = tokio::task::spawn_blocking(sealing).await;
        let (sealed, _) = sealed
            .map_err(|error| Error::Internal(error.to_string()))?
            .map_err(|error| Error::Internal(error.to_string()))?;
        self.objects.put(&key, sealed.into()).await?;
        let taken = self.file_uploaded(id, content_type, bytes, &key, &wrapped).await;
        if !matches!(taken, Ok(true))
            && let Err(error) = self.objects.delete(&key).await
        {
            tracing::warn!(key, %error, "an upload that nobody wants stays behind");
        }
        taken
    }

    async fn file_uploaded(
        &self,
        id: MessageFileId,
        content_type: FileType,
        bytes: i64,
        key: &str,
        data_key: &[u8],
    ) -> Result<bool> {
        let open = message_file::key.is_null().and(message_file::upload_until.gt(self.clock.now()));
        let mut connection = self.db.get().await?;
        let taken = diesel::update(message_file::table.find(id).filter(open))
            .set((
                message_file::content_type.eq(content_type),
                message_file::bytes.eq(bytes),
                message_file::key.eq(key),
                message_file::data_key.eq(data_key),
            ))
            .execute(&mut connection)
            .await?;
        Ok(taken == 1)
    }

    /// The files of several messages.
    pub async fn files_of_messages(&self, ids: &[MessageId]) -> Result<Vec<MessageFile>> {
        let mut connection = self.db.get().await?;
        Ok(message_file::table
            .filter(message_file::message_id.eq_any(ids))
            .select(MessageFile::as_select())
            .load(&mut connection)
            .await?)
    }

    /// A token for reading a file that was sent.
    #[must_use]
    pub fn file_token(&self, id: MessageFileId) -> String {
        self.timed_token(LABEL, id.0, limits::FILE_LINK)
    }

    /// The file that a token is for, with its name; none when it is no token of ours, too old, or the file is not there.
    pub async fn file_of_token(&self, token: &str) -> Result<Option<(SealedFile, FileType, String)>> {
        let Some(id) = self.id_of_timed_token(LABEL, token) else { return Ok(None) };
        let mut connection = self.db.get().await?;
        type Row = (Option<String>, Option<Vec<u8>>, FileType, i64, String);
        let found: Option<Row> = message_file::table
            .find(MessageFileId(id))
            .filter(message_file::message_id.is_not_null())
            .select((
                message_file::key,
                message_file::data_key,
                message_file::content_type,
                message_file::bytes,
                message_file::name,
            ))
            .first(&mut connection)
            .await
            .optional()?;
        Ok(found.and_then(|(key, data_key, kind, bytes, name)| {
            let content_type = kind.to_string();
            Some((SealedFile { key: key?, content_type, bytes, data_key: data_key? }, kind, name))
        }))
    }

    /// Files that were never sent leave the bucket, then the database. Returns how many.
    pub async fn sweep_files(&self) -> Result<usize> {
        // Later than anybody can still send one, whatever the clocks say.
        let before = self.clock.now() - limits::FILE_UNSENT - limits::UPLOAD;
        let unsent = message_file::message_id.is_null().and(message_file::created_at.lt(before));
        let mut connection = self.db.get().await?;
        let left: Vec<(MessageFileId, Option<String>)> = message_file::table
            .filter(unsent)
            .order(message_file::created_at)
            .limit(100)
            .select((message_file::id, message_file::key))
            .load(&mut connection)
            .await?;
        drop(connection);
        for (id, key) in &left {
            if let Some(key) = key {
                self.objects.delete(key).await?;
            }
            let mut connection = self.db.get().await?;
            diesel::delete(message_file::table.find(*id)).execute(&mut connection).await?;
        }
        Ok(left.len())
    }
}
