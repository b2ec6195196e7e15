// Writes figures by Node's Intl: cases on standard input, a list of {locale, currency}; answers on standard output, in their order.
"use strict";
const cases = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const at = new Date(Date.UTC(2026, 6, 24, 14, 5));
const answers = cases.map(({ locale, currency }) => {
  const money = (amount) => new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
  const percent = (rate, digits) => new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(rate);
  const moment = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(at);
  return {
    amount: money(1234.56), negative: money(-1234.56), large: money(1234567),
    date: moment({ day: "numeric", month: "long" }), year: moment({ dateStyle: "long" }), time: moment({ timeStyle: "short" }),
    percent: percent(0.25, 0), rate: percent(0.099, 2),
  };
});
process.stdout.write(JSON.stringify({ version: process.version, cldr: process.versions.cldr, answers }));
