package synth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/weir-warehouse/weir/policy"
)

// Limits of the options. A person's key holds four bits for the year.
const (
	maxYears           = 10
	maxSchools         = 10_000
	minTeachersASchool = 4
	minTeachersForMess = 400
	maxTeachersASchool = 1 << 20
)

// Options say how large the district is and where it goes. All counts are
// required.
type Options struct {
	Out       string // directory to make; it must be absent or empty
	Districts int
	Schools   int   // a district
	Teachers  int   // positions in all schools together; each is filled in every year
	Years     int   // school years, of which the last ends in 2026
	Seed      int64 // the same seed gives the same files
	Mess      bool  // add the faults of real exports, in known numbers

	// Progress, if not nil, is told before each step which one it is.
	Progress func(done, total int, what string)
}

func (o *Options) check() error {
	schools := o.Districts * o.Schools
	switch {
	case o.Out == "":
		return policy.Errorf(policy.Usage, "out: name the directory to write")
	case o.Districts < 1 || o.Schools < 1 || schools > maxSchools:
		return policy.Errorf(policy.Usage, "districts %d × schools %d: want 1 to %d schools in all", o.Districts, o.Schools, maxSchools)
	case o.Teachers < minTeachersASchool*schools || o.Teachers > maxTeachersASchool*schools:
		return policy.Errorf(policy.Usage, "teachers %d: want %d to %d for %d schools",
			o.Teachers, minTeachersASchool*schools, maxTeachersASchool*schools, schools)
	case o.Years < 1 || o.Years > maxYears:
		return policy.Errorf(policy.Usage, "years %d: want 1 to %d", o.Years, maxYears)
	case o.Mess && o.Teachers < minTeachersForMess:
		return policy.Errorf(policy.Usage, "teachers %d: mess needs at least %d, to have rows enough to spoil", o.Teachers, minTeachersForMess)
	}
	return nil
}

// refuseContent returns an error unless dir is absent or an empty directory.
func refuseContent(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look into the output directory: %w", err)
	}
	if len(entries) > 0 {
		return policy.Errorf(policy.Usage, "out: %s is not empty; name a new directory, or empty it", dir)
	}
	return nil
}
