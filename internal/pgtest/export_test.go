package pgtest

import "strconv"

// Gone waits until the process has ended.
func Gone(pid string) error {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return err
	}
	return gone(n)
}
