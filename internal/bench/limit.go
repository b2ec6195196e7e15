package bench

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// LimitConfig says which limit program to run.
type LimitConfig struct {
	// Listen is the address to listen on, "127.0.0.1:0" when empty.
	Listen string
	// Database is where each request's row goes, as in Kassa's --database: sqlite:FILE or postgres://…; "" for the
	// program without a database. The file should be new and on the disk that Kassa uses; on PostgreSQL the rows have
	// a table of their own, which is dropped at the end.
	Database string
	// Ready is told "listening http://host:port" when requests are answered; Start reads it.
	Ready io.Writer
	// Parent, if not nil, ends the program when it ends: a child process sees so that its parent is gone.
	Parent io.Reader
}

// maxAnswer bounds what sizeHeader may ask for.
const maxAnswer = 1 << 20

// ServeLimit is the least program that could do Kassa's job: it decodes the body of a payment or hosted session,
// commits it as one durable row together with those of other requests, and answers as many bytes as asked for. It has
// no rules, no credentials, no second index, nothing to read first. It returns when ctx or Parent ends.
func ServeLimit(ctx context.Context, cfg LimitConfig) error {
	if cfg.Database == "" {
		return serve(ctx, cfg, func(context.Context, row) error { return nil })
	}
	s, err := openSink(ctx, cfg.Database)
	if err != nil {
		return err
	}
	return errors.Join(serve(ctx, cfg, s.put), s.close())
}

// serve answers requests until ctx or the parent ends.
func serve(ctx context.Context, cfg LimitConfig, keep func(context.Context, row) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+createPath, answerAs[sessionBody](keep))
	mux.HandleFunc("POST "+hostPath, answerAs[hostedBody](keep))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: patience}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if cfg.Parent != nil {
		go func() {
			io.Copy(io.Discard, cfg.Parent) //nolint:errcheck // either way the parent is gone
			cancel()
		}()
	}
	if cfg.Ready != nil {
		if _, err := fmt.Fprintf(cfg.Ready, "%shttp://%s\n", readyPrefix, l.Addr()); err != nil {
			return errors.Join(fmt.Errorf("say where we listen: %w", err), server.Close())
		}
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		// Whoever ended us has stopped driving: there is no request left to wait for.
		return server.Close()
	}
}

// row is what one request leaves behind.
type row struct {
	id   [16]byte
	body []byte
}

// answerAs decodes the request's body as a T, keeps it, and answers.
func answerAs[T any](keep func(context.Context, row) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, max(r.ContentLength, 0))
		if _, err := io.ReadFull(r.Body, body); err != nil {
			http.Error(w, "the body is shorter than it says", http.StatusBadRequest)
			return
		}
		var in T
		if err := json.Unmarshal(body, &in); err != nil {
			http.Error(w, "the body is not JSON", http.StatusBadRequest)
			return
		}
		row := row{id: timeOrderedID(), body: body}
		if err := keep(r.Context(), row); err != nil {
			http.Error(w, "not stored", http.StatusServiceUnavailable)
			return
		}
		size, _ := strconv.Atoi(r.Header.Get(sizeHeader))
		out := answerOf(row.id, min(size, maxAnswer))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(out)))
		w.Write(out)
	}
}

// answerOf is an answer with the row's id, filled up to size bytes.
func answerOf(id [16]byte, size int) []byte {
	out := make([]byte, 0, max(size, 64))
	out = append(out, `{"session_id":"`...)
	out = hex.AppendEncode(out, id[:])
	out = append(out, `","fill":"`...)
	for len(out) < size-2 {
		out = append(out, '.')
	}
	return append(out, `"}`...)
}

// timeOrderedID draws an id that sorts by time, so that rows are inserted at the right edge of the index, as Kassa's are.
func timeOrderedID() [16]byte {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(time.Now().UnixNano()))
	rand.Read(id[8:])
	return id
}

// sessionBody is the body of a payment session, as a program must decode it that answers for its members.
type sessionBody struct {
	AcquiringChannel   string     `json:"acquiring_channel"`
	PurchaseCountry    string     `json:"purchase_country"`
	PurchaseCurrency   string     `json:"purchase_currency"`
	Locale             string     `json:"locale"`
	OrderAmount        int64      `json:"order_amount"`
	OrderTaxAmount     *int64     `json:"order_tax_amount"`
	OrderLines         []lineBody `json:"order_lines"`
	BillingAddress     *address   `json:"billing_address"`
	ShippingAddress    *address   `json:"shipping_address"`
	MerchantURLs       *urlsBody  `json:"merchant_urls"`
	MerchantReference1 string     `json:"merchant_reference1"`
	MerchantReference2 string     `json:"merchant_reference2"`
	MerchantData       string     `json:"merchant_data"`
}

type lineBody struct {
	Type                string `json:"type"`
	Reference           string `json:"reference"`
	Name                string `json:"name"`
	Quantity            int64  `json:"quantity"`
	QuantityUnit        string `json:"quantity_unit"`
	UnitPrice           int64  `json:"unit_price"`
	TaxRate             *int64 `json:"tax_rate"`
	TotalAmount         int64  `json:"total_amount"`
	TotalDiscountAmount *int64 `json:"total_discount_amount"`
	TotalTaxAmount      *int64 `json:"total_tax_amount"`
	ProductURL          string `json:"product_url"`
	ImageURL            string `json:"image_url"`
	MerchantData        string `json:"merchant_data"`
}

type address struct {
	GivenName      string `json:"given_name"`
	FamilyName     string `json:"family_name"`
	Email          string `json:"email"`
	Phone          string `json:"phone"`
	StreetAddress  string `json:"street_address"`
	StreetAddress2 string `json:"street_address2"`
	PostalCode     string `json:"postal_code"`
	City           string `json:"city"`
	Region         string `json:"region"`
	Country        string `json:"country"`
}

type urlsBody struct {
	Confirmation string `json:"confirmation"`
	Notification string `json:"notification"`
	Push         string `json:"push"`
}

// hostedBody is the body of a hosted session.
type hostedBody struct {
	PaymentSessionURL string `json:"payment_session_url"`
	MerchantURLs      struct {
		Success string `json:"success"`
		Cancel  string `json:"cancel"`
		Back    string `json:"back"`
		Failure string `json:"failure"`
		Error   string `json:"error"`
	} `json:"merchant_urls"`
	Options struct {
		PlaceOrderMode string `json:"place_order_mode"`
		PageTitle      string `json:"page_title"`
		PurchaseType   string `json:"purchase_type"`
	} `json:"options"`
}
