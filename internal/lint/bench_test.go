package lint

import "testing"

// BenchmarkMail is the check of one whole issue; it should stay below 50 ms.
func BenchmarkMail(b *testing.B) {
	s := good()
	in := s.input(b)
	b.ReportAllocs()
	for b.Loop() {
		if found := Mail(in); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
