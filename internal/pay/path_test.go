package pay

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestInvalid400_listsEachPathOnceInOrder(t *testing.T) {
	e := Invalid400([]Fault{{Path: "order_lines[0].total_amount"}, {Path: "merchant_urls.push"}, {Path: "purchase_country"}, {Path: "order_lines[0].total_amount"}})
	if want := "Bad value: purchase_country, order_lines[0].total_amount, merchant_urls.push"; e.Message != want {
		t.Fatalf("%q, want %q", e.Message, want)
	}
}

// TestComparePaths_isTheOrderOfTheDocument shuffles what is sorted: whichever check found what first, the message is the same.
func TestComparePaths_isTheOrderOfTheDocument(t *testing.T) {
	sorted := strings.Fields("payment_session_url purchase_country order_amount order_lines order_lines[0] order_lines[0].name order_lines[0].total_amount " +
		"order_lines[1].total_amount order_lines[2].type order_lines[2].name order_lines[2].subscription.name order_lines[10].type " +
		"intent billing_address.title billing_address.given_name customer.type customer.title merchant_urls merchant_urls.push merchant_urls.success " +
		"merchant_urls.cancel merchant_data options.logo_url options.background_images options.background_images[0].url options.background_images[0].width " +
		"attachment.attachment after limit")
	rapid.Check(t, func(t *rapid.T) {
		got := rapid.Permutation(sorted).Draw(t, "paths")
		if slices.SortFunc(got, comparePaths); !slices.Equal(got, sorted) {
			t.Fatalf("%v, want %v", got, sorted)
		}
	})
}

// FuzzComparePaths holds the comparison to what sorting needs of it, whatever the paths are.
func FuzzComparePaths(f *testing.F) {
	f.Add("order_lines[1].name", "order_lines[10]", "order_lines")
	f.Add(".", "[", "a..b[]]")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if comparePaths(a, a) != 0 || comparePaths(a, b) != -comparePaths(b, a) {
			t.Fatalf("%q, %q: %d, %d", a, b, comparePaths(a, b), comparePaths(b, a))
		}
		if comparePaths(a, b) <= 0 && comparePaths(b, c) <= 0 && comparePaths(a, c) > 0 {
			t.Fatalf("%q ≤ %q ≤ %q", a, b, c)
		}
	})
}
