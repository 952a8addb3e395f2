-- The spine: who may sign in, whom they call, the calls, what was recorded, what is due, and the log of it all.
-- Enumerations are text with a CHECK: adding a value later is one quick ALTER, without a table rewrite.

CREATE TABLE app_user (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    role text NOT NULL CHECK (role IN ('AGENT', 'SUPERVISOR', 'ADMIN')),
    time_zone text NOT NULL DEFAULT 'UTC',
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);
CREATE UNIQUE INDEX app_user_email ON app_user (lower(email));
COMMENT ON TABLE app_user IS 'People who sign in: agents, supervisors, administrators.';
COMMENT ON COLUMN app_user.id IS 'UUID v7.';
COMMENT ON COLUMN app_user.name IS 'Shown to colleagues and to contacts who are called.';
COMMENT ON COLUMN app_user.email IS 'Sign-in name; unique without regard to case.';
COMMENT ON COLUMN app_user.role IS 'AGENT, SUPERVISOR or ADMIN.';
COMMENT ON COLUMN app_user.time_zone IS 'IANA name; times are shown and reminders timed in it.';
COMMENT ON COLUMN app_user.password_hash IS 'Argon2id in PHC string format.';
COMMENT ON COLUMN app_user.created_at IS 'When the account was made.';
COMMENT ON COLUMN app_user.disabled_at IS 'Set: the account can neither sign in nor refresh.';

CREATE TABLE session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    generation integer NOT NULL DEFAULT 0,
    rotated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX session_by_user ON session (user_id) WHERE revoked_at IS NULL;
COMMENT ON TABLE session IS 'One sign-in: a family of refresh tokens. The tokens are derived (HMAC of id and generation), never stored.';
COMMENT ON COLUMN session.id IS 'UUID v7.';
COMMENT ON COLUMN session.user_id IS 'Who signed in.';
COMMENT ON COLUMN session.generation IS 'Number of the refresh token that is good now; the one before it repeats for 30 s.';
COMMENT ON COLUMN session.rotated_at IS 'When the generation last grew.';
COMMENT ON COLUMN session.created_at IS 'When the person signed in.';
COMMENT ON COLUMN session.expires_at IS 'After this a new sign-in is needed.';
COMMENT ON COLUMN session.revoked_at IS 'Set: signed out, or a used refresh token came again.';

CREATE TABLE rate_limit (
    key text PRIMARY KEY CHECK (char_length(key) <= 300),
    window_start timestamptz NOT NULL,
    attempts integer NOT NULL
);
COMMENT ON TABLE rate_limit IS 'Fixed-window counters that all api processes share, for failed sign-ins.';
COMMENT ON COLUMN rate_limit.key IS 'What is limited and for whom, hashed where it would be personal.';
COMMENT ON COLUMN rate_limit.window_start IS 'Start of the present window.';
COMMENT ON COLUMN rate_limit.attempts IS 'Attempts in the present window.';

CREATE TABLE idempotency (
    caller text NOT NULL,
    mutation text NOT NULL,
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 200),
    input_hash bytea NOT NULL,
    result jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (caller, mutation, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
COMMENT ON TABLE idempotency IS 'First results of mutations that carried an idempotency key; kept for 24 h.';
COMMENT ON COLUMN idempotency.caller IS 'User or guest that sent the key.';
COMMENT ON COLUMN idempotency.mutation IS 'Name of the mutation.';
COMMENT ON COLUMN idempotency.key IS 'The client''s key.';
COMMENT ON COLUMN idempotency.input_hash IS 'SHA-256 of the input: the same key with another input is refused.';
COMMENT ON COLUMN idempotency.result IS 'Ids needed to give the first result again; never a secret.';
COMMENT ON COLUMN idempotency.created_at IS 'When the first request was carried out.';

CREATE TABLE contact (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    emails text[] NOT NULL DEFAULT '{}',
    phones text[] NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    attributes jsonb NOT NULL DEFAULT '[]',
    time_zone text,
    owner_id uuid REFERENCES app_user ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE INDEX contact_name ON contact (lower(name), id);
CREATE INDEX contact_updated ON contact (updated_at DESC, id DESC);
CREATE INDEX contact_owner ON contact (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX contact_tags ON contact USING gin (tags);
COMMENT ON TABLE contact IS 'People whom agents talk with.';
COMMENT ON COLUMN contact.id IS 'UUID v7.';
COMMENT ON COLUMN contact.name IS 'Full name as it is shown.';
COMMENT ON COLUMN contact.emails IS 'E-mail addresses, the preferred one first.';
COMMENT ON COLUMN contact.phones IS 'E.164 numbers, the preferred one first.';
COMMENT ON COLUMN contact.tags IS 'Free labels.';
COMMENT ON COLUMN contact.attributes IS 'Custom facts: [{"name", "value"}].';
COMMENT ON COLUMN contact.time_zone IS 'IANA name, where known.';
COMMENT ON COLUMN contact.owner_id IS 'The user who looks after the contact.';
COMMENT ON COLUMN contact.created_at IS 'When it was made.';
COMMENT ON COLUMN contact.updated_at IS 'When it last changed.';
COMMENT ON COLUMN contact.archived_at IS 'Set: out of lists, history kept.';

-- array_to_string is STABLE for the sake of types whose output depends on settings; that of text does not.
CREATE FUNCTION contact_text(name text, emails text[], phones text[], tags text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN name || ' ' || coalesce(array_to_string(emails, ' '), '') || ' ' || coalesce(array_to_string(phones, ' '), '') || ' ' || coalesce(array_to_string(tags, ' '), '');
COMMENT ON FUNCTION contact_text(text, text[], text[], text[]) IS 'What a search for contacts looks in.';

-- Any owner of a database may create pg_trgm, where its files are installed (Debian: with the server). Without it the
-- search works all the same, by reading every contact.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX contact_search ON contact USING gin (contact_text(name, emails, phones, tags) gin_trgm_ops);
EXCEPTION WHEN undefined_file OR insufficient_privilege OR feature_not_supported THEN
    RAISE WARNING 'pg_trgm cannot be had: the search for contacts reads them all';
END $$;

CREATE TABLE media_worker (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('ACTIVE', 'DRAINING', 'GONE')),
    lock_key bigint NOT NULL UNIQUE,
    capacity integer NOT NULL CHECK (capacity > 0),
    legs integer NOT NULL DEFAULT 0,
    address text NOT NULL,
    started_at timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    gone_at timestamptz
);
CREATE INDEX media_worker_alive ON media_worker (heartbeat_at) WHERE state <> 'GONE';
COMMENT ON TABLE media_worker IS 'One run of a media worker process. The worker writes its own row; the scheduler alone writes GONE over a dead one.';
COMMENT ON COLUMN media_worker.id IS 'UUID v7, new at every start.';
COMMENT ON COLUMN media_worker.name IS 'Host and process, for people.';
COMMENT ON COLUMN media_worker.state IS 'ACTIVE takes calls, DRAINING finishes what it has, GONE is over.';
COMMENT ON COLUMN media_worker.lock_key IS 'Advisory lock that the worker''s own database session holds while it lives.';
COMMENT ON COLUMN media_worker.capacity IS 'Legs that it takes at most.';
COMMENT ON COLUMN media_worker.legs IS 'Legs that it holds now.';
COMMENT ON COLUMN media_worker.address IS 'Announced media address and UDP port.';
COMMENT ON COLUMN media_worker.started_at IS 'When the process registered.';
COMMENT ON COLUMN media_worker.heartbeat_at IS 'Last sign of life, every second.';
COMMENT ON COLUMN media_worker.gone_at IS 'When it left or was found dead.';

CREATE TABLE call (
    id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 0,
    direction text NOT NULL CHECK (direction IN ('OUTBOUND', 'INBOUND', 'INTERNAL', 'SCHEDULED')),
    media text NOT NULL CHECK (media IN ('AUDIO', 'VIDEO')),
    state text NOT NULL CHECK (state IN ('CREATED', 'QUEUED', 'RINGING', 'CONNECTING', 'IN_PROGRESS', 'ENDED')),
    result text CHECK (result IN ('COMPLETED', 'MISSED', 'ABANDONED', 'DECLINED', 'FAILED', 'VOICEMAIL', 'CALLBACK')),
    contact_id uuid REFERENCES contact ON DELETE SET NULL,
    contact_verified boolean NOT NULL,
    agent_id uuid REFERENCES app_user ON DELETE SET NULL,
    subject text CHECK (char_length(subject) <= 500),
    record boolean NOT NULL,
    recording_stopped boolean NOT NULL DEFAULT false,
    worker_id uuid REFERENCES media_worker ON DELETE SET NULL,
    epoch integer NOT NULL DEFAULT 0,
    answer_by timestamptz,
    dispatch_at timestamptz,
    created_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    CHECK ((state = 'ENDED') = (ended_at IS NOT NULL)),
    CHECK ((state = 'ENDED') = (result IS NOT NULL))
);
CREATE INDEX call_created ON call (created_at DESC, id DESC);
CREATE INDEX call_answer_by ON call (answer_by) WHERE state <> 'ENDED' AND answered_at IS NULL;
CREATE INDEX call_worker ON call (worker_id) WHERE state <> 'ENDED';
CREATE INDEX call_dispatch ON call (dispatch_at) WHERE worker_id IS NULL AND state <> 'ENDED';
CREATE INDEX call_contact ON call (contact_id, id);
CREATE INDEX call_agent ON call (agent_id, id);
CREATE INDEX call_live ON call (created_at) WHERE state <> 'ENDED';
COMMENT ON TABLE call IS 'One conversation, from being placed to its end. Every change locks this row first, so that the events of a call have one order.';
COMMENT ON COLUMN call.id IS 'UUID v7.';
COMMENT ON COLUMN call.version IS 'Number of the last event of this call; only grows.';
COMMENT ON COLUMN call.direction IS 'Who began it.';
COMMENT ON COLUMN call.media IS 'AUDIO or VIDEO, as it was placed.';
COMMENT ON COLUMN call.state IS 'CREATED, QUEUED, RINGING, CONNECTING, IN_PROGRESS, ENDED.';
COMMENT ON COLUMN call.result IS 'How it ended; set exactly when ENDED.';
COMMENT ON COLUMN call.contact_id IS 'The contact called or calling.';
COMMENT ON COLUMN call.contact_verified IS 'False: the caller only said so.';
COMMENT ON COLUMN call.agent_id IS 'The present or last agent.';
COMMENT ON COLUMN call.subject IS 'What it is about, in the words of whoever placed it.';
COMMENT ON COLUMN call.record IS 'Whether it is to be recorded, once all who must have agreed.';
COMMENT ON COLUMN call.recording_stopped IS 'Recording was stopped by hand or by a refusal; it does not start again by policy.';
COMMENT ON COLUMN call.worker_id IS 'The media worker that leased it.';
COMMENT ON COLUMN call.epoch IS 'Grows with every lease; a write with an older epoch changes nothing.';
COMMENT ON COLUMN call.answer_by IS 'Unanswered by then, it ends MISSED.';
COMMENT ON COLUMN call.dispatch_at IS 'Without a worker by then, it is dispatched again; null while a worker has it.';
COMMENT ON COLUMN call.created_at IS 'When it was placed.';
COMMENT ON COLUMN call.answered_at IS 'When media first flowed both ways on both sides.';
COMMENT ON COLUMN call.ended_at IS 'When it ended.';
COMMENT ON COLUMN call.end_reason IS 'Plain words: who or what ended it.';

CREATE TABLE leg (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('AGENT', 'CONTACT', 'SUPERVISOR', 'GUEST')),
    state text NOT NULL CHECK (state IN ('INVITED', 'JOINING', 'CONNECTED', 'RECONNECTING', 'LEFT')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    user_id uuid REFERENCES app_user ON DELETE SET NULL,
    contact_id uuid REFERENCES contact ON DELETE SET NULL,
    audience text NOT NULL DEFAULT 'EVERYONE' CHECK (audience IN ('EVERYONE', 'AGENTS', 'NOBODY')),
    parked boolean NOT NULL DEFAULT false,
    muted boolean NOT NULL DEFAULT false,
    video_on boolean NOT NULL,
    screen_on boolean NOT NULL DEFAULT false,
    consent boolean,
    consent_at timestamptz,
    consent_wording text,
    guest_token_hash bytea UNIQUE,
    guest_token_expires_at timestamptz,
    epoch integer NOT NULL DEFAULT 0,
    away_since timestamptz,
    leave_by timestamptz,
    invited_at timestamptz NOT NULL,
    joined_at timestamptz,
    connected_at timestamptz,
    left_at timestamptz,
    CHECK (num_nonnulls(consent, consent_at, consent_wording) IN (0, 3))
);
CREATE INDEX leg_call ON leg (call_id);
CREATE INDEX leg_leave_by ON leg (leave_by) WHERE leave_by IS NOT NULL;
CREATE INDEX leg_user ON leg (user_id, call_id) WHERE user_id IS NOT NULL;
COMMENT ON TABLE leg IS 'One party of a call. The api moves it to JOINING and LEFT, the leasing worker to CONNECTED and RECONNECTING, the scheduler to LEFT when its time is up.';
COMMENT ON COLUMN leg.id IS 'UUID v7.';
COMMENT ON COLUMN leg.call_id IS 'The call.';
COMMENT ON COLUMN leg.role IS 'AGENT, CONTACT, SUPERVISOR or GUEST.';
COMMENT ON COLUMN leg.state IS 'INVITED, JOINING, CONNECTED, RECONNECTING, LEFT.';
COMMENT ON COLUMN leg.name IS 'Name shown to the others.';
COMMENT ON COLUMN leg.user_id IS 'Set for agents and supervisors.';
COMMENT ON COLUMN leg.contact_id IS 'Set for contacts.';
COMMENT ON COLUMN leg.audience IS 'Who may hear this leg: EVERYONE, AGENTS (whisper) or NOBODY (silent).';
COMMENT ON COLUMN leg.parked IS 'A parked leg neither hears nor is heard.';
COMMENT ON COLUMN leg.muted IS 'The microphone is off.';
COMMENT ON COLUMN leg.video_on IS 'The camera is on.';
COMMENT ON COLUMN leg.screen_on IS 'The screen is shared.';
COMMENT ON COLUMN leg.consent IS 'To being recorded: true given, false refused, null not asked or not answered.';
COMMENT ON COLUMN leg.consent_at IS 'When it was answered.';
COMMENT ON COLUMN leg.consent_wording IS 'The words that were shown.';
COMMENT ON COLUMN leg.guest_token_hash IS 'SHA-256 of the bearer token of the browser that took up the link.';
COMMENT ON COLUMN leg.guest_token_expires_at IS 'The guest token is good until then.';
COMMENT ON COLUMN leg.epoch IS 'Epoch of the call in which this leg last connected.';
COMMENT ON COLUMN leg.away_since IS 'Without media since; null while connected. After 60 s another browser may take up the link.';
COMMENT ON COLUMN leg.leave_by IS 'Not connected by then, it counts as LEFT.';
COMMENT ON COLUMN leg.invited_at IS 'When it was added to the call.';
COMMENT ON COLUMN leg.joined_at IS 'When the party first joined.';
COMMENT ON COLUMN leg.connected_at IS 'When its media first flowed both ways.';
COMMENT ON COLUMN leg.left_at IS 'When it left for good.';

CREATE TABLE call_interval (
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    ordinal integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('SETUP', 'WAIT', 'RING', 'CONNECT', 'TALK', 'HOLD', 'WRAP_UP')),
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (call_id, ordinal),
    CHECK (ended_at >= started_at)
);
CREATE UNIQUE INDEX call_interval_open ON call_interval (call_id) WHERE ended_at IS NULL;
COMMENT ON TABLE call_interval IS 'The life of a call cut into intervals without gap or overlap; every duration derives from them.';
COMMENT ON COLUMN call_interval.call_id IS 'The call.';
COMMENT ON COLUMN call_interval.ordinal IS 'Place in the life of the call, from 0.';
COMMENT ON COLUMN call_interval.kind IS 'SETUP (no worker yet), WAIT (queue), RING, CONNECT (joined, no media yet), TALK, HOLD, WRAP_UP.';
COMMENT ON COLUMN call_interval.started_at IS 'When it began: the end of the one before.';
COMMENT ON COLUMN call_interval.ended_at IS 'Null while it lasts.';

CREATE TABLE recording (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('RECORDING', 'PAUSED', 'FINALIZING', 'TRANSCODING', 'READY', 'FAILED', 'DELETED')),
    data_key bytea,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    finalize_by timestamptz,
    duration_ms bigint,
    bytes bigint,
    sha256 text,
    progress double precision,
    failure text,
    retain_until timestamptz,
    legal_hold boolean NOT NULL DEFAULT false,
    attempt integer NOT NULL DEFAULT 0,
    postponed integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    dispatch_at timestamptz,
    output_attempt integer
);
CREATE UNIQUE INDEX recording_live ON recording (call_id) WHERE state IN ('RECORDING', 'PAUSED');
CREATE INDEX recording_started ON recording (started_at DESC, id DESC);
CREATE INDEX recording_call ON recording (call_id, id);
CREATE INDEX recording_purge ON recording (id) WHERE state = 'DELETED' AND data_key IS NOT NULL;
CREATE INDEX recording_dispatch ON recording (dispatch_at) WHERE state = 'TRANSCODING';
CREATE INDEX recording_finalize ON recording (finalize_by) WHERE state = 'FINALIZING';
COMMENT ON TABLE recording IS 'What was recorded of a call. The leasing worker writes it while the call runs, the transcoding worker after.';
COMMENT ON COLUMN recording.id IS 'UUID v7.';
COMMENT ON COLUMN recording.call_id IS 'The call.';
COMMENT ON COLUMN recording.state IS 'RECORDING, PAUSED, FINALIZING (last objects on their way), TRANSCODING, READY, FAILED, DELETED.';
COMMENT ON COLUMN recording.data_key IS 'Key of its objects, wrapped by the installation''s secret; null once deleted.';
COMMENT ON COLUMN recording.started_at IS 'Instant zero of the finished recording.';
COMMENT ON COLUMN recording.ended_at IS 'When recording stopped.';
COMMENT ON COLUMN recording.finalize_by IS 'FINALIZING: when to look whether the worker that owes objects is still alive.';
COMMENT ON COLUMN recording.duration_ms IS 'Length of the finished recording.';
COMMENT ON COLUMN recording.bytes IS 'Size of the finished recording''s objects.';
COMMENT ON COLUMN recording.sha256 IS 'SHA-256 of the finished MP4 (or M4A), before encryption.';
COMMENT ON COLUMN recording.progress IS 'Of the transcoding, 0..1.';
COMMENT ON COLUMN recording.failure IS 'What went wrong, in words for people.';
COMMENT ON COLUMN recording.retain_until IS 'To be deleted after this; null: kept.';
COMMENT ON COLUMN recording.legal_hold IS 'Set: not deleted, whatever else says so.';
COMMENT ON COLUMN recording.attempt IS 'Transcoding attempts so far.';
COMMENT ON COLUMN recording.postponed IS 'Of those attempts, the ones that broke off for want of storage or at a worker''s stop; they count as none.';
COMMENT ON COLUMN recording.lease_until IS 'A transcoder works on it until then, unless it renews.';
COMMENT ON COLUMN recording.dispatch_at IS 'TRANSCODING: not leased, or the lease not renewed by then, it is dispatched again.';
COMMENT ON COLUMN recording.output_attempt IS 'The attempt whose output is the recording.';

CREATE TABLE recording_track (
    id uuid PRIMARY KEY,
    recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
    leg_id uuid NOT NULL REFERENCES leg ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('AUDIO', 'VIDEO')),
    codec text NOT NULL,
    epoch integer NOT NULL,
    worker_id uuid NOT NULL REFERENCES media_worker,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    closed boolean NOT NULL DEFAULT false
);
CREATE INDEX recording_track_recording ON recording_track (recording_id);
COMMENT ON TABLE recording_track IS 'One uninterrupted stream of one leg, in one epoch: its objects, concatenated, are one Matroska file.';
COMMENT ON COLUMN recording_track.id IS 'UUID v7.';
COMMENT ON COLUMN recording_track.recording_id IS 'The recording.';
COMMENT ON COLUMN recording_track.leg_id IS 'Whose voice or picture.';
COMMENT ON COLUMN recording_track.kind IS 'AUDIO or VIDEO.';
COMMENT ON COLUMN recording_track.codec IS 'As received: OPUS or VP8.';
COMMENT ON COLUMN recording_track.epoch IS 'The lease under which it was written.';
COMMENT ON COLUMN recording_track.worker_id IS 'Who writes it: while that worker lives, its objects are waited for.';
COMMENT ON COLUMN recording_track.started_at IS 'Arrival of its first media on the database''s clock: instant zero of the file.';
COMMENT ON COLUMN recording_track.ended_at IS 'End of the last media in its objects.';
COMMENT ON COLUMN recording_track.closed IS 'Ended cleanly: every object has its row.';

CREATE TABLE recording_object (
    track_id uuid NOT NULL REFERENCES recording_track ON DELETE CASCADE,
    sequence integer NOT NULL,
    key text NOT NULL UNIQUE,
    bytes bigint NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (track_id, sequence)
);
COMMENT ON TABLE recording_object IS 'A part of a track in object storage; the row is written after the upload, so only what a row names exists.';
COMMENT ON COLUMN recording_object.track_id IS 'The track.';
COMMENT ON COLUMN recording_object.sequence IS 'Place in the track, from 0.';
COMMENT ON COLUMN recording_object.key IS 'Key in the bucket; contains the epoch.';
COMMENT ON COLUMN recording_object.bytes IS 'Size as stored, encrypted.';
COMMENT ON COLUMN recording_object.sha256 IS 'SHA-256 as stored, encrypted.';

CREATE TABLE recording_pause (
    recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
    user_id uuid NOT NULL REFERENCES app_user,
    PRIMARY KEY (recording_id, started_at)
);
COMMENT ON TABLE recording_pause IS 'Stretches in which nothing was written, for card numbers and the like.';
COMMENT ON COLUMN recording_pause.recording_id IS 'The recording.';
COMMENT ON COLUMN recording_pause.started_at IS 'From.';
COMMENT ON COLUMN recording_pause.ended_at IS 'To; null while it lasts.';
COMMENT ON COLUMN recording_pause.reason IS 'Why, as the agent said.';
COMMENT ON COLUMN recording_pause.user_id IS 'Who paused.';

CREATE TABLE rendition (
    recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
    name text NOT NULL,
    width integer,
    height integer,
    kbps integer NOT NULL,
    codecs text NOT NULL,
    PRIMARY KEY (recording_id, name)
);
COMMENT ON TABLE rendition IS 'One rung of the HLS ladder of a finished recording.';
COMMENT ON COLUMN rendition.recording_id IS 'The recording.';
COMMENT ON COLUMN rendition.name IS 'Such as 720p or audio.';
COMMENT ON COLUMN rendition.width IS 'Pixels; null for audio.';
COMMENT ON COLUMN rendition.height IS 'Pixels; null for audio.';
COMMENT ON COLUMN rendition.kbps IS 'Average rate, measured.';
COMMENT ON COLUMN rendition.codecs IS 'As in RFC 6381.';

CREATE TABLE recording_file (
    recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
    path text NOT NULL CHECK (char_length(path) <= 300),
    key text NOT NULL UNIQUE,
    content_type text NOT NULL,
    bytes bigint NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (recording_id, path)
);
COMMENT ON TABLE recording_file IS 'The files of a finished recording, as a player asks for them.';
COMMENT ON COLUMN recording_file.recording_id IS 'The recording.';
COMMENT ON COLUMN recording_file.path IS 'Relative path, such as master.m3u8.';
COMMENT ON COLUMN recording_file.key IS 'Key in the bucket.';
COMMENT ON COLUMN recording_file.content_type IS 'Media type.';
COMMENT ON COLUMN recording_file.bytes IS 'Size before encryption.';
COMMENT ON COLUMN recording_file.sha256 IS 'SHA-256 before encryption.';

CREATE TABLE recording_access (
    id uuid PRIMARY KEY,
    recording_id uuid NOT NULL REFERENCES recording ON DELETE CASCADE,
    user_id uuid REFERENCES app_user ON DELETE SET NULL,
    reason text CHECK (char_length(reason) <= 500),
    token_hash bytea NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX recording_access_recording ON recording_access (recording_id, id);
COMMENT ON TABLE recording_access IS 'Who was given a playback link, when and why: the link and its audit in one row.';
COMMENT ON COLUMN recording_access.id IS 'UUID v7.';
COMMENT ON COLUMN recording_access.recording_id IS 'The recording.';
COMMENT ON COLUMN recording_access.user_id IS 'Who asked.';
COMMENT ON COLUMN recording_access.reason IS 'Why, as they said.';
COMMENT ON COLUMN recording_access.token_hash IS 'SHA-256 of the token in the link.';
COMMENT ON COLUMN recording_access.at IS 'When.';
COMMENT ON COLUMN recording_access.expires_at IS 'The link is dead after this.';

CREATE TABLE automation_rule (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    trigger text NOT NULL CHECK (trigger IN ('CALL_MISSED')),
    task_title text NOT NULL,
    due_after_seconds integer NOT NULL CHECK (due_after_seconds > 0),
    remind_before_seconds integer NOT NULL CHECK (remind_before_seconds >= 0),
    enabled boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE automation_rule IS 'When a call ends like this, make that task.';
COMMENT ON COLUMN automation_rule.id IS 'UUID.';
COMMENT ON COLUMN automation_rule.name IS 'For people.';
COMMENT ON COLUMN automation_rule.trigger IS 'CALL_MISSED: nobody joined in time.';
COMMENT ON COLUMN automation_rule.task_title IS 'Title of the task; {contact} stands for the contact''s name.';
COMMENT ON COLUMN automation_rule.due_after_seconds IS 'The task is due so long after the call''s end.';
COMMENT ON COLUMN automation_rule.remind_before_seconds IS 'Its reminder comes so long before it is due.';
COMMENT ON COLUMN automation_rule.enabled IS 'Only enabled rules act.';
INSERT INTO automation_rule (id, name, trigger, task_title, due_after_seconds, remind_before_seconds)
VALUES ('00000000-0000-7000-8000-000000000001', 'Follow up a missed call', 'CALL_MISSED', 'Call {contact} again', 3600, 600);

CREATE TABLE task (
    id uuid PRIMARY KEY,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
    state text NOT NULL CHECK (state IN ('OPEN', 'DONE', 'CANCELLED')),
    due_at timestamptz,
    remind_at timestamptz,
    assignee_id uuid REFERENCES app_user ON DELETE SET NULL,
    contact_id uuid REFERENCES contact ON DELETE CASCADE,
    call_id uuid REFERENCES call ON DELETE SET NULL,
    rule_id uuid REFERENCES automation_rule ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX task_rule_call ON task (rule_id, call_id);
CREATE INDEX task_remind ON task (remind_at) WHERE state = 'OPEN' AND remind_at IS NOT NULL;
CREATE INDEX task_assignee ON task (assignee_id, id);
CREATE INDEX task_contact ON task (contact_id, id);
CREATE INDEX task_call ON task (call_id, id) WHERE call_id IS NOT NULL;
COMMENT ON TABLE task IS 'Something to do for somebody.';
COMMENT ON COLUMN task.id IS 'UUID v7.';
COMMENT ON COLUMN task.title IS 'What is to be done.';
COMMENT ON COLUMN task.state IS 'OPEN, DONE or CANCELLED.';
COMMENT ON COLUMN task.due_at IS 'When it should be done.';
COMMENT ON COLUMN task.remind_at IS 'When the assignee is reminded; null once that happened.';
COMMENT ON COLUMN task.assignee_id IS 'Who shall do it.';
COMMENT ON COLUMN task.contact_id IS 'About whom.';
COMMENT ON COLUMN task.call_id IS 'Which call it follows.';
COMMENT ON COLUMN task.rule_id IS 'The rule that made it; one task a rule and call.';
COMMENT ON COLUMN task.created_at IS 'When it was made.';
COMMENT ON COLUMN task.updated_at IS 'When it last changed.';

CREATE TABLE notification (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES app_user ON DELETE CASCADE,
    kind text NOT NULL,
    title text NOT NULL,
    body text,
    subject text,
    dedupe text NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    read_at timestamptz
);
CREATE INDEX notification_user ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id, id) WHERE read_at IS NULL;
COMMENT ON TABLE notification IS 'What a user is told in the app, exactly once.';
COMMENT ON COLUMN notification.id IS 'UUID v7.';
COMMENT ON COLUMN notification.user_id IS 'Who is told.';
COMMENT ON COLUMN notification.kind IS 'Such as task.reminder.';
COMMENT ON COLUMN notification.title IS 'One line.';
COMMENT ON COLUMN notification.body IS 'More, where needed.';
COMMENT ON COLUMN notification.subject IS 'Typed id of what it is about.';
COMMENT ON COLUMN notification.dedupe IS 'Cause of the notification: the same cause tells once.';
COMMENT ON COLUMN notification.at IS 'When.';
COMMENT ON COLUMN notification.read_at IS 'When the user saw it.';

-- The log. Its order is the pair (xid, seq): see domain/src/events.
CREATE TABLE event (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    aggregate text NOT NULL CHECK (aggregate IN ('call', 'leg', 'user', 'session', 'recording', 'worker')),
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (seq, at)
) PARTITION BY RANGE (at);
CREATE TABLE event_default PARTITION OF event DEFAULT;
CREATE INDEX event_order ON event (xid, seq);
CREATE INDEX event_aggregate ON event (aggregate, aggregate_id, xid, seq);
COMMENT ON TABLE event IS 'Append-only log of every change of state, by month; written in the transaction of the change. Ids and states, never personal data.';
COMMENT ON COLUMN event.seq IS 'Order within a transaction.';
COMMENT ON COLUMN event.xid IS 'Transaction; readers hand out only what lies below the oldest one still running.';
COMMENT ON COLUMN event.at IS 'When it happened.';
COMMENT ON COLUMN event.aggregate IS 'What changed.';
COMMENT ON COLUMN event.aggregate_id IS 'Which one.';
COMMENT ON COLUMN event.version IS 'Number of the event within its aggregate (calls), else 0.';
COMMENT ON COLUMN event.kind IS 'What happened.';
COMMENT ON COLUMN event.payload IS 'Ids and states of the change.';

CREATE TABLE event_floor (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    xid xid8 NOT NULL,
    seq bigint NOT NULL
);
INSERT INTO event_floor (xid, seq) VALUES ('0', 0);
COMMENT ON TABLE event_floor IS 'Everything up to here has been dropped from the log: an older cursor has expired.';
COMMENT ON COLUMN event_floor.single IS 'There is one row.';
COMMENT ON COLUMN event_floor.xid IS 'Transaction of the last dropped event.';
COMMENT ON COLUMN event_floor.seq IS 'Sequence of the last dropped event.';

-- Partitions are made by this function alone: at migration and by the scheduler, three months ahead.
CREATE FUNCTION event_partitions(until date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
    partition text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('event_partitions'));
    WHILE month <= until LOOP
        partition := 'event_' || to_char(month, 'YYYY_MM');
        IF to_regclass(partition) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF event FOR VALUES FROM (%L) TO (%L)', partition,
                to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
        END IF;
        month := month + interval '1 month';
    END LOOP;
END $$;
COMMENT ON FUNCTION event_partitions(date) IS 'Makes the monthly partitions of event that are missing, from this month to that of the date.';
SELECT event_partitions((now() + interval '3 months')::date);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX outbox_created ON outbox (created_at);
COMMENT ON TABLE outbox IS 'Jobs to be sent to RabbitMQ: written with the change that wants them, deleted once the broker confirmed. A sweep sends what was left behind.';
COMMENT ON COLUMN outbox.id IS 'Order of writing.';
COMMENT ON COLUMN outbox.queue IS 'Job queue.';
COMMENT ON COLUMN outbox.body IS 'The job: ids.';
COMMENT ON COLUMN outbox.created_at IS 'When it was written.';

-- Raises the floor and drops in one step, partition by partition: the last place of each stands in its own index.
CREATE FUNCTION event_drop_before(before date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    partition record;
    dropped integer := 0;
BEGIN
    FOR partition IN SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'event'::regclass LOOP
        IF partition.name ~ '^event_\d{4}_\d{2}$' AND to_date(right(partition.name, 7), 'YYYY_MM') < date_trunc('month', before::timestamp) THEN
            EXECUTE format('UPDATE event_floor SET (xid, seq) = (last.xid, last.seq)
                FROM (SELECT xid, seq FROM %I ORDER BY xid DESC, seq DESC LIMIT 1) AS last
                WHERE (event_floor.xid, event_floor.seq) < (last.xid, last.seq)', partition.name);
            EXECUTE format('DROP TABLE %I', partition.name);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION event_drop_before(date) IS 'Drops the monthly partitions of event that ended before the month of the date, raises the floor of cursors, returns how many.';
