package gibbon

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
)

// A number may be a text in JSON, such as "NaN".
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	var word string
	if json.Unmarshal(text, &word) != nil {
		word = string(text)
	}
	value, err := strconv.ParseFloat(word, 64)
	*n = number(value)
	return err
}

// A sharedCase is one of ../cases.json, which all hosts share with the library.
type sharedCase struct {
	Name, Call    string
	With          map[string]json.RawMessage
	Only          []string
	Gives         json.RawMessage
	Code, Message string
}

// given is what a case hands over.
type given struct {
	X       [][]number
	Labels  []int32
	Epsilon number
	Bounds  json.RawMessage
	Norm    Norm
	Epochs  int
	Seed    uint64
}

// bounds are one pair, or a list of pairs.
func (g given) bounds(t *testing.T) (bounds [][2]float64) {
	var pairs [][2]number
	if json.Unmarshal(g.Bounds, &pairs) != nil {
		pairs = make([][2]number, 1)
		decode(t, g.Bounds, &pairs[0])
	}
	for _, pair := range pairs {
		bounds = append(bounds, [2]float64{float64(pair[0]), float64(pair[1])})
	}
	return bounds
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func TestSharedCases(t *testing.T) {
	text, err := os.ReadFile("../cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Model struct {
			Coef      [][]float32
			Intercept []float32
		}
		Valid             map[string]json.RawMessage
		Accepted, Refused []sharedCase
	}
	decode(t, text, &table)
	kernels, _ := open(t)

	// what the case's call gives, or why it is refused
	call := func(t *testing.T, c sharedCase) ([]float32, error) {
		model, err := kernels.Load(file(t, header, slices.Concat(table.Model.Coef...), table.Model.Intercept))
		if err != nil {
			t.Fatal(err)
		}
		defer model.Close()
		all := maps.Clone(table.Valid)
		maps.Copy(all, c.With)
		merged, _ := json.Marshal(all)
		var g given
		decode(t, merged, &g)
		examples := Examples{Labels: g.Labels}
		for _, value := range slices.Concat(g.X...) {
			examples.X = append(examples.X, float32(value))
		}
		switch c.Call {
		case "predict":
			predicted, err := model.Predict(examples.X)
			numbers := make([]float32, len(predicted))
			for i, class := range predicted {
				numbers[i] = float32(class)
			}
			return numbers, err
		case "train":
			_, err := model.Train(examples, g.Epochs, g.Seed)
			return nil, err
		}
		return model.FGSM(examples, FGSMOptions{float64(g.Epsilon), g.bounds(t), g.Norm})
	}

	for _, c := range table.Accepted {
		t.Run("gives "+c.Name, func(t *testing.T) {
			var rows [][]float32
			if json.Unmarshal(c.Gives, &rows) != nil {
				rows = make([][]float32, 1)
				decode(t, c.Gives, &rows[0])
			}
			expected, _ := binary.Append(nil, binary.LittleEndian, slices.Concat(rows...))
			numbers, err := call(t, c)
			bytes, _ := binary.Append(nil, binary.LittleEndian, numbers)
			if err != nil || !slices.Equal(bytes, expected) {
				t.Error(numbers, err)
			}
		})
	}
	for _, c := range table.Refused {
		if c.Only != nil && !slices.Contains(c.Only, "go") {
			continue
		}
		t.Run("refuses "+c.Name, func(t *testing.T) {
			_, err := call(t, c)
			var input *InputError
			if !errors.As(err, &input) || err.Error() != c.Message || string(input.Code) != c.Code {
				t.Errorf("%v", err)
			}
		})
	}
}
