-- Two windows may have the same leg: the one that joined last has the call, and the other one has to learn so.
ALTER TABLE leg ADD COLUMN generation integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN leg.generation IS 'How many pages have taken the leg up, one after the other; the last one has it.';
