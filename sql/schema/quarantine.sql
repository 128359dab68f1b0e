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
    since      TIMESTAMP NOT NULL
);
