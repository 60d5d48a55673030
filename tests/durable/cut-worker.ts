/** A thread of `cutPower`. */
import { parentPort, workerData } from 'node:worker_threads';
import { cutShare, type Share } from './power-cuts.ts';

parentPort?.postMessage(cutShare(workerData as Share));
