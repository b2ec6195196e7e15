#!/usr/bin/env bash
# Finding:  "RequestHeader set X-Forwarded-For" does not decide what Apache's proxy sends: mod_proxy_http adds the client's address again.
# Versions: Apache 2.4 (Debian 12, 2.4.71)
# Seen:     with RequestHeader set X-Forwarded-For "expr=%{REMOTE_ADDR}" a request from 127.0.0.2 that says "203.0.113.9" arrives as
#           "127.0.0.2, 127.0.0.2"; with ProxyAddHeaders Off beside it as "127.0.0.2"; with ProxyAddHeaders Off alone as "203.0.113.9",
#           what the client made up.
# So:       to replace the header both directives are needed, and the second one without the first is the opposite of a precaution.
set -euo pipefail
dir=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download apache2-bin libapr1 libaprutil1 >/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$dir/root/usr/lib/$(uname -m)-linux-gnu
version=$(root/usr/sbin/apache2 -v | head -1)
echo "$version"
[[ $version == *Apache/2.4.71* ]] || { echo "another version" >&2; exit 1; }

cat >server.pl <<'P'
use IO::Socket::INET;
my $s = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die;
open my $f, '>', 'port.new' or die; print $f $s->sockport; close $f; rename 'port.new', 'port';
while (my $c = $s->accept) {
  my $head = '';
  while ($head !~ /\r\n\r\n/) { sysread($c, my $piece, 1024) or last; $head .= $piece }
  my $said = join ' + ', $head =~ /^X-Forwarded-For: (.*)\r$/mig;
  syswrite($c, "HTTP/1.1 200 OK\r\nContent-Length: " . length($said) . "\r\nConnection: close\r\n\r\n$said");
  close $c;
}
P
perl server.pl &
pids+=($!)
until [ -e port ]; do sleep 0.1; done
server=$(cat port)
proxy=$((server > 40000 ? server - 1000 : server + 1000))
{
  echo "ServerRoot $dir/root/usr/lib/apache2"
  for module in mpm_event authz_core headers proxy proxy_http; do echo "LoadModule ${module}_module modules/mod_$module.so"; done
  [ "$(id -u)" -ne 0 ] || printf 'User nobody\nGroup nogroup\n'
  echo "ServerName localhost
PidFile $dir/pid
DefaultRuntimeDir $dir
ErrorLog $dir/error.log
Listen 127.0.0.1:$proxy
ProxyPass / http://127.0.0.1:$server/
<Location /both>
  RequestHeader set X-Forwarded-For \"expr=%{REMOTE_ADDR}\"
  ProxyAddHeaders Off
</Location>
<Location /set>
  RequestHeader set X-Forwarded-For \"expr=%{REMOTE_ADDR}\"
</Location>
<Location /off>
  ProxyAddHeaders Off
</Location>"
} >httpd.conf
root/usr/sbin/apache2 -DFOREGROUND -f "$dir/httpd.conf" &
pids+=($!)
until (: </dev/tcp/127.0.0.1/"$proxy") 2>/dev/null; do sleep 0.1; done
seen=
for way in set both off; do
  told=$(curl -s --interface 127.0.0.2 -H 'X-Forwarded-For: 203.0.113.9' "http://127.0.0.1:$proxy/$way")
  echo "$way: $told"
  seen+="$told;"
done
[ "$seen" = '127.0.0.2, 127.0.0.2;127.0.0.2;203.0.113.9;' ]
