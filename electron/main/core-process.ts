/**
 * Starts the core outside main: a utilityProcess of Electron, or, where Electron's Node cannot load the SQLite driver
 * (unpackaged old builds, design.md §7), a child of the pinned Node. Both speak the messages of electron/core/process.ts.
 */
import { fork } from 'node:child_process';
import { utilityProcess } from 'electron';

/** The driver is N-API 10 and the core is written for this Node. */
const OLDEST_NODE = 22;

export interface CoreProcess {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number) => void): void;
  /** Asks the core to close its keys and database, and resolves when it is gone. */
  quit(): Promise<void>;
}

export interface CoreOptions {
  entry: string;
  home: string;
  packaged: boolean;
  /** The pinned Node, unpackaged only. */
  node: string | undefined;
}

export function startCore(options: CoreOptions): CoreProcess {
  const env = { ...process.env, RYGGRAD_HOME: options.home, RYGGRAD_PACKAGED: options.packaged ? '1' : '' };
  const major = Number(process.versions.node.split('.')[0]);
  return major >= OLDEST_NODE || options.packaged ? asUtility(options.entry, env) : asChild(options, env);
}

function asUtility(entry: string, env: NodeJS.ProcessEnv): CoreProcess {
  const child = utilityProcess.fork(entry, [], { env, serviceName: 'Ryggrad core', stdio: 'inherit' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    quit: () => {
      child.postMessage({ control: 'quit' });
      return gone;
    },
  };
}

function asChild({ entry, node }: CoreOptions, env: NodeJS.ProcessEnv): CoreProcess {
  if (node === undefined) throw new Error('This Electron is too old for the core, and RYGGRAD_NODE names no Node to run it.');
  const child = fork(entry, [], { execPath: node, execArgv: [], env: { ...env, ELECTRON_RUN_AS_NODE: undefined }, stdio: 'inherit' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const post = (message: unknown): void => {
    if (child.connected) child.send(message as object);
  };
  return {
    post,
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code ?? 1)),
    quit: () => {
      post({ control: 'quit' });
      return gone;
    },
  };
}
