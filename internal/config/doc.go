// Package config turns flags, environment and file into one immutable struct.
//
// A key is declared once, as a field of [Settings]: its tags say the flag, the
// environment variable, the default and the sentence of the reference. The
// command line (package kong) reads the flags; everything else comes through
// [Resolver], which gives precedence to, in this order:
//
//	flag  >  environment variable  >  the file named by <VARIABLE>_FILE  >  configuration file  >  default
//
// <VARIABLE>_FILE is for secrets that are handed over as files (its last line
// break is dropped). The configuration file is TOML with the flags' names as
// keys:
//
//	listen     = "127.0.0.1:8080"
//	public-url = "https://mail.example.org"
//
// A bad value is refused before anything is opened; the sentence names the
// key, the value unless it is a secret, and what is allowed. An unknown key in
// the file is refused too, since it is a misspelt one more often than not.
package config
