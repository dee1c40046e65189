package gibbon

import (
	"errors"
	"slices"
)

// The library's recipe for softmax regression; rows of the weights are kept no longer than most.
const (
	batchSize = 100
	rate      = float32(0.1)
	momentum  = float32(0.5)
	most      = float32(1.9365)
)

// Train trains a softmax regression in place, for so many epochs; it returns the mean loss of the last.
func (m *Model) Train(examples Examples, epochs int, seed uint64) (float64, error) {
	top, ok := m.layers[0].(*linear)
	if !ok {
		return 0, errors.New("cannot train this model: it is not a softmax regression")
	}
	if err := m.check(examples); err != nil {
		return 0, err
	}
	s := m.memory.scope()
	step := sgd{m, top, s.room(m.Classes, m.Inputs), s.room(1, m.Classes), array{}, array{}}
	step.vW = s.put(m.Classes, m.Inputs, make([]float32, m.Classes*m.Inputs))
	step.vb = s.put(1, m.Classes, make([]float32, m.Classes))

	loss := 0.0
	for epoch := range epochs {
		loss = 0
		order := s.stream(seed).named("order").part(uint64(epoch)).permutation(len(examples.Labels))
		for batch := range slices.Chunk(order, batchSize) {
			inner := s.scope()
			loss += step.update(inner, examples, batch) / float64(len(order))
			if err := inner.close(); err != nil {
				return 0, errors.Join(err, s.close())
			}
		}
	}
	return loss, s.close()
}

// Parameters are copies of a softmax regression's weights, (C, D), and biases, (C).
func (m *Model) Parameters() (W, b []float32, err error) {
	top, ok := m.layers[0].(*linear)
	if !ok {
		return nil, nil, errors.New("cannot copy parameters: the model is not a softmax regression")
	}
	s := m.memory.scope()
	W, b = s.get(top.weights), s.get(top.bias)
	return W, b, s.close()
}

// sgd is gradient descent with momentum, and the memory it works in.
type sgd struct {
	m              *Model
	top            *linear
	dW, db, vW, vb array
}

// update makes one step on a batch, and returns the sum of its examples' losses.
func (o *sgd) update(s *scope, examples Examples, batch []int) float64 {
	D, C, n := o.m.Inputs, o.m.Classes, len(batch)
	inputs, labels := make([]float32, 0, n*D), make([]int32, 0, n)
	for _, i := range batch {
		inputs = append(inputs, examples.X[i*D:(i+1)*D]...)
		labels = append(labels, examples.Labels[i])
	}
	x, y := s.put(n, D, inputs), s.put(n, 1, labels)
	scores, loss := o.m.forward(s, x), s.room(n, 1)
	s.call("softmaxLoss", loss, scores, scores, y, float32(1/float64(n)), n, C)
	s.call("gemmTN", o.dW, scores, x, 0, C, D, n)
	s.call("columnSums", o.db, scores, 0, n, C)

	none := float32(0)
	s.call("sgdStep", o.top.weights, o.vW, o.dW, rate, momentum, none, none, C*D)
	s.call("limitRowNorms", o.top.weights, most, C, D)
	s.call("sgdStep", o.top.bias, o.vb, o.db, rate, momentum, none, none, C)

	sum := 0.0
	for _, value := range s.get(loss) {
		sum += float64(value)
	}
	return sum
}
