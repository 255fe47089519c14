//go:build ignore

// Writes what the kubelet's quoting makes of strings, and what Go reads in texts that nobody quoted, for
// annotations-file-go.test.ts. Each line of standard output is
//
//	TITLE TAB QUOTED TAB EXPECTED
//
// EXPECTED is `refused`, or the hexadecimal UTF-8 of the pieces of valid text in the value, with a `?` for each run of
// bytes between them that is no UTF-8.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	// As fieldpath.FormatMap of the kubelet writes a value.
	quote := func(title, value string) {
		fmt.Fprintf(out, "%s\t%q\t%s\n", title, value, pieces(value))
	}
	unquote := func(title, quoted string) {
		expected := "refused"
		if value, err := strconv.Unquote(quoted); err == nil {
			expected = pieces(value)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", title, quoted, expected)
	}

	// All of Unicode: every character between digits that an escape before it could swallow, 64 of them a value.
	for first := rune(0); first <= utf8.MaxRune; first += 64 {
		var value strings.Builder
		for r := first; r < first+64; r++ {
			if utf8.ValidRune(r) {
				value.WriteString("0" + string(r) + "f")
			}
		}
		quote(fmt.Sprintf("U+%04X and the 63 after it", first), value.String())
	}
	for r := rune(0); r < 0x250; r++ {
		quote(fmt.Sprintf("U+%04X alone", r), string(r))
	}

	// Every byte, and every pair with a byte that is not ASCII, where many are no UTF-8.
	for a := range 256 {
		quote(fmt.Sprintf("the byte %02x between letters", a), "a"+string([]byte{byte(a)})+"b")
		for b := 0x80; b < 0x100; b++ {
			quote(fmt.Sprintf("the bytes %02x %02x", a, b), string([]byte{byte(a), byte(b)})+"é")
		}
	}
	for _, bytes := range []string{"e282", "f09f92", "eda080", "edbfbf", "f4908080", "c0af", "e0809f", "f8888080", "fffe", "efbfbe"} {
		var raw []byte
		fmt.Sscanf(bytes, "%x", &raw)
		quote("the bytes "+bytes, "a"+string(raw)+"b")
	}

	// Every escape that there is, and what looks like one.
	for c := range 256 {
		unquote(fmt.Sprintf("a backslash and the byte %02x", c), visible(`"\`, c, `"`))
		unquote(fmt.Sprintf("a backslash, the byte %02x and digits", c), visible(`"\`, c, `12345678"`))
		unquote(fmt.Sprintf("x and %02x", c), fmt.Sprintf(`"a\x%02xb"`, c))
		unquote(fmt.Sprintf("x and %02X", c), fmt.Sprintf(`"\x%02X"`, c))
		unquote(fmt.Sprintf("x and %02x as the second of two bytes", c), fmt.Sprintf(`"\xc3\x%02x"`, c))
	}
	for c := range 01000 {
		unquote(fmt.Sprintf("octal %03o", c), fmt.Sprintf(`"a\%03o7"`, c))
	}
	for c := range 0x10000 {
		unquote(fmt.Sprintf("u and %04x", c), fmt.Sprintf(`"\u%04x0"`, c))
	}
	for c := 0; c < 0x120000; c += 0xff {
		unquote(fmt.Sprintf("U and %08x", c), fmt.Sprintf(`"\U%08X"`, c))
	}
	unquote("U and ffffffff", `"\Uffffffff"`)
}

// A line of our output holds neither a tab nor a line end of a text.
func visible(before string, c int, after string) string {
	if c == '\t' || c == '\n' || c >= utf8.RuneSelf {
		return before + "é" + after
	}
	return before + string(rune(c)) + after
}

func pieces(value string) string {
	var out strings.Builder
	inside := false
	for len(value) > 0 {
		r, size := utf8.DecodeRuneInString(value)
		if r == utf8.RuneError && size == 1 {
			if !inside {
				out.WriteByte('?')
			}
			inside = true
		} else {
			inside = false
			fmt.Fprintf(&out, "%x", value[:size])
		}
		value = value[size:]
	}
	return out.String()
}
