package gibbon

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	adversarial, err := model.FGSM(Examples{x, []int32{1}}, FGSMOptions{Epsilon: 0.125})
	if err != nil {
		t.Fatal(err)
	}
	for i, sign := range []float32{1, 1, -1} {
		if adversarial[i] != x[i]+0.125*sign {
			t.Error(i, adversarial)
		}
	}
}

func TestBoundsOfEachInputAndTheNorms(t *testing.T) {
	_, model := open(t)
	examples := Examples{[]float32{0.5, 0.25, 0.5}, []int32{1}}
	for _, c := range []struct {
		options  FGSMOptions
		expected []float32
	}{
		{FGSMOptions{Epsilon: 0.125, Bounds: [][2]float64{{0, 0.5625}, {0, 1}, {0.4375, 1}}}, []float32{0.5625, 0.375, 0.4375}},
		{FGSMOptions{Epsilon: 0.125, Norm: L1}, []float32{0.5, 0.25, 0.375}},
	} {
		adversarial, err := model.FGSM(examples, c.options)
		if err != nil || !slices.Equal(adversarial, c.expected) {
			t.Error(adversarial, err)
		}
	}
	adversarial, err := model.FGSM(examples, FGSMOptions{Epsilon: 0.125, Norm: L2})
	length := 0.0
	for i, value := range adversarial {
		length = math.Hypot(length, float64(value-examples.X[i]))
	}
	if err != nil || length > 0.125 || length < 0.12499 {
		t.Error(length, err)
	}
}

func TestGoroutinesShareAModel(t *testing.T) {
	_, model := open(t)
	random := rand.New(rand.NewPCG(0, 0))
	var all sync.WaitGroup
	for worker := range 8 {
		examples := Examples{}
		for range 50 * (worker + 1) {
			examples.X = append(examples.X, random.Float32(), random.Float32(), random.Float32())
			examples.Labels = append(examples.Labels, int32(random.IntN(2)))
		}
		expected, err := model.FGSM(examples, FGSMOptions{Epsilon: 0.125})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for range 20 {
				adversarial, err := model.FGSM(examples, FGSMOptions{Epsilon: 0.125})
				if err != nil || !slices.Equal(adversarial, expected) {
					t.Error("another goroutine changed the answer", err)
				}
				// a refusal leaves nothing locked
				if _, err := model.FGSM(examples, FGSMOptions{Epsilon: -1}); err == nil {
					t.Error("not refused")
				}
			}
		})
	}
	all.Wait()
}

func TestAClosedModelIsRefused(t *testing.T) {
	_, model := open(t)
	if err := errors.Join(model.Close(), model.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := model.Scores([]float32{0, 0, 0})
	var input *InputError
	if !errors.As(err, &input) || input.Code != CodeState || err.Error() != "Cannot classify: the model is closed" {
		t.Error(err)
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

func TestTrainingThatDivergesIsRefused(t *testing.T) {
	_, model := open(t)
	_, err := model.Train(Examples{[]float32{3e38, -3e38, 3e38}, []int32{0}}, 3, 0)
	var input *InputError
	if !errors.As(err, &input) || input.Code != CodeDiverged || !strings.HasPrefix(err.Error(), "Cannot train beyond epoch 1: ") {
		t.Error(err)
	}
}

func TestFilesThatAreNoModelAreRefused(t *testing.T) {
	kernels, _ := open(t)
	load := func(header string, numbers ...[]float32) error {
		_, err := kernels.Load(file(t, header, numbers...))
		return err
	}
	for _, c := range []struct {
		code  Code
		words string
		err   error
	}{
		{CodeFormat, "header", load("")},
		{CodeFormat, "format gibbon-model-1", load("{}")},
		{CodeFormat, "bytes 24 to 32", load(header, weights)},
		{CodeHost, "no rbf", load(strings.Replace(header, "softmaxLinear", "rbf", 1), weights, bias)},
		{CodeShape, "shapes (2, 4)", load(strings.Replace(header, `3,\"c`, `4,\"c`, 1), weights, bias)},
		{CodeFormat, "config", load(strings.Replace(header, `3,\"c`, `0,\"c`, 1), weights, bias)},
	} {
		var input *InputError
		if !errors.As(c.err, &input) || input.Code != c.code || !strings.Contains(input.Reason, c.words) ||
			!strings.HasPrefix(c.err.Error(), "Cannot read ") {
			t.Errorf("%s: %v", c.words, c.err)
		}
	}
	if err := load(strings.Replace(header, `"head"`, `"recipe":"{}","head"`, 1), weights, bias); err != nil {
		t.Error(err)
	}
}

func TestWhatTheEngineRefuses(t *testing.T) {
	kernels, _ := open(t)
	for name, mistake := range map[string]func() error{
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
