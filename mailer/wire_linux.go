package mailer

import "syscall"

// hurry has the kernel acknowledge at once what comes next. A relay may answer
// commands and content that came together in several small packets, of which it
// sends the second only when the first is acknowledged (RFC 896), and we have
// nothing to say meanwhile: each message would take the 40 ms of a delayed
// acknowledgement (RFC 1122 §4.2.3.2).
func (w *wire) hurry() {
	sc, ok := w.Conn.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		// It is only faster: on a Unix socket, say, there is no such option.
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
}
