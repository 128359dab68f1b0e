-- What was loaded into this compartment. A batch is written in the transaction
-- that writes its rows: a batch that stands here is complete.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE TABLE IF NOT EXISTS ledger.batch (
    seq            INTEGER   NOT NULL, -- order of loading within the compartment
    batch_id       VARCHAR   NOT NULL, -- digest of dataset, content, mapping and contract
    dataset        VARCHAR   NOT NULL,
    file           VARCHAR   NOT NULL,
    content_sha256 VARCHAR   NOT NULL,
    mode           VARCHAR   NOT NULL,
    rows_read      BIGINT    NOT NULL,
    loaded         BIGINT    NOT NULL,
    updated        BIGINT    NOT NULL,
    unchanged      BIGINT    NOT NULL,
    ended          BIGINT    NOT NULL,
    quarantined    BIGINT    NOT NULL,
    skipped        BIGINT    NOT NULL,
    finished_at    TIMESTAMP NOT NULL,
    program        VARCHAR   NOT NULL
);

-- One row: drawn anew by each transaction that changes this compartment, so
-- that publish knows what is new, even in a build that came from a backup.
CREATE TABLE IF NOT EXISTS ledger.revision (revision UUID NOT NULL);
INSERT INTO ledger.revision SELECT uuid() WHERE NOT EXISTS (FROM ledger.revision);

-- Rows that a full file no longer listed, kept with the batch that ended them.
CREATE SCHEMA IF NOT EXISTS history;

-- The contracts that shaped the tables of this compartment.
CREATE TABLE IF NOT EXISTS ledger.contract (
    dataset VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    digest  VARCHAR NOT NULL -- SHA-256 of the contract file
);

-- What each dataset holds, as a chain: the digest of what changed its rows last
-- and of the revision before. What is computed from a dataset is computed again
-- when this differs. A dataset that nothing was ever written to has no row.
CREATE TABLE IF NOT EXISTS ledger.dataset (
    dataset  VARCHAR NOT NULL,
    revision VARCHAR NOT NULL
);
