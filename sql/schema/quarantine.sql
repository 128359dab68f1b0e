-- Rows that failed a check, each once, with every rule that it broke. The raw
-- text may hold anything, so this file is as protected as the vault and is
-- never published.
CREATE TABLE IF NOT EXISTS quarantined_row (
    batch_id   VARCHAR   NOT NULL,
    seq        INTEGER   NOT NULL, -- of the batch, in the dataset's compartment
    dataset    VARCHAR   NOT NULL,
    file       VARCHAR   NOT NULL,
    row_number BIGINT    NOT NULL, -- position in the file, from 0; below 0: no row could be read
    line       BIGINT    NOT NULL, -- physical line, from 1
    raw        VARCHAR   NOT NULL, -- as it stood in the file
    fields     JSON,               -- input columns as text; NULL when the line has no such shape
    violations STRUCT("rule" VARCHAR, "column" VARCHAR)[] NOT NULL,
    withdrawn  BOOLEAN   NOT NULL, -- the row says that a loaded one has ended
    since      TIMESTAMP NOT NULL,
    settled_by VARCHAR             -- batch that takes the row out of quarantine, while it is written
);

-- The batch that is being written: a batch goes into several files, one
-- transaction each, and what stands here after a crash is completed or undone.
CREATE TABLE IF NOT EXISTS unfinished_batch (
    batch_id    VARCHAR NOT NULL,
    compartment VARCHAR NOT NULL,
    dataset     VARCHAR NOT NULL,
    seq         INTEGER NOT NULL,
    mode        VARCHAR NOT NULL
);

-- Up to which batch of a dataset its older quarantined rows were compared with
-- what was loaded since.
CREATE TABLE IF NOT EXISTS retried_dataset (
    dataset VARCHAR NOT NULL,
    seq     INTEGER NOT NULL
);
