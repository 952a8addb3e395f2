-- Offers of colleagues to colleagues, beside those that come out of a queue.
ALTER TABLE offer
    ADD COLUMN purpose text NOT NULL DEFAULT 'QUEUE' CHECK (purpose IN ('QUEUE', 'TRANSFER', 'CALL', 'INVITATION')),
    ADD COLUMN asked_by uuid REFERENCES agent ON DELETE SET NULL,
    ADD CHECK ((purpose = 'QUEUE') = (visit_id IS NOT NULL));
CREATE INDEX offer_asked_by ON offer (asked_by) WHERE asked_by IS NOT NULL;
COMMENT ON TABLE offer IS 'A call held out to an agent, out of a queue or by a colleague. The indexes make it impossible that an agent has two live ones or a visit two winners.';
COMMENT ON COLUMN offer.visit_id IS 'The visit that it came from; null when a colleague asks.';
COMMENT ON COLUMN offer.purpose IS 'QUEUE: the call waits in a queue. TRANSFER: a colleague hands a call over. CALL: a colleague calls. INVITATION: a colleague asks into a call.';
COMMENT ON COLUMN offer.asked_by IS 'The colleague who asks.';
