package gibbon

import (
	"encoding/json"
	"fmt"
)

// Examples are inputs, row after row, with their labels.
type Examples struct {
	X      []float32
	Labels []int32
}

// A Model is a classifier whose parameters lie in the binary's memory.
type Model struct {
	Inputs, Classes int

	layers []layer
	memory *scope
}

// A layer is a differentiable function of a batch; backward gives the gradient in the last inputs.
type layer interface {
	forward(s *scope, x array) array
	backward(s *scope, d array) array
}

// Load reads the softmax regression or maxout network in the safetensors file at path.
func (k *Kernels) Load(path string) (*Model, error) {
	tensors, about, err := ReadTensors(path)
	if err != nil {
		return nil, err
	}
	if about["format"] != "gibbon-model-1" {
		return nil, fmt.Errorf("cannot read %s: expected format gibbon-model-1, got %q", path, about["format"])
	}
	family, head := about["family"], about["head"]
	if (family != "softmaxLinear" && family != "maxout") || head != "softmax" {
		return nil, fmt.Errorf("cannot read %s: this host has no %s with head %s", path, family, head)
	}
	var config struct {
		Inputs, Classes, Pieces int
		Units                   []int
	}
	if err := json.Unmarshal([]byte(about["config"]), &config); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}

	m := &Model{Inputs: config.Inputs, Classes: config.Classes, memory: k.scope()}
	width, top := config.Inputs, ""
	for i, units := range config.Units {
		name := fmt.Sprintf("layer%d.", i)
		linear := m.linear(tensors, name, config.Pieces*units, width)
		m.layers = append(m.layers, &maxout{linear: linear, units: units, pieces: config.Pieces})
		width, top = units, "top."
	}
	m.layers = append(m.layers, m.linear(tensors, top, config.Classes, width))
	if m.memory.err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, m.memory.close())
	}
	return m, nil
}

// Close gives the model's memory back.
func (m *Model) Close() error { return m.memory.close() }

// Scores are those of each class for the inputs x, row after row.
func (m *Model) Scores(x []float32) ([]float32, error) {
	if len(x)%m.Inputs != 0 {
		return nil, fmt.Errorf("cannot classify %d numbers: the model takes %d inputs", len(x), m.Inputs)
	}
	s := m.memory.scope()
	scores := s.get(m.forward(s, s.put(len(x)/m.Inputs, m.Inputs, x)))
	return scores, s.close()
}

// Predict gives the most probable class of each example; the first, if several are.
func (m *Model) Predict(x []float32) ([]int32, error) {
	scores, err := m.Scores(x)
	predicted := make([]int32, len(scores)/m.Classes)
	for i := range predicted {
		row := scores[i*m.Classes : (i+1)*m.Classes]
		for class, score := range row {
			if score > row[predicted[i]] {
				predicted[i] = int32(class)
			}
		}
	}
	return predicted, err
}

func (m *Model) forward(s *scope, x array) array {
	for _, each := range m.layers {
		x = each.forward(s, x)
	}
	return x
}

func (m *Model) backward(s *scope, d array) array {
	for i := len(m.layers) - 1; i >= 0; i-- {
		d = m.layers[i].backward(s, d)
	}
	return d
}

// check returns why the examples do not fit the model: kernels find their place in memory by labels.
func (m *Model) check(examples Examples) error {
	if len(examples.X) != len(examples.Labels)*m.Inputs {
		return fmt.Errorf("cannot use %d numbers with %d labels: the model takes %d inputs",
			len(examples.X), len(examples.Labels), m.Inputs)
	}
	for i, label := range examples.Labels {
		if label < 0 || int(label) >= m.Classes {
			return fmt.Errorf("cannot use label %d of example %d: must be in 0 … %d", label, i, m.Classes-1)
		}
	}
	return nil
}

// linear is x·Wᵀ + b.
type linear struct{ weights, bias array }

func (m *Model) linear(tensors map[string]Tensor, name string, outputs, inputs int) *linear {
	W, b := tensors[name+"W"].Floats, tensors[name+"b"].Floats
	if m.memory.err == nil && (len(W) != outputs*inputs || len(b) != outputs) {
		m.memory.err = fmt.Errorf("%sW and %sb are not of shapes (%d, %d) and (%d)", name, name, outputs, inputs, outputs)
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
