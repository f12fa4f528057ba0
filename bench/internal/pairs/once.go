package pairs

import (
	"errors"
	"flag"
)

// Once makes each flag of fs an error when it is given twice: the second value would
// silently win.
func Once(fs *flag.FlagSet) {
	fs.VisitAll(func(f *flag.Flag) { f.Value = &once{Value: f.Value} })
}

// Plain undoes Once, for the usage, which goes by the types of the values.
func Plain(fs *flag.FlagSet) *flag.FlagSet {
	fs.VisitAll(func(f *flag.Flag) {
		if o, ok := f.Value.(*once); ok {
			f.Value = o.Value
		}
	})
	return fs
}

type once struct {
	flag.Value
	given bool
}

func (o *once) Set(s string) error {
	if o.given {
		return errors.New("given twice")
	}
	o.given = true
	return o.Value.Set(s)
}

func (o *once) IsBoolFlag() bool {
	b, ok := o.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}
