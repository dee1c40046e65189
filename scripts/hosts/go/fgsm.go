package gibbon

import "math"

// A Norm says how long a step is.
type Norm string

// The norms that FGSM knows.
const (
	Linf Norm = "Linf"
	L2   Norm = "L2"
	L1   Norm = "L1"
)

// FGSMOptions say how far FGSM goes.
type FGSMOptions struct {
	// Epsilon is the size of the perturbation.
	Epsilon float64
	// Bounds are the least and the greatest value of an input: none, one pair for all, or one for each.
	Bounds [][2]float64
	// Norm is what Epsilon bounds; Linf if it is left out.
	Norm Norm
}

// FGSM makes adversarial inputs by the fast gradient sign method, x + ε·sign(∇ₓ J(x, y)), kept within bounds. In norm
// L2 the step is ε·∇J/‖∇J‖₂, in L1 it is ε on the input of the greatest slope. They are never farther than ε from x,
// not by one bit. What does not fit is refused with an *InputError.
func (m *Model) FGSM(examples Examples, options FGSMOptions) ([]float32, error) {
	if err := m.checkExamples("attack", examples); err != nil {
		return nil, err
	}
	if err := options.check(m, examples.X); err != nil {
		return nil, err
	}
	s, unlock, err := m.open("attack")
	if err != nil {
		return nil, err
	}
	defer unlock()

	// the kernels know one pair for all inputs
	lo, hi := float32(math.Inf(-1)), float32(math.Inf(1))
	if len(options.Bounds) == 1 {
		lo, hi = inward(options.Bounds[0])
	}
	rows := len(examples.Labels)
	x := s.put(rows, m.Inputs, examples.X)
	scores := m.forward(s, x)
	s.call("softmaxDirection", scores, scores, s.put(rows, 1, examples.Labels), rows, m.Classes)
	g := m.backward(s, scores)
	switch options.Norm {
	case L2, L1:
		s.call(map[Norm]string{L2: "l2Direction", L1: "l1Direction"}[options.Norm], g, g, options.Epsilon, rows, m.Inputs)
		s.call("addStep", g, x, g, lo, hi, rows*m.Inputs)
	default:
		steps := make([]float32, m.Inputs)
		for i := range steps {
			steps[i] = below(options.Epsilon)
		}
		s.call("signStep", g, x, g, s.put(1, m.Inputs, steps), lo, hi, rows, m.Inputs)
	}
	adversarial := s.get(g)
	if len(options.Bounds) > 1 {
		for i, value := range adversarial {
			lo, hi := inward(options.Bounds[i%m.Inputs])
			adversarial[i] = min(max(value, lo), hi)
		}
	}
	return adversarial, s.close()
}

// inward are bounds rounded to float32, so that nothing between them is outside of the pair.
func inward(pair [2]float64) (lo, hi float32) { return -below(-pair[0]), below(pair[1]) }

// below is the greatest float32 that is not above value.
func below(value float64) float32 {
	near := float32(value)
	if float64(near) > value {
		return math.Nextafter32(near, float32(math.Inf(-1)))
	}
	return near
}
