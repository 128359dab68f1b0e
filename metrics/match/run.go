package match

// run dispatches to the method.
func (p *problem) run() (*Result, error) {
	switch p.spec.Method {
	case Exact:
		return p.exactStrata()
	case Coarsened:
		return p.coarsened()
	case Subclass:
		return p.subclasses()
	case Weighting:
		return p.inverseProbability()
	default:
		return p.nearest()
	}
}
