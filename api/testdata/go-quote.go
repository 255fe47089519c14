//go:build ignore

// What Go's strconv makes of strings, and of texts that it did not quote itself, for annotations-file.test.ts.
// The kubelet writes the values of the annotations file with this quoting. To make go-quote.json again:
//
//	go run api/testdata/go-quote.go > api/testdata/go-quote.json
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"strconv"
	"strings"
	"unicode/utf16"
)

type vector struct {
	Description string `json:"description"`
	// By strconv.Quote; otherwise written by hand and judged by strconv.Unquote.
	ByQuote bool   `json:"byQuote"`
	Quoted  string `json:"quoted"`
	// Absent where strconv.Unquote reports a syntax error. Every invalid byte is U+FFFD.
	Value *string `json:"value,omitempty"`
}

func main() {
	vectors := []vector{}
	quote := func(description, value string) {
		vectors = append(vectors, vector{description, true, strconv.Quote(value), &value})
	}
	unquote := func(description, quoted string) {
		one := vector{Description: description, Quoted: quoted}
		if value, err := strconv.Unquote(quoted); err == nil {
			one.Value = &value
		}
		vectors = append(vectors, one)
	}

	quote("the empty value", "")
	quote("a declaration", "kind=DYNAMIC,type=RSA,size=2048,foo=bar")
	for c := range 0x20 {
		quote(fmt.Sprintf("the control character U+%04X", c), string(rune(c)))
		quote(fmt.Sprintf("the control character U+%04X between hexadecimal digits", c), "0"+string(rune(c))+"0f")
	}
	quote("the control character U+007F", "a\x7fb")
	quote("a quote", `a"b`)
	quote("nothing but a quote", `"`)
	quote("an apostrophe and a back quote", "'`")
	quote("a backslash", `a\b`)
	quote("a backslash at the end", `a\`)
	quote("a backslash before a quote", `\"`)
	quote("two backslashes before an n", `\\n`)
	quote("what looks like an escape", `\x41\u0041\U00000041\101\a`)
	quote("the ASCII space at both ends", " a ")
	quote("an equals sign and a comma", "a=b,c==d")
	latin := []rune{}
	for c := rune(0x20); c < 0x180; c++ {
		latin = append(latin, c)
	}
	quote("all of Latin-1 and Latin Extended-A", string(latin))
	for _, c := range []struct {
		name string
		rune rune
	}{
		{"next line", 0x85},
		{"no-break space", 0xa0},
		{"soft hyphen", 0xad},
		{"combining acute accent", 0x301},
		{"zero width space", 0x200b},
		{"right-to-left override", 0x202e},
		{"line separator", 0x2028},
		{"paragraph separator", 0x2029},
		{"ideographic space", 0x3000},
		{"CJK ideograph", 0x5b57},
		{"the last before the surrogates", 0xd7ff},
		{"the first for private use", 0xe000},
		{"byte order mark", 0xfeff},
		{"replacement character", 0xfffd},
		{"noncharacter", 0xffff},
		{"the first that takes four bytes", 0x10000},
		{"emoji", 0x1f511},
		{"tag", 0xe0041},
		{"the last of all", 0x10ffff},
	} {
		quote(fmt.Sprintf("U+%04X, %s", c.rune, c.name), "a"+string(c.rune)+"b")
	}
	quote("nothing but a byte order mark", "\ufeff")
	quote("emoji of several code points", "👩\u200d💻🇦🇺")
	quote("the byte FF, which is no UTF-8", "\xff")
	quote("the bytes FF FE between letters", "a\xff\xfeb")
	quote("a byte that continues nothing", "a\x80b")
	quote("a first byte without what follows", "a\xc3b")
	quote("an overlong slash", "\xc0\xaf")
	quote("a high surrogate in bytes", "\xed\xa0\x80")
	quote("a low surrogate in bytes", "\xed\xb0\x80")
	quote("a surrogate pair in bytes", "\xed\xa0\xbd\xed\xb4\x91")
	quote("bytes beyond U+10FFFF", "\xf4\x90\x80\x80")
	quote("an invalid byte between valid characters of several bytes", "é\xff字")

	unquote("escapes for what needs none", `"\x41\u0042\U00000043\104"`)
	unquote("a character spelt as bytes", `"\xc3\xa9\303\251"`)
	unquote("hexadecimal digits of both cases", `"\xE9\xe9\u00E9\u00e9"`)
	unquote("octal 377, the last byte", `"a\377b"`)
	unquote("octal 400, more than a byte", `"\400"`)
	unquote("two octal digits", `"\12"`)
	unquote("the digit 8 in an octal escape", `"\008"`)
	unquote("one hexadecimal digit after x", `"\x4"`)
	unquote("three hexadecimal digits after u", `"\u041"`)
	unquote("a letter that is no hexadecimal digit", `"\x4g"`)
	unquote("seven hexadecimal digits after U", `"\U0001f51"`)
	unquote("braces after u", `"\u{41}"`)
	unquote("the first high surrogate", `"\ud800"`)
	unquote("the last low surrogate", `"\udfff"`)
	unquote("the first low surrogate with eight digits", `"\U0000dc00"`)
	unquote("a surrogate pair as in JSON", `"\ud83d\udd11"`)
	unquote("beyond U+10FFFF", `"\U00110000"`)
	unquote("an escaped apostrophe", `"\'"`)
	unquote("an escaped slash as in JSON", `"\/"`)
	unquote("an unknown escape", `"\z"`)
	unquote("an escaped line end", "\"a\\\nb\"")
	unquote("a line end as it is", "\"a\nb\"")
	unquote("a carriage return as it is", "\"a\rb\"")
	unquote("a tab as it is", "\"a\tb\"")
	unquote("a zero as it is", "\"a\x00b\"")
	unquote("a quote inside that is not escaped", `"a"b"`)
	unquote("a closing quote that is escaped", `"a\"`)
	unquote("a backslash before the closing quote's backslash", `"a\\\"`)
	unquote("no closing quote", `"a`)
	unquote("no opening quote", `a"`)
	unquote("one quote", `"`)
	unquote("no quotes", `a`)
	unquote("nothing", ``)
	unquote("text after the closing quote", `"a" `)

	text, err := json.MarshalIndent(vectors, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ascii(string(text)))
}

// The same JSON without invisible characters.
func ascii(json string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(json)) {
		if unit < 0x7f {
			out.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.String()
}
