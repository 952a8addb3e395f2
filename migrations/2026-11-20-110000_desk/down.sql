DROP INDEX task_timeline;
DROP INDEX call_timeline;
ALTER TABLE call
    DROP CONSTRAINT call_rating_check,
    DROP COLUMN outcome_id,
    DROP COLUMN tags,
    DROP COLUMN rating_stars,
    DROP COLUMN rating_words,
    DROP COLUMN rated_at;
DROP TABLE away_reason;
DROP TABLE outcome;
DROP TABLE note;
DROP INDEX contact_company;
ALTER TABLE contact DROP COLUMN company_id;
DROP TABLE company;
