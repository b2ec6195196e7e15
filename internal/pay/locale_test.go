package pay

import "testing"

func TestCanonicalLocale(t *testing.T) {
	for written, want := range map[string]string{
		"sv": "sv", "SV": "sv", "sv-SE": "sv-SE", "SV-se": "sv-SE", "en_GB": "en-GB", "EN_gb": "en-GB",
		"no": "nb", "no-NO": "nb-NO", "NO_no": "nb-NO", "nb-NO": "nb-NO", "nn-NO": "nb-NO", "nn": "nb", "nb": "nb",
		"iw": "he", "iw-IL": "he-IL", "he": "he", "mo": "ro", "mo-RO": "ro-RO", "ro-RO": "ro-RO", "in": "id", "ji": "yi",
		"zh-Hans": "zh", "zh-Hant-TW": "zh-TW", "sr-Latn": "sr", "sv-Latn-SE": "sv-SE", "de-DE-1996": "de-DE", "de-1901": "de", "es-419": "es", "ca-ES-valencia": "ca-ES",
		"en-GB-u-ca-gregory": "en-GB", "en-x-shop": "en", "de_DE.UTF-8": "de-DE", "de_DE@euro": "de-DE", "fr_CA.utf8": "fr-CA",
		"": "", "Swedish": "", "s": "", "swe": "", "sv-": "", "-SE": "", "sv--SE": "", "sv-SE-": "", "sv-SE-FI": "", "sv SE": "", "sv-S3": "", "sv-swe": "", "sv-SE-x": "", "så-SE": "", "sv-SÉ": "",
		"C": "", "C.UTF-8": "", "*": "", "sv,en": "", "sv-123456789": "", "12-SE": "",
	} {
		if got, ok := CanonicalLocale(written); got != want || ok != (want != "") {
			t.Errorf("%q is read as %q %v, want %q", written, got, ok, want)
		}
	}
	for _, m := range markets {
		for _, l := range m.Locales {
			if got, _ := CanonicalLocale(l); got != l {
				t.Errorf("%s is read as %s", l, got)
			}
		}
	}
}

// FuzzCanonicalLocale: what comes out is a language with or without a country, and reads as itself.
func FuzzCanonicalLocale(f *testing.F) {
	for _, seed := range []string{"no-NO", "zh-Hans-CN", "en_US.UTF-8", "a-DE", "de-u-co-phonebk", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		got, ok := CanonicalLocale(written)
		if !ok {
			if got != "" {
				t.Fatalf("%q is none and %q", written, got)
			}
			return
		}
		if len(got) != 2 && (len(got) != 5 || got[2] != '-') {
			t.Fatalf("%q became %q", written, got)
		}
		if again, ok := CanonicalLocale(got); !ok || again != got {
			t.Fatalf("%q became %q, and that %q", written, got, again)
		}
	})
}
