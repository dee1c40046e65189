package gibbon

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The library's recipe for softmax regression; no row of the weights gets longer than maxNorm.
const (
	batchSize    = 100
	learningRate = float32(0.1)
	momentum     = float32(0.5)
	maxNorm      = float32(1.9365)
)

// Train trains a softmax regression in place, for so many epochs; it returns the mean loss of the last. Others who use
// its kernels wait for the end. What does not fit is refused with an *InputError.
func (m *Model) Train(examples Examples, epochs int, seed uint64) (float64, error) {
	if err := m.checkExamples("train", examples); err != nil {
		return 0, err
	}
	if len(examples.Labels) == 0 {
		return 0, &InputError{CodeValue, "train", "there are no examples"}
	}
	if epochs < 1 {
		return 0, &InputError{CodeValue, fmt.Sprintf("train with epochs %d", epochs), "must be a whole number ≥ 1"}
	}
	s, unlock, err := m.open("train")
	if err != nil {
		return 0, err
	}
	defer unlock()
	top, ok := m.layers[0].(*linear)
	if !ok {
		return 0, &InputError{CodeHost, "train this model", "it is not a softmax regression"}
	}
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
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			reason := "training diverged, the loss is not finite; lower the learning rate"
			input := &InputError{CodeDiverged, fmt.Sprintf("train beyond epoch %d", epoch+1), reason}
			return 0, errors.Join(input, s.close())
		}
	}
	return loss, s.close()
}

// Parameters are copies of a softmax regression's weights, (C, D), and biases, (C).
func (m *Model) Parameters() (W, b []float32, err error) {
	s, unlock, err := m.open("copy parameters")
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	top, ok := m.layers[0].(*linear)
	if !ok {
		return nil, nil, &InputError{CodeHost, "copy parameters", "the model is not a softmax regression"}
	}
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
	s.call("sgdStep", o.top.weights, o.vW, o.dW, learningRate, momentum, none, none, C*D)
	s.call("limitRowNorms", o.top.weights, maxNorm, C, D)
	s.call("sgdStep", o.top.bias, o.vb, o.db, learningRate, momentum, none, none, C)

	sum := 0.0
	for _, value := range s.get(loss) {
		sum += float64(value)
	}
	return sum
}
