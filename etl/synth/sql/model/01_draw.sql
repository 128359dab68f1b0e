-- Random draws are functions of the seed, a stream name and an id, so that a
-- value depends neither on the order of rows nor on the number of threads.
-- DuckDB's hash combines its arguments by exclusive or, which would tie streams
-- to each other; hashing the combination once more unties them.
CREATE MACRO bits(stream, id) AS
    hash(xor(hash(stream, getvariable('seed')), CAST(id AS UBIGINT)));

-- Uniform on [0, 1).
CREATE MACRO u(stream, id) AS
    CAST(bits(stream, id) >> 11 AS DOUBLE) / 9007199254740992;

-- One of the integers 0 to n-1.
CREATE MACRO pick(stream, id, n) AS CAST(bits(stream, id) % n AS BIGINT);

-- Standard normal, as the sum of four uniforms of 16 bits: bounded at 3.46, so
-- that scores stay on their scale, and free of library functions whose last
-- digit differs between machines.
CREATE MACRO z(stream, id) AS
    (CAST((bits(stream, id) & 65535) + ((bits(stream, id) >> 16) & 65535)
        + ((bits(stream, id) >> 32) & 65535) + (bits(stream, id) >> 48) AS DOUBLE) - 131070)
    * (sqrt(3.0) / 65536);

-- Rating from 1 to 5: 1 + Binomial(4, p), so that its mean is 1 + 4p.
CREATE MACRO rating(stream, id, p) AS
    1 + CAST((bits(stream, id) & 65535) < p * 65536 AS TINYINT)
      + CAST(((bits(stream, id) >> 16) & 65535) < p * 65536 AS TINYINT)
      + CAST(((bits(stream, id) >> 32) & 65535) < p * 65536 AS TINYINT)
      + CAST((bits(stream, id) >> 48) < p * 65536 AS TINYINT);

-- Rating from 1 to 5 that is 1 or 2 with probability p.
CREATE MACRO low_rating(stream, id, p) AS
    CASE WHEN u(stream, id) < p THEN 1 + pick(stream || ' low', id, 2)
         ELSE 3 + pick(stream || ' high', id, 3) END;

-- Sums of doubles depend on the order of rows; sums of decimals do not.
CREATE MACRO total(x) AS CAST(sum(CAST(x AS DECIMAL(18, 9))) AS DOUBLE);
CREATE MACRO mean(x) AS total(x) / count(x);
CREATE MACRO mean_if(x, condition) AS
    CAST(sum(CAST(x AS DECIMAL(18, 9))) FILTER (WHERE condition) AS DOUBLE)
    / nullif(count(x) FILTER (WHERE condition), 0);
CREATE MACRO ratio_if(x, y, condition) AS
    CAST(sum(CAST(x AS DECIMAL(18, 9))) FILTER (WHERE condition) AS DOUBLE)
    / nullif(CAST(sum(CAST(y AS DECIMAL(18, 9))) FILTER (WHERE condition) AS DOUBLE), 0);
