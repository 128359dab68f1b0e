package suggest

import (
	"strings"
	"time"
)

// form is a way to write a date: as Go reads it here, and as the engine will.
type form struct{ layout, strptime string }

// dateForms lists the forms in which districts write days. The first, ISO
// 8601, needs no format. Of two that fit the same values the earlier is taken.
func dateForms() []form {
	return append(days(), timestampForms()[len(days()):]...)
}

func days() []form {
	return []form{
		{"2006-1-2", ""},
		{"1/2/2006", "%m/%d/%Y"}, {"2/1/2006", "%d/%m/%Y"},
		{"1-2-2006", "%m-%d-%Y"}, {"2-1-2006", "%d-%m-%Y"},
		{"1/2/06", "%m/%d/%y"}, {"2/1/06", "%d/%m/%y"},
		{"2.1.2006", "%d.%m.%Y"}, {"2.1.06", "%d.%m.%y"},
		{"2006/1/2", "%Y/%m/%d"}, {"20060102", "%Y%m%d"},
		{"Jan 2, 2006", "%b %d, %Y"}, {"January 2, 2006", "%B %d, %Y"},
		{"2 Jan 2006", "%d %b %Y"}, {"2 January 2006", "%d %B %Y"},
		{"2-Jan-2006", "%d-%b-%Y"}, {"2-Jan-06", "%d-%b-%y"},
	}
}

// timestampForms lists the forms of moments: days alone, which begin at
// midnight, and days with times.
func timestampForms() []form {
	times := []form{
		{" 15:04:05", " %H:%M:%S"}, {" 15:04", " %H:%M"},
		{" 3:04:05 PM", " %I:%M:%S %p"}, {" 3:04 PM", " %I:%M %p"}, {" 3:04PM", " %I:%M%p"},
	}
	forms := days()
	forms = append(forms,
		form{"2006-1-2 15:04:05", ""}, form{"2006-1-2T15:04:05", ""}, form{"2006-1-2T15:04:05Z07:00", ""}, form{"2006-1-2 15:04:05Z07:00", ""},
		form{"2006-1-2 15:04", "%Y-%m-%d %H:%M"}, form{"2006-1-2T15:04", "%Y-%m-%dT%H:%M"})
	for _, d := range days() {
		for _, t := range times {
			if d.strptime != "" {
				forms = append(forms, form{d.layout + t.layout, d.strptime + t.strptime})
			}
		}
	}
	return forms
}

// judgeDate finds the form that most values have. Where day and month cannot
// be told apart, other is the second reading.
func judgeDate(p *profile, forms []form) verdict {
	fits := map[string]float64{}
	var v verdict
	for _, f := range forms {
		fits[f.strptime] += p.share(func(text string) bool {
			_, err := time.Parse(f.layout, strings.ToUpper(text))
			return err == nil
		})
		if fits[f.strptime] > v.fit {
			v = verdict{fit: fits[f.strptime], format: f.strptime}
		}
	}
	if other := swapped(v.format); other != v.format && fits[other] == v.fit {
		v.other = other
	}
	return v
}

// swapped exchanges day and month in a format that has both as numbers.
func swapped(format string) string {
	if !strings.Contains(format, "%m") {
		return format
	}
	return strings.NewReplacer("%d", "%m", "%m", "%d").Replace(format)
}
