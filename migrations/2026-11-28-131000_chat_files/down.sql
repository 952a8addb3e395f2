DROP TABLE message_file;
DELETE FROM message WHERE body = '';
ALTER TABLE message DROP CONSTRAINT message_body_check;
ALTER TABLE message ADD CONSTRAINT message_body_check CHECK (char_length(body) BETWEEN 1 AND 4000);
COMMENT ON COLUMN message.body IS 'The text, as it was typed.';
