package deliver

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// tricks are URLs that lead, or mean to lead, to where a merchant must not reach. {port} is where something listens on this machine.
// names below says what the names among them are resolved to; every other name leads to 127.0.0.1.
func tricks() []string {
	var all []string
	for _, a := range []string{"127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1", "0.0.0.0"} {
		for _, form := range formsOf(netip.MustParseAddr(a)) {
			all = append(all, "http://"+form+":{port}/hook?secret=s3cr3t")
		}
	}
	all = append(all, strings.Fields(trickHosts)...)
	for i := len(all) - len(strings.Fields(trickHosts)); i < len(all); i++ {
		all[i] = "http://" + all[i] + ":{port}/hook?secret=s3cr3t"
	}
	return append(all, trickURLs...)
}

// formsOf are the ways in which one address is written and embedded.
func formsOf(a netip.Addr) []string {
	b := a.As4()
	n := uint64(binary.BigEndian.Uint32(b[:]))
	w, x, y, z := b[0], b[1], b[2], b[3]
	hi, lo := n>>16, n&0xffff
	teredo := func(v uint64) string { return fmt.Sprintf("%x:%x", ^v>>16&0xffff, ^v&0xffff) }
	fullwidth := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, a.String())
	circled := strings.NewReplacer("0", "⓪", "1", "①", "2", "②", "3", "③", "4", "④", "5", "⑤", "6", "⑥", "7", "⑦", "8", "⑧", "9", "⑨").Replace(a.String())
	escaped := ""
	for _, c := range []byte(a.String()) {
		escaped += fmt.Sprintf("%%%02x", c)
	}
	return []string{
		// As it is, and with what some parsers overlook.
		a.String(), a.String() + ".", a.String() + "..", "[" + a.String() + "]",
		// One number.
		fmt.Sprint(n), fmt.Sprintf("%d.", n), fmt.Sprint(n + 1<<32), fmt.Sprintf("0x%x", n), fmt.Sprintf("0X%X", n), fmt.Sprintf("0x%016x", n),
		fmt.Sprintf("0%o", n), fmt.Sprintf("00000%o", n), fmt.Sprintf("0o%o.1", n),
		// Four numbers, three, two.
		fmt.Sprintf("0x%x.0x%x.0x%x.0x%x", w, x, y, z), fmt.Sprintf("0%o.0%o.0%o.0%o", w, x, y, z), fmt.Sprintf("000%o.000%o.000%o.000%o", w, x, y, z),
		fmt.Sprintf("0x%x.%d.%d.%d", w, x, y, z), fmt.Sprintf("0%o.%d.%d.0x%x", w, x, y, z), fmt.Sprintf("%d.0x%x.0%o.%d", w, x, y, z),
		fmt.Sprintf("%03d.%03d.%03d.%03d", w, x, y, z), fmt.Sprintf("%d.%d.%d.%d", int(w)+256, x, y, z),
		fmt.Sprintf("%d.%d.%d", w, x, lo), fmt.Sprintf("%d.%d", w, n&0xffffff), fmt.Sprintf("0x%x.%d", w, n&0xffffff), fmt.Sprintf("0%o.0%o", w, n&0xffffff),
		fmt.Sprintf("%d.%d.%d.0.%d", w, x, y, z),
		// Other digits and dots, which a browser turns into the usual ones.
		fullwidth, circled, strings.ReplaceAll(a.String(), ".", "。"), strings.ReplaceAll(a.String(), ".", "．"), strings.ReplaceAll(a.String(), ".", "｡"), escaped,
		// Within an IPv6 address: mapped, compatible, translated, 6to4, NAT64, Teredo (server and client), ISATAP.
		fmt.Sprintf("[::ffff:%s]", a), fmt.Sprintf("[::ffff:%x:%x]", hi, lo), fmt.Sprintf("[0:0:0:0:0:ffff:%04x:%04x]", hi, lo), fmt.Sprintf("[::FFFF:%s]", a),
		fmt.Sprintf("[::%s]", a), fmt.Sprintf("[::%x:%x]", hi, lo), fmt.Sprintf("[::ffff:0:%s]", a), fmt.Sprintf("[::ffff:%s%%25lo]", a),
		fmt.Sprintf("[2002:%x:%x::]", hi, lo), fmt.Sprintf("[2002:%x:%x::1]", hi, lo),
		fmt.Sprintf("[64:ff9b::%s]", a), fmt.Sprintf("[64:ff9b::%x:%x]", hi, lo), fmt.Sprintf("[64:ff9b:1::%x:%x]", hi, lo),
		fmt.Sprintf("[2001:0:%x:%x::]", hi, lo), fmt.Sprintf("[2001:0:808:808:0:ffff:%s]", teredo(n)), fmt.Sprintf("[fe80::5efe:%s]", a),
		// A name that leads there.
		a.String() + ".nip.io", strings.ReplaceAll(a.String(), ".", "-") + ".sslip.io", fmt.Sprintf("%08x.nip.io", n),
	}
}

// trickHosts are hosts; {port} follows each.
const trickHosts = `
localhost LOCALHOST LocalHost localhost. localhost.. hook.localhost a.b.LOCALHOST. localhost.localdomain ip6-localhost localtest.me lvh.me
ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ loc%61lhost %6c%6f%63%61%6c%68%6f%73%74 xn--localhost-.example xn--bcher-kva.example bücher.example
metadata.google.internal metadata instance-data kubernetes.default.svc both.example six.example mixed.example mapped.example zone.example many.example
127.0.0.1.example 127.0.0.1.xip.example public.example.127.0.0.1.nip.io 127.0.0.1%00.public.example public.example%00 a_b.example -.example ..example example..com
127.0.0.2 127.1.2.3 127.127.127.127 127.255.255.254 127.255.255.255 0.0.0.1 0.1.2.3 0 00 0x 0x0 0x.0x.0x.0x 1 08 09.0.0.1 1e3 256.256.256.256 4294967295 99999999999
10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255 100.64.0.1 100.100.100.200 100.127.255.255 169.254.0.1 169.254.170.2 169.254.255.255
192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 168.63.129.16 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [::] [0::0] [::1%25lo] [::1%25eth0] [::%25lo] [::2] [::ffff:0:0] [0::ffff:127.1.1.1]
[fe80::1] [fe80::1%25lo] [fe80::1%25eth0] [fe80::a9fe:a9fe%25eth0] [febf::1] [fec0::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fd20:ce::254] [fdff:ffff::1] [ff01::1] [ff02::1%25lo] [ff05::2] [ff0e::1]
[2001:db8::1] [2001:db8::127.0.0.1] [2001::1] [2001:10::1] [2001:20::1] [2001:2::1] [3fff::1] [5f00::1] [100::1] [4000::1] [1::1] [8000::1] [64:ff9b:1:ffff::1] [2002::1]
[::1 ::1] [::1]x [::1].example [[::1]] [v1.::1] [::g] [::1]] []
`

// trickURLs are whole URLs.
var trickURLs = []string{
	// Who is the host?
	"http://public.example@127.0.0.1:{port}/", "http://public.example:80@127.0.0.1:{port}/", "http://127.0.0.1:{port}@public.example/", "http://127.0.0.1@public.example:{port}/",
	"http://@127.0.0.1:{port}/", "http://:@127.0.0.1:{port}/", "http://a:b@[::1]:{port}/", "http://public.example%40127.0.0.1:{port}/", "http://public.example&@127.0.0.1:{port}/",
	"http://public.example@@127.0.0.1:{port}/", "http://a@b@127.0.0.1:{port}/", "http://public.example%2540127.0.0.1:{port}/",
	`http://public.example\@127.0.0.1:{port}/`, `http://127.0.0.1:{port}\@public.example/`, `http://127.0.0.1\.public.example:{port}/`, `http:\\127.0.0.1:{port}\`, `http://\127.0.0.1:{port}/`, `\\127.0.0.1\hook`,
	"http://127.0.0.1:{port}#@public.example/", "http://127.0.0.1:{port}?@public.example/", "http://127.0.0.1:{port}/@public.example", "http://127.0.0.1:{port};@public.example/",
	"http://public.example,127.0.0.1:{port}/", "http://public.example 127.0.0.1:{port}/", "http://127.0.0.1:{port} @public.example/", "http://127.0.0.1%20:{port}/", "http://127.0.0.1%09:{port}/",
	"http://127.0.0.1%2f.public.example:{port}/", "http://127.0.0.1%23.public.example:{port}/", "http://127.0.0.1℀.public.example:{port}/", "http://public.example／@127.0.0.1:{port}/", "http://127.0.0.1＃.public.example:{port}/",
	// Control characters and blanks.
	"http://127.0.0.1:{port}/\r\nHost: public.example", "http://127.0.0.1\r\n:{port}/", "http://127.0.0.1\t:{port}/", "http://12\t7.0.0.1:{port}/", "http://127.0.0.1\x00.public.example:{port}/", "http://127.0.0.1\n.public.example:{port}/",
	" http://127.0.0.1:{port}/", "http://127.0.0.1:{port}/ ", "ht\ntp://127.0.0.1:{port}/", "http:// 127.0.0.1:{port}/", "\u200bhttp://127.0.0.1:{port}/", "http://127.0.0.\u200b1:{port}/", "http://127.0.\u00ad0.1:{port}/", "http://127.0.0.1\u3002:{port}/", "http://lo\u00adcalhost:{port}/",
	// Ports.
	"http://127.0.0.1/", "https://127.0.0.1/", "https://127.0.0.1:{port}/", "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://public.example:0/", "http://public.example:65536/", "http://public.example:99999999999999999999/",
	"http://127.0.0.1:0{port}/", "http://127.0.0.1:+{port}/", "http://127.0.0.1:-{port}/", "http://127.0.0.1:{port}:80/", "http://127.0.0.1: {port}/", "http://127.0.0.1:http/", "http://127.0.0.1:22/", "http://127.0.0.1:25/", "http://127.0.0.1:6379/",
	"http://public.example:{port}:127.0.0.1/", "http://127.0.0.1:８０/", "http://[::1]/", "https://[::1]:{port}/", "http://::1:{port}/", "http://::1/", "http://[::1/", "http://::ffff:127.0.0.1:{port}/",
	// Schemes, and none.
	"HTTP://127.0.0.1:{port}/", "hTTps://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "///127.0.0.1:{port}/", "http:127.0.0.1:{port}", "http:/127.0.0.1:{port}/", "http:///127.0.0.1:{port}/", "http:////127.0.0.1:{port}/", "127.0.0.1:{port}", "localhost:{port}/hook",
	"file:///etc/passwd", "file://127.0.0.1:{port}/hook", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_POST%20/", "dict://127.0.0.1:{port}/info", "ldap://127.0.0.1:{port}/", "ws://127.0.0.1:{port}/", "tftp://127.0.0.1:{port}/x", "sftp://127.0.0.1:{port}/",
	"jar:http://127.0.0.1:{port}!/", "view-source:http://127.0.0.1:{port}/", "http+unix://127.0.0.1:{port}/", "unix:///run/some.sock", "data:text/plain,hook", "javascript:fetch('http://127.0.0.1:{port}')", "url:http://127.0.0.1:{port}/", "https+http://127.0.0.1:{port}/",
	"", "http://", "http://:{port}/", "https://#", "?", "/hook",
	// Where the metadata of clouds lies.
	"http://169.254.169.254/latest/meta-data/iam/security-credentials/", "http://metadata.google.internal/computeMetadata/v1/", "http://[fd00:ec2::254]/latest/", "http://100.100.100.200/latest/meta-data/", "http://192.0.0.192/latest/", "http://169.254.169.254.nip.io/",
	"http://[::ffff:169.254.169.254]/latest/", "http://2852039166/latest/", "http://0xa9fea9fe/latest/", "http://0251.0376.0251.0376/", "http://169.254.43518/", "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/",
}

// names are what names lead to; the public addresses are refused for the company they are in, and nothing is sent to them.
var names = map[string][]netip.Addr{
	"metadata.google.internal":        addresses("169.254.169.254"),
	"metadata":                        addresses("169.254.169.254"),
	"instance-data":                   addresses("169.254.169.254"),
	"169.254.169.254.nip.io":          addresses("169.254.169.254"),
	"169-254-169-254.sslip.io":        addresses("169.254.169.254"),
	"10.0.0.1.nip.io":                 addresses("10.0.0.1"),
	"kubernetes.default.svc":          addresses("10.96.0.1"),
	"both.example":                    addresses("1.1.1.1", "127.0.0.1"),
	"six.example":                     addresses("::1"),
	"mixed.example":                   addresses("2606:4700::1111", "::1", "1.1.1.1", "127.0.0.1"),
	"mapped.example":                  addresses("::ffff:127.0.0.1"),
	"zone.example":                    addresses("fe80::1%lo"),
	"many.example":                    addresses("1.1.1.1", "1.0.0.1", "1.1.1.2", "1.0.0.2", "1.1.1.3", "1.0.0.3", "127.0.0.1"), // more than are tried
	"xn--bcher-kva.example":           addresses("127.0.0.1", "::1"),
	"public.example.127.0.0.1.nip.io": addresses("127.0.0.1"),
}

func addresses(texts ...string) []netip.Addr {
	out := make([]netip.Addr, len(texts))
	for i, text := range texts {
		out[i] = netip.MustParseAddr(text)
	}
	return out
}
