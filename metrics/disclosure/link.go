package disclosure

// links says which populations tables bring together: what is told of one may
// tell of another.
type links map[string]string

func newLinks(tables []Table, earlier []Release) links {
	l := links{}
	for i := range tables {
		l.join(tables[i].Population, tables[i].Lists)
	}
	for _, r := range earlier {
		for i := range r.Tables {
			l.join(r.Tables[i].Population, r.Tables[i].Lists)
		}
	}
	return l
}

// leader is the population that stands for all that are linked to one.
func (l links) leader(population string) string {
	for {
		next, ok := l[population]
		if !ok {
			return population
		}
		population = next
	}
}

func (l links) join(own string, lists []List) {
	for _, other := range lists {
		if from, to := l.leader(other.Population), l.leader(own); other.Population != "" && from != to {
			l[from] = to
		}
	}
}

// parts are the tables that no other is linked to, or that are linked, as
// places, in order.
func (l links) parts(tables []Table) [][]int {
	var out [][]int
	at := map[string]int{}
	for i := range tables {
		leader := l.leader(tables[i].Population)
		if _, ok := at[leader]; !ok {
			at[leader] = len(out)
			out = append(out, nil)
		}
		out[at[leader]] = append(out[at[leader]], i)
	}
	return out
}

// Independent parts releases into those of which none tells anything of another:
// they can be audited one by one.
func Independent(releases []Release) [][]Release {
	l := newLinks(nil, releases)
	var out [][]Release
	seen := map[string]bool{}
	for _, r := range releases {
		for i := range r.Tables {
			if leader := l.leader(r.Tables[i].Population); !seen[leader] {
				seen[leader] = true
				out = append(out, l.related(releases, leader))
			}
		}
	}
	return out
}

// related returns what of the releases is linked to a population.
func (l links) related(releases []Release, population string) []Release {
	leader := l.leader(population)
	var out []Release
	for _, r := range releases {
		var own Release
		for i := range r.Tables {
			if l.leader(r.Tables[i].Population) == leader {
				own.Tables = append(own.Tables, r.Tables[i])
			}
		}
		if own.Others = r.Others; len(own.Tables) > 0 {
			out = append(out, own)
		}
	}
	return out
}
