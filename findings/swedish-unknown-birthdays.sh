#!/bin/sh
# npm personnummer 3.2.1 refuses Swedish coordination numbers whose month of birth is unknown (00), as Skatteverket gives them out.
#
# 191500722390 and 191500882392 stand in Skatteverket's open data "Testsamordningsnummer": month 00, day 12 or 28 with 60 added; the check
# digit (Luhn) is right. personnummer says false to both, and true to 191503882399 of the same list, whose month is known. A form that
# asks one of them shuts out people whose birthday no document tells.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-fund --no-audit personnummer@3.2.1 >/dev/null
got=$(node -e '
const m = require("personnummer"), p = m.default || m;
for (const n of ["191503882399", "191500722390", "191500882392"]) console.log(n, p.valid(n));
')
echo "personnummer 3.2.1:"
echo "$got"
[ "$got" = "191503882399 true
191500722390 false
191500882392 false" ]
