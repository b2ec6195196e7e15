#!/bin/sh
# npm ibantools 4.5.4 does not know the five countries that have joined SEPA: Albania, Moldova, Montenegro, North Macedonia, Serbia.
#
# The European Payments Council lists them among the countries of its schemes (EPC409-09); their IBANs can be debited in euros.
# isSEPACountry says false to each, so a form that trusts it refuses accounts that a mandate reaches.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-fund --no-audit ibantools@4.5.4 >/dev/null
got=$(node -e 'const i = require("ibantools"); console.log(["DE", "AL", "MD", "ME", "MK", "RS"].map((c) => c + " " + i.isSEPACountry(c)).join("\n"))')
echo "ibantools 4.5.4:"
echo "$got"
[ "$got" = "DE true
AL false
MD false
ME false
MK false
RS false" ]
