package rate

// Of says what one day costs.
func Of(day int) int {
	switch {
	case day < 3:
		return 0
	case day < 7:
		return 2
	}
	return 1
}
