package gibbon

import (
	"encoding/json"
	"fmt"
	"slices"
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

// Load reads the softmax regression or maxout network in the safetensors file at path. A file that holds neither is
// refused with an *InputError.
func (k *Kernels) Load(path string) (*Model, error) {
	action := "read " + path
	tensors, about, err := ReadTensors(path)
	if err != nil {
		return nil, err
	}
	if about["format"] != "gibbon-model-1" {
		reason := fmt.Sprintf("expected format gibbon-model-1 in its metadata, got %q", about["format"])
		return nil, &InputError{CodeFormat, action, reason}
	}
	family, head := about["family"], about["head"]
	if (family != "softmaxLinear" && family != "maxout") || head != "softmax" {
		return nil, &InputError{CodeHost, action, fmt.Sprintf("this host has no %s with head %s", family, head)}
	}
	var config struct {
		Inputs, Classes, Pieces int
		Units                   []int
	}
	if err := json.Unmarshal([]byte(about["config"]), &config); err != nil {
		return nil, &InputError{CodeFormat, action, "its config does not fit: " + err.Error()}
	}
	sizes := append([]int{config.Inputs, config.Classes - 1}, config.Units...)
	if len(config.Units) > 0 {
		sizes = append(sizes, config.Pieces)
	}
	if slices.Min(sizes) < 1 {
		return nil, &InputError{CodeFormat, action, "its config does not fit: " + about["config"]}
	}

	k.mutex.Lock()
	defer k.mutex.Unlock()
	m := &Model{Inputs: config.Inputs, Classes: config.Classes, memory: k.scope()}
	width, top := config.Inputs, ""
	for i, units := range config.Units {
		name := fmt.Sprintf("layer%d.", i)
		linear := m.linear(action, tensors, name, config.Pieces*units, width)
		m.layers = append(m.layers, &maxout{linear: linear, units: units, pieces: config.Pieces})
		width, top = units, "top."
	}
	m.layers = append(m.layers, m.linear(action, tensors, top, config.Classes, width))
	if m.memory.err != nil {
		return nil, m.memory.close()
	}
	return m, nil
}

// Close gives the model's memory back.
func (m *Model) Close() error {
	m.memory.mutex.Lock()
	defer m.memory.mutex.Unlock()
	m.layers = nil
	return m.memory.close()
}

// open is a scope to work in until unlock is called.
func (m *Model) open(action string) (s *scope, unlock func(), err error) {
	m.memory.mutex.Lock()
	if m.layers == nil {
		m.memory.mutex.Unlock()
		return nil, nil, &InputError{CodeState, action, "the model is closed"}
	}
	return m.memory.scope(), m.memory.mutex.Unlock, nil
}

// Scores are those of each class for the inputs x, row after row.
func (m *Model) Scores(x []float32) ([]float32, error) {
	if err := m.checkInputs("classify", x); err != nil {
		return nil, err
	}
	s, unlock, err := m.open("classify")
	if err != nil {
		return nil, err
	}
	defer unlock()
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
