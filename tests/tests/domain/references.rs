//! What queues name, and what becomes of it when it is archived.

use domain::audio::AudioFileChange;
use domain::desk::OutcomeChange;
use domain::error::RefusalCode;
use domain::ids::{AudioFileId, OutcomeId, QueueId};
use domain::routing::{OverflowKind, QueueChange};
use domain::voicemail::Greeting;

use super::centre::{Centre, refused};

/// A file in this state, as a worker would leave it.
async fn file(centre: &Centre, name: &str, state: &str) -> AudioFileId {
    let id = centre.platform.create_audio_file(&centre.admin, name, None).await.unwrap().0.id;
    let set = format!(
        "UPDATE audio_file SET state = '{state}', failure = 'Damaged.', key = '{id}', duration_ms = 1, bytes = 1, sha256 = ''
         WHERE id = '{}'",
        id.0
    );
    centre.stage.sql().await.batch_execute(&set).await.unwrap();
    id
}

impl Centre {
    async fn archive_queue(&self, id: QueueId, archived: bool) -> domain::Result<()> {
        let change = QueueChange { archived: Some(archived), ..QueueChange::default() };
        self.platform.update_queue(&self.admin, id, None, change).await.map(|_| ())
    }

    async fn archive_file(&self, id: AudioFileId) -> domain::Result<()> {
        let change = AudioFileChange { archived: Some(true), ..AudioFileChange::default() };
        self.platform.update_audio_file(id, change).await.map(|_| ())
    }

    async fn archive_outcome(&self, id: OutcomeId) -> domain::Result<()> {
        let change = OutcomeChange { archived: Some(true), ..OutcomeChange::default() };
        self.platform.update_outcome(&self.admin, id, change).await.map(|_| ())
    }
}

fn overflows_to(id: QueueId) -> QueueChange {
    QueueChange { overflow: Some((OverflowKind::Queue, Some(id))), ..QueueChange::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_queues_use_is_not_archived() {
    let centre = Centre::open().await;
    let back = centre.queue("back", QueueChange::default()).await.id;
    let outcome = centre.platform.create_outcome(&centre.admin, "No note", false, None).await.unwrap().id;
    let mut files = Vec::new();
    for name in ["music", "announcement", "greeting"] {
        files.push(file(&centre, name, "READY").await);
    }
    let front = QueueChange {
        default_outcome: Some(Some(outcome)),
        music: Some(Some(files[0])),
        announcement: Some(Some(files[1])),
        voicemail_greeting: Some(Some(files[2])),
        ..overflows_to(back)
    };
    let front = centre.queue("front", front).await.id;
    let in_use = |result: domain::Result<()>, names: &str| {
        let (code, says) = refused(result);
        assert_eq!(code, RefusalCode::Invalid);
        assert!(says.contains(names), "{says}");
    };
    in_use(centre.archive_queue(back, true).await, "use it: “front”.");
    in_use(centre.archive_outcome(outcome).await, "“front”");
    for file in &files {
        in_use(centre.archive_file(*file).await, "“front”");
    }
    for key in ["east", "west", "north"] {
        centre.queue(key, overflows_to(back)).await;
    }
    in_use(centre.archive_queue(back, true).await, "use it: “east”, “front”, “north” and others.");

    // A queue that takes no calls uses nothing; brought back it would.
    let nowhere = || QueueChange { overflow: Some((OverflowKind::End, None)), ..QueueChange::default() };
    for key in ["east", "west", "north"] {
        let id = centre.platform.queue_by_key(key).await.unwrap().unwrap().id;
        centre.change_queue(id, nowhere()).await;
    }
    centre.archive_queue(front, true).await.unwrap();
    centre.archive_queue(back, true).await.unwrap();
    centre.archive_outcome(outcome).await.unwrap();
    for file in &files {
        centre.archive_file(*file).await.unwrap();
    }
    for says in ["“No note”", "“back”", "“music”", "“announcement”", "“greeting”"] {
        in_use(centre.archive_queue(front, false).await, says);
        let change = match says {
            "“No note”" => QueueChange { default_outcome: Some(None), ..QueueChange::default() },
            "“back”" => nowhere(),
            "“music”" => QueueChange { music: Some(None), ..QueueChange::default() },
            "“announcement”" => QueueChange { announcement: Some(None), ..QueueChange::default() },
            _ => QueueChange { voicemail_greeting: Some(None), ..QueueChange::default() },
        };
        centre.change_queue(front, change).await;
    }
    centre.archive_queue(front, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_agents_greet_with_is_not_archived() {
    let centre = Centre::open().await;
    let greeting = file(&centre, "greeting", "READY").await;
    let agent = centre.agent(&[]).await;
    let name = agent.user().unwrap().name.clone();
    let greet = async |greeting: Greeting| {
        centre.platform.set_agent_greeting(&agent, None, greeting).await.unwrap();
    };
    greet(Greeting::File(greeting)).await;
    let (code, says) = refused(centre.archive_file(greeting).await);
    assert_eq!(code, RefusalCode::Invalid);
    assert!(says.contains(&format!("use it: the greeting of {name}.")), "{says}");
    greet(Greeting::None).await;
    centre.archive_file(greeting).await.unwrap();

    // Nobody is left to choose another greeting.
    let other = file(&centre, "other", "READY").await;
    greet(Greeting::File(other)).await;
    centre.stage.sql().await.batch_execute("UPDATE app_user SET disabled_at = now()").await.unwrap();
    centre.archive_file(other).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_not_chosen() {
    let centre = Centre::open().await;
    let music = file(&centre, "music", "READY").await;
    let old = centre.queue("old", QueueChange::default()).await.id;
    let mut queue = overflows_to(old);
    queue.music = Some(Some(music));
    let queue = centre.queue("support", queue).await.id;
    let update =
        async |change: QueueChange| centre.platform.update_queue(&centre.admin, queue, None, change).await;
    let agent = centre.agent(&[]).await;
    let greet = async |greeting: Greeting| {
        centre.platform.set_agent_greeting(&agent, None, greeting).await.map(|_| ())
    };
    greet(Greeting::File(music)).await.unwrap();
    for (state, says) in
        [("WAITING", "not ready"), ("CONVERTING", "not ready"), ("FAILED", "not be converted")]
    {
        let file = file(&centre, state, state).await;
        for change in [
            QueueChange { music: Some(Some(file)), ..QueueChange::default() },
            QueueChange { announcement: Some(Some(file)), ..QueueChange::default() },
            QueueChange { voicemail_greeting: Some(Some(file)), ..QueueChange::default() },
        ] {
            let (code, words) = refused(update(change).await);
            assert!(code == RefusalCode::Invalid && words.contains(says), "{words}");
        }
        let (code, words) = refused(greet(Greeting::File(file)).await);
        assert!(code == RefusalCode::Invalid && words.contains(says), "{words}");
    }
    let unknown = QueueChange { music: Some(Some(AudioFileId::new())), ..QueueChange::default() };
    assert_eq!(refused(update(unknown).await).0, RefusalCode::NotFound);
    assert_eq!(refused(greet(Greeting::File(AudioFileId::new())).await).0, RefusalCode::NotFound);

    // Archived while nothing asked who uses them: what is set stays, and is not chosen again.
    let archived =
        "UPDATE queue SET archived_at = now() WHERE key = 'old'; UPDATE audio_file SET archived_at = now()";
    centre.stage.sql().await.batch_execute(archived).await.unwrap();
    let same = QueueChange { music: Some(Some(music)), ..overflows_to(old) };
    update(QueueChange { priority: Some(1), ..same.clone() }).await.unwrap();
    let none = QueueChange { music: Some(None), ..QueueChange::default() };
    update(QueueChange { overflow: Some((OverflowKind::End, None)), ..none }).await.unwrap();
    for change in [QueueChange { music: same.music, ..QueueChange::default() }, overflows_to(old)] {
        let (code, words) = refused(update(change).await);
        assert!(code == RefusalCode::Invalid && words.contains("is archived"), "{words}");
    }
    greet(Greeting::File(music)).await.unwrap();
    greet(Greeting::None).await.unwrap();
    let (code, words) = refused(greet(Greeting::File(music)).await);
    assert!(code == RefusalCode::Invalid && words.contains("“music” is archived"), "{words}");
}

/// One archives the queue while another makes calls overflow to it.
#[tokio::test(flavor = "multi_thread")]
async fn no_queue_comes_to_overflow_to_one_that_is_archived() {
    let centre = Centre::open().await;
    let to = centre.queue("to", QueueChange::default()).await.id;
    let from = centre.queue("from", QueueChange::default()).await.id;
    let other = centre.process();
    for _ in 0..10 {
        let choose = other.update_queue(&centre.admin, from, None, overflows_to(to));
        let (archived, chosen) = tokio::join!(centre.archive_queue(to, true), choose);
        assert!(archived.is_ok() != chosen.is_ok(), "{archived:?} {chosen:?}");
        let end = QueueChange { overflow: Some((OverflowKind::End, None)), ..QueueChange::default() };
        centre.change_queue(from, end).await;
        centre.archive_queue(to, false).await.unwrap();
    }
}
