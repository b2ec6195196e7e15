#!/bin/sh
# github.com/nyaruka/phonenumbers 1.8.1 (a port of Google's libphonenumber to Go), beside google-libphonenumber 3.2.42 (npm), Google's own code.
#
# Written in national form, Argentine mobile numbers lose their area code: +54 9 11 2345-6789 (Buenos Aires) and +54 9 341 234-5678 (Rosario)
# become "09 15-2345-6789" and "09 15-234-5678" in place of "011 15-2345-6789" and "0341 15-234-5678". What is read from that again is another
# number: the area is gone for good wherever only the national form is shown or kept.
#
# Needs go and npm. Exits 0 while it is so, 1 once it is not.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'MOD'
module finding

go 1.26.0

require github.com/nyaruka/phonenumbers v1.8.1
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/nyaruka/phonenumbers"
)

func main() {
	for _, number := range []string{"+5491123456789", "+5493412345678"} {
		n, err := phonenumbers.Parse(number, "AR")
		if err != nil {
			panic(err)
		}
		national := phonenumbers.Format(n, phonenumbers.NATIONAL)
		again, err := phonenumbers.Parse(national, "AR")
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s %q %s\n", number, national, phonenumbers.Format(again, phonenumbers.E164))
	}
}
GO
go mod tidy > /dev/null 2>&1
go run . > go.out
echo "nyaruka/phonenumbers 1.8.1: number, national form, read again"; cat go.out
npm install --silent --no-audit --no-fund google-libphonenumber@3.2.42 > /dev/null
node -e '
const {PhoneNumberUtil, PhoneNumberFormat: F} = require("google-libphonenumber"), u = PhoneNumberUtil.getInstance();
for (const number of ["+5491123456789", "+5493412345678"]) {
  const national = u.format(u.parse(number, "AR"), F.NATIONAL);
  console.log(`${number} "${national}" ${u.format(u.parse(national, "AR"), F.E164)}`);
}' > npm.out
echo "google-libphonenumber 3.2.42: the same"; cat npm.out
cat > go.want <<'WANT'
+5491123456789 "09 15-2345-6789" +5491523456789
+5493412345678 "09 15-234-5678" +549152345678
WANT
cat > npm.want <<'WANT'
+5491123456789 "011 15-2345-6789" +5491123456789
+5493412345678 "0341 15-234-5678" +5493412345678
WANT
cmp go.out go.want && cmp npm.out npm.want
