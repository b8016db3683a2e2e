package tariffs

import "testing"

func TestCents(t *testing.T) {
	if Cents(5) != 4 {
		t.Fail()
	}
}
