//! Loaders of chats and voicemail.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use domain::{
    chat,
    ids::{AgentId, AudioFileId, CallId, MessageId, QueueId},
    page::{Page, Slice},
    voicemail::{Progress, Voicemail, VoicemailBox},
};

use super::{Reader, by};
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

impl Loader<BoxOf> for Reader {
    type Value = VoicemailBox;
    type Error = Fault;

    async fn load(&self, keys: &[BoxOf]) -> Result<HashMap<BoxOf, VoicemailBox>, Fault> {
        let queues: Vec<_> = keys.iter().map(|key| key.0).collect();
        Ok(self.platform.queue_boxes(&queues).await?.into_iter().map(|(id, it)| (BoxOf(id), it)).collect())
    }
}

impl Loader<GreetingOf> for Reader {
    type Value = AudioFileId;
    type Error = Fault;

    async fn load(&self, keys: &[GreetingOf]) -> Result<HashMap<GreetingOf, AudioFileId>, Fault> {
        let agents: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = self.platform.agent_greetings(&agents).await?;
        Ok(found.into_iter().map(|(id, file)| (GreetingOf(id), file)).collect())
    }
}

impl Loader<VoicemailOf> for Reader {
    type Value = Voicemail;
    type Error = Fault;

    async fn load(&self, keys: &[VoicemailOf]) -> Result<HashMap<VoicemailOf, Voicemail>, Fault> {
        let calls: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = self.platform.voicemails_of_calls(&self.actor, &calls).await?;
        Ok(found.into_iter().map(|row| (VoicemailOf(row.call_id), row)).collect())
    }
}

impl Loader<ProgressOf> for Reader {
    type Value = Progress;
    type Error = Fault;

    async fn load(&self, keys: &[ProgressOf]) -> Result<HashMap<ProgressOf, Progress>, Fault> {
        let calls: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = self.platform.voicemail_progress(&calls).await?;
        Ok(found.into_iter().map(|(id, progress)| (ProgressOf(id), progress)).collect())
    }
}
