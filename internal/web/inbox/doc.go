// Package inbox shows the mails that the capture server has taken, for trying
// things out. Whoever reaches it reads every mail, so it is mounted only where
// somebody asked for the capture server.
//
//	GET /inbox/               the newest mails; ?before=ID goes on, ?live=1 renews itself
//	GET /inbox/{id}           the HTML in a frame; ?width=phone makes it 375 px wide
//	GET /inbox/{id}/text      the text part
//	GET /inbox/{id}/headers   the headers
//	GET /inbox/{id}/source    the mail as it was received
//	GET /inbox/{id}/html      what is in the frame
//	GET /inbox/{id}/eml       the mail as a file
//
// A mail is what strangers wrote. Its HTML is shown in a sandboxed frame, under
// a policy that lets it run nothing, post nowhere and be framed by this page
// only; everything else of it is text, and escaped.
package inbox
