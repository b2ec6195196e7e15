package proxytest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const manual = "../../docs/operations/proxy.md"

// proxies are those of the manual, by the language of their block.
var proxies = map[string]func(t *testing.T, p *place, site string) *exec.Cmd{
	"nginx": nginx, "haproxy": haproxy, "apache": apache, "caddy": caddy,
}

// written gives the block of a language as it stands in the manual.
func written(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllSubmatch(page, -1)
	if len(found) != 1 {
		t.Fatalf("%s has %d blocks of %s, want one", manual, len(found), language)
	}
	return string(found[0][1])
}

// place is where one proxy runs: its files, its ports, and who is behind it.
type place struct {
	dir         string
	http, https string // 127.0.0.1:port
	kassa       string
	trusted     *x509.CertPool
}

// newPlace makes a directory with a certificate of pay.example.com that signs itself.
func newPlace(t *testing.T, kassa string) *place {
	t.Helper()
	p := &place{dir: t.TempDir(), http: free(t), https: free(t), kassa: kassa, trusted: x509.NewCertPool()}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pay.example.com"}, DNSNames: []string{"pay.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	p.write(t, "cert.pem", string(certificate))
	p.write(t, "key.pem", string(private))
	p.write(t, "both.pem", string(certificate)+string(private))
	p.trusted.AppendCertsFromPEM(certificate)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// free is a port of loopback that nobody has.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// write makes a file and gives its path.
func (p *place) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(p.dir, name)
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (p *place) port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

// moved is a text with ports and files of this place: each pair must be in it.
func moved(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%q is not in\n%s", pairs[i], text)
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

// installed reads a file of a package.
func installed(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// without takes the lines out that begin with one of the words.
func without(text string, words ...string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		drop := false
		for _, w := range words {
			drop = drop || strings.HasPrefix(strings.TrimSpace(line), w)
		}
		if !drop {
			out.WriteString(line)
		}
	}
	return out.String()
}

// nginx runs the site in Debian's own nginx.conf.
func nginx(t *testing.T, p *place, site string) *exec.Cmd {
	site = p.write(t, "site", moved(t, site, "listen 80;", "listen "+p.http+";", "listen 443 ", "listen "+p.https+" ", "127.0.0.1:8080", p.kassa,
		"/etc/ssl/certs/pay.example.com.pem", p.dir+"/cert.pem", "/etc/ssl/private/pay.example.com.key", p.dir+"/key.pem"))
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += "\n" + kind + "_temp_path " + p.dir + "/" + kind + ";"
	}
	main := moved(t, without(installed(t, "/etc/nginx/nginx.conf"), "user "), "/etc/nginx/sites-enabled/*", site, "/run/nginx.pid", p.dir+"/pid",
		"/var/log/nginx/", p.dir+"/", "http {", "http {"+temporary)
	if os.Getuid() == 0 {
		main = "user root;\n" + main // who may read the test's directory
	}
	return exec.Command("/usr/sbin/nginx", "-c", p.write(t, "nginx.conf", main), "-g", "daemon off;", "-e", p.dir+"/error.log")
}

// haproxy runs the sections below Debian's own global and defaults.
func haproxy(t *testing.T, p *place, site string) *exec.Cmd {
	site = moved(t, site, "bind :80", "bind "+p.http, "bind :443", "bind "+p.https, "127.0.0.1:8080", p.kassa, "/etc/haproxy/pay.example.com.pem", p.dir+"/both.pem")
	main := without(installed(t, "/etc/haproxy/haproxy.cfg"), "chroot", "user", "group", "daemon", "stats socket", "log /dev/log")
	return exec.Command("/usr/sbin/haproxy", "-db", "-f", p.write(t, "haproxy.cfg", main+"\n"+site))
}

// apache runs the site in a copy of Debian's /etc/apache2, made ready by the commands of the manual.
func apache(t *testing.T, p *place, site string) *exec.Cmd {
	root := filepath.Join(p.dir, "apache2")
	if out, err := exec.Command("cp", "-a", "/etc/apache2", root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	env := append(os.Environ(), "APACHE_CONFDIR="+root, "APACHE_STATEDIR="+p.dir+"/state", "APACHE_RUN_USER=www-data", "APACHE_RUN_GROUP=www-data",
		"APACHE_PID_FILE="+p.dir+"/pid", "APACHE_RUN_DIR="+p.dir, "APACHE_LOCK_DIR="+p.dir, "APACHE_LOG_DIR="+p.dir)
	p.write(t, "apache2/sites-available/kassa.conf", moved(t, site, "*:80>", "*:"+p.port(p.http)+">", "*:443>", "*:"+p.port(p.https)+">", "127.0.0.1:8080", p.kassa,
		"/etc/ssl/certs/pay.example.com.pem", p.dir+"/cert.pem", "/etc/ssl/private/pay.example.com.key", p.dir+"/key.pem"))
	p.write(t, "apache2/ports.conf", moved(t, installed(t, "/etc/apache2/ports.conf"), "Listen 80\n", "Listen "+p.http+"\n", "Listen 443\n", "Listen "+p.https+"\n"))
	ready := exec.Command("bash", "-euc", written(t, "sh"))
	if ready.Env = env; os.Getuid() != 0 {
		ready.Env = append(ready.Env, "PATH=/usr/sbin:"+os.Getenv("PATH"))
	}
	if out, err := ready.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command("/usr/sbin/apache2", "-d", root, "-f", root+"/apache2.conf", "-DFOREGROUND")
	cmd.Env = env
	return cmd
}

// caddy runs the file, with a place of its own for what it keeps.
func caddy(t *testing.T, p *place, site string) *exec.Cmd {
	global := fmt.Sprintf("{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port %s\n\thttps_port %s\n}\n", p.port(p.http), p.port(p.https))
	site = moved(t, site, "127.0.0.1:8080", p.kassa, "/etc/ssl/certs/pay.example.com.pem", p.dir+"/cert.pem", "/etc/ssl/private/pay.example.com.key", p.dir+"/key.pem")
	cmd := exec.Command("caddy", "run", "--adapter", "caddyfile", "--config", p.write(t, "Caddyfile", global+site))
	cmd.Env = append(os.Environ(), "HOME="+p.dir, "XDG_DATA_HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir)
	return cmd
}

// run starts a proxy and waits until it listens; it is ended with the test.
func run(t *testing.T, p *place, cmd *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	must(t, cmd.Start())
	ended := make(chan struct{})
	var failed error
	go func() { defer close(ended); failed = cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-ended:
			log, _ := os.ReadFile(p.dir + "/error.log")
			t.Fatalf("%s ended: %v\n%s\n%s", cmd.Path, failed, said.String(), log)
		case <-look.C:
		}
		c, err := net.Dial("tcp", p.https)
		if err == nil {
			_ = c.Close()
			return
		}
	}
}
