package pairs

import (
	"io"
	"os"
)

// A printer is a form of output. head begins the entries of one GOMAXPROCS.
type printer interface {
	head(*report, machine) error
	add(entry) error
	end(*report) error
}

// asJSON prints a report when it is complete.
type asJSON struct{ w io.Writer }

func (p asJSON) head(*report, machine) error { return nil }
func (p asJSON) add(entry) error             { return nil }
func (p asJSON) end(r *report) error         { return r.json(p.w) }

func (c config) printer(w io.Writer) printer {
	switch c.format {
	case "json":
		return asJSON{w}
	case "markdown":
		return &markdown{w: w, goals: c.goals}
	case "benchfmt":
		return newExport(w, c.command.Package)
	}
	return &table{w: w, goals: c.goals}
}

// Writable reports whether a file can be written, without changing what is in it. An empty
// name is no file.
func Writable(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	return f.Close()
}
