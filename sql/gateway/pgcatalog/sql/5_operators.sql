-- Operators that mean something else in PostgreSQL: a regular expression need
-- not match the whole text. They hold for questions about the catalogue only.

CREATE MACRO regexp_full_match(whole, pattern) AS regexp_matches(whole, pattern);
CREATE MACRO "~*"(whole, pattern) AS regexp_matches(whole, pattern, 'i');
CREATE MACRO "!~*"(whole, pattern) AS NOT regexp_matches(whole, pattern, 'i');
