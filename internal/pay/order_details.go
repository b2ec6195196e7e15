package pay

import "time"

// Acknowledge notes that the merchant has stored the order; changed is false when that was known.
func (o *Order) Acknowledge(ids *IDs, now time.Time) (changed bool) {
	if !o.AcknowledgedAt.IsZero() {
		return false
	}
	o.AcknowledgedAt = now
	o.record(OrderAcknowledged, EventData{}, ids, now)
	return true
}

// ReferencesInput is what a change of the merchant's references brings: nil leaves one, "" clears it.
type ReferencesInput struct {
	Faults                 []Fault // those the door found already
	Reference1, Reference2 *string
}

// SetReferences changes the merchant's references.
func (o *Order) SetReferences(in ReferencesInput, ids *IDs, now time.Time) error {
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	if o.Status(now) == OrderIsCancelled {
		return notAllowed("Order is cancelled. Merchant references cannot be updated.")
	}
	set(&o.MerchantReference1, in.Reference1)
	set(&o.MerchantReference2, in.Reference2)
	o.record(OrderReferencesUpdated, EventData{MerchantReference: o.MerchantReference1}, ids, now)
	return nil
}

// AddressChange is a change of an address: nil leaves a member, "" clears it.
type AddressChange struct {
	Country                       *string
	Title, GivenName, FamilyName  *Personal
	OrganizationName, Attention   *Personal
	Email, Phone                  *Personal
	StreetAddress, StreetAddress2 *Personal
	PostalCode, City, Region      *Personal

	PhoneAsSent *Personal // as that of an address; set with Phone
}

// apply lays the members that were sent over an address.
func (c *AddressChange) apply(a Address) Address {
	set(&a.Country, c.Country)
	set(&a.Title, c.Title)
	set(&a.GivenName, c.GivenName)
	set(&a.FamilyName, c.FamilyName)
	set(&a.OrganizationName, c.OrganizationName)
	set(&a.Attention, c.Attention)
	set(&a.Email, c.Email)
	set(&a.Phone, c.Phone)
	set(&a.PhoneAsSent, c.PhoneAsSent)
	set(&a.StreetAddress, c.StreetAddress)
	set(&a.StreetAddress2, c.StreetAddress2)
	set(&a.PostalCode, c.PostalCode)
	set(&a.City, c.City)
	set(&a.Region, c.Region)
	return a
}

// DetailsInput is what a change of customer details brings.
type DetailsInput struct {
	Faults            []Fault // those the door found already
	Billing, Shipping *AddressChange
}

// deliverable reports whether something can be sent to an address.
func (a *Address) deliverable() bool {
	named := a.GivenName != "" && a.FamilyName != "" || a.OrganizationName != ""
	return named && a.StreetAddress != "" && a.PostalCode != "" && a.City != "" && a.Country != ""
}

// changed gives the address after a change, or refuses one to which nothing could be sent.
func (c *AddressChange) changed(a Address, member, country string) (Address, error) {
	a = c.apply(a).standard(country)
	if !a.deliverable() {
		return a, &Error{
			Kind: Unprocessable, Code: "INVALID_ADDRESS", Message: "The shipping and/or billing address is invalid",
			Faults: []Fault{{Path: member, Want: "name, street_address, postal_code, city and country"}},
		}
	}
	return a, nil
}

// SetDetails changes the shipping address of the order. The billing address is who was decided on: it stays.
func (o *Order) SetDetails(in DetailsInput, ids *IDs, now time.Time) error {
	const cannot = " Customer details cannot be updated."
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	if in.Billing != nil {
		return notAllowed("Billing address cannot be updated for user account order." + cannot)
	}
	switch o.Status(now) {
	case OrderIsCancelled:
		return notAllowed("Order is cancelled." + cannot)
	case OrderIsExpired:
		return notAllowed("Order is expired." + cannot)
	}
	if in.Shipping != nil {
		a, err := in.Shipping.changed(o.Shipping, "shipping_address", o.Purchase.Country)
		if err != nil {
			return err
		}
		o.Shipping = a
	}
	o.record(OrderDetailsUpdated, EventData{}, ids, now)
	return nil
}

// SetCaptureDetails changes the addresses of one capture, as an old edition of the API had it. The refusal: NO_SUCH_CAPTURE.
func (o *Order) SetCaptureDetails(id CaptureID, in DetailsInput, ids *IDs, now time.Time) error {
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	c, err := o.captureOf(id)
	if err != nil {
		return err
	}
	billing, shipping := c.Billing, c.Shipping
	if in.Billing != nil {
		if billing, err = in.Billing.changed(billing, "billing_address", o.Purchase.Country); err != nil {
			return err
		}
	}
	if in.Shipping != nil {
		if shipping, err = in.Shipping.changed(shipping, "shipping_address", o.Purchase.Country); err != nil {
			return err
		}
	}
	c.Billing, c.Shipping = billing, shipping
	c.Change.touch()
	o.record(OrderDetailsUpdated, EventData{CaptureID: string(c.ID)}, ids, now)
	return nil
}
