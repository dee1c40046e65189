/** Milliseconds of rest before what takes long, or the address, follows. */
const REST = 250;

/** `run`, when it has not been called for a while. */
export function debounce(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, REST);
  };
}
