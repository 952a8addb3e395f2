//! Every time limit of the product in one place. What an installation may change is in `config`.

use std::time::Duration;

use chrono::TimeDelta;

/// Access tokens live so long.
pub const ACCESS_TOKEN: TimeDelta = TimeDelta::minutes(10);
/// A session ends so long after its last refresh.
pub const SESSION_IDLE: TimeDelta = TimeDelta::days(30);
/// A used refresh token gives the same successor again for so long (several tabs, a lost answer).
pub const REFRESH_REPEAT: TimeDelta = TimeDelta::seconds(30);
/// Failed sign-ins a window, for one address of origin and one e-mail together.
pub const SIGN_IN_ATTEMPTS: i32 = 10;
/// Length of that window.
pub const SIGN_IN_WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Idempotency keys are remembered so long.
pub const IDEMPOTENCY: TimeDelta = TimeDelta::hours(24);

/// A party that joins shall have media both ways within this, else it counts as left.
pub const JOIN_TO_MEDIA: TimeDelta = TimeDelta::seconds(60);
/// A leg whose media broke off may come back for so long.
pub const RECONNECT: TimeDelta = TimeDelta::seconds(30);
/// So many leases of a call give those in it their full time anew.
pub const LEASES_IN_FULL: i32 = 5;
/// A call that nobody has answered because no worker has it is given up so much later.
pub const WITHOUT_WORKER: TimeDelta = TimeDelta::minutes(5);
/// After so long without media another browser may take up a join link.
pub const LINK_REBIND: TimeDelta = TimeDelta::seconds(60);
/// After the end of a call its guest token is good for the rating, for so long.
pub const GUEST_AFTERWARDS: TimeDelta = TimeDelta::hours(24);
/// No call lasts longer; a forgotten tab does not hold a worker for ever.
pub const CALL_LENGTH: TimeDelta = TimeDelta::hours(12);

/// An agent who accepted shall have media both ways within this, else the call is back in its queue.
pub const ACCEPT_TO_MEDIA: TimeDelta = TimeDelta::seconds(10);
/// A colleague who is asked into a call has so long to accept.
pub const DIRECT_OFFER: TimeDelta = TimeDelta::seconds(30);
/// A call that an agent hands to a queue is back with the agent after so long, if nobody has taken it.
pub const TRANSFER_QUEUE: TimeDelta = TimeDelta::seconds(45);
/// A contact who asked for a call shall have joined it within this.
pub const REQUEST_TO_JOIN: TimeDelta = TimeDelta::seconds(60);
/// A call whose contact has not joined is offered to nobody before this: by then he has joined, or the call is over.
pub const UNJOINED: TimeDelta = TimeDelta::minutes(2);
/// An agent who did not take a call is not offered it again for so long.
pub const OFFER_AGAIN: TimeDelta = TimeDelta::seconds(20);
/// An agent counts as present for so long after the last sign of life …
pub const PRESENCE: TimeDelta = TimeDelta::seconds(15);
/// … and the api writes the last ones so often. One that could not be written takes nobody's presence, since clients are heard
/// from more often still.
pub const PRESENCE_RENEWAL: Duration = Duration::from_secs(5);
/// A presence that lapsed so long ago is forgotten.
pub const PRESENCE_KEPT: TimeDelta = TimeDelta::seconds(150);
/// A point of priority is worth so much waiting.
pub const PRIORITY_POINT: TimeDelta = TimeDelta::seconds(60);
/// A call that lost its agent waits before all that came in the ordinary way: so much earlier counts its entry.
pub const FRONT_OF_QUEUE: TimeDelta = TimeDelta::days(30);
/// The last agent is sought among the contact's calls of so long.
pub const LAST_AGENT: TimeDelta = TimeDelta::days(30);
/// Queues with waiting calls are routed at least so often, whatever news were lost.
pub const ROUTING_SWEEP: Duration = Duration::from_secs(1);
/// Those who wait are told their place so often at most.
pub const POSITIONS: Duration = Duration::from_secs(2);
/// A contact is called back so often …
pub const CALLBACK_TRIES: i32 = 3;
/// … with so much time between.
pub const CALLBACK_AGAIN: TimeDelta = TimeDelta::minutes(5);
/// A call-back that was not made within this is given up, counted from the opening of its queue.
pub const CALLBACK_KEPT: TimeDelta = TimeDelta::hours(48);
/// Calls asked for from one address in a minute.
pub const REQUESTS_A_MINUTE: i32 = 60;
/// Messages of one party of a call in a minute.
pub const MESSAGES_A_MINUTE: i64 = 60;
/// Files that the parties of a call bring to its chat.
pub const FILES_A_CALL: i64 = 100;
/// A file that was brought to a chat can be sent for so long; then it is swept away.
pub const FILE_UNSENT: TimeDelta = TimeDelta::hours(2);
/// An address for a file in a chat is good for so long.
pub const FILE_LINK: TimeDelta = TimeDelta::hours(1);
/// A message takes at most so long …
pub const VOICEMAIL: TimeDelta = TimeDelta::minutes(3);
/// … and what is heard before it at most so long: the longest audio file, and time to load it.
pub const GREETING: TimeDelta = TimeDelta::minutes(11);
/// One who has yet to agree to the recording of a message does so within this, from the beep on.
pub const MESSAGE_CONSENT: TimeDelta = TimeDelta::minutes(1);
/// A message is to be listened to within this, once the queue is open.
pub const VOICEMAIL_TASK: TimeDelta = TimeDelta::hours(1);
/// A queue that handled nothing yet is taken to need so long for a call.
pub const HANDLING_GUESS: TimeDelta = TimeDelta::minutes(3);

/// Parties of one call, those who were asked into it included.
pub const PARTIES: usize = 16;
/// Legs of one call, those included that have left.
pub const LEGS: usize = 200;
/// An invitation to a call that runs is good for so long.
pub const INVITATION: TimeDelta = TimeDelta::minutes(10);

/// A mutation waits so long for a worker to lease a call that was just placed or moved.
pub const LEASE_WAIT: Duration = Duration::from_secs(5);
/// A browser that offers while the worker's own offer is younger than this shall answer that one first.
pub const OFFER_YOUNG: Duration = Duration::from_secs(5);
/// Whoever parks somebody is answered after this at the latest, though the worker has not said that it is done.
pub const PARKED: Duration = Duration::from_millis(500);
/// A worker answers a command within this.
pub const COMMAND: Duration = Duration::from_secs(5);
/// A database that has said nothing so long after it should have ended a statement by itself is not waited for any more.
pub const UNANSWERED: Duration = Duration::from_secs(5);
/// A worker writes a sign of life so often …
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// … and counts as hung without one for so long.
pub const HEARTBEAT_LOST: TimeDelta = TimeDelta::seconds(6);
/// A worker whose lock is free is dead once it has missed a sign of life.
pub const HEARTBEAT_MISSED: TimeDelta = TimeDelta::milliseconds(1300);
/// A scheduler that was away itself waits so long before it declares anybody dead.
pub const GRACE: Duration = Duration::from_secs(6);
/// The scheduler looks for dead workers so often, whatever else it sleeps for.
pub const SWEEP: Duration = Duration::from_millis(500);
/// A job in the outbox is sent again when its writer did not within this.
pub const OUTBOX_LEFT_BEHIND: TimeDelta = TimeDelta::seconds(2);
/// A call without a worker is dispatched anew every so long.
pub const DISPATCH_AGAIN: TimeDelta = TimeDelta::seconds(5);
/// A machine's clock that is off by more is not gone by.
pub const CLOCK_OFF: TimeDelta = TimeDelta::milliseconds(100);
/// A program compares its clock with the database's so often.
pub const CLOCK_CHECK: Duration = Duration::from_secs(30);
/// The log, and with it the history of calls, is kept so long, in whole months.
pub const EVENTS_KEPT: TimeDelta = TimeDelta::days(400);
/// What supervisors and administrators did stays known so long.
pub const AUDIT_KEPT: TimeDelta = TimeDelta::days(730);
/// News that are older than this when they are handed on are an alert.
pub const EVENT_LAG: Duration = Duration::from_secs(2);
/// The event reader looks without being woken so often.
pub const EVENT_POLL: Duration = Duration::from_secs(1);
/// … and so often at first while an open transaction holds news back.
pub const EVENT_RECHECK: Duration = Duration::from_millis(20);

/// So long after the end of a call somebody looks whether the worker that owes its last objects still lives …
pub const FINALIZE: TimeDelta = TimeDelta::seconds(20);
/// … and so long a living one may owe them (object storage is away) before they are given up.
pub const OBJECTS_OWED: TimeDelta = TimeDelta::hours(24);
/// A transcoder's lease; renewed every third of it.
pub const TRANSCODE_LEASE: TimeDelta = TimeDelta::seconds(60);
/// A recording that nobody has taken is dispatched anew every so long; workers transcode one at a time.
pub const TRANSCODE_AGAIN: TimeDelta = TimeDelta::minutes(2);
/// Transcoding that had to break off is dispatched again after this.
pub const TRANSCODE_POSTPONED: TimeDelta = TimeDelta::seconds(15);
/// Transcoding is tried so often before the recording counts as FAILED.
pub const TRANSCODE_ATTEMPTS: i32 = 3;
/// A playback link outlives the recording's duration by this.
pub const PLAYBACK: TimeDelta = TimeDelta::hours(1);

/// The address for an upload is good for so long.
pub const UPLOAD: TimeDelta = TimeDelta::minutes(15);
/// An upload takes at most so long.
pub const UPLOAD_TRANSFER: Duration = Duration::from_secs(300);
/// A converter's lease; renewed every third of it.
pub const CONVERT_LEASE: TimeDelta = TimeDelta::seconds(60);
/// Converting itself takes at most so long.
pub const CONVERT: Duration = Duration::from_secs(120);
/// An upload that no worker has taken is dispatched anew every so long.
pub const CONVERT_AGAIN: TimeDelta = TimeDelta::seconds(30);
/// Converting that had to break off is dispatched again after this.
pub const CONVERT_POSTPONED: TimeDelta = TimeDelta::seconds(10);
/// Converting is tried so often before the file counts as FAILED.
pub const CONVERT_ATTEMPTS: i32 = 3;
/// An address for listening to an audio file is good for so long.
pub const AUDIO_LINK: TimeDelta = TimeDelta::hours(1);
