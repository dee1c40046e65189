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
