package synthetic

import (
	"math/bits"
	"math/rand/v2"
)

// draw makes random choices. PCG's output is fixed by its definition; what is
// made of it is integer arithmetic here, since the sampling of math/rand/v2 may
// change and floating point differs between processors.
type draw struct{ pcg rand.PCG }

func (d *draw) seed(a, b uint64) { d.pcg.Seed(a, b) }

// below returns a number from 0 to n-1.
func (d *draw) below(n int) int {
	high, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(high)
}

// between returns a number from low to high, both included.
func (d *draw) between(low, high int) int { return low + d.below(high-low+1) }

func (d *draw) percent(p int) bool { return d.below(100) < p }

// weighted returns an index, each as often as its weight says.
func (d *draw) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.below(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// low returns a number from 0 to n-1, the low ones more often.
func (d *draw) low(n int) int { return min(d.below(n), d.below(n)) }

func one[T any](d *draw, from []T) T { return from[d.below(len(from))] }

// scales returns how often a count has one digit, two digits, …: counts of
// persons spread over many orders of magnitude.
func scales(name string) []int {
	switch name {
	case "few":
		return []int{40, 45, 14, 1}
	case "some":
		return []int{8, 26, 36, 23, 7}
	case "many":
		return []int{1, 5, 17, 29, 29, 15, 4}
	}
	return nil
}

// count returns a number with the digits of the scale.
func (d *draw) count(scale string) int64 {
	digits := d.weighted(scales(scale))
	power := int64(1)
	for range digits {
		power *= 10
	}
	if power < 1000 {
		return power + int64(d.low(int(9*power)))
	}
	return (100+int64(d.low(900)))*(power/100) + int64(d.below(int(power/100)))
}
