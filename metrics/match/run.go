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
	case Optimal:
		return p.optimal()
	case Full:
		return p.full()
	case Weighting:
		return p.inverseProbability()
	case Entropy:
		return p.entropyBalance()
	default:
		return p.nearest()
	}
}
