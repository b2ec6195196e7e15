package pay

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// AttachmentType is the media type of extra merchant data.
const AttachmentType = "application/vnd.klarna.internal.emd-v2+json"

// Attachment is extra merchant data: a JSON object serialized to a string.
type Attachment struct {
	ContentType string
	Body        Personal // it may hold account data of the consumer
}

// attachmentLists are the members of extra merchant data, each a list of objects. Others are kept and not looked at.
var attachmentLists = map[string]bool{
	"air_reservation_details": true, "bus_reservation_details": true, "train_reservation_details": true, "ferry_reservation_details": true,
	"hotel_reservation_details": true, "trip_reservation_details": true, "car_rental_reservation_details": true, "event": true, "voucher": true,
	"marketplace_seller_info": true, "marketplace_winner_info": true, "customer_account_info": true, "payment_history_full": true,
	"payment_history_simple": true, "in_store_payment": true, "customer_tokens": true, "other_delivery_address": true,
}

// check appends the fault attachment.attachment when the body cannot be decoded; no attachment is right.
func (a *Attachment) check(faults []Fault) []Fault {
	const path = "attachment.attachment"
	if a == nil || faulted(faults, "attachment") {
		return faults
	}
	if mediaType, _, _ := strings.Cut(a.ContentType, ";"); !strings.EqualFold(strings.TrimSpace(mediaType), AttachmentType) {
		return append(faults, Fault{Path: path, Want: "content_type " + AttachmentType})
	}
	body := bytes.TrimPrefix([]byte(a.Body), []byte("\ufeff"))
	var members map[string]json.RawMessage
	if !isEmptyArray(body) && (json.Unmarshal(body, &members) != nil || members == nil) {
		return append(faults, Fault{Path: path, Want: "a JSON object in body"})
	}
	for name, raw := range members {
		var list []json.RawMessage
		if attachmentLists[name] && (json.Unmarshal(raw, &list) != nil || slices.ContainsFunc(list, isNoObject)) {
			return append(faults, Fault{Path: path, Want: "a list of objects in " + name})
		}
	}
	return faults
}

// isNoObject reports whether a value is something else than an object; values in it are kept as they are: nothing is computed with them.
func isNoObject(raw json.RawMessage) bool {
	var members map[string]json.RawMessage
	return !isEmptyArray(raw) && (json.Unmarshal(raw, &members) != nil || members == nil)
}

// isEmptyArray reports whether a value is [], which PHP writes for an object without members.
func isEmptyArray(raw []byte) bool {
	var list []json.RawMessage
	return json.Unmarshal(raw, &list) == nil && list != nil && len(list) == 0
}
