//! Loaders of chats and voicemail.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use domain::{
    chat,
    ids::{AgentId, AudioFileId, CallId, MessageId, QueueId},
    page::{Page, Slice},
    voicemail::{Progress, Voicemail, VoicemailBox},
};

use super::{Reader, by, loads_each};
use crate::graphql::fault::Fault;

/// The file that was sent with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileOf(pub MessageId);
/// A page of the chat beside a call, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessagesOf {
    pub call: CallId,
    pub slice: Slice,
}
/// How a queue takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BoxOf(pub QueueId);
/// What is heard of an agent before the beep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GreetingOf(pub AgentId);
/// The message that was left at the end of a call, for those who may hear it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoicemailOf(pub CallId);
/// Where the message of a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProgressOf(pub CallId);

impl Loader<FileOf> for Reader {
    type Value = chat::MessageFile;
    type Error = Fault;

    async fn load(&self, keys: &[FileOf]) -> Result<HashMap<FileOf, chat::MessageFile>, Fault> {
        let messages: Vec<_> = keys.iter().map(|key| key.0).collect();
        let files = self.platform.files_of_messages(&messages).await?;
        Ok(files.into_iter().filter_map(|file| Some((FileOf(file.message_id?), file))).collect())
    }
}

/// One query for all calls of whose chat the same page is wanted.
impl Loader<MessagesOf> for Reader {
    type Value = Page<chat::Message>;
    type Error = Fault;

    async fn load(&self, keys: &[MessagesOf]) -> Result<HashMap<MessagesOf, Self::Value>, Fault> {
        let mut pages = HashMap::new();
        for (slice, calls) in by(keys, |key| (key.slice.clone(), key.call)) {
            let found = self.platform.messages_of_calls(&calls, &slice).await?;
            let keyed = |(call, page)| (MessagesOf { call, slice: slice.clone() }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

loads_each! {
    BoxOf => VoicemailBox, |reader, ids| reader.platform.queue_boxes(ids), |pair| pair;
    GreetingOf => AudioFileId, |reader, ids| reader.platform.agent_greetings(ids), |pair| pair;
    VoicemailOf => Voicemail, |reader, ids| reader.platform.voicemails_of_calls(&reader.actor, ids), |row| (row.call_id, row);
    ProgressOf => Progress, |reader, ids| reader.platform.voicemail_progress(ids), |pair| pair;
}
