package guard

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// keywordsTXT are the words of SQL that a fingerprint keeps.
//
//go:embed keywords.txt
var keywordsTXT string

func readKeywords() map[string]bool {
	keywords := make(map[string]bool)
	for word := range strings.FieldsSeq(keywordsTXT) {
		keywords[word] = true
	}
	return keywords
}

// fingerprint returns text in one form for all statements that differ only in
// literals, comments, white space, case and chosen names, and its SHA-256. It
// keeps a word only if it is a keyword, a function on the list or a name in the
// scope, numbers the others in order of appearance, and drops what else is not
// an operator. So nothing that a client made up survives, even if the scanner
// takes a text apart in another way than the engine.
func (g *Guard) fingerprint(text string, scope *Scope) (normal, hash string) {
	var tokens []string
	numbers := make(map[string]int)
	for sc := (scanner{text: text}); ; {
		switch kind, token := sc.next(); kind {
		case tokenEnd:
			normal = join(tokens)
			sum := sha256.Sum256([]byte(normal))
			return normal, hex.EncodeToString(sum[:])
		case TokenWord:
			tokens = append(tokens, g.standIn(fold(token), scope, numbers))
		case TokenLiteral, TokenParameter:
			// A list of literals is as one, however long.
			if n := len(tokens); n >= 2 && tokens[n-1] == "," && tokens[n-2] == "?" {
				tokens = tokens[:n-1]
				continue
			}
			tokens = append(tokens, "?")
		case TokenSymbol:
			tokens = append(tokens, token)
		}
	}
}

// standIn returns the word that a fingerprint has for a word.
func (g *Guard) standIn(word string, scope *Scope, numbers map[string]int) string {
	switch {
	case g.keywords[word], g.functions.called[word] != nil, g.functions.tables[word] != nil:
		return word
	case scope.words[word] && len(word) > len(plain(word)):
		return `"` + word + `"`
	case scope.words[word]:
		return word
	}
	if numbers[word] == 0 {
		numbers[word] = len(numbers) + 1
	}
	return "_" + strconv.Itoa(numbers[word])
}

// plain returns what a name begins with that needs no quotes.
func plain(name string) string {
	s := scanner{text: name}
	s.word()
	return name[:s.pos]
}

// join puts a space between tokens, save inside brackets and around dots and
// casts.
func join(tokens []string) string {
	opening, closing := []string{"(", "[", ".", "::"}, []string{")", "]", ".", "::", ",", ";"}
	var b strings.Builder
	for i, token := range tokens {
		if i > 0 && !slices.Contains(opening, tokens[i-1]) && !slices.Contains(closing, token) {
			b.WriteByte(' ')
		}
		b.WriteString(token)
	}
	return b.String()
}
