package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Browser is a running Chromium with a profile of its own. It ends with the test that started it.
type Browser struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // a chromedp context is the handle of the process
}

// names are what Chromium is called on the systems that we know.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// Start starts a browser. A machine without one fails the test: scripts/install-tools brings it.
func Start(t testing.TB) *Browser {
	t.Helper()
	path := ""
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium on this machine: run scripts/install-tools")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile(t)),
		chromedp.NoSandbox, // tests may run as root, where Chromium's own sandbox cannot
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		// The browser speaks to nothing but this machine, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("end the browser: %v", err)
		}
		end()
		endAllocator()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{t: t, ctx: ctx}
}

// profile is a new directory for the browser's own files. Its removal may come before the last helper process has let go of it, so
// that is tried for a while; a test's TempDir would fail the test at once.
func profile(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kassa-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		again := time.NewTicker(20 * time.Millisecond)
		defer again.Stop()
		for range 250 {
			if err = os.RemoveAll(dir); err == nil {
				return
			}
			<-again.C
		}
		t.Logf("remove the browser's profile: %v", err)
	})
	return dir
}
