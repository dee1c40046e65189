package gibbon

import (
	"fmt"
	"math"
)

// checkExamples returns why the examples do not fit the model: kernels find their place in memory by labels.
func (m *Model) checkExamples(action string, examples Examples) error {
	rows, cols := len(examples.X)/m.Inputs, m.Inputs
	if labels := len(examples.Labels); len(examples.X)%m.Inputs != 0 && labels > 0 && len(examples.X)%labels == 0 {
		rows, cols = labels, len(examples.X)/labels
	}
	const batch = "make a batch"
	if rows*cols == len(examples.X) && rows != len(examples.Labels) {
		return &InputError{CodeShape, batch, fmt.Sprintf("%d examples but %d labels", rows, len(examples.Labels))}
	}
	for i, label := range examples.Labels {
		if label < 0 || int(label) >= m.Classes {
			reason := fmt.Sprintf("label %d of example %d is not a whole number in 0 … %d", label, i, m.Classes-1)
			return &InputError{CodeValue, batch, reason}
		}
	}
	if err := checkFinite(batch, examples.X, cols); err != nil {
		return err
	}
	if cols != m.Inputs {
		reason := fmt.Sprintf("the model takes %d inputs, the examples have %d", m.Inputs, cols)
		return &InputError{CodeShape, action, reason}
	}
	return m.checkCount(action, examples.X)
}

// checkInputs returns why the inputs do not fit the model.
func (m *Model) checkInputs(action string, x []float32) error {
	if err := m.checkCount(action, x); err != nil {
		return err
	}
	return checkFinite(action, x, m.Inputs)
}

func (m *Model) checkCount(action string, x []float32) error {
	if len(x)%m.Inputs != 0 {
		reason := fmt.Sprintf("the model takes %d inputs, %d numbers are no whole examples", m.Inputs, len(x))
		return &InputError{CodeShape, action, reason}
	}
	return nil
}

func checkFinite(action string, x []float32, cols int) error {
	for i, value := range x {
		// NaN and infinities differ from 0 when 0 times them is taken
		if value*0 != 0 {
			where := fmt.Sprintf("input %d of example %d", i%cols, i/cols)
			return &InputError{CodeValue, action, where + " is " + shown(float64(value)) + ", not a finite number"}
		}
	}
	return nil
}

// check returns which of the options does not fit the model or its inputs x.
func (o FGSMOptions) check(m *Model, x []float32) error {
	action := "attack by fgsm"
	if !(o.Epsilon >= 0) || math.IsInf(o.Epsilon, 0) {
		return &InputError{CodeValue, action + " with epsilon " + shown(o.Epsilon), "must be a finite number ≥ 0"}
	}
	if n := len(o.Bounds); n > 1 && n != m.Inputs {
		return &InputError{CodeShape, action, fmt.Sprintf("expected one pair of bounds or %d of them, one a feature, got %d", m.Inputs, n)}
	}
	both := func(pair [2]float64) string { return shown(pair[0]) + ", " + shown(pair[1]) }
	for i, pair := range o.Bounds {
		if !(pair[0] < pair[1]) {
			where := ""
			if len(o.Bounds) > 1 {
				where = fmt.Sprintf(" of feature %d", i)
			}
			return &InputError{CodeValue, action + " within bounds " + both(pair) + where, "the first must be less"}
		}
	}
	for i, value := range x {
		if len(o.Bounds) == 0 {
			break
		}
		column := i % m.Inputs
		if pair, v := o.Bounds[column%len(o.Bounds)], float64(value); v < pair[0] || v > pair[1] {
			where := fmt.Sprintf("input %d of example %d", column, i/m.Inputs)
			return &InputError{CodeValue, action, where + " is " + shown(v) + ", out of the bounds " + both(pair)}
		}
	}
	switch o.Norm {
	case "", Linf, L2, L1:
		return nil
	}
	return &InputError{CodeValue, action + ` with norm "` + string(o.Norm) + `"`, "must be Linf, L2 or L1"}
}
