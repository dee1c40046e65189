package gibbon

import (
	"fmt"
	"math"
)

// FGSM makes adversarial inputs by the fast gradient sign method, x + ε·sign(∇ₓ J(x, y)), clipped to lo … hi: pass
// infinities for no bounds. They are never farther than ε from x, not by one bit.
func (m *Model) FGSM(examples Examples, epsilon, lo, hi float64) ([]float32, error) {
	if !(epsilon >= 0) || math.IsInf(epsilon, 0) {
		return nil, fmt.Errorf("cannot attack with epsilon %v: must be finite and >= 0", epsilon)
	}
	if err := m.check(examples); err != nil {
		return nil, err
	}
	s := m.memory.scope()
	rows := len(examples.Labels)
	budget := make([]float32, m.Inputs)
	for i := range budget {
		budget[i] = below(epsilon)
	}
	x := s.put(rows, m.Inputs, examples.X)
	scores := m.forward(s, x)
	s.call("softmaxDirection", scores, scores, s.put(rows, 1, examples.Labels), rows, m.Classes)
	g := m.backward(s, scores)
	s.call("signStep", g, x, g, s.put(1, m.Inputs, budget), -below(-lo), below(hi), rows, m.Inputs)
	adversarial := s.get(g)
	return adversarial, s.close()
}

// below is the greatest float32 that is not above value.
func below(value float64) float32 {
	near := float32(value)
	if float64(near) > value {
		return math.Nextafter32(near, float32(math.Inf(-1)))
	}
	return near
}
