// Command conformance prints, as JSON, SHA-256 of what the models in a folder give in this host, and how fast.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gibbon"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "Usage: conformance WASM FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run classifies, attacks and trains on the examples in the folder.
func run(wasm, folder string) error {
	kernels, err := gibbon.Open(context.Background(), wasm)
	if err != nil {
		return err
	}
	defer kernels.Close()
	examples, _, err := gibbon.ReadTensors(filepath.Join(folder, "examples.safetensors"))
	if err != nil {
		return err
	}
	learn := gibbon.Examples{X: examples["train.x"].Floats, Labels: examples["train.labels"].Ints}
	test := gibbon.Examples{X: examples["test.x"].Floats, Labels: examples["test.labels"].Ints}

	hashes := map[string]string{}
	microseconds := map[string]float64{}
	for _, family := range []string{"softmaxLinear", "maxout"} {
		model, err := kernels.Load(filepath.Join(folder, family+".safetensors"))
		if err != nil {
			return err
		}
		defer model.Close()
		scores, err := model.Scores(test.X)
		if err != nil {
			return err
		}
		adversarial, err := attack(model, test)
		if err != nil {
			return err
		}
		hashes[family+".scores"], hashes[family+".adversarial"] = hash(scores), hash(adversarial)
		if family != "softmaxLinear" {
			continue
		}

		one := gibbon.Examples{X: test.X[:model.Inputs], Labels: test.Labels[:1]}
		if microseconds["fgsm"], err = timeOf(func() error { _, err := attack(model, one); return err }); err != nil {
			return err
		}
		if _, err := model.Train(learn, 1, 7); err != nil {
			return err
		}
		W, b, err := model.Parameters()
		if err != nil {
			return err
		}
		hashes["trained.W"], hashes["trained.b"] = hash(W), hash(b)
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"hashes": hashes, "microseconds": microseconds})
}

// attack makes adversarial examples within 0.1 and in [0, 1].
func attack(model *gibbon.Model, examples gibbon.Examples) ([]float32, error) {
	return model.FGSM(examples, gibbon.FGSMOptions{Epsilon: 0.1, Bounds: [][2]float64{{0, 1}}})
}

func hash(numbers []float32) string {
	sum := sha256.New()
	binary.Write(sum, binary.LittleEndian, numbers)
	return hex.EncodeToString(sum.Sum(nil))
}

// timeOf is the median of 101 runs, in microseconds.
func timeOf(run func() error) (float64, error) {
	laps := make([]float64, 101)
	for i := range laps {
		start := time.Now()
		if err := run(); err != nil {
			return 0, err
		}
		laps[i] = float64(time.Since(start).Nanoseconds()) / 1000
	}
	slices.Sort(laps)
	return laps[50], nil
}
