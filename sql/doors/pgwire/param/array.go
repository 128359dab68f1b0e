package param

import (
	"encoding/binary"
	"errors"
	"strings"
)

var errArray = errors.New("malformed array")

// list writes elements as the engine reads a list.
type list struct {
	out strings.Builder
}

func (l *list) add(element string, null bool) {
	if l.out.Len() == 0 {
		l.out.WriteByte('[')
	} else {
		l.out.WriteString(", ")
	}
	if null {
		l.out.WriteString("NULL")
		return
	}
	l.out.WriteByte('"')
	l.out.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(element))
	l.out.WriteByte('"')
}

func (l *list) String() string {
	if l.out.Len() == 0 {
		return "[]"
	}
	return l.out.String() + "]"
}

// binaryArray reads an array of one dimension (array_recv).
func binaryArray(b []byte) (string, error) {
	if len(b) < 12 {
		return "", errArray
	}
	dimensions, element := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[8:])
	var l list
	if dimensions == 0 {
		return l.String(), nil
	}
	if dimensions != 1 || len(b) < 20 {
		return "", errors.New("arrays have one dimension here")
	}
	n := binary.BigEndian.Uint32(b[12:])
	b = b[20:]
	for range n {
		if len(b) < 4 {
			return "", errArray
		}
		size := int32At(b)
		b = b[4:]
		if size < 0 {
			l.add("", true)
			continue
		}
		if int(size) > len(b) || isArray(element) {
			return "", errArray
		}
		text, err := binaryText(element, b[:size])
		if err != nil {
			return "", err
		}
		l.add(text, false)
		b = b[size:]
	}
	return l.String(), nil
}

// arrayText reads PostgreSQL's text form of an array of one dimension:
// {1,NULL,"a \"b\""}. What is not of that form is left to the engine.
func arrayText(text string) (string, error) {
	inside, ok := strings.CutPrefix(strings.TrimSpace(text), "{")
	if !ok {
		return text, nil
	}
	var l list
	if strings.TrimSpace(inside) == "}" {
		return l.String(), nil
	}
	for {
		element, quoted, rest, err := nextElement(inside)
		if err != nil {
			return "", err
		}
		l.add(element, !quoted && strings.EqualFold(element, "null"))
		if rest[0] == '}' {
			if strings.TrimSpace(rest[1:]) != "" {
				return "", errArray
			}
			return l.String(), nil
		}
		inside = rest[1:]
	}
}

// nextElement reads up to the comma or the brace that ends an element.
func nextElement(text string) (element string, quoted bool, rest string, err error) {
	var out strings.Builder
	inQuotes := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case c == '"':
			inQuotes, quoted = !inQuotes, true
		case !inQuotes && (c == ',' || c == '}'):
			element = out.String()
			if !quoted {
				element = strings.TrimSpace(element)
			}
			return element, quoted, text[i:], nil
		case !inQuotes && c == '{':
			return "", false, "", errors.New("arrays have one dimension here")
		case !inQuotes && quoted && c == ' ':
		default:
			out.WriteByte(c)
		}
	}
	return "", false, "", errArray
}
