package browser

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// screen is an X server that draws into a file.
type screen struct {
	display string
	file    string
}

// startScreen starts one of its own; it picks a free number and tells it.
func startScreen(t testing.TB, width, height int) *screen {
	t.Helper()
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Fatal("no Xvfb on this machine: run scripts/install-tools")
	}
	dir := t.TempDir()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-fbdir", dir)
	cmd.ExtraFiles = []*os.File{write}
	process(t, cmd)
	_ = write.Close()
	defer read.Close()
	if err := read.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb names no display: %v", err)
	}
	return &screen{display: ":" + number[:len(number)-1], file: filepath.Join(dir, "Xvfb_screen0")}
}

// read gives what is drawn: an X window dump, whose head says where the pixels begin, four bytes each.
func (s *screen) read() (*image.NRGBA, error) {
	dump, err := os.ReadFile(s.file)
	if err != nil {
		return nil, err
	}
	field := func(n int) int { return int(binary.BigEndian.Uint32(dump[4*n:])) }
	width, height, line := field(4), field(5), field(12)
	pixels := dump[field(0)+12*field(19):]
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := pixels[y*line+4*x:]
			out.SetNRGBA(x, y, color.NRGBA{R: p[2], G: p[1], B: p[0], A: 255})
		}
	}
	return out, nil
}

// png is what is drawn, as a file.
func (s *screen) png() ([]byte, error) {
	picture, err := s.read()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, picture)
	return b.Bytes(), err
}

// process starts a program that ends with the test.
func process(t testing.TB, cmd *exec.Cmd, environment ...string) {
	t.Helper()
	cmd.Env = append(os.Environ(), environment...)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
}
