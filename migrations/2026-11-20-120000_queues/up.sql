-- Queues, those who wait in them, agents, and the offers that bring the two together.

CREATE TABLE agent (
    user_id uuid PRIMARY KEY REFERENCES app_user ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'OFFLINE' CHECK (status IN ('OFFLINE', 'AVAILABLE', 'AWAY')),
    reason text CHECK (char_length(reason) BETWEEN 1 AND 100),
    next_status text CHECK (next_status IN ('OFFLINE', 'AVAILABLE', 'AWAY')),
    next_reason text CHECK (char_length(next_reason) BETWEEN 1 AND 100),
    skills jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(skills) = 'object'),
    idle_since timestamptz NOT NULL,
    missed_in_row integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE agent IS 'A user as one who takes calls. Only what the agent chose is kept here; what an agent is doing is derived by agent_activity(). Whoever changes something that counts there settles the agent: domain/src/agents/activity.rs.';
COMMENT ON COLUMN agent.user_id IS 'The user.';
COMMENT ON COLUMN agent.status IS 'OFFLINE, AVAILABLE or AWAY, as chosen.';
COMMENT ON COLUMN agent.reason IS 'Why AWAY.';
COMMENT ON COLUMN agent.next_status IS 'Chosen while busy: takes effect as soon as the agent is free.';
COMMENT ON COLUMN agent.next_reason IS 'Why AWAY then.';
COMMENT ON COLUMN agent.skills IS '{"skill": level 1 to 5}.';
COMMENT ON COLUMN agent.idle_since IS 'When the agent last became available; an offer that came to nothing without the agent''s doing does not count.';
COMMENT ON COLUMN agent.missed_in_row IS 'Offers that timed out since the last one that was answered.';

CREATE TABLE agent_presence (
    agent_id uuid PRIMARY KEY REFERENCES agent ON DELETE CASCADE,
    until timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX agent_presence_until ON agent_presence (until);
COMMENT ON TABLE agent_presence IS 'A live subscription to the offers of an agent; the api process that serves it renews it.';
COMMENT ON COLUMN agent_presence.agent_id IS 'The agent.';
COMMENT ON COLUMN agent_presence.until IS 'Not renewed by then, nobody is there.';

CREATE TABLE agent_interval (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    activity text NOT NULL CHECK (activity IN ('OFFLINE', 'AVAILABLE', 'AWAY', 'RINGING', 'ON_CALL', 'WRAP_UP')),
    reason text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX agent_interval_open ON agent_interval (agent_id) WHERE ended_at IS NULL;
CREATE INDEX agent_interval_agent ON agent_interval (agent_id, started_at);
CREATE INDEX agent_interval_available ON agent_interval (agent_id) WHERE ended_at IS NULL AND activity = 'AVAILABLE';
COMMENT ON TABLE agent_interval IS 'What an agent did, without gap or overlap since the account was made: the record of agent_activity().';
COMMENT ON COLUMN agent_interval.id IS 'Order of writing.';
COMMENT ON COLUMN agent_interval.agent_id IS 'The agent.';
COMMENT ON COLUMN agent_interval.activity IS 'OFFLINE, AVAILABLE, AWAY, RINGING, ON_CALL or WRAP_UP.';
COMMENT ON COLUMN agent_interval.reason IS 'Why AWAY.';
COMMENT ON COLUMN agent_interval.started_at IS 'From: the end of the one before.';
COMMENT ON COLUMN agent_interval.ended_at IS 'To; null while it lasts.';

INSERT INTO agent (user_id, idle_since) SELECT id, created_at FROM app_user;
INSERT INTO agent_interval (agent_id, activity, started_at) SELECT id, 'OFFLINE', created_at FROM app_user;

CREATE TABLE queue (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (key ~ '^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    strategy text NOT NULL CHECK (strategy IN ('LONGEST_IDLE', 'ROUND_ROBIN', 'MOST_SKILLED', 'RING_ALL')),
    priority integer NOT NULL CHECK (priority BETWEEN -100 AND 100),
    required_skills jsonb NOT NULL CHECK (jsonb_typeof(required_skills) = 'object'),
    relax_seconds integer CHECK (relax_seconds BETWEEN 1 AND 3600),
    last_agent_seconds integer NOT NULL CHECK (last_agent_seconds BETWEEN 0 AND 3600),
    offer_seconds integer NOT NULL CHECK (offer_seconds BETWEEN 5 AND 300),
    missed_limit integer NOT NULL CHECK (missed_limit BETWEEN 1 AND 20),
    wrap_up_seconds integer NOT NULL CHECK (wrap_up_seconds BETWEEN 0 AND 3600),
    wrap_up_required boolean NOT NULL,
    default_outcome_id uuid REFERENCES outcome ON DELETE SET NULL,
    max_wait_seconds integer NOT NULL CHECK (max_wait_seconds BETWEEN 5 AND 86400),
    max_length integer NOT NULL CHECK (max_length BETWEEN 1 AND 10000),
    overflow text NOT NULL CHECK (overflow IN ('END', 'QUEUE', 'CALLBACK')),
    overflow_queue_id uuid REFERENCES queue,
    callback boolean NOT NULL,
    service_level_percent double precision NOT NULL CHECK (service_level_percent BETWEEN 1 AND 100),
    service_level_seconds integer NOT NULL CHECK (service_level_seconds BETWEEN 1 AND 3600),
    short_abandon_seconds integer NOT NULL CHECK (short_abandon_seconds BETWEEN 0 AND 60),
    hours jsonb NOT NULL,
    closed_message text CHECK (char_length(closed_message) <= 500),
    script text CHECK (char_length(script) <= 20000),
    video boolean NOT NULL,
    music_id uuid REFERENCES audio_file ON DELETE SET NULL,
    announcement_id uuid REFERENCES audio_file ON DELETE SET NULL,
    announcement_seconds integer NOT NULL CHECK (announcement_seconds BETWEEN 10 AND 600),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CHECK ((overflow = 'QUEUE') = (overflow_queue_id IS NOT NULL))
);
CREATE INDEX queue_overflow ON queue (overflow_queue_id) WHERE overflow_queue_id IS NOT NULL;
COMMENT ON TABLE queue IS 'What contacts call. Read anew by every decision, so that a change is in force at once.';
COMMENT ON COLUMN queue.id IS 'UUID v7.';
COMMENT ON COLUMN queue.key IS 'Its name in addresses: /q/<key>.';
COMMENT ON COLUMN queue.name IS 'Shown to agents and contacts.';
COMMENT ON COLUMN queue.strategy IS 'LONGEST_IDLE, ROUND_ROBIN, MOST_SKILLED or RING_ALL.';
COMMENT ON COLUMN queue.priority IS 'Head start of its calls before those of other queues, in minutes of waiting.';
COMMENT ON COLUMN queue.required_skills IS '{"skill": level}: what an agent must have at least.';
COMMENT ON COLUMN queue.relax_seconds IS 'After each so many seconds of waiting every level asked for is lower by one, down to 1; null: never.';
COMMENT ON COLUMN queue.last_agent_seconds IS 'So long a contact waits for the agent of the last call, while that one is signed in and not away; 0: not at all.';
COMMENT ON COLUMN queue.offer_seconds IS 'An agent has so long to accept.';
COMMENT ON COLUMN queue.missed_limit IS 'After so many offers missed in a row the agent is AWAY.';
COMMENT ON COLUMN queue.wrap_up_seconds IS 'Time for the work after a call; 0: none.';
COMMENT ON COLUMN queue.wrap_up_required IS 'Whether an outcome must be chosen before the wrap-up can be ended by hand.';
COMMENT ON COLUMN queue.default_outcome_id IS 'What a call is given when its wrap-up runs out without one.';
COMMENT ON COLUMN queue.max_wait_seconds IS 'After so long the call overflows.';
COMMENT ON COLUMN queue.max_length IS 'Calls that may wait at once.';
COMMENT ON COLUMN queue.overflow IS 'What becomes of a call that waited too long: END, QUEUE or CALLBACK. QUEUE also takes those that find this one full.';
COMMENT ON COLUMN queue.overflow_queue_id IS 'The other queue.';
COMMENT ON COLUMN queue.callback IS 'Whether a contact may leave and be called back when its turn comes.';
COMMENT ON COLUMN queue.service_level_percent IS 'Target: so many of a hundred …';
COMMENT ON COLUMN queue.service_level_seconds IS '… answered within this.';
COMMENT ON COLUMN queue.short_abandon_seconds IS 'Whoever leaves within this counts as a short abandon.';
COMMENT ON COLUMN queue.hours IS 'Business hours: time zone, week, holidays.';
COMMENT ON COLUMN queue.closed_message IS 'Shown to those who call outside of the hours.';
COMMENT ON COLUMN queue.script IS 'What agents say or ask.';
COMMENT ON COLUMN queue.video IS 'Whether contacts may call with a picture.';
COMMENT ON COLUMN queue.music_id IS 'What is heard while waiting; null: the music that comes with the product.';
COMMENT ON COLUMN queue.announcement_id IS 'Spoken into the music now and then.';
COMMENT ON COLUMN queue.announcement_seconds IS 'How often.';
COMMENT ON COLUMN queue.created_at IS 'When it was made.';
COMMENT ON COLUMN queue.updated_at IS 'When it last changed.';
COMMENT ON COLUMN queue.archived_at IS 'Set: it takes no calls any more.';

CREATE TABLE queue_member (
    queue_id uuid NOT NULL REFERENCES queue ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    tier integer NOT NULL CHECK (tier BETWEEN 1 AND 10),
    offered_at timestamptz,
    PRIMARY KEY (queue_id, agent_id)
);
CREATE INDEX queue_member_agent ON queue_member (agent_id);
COMMENT ON TABLE queue_member IS 'Who takes the calls of a queue.';
COMMENT ON COLUMN queue_member.queue_id IS 'The queue.';
COMMENT ON COLUMN queue_member.agent_id IS 'The agent.';
COMMENT ON COLUMN queue_member.tier IS 'A higher tier is asked only when nobody of a lower one is free.';
COMMENT ON COLUMN queue_member.offered_at IS 'When the agent last had an offer of this queue, for ROUND_ROBIN.';

CREATE TABLE queue_visit (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    queue_id uuid NOT NULL REFERENCES queue,
    callback boolean NOT NULL,
    entered_at timestamptz NOT NULL,
    rank_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    leave_by timestamptz,
    position integer,
    prefer_agent_id uuid REFERENCES agent ON DELETE SET NULL,
    prefer_until timestamptz,
    left_at timestamptz,
    outcome text CHECK (outcome IN ('ANSWERED', 'ABANDONED', 'OVERFLOWED', 'CALLBACK', 'VOICEMAIL', 'CANCELLED')),
    agent_id uuid REFERENCES agent ON DELETE SET NULL,
    handled_seconds double precision,
    routing jsonb,
    CHECK ((left_at IS NULL) = (outcome IS NULL))
);
-- Of the partial indexes of a table one alone fits each condition: analysed while nobody waits, all look empty and equally cheap.
CREATE UNIQUE INDEX queue_visit_open ON queue_visit (call_id) WHERE outcome IS NULL;
CREATE INDEX queue_visit_waiting ON queue_visit (queue_id, rank_at, id) WHERE left_at IS NULL;
CREATE INDEX queue_visit_leave_by ON queue_visit (leave_by) WHERE left_at IS NULL AND leave_by IS NOT NULL;
CREATE INDEX queue_visit_entered ON queue_visit (queue_id, entered_at);
CREATE INDEX queue_visit_handled ON queue_visit (queue_id, left_at) WHERE handled_seconds IS NOT NULL;
CREATE INDEX queue_visit_call ON queue_visit (call_id);
CREATE INDEX queue_visit_agent ON queue_visit (agent_id, left_at) WHERE agent_id IS NOT NULL;
COMMENT ON TABLE queue_visit IS 'One entry of a call into a queue. Changed under the lock of its call.';
COMMENT ON COLUMN queue_visit.id IS 'UUID v7.';
COMMENT ON COLUMN queue_visit.call_id IS 'The call; one open visit a call.';
COMMENT ON COLUMN queue_visit.queue_id IS 'The queue.';
COMMENT ON COLUMN queue_visit.callback IS 'The contact does not wait in a call but is called when its turn comes; such a visit is not counted among those offered.';
COMMENT ON COLUMN queue_visit.entered_at IS 'When it entered.';
COMMENT ON COLUMN queue_visit.rank_at IS 'Its place: the instant of entry, earlier by a minute for every point of priority. Who waits counts more with time, and no order has to be computed anew.';
COMMENT ON COLUMN queue_visit.not_before IS 'Not offered to anybody before this: the next try of a call-back.';
COMMENT ON COLUMN queue_visit.leave_by IS 'Still waiting then, it overflows.';
COMMENT ON COLUMN queue_visit.position IS 'The place that the contact was last told.';
COMMENT ON COLUMN queue_visit.prefer_agent_id IS 'The agent of the contact''s last call …';
COMMENT ON COLUMN queue_visit.prefer_until IS '… for whom it waits until then.';
COMMENT ON COLUMN queue_visit.left_at IS 'When it was answered, given up or moved on.';
COMMENT ON COLUMN queue_visit.outcome IS 'ANSWERED, ABANDONED, OVERFLOWED, CALLBACK, VOICEMAIL or CANCELLED.';
COMMENT ON COLUMN queue_visit.agent_id IS 'Who answered.';
COMMENT ON COLUMN queue_visit.handled_seconds IS 'Talk, hold and wrap-up of an answered visit, once they are over.';
COMMENT ON COLUMN queue_visit.routing IS 'Why the last offer went where it went.';

CREATE TABLE offer (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    visit_id uuid REFERENCES queue_visit ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    state text NOT NULL CHECK (state IN ('PENDING', 'ACCEPTED', 'CONNECTED', 'DECLINED', 'TIMED_OUT', 'CANCELLED', 'FAILED')),
    alone boolean NOT NULL,
    reason text CHECK (char_length(reason) <= 200),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    ended_at timestamptz,
    CHECK ((state IN ('PENDING', 'ACCEPTED')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX offer_one_an_agent ON offer (agent_id) WHERE state IN ('PENDING', 'ACCEPTED');
CREATE UNIQUE INDEX offer_one_a_visit ON offer (visit_id) WHERE alone AND state IN ('PENDING', 'ACCEPTED');
CREATE UNIQUE INDEX offer_one_winner ON offer (visit_id) WHERE state IN ('ACCEPTED', 'CONNECTED');
CREATE INDEX offer_expires ON offer (expires_at) WHERE state = 'PENDING';
CREATE INDEX offer_call ON offer (call_id, id);
CREATE INDEX offer_visit ON offer (visit_id, ended_at);
CREATE INDEX offer_agent ON offer (agent_id, created_at);
COMMENT ON TABLE offer IS 'A waiting call held out to an agent. The indexes make it impossible that an agent has two live ones or a visit two winners.';
COMMENT ON COLUMN offer.id IS 'UUID v7.';
COMMENT ON COLUMN offer.call_id IS 'The call.';
COMMENT ON COLUMN offer.visit_id IS 'The visit that it came from.';
COMMENT ON COLUMN offer.agent_id IS 'To whom.';
COMMENT ON COLUMN offer.state IS 'PENDING, ACCEPTED, CONNECTED, DECLINED, TIMED_OUT, CANCELLED or FAILED.';
COMMENT ON COLUMN offer.alone IS 'False: made together with others to several agents (RING_ALL).';
COMMENT ON COLUMN offer.reason IS 'Why it was declined, cancelled or failed.';
COMMENT ON COLUMN offer.created_at IS 'When it was made.';
COMMENT ON COLUMN offer.expires_at IS 'Not accepted by then, it times out.';
COMMENT ON COLUMN offer.accepted_at IS 'When it was accepted.';
COMMENT ON COLUMN offer.ended_at IS 'When it was no longer live: connected, or come to nothing.';

CREATE TABLE wrap_up (
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    queue_id uuid NOT NULL REFERENCES queue,
    started_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz,
    required boolean NOT NULL,
    extended boolean NOT NULL DEFAULT false,
    PRIMARY KEY (call_id, agent_id, started_at)
);
CREATE UNIQUE INDEX wrap_up_one_an_agent ON wrap_up (agent_id) WHERE ended_at IS NULL;
CREATE INDEX wrap_up_ends ON wrap_up (ends_at) WHERE ended_at IS NULL AND ends_at IS NOT NULL;
CREATE INDEX wrap_up_agent ON wrap_up (agent_id, started_at);
COMMENT ON TABLE wrap_up IS 'The work of an agent after a call of a queue; another one when the agent had the same call again. Changed under the lock of its call.';
COMMENT ON COLUMN wrap_up.call_id IS 'The call.';
COMMENT ON COLUMN wrap_up.agent_id IS 'The agent.';
COMMENT ON COLUMN wrap_up.queue_id IS 'The queue whose rules hold.';
COMMENT ON COLUMN wrap_up.started_at IS 'When the agent left the call.';
COMMENT ON COLUMN wrap_up.ends_at IS 'It ends by itself then.';
COMMENT ON COLUMN wrap_up.ended_at IS 'When it ended.';
COMMENT ON COLUMN wrap_up.required IS 'Whether it may be ended by hand only with an outcome.';
COMMENT ON COLUMN wrap_up.extended IS 'It was extended; once is all.';

ALTER TABLE call
    ADD COLUMN queue_id uuid REFERENCES queue,
    ADD COLUMN visit_id uuid REFERENCES queue_visit ON DELETE SET NULL,
    ADD COLUMN priority integer NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    ADD COLUMN callback_of uuid REFERENCES call ON DELETE SET NULL,
    ADD COLUMN callback_tries integer NOT NULL DEFAULT 0;
CREATE INDEX call_queue ON call (queue_id, id) WHERE queue_id IS NOT NULL;
CREATE INDEX call_callback_of ON call (callback_of) WHERE callback_of IS NOT NULL;
CREATE INDEX call_visit ON call (visit_id) WHERE visit_id IS NOT NULL;
COMMENT ON COLUMN call.queue_id IS 'The present or last queue.';
COMMENT ON COLUMN call.visit_id IS 'The open visit to it; null when the call does not wait.';
COMMENT ON COLUMN call.priority IS 'Head start in queues, in minutes of waiting.';
COMMENT ON COLUMN call.callback_of IS 'The call whose contact asked to be called back.';
COMMENT ON COLUMN call.callback_tries IS 'How often the contact was called back in vain.';

CREATE INDEX leg_agent_live ON leg (user_id) WHERE role = 'AGENT' AND state <> 'LEFT';

-- One place says what an agent is doing. Inlined, so that a condition on agent_id is a look into an index.
-- OFFSET 0 keeps each EXISTS a look into a small partial index: hashed instead, it would read all offers ever made.
CREATE FUNCTION agent_activity(at timestamptz)
RETURNS TABLE (agent_id uuid, activity text, reason text, engaged boolean) LANGUAGE sql STABLE AS $$
    SELECT a.user_id,
        coalesce(work.activity, CASE WHEN coalesce(p.until > at, false) THEN a.status ELSE 'OFFLINE' END),
        CASE WHEN work.activity IS NULL AND p.until > at AND a.status = 'AWAY' THEN a.reason END,
        work.activity IS NOT NULL
    FROM agent a
    LEFT JOIN agent_presence p ON p.agent_id = a.user_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN EXISTS (SELECT FROM leg l WHERE l.user_id = a.user_id AND l.role = 'AGENT' AND l.state <> 'LEFT' OFFSET 0) THEN 'ON_CALL'
        WHEN EXISTS (SELECT FROM offer o WHERE o.agent_id = a.user_id AND o.state IN ('PENDING', 'ACCEPTED') OFFSET 0) THEN 'RINGING'
        WHEN EXISTS (SELECT FROM wrap_up w WHERE w.agent_id = a.user_id AND w.ended_at IS NULL OFFSET 0) THEN 'WRAP_UP'
    END AS activity) AS work
$$;
COMMENT ON FUNCTION agent_activity(timestamptz) IS 'What agents are doing at that instant, derived from legs, offers, wrap-ups, presence and the chosen status.';

ALTER TABLE event DROP CONSTRAINT event_aggregate_check;
ALTER TABLE event ADD CONSTRAINT event_aggregate_check
    CHECK (aggregate IN ('call', 'leg', 'user', 'session', 'recording', 'worker', 'agent', 'queue')) NOT VALID;

-- Who calls is looked up by what they say of themselves.
CREATE INDEX contact_emails ON contact USING gin (emails);
CREATE INDEX contact_phones ON contact USING gin (phones);

COMMENT ON TABLE rate_limit IS 'Fixed-window counters that all api processes share, for failed sign-ins and for calls that strangers ask for.';
