package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// key is one setting as its tags declare it.
type key struct {
	name, env, fallback, help string
	secret                    bool
}

func keys() []key {
	t := reflect.TypeFor[Settings]()
	out := make([]key, 0, t.NumField())
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		_, secret := tag.Lookup("secret")
		out = append(out, key{tag.Get("name"), tag.Get("env"), tag.Get("default"), tag.Get("help"), secret})
	}
	return out
}

func envOf(name string) string {
	for _, k := range keys() {
		if k.name == name {
			return k.env
		}
	}
	return ""
}

// Resolver answers for the settings that no flag gave.
type Resolver struct {
	values map[string]string
}

// NewResolver reads the environment (getenv, as os.LookupEnv) and the
// configuration file, if there is one: the file named by configFlag, else by
// BROADSHEET_CONFIG.
func NewResolver(getenv func(string) (string, bool), configFlag string) (*Resolver, error) {
	file := configFlag
	if file == "" {
		file, _ = getenv("BROADSHEET_CONFIG")
	}
	r := &Resolver{values: map[string]string{}}
	if file != "" {
		if err := r.readFile(file); err != nil {
			return nil, err
		}
	}
	for _, k := range keys() {
		if path, ok := getenv(k.env + "_FILE"); ok && path != "" {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("%s_FILE names %s, which can't be read: %s", k.env, path, cause(err))
			}
			r.values[k.name] = strings.TrimRight(string(data), "\r\n")
		}
		if v, ok := getenv(k.env); ok && v != "" {
			r.values[k.name] = v
		}
	}
	return r, nil
}

// Value is what environment and file say of a setting, by its flag's name.
func (r *Resolver) Value(name string) (string, bool) {
	v, ok := r.values[name]
	return v, ok
}

func (r *Resolver) readFile(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the configuration file %s can't be read: %s", path, cause(err))
	}
	var raw map[string]any
	if _, err := toml.Decode(string(data), &raw); err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			return fmt.Errorf("the configuration file %s is not TOML: line %d: %s", path, pe.Position.Line, pe.Message)
		}
		return fmt.Errorf("the configuration file %s is not TOML: %w", path, err)
	}
	known := make([]string, 0, len(raw))
	for _, k := range keys() {
		if k.name != "config" {
			known = append(known, k.name)
		}
	}
	for name, v := range raw {
		if !slices.Contains(known, name) {
			return fmt.Errorf("the configuration file %s has an unknown key %q; the keys are %s", path, name, strings.Join(known, ", "))
		}
		r.values[name] = fmt.Sprint(v)
	}
	return nil
}

func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Reference is the table of all settings in Markdown, as the README shows it.
func Reference() string {
	var b strings.Builder
	b.WriteString("| flag and file key | environment | default | meaning |\n|---|---|---|---|\n")
	for _, k := range keys() {
		def := k.fallback
		if def != "" {
			def = "`" + def + "`"
		}
		help := k.help
		if k.secret {
			help += " Secret: never shown or logged."
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", k.name, k.env, def, strings.ReplaceAll(help, "|", "\\|"))
	}
	return b.String()
}
