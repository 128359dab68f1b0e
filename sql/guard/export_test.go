package guard

import "maps"

// Words returns the words that a fingerprint may hold.
func (g *Guard) Words(scope *Scope) map[string]bool {
	words := maps.Clone(g.keywords)
	maps.Copy(words, scope.words)
	for name := range g.functions.called {
		words[name] = true
	}
	for name := range g.functions.tables {
		words[name] = true
	}
	return words
}
