// Package report makes a study's report of what was found: figures about groups
// that passed disclosure control, in JSON, Markdown and one self-contained HTML
// file. It refuses to hold a figure about one unit, and to report on groups that
// policy holds too small.
package report
