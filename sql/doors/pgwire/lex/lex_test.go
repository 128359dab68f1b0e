package lex_test

import (
	"slices"
	"testing"

	"github.com/weir-warehouse/weir/sql/doors/pgwire/lex"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                             nil,
		";":                            nil,
		"-- ping":                      nil,
		" /* a ; /* b ; */ c ; */ ; ":  nil,
		"SELECT 1":                     {"SELECT 1"},
		"SELECT 1;":                    {"SELECT 1"},
		"SELECT 1; SELECT 2":           {"SELECT 1", " SELECT 2"},
		"SELECT ';'; SELECT 2":         {"SELECT ';'", " SELECT 2"},
		"SELECT 'it''s;'; x":           {"SELECT 'it''s;'", " x"},
		`SELECT E'it\';s'; x`:          {`SELECT E'it\';s'`, " x"},
		`SELECT 'back\'; x`:            {`SELECT 'back\'`, " x"},
		`SELECT "a;""b"; x`:            {`SELECT "a;""b"`, " x"},
		"SELECT $$;$$; x":              {"SELECT $$;$$", " x"},
		"SELECT $a$;$b$;$a$; x":        {"SELECT $a$;$b$;$a$", " x"},
		"SELECT a$b$;c$b$":             {"SELECT a$b$", "c$b$"},
		"SELECT $1;SELECT $2":          {"SELECT $1", "SELECT $2"},
		"-- one;\nSELECT 1 -- two;\n;": {"-- one;\nSELECT 1 -- two;\n"},
		"SELECT 'open; never":          {"SELECT 'open; never"},
		"SELECT 1 /* open ; never":     {"SELECT 1 /* open ; never"},
		"sélect 'é;' ; x":              {"sélect 'é;' ", " x"},
	} {
		var got []string
		for _, s := range lex.Split(text) {
			got = append(got, s.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	text := `SET "My""Name" 'it''s' E'a\tb\'c' $x$d'e$x$ $1 1.5e3 =`
	want := []string{"set", `My"Name`, "it's", "a\tb'c", "d'e", "$1", "1.5e3", "="}
	s := lex.Split(text)[0]
	var got []string
	for _, token := range s.Tokens {
		got = append(got, s.Value(token))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever the text, the tokens lie in it in order, and the statements with the
// semicolons between them make the text again.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"SELECT 1; SELECT ';'", "$a$;$a$ E'\\'' \"x\"\"\" /* /* */", "'", "$", "E'", "--", "/*", "$$", "a$", "e'\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range lex.Split(text) {
			if s.At < at || text[s.At:s.At+len(s.Text)] != s.Text {
				t.Fatalf("%q: statement at %d", text, s.At)
			}
			if at > 0 && text[s.At-1] != ';' {
				t.Fatalf("%q: no semicolon before %d", text, s.At)
			}
			at = s.At + len(s.Text)
			if at < len(text) && text[at] != ';' {
				t.Fatalf("%q: no semicolon at %d", text, at)
			}
			last := 0
			for _, token := range s.Tokens {
				if token.From < last || token.To <= token.From || token.To > len(s.Text) {
					t.Fatalf("%q: token %+v after %d", s.Text, token, last)
				}
				last = token.To
				s.Value(token)
			}
		}
	})
}
