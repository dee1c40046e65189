package gibbon

import (
	"math"
	"unicode/utf16"
)

// A stream is the random numbers of a seed, or of a part of another stream.
type stream struct {
	s       *scope
	key     float64
	counter float64
}

func (s *scope) stream(seed uint64) *stream {
	return &stream{s: s, key: math.Float64frombits(s.call("randomKey", float64(seed), 0.0))}
}

// part is the independent stream called by a number within this one.
func (r *stream) part(number uint64) *stream {
	return &stream{s: r.s, key: math.Float64frombits(r.s.call("randomKey", r.key, float64(number)))}
}

// named is the one called by a text: FNV-1a over its UTF-16 units, raised above what a count would be.
func (r *stream) named(text string) *stream {
	hash := uint32(2166136261)
	for _, unit := range utf16.Encode([]rune(text)) {
		hash = (hash ^ uint32(unit)) * 16777619
	}
	return r.part(1<<32 + uint64(hash))
}

// next is the next number, uniform in [0, 1).
func (r *stream) next() float64 {
	number := math.Float64frombits(r.s.call("randomNumber", r.key, r.counter))
	r.counter++
	return number
}

// permutation is 0 … n − 1 in random order.
func (r *stream) permutation(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(r.next() * float64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	return order
}
