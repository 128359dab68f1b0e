// Package disclosure is statistical disclosure control for tables: it decides
// which figures of a table about people may leave, and proves that those that
// may not cannot be worked out from those that do.
//
// Protect applies the primary rules (too few people, too few schools, shares
// near 0 % and 100 %, dominance, degrees of freedom), rounds and bands what is
// shown, adds complementary suppression over hierarchies and linked tables, and
// audits the result before it returns it. Audit bounds every suppressed figure
// from everything that releases show, with linear programming, and fails those
// that can be bounded more tightly than their protection level. Check judges a
// table that somebody wants to release as it is.
//
// The words are those of Hundepool et al., Handbook on Statistical Disclosure
// Control, second edition, 2024 (below: handbook), chapters 4 and 5.
//
// All functions are pure and deterministic. The package reads no file, knows no
// policy (thresholds are given) and adds no noise. It does not judge whether a
// table should exist, and it cannot know of releases that it is not shown.
package disclosure
