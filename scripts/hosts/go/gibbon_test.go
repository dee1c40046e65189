package gibbon

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const wasm = "../../../wasm/gibbon.wasm"

// A model of two classes, three inputs, as a file.
var weights, bias = []float32{1, 2, -3, 0.5, -1, 4}, []float32{0, 0.25}

func file(t *testing.T, header string, numbers ...[]float32) string {
	t.Helper()
	bytes := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	bytes = append(bytes, header...)
	for _, each := range numbers {
		bytes, _ = binary.Append(bytes, binary.LittleEndian, each)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const header = `{"__metadata__":{"format":"gibbon-model-1","family":"softmaxLinear","head":"softmax",` +
	`"config":"{\"inputs\":3,\"classes\":2}"},` +
	`"W":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}`

func open(t *testing.T) (*Kernels, *Model) {
	t.Helper()
	kernels, err := Open(context.Background(), wasm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kernels.Close() })
	model, err := kernels.Load(file(t, header, weights, bias))
	if err != nil {
		t.Fatal(err)
	}
	return kernels, model
}

func TestScoresAndTheSignOfTheGradient(t *testing.T) {
	_, model := open(t)
	x := []float32{0.5, 0.25, 0.5}
	scores, err := model.Scores(x)
	if err != nil || scores[0] != -0.5 || scores[1] != 2.25 {
		t.Fatal(scores, err)
	}
	predicted, err := model.Predict(x)
	if err != nil || predicted[0] != 1 {
		t.Fatal(predicted, err)
	}
	// the loss of class 1 rises toward class 0, along the difference of their weights
	adversarial, err := model.FGSM(Examples{x, []int32{1}}, 0.125, math.Inf(-1), math.Inf(1))
	if err != nil {
		t.Fatal(err)
	}
	for i, sign := range []float32{1, 1, -1} {
		if adversarial[i] != x[i]+0.125*sign {
			t.Error(i, adversarial)
		}
	}
}

func TestTrainingLowersTheLossAndGivesMemoryBack(t *testing.T) {
	kernels, model := open(t)
	examples := Examples{}
	for i := range 250 {
		label := int32(i % 2)
		examples.X = append(examples.X, float32(label), float32(i%3), 1)
		examples.Labels = append(examples.Labels, label)
	}
	first, err := model.Train(examples, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	address := func() uint32 {
		s := kernels.scope()
		defer s.close()
		return s.room(1, 1).address
	}
	before := address()
	last, err := model.Train(examples, 20, 1)
	if err != nil || last >= first || address() != before {
		t.Fatal(first, last, address(), before, err)
	}
}

func TestMistakesAreRefused(t *testing.T) {
	kernels, model := open(t)
	for name, mistake := range map[string]func() error{
		"inputs":  func() error { _, err := model.Scores(make([]float32, 4)); return err },
		"label":   func() error { _, err := model.FGSM(Examples{make([]float32, 3), []int32{2}}, 1, 0, 1); return err },
		"numbers": func() error { _, err := model.FGSM(Examples{make([]float32, 3), nil}, 1, 0, 1); return err },
		"epsilon": func() error { _, err := model.FGSM(Examples{}, -1, 0, 1); return err },
		"header":  func() error { _, err := kernels.Load(file(t, "")); return err },
		"format":  func() error { _, err := kernels.Load(file(t, "{}")); return err },
		"bytes":   func() error { _, err := kernels.Load(file(t, header, weights)); return err },
		"no": func() error {
			_, err := kernels.Load(file(t, strings.Replace(header, "softmaxLinear", "rbf", 1), weights, bias))
			return err
		},
		"shapes": func() error {
			_, err := kernels.Load(file(t, strings.Replace(header, `3,\"c`, `4,\"c`, 1), weights, bias))
			return err
		},
		"kernels":  func() error { _, err := Open(context.Background(), "none.wasm"); return err },
		"start":    func() error { _, err := Open(context.Background(), "go.mod"); return err },
		"function": func() error { s := kernels.scope(); s.call("none"); return s.err },
		"alloc":    func() error { s := kernels.scope(); s.room(1<<15, 1<<14); return s.close() },
		"take":     func() error { s := kernels.scope(); s.room(1<<16, 1<<16); return s.close() },
	} {
		if err := mistake(); err == nil || !strings.HasPrefix(err.Error(), "cannot ") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
