// Package capture is an SMTP server for trying things out: it takes every mail
// for every address, delivers none, and keeps the newest in memory.
//
// A mail is accepted in this order, and refused for now (451) if a step fails:
//
//	received whole → journal (written and fsynced, if there is one)
//	              → kept, oldest ones dropped beyond the caps → OnMessage → 250
//
// So whoever got a 250 is in the journal, also when the machine dies with the
// reply on its way: the journal is a judge of what a sender believes it sent.
// Who lost the connection between the final dot and the 250 may be in it.
//
// It asks for no password and must not be reachable from outside; it is never
// started unless somebody asked for it.
package capture
