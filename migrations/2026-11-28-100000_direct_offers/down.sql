-- What a colleague offered says nothing to a version that knows queues only.
DELETE FROM offer WHERE purpose <> 'QUEUE';
DROP INDEX offer_asked_by;
ALTER TABLE offer DROP COLUMN asked_by, DROP COLUMN purpose;
COMMENT ON TABLE offer IS 'A waiting call held out to an agent. The indexes make it impossible that an agent has two live ones or a visit two winners.';
COMMENT ON COLUMN offer.visit_id IS 'The visit that it came from.';
