package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kassa/client"
	"kassa/internal/config"
)

type eventsCmd struct {
	Tail    eventsTailCmd     `cmd:"" help:"Print a merchant's events, a line of JSON each; with --follow also those that come."`
	Forward eventsForwardCmd  `cmd:"" help:"Send a merchant's events to an address of this machine, as callbacks."`
	List    eventsListCmd     `cmd:"" help:"List events of a database."`
	Verify  eventsVerifyCmd   `cmd:"" help:"Recompute every hash and chain of a database; exit 1 at the first that is wrong."`
	Replay  callbackReplayCmd `cmd:"" help:"Have the server send the callbacks of events again: the same as kassa callback replay."`
}

// Help is printed below the commands.
func (eventsCmd) Help() string {
	return `tail and forward are a merchant's: they read the API, from anywhere. list, verify and replay are an operator's: they work on the database, beside a running server or without one.

Examples:

  kassa events tail --follow
  kassa events forward --to http://localhost:3000/hook
  kassa events list --database sqlite:kassa.db --session 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11
  kassa events verify --database sqlite:kassa.db
  kassa events replay --database sqlite:kassa.db --merchant K000002 --from 2026-06-12T09:00:00Z --until 2026-06-12T10:30:00Z`
}

// apiFlags say which server a merchant's command talks to, and as whom.
type apiFlags struct {
	URL      string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The server's public URL."`
	Username string `default:"${sandbox_username}" help:"The merchant's user name."`
	Password string `default:"${sandbox_password}" help:"Its password; better given as KASSA_PASSWORD. Without both: the sandbox's own."`
}

// connect makes a client.
func (f *apiFlags) connect() (*client.Client, error) {
	api, err := client.New(client.Options{BaseURL: f.URL, Username: f.Username, Password: f.Password})
	if err != nil {
		return nil, &config.Refusal{Flag: "--url", Why: err.Error()}
	}
	return api, nil
}

// cursorFile keeps a place in the stream across runs; an empty name keeps none.
type cursorFile string

// read gives the place, empty when there is none yet.
func (f cursorFile) read() (client.Cursor, error) {
	if f == "" {
		return "", nil
	}
	text, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the cursor: %w", err)
	}
	return client.Cursor(strings.TrimSpace(string(text))), nil
}

// write keeps a place: the file has the old one or the new one, whenever the machine stops.
func (f cursorFile) write(c client.Cursor) error {
	if f == "" {
		return nil
	}
	next, err := os.CreateTemp(filepath.Dir(string(f)), "."+filepath.Base(string(f))+"-*")
	if err != nil {
		return fmt.Errorf("keep the cursor: %w", err)
	}
	_, err = next.WriteString(string(c) + "\n")
	err = errors.Join(err, next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), string(f))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep the cursor: %w", err), os.Remove(next.Name()))
	}
	return nil
}

// refusedCursor explains the refusal of a cursor that a file had.
func refusedCursor(f cursorFile, err error) error {
	if f != "" && client.Is(err, client.BadValue) {
		return fmt.Errorf("%w\nThe cursor in %s is of another merchant, or of a database that the server no longer has. Delete the file to begin anew", err, f)
	}
	return err
}

type eventsTailCmd struct {
	apiFlags
	Follow     bool               `short:"f" env:"-" help:"Go on with what happens from now on, until interrupted."`
	After      client.Cursor      `env:"-" placeholder:"CURSOR" help:"Begin after this event; without: at the first of all."`
	CursorFile cursorFile         `env:"-" placeholder:"FILE" help:"Go on where the last run ended, which this file has, and keep it up to date."`
	Type       []client.EventType `env:"-" placeholder:"TYPE" help:"Only this type, like order.captured; can be repeated."`
}

// Help is printed below the flags.
func (eventsTailCmd) Help() string {
	return `A line has what the API tells of the event. The cursor file is written after the lines are: killed in between, the next run prints some of them again.

Examples:

  kassa events tail --follow --cursor-file events.cursor >> events.jsonl
  KASSA_PASSWORD=… kassa events tail --url https://pay.example.com --username K000002_1f0c9a4be210 --type order.captured`
}

// Run prints events.
func (c *eventsTailCmd) Run(t *terminal) error {
	api, err := c.connect()
	if err != nil {
		return err
	}
	kept, err := c.CursorFile.read()
	if err != nil {
		return err
	}
	cursor := c.After
	if kept != "" {
		cursor = kept
	}
	for page, err := range c.pages(t.ctx, api, cursor) {
		if err != nil {
			return refusedCursor(c.CursorFile, err)
		}
		for i := range page.Events {
			if err := c.print(t, &page.Events[i]); err != nil {
				return err
			}
		}
		if err := c.CursorFile.write(page.NextCursor); err != nil {
			return err
		}
	}
	return nil
}

// pages gives what there is, with --follow what comes as well.
func (c *eventsTailCmd) pages(ctx context.Context, api *client.Client, after client.Cursor) iter.Seq2[*client.Events, error] {
	if c.Follow {
		return api.FollowPages(ctx, after, eventsAtOnce)
	}
	return func(yield func(*client.Events, error) bool) {
		for {
			page, err := api.Events(ctx, after, eventsAtOnce, 0)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page.Events) == 0 || !yield(page, nil) {
				return
			}
			after = page.NextCursor
		}
	}
}

// eventsAtOnce is how many events a command asks for in one call.
const eventsAtOnce = 500

func (c *eventsTailCmd) print(t *terminal, e *client.Event) error {
	if len(c.Type) > 0 && !slices.Contains(c.Type, e.Type) {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	return t.printf("%s\n", line)
}
