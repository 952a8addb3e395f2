CREATE TABLE transfer (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES call ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('BLIND', 'WARM')),
    state text NOT NULL CHECK (state IN ('RINGING', 'CONSULTING', 'COMPLETED', 'CANCELLED', 'FAILED')),
    side text NOT NULL CHECK (side IN ('TARGET', 'CONTACT', 'EVERYONE')),
    from_agent_id uuid NOT NULL REFERENCES agent ON DELETE CASCADE,
    from_queue_id uuid REFERENCES queue,
    to_agent_id uuid REFERENCES agent ON DELETE SET NULL,
    to_queue_id uuid REFERENCES queue,
    reason text CHECK (char_length(reason) <= 500),
    started_at timestamptz NOT NULL,
    connected_at timestamptz,
    ended_at timestamptz,
    CHECK ((state IN ('RINGING', 'CONSULTING')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX transfer_one_a_call ON transfer (call_id) WHERE state IN ('RINGING', 'CONSULTING');
CREATE INDEX transfer_call ON transfer (call_id, id);
CREATE INDEX transfer_from_agent ON transfer (from_agent_id, started_at);
CREATE INDEX transfer_to_agent ON transfer (to_agent_id) WHERE to_agent_id IS NOT NULL;
COMMENT ON TABLE transfer IS 'An agent hands a call over to a colleague or to a queue. Changed under the lock of its call; one that lives a call.';
COMMENT ON COLUMN transfer.id IS 'UUID v7.';
COMMENT ON COLUMN transfer.call_id IS 'The call.';
COMMENT ON COLUMN transfer.kind IS 'BLIND: the colleague talks with the contact at once. WARM: with the agent first.';
COMMENT ON COLUMN transfer.state IS 'RINGING, CONSULTING (warm, both agents are there), COMPLETED, CANCELLED (taken back, or the call ended) or FAILED (nobody came).';
COMMENT ON COLUMN transfer.side IS 'With whom the agent talks while CONSULTING: TARGET, the colleague; CONTACT; or EVERYONE.';
COMMENT ON COLUMN transfer.from_agent_id IS 'Who hands it over.';
COMMENT ON COLUMN transfer.from_queue_id IS 'The queue that the call came out of: back there it goes, and its rules hold for the work after it.';
COMMENT ON COLUMN transfer.to_agent_id IS 'The colleague who is asked, or who answered out of the queue.';
COMMENT ON COLUMN transfer.to_queue_id IS 'The queue that it goes to, or whose members are asked.';
COMMENT ON COLUMN transfer.reason IS 'Why it was cancelled or failed.';
COMMENT ON COLUMN transfer.started_at IS 'When the agent asked for it.';
COMMENT ON COLUMN transfer.connected_at IS 'When the colleague had media both ways.';
COMMENT ON COLUMN transfer.ended_at IS 'When it was over.';

ALTER TABLE offer
    ADD COLUMN transfer_id uuid REFERENCES transfer ON DELETE CASCADE,
    ADD CHECK ((purpose = 'TRANSFER') = (transfer_id IS NOT NULL));
CREATE INDEX offer_transfer ON offer (transfer_id) WHERE transfer_id IS NOT NULL;
COMMENT ON COLUMN offer.transfer_id IS 'The transfer that it is made for.';
