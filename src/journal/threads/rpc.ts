/** A call to one of our threads, and its answer. Answers keep the order of calls. */
interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { name: string; message: string; code: string | null } };
interface Notice {
  readonly notice: unknown;
}

/** An error of another thread, told by name and code: classes do not survive the crossing. */
export class ThreadError extends Error {
  readonly kind: string;
  readonly code: string | null;
  constructor(kind: string, code: string | null, message: string) {
    super(message);
    this.name = "ThreadError";
    this.kind = kind;
    this.code = code;
  }
}

/** The calling side. When the thread dies, everything under way is rejected and `onDeath` is told, once. */
export class ThreadClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void }
  >();
  readonly #onNotice: (notice: unknown) => void;
  readonly #onDeath: (reason: string) => void;
  #next = 1;
  #dead: string | null = null;

  constructor(
    worker: Worker,
    onNotice: (notice: unknown) => void,
    onDeath: (reason: string) => void,
  ) {
    this.#worker = worker;
    this.#onNotice = onNotice;
    this.#onDeath = onDeath;
    worker.onmessage = (event: MessageEvent<Answer | Notice>) => this.#receive(event.data);
    worker.onerror = (event) => this.#die(`thread failed: ${event.message}`);
    worker.addEventListener("close", () => this.#die("thread ended"));
  }

  call<T>(method: string, args: readonly unknown[], transfer: ArrayBuffer[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== null) return reject(new ThreadError("ThreadDead", null, this.#dead));
      const id = this.#next++;
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, method, args } satisfies Call, transfer);
    });
  }

  /** Ends the thread without waiting for what it does; its death is then expected and not told. */
  terminate(): void {
    this.#dead ??= "thread stopped";
    this.#rejectAll(this.#dead);
    this.#worker.terminate();
  }

  #receive(message: Answer | Notice): void {
    if ("notice" in message) return this.#onNotice(message.notice);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("error" in message)
      waiting?.reject(
        new ThreadError(message.error.name, message.error.code, message.error.message),
      );
    else waiting?.resolve(message.value);
  }

  #die(reason: string): void {
    if (this.#dead !== null) return;
    this.#dead = reason;
    this.#rejectAll(reason);
    this.#onDeath(reason);
  }

  #rejectAll(reason: string): void {
    for (const waiting of this.#waiting.values())
      waiting.reject(new ThreadError("ThreadDead", null, reason));
    this.#waiting.clear();
  }
}

/** What a thread answers: a value, or a value and the buffers that go over with it. */
export class Transferred {
  readonly value: unknown;
  readonly buffers: ArrayBuffer[];
  constructor(value: unknown, buffers: ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

declare const self: {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
};

/** The answering side, called once by a thread's entry. A method that throws answers with its error. */
export function answerCalls(
  methods: Readonly<Record<string, (...args: never[]) => unknown>>,
): void {
  self.onmessage = ({ data: { id, method, args } }) => {
    try {
      const value = methods[method]?.(...(args as never[]));
      if (value instanceof Transferred) self.postMessage({ id, value: value.value }, value.buffers);
      else self.postMessage({ id, value });
    } catch (cause) {
      const error = cause as { name?: string; message?: string; code?: unknown };
      const code = error.code === undefined ? null : String(error.code);
      self.postMessage({
        id,
        error: { name: error.name ?? "Error", message: error.message ?? String(cause), code },
      });
    }
  };
}

/** Tells the main thread something it did not ask for. */
export function notify(notice: unknown): void {
  self.postMessage({ notice });
}
