package pay

import "time"

// ShippingInfo is how a parcel goes, and how it may come back.
type ShippingInfo struct {
	Company, Method, TrackingNumber, TrackingURI           string
	ReturnCompany, ReturnTrackingNumber, ReturnTrackingURI string
}

// ShippingInput is what a call about shipping brings.
type ShippingInput struct {
	Faults []Fault // those the door found already
	Info   []ShippingInfo
}

// captureOf finds a capture, or refuses: NOT_ALLOWED on an order without any, NO_SUCH_CAPTURE otherwise.
func (o *Order) captureOf(id CaptureID) (*Capture, error) {
	if len(o.Captures) == 0 {
		return nil, notAllowed("Order has no captures.")
	}
	if c := o.CaptureByID(id); c != nil {
		return c, nil
	}
	return nil, NoSuchCapture(id)
}

// NoSuchCapture is the answer for captures that the order does not have.
func NoSuchCapture(id CaptureID) *Error {
	return refuse(NotFound, "NO_SUCH_CAPTURE", "Capture "+string(id)+" cannot be found.")
}

// AddShipping appends to the order's shipping info; nothing is ever replaced.
func (o *Order) AddShipping(in ShippingInput, ids *IDs, now time.Time) error {
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	o.ShippingInfo = append(o.ShippingInfo, in.Info...)
	o.record(OrderShippingAdded, EventData{}, ids, now)
	return nil
}

// AddCaptureShipping appends to a capture's shipping info.
func (o *Order) AddCaptureShipping(id CaptureID, in ShippingInput, ids *IDs, now time.Time) error {
	if err := unprocessableFaults(in.Faults); err != nil {
		return err
	}
	c, err := o.captureOf(id)
	if err != nil {
		return err
	}
	c.ShippingInfo = append(c.ShippingInfo, in.Info...)
	c.Change.touch()
	o.record(OrderShippingAdded, EventData{CaptureID: string(id)}, ids, now)
	return nil
}

// SendOut has the consumer's message about a capture sent again.
func (o *Order) SendOut(id CaptureID, ids *IDs, now time.Time) error {
	c, err := o.captureOf(id)
	if err != nil {
		return err
	}
	o.record(OrderSendOut, EventData{CaptureID: string(c.ID), Amount: c.Amount}, ids, now)
	return nil
}
