package pay

import (
	"cmp"
	"strings"
)

// members are the names of a request's members in the order in which one message lists them: that of the documents in openapi. Only
// names within one object are ever compared, so that one list serves for all; a name of several objects stands where it is right in each.
var members = ranks(
	"payment_session_url description intended_use purchase_country purchase_currency locale order_amount order_tax_amount order_lines",
	"captured_amount refunded_amount intent acquiring_channel auto_capture billing_address shipping_address customer",
	"merchant_urls merchant_reference1 merchant_reference2 step_up_id",
	// a line
	"type reference name quantity quantity_unit unit_price total_amount total_discount_amount tax_rate total_tax_amount image_url product_url",
	"merchant_data product_identifiers subscription",
	"brand category_path global_trade_item_number manufacturer_part_number color size",
	"interval interval_count",
	// the rest of a session
	"design custom_payment_method_ids options attachment step_up profile_id",
	// a customer, an address
	"date_of_birth title gender given_name family_name organization_name attention email phone street_address street_address2",
	"postal_code city region country",
	"last_four_ssn national_identification_number organization_entity_type organization_registration_id vat_id customer_token",
	// merchant_urls
	"confirmation notification push authorization app_return_url",
	"success cancel back failure error status_update privacy_policy terms",
	// options, attachment
	"color_border color_border_selected color_details color_text radius_border",
	"place_order_mode payment_method_category payment_method_categories payment_fallback purchase_type page_title logo_url",
	"background_images show_subtotal_detail url width content_type body",
)

func ranks(rows ...string) map[string]int {
	out := map[string]int{}
	for _, name := range strings.Fields(strings.Join(rows, " ")) {
		out[name] = len(out)
	}
	return out
}

// comparePaths orders two paths as they stand in a document: elements of a list by their number, members by the list above, those that
// it does not know after them by name, and what contains something before it.
func comparePaths(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = cutPath(a)
		y, b = cutPath(b)
		if c := compareSteps(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// cutPath cuts the first step off a path: a name, or a number with its opening bracket.
func cutPath(path string) (step, rest string) {
	i := strings.IndexAny(path[1:], ".[") + 1
	if i == 0 {
		i = len(path)
	}
	return strings.TrimSuffix(path[:i], "]"), strings.TrimPrefix(path[i:], ".")
}

func compareSteps(x, y string) int {
	if strings.HasPrefix(x, "[") && strings.HasPrefix(y, "[") {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) // numbers without leading zeros
	}
	rank := func(step string) int {
		if r, known := members[step]; known {
			return r
		}
		return len(members)
	}
	return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x, y))
}
