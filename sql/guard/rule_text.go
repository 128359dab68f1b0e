package guard

import (
	"strings"
	"unicode/utf8"
)

func textSize(s *statement) *Refusal {
	if len(s.text) <= MaxText {
		return nil
	}
	return &Refusal{Position: MaxText, Text: "the statement is longer than 256 KiB",
		Hint: "split it, or pass long lists as parameters"}
}

func textEncoding(s *statement) *Refusal {
	if i := strings.IndexByte(s.text, 0); i >= 0 {
		return &Refusal{Position: i, Text: "the statement holds a NUL byte", Hint: "remove it"}
	}
	if utf8.ValidString(s.text) {
		return nil
	}
	for i, r := range s.text {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(s.text[i:]); size == 1 {
			return &Refusal{Position: i, Text: "the statement is not valid UTF-8", Hint: "send it as UTF-8"}
		}
	}
	return nil
}

func comments(s *statement) *Refusal {
	if strings.Count(s.text, "/*") <= MaxComments {
		return nil
	}
	return &Refusal{Position: -1, Text: "the statement has too many comments", Hint: "remove them"}
}
