-- What a media worker offers by itself: more media than a leg has slots for.

CREATE TABLE leg_offer (
    leg_id uuid PRIMARY KEY REFERENCES leg ON DELETE CASCADE,
    epoch integer NOT NULL CHECK (epoch > 0),
    revision integer NOT NULL CHECK (revision > 0),
    sdp text NOT NULL CHECK (char_length(sdp) <= 250000),
    at timestamptz NOT NULL
);
COMMENT ON TABLE leg_offer IS 'The offer of a media worker that a leg''s browser has not answered yet (RFC 3264), so that a browser which was away gets it. Gone with its answer; never in the log.';
COMMENT ON COLUMN leg_offer.leg_id IS 'Whose connection. It has one unanswered offer at most.';
COMMENT ON COLUMN leg_offer.epoch IS 'The lease of the worker. One of an older epoch is void.';
COMMENT ON COLUMN leg_offer.revision IS 'Grows within the epoch; goes back with the answer.';
COMMENT ON COLUMN leg_offer.sdp IS 'The session description (RFC 8866).';
COMMENT ON COLUMN leg_offer.at IS 'When it was made.';
