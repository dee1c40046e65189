package gibbon

import (
	"math"
	"strconv"
	"strings"
)

// A Code says what kind of mistake it was.
type Code string

// The codes of the library that this host uses.
const (
	CodeValue    Code = "value"    // a number or word out of what is allowed
	CodeShape    Code = "shape"    // sizes or parts that do not fit each other
	CodeFormat   Code = "format"   // a file that cannot be read
	CodeState    Code = "state"    // a model that was closed
	CodeDiverged Code = "diverged" // a training whose loss is no longer finite
	CodeHost     Code = "host"     // something that this host does not offer
)

// An InputError is a mistake that the caller can correct: Action failed, for Reason. Its message is the library's.
type InputError struct {
	Code           Code
	Action, Reason string
}

func (e *InputError) Error() string { return "Cannot " + e.Action + ": " + e.Reason }

// shown is a number as the library writes it in its messages.
func shown(value float64) string {
	size := math.Abs(value)
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 0):
		return strings.TrimPrefix(strconv.FormatFloat(value, 'f', -1, 64), "+") + "inity"
	case size == 0:
		return "0"
	case size >= 1e-6 && size < 1e21:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return strings.Replace(strconv.FormatFloat(value, 'e', -1, 64), "e-0", "e-", 1)
}
