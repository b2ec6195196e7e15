package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// wireIDCheck is manual_identification: what the shop's staff needs to look at an identity document. The name in full
// is never told: who compares a document needs no more than its letters.
type wireIDCheck struct {
	Challenge          string     `json:"challenge"`
	CustomerObfuscated wirePerson `json:"customer_obfuscated"`
	ExpiresAt          string     `json:"expires_at"`
}

// wirePerson is a name.
type wirePerson struct {
	GivenName  string `json:"given_name,omitempty"`
	FamilyName string `json:"family_name,omitempty"`
}

func toIDCheck(c *pay.IDView) *wireIDCheck {
	if c == nil {
		return nil
	}
	return &wireIDCheck{
		Challenge: c.Challenge, CustomerObfuscated: wirePerson{GivenName: c.GivenName, FamilyName: c.FamilyName}, ExpiresAt: instant(c.ExpiresAt),
	}
}

// judgeID takes the verdict of the merchant's own system on an identity document.
func (a *API) judgeID(x *exchange, r *http.Request) error {
	var challenge string
	var verdict pay.Verdict
	faults, err := a.decode(x.body, func(r *reader, member []byte) bool {
		switch string(member) {
		case "challenge":
			return text(r, &challenge, digits(20))
		case "verdict":
			return enum(r, &verdict, []pay.Verdict{pay.IDMatches, pay.IDDiffers})
		}
		return false
	})
	if err != nil {
		return err
	}
	if challenge == "" && !faulted(faults, "challenge") {
		faults = append(faults, pay.Fault{Path: "challenge", Want: "a value"})
	}
	if verdict == "" && !faulted(faults, "verdict") {
		faults = append(faults, pay.Fault{Path: "verdict", Want: "one of MATCH, MISMATCH"})
	}
	if len(faults) > 0 {
		return pay.Invalid400(faults)
	}
	return x.do(func(call engine.Call) (any, error) {
		return nil, a.engine.JudgeID(r.Context(), call, pay.HostedID(id(r, "session_id")), challenge, verdict)
	}, noContent)
}
