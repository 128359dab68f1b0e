-- Which source identifier names which person. Keys are random: nothing here or
-- elsewhere computes them from an identifier.
CREATE SCHEMA IF NOT EXISTS identity;

CREATE TABLE IF NOT EXISTS identity.identifier (
    person     VARCHAR NOT NULL, -- staff or student
    scheme     VARCHAR NOT NULL, -- number, email or sourced_id
    value      VARCHAR NOT NULL, -- normalised: trimmed, emails in lower case
    person_key UUID    NOT NULL,
    batch_id   VARCHAR NOT NULL  -- batch that brought it
);
