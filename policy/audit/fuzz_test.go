package audit

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// fuzzSeed makes the same key each time, so that the corpus stays good.
const fuzzSeed = "weir weir weir weir weir weir we" //nolint:dupword // 32 bytes are all that counts

func FuzzSplitBundle(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 'x', 0, 0})
	f.Add([]byte{0, 3, 'x'})
	f.Add([]byte{7})
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := splitBundle(data)
		var again []byte
		for _, e := range entries {
			again = appendEntry(again, e)
		}
		if !bytes.HasPrefix(data, again) || (err == nil) != (len(again) == len(data)) {
			t.Fatalf("%d entries of %x, %v", len(entries), data, err)
		}
	})
}

func FuzzParseFrame(f *testing.F) {
	f.Add(appendFrame(nil, 7, appendEntry(nil, []byte("x"))))
	f.Add([]byte(journalMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, payload, ok := parseFrame(data)
		if ok && !bytes.HasPrefix(data, appendFrame(nil, first, payload)) {
			t.Fatalf("frame of entry %d in %x", first, data)
		}
	})
}

// What passes is exactly a signed text of three lines or more.
func FuzzParseCheckpoint(f *testing.F) {
	private, public, err := note.GenerateKey(bytes.NewReader([]byte(fuzzSeed)), "weir.example.org/audit")
	if err != nil {
		f.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		f.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		"weir.example.org/audit\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"weir.example.org/audit\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n",
		"weir.example.org/audit\n07\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		"elsewhere\n0\n\n", "weir.example.org/audit\n-1\nx\n", "\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		msg, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return
		}
		head, err := ParseCheckpoint(msg, v)
		if err != nil {
			return
		}
		if want := fmt.Sprintf("%s\n%d\n%s\n", head.Origin, head.Size, head.Root); !bytes.HasPrefix(msg, []byte(want)) {
			t.Fatalf("%q parsed as %+v", text, head)
		}
	})
}

func FuzzVerifyProof(f *testing.F) {
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\nweir.example.org/audit\n1\nx\n\n— weir.example.org/audit AAAAAAAA\n"))
	_, public, err := note.GenerateKey(bytes.NewReader([]byte(fuzzSeed)), "weir.example.org/audit")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, proof []byte) {
		if record, err := VerifyProof(proof, public); err == nil {
			t.Fatalf("proved %+v without a signature", record)
		}
	})
}
