// Package gsm knows how text messages are written: the default alphabet of GSM and its extension (3GPP TS 23.038), what one message and
// a part of a longer one hold (3GPP TS 23.040), and how a text in Latin letters is written with that alphabet alone. The page writes its
// text messages by it, and deliver encodes them by it. Start reading at gsm.go.
package gsm
