package api

import "kassa/internal/pay"

var distributionMethods = []pay.DistributionMethod{pay.ByEmail, pay.BySMS, pay.ByToken}

// readDistributionBody reads the body of a distribution call.
func (a *API) readDistributionBody(body []byte) (in pay.DistributionInput, err error) {
	var method, contact bool
	in.Faults, err = a.decode(body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "method":
			method = r.sent()
			return enum(r, &in.Method, distributionMethods)
		case "contact_information":
			contact = r.sent()
			return r.contactInformation(&in)
		}
		return false
	})
	if !method {
		in.Faults = append(in.Faults, pay.Fault{Path: "method", Want: "one of email, sms, token"})
	}
	if !contact {
		in.Faults = append(in.Faults, pay.Fault{Path: "contact_information", Want: "a value"})
	}
	return in, err
}

func (r *reader) contactInformation(in *pay.DistributionInput) bool {
	r.object(func(member []byte) bool {
		switch string(member) {
		case "email":
			return text(r, &in.Email, words(maxText))
		case "phone":
			return text(r, &in.Phone, digits(40))
		case "phone_country":
			return letters(r, &in.PhoneCountry, 2) // of a market, or it is UNSUPPORTED_COUNTRY
		case "access_id":
			return text(r, &in.AccessID, limits{max: maxText})
		}
		return false
	})
	return true
}
