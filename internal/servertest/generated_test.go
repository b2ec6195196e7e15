package servertest_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// documents fetches what a server serves at /openapi/ into a directory, as somebody who generates a client does.
func documents(t *testing.T, s *servertest.Server, dir string) (names []string) {
	t.Helper()
	for _, name := range []string{"common", "customertoken", "events", "hpp", "ordermanagement", "payments"} {
		resp, err := http.Get("http://" + s.Address() + "/openapi/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v", name, resp.Status, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), body, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// tool runs a program in a directory and gives its output; another exit than 0 fails the test.
func tool(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestGenerated_goClient generates clients of every document with oapi-codegen, compiles them, and buys something with two of them.
func TestGenerated_goClient(t *testing.T) {
	const generator = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.5.0"
	s, dir := servertest.Start(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/generated/go")); err != nil {
		t.Fatal(err)
	}
	for _, name := range documents(t, s, dir) {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		tool(t, dir, "go", "run", generator, "-generate", "types,client", "-package", name, "-o", name+"/client.go", name+".yaml")
	}
	tool(t, dir, "go", "vet", "./...")
	tool(t, dir, "go", "build", "-o", "shop", ".")
	hosted := strings.TrimSpace(tool(t, dir, "./shop", "http://"+s.Address(), server.SandboxUsername, server.SandboxPassword))
	if got := s.Merchant(t).Read("/hpp/v1/sessions/" + hosted).Want(http.StatusOK).Text("status"); got != "WAITING" {
		t.Errorf("the page of the generated client is %s", got)
	}
}

// TestGenerated_typeScriptAndLinter compiles what openapi-typescript makes of every document together with a shop that sends only what
// is demanded, and has redocly look at the documents.
func TestGenerated_typeScriptAndLinter(t *testing.T) {
	s, dir := servertest.Start(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/generated/npm")); err != nil {
		t.Fatal(err)
	}
	tool(t, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error")
	bin := filepath.Join(dir, "node_modules", ".bin")
	for _, name := range documents(t, s, dir) {
		tool(t, dir, filepath.Join(bin, "openapi-typescript"), name+".yaml", "-o", name+".ts")
		report := tool(t, dir, filepath.Join(bin, "redocly"), "lint", "--format=stylish", name+".yaml")
		for line := range strings.Lines(report) {
			// There is no licence to name, and common.yaml is there for others.
			if strings.Contains(line, "warning") && !strings.Contains(line, "info-license") && !strings.Contains(line, "no-unused-components") && !strings.Contains(line, "You have") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	tool(t, dir, filepath.Join(bin, "tsc"), "--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler", "shop.ts", "common.ts", "events.ts")
}
