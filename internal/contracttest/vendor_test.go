package contracttest

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestOriginal_isHeldAgainstWhenItIsAtHand(t *testing.T) {
	if _, err := os.Stat("../../../shared/contract/openapi"); err != nil {
		t.Skip("the original's documents are not at hand") //nolint:forbidigo // they are no part of the project
	}
	x := Exchange{
		Method: http.MethodGet, Path: "/ordermanagement/v1/orders/0197629e-3d2c-7a44-9f1e-5b7c2d9a6e10", Status: 200,
		Answer: []byte(`{"order_id":"x","captures":[{"capture_id":"y","colour":"red"}],"mood":"good","customer":{"type":"person"}}`),
	}
	err := x.checkOriginal()
	if err == nil || !strings.Contains(err.Error(), "does not know /mood") || !strings.Contains(err.Error(), "does not know /captures/0/colour") || strings.Contains(err.Error(), "customer") {
		t.Fatalf("%v", err)
	}
	x = Exchange{Method: http.MethodPost, Path: "/payments/v1/sessions", Status: 200, Answer: []byte(`{"session_id":"x"}`)}
	if err := x.checkOriginal(); err == nil || !strings.Contains(err.Error(), "requires /client_token") {
		t.Fatalf("%v", err)
	}
	x.Status, x.Answer = 201, nil
	if err := x.checkOriginal(); err == nil {
		t.Fatal("another status passes")
	}
}
