package deliver

import (
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const eximPath = "/usr/sbin/exim4"

// eximConfig is a mail server that takes mail for example.com, needs a login for it, and puts everything into one maildir.
// 1: its directory; 2: user; 3: group.
const eximConfig = `
keep_environment =
exim_user = %[2]s
exim_group = %[3]s
spool_directory = %[1]s/spool
log_file_path = %[1]s/log/%%s
pid_file_path = %[1]s/exim.pid
deliver_drop_privilege
primary_hostname = mail.shop.example
domainlist ours = example.com
tls_advertise_hosts = *
tls_certificate = %[1]s/cert.pem
tls_privatekey = %[1]s/key.pem
host_lookup =
helo_lookup_domains =
rfc1413_hosts =
message_size_limit = 1M
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny ! authenticated = *
  deny local_parts = gone
       message = 550 5.1.1 $local_part@$domain is unknown here
  defer local_parts = later
  accept domains = +ours
         endpass
         verify = recipient
  deny
begin routers
all:
  driver = accept
  domains = +ours
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = %[1]s/mail
  user = %[2]s
  group = %[3]s
  delivery_date_add
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_set_id = $auth2
  server_condition = ${if and {{eq{$auth2}{shop}}{eq{$auth3}{s3cr3t}}}}
  server_advertise_condition = ${if def:tls_in_cipher}
`

// exim is Debian's mail server in a directory of its own: a process for each connection, as inetd would start it, so that the port
// is one that the test already has. It delivers before it ends.
type exim struct {
	dir, address string
	trusting     *x509.CertPool
	ended        chan struct{} // gets one for each connection
}

func newExim(t *testing.T) *exim {
	t.Helper()
	if _, err := os.Stat(eximPath); err != nil {
		t.Fatalf("%v: scripts/install-tools brings it", err)
	}
	uid, gid := os.Getuid(), os.Getgid()
	as := &syscall.SysProcAttr{}
	if uid == 0 {
		// It does not deliver as root.
		u, err := user.Lookup("Debian-exim")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ = strconv.Atoi(u.Uid)
		gid, _ = strconv.Atoi(u.Gid)
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	dir, err := os.MkdirTemp("", "kassa-exim-") // not t.TempDir, whose parent is ours alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	_, certPEM, keyPEM, trusting := certificate(t)
	config := fmt.Sprintf(eximConfig, dir, strconv.Itoa(uid), strconv.Itoa(gid))
	for name, content := range map[string][]byte{"cert.pem": certPEM, "key.pem": keyPEM, "exim.conf": []byte(config)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, sub := range []string{"spool", "log", "mail"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	own := func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, gid)
	}
	if err := filepath.WalkDir(dir, own); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &exim{dir: dir, address: l.Addr().String(), trusting: trusting, ended: make(chan struct{}, 100)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				e.serve(t, conn.(*net.TCPConn), as)
				e.ended <- struct{}{}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log", "main"))
			t.Logf("the mail server's log:\n%s", log)
		}
	})
	return e
}

// serve has a process of exim speak on one connection.
func (e *exim) serve(t *testing.T, conn *net.TCPConn, as *syscall.SysProcAttr) {
	socket, err := conn.File()
	_ = conn.Close()
	if err != nil {
		t.Error(err)
		return
	}
	defer socket.Close()
	// -odf: deliver in the foreground.
	cmd := exec.Command(eximPath, "-C", filepath.Join(e.dir, "exim.conf"), "-bs", "-odf")
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.SysProcAttr = e.dir, socket, socket, as
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		t.Logf("exim: %v %s", err, said.String()) // also when a client leaves as it should not
	}
}

// delivered are the mails in the maildir.
func (e *exim) delivered(t *testing.T) [][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(e.dir, "mail", "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

// Debian's mail server takes our mail over STARTTLS with a login, and what it delivers is what was sent.
func TestMTA_deliversOurMail(t *testing.T) {
	e := newExim(t)
	m := mailer(t, "smtp://shop:s3cr3t@"+e.address+"?tls=required", e.trusting)
	if err := m.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	<-e.ended
	all := e.delivered(t)
	if len(all) != 1 {
		t.Fatalf("%d mails in the maildir", len(all))
	}
	checkLetter(t, all[0], letter)
	for _, want := range []string{"Return-path: <pay@shop.example>", "Envelope-to: customer@example.com", "TLS1.", "with esmtpsa ", "helo=shop.example"} {
		if !strings.Contains(string(all[0]), want) {
			t.Errorf("%q is not in the delivered mail:\n%.600s", want, all[0])
		}
	}
}

func TestMTA_refusalsAreToldApart(t *testing.T) {
	e := newExim(t)
	login, none := "smtp://shop:s3cr3t@"+e.address+"?tls=required", "smtp://"+e.address
	for what, c := range map[string]struct {
		url, to   string
		want      string
		permanent bool
		nobody    bool
	}{
		"unknown receiver": {login, "gone@example.com", "550", true, true},
		"not ours":         {login, "customer@elsewhere.example", "550", true, false},
		"not now":          {login, "later@example.com", "451", false, false},
		"wrong password":   {strings.Replace(login, "s3cr3t", "wr0ng", 1), "customer@example.com", "535", false, false},
		"without a login":  {none, "customer@example.com", "550", true, false},
	} {
		m := mailer(t, c.url, e.trusting)
		message := letter
		message.To = c.to
		err := m.Send(t.Context(), message)
		if err == nil || Permanent(err) != c.permanent || NoReceiver(err) != c.nobody || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), c.to) || strings.Contains(err.Error(), "unknown here") {
			t.Errorf("%s: %v, permanent %v, nobody there %v", what, err, Permanent(err), NoReceiver(err))
		}
		<-e.ended
	}
	if n := len(e.delivered(t)); n != 0 {
		t.Errorf("%d mails were delivered", n)
	}
	// Its certificate is not one that the machine trusts.
	if err := (mailer(t, login, nil)).Send(t.Context(), letter); err == nil || Permanent(err) || !strings.Contains(err.Error(), errCertificate.Error()) {
		t.Error(err)
	}
	<-e.ended
}
