// Package keyring keeps the key material of an installation and everything that is done with it: personal data and stored
// answers are sealed, forms are signed, credentials and lookup values are hashed, client tokens are issued.
//
// It owns the key file and the derivation of one sub-key for each use (HKDF-SHA256), so that no two uses share a key. It owns
// no table and no form: callers say what a value belongs to. Standard library only.
//
// The key file holds one line for each key, newest first. The first key seals and signs; every key opens and verifies. The
// last key of the file is the pepper: lookup hashes and credential hashes are made with it alone, because a hash that is
// looked up must come out the same tomorrow. So a rotation puts a new line on top, keys in the middle may go once nothing
// sealed with them is left, and the last line stays for ever.
//
// Start reading at ring.go, then seal.go.
package keyring
