package gibbon

import "fmt"

// A layer is a differentiable function of a batch; backward gives the gradient in the last inputs.
type layer interface {
	forward(s *scope, x array) array
	backward(s *scope, d array) array
}

// linear is x·Wᵀ + b.
type linear struct{ weights, bias array }

// linear is such a layer of tensors in a file; action begins the message where they do not fit.
func (m *Model) linear(action string, tensors map[string]Tensor, name string, outputs, inputs int) *linear {
	W, b := tensors[name+"W"].Floats, tensors[name+"b"].Floats
	if m.memory.err == nil && (len(W) != outputs*inputs || len(b) != outputs) {
		reason := fmt.Sprintf("expected %sW and %sb as float32 of shapes (%d, %d) and (%d)", name, name, outputs, inputs, outputs)
		m.memory.err = &InputError{CodeShape, action, reason}
	}
	return &linear{m.memory.put(outputs, inputs, W), m.memory.put(1, outputs, b)}
}

func (l *linear) forward(s *scope, x array) array {
	z := s.room(x.rows, l.weights.rows)
	s.call("gemmNT", z, x, l.weights, 0, z.rows, z.cols, x.cols)
	s.call("addBias", z, l.bias, z.rows, z.cols)
	return z
}

func (l *linear) backward(s *scope, d array) array {
	dX := s.room(d.rows, l.weights.cols)
	s.call("gemmNN", dX, d, l.weights, 0, dX.rows, dX.cols, d.cols)
	return dX
}

// maxout is the greatest of several linear pieces a unit.
type maxout struct {
	linear        *linear
	units, pieces int
	winner        array
}

func (l *maxout) forward(s *scope, x array) array {
	z := l.linear.forward(s, x)
	h := s.room(x.rows, l.units)
	l.winner = s.room(x.rows, l.units)
	s.call("maxoutForward", h, l.winner, z, x.rows, l.units, l.pieces)
	return h
}

func (l *maxout) backward(s *scope, d array) array {
	weights := l.linear.weights
	indices, values, counts := s.room(d.rows, d.cols), s.room(d.rows, d.cols), s.room(d.rows, 1)
	s.call("listWinnersByRow", indices, values, counts, d, l.winner, d.rows, d.cols)
	dX := s.room(d.rows, weights.cols)
	s.call("gatherRows", dX, indices, values, counts, weights, 0, dX.rows, dX.cols, weights.rows, d.cols)
	return dX
}
