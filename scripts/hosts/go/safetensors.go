package gibbon

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
)

// A Tensor is numbers with any number of dimensions, the last one running fastest.
type Tensor struct {
	Shape  []int
	Floats []float32
	// Ints holds the numbers where they are whole.
	Ints []int32
}

// ReadTensors reads the float32 and int32 tensors of a safetensors file, and its metadata.
func ReadTensors(path string) (map[string]Tensor, map[string]string, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	tensors, metadata, err := parse(file)
	if err != nil {
		return nil, nil, &InputError{CodeFormat, "read " + path, err.Error()}
	}
	return tensors, metadata, nil
}

func parse(file []byte) (map[string]Tensor, map[string]string, error) {
	if len(file) < 8 || binary.LittleEndian.Uint64(file) > uint64(len(file)-8) {
		return nil, nil, fmt.Errorf("the header does not fit into %d bytes", len(file))
	}
	end := 8 + binary.LittleEndian.Uint64(file)
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:end], &header); err != nil {
		return nil, nil, fmt.Errorf("the header is no JSON object: %w", err)
	}
	var metadata map[string]string
	if text, ok := header["__metadata__"]; ok {
		if err := json.Unmarshal(text, &metadata); err != nil {
			return nil, nil, fmt.Errorf("the metadata are not texts: %w", err)
		}
		delete(header, "__metadata__")
	}
	tensors := make(map[string]Tensor, len(header))
	for name, text := range header {
		tensor, err := tensorOf(text, file[end:])
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		tensors[name] = tensor
	}
	return tensors, metadata, nil
}

func tensorOf(text []byte, data []byte) (Tensor, error) {
	var about struct {
		Dtype   string
		Shape   []int
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(text, &about); err != nil {
		return Tensor{}, err
	}
	count, from, to := 1, about.Offsets[0], about.Offsets[1]
	for _, length := range about.Shape {
		if length < 0 || (length > 0 && count > len(data)/length) {
			return Tensor{}, fmt.Errorf("shape %v does not fit into %d bytes", about.Shape, len(data))
		}
		count *= length
	}
	if from < 0 || to > len(data) || to-from != 4*count {
		return Tensor{}, fmt.Errorf("bytes %d to %d of %d do not fit shape %v", from, to, len(data), about.Shape)
	}
	tensor := Tensor{Shape: about.Shape}
	var numbers any
	switch about.Dtype {
	case "F32":
		tensor.Floats = make([]float32, count)
		numbers = tensor.Floats
	case "I32":
		tensor.Ints = make([]int32, count)
		numbers = tensor.Ints
	default:
		return Tensor{}, fmt.Errorf("expected F32 or I32, got %q", about.Dtype)
	}
	_, err := binary.Decode(data[from:to], binary.LittleEndian, numbers)
	return tensor, err
}
