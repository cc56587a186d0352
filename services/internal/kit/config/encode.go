package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
)

// Encode writes the fields of v, a pointer to a struct, that differ from their
// defaults, in the order of the struct. Decode of it into a fresh value of the same
// type gives v again, but for maps without entries, which are left out.
func Encode(v any) ([]byte, error) {
	value := reflect.ValueOf(v).Elem()
	fields, err := differing(value, reflect.Zero(value.Type()))
	if err != nil {
		return nil, err
	}
	data, err := yaml.MarshalWithOptions(fields, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	return data, nil
}

// differing are the fields of a struct whose values are not those of the defaults.
func differing(v, defaults reflect.Value) (yaml.MapSlice, error) {
	var fields yaml.MapSlice
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			inner, err := differing(v.Field(i), defaults.Field(i))
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
		case name != "" && name != "-" && !same(v.Field(i), defaults.Field(i)):
			written, err := written(v.Field(i))
			if err != nil {
				return nil, err
			}
			fields = append(fields, yaml.MapItem{Key: name, Value: written})
		}
	}
	return fields, nil
}

// same reports whether two values say the same: a map without entries is none.
func same(a, b reflect.Value) bool {
	return a.Kind() == reflect.Map && a.Len() == 0 && b.Len() == 0 || reflect.DeepEqual(a.Interface(), b.Interface())
}

// written is the form of a value in which it is marshalled.
func written(v reflect.Value) (any, error) {
	switch {
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct:
		return written(v.Elem())
	case v.Kind() == reflect.Struct:
		defaults, err := defaultsOf(v.Type())
		if err != nil {
			return nil, err
		}
		return differing(v, defaults)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		list := []any{}
		for i := range v.Len() {
			element, err := written(v.Index(i))
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		return list, nil
	case v.Kind() == reflect.Map && v.Type().Elem().Kind() == reflect.Struct:
		m := map[string]any{}
		for _, key := range v.MapKeys() {
			element, err := written(v.MapIndex(key))
			if err != nil {
				return nil, err
			}
			m[key.String()] = element
		}
		return m, nil
	default:
		return v.Interface(), nil
	}
}

// defaultsOf is what a value of a type is when the file says nothing about it.
func defaultsOf(t reflect.Type) (reflect.Value, error) {
	p := reflect.New(t)
	if err := yaml.Unmarshal([]byte("{}"), p.Interface()); err != nil {
		return reflect.Value{}, fmt.Errorf("finding the defaults of %s: %w", t, err)
	}
	return p.Elem(), nil
}
