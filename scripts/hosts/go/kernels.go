// Package gibbon drives Gibbon's WebAssembly kernels from Go, by way of wazero. See wasm/README.md for what the
// functions of the binary do.
package gibbon

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const abiVersion = 2

// Kernels is an instance of the binary, with a memory of its own. Goroutines may share it, and the models loaded with it:
// one works, the others wait. To let them work side by side, give each its own.
type Kernels struct {
	mutex   sync.Mutex
	ctx     context.Context
	runtime wazero.Runtime
	module  api.Module
}

// Open starts the binary in the file at path: gibbon.wasm, for wazero has no relaxed SIMD.
func Open(ctx context.Context, path string) (*Kernels, error) {
	binary, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open kernels: %w", err)
	}
	runtime := wazero.NewRuntime(ctx)
	module, err := runtime.Instantiate(ctx, binary)
	if err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", path, err)
	}
	k := &Kernels{ctx: ctx, runtime: runtime, module: module}
	s := k.scope()
	if version := int32(s.call("abiVersion")); s.err != nil || version != abiVersion {
		runtime.Close(ctx)
		return nil, &InputError{CodeHost, "use " + path, fmt.Sprintf("expected ABI version %d, got %d", abiVersion, version)}
	}
	return k, nil
}

// Close ends the instance and all that lives in its memory.
func (k *Kernels) Close() error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.runtime.Close(k.ctx)
}

// A scope calls functions and takes memory until the first of them fails, and gives the memory back in the end.
// Whoever has one holds the mutex.
type scope struct {
	*Kernels
	taken []uint32
	err   error
}

func (k *Kernels) scope() *scope { return &scope{Kernels: k} }

// call returns what the function returns; its arguments are addresses, whole numbers, float32 and float64.
func (s *scope) call(function string, arguments ...any) uint64 {
	if s.err != nil {
		return 0
	}
	exported := s.module.ExportedFunction(function)
	if exported == nil {
		s.err = fmt.Errorf("cannot call %s: the binary has no such function", function)
		return 0
	}
	words := make([]uint64, len(arguments), len(arguments)+1)
	for i, argument := range arguments {
		words[i] = encode(argument)
	}
	results, err := exported.Call(s.ctx, words...)
	if err != nil {
		s.err = fmt.Errorf("cannot run %s: %w", function, err)
	}
	if len(results) == 0 {
		return 0
	}
	return results[0]
}

func encode(argument any) uint64 {
	switch value := argument.(type) {
	case array:
		return uint64(value.address)
	case uint32:
		return uint64(value)
	case int:
		return uint64(uint32(value))
	case float32:
		return api.EncodeF32(value)
	case float64:
		return api.EncodeF64(value)
	}
	panic(fmt.Sprintf("no function takes a %T", argument))
}

// An array is numbers of four bytes in the binary's memory.
type array struct {
	address    uint32
	rows, cols int
}

// room is an array whose contents are arbitrary, for as long as the scope lasts.
func (s *scope) room(rows, cols int) array {
	bytes := 4 * int64(rows) * int64(cols)
	if bytes > math.MaxUint32 && s.err == nil {
		s.err = fmt.Errorf("cannot take %d bytes of WebAssembly memory", bytes)
	}
	address := uint32(s.call("alloc", uint32(bytes)))
	if s.err == nil {
		s.taken = append(s.taken, address)
	}
	return array{address, rows, cols}
}

// put is an array of the given numbers, []float32 or []int32.
func (s *scope) put(rows, cols int, numbers any) array {
	a := s.room(rows, cols)
	bytes, err := binary.Append(make([]byte, 0, 4*rows*cols), binary.LittleEndian, numbers)
	if s.err == nil && (err != nil || !s.module.Memory().Write(a.address, bytes)) {
		s.err = fmt.Errorf("cannot put %d × %d numbers into memory", rows, cols)
	}
	return a
}

// get copies an array out of memory.
func (s *scope) get(a array) []float32 {
	numbers := make([]float32, a.rows*a.cols)
	if s.err != nil {
		return numbers
	}
	bytes, ok := s.module.Memory().Read(a.address, uint32(4*len(numbers)))
	if !ok {
		s.err = fmt.Errorf("cannot get %d × %d numbers from memory", a.rows, a.cols)
		return numbers
	}
	if _, err := binary.Decode(bytes, binary.LittleEndian, numbers); err != nil {
		s.err = err
	}
	return numbers
}

// close gives the memory back; it returns the first failure.
func (s *scope) close() error {
	err := s.err
	s.err = nil
	for _, address := range s.taken {
		s.call("free", address)
	}
	s.taken = nil
	return err
}
