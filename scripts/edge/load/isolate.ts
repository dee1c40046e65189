/** The memory of a worker in workerd, as its inspector reports it and limits on workers count it. @module */

/** What V8 says of an isolate's memory, in bytes. */
interface HeapUsage {
  readonly totalSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

/**
 * Megabytes of the isolate whose inspector listens at `port`: its heap with what is free in it, and what lies outside,
 * WebAssembly's memory excepted.
 */
export async function isolateMemory(port: number): Promise<number> {
  const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl);
  try {
    const answer = Promise.withResolvers<HeapUsage>();
    socket.onopen = () => socket.send('{"id":1,"method":"Runtime.getHeapUsage"}');
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data);
      if (id === 1) answer.resolve(result);
    };
    socket.onerror = () => answer.reject(new Error("the inspector does not answer"));
    const { totalSize, embedderHeapUsedSize, backingStorageSize } = await answer.promise;
    return (totalSize + embedderHeapUsedSize + backingStorageSize) / 1e6;
  } finally {
    socket.close();
  }
}
