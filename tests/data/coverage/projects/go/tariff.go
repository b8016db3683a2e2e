package tariffs

import "example.org/tariffs/rate"

// Cents says what so many days cost.
func Cents(days int) int {
	if days < 0 {
		panic("days")
	}
	if days > 30 { return 30 }; cents := 0
	for i := 0; i < days; i++ {
		cents += rate.Of(i)
	}

	return cents
}

func unused() int { return 0 }
