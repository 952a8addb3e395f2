ALTER TABLE leg DROP COLUMN generation;
