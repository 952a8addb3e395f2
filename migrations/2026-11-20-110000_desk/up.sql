-- What the desk keeps of those it talks with: where they work, what was written down, how a call turned out.

CREATE TABLE company (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    domain text CHECK (char_length(domain) BETWEEN 3 AND 253),
    tags text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX company_name ON company (lower(name), id);
COMMENT ON TABLE company IS 'Where contacts work.';
COMMENT ON COLUMN company.id IS 'UUID v7.';
COMMENT ON COLUMN company.name IS 'As it is shown.';
COMMENT ON COLUMN company.domain IS 'DNS name of its site or its e-mail, in lower case, where known.';
COMMENT ON COLUMN company.tags IS 'Free labels.';
COMMENT ON COLUMN company.created_at IS 'When it was made.';
COMMENT ON COLUMN company.updated_at IS 'When it last changed.';

ALTER TABLE contact ADD COLUMN company_id uuid REFERENCES company ON DELETE SET NULL;
CREATE INDEX contact_company ON contact (company_id, id) WHERE company_id IS NOT NULL;
COMMENT ON COLUMN contact.company_id IS 'Where the contact works.';

CREATE TABLE note (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 20000),
    author_id uuid NOT NULL REFERENCES app_user,
    contact_id uuid REFERENCES contact ON DELETE CASCADE,
    call_id uuid REFERENCES call ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (num_nonnulls(contact_id, call_id) > 0)
);
CREATE INDEX note_contact ON note (contact_id, created_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX note_call ON note (call_id, id) WHERE call_id IS NOT NULL;
COMMENT ON TABLE note IS 'What was written down about a contact, about a call, or both. It goes with either.';
COMMENT ON COLUMN note.id IS 'UUID v7.';
COMMENT ON COLUMN note.version IS 'From 1; grows with every change of the text. Whoever changes it names the version that was read.';
COMMENT ON COLUMN note.body IS 'The text, as it was typed.';
COMMENT ON COLUMN note.author_id IS 'Who wrote it.';
COMMENT ON COLUMN note.contact_id IS 'About whom: of a call with a contact always that contact.';
COMMENT ON COLUMN note.call_id IS 'Which call it is about.';
COMMENT ON COLUMN note.created_at IS 'When it was begun.';
COMMENT ON COLUMN note.updated_at IS 'When the text last changed.';

CREATE TABLE outcome (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    success boolean NOT NULL,
    created_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE UNIQUE INDEX outcome_name ON outcome (lower(name));
COMMENT ON TABLE outcome IS 'How a call can turn out, as administrators name it.';
COMMENT ON COLUMN outcome.id IS 'UUID v7.';
COMMENT ON COLUMN outcome.name IS 'As agents choose it; unique without regard to case, archived ones included.';
COMMENT ON COLUMN outcome.success IS 'Counts as a success in the conversion.';
COMMENT ON COLUMN outcome.created_at IS 'When it was made.';
COMMENT ON COLUMN outcome.archived_at IS 'Set: no longer to be chosen; calls that have it keep it.';

CREATE TABLE away_reason (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE UNIQUE INDEX away_reason_name ON away_reason (lower(name));
COMMENT ON TABLE away_reason IS 'Why an agent can be away, as administrators name it. Agents'' records hold the words, so a new name changes no history.';
COMMENT ON COLUMN away_reason.id IS 'UUID v7.';
COMMENT ON COLUMN away_reason.name IS 'As agents choose it; unique without regard to case, archived ones included.';
COMMENT ON COLUMN away_reason.created_at IS 'When it was made.';
COMMENT ON COLUMN away_reason.archived_at IS 'Set: no longer to be chosen.';

ALTER TABLE call
    ADD COLUMN outcome_id uuid REFERENCES outcome,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN rating_stars integer CHECK (rating_stars BETWEEN 1 AND 5),
    ADD COLUMN rating_words text CHECK (char_length(rating_words) BETWEEN 1 AND 1000),
    ADD COLUMN rated_at timestamptz,
    ADD CONSTRAINT call_rating_check CHECK ((rating_stars IS NULL) = (rated_at IS NULL) AND (rating_words IS NULL OR rating_stars IS NOT NULL));
CREATE INDEX call_timeline ON call (contact_id, created_at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX call_outcome ON call (outcome_id, id) WHERE outcome_id IS NOT NULL;
CREATE INDEX task_timeline ON task (contact_id, created_at, id) WHERE contact_id IS NOT NULL;
COMMENT ON COLUMN call.outcome_id IS 'How it turned out, as the agent said in the wrap-up.';
COMMENT ON COLUMN call.tags IS 'Free labels.';
COMMENT ON COLUMN call.rating_stars IS 'The contact''s judgement, 1 to 5; null: not rated.';
COMMENT ON COLUMN call.rating_words IS 'What the contact said with it.';
COMMENT ON COLUMN call.rated_at IS 'When the contact last rated.';
