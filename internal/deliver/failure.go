package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// refused is a failure that trying again does not mend.
type refused struct{ error }

// Unwrap gives the error itself.
func (r *refused) Unwrap() error { return r.error }

// Permanent reports whether a failure will not pass by itself.
func Permanent(err error) bool {
	var r *refused
	return errors.As(err, &r)
}

// noReceiver is a refusal of the receiver: no message will ever arrive there.
type noReceiver struct{ error }

// Unwrap gives the error itself.
func (n *noReceiver) Unwrap() error { return n.error }

// NoReceiver reports whether a failure is the other side's word that there is no such receiver. It is permanent; most permanent
// failures are not such a word, but about one message, or about us.
func NoReceiver(err error) bool {
	var n *noReceiver
	return errors.As(err, &n)
}

// maybeNoReceiver is a refusal that speaks of the receiver in words alone.
type maybeNoReceiver struct{ error }

// Unwrap gives the error itself.
func (n *maybeNoReceiver) Unwrap() error { return n.error }

// MaybeNoReceiver reports whether a failure may be the other side's word that there is no such receiver: a mail server's 550 in words,
// which relays also give to everybody while something is wrong with them. It is one if the server takes a message to another receiver
// after that. It is permanent.
func MaybeNoReceiver(err error) bool {
	var n *maybeNoReceiver
	return errors.As(err, &n)
}

// What goes wrong on the way to somebody else, in our own words.
var (
	errSlow        = errors.New("no answer in time")
	errName        = errors.New("the host's name cannot be resolved")
	errClosed      = errors.New("the connection was closed before an answer")
	errRefused     = errors.New("the connection was refused")
	errUnreachable = errors.New("the host cannot be reached")
	errCertificate = errors.New("TLS: the certificate is not valid for the host")
	errTLS         = errors.New("TLS: no agreement with the server")
	errProtocol    = errors.New("no answer that can be read")
)

// reason says in our own words why there was no answer. The errors of net/http and net/url have parts of the URL in them, and of
// what a server sent, which can be our request over again: one-time secrets, names, numbers. Refusals of the guard stay as they are.
func reason(err error) error {
	var (
		timeout net.Error
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		remote  *net.OpError
		guarded *refused
	)
	switch {
	case errors.As(err, &guarded):
		return guarded
	case errors.Is(err, ErrForbidden):
		return errPrivate // without the address that the dialer puts in front
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errSlow
	case errors.As(err, &dns):
		return errName
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return errUnreachable
	case errors.As(err, &cert):
		return errCertificate
	case errors.As(err, &record), errors.As(err, &remote) && remote.Op == "remote error":
		return errTLS
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return errClosed
	}
	return errProtocol
}

// realTime is the present time. Receivers compare it with their own clocks, and how long something took is real, also where the
// sandbox's clock was moved.
func realTime() time.Time {
	return time.Now() //nolint:forbidigo // see above: not the clock that the rules use
}
